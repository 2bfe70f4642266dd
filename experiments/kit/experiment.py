"""Experiments as files: found in this package, loaded by name, told by docstring."""

import difflib
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import experiments
from balancer.errors import ConfigError

from .figures import Figure
from .verdict import Claim

DEFAULT_WORLD = "earth"


@dataclass(frozen=True, slots=True)
class Experiment:
    """One file, one question.

    Args:
        name: its file's name.
        question: the first sentence of its docstring.
        background: the rest of the docstring: hypothesis and sources.
        world: the world it needs unless the user names another.
        measure: `measure(lab, trial)` yields rows, frozen dataclasses.
        claims: `claims(rows)` judges them, without any I/O.
        figures: `figures(rows)` draws them; optional in the file.
    """

    name: str
    question: str
    background: str
    world: str
    measure: Callable[..., Iterable[Any]]
    claims: Callable[[Sequence[Any]], Sequence[Claim]]
    figures: Callable[[Sequence[Any]], Sequence[Figure]]


def experiment_names() -> tuple[str, ...]:
    """Return the names of all experiments: the plain modules of `experiments`."""
    modules = pkgutil.iter_modules(experiments.__path__)
    return tuple(sorted(m.name for m in modules if _is_experiment(m)))


def list_experiments() -> tuple[Experiment, ...]:
    """Return every experiment, by name."""
    return tuple(load_experiment(name) for name in experiment_names())


def load_experiment(name: str) -> Experiment:
    """Return the experiment of that name.

    Raises:
        ConfigError: there is none; the message names the nearest.
    """
    known = experiment_names()
    if name not in known:
        close = difflib.get_close_matches(name, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        raise ConfigError(f"experiment {name}: not found ({hint})")
    return from_module(importlib.import_module(f"experiments.{name}"))


def from_module(module: ModuleType) -> Experiment:
    """Return the experiment that a module says."""
    question, _, background = (module.__doc__ or "").strip().partition("\n")
    return Experiment(
        name=module.__name__.rpartition(".")[2],
        question=question,
        background=background.strip(),
        world=getattr(module, "WORLD", DEFAULT_WORLD),
        measure=module.measure,
        claims=module.claims,
        figures=getattr(module, "figures", _no_figures),
    )


def _is_experiment(module: pkgutil.ModuleInfo) -> bool:
    return not module.ispkg and not module.name.startswith("_")


def _no_figures(rows: Sequence[Any]) -> Sequence[Figure]:
    return ()
