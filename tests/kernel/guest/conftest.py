"""What every suite in the guest may need of its young kernel."""

import time

import pytest

from topo.wait import until

OLD_ENOUGH_S = 10


@pytest.fixture(scope="session")
def settled_kernel() -> None:
    """Wait until Open vSwitch can count this kernel's processors.

    It counts them anew only 10 s after it last did, and takes the time of the kernel's
    boot for when it last did: before, it counts none, and starts no upcall handler.
    """

    def is_old_enough() -> bool:
        return time.clock_gettime(time.CLOCK_MONOTONIC) > OLD_ENOUGH_S

    until(f"the kernel is {OLD_ENOUGH_S} s old", is_old_enough, 2 * OLD_ENOUGH_S)
