"""OpenFlow 1.3 messages from our records; nothing else makes any."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_network
from typing import Any

from .change import Change
from .core import PortState
from .openflow import (
    MEMBER,
    Action,
    Choose,
    DecrementTtl,
    Field,
    Flow,
    Match,
    MemberIs,
    Move,
    Output,
    OutputBack,
    OutputElsewhere,
    SetField,
    cookie_of,
)
from .seam import Foreign, Framework

Numbers = Mapping[str, int]

WHOLE_COOKIE = (1 << 64) - 1

# Open vSwitch's nx_hash_fields: addresses, protocol and ports, of UDP as well.
# The frameworks know only the older ones.
HASH_SYMMETRIC_L3L4_UDP = 3
HASH_BASIS = 0
NO_PORT = 0xFFFF  # OFPP_NONE in 16 bits: a member that is never alive
MEMBER_BITS = 32
IN_PORT_BITS = 16


class Messages:
    """Makes messages for one framework; `datapath` is its view of a switch."""

    def __init__(self, framework: Framework) -> None:
        self._of = framework.ofproto
        self._parser = framework.parser
        self._nicira = framework.nicira

    def change(
        self, datapath: Foreign, change: Change, numbers: Numbers
    ) -> list[Foreign]:
        """Return the messages of a change, and a barrier request as the last."""
        added = [self.add(datapath, flow, numbers) for flow in change.add]
        removed = [self.remove(datapath, cookie) for cookie in change.remove]
        return [*added, *removed, self._parser.OFPBarrierRequest(datapath)]

    def add(self, datapath: Foreign, flow: Flow, numbers: Numbers) -> Foreign:
        """Return the message that adds a flow, or replaces the one in its place."""
        return self._parser.OFPFlowMod(
            datapath,
            cookie=cookie_of(flow, numbers),
            table_id=int(flow.table),
            command=self._of.OFPFC_ADD,
            priority=flow.priority,
            match=self._match(flow.match, numbers),
            instructions=self._instructions(flow, numbers),
        )

    def remove(self, datapath: Foreign, cookie: int) -> Foreign:
        """Return the message that removes the flows with `cookie`."""
        return self._parser.OFPFlowMod(
            datapath,
            cookie=cookie,
            cookie_mask=WHOLE_COOKIE,
            table_id=self._of.OFPTT_ALL,
            command=self._of.OFPFC_DELETE,
            out_port=self._of.OFPP_ANY,
            out_group=self._of.OFPG_ANY,
            match=self._parser.OFPMatch(),
        )

    def ask_flows(self, datapath: Foreign) -> Foreign:
        """Return the request for all flows of a switch."""
        return self._parser.OFPFlowStatsRequest(datapath)

    def hear_expired(self, datapath: Foreign) -> Foreign:
        """Return the message that has a switch send packets whose TTL ends there.

        And its ports' states, as before; no others, of which no flow sends any.
        """
        ports = (
            1 << self._of.OFPPR_ADD
            | 1 << self._of.OFPPR_DELETE
            | 1 << self._of.OFPPR_MODIFY
        )
        expired = 1 << self._of.OFPR_INVALID_TTL
        return self._parser.OFPSetAsync(datapath, [expired] * 2, [ports] * 2, [0, 0])

    def is_expired(self, packet: Foreign) -> bool:
        """Whether a packet came because its TTL ended."""
        return bool(packet.reason == self._of.OFPR_INVALID_TTL)

    def route(self, datapath: Foreign, frame: bytes) -> Foreign:
        """Return the message that has a switch route a frame of the controller's."""
        return self._parser.OFPPacketOut(
            datapath,
            buffer_id=self._of.OFP_NO_BUFFER,
            in_port=self._of.OFPP_CONTROLLER,
            actions=[self._parser.OFPActionOutput(self._of.OFPP_TABLE)],
            data=frame,
        )

    def port_state(self, port: Foreign) -> PortState | None:
        """Return the state of a port, or None for the reserved ones."""
        if port.port_no > self._of.OFPP_MAX:
            return None
        down = port.state & self._of.OFPPS_LINK_DOWN
        disabled = port.config & self._of.OFPPC_PORT_DOWN
        return PortState(port.port_no, not (down or disabled))

    def is_deleted(self, port_status: Foreign) -> bool:
        """Whether a port status message says that the port is no more."""
        return bool(port_status.reason == self._of.OFPPR_DELETE)

    def has_more(self, reply: Foreign) -> bool:
        """Whether more parts of a multipart reply follow."""
        return bool(reply.flags & self._of.OFPMPF_REPLY_MORE)

    def _match(self, match: Iterable[Match], numbers: Numbers) -> Foreign:
        fields: dict[str, Any] = {}
        for part in match:
            if isinstance(part, MemberIs):
                fields[MEMBER] = numbers[part.port]
            else:
                fields[part.name] = _masked(part)
        return self._parser.OFPMatch(**fields)

    def _instructions(self, flow: Flow, numbers: Numbers) -> list[Foreign]:
        actions = [
            made for action in flow.actions for made in self._actions(action, numbers)
        ]
        apply = self._of.OFPIT_APPLY_ACTIONS
        instructions = [self._parser.OFPInstructionActions(apply, actions)]
        if flow.next_table is not None:
            goto = self._parser.OFPInstructionGotoTable(int(flow.next_table))
            instructions.append(goto)
        return instructions

    def _actions(self, action: Action, numbers: Numbers) -> list[Foreign]:
        parser = self._parser
        match action:
            case SetField(field):
                return [parser.OFPActionSetField(**{field.name: field.value})]
            case Move(source, target, bits):
                move = parser.NXActionRegMove(
                    src_field=source, dst_field=target, n_bits=bits
                )
                return [move]
            case DecrementTtl():
                return [parser.OFPActionDecNwTtl()]
            case Output(port):
                return self._output(numbers[port])
            case OutputElsewhere(port):
                return [parser.OFPActionOutput(numbers[port])]
            case OutputBack():
                return [parser.OFPActionOutput(self._of.OFPP_IN_PORT)]
            case Choose(ports):
                return [self._choose(ports, numbers)]

    def _output(self, number: int) -> list[Foreign]:
        """Output, also to where the packet came from: LAN hosts of two subnets.

        A switch never sends back by the in-port; so it is made to forget it.
        """
        forget = self._parser.NXActionRegLoad(
            ofs_nbits=self._nicira.ofs_nbits(0, IN_PORT_BITS - 1),
            dst="in_port_nxm",
            value=0,
        )
        return [forget, self._parser.OFPActionOutput(number)]

    def _choose(self, ports: tuple[str, ...], numbers: Numbers) -> Foreign:
        """Nicira's bundle_load: it is computed once per five-tuple, in user space.

        A select group would hash UDP by addresses alone (Open vSwitch's default),
        or by a hash that the kernel's datapath changes when TCP retransmits.
        """
        return self._parser.NXActionBundleLoad(
            algorithm=self._nicira.NX_BD_ALG_HRW,
            fields=HASH_SYMMETRIC_L3L4_UDP,
            basis=HASH_BASIS,
            slave_type=self._nicira.NXM_OF_IN_PORT,
            n_slaves=len(ports),
            ofs_nbits=self._nicira.ofs_nbits(0, MEMBER_BITS - 1),
            dst=MEMBER,
            slaves=[numbers.get(port, NO_PORT) for port in ports],
        )


def to_wire(datapath: Foreign, messages: Iterable[Foreign]) -> bytes:
    """Return the messages' bytes, each with a transaction identifier of its own."""
    wire = bytearray()
    for message in messages:
        datapath.set_xid(message)
        message.serialize()
        wire += message.buf
    return bytes(wire)


def _masked(field: Field) -> int | str | tuple[str, str]:
    if not isinstance(field.value, str) or "/" not in field.value:
        return field.value
    if field.name == "eth_dst":
        address, mask = field.value.split("/")
        return address, mask
    network = ip_network(field.value)
    return str(network.network_address), str(network.netmask)
