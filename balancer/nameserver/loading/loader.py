"""Loads a configuration in a process of its own, and hands it over in memory.

Reading a million names takes seconds and hundreds of megabytes, which the process that
answers must not spend: it maps the flat tables that come out, and unpickles the rest.
"""

import mmap
import os
import pickle
import subprocess
import sys
from pathlib import Path
from struct import Struct

from ...errors import ConfigError, FrontlabError
from ..content.content import Content

NICENESS = 10  # the process that answers comes first, on one core too
CONFIG_ERROR_STATUS = 2
NUMBER = Struct("!Q")  # count of parts; then the octets of each
ALIGNMENT = 16
OWN_NAME = "balancer.nameserver.loading.loader"


class Loader:
    """A process that reads the configuration at `path`.

    A context manager: what is not finished is ended. `descriptor` is readable when
    the process has ended, and then `result` has what it made; other processes can
    `unpack` it from `memory`.
    """

    def __init__(self, path: Path) -> None:
        self.memory = os.memfd_create("zones")
        self._complaints = os.memfd_create("complaints")
        command = [sys.executable, "-m", OWN_NAME, str(path), str(self.memory)]
        self._process = subprocess.Popen(
            command, pass_fds=[self.memory], stderr=self._complaints
        )
        self.descriptor = os.pidfd_open(self._process.pid)

    def __enter__(self) -> "Loader":
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        for descriptor in (self.descriptor, self.memory, self._complaints):
            os.close(descriptor)

    def result(self) -> Content:
        """Wait for the end of the process and return what it read.

        Raises:
            ConfigError: the configuration is wrong; every mistake is told.
            FrontlabError: the process broke.
        """
        status = self._process.wait()
        if status == 0:
            return unpack(self.memory)
        size = os.lseek(self._complaints, 0, os.SEEK_END)
        words = os.pread(self._complaints, size, 0).decode(errors="replace").strip()
        if status == CONFIG_ERROR_STATUS:
            raise ConfigError(words)
        raise FrontlabError(f"cannot load: status {status}: {words}")


def pack(content: Content, descriptor: int) -> None:
    """Write a configuration to a file, its flat tables as they are."""
    buffers: list[pickle.PickleBuffer] = []
    pickled = pickle.dumps(content, 5, buffer_callback=buffers.append)
    parts = [memoryview(pickled), *(buffer.raw() for buffer in buffers)]
    with open(descriptor, "wb", closefd=False) as file:
        file.write(NUMBER.pack(len(parts)))
        file.write(b"".join(NUMBER.pack(len(part)) for part in parts))
        for part in parts:
            file.write(bytes(-file.tell() % ALIGNMENT))
            file.write(part)


def unpack(descriptor: int) -> Content:
    """Return what `pack` has written to a file, which stays mapped while it is used."""
    flags = mmap.MAP_SHARED | mmap.MAP_POPULATE
    view = memoryview(mmap.mmap(descriptor, 0, flags=flags, prot=mmap.PROT_READ))
    [count] = NUMBER.unpack_from(view)
    position = NUMBER.size * (1 + count)
    parts = []
    for index in range(count):
        [size] = NUMBER.unpack_from(view, NUMBER.size * (1 + index))
        position += -position % ALIGNMENT
        parts.append(view[position : position + size])
        position += size
    # Our own process wrote this into memory that nobody else can open.
    content = pickle.loads(parts[0], buffers=parts[1:])
    if not isinstance(content, Content):
        raise FrontlabError(f"cannot load: {type(content).__name__}")
    return content


def main(path: str, descriptor: str) -> int:
    """Load the configuration at `path` into the file `descriptor`; return a status."""
    from .load import load_content  # its libraries stay out of who answers

    os.nice(NICENESS)
    try:
        pack(load_content(Path(path)), int(descriptor))
    except ConfigError as error:
        os.write(sys.stderr.fileno(), str(error).encode())
        return CONFIG_ERROR_STATUS
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
