"""Where a lab keeps its files: all below the sandbox's own tmpfs on /run."""

from pathlib import Path

STATE = Path("/run/frontlab")
# The plan, pickled for those who join later; nobody but root gets at it.
PLAN = STATE / "plan.pickle"
LOGS = STATE / "log"
ROLES = STATE / "roles"
STATUS = STATE / "status"
CONTROL = STATE / "control.sock"  # the controller's, for who announces an anycast

# The checkout, so that `python -m balancer` finds its packages from any folder.
PROJECT = Path(__file__).resolve().parents[2]


def status_path(role: str) -> Path:
    """Return the path of the status socket of `role`."""
    return STATUS / f"{role}.sock"


def control_path(role: str) -> Path:
    """Return the path of the control socket of `role`, for a balancer's."""
    return STATUS / f"{role}.control"


def role_folder(role: str) -> Path:
    """Return the folder that holds the files of `role`."""
    return ROLES / role


def steering_path(nameserver: str) -> Path:
    """Return where a nameserver looks for its steering map; none is there at first."""
    return role_folder(nameserver) / "steering.json"
