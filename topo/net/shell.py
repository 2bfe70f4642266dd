"""Mininet nodes whose shell starts with the first command, not with the node."""

from typing import Any

from mininet.node import Node


class LazyShell(Node):
    """A Mininet node that has no process until one is asked for.

    Stock Mininet starts a shell per node (15 ms and 3 MB each) and configures the
    network through it; here that is done through netlink, and most nodes never need
    a shell.
    """

    _pid: int | None = None
    _complete = False

    def __init__(self, name: str, *args: Any, **params: Any) -> None:
        super().__init__(name, *args, **params)
        self._complete = True

    @property
    def pid(self) -> int | None:
        """The shell's process id; asking for it starts the shell."""
        self.open_shell()
        return self._pid

    @pid.setter
    def pid(self, pid: int | None) -> None:
        self._pid = pid

    def startShell(self, mnopts: str | None = None) -> None:
        """Start no shell: Mininet calls this for every new node."""

    def open_shell(self) -> None:
        """Start the shell, unless it runs."""
        if self.shell is None and self._complete:
            super().startShell()

    def cmd(self, *args: Any, **kwargs: Any) -> Any:
        """Run a command in the shell and return its output."""
        if not self._complete:
            # While Mininet makes a node it sets loopback up, which is up already.
            return ""
        self.open_shell()
        return super().cmd(*args, **kwargs)

    def sendCmd(self, *args: Any, **kwargs: Any) -> Any:
        """Start a command in the shell."""
        self.open_shell()
        return super().sendCmd(*args, **kwargs)

    def terminate(self) -> None:
        """End the shell, if there is one."""
        if self.shell is not None:
            super().terminate()

    def __repr__(self) -> str:
        """Mininet's representation, without starting a shell to have its pid."""
        links = ",".join(f"{link.name}:{link.IP()}" for link in self.intfList())
        return f"<{type(self).__name__} {self.name}: {links} pid={self._pid}> "
