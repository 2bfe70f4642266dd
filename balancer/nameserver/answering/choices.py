"""What policies chose for resolvers and client subnets, remembered while they stand."""

from ...errors import WireError
from ...wire.dns.codes import OptionCode
from ...wire.dns.edns import IP_VERSION, OPTION, SUBNET, ClientSubnet
from ..policies.asker import Asker, ClientAddress
from ..policies.lots import ByResolver, Policy

MAX_MEMOS = 16384  # beyond, all are forgotten at once
BY_SOURCE = -1  # the lot is not by the client's subnet


class BySource(dict[str, int]):
    """The number of the lot, by the text of a resolver's address."""

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def __missing__(self, source: str) -> int:
        if len(self) >= MAX_MEMOS:
            self.clear()
        resolver = ClientAddress.from_text(source)
        self[source] = self.policy.choose(Asker(resolver, resolver)).lot
        return self[source]


class ByOption(dict[bytes, tuple[int, bytes] | None]):
    """The number of the lot and the option to send, by the option that came.

    None is for what `answer` must judge: all but one well-formed client subnet.
    """

    def __init__(self, policy: Policy) -> None:
        super().__init__()
        self.policy = policy

    def __missing__(self, data: bytes) -> tuple[int, bytes] | None:
        subnet = _lone_subnet(data)
        if subnet is None:
            return None
        if len(self) >= MAX_MEMOS:
            self.clear()
        client = ClientAddress(IP_VERSION[subnet.family], subnet.value)
        lot, scope = self.policy.choose(Asker(client, client))
        if isinstance(self.policy, ByResolver):
            lot = BY_SOURCE
        scope_at = OPTION.size + SUBNET.size - 1
        self[data] = lot, data[:scope_at] + bytes((scope,)) + data[scope_at + 1 :]
        return self[data]


def _lone_subnet(data: bytes) -> ClientSubnet | None:
    """Return the client subnet that is all of these options; None: it is not."""
    head = OPTION.pack(OptionCode.CLIENT_SUBNET, len(data) - OPTION.size & 0xFFFF)
    if not data.startswith(head):
        return None
    try:
        subnet = ClientSubnet.from_wire(data[OPTION.size :])
    except WireError:
        return None
    if subnet.scope_prefix_length or not subnet.source_prefix_length:
        return None
    return subnet
