"""Decapsulation by XDP, for every kernel; `strip` is its reference."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from struct import Struct

from ..kernel.counters import read_counters
from ..kernel.maps import Map
from ..kernel.objects import BpfObject, loaded
from ..kernel.xdp import attached
from ..model import Address
from .strip import Rules
from .verdict import Reason

BPF = Path(__file__).parent / "bpf"
OPTIONS = Struct("=6s2xII")  # mac, encapsulations, hands on
ADDRESS = Struct("=16sI")  # words, version
_INDEX = Struct("=I")
_LISTED, _PEER = _INDEX.pack(1), _INDEX.pack(2)


@contextmanager
def open_decapsulation(rules: Rules, name: str = "decap") -> Iterator[BpfObject]:
    """Load the object, "decap" or "bench", with `rules` in it, on no interface yet."""
    mask = sum(1 << mode for mode in rules.encapsulations)
    options = OPTIONS.pack(rules.mac, mask, bool(rules.peers))
    with loaded(BPF / f"{name}.bpf.o", options) as decap:
        for peer in rules.peers:
            decap.maps["senders"].update(address_bytes(peer), _PEER)
        for balancer in rules.balancers:
            decap.maps["senders"].update(address_bytes(balancer), _LISTED)
        for vip in rules.vips:
            decap.maps["vips"].update(address_bytes(vip), _LISTED)
        yield decap


@contextmanager
def decapsulating(interface: str, rules: Rules) -> Iterator[Map]:
    """Strip what arrives at `interface`; yields the counters of `counters_of`.

    Raises:
        Unsupported: libbpf is missing, or the kernel has no XDP for this interface.
    """
    with ExitStack() as running:
        decap = running.enter_context(open_decapsulation(rules))
        running.enter_context(attached(interface, decap.programs["decap"]))
        yield decap.maps["counters"]


def counters_of(counters: Map) -> Mapping[str, int]:
    """Return the packets counted for each reason, over all CPUs."""
    return read_counters(counters, Reason)


def address_bytes(address: Address) -> bytes:
    """Return `struct address` of bpf/rules.h."""
    return ADDRESS.pack(address.packed, address.version)
