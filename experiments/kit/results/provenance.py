"""What a run was made with: seed, commit, versions, kernel; read from this machine."""

import hashlib
import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from topo.run import CommandError, run
from topo.world.records import World

from ..experiment import Experiment

PROJECT = Path(__file__).resolve().parents[3]
LIBRARIES = ("mininet", "os-ken", "ryu", "dnspython", "numpy", "pyarrow")
PACKAGES = (
    *("openvswitch-switch", "mininet", "libbpf1", "nginx-light"),
    *("unbound", "bind9", "pdns-recursor", "knot-resolver", "dnsmasq-base"),
)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Enough to make the run again, and to tell why it came out differently.

    Args:
        world: name of the world; `experiments` what was asked of it.
        seed: and `repeats` of the run.
        started: when, ISO 8601 in UTC.
        commit: of the checkout, with "+" when it had changes, or "unknown".
        content: hash of world, experiments, seed, repeats and commit, 12 digits.
        kernel: and `python`, `machine`.
        versions: of libraries and packages, by name.
    """

    world: str
    experiments: tuple[str, ...]
    seed: int
    repeats: int
    started: str
    commit: str
    content: str
    kernel: str
    python: str
    machine: str
    versions: dict[str, str] = field(default_factory=dict)


def provenance(
    world: World,
    experiments: Sequence[Experiment],
    seed: int,
    repeats: int,
    now: datetime,
) -> Provenance:
    """Return what this run is made with."""
    commit = read_commit(PROJECT)
    texts = [it.text or it.name for it in experiments]
    asked = [asdict(world), texts, seed, repeats, commit]
    return Provenance(
        world=world.name,
        experiments=tuple(it.name for it in experiments),
        seed=seed,
        repeats=repeats,
        started=now.astimezone(UTC).isoformat(timespec="seconds"),
        commit=commit,
        content=content_hash(asked),
        kernel=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores",
        versions={**_libraries(), **_packages()},
    )


def content_hash(value: object) -> str:
    """Return twelve hex digits that differ when the JSON of `value` does."""
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def read_commit(folder: Path) -> str:
    """Return the commit of a checkout, "unknown" where there is none."""
    # Root runs this in a user's checkout, which git takes for a trap unless told.
    git = ["git", "-c", f"safe.directory={folder}", "-C", str(folder)]
    try:
        commit = run([*git, "rev-parse", "--short=12", "HEAD"]).strip()
        changed = run([*git, "status", "--porcelain", "--untracked-files=no"]).strip()
    except CommandError:
        return "unknown"
    return f"{commit}+" if changed else commit


def _libraries() -> dict[str, str]:
    found = {}
    for name in LIBRARIES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _packages() -> dict[str, str]:
    """Return the versions of Debian's packages that are installed."""
    try:
        told = run(["dpkg-query", "-W", "-f", "${Package} ${Version}\\n"])
    except CommandError:
        return {}  # Not a Debian.
    installed = dict(line.split() for line in told.splitlines() if " " in line.strip())
    return {
        f"{name} (package)": installed[name] for name in PACKAGES if name in installed
    }
