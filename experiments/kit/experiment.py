"""An experiment as a record: one file, one question, and what the file must say."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from balancer.errors import ConfigError

from .figures import Figure
from .judging.verdict import Claim

DEFAULT_WORLD = "earth"


@dataclass(frozen=True, slots=True)
class Experiment:
    """What an experiment's file says.

    Args:
        name: its file's name.
        question: the first line of its docstring.
        background: the rest of the docstring: hypothesis and sources.
        world: the world it needs unless the user names another.
        measure: `measure(lab, trial)` yields rows, frozen dataclasses of scalars.
        claims: `claims(rows)` judges them, without any I/O.
        figures: `figures(rows)` says what to draw; optional in the file.
        text: the file's, where it is not one of ours: a run keeps it.
    """

    name: str
    question: str
    background: str
    world: str
    measure: Callable[..., Iterable[Any]]
    claims: Callable[[Sequence[Any]], Sequence[Claim]]
    figures: Callable[[Sequence[Any]], Sequence[Figure]]
    text: str = ""


def from_module(module: ModuleType, text: str = "") -> Experiment:
    """Return the experiment that a module says.

    Raises:
        ConfigError: it lacks what every experiment has.
    """
    lacking = [it for it in ("measure", "claims") if not hasattr(module, it)]
    if lacking or not module.__doc__:
        lacks = " and no ".join(lacking or ["docstring that asks a question"])
        raise ConfigError(
            f"{module.__file__}: has no {lacks} (see docs/experiments.md)"
        )
    question, _, background = module.__doc__.strip().partition("\n")
    return Experiment(
        name=module.__name__.rpartition(".")[2],
        question=question,
        background=background.strip(),
        world=getattr(module, "WORLD", DEFAULT_WORLD),
        measure=module.measure,
        claims=module.claims,
        figures=getattr(module, "figures", _no_figures),
        text=text,
    )


def _no_figures(rows: Sequence[Any]) -> Sequence[Figure]:
    return ()
