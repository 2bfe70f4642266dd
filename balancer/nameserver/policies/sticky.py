"""A subnet keeps to its site: consistent hashing of client networks over sites."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass

import mmh3

from ...hashing.rendezvous import Rendezvous
from ...hashing.selector import WeightedName
from .asker import SUBNET_BITS, Asker
from .lots import Choice, Lot
from .spec import Case

SLOTS = 1 << 14
SEED = 0x737469


@dataclass(frozen=True, slots=True)
class Sticky:
    """A lot for each subnet, by the slot that its hash falls into.

    Every subnet has its own scope, alike or not: the next change of health could part
    any two of them.
    """

    lots: Sequence[Lot]
    owners: "array[int]"
    by_resolver: bool = False

    def choose(self, asker: Asker) -> Choice:
        """Return the lot of the client's subnet."""
        slot = mmh3.hash(asker.client.subnet(), SEED, signed=False) % len(self.owners)
        return Choice(self.owners[slot], SUBNET_BITS[asker.client.version])


def sticky(case: Case) -> Sticky:
    """One site for a subnet: when a site goes, only its own subnets move.

    Rendezvous hashing over the sites' names, by weight.
    """
    candidates = [case.spec.candidates[number] for number in case.usable]
    weighted = [WeightedName(each.site, each.weight) for each in candidates]
    if not any(each.weight for each in weighted):
        weighted = [WeightedName(each.name) for each in weighted]
    return Sticky(case.lots(), Rendezvous().build(weighted).table(SLOTS))
