"""How long answers take, in classes that each reach twice as far as the one before."""

CLASSES = 22  # 1 us to 1 s, and all that is longer
SUM = "sum_us"


class Latency:
    """A histogram of times, added to by whole batches: all of one take as long.

    What is measured begins when the datagrams are taken from the socket and ends when
    the answers are with the kernel; the time in queues before and behind is not in it.
    """

    __slots__ = ("_classes", "_sum_ns")

    def __init__(self) -> None:
        self._classes = [0] * CLASSES
        self._sum_ns = 0

    def add(self, time_ns: int, count: int) -> None:
        """Count answers that have taken so long."""
        # Of a class with the number n, times are below 2 to the power of n in us.
        found = (time_ns // 1000).bit_length()
        self._classes[found if found < CLASSES else CLASSES - 1] += count
        self._sum_ns += time_ns * count

    def snapshot(self) -> dict[str, int]:
        """Return counts by the end of their class in microseconds, and the sum."""
        ends = (*(str(1 << number) for number in range(CLASSES - 1)), "inf")
        counts = zip(ends, tuple(self._classes), strict=True)
        found = {end: count for end, count in counts if count}
        return {**found, SUM: self._sum_ns // 1000}
