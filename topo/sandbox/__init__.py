"""A lab's own network, mount, process, host name and IPC namespaces."""

from .find import RunningSandbox, find_sandboxes
from .outer import enter, run_sandboxed

__all__ = ["RunningSandbox", "enter", "find_sandboxes", "run_sandboxed"]
