"""What packets change as they pass: flow table, rates, and slots that were needed."""

from ..nat.table import Translations
from ..tables.options import Limits
from .clock import Rate, per_window
from .flows import Flows


class State:
    """The reference's state; the kernel has the same in its maps.

    Args:
        limits: the bounds of all of it.
    """

    def __init__(self, limits: Limits) -> None:
        self.flows = Flows(limits)
        self.translations = Translations(limits.nat)
        self.answers = Rate(per_window(limits.answers_per_s))
        # By pool and slot: when a packet last went elsewhere than a new flow would.
        self.needed: dict[tuple[int, int], float] = {}
