"""Which experiments there are: plain modules of `experiments`, one file each."""

import difflib
import importlib
import pkgutil

import experiments
from balancer.errors import ConfigError

from .experiment import Experiment, from_module


def experiment_names() -> tuple[str, ...]:
    """Return the names of all experiments."""
    modules = pkgutil.iter_modules(experiments.__path__)
    return tuple(sorted(m.name for m in modules if _is_experiment(m)))


def experiments_by_name() -> dict[str, Experiment]:
    """Return every experiment by its name."""
    return {name: load_experiment(name) for name in experiment_names()}


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


def _is_experiment(module: pkgutil.ModuleInfo) -> bool:
    return not module.ispkg and not module.name.startswith("_")
