"""Writing to maps where a kernel has no memory at hand, by a kernel that is none."""

import errno

import pytest

from balancer.kernel import maps
from balancer.kernel.maps import Map, MapShape

HASH = 1


class Kernel:
    """Takes as many elements of a batch as it has room for, at each call.

    One that is old leaves the count alone when it has room for none.
    """

    def __init__(self, *rooms, is_old=False):
        self.rooms, self.written, self.is_old = list(rooms), [], is_old

    def bpf_map_update_batch(self, _fd, keys, values, count, _options):
        room = min(self.rooms.pop(0) if self.rooms else 0, count.value)
        self.written += zip(keys[:room], values[:room], strict=True)
        is_short = room < count.value
        if room or not self.is_old:
            count.value = room
        return -errno.ENOMEM if is_short else 0


@pytest.fixture
def kernel(monkeypatch):
    def become(*rooms, **more):
        it = Kernel(*rooms, **more)
        monkeypatch.setattr(maps, "library", lambda: it)
        return it

    monkeypatch.setattr(maps, "byref", lambda it: it)
    monkeypatch.setattr(maps, "_WAIT_S", 0.0)
    return become


def written_to(kernel):
    Map(MapShape("some", HASH, 1, 1, 8, 0), 3).update_batch(b"abcd", b"wxyz")
    return kernel.written


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("rooms", [(4,), (1, 0, 0, 2, 0, 4), (0, 3, 1)])
def test_each_element_is_written_once_in_the_end(kernel, rooms, is_old):
    assert written_to(kernel(*rooms, is_old=is_old)) == list(
        zip(b"abcd", b"wxyz", strict=True)
    )


def test_memory_that_never_comes_is_an_error(kernel):
    with pytest.raises(OSError, match="some: Cannot allocate memory"):
        written_to(kernel(2))
