"""Why a flow goes where it goes: the reference's choice, told step by step; no I/O."""

from dataclasses import asdict, dataclass
from typing import Any

from ...hashing.selector import EMPTY
from ...model import FiveTuple, Forwarding, Protocol
from ...wire import ipv4
from ...wire.ethernet import Ethernet, EtherType
from ...wire.ipv4 import Ipv4
from ...wire.ipv6 import Ipv6
from ...wire.l4 import Tcp, TcpFlag, Udp
from ..decision.choose import Context
from ..decision.decide import decide
from ..decision.second import other_owner
from ..decision.verdict import Reason, SentOn
from ..pools.numbers import Key, Numbers
from ..tables.tables import Slot, Tables, VipEntry
from ..xdp.about import About
from .flow_text import flow_text, place_text
from .told import Translated, tell, tell_known

WHY = {
    Reason.TRACKED: "the flow table has it",
    Reason.INSERTED: "its slot's; the flow table will have it",
    Reason.REHASHED: "its slot's; the flow table names a backend that is not usable",
    Reason.PREVIOUS: "an older flow of a slot that has changed: to whom it was before",
    Reason.HASHED: "its slot's; it is not remembered",
    Reason.FLOODED: "its slot's; too many flows are new to remember it",
    Reason.MARTIAN: "dropped: no such source address is routed",
    Reason.RETURNED: "a backend's answer: to the client, as if from the VIP",
    Reason.NO_PORT: "dropped: no port is free for it at its backend",
    Reason.NO_BACKEND: "dropped: nobody serves its slot",
    Reason.NO_NEIGHBOUR: "dropped: its backend's hardware address is not known",
    Reason.OTHER_PORT: "dropped: a VIP's address, at another port",
    Reason.NOT_A_VIP: "left to the machine's own stack: no VIP's address",
}


@dataclass(frozen=True, slots=True)
class Tracked:
    """What the flow table says of a flow."""

    backend: str
    idle_s: float


@dataclass(frozen=True, slots=True)
class Trace:
    """A flow's way through the tables.

    Args:
        flow: as text.
        reason: the counter that its next packet would be counted by.
        why: the same in words.
        backend: who gets its next packet, "" for nobody.
        address: the backend's.
        vip: address and port, with "" when there is none.
        pool: the VIP's.
        selection: how the VIP selects.
        tracking: which flows of the VIP are remembered.
        forwarding: how packets reach the backend.
        hash: of the five-tuple.
        slot: the hash's place in the table.
        slots: how many there are.
        slot_backend: who has the slot's new flows.
        previous_backend: who has the slot's older flows, if that is remembered.
        second_backend: who gets the packet when the backend has no such connection.
        tracked: what the flow table says, or None.
        translated: how it is translated, or None.
    """

    flow: str
    reason: str
    why: str
    backend: str = ""
    address: str = ""
    vip: str = ""
    pool: str = ""
    selection: str = ""
    tracking: str = ""
    forwarding: str = ""
    hash: int = 0
    slot: int = 0
    slots: int = 0
    slot_backend: str = ""
    previous_backend: str = ""
    second_backend: str = ""
    tracked: Tracked | None = None
    translated: Translated | None = None

    def to_json(self) -> dict[str, Any]:
        """Return all of it as texts and numbers."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it for people to read."""
        told = [f"{self.flow}: {self.reason}, {self.why}"]
        translated = [f"port     {self.translated.line()}"] if self.translated else []
        if not self.vip:
            return told + translated
        told += [
            f"vip      {self.vip}, pool {self.pool}, {self.selection}",
            f"slot     {self.slot} of {self.slots} (hash {self.hash:#010x})"
            f", of {self.slot_backend or 'nobody'}",
        ]
        if self.previous_backend:
            told.append(f"before   {self.previous_backend}, for older flows")
        known = "no entry"
        if self.tracked:
            known = f"{self.tracked.backend}, idle for {self.tracked.idle_s:.1f} s"
        told.append(f"tracking {self.tracking}: {known}")
        told.append(f"backend  {self.backend or 'nobody'} {self.address}".rstrip())
        if self.second_backend:
            told.append(f"else     {self.second_backend}, whose connection it may be")
        told.append(f"sent by  {self.forwarding}")
        return told + translated


@dataclass(frozen=True, slots=True)
class Names:
    """Whose numbers are whose."""

    backends: dict[int, Key]
    vips: dict[int, Key]
    tables: dict[int, Key]

    def backend(self, number: int | None) -> str:
        """Return a backend's name, "" for nobody's number."""
        key = self.backends.get(EMPTY if number is None else number)
        return key[1] if key else ""


def names_of(about: About) -> Names:
    """Return the names for numbers."""
    memory = about.memory
    kinds: tuple[Numbers, ...] = (memory.backends, memory.vips, memory.tables)
    return Names(*({number: key for key, number in kind.items()} for kind in kinds))


def trace(
    flow: FiveTuple, context: Context, names: Names, idle_s: float = 0.0
) -> Trace:
    """Return what becomes of the flow's next packet that is no SYN.

    Args:
        flow: it need not be known.
        context: tables, and what is known of the flow.
        names: whose numbers are whose.
        idle_s: how long the flow has had no packet, if it is known.
    """
    tables = context.tables
    vip = tables.vip(flow)
    if vip is None and flow in context.state.translations:
        return _trace_answer(flow, context, names)
    if vip is None:
        ours = tables.is_vip_address(flow.version, flow.destination)
        reason = Reason.OTHER_PORT if ours else Reason.NOT_A_VIP
        return Trace(flow_text(flow), reason.name, WHY[reason])
    known = context.state.flows.get(flow)
    tracked = None if known is None else Tracked(names.backend(known), idle_s)
    before = dict(context.state.translations)
    verdict = decide(
        frame_of(flow, tables.options.mac), tables, context.state, context.now_s
    )
    number = verdict.backend if isinstance(verdict, SentOn) else None
    address = "" if number is None else str(tables.backends[number].address)
    translations, now_s = context.state.translations, context.now_s
    table = names.tables.get(vip.pool, ("", ""))
    slot = tables.slot(vip, flow)
    return Trace(
        flow=flow_text(flow),
        reason=verdict.reason.name,
        why=WHY.get(verdict.reason, "dropped"),
        backend=names.backend(number),
        address=address,
        vip=place_text(flow.version, flow.destination, flow.destination_port),
        pool=table[0],
        selection=table[1],
        tracking=vip.handling.tracking.name.lower(),
        forwarding=vip.handling.forwarding.name.lower(),
        hash=tables.hash(vip, flow),
        slot=slot.number,
        slots=len(tables.slots[vip.pool]),
        slot_backend=names.backend(slot.backend),
        previous_backend=names.backend(slot.previous),
        second_backend=names.backend(_second(vip, slot, number, tables)),
        tracked=tracked,
        translated=(
            None if number is None else tell(flow, number, before, translations, now_s)
        ),
    )


def _trace_answer(flow: FiveTuple, context: Context, names: Names) -> Trace:
    """Return what becomes of a backend's answer."""
    known = context.state.translations[flow]
    entry = context.tables.backends[known.backend]
    return Trace(
        flow=flow_text(flow),
        reason=Reason.RETURNED.name,
        why=WHY[Reason.RETURNED],
        backend=names.backend(known.backend),
        address=str(entry.address),
        translated=tell_known(flow, known, context.now_s),
    )


def _second(
    vip: VipEntry, slot: Slot, chosen: int | None, tables: Tables
) -> int | None:
    if chosen is None or vip.handling.forwarding is not Forwarding.GRE_KEY:
        return None
    return other_owner(slot, chosen, tables)


def frame_of(flow: FiveTuple, mac: bytes) -> bytes:
    """Return a small packet of the flow, neither its first nor special, for us."""
    if flow.protocol == Protocol.TCP:
        l4 = Tcp(flow.source_port, flow.destination_port, TcpFlag.ACK).to_wire()
    else:
        l4 = Udp(flow.source_port, flow.destination_port).to_wire()
    ends = (flow.source, flow.destination, flow.protocol)
    if flow.version == 4:
        ip = Ipv4(*ends, ipv4.SIZE + len(l4)).to_wire()
        return Ethernet(mac, bytes(6), EtherType.IPV4).to_wire() + ip + l4
    ip = Ipv6(*ends, len(l4)).to_wire()
    return Ethernet(mac, bytes(6), EtherType.IPV6).to_wire() + ip + l4
