"""What is kept, and how much of it."""

from balancer.nameserver.zones.kept import Kept


def test_all_is_forgotten_when_it_is_full():
    kept = Kept(most=3)
    assert [kept.keep(number, -number) for number in range(3)] == [0, -1, -2]
    assert dict(kept) == {0: 0, 1: -1, 2: -2}
    kept.keep(3, -3)
    assert dict(kept) == {3: -3}
