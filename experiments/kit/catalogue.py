"""Which experiments there are: plain modules of `experiments`, one file each.

A file elsewhere can be one, too, and imports what it needs as ours do.
"""

import difflib
import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path

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


def load_experiment(said: str) -> Experiment:
    """Return the experiment of that name, or of the file at that path.

    What ends in .py or holds a slash is a path.

    Raises:
        ConfigError: there is none; the message names the nearest. The file cannot be
            read, or is none of an experiment.
    """
    if said.endswith(".py") or "/" in said:
        return _load_file(Path(said))
    known = experiment_names()
    if said not in known:
        close = difflib.get_close_matches(said, known, 1)
        hint = f"did you mean {close[0]}?" if close else f"there are {', '.join(known)}"
        raise ConfigError(f"experiment {said}: not found ({hint}; a file ends in .py)")
    return from_module(importlib.import_module(f"experiments.{said}"))


def _load_file(path: Path) -> Experiment:
    """Run a file as a module of ours, so that `from .kit` means the same in it."""
    if not path.stem.isidentifier():
        raise ConfigError(f"{path}: {path.stem!r} is no name for an experiment")
    name = f"experiments.{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path}: not a file of Python (it ends in .py)")
    try:
        text = path.read_text(encoding="utf-8")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module  # where dataclasses look their module up
        spec.loader.exec_module(module)
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from error
    except (SyntaxError, ImportError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    return from_module(module, text)


def _is_experiment(module: pkgutil.ModuleInfo) -> bool:
    return not module.ispkg and not module.name.startswith("_")
