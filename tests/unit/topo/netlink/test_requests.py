"""Requests against the bytes that iproute2 sends (strace -e sendmsg), and the kernel's
structures."""

from ipaddress import ip_address, ip_interface, ip_network

import pytest

from topo.netlink import End, put_address, put_neighbour, put_route, up, veth

MAC = "02:00:01:00:00:01"

ETH0 = "0900 0300 65746830 00 000000"  # IFLA_IFNAME "eth0"
DOWN = "00 00 0000 00000000 00000000 00000000"  # struct ifinfomsg, nothing set
UP = "00 00 0000 00000000 01000000 01000000"
MTU = "0800 0400 dc050000"  # IFLA_MTU 1500


@pytest.mark.parametrize(
    ("request_", "body"),
    [
        pytest.param(up("eth0"), f"{UP} {ETH0}", id="up"),
        pytest.param(
            put_address(2, ip_interface("10.0.0.1/8")),
            "02 08 00 00 02000000 0800 0200 0a000001 0800 0100 0a000001",
            id="IPv4 address",
        ),
        pytest.param(
            put_address(2, ip_interface("2a11::10/64")),
            "0a 40 02 00 02000000"
            "1400 0200 2a11 0000000000000000000000000010"
            "1400 0100 2a11 0000000000000000000000000010",
            id="IPv6 address without duplicate detection",
        ),
        pytest.param(
            put_route(2, ip_network("0.0.0.0/0"), ip_address("10.0.0.254")),
            "02 00 00 00 fe 04 00 01 04000000 0800 0400 02000000 0800 0500 0a0000fe",
            id="default route by a gateway on the link",
        ),
        pytest.param(
            put_route(2, ip_network("0.0.0.0/0"), ip_address("10.0.0.254"), 1280),
            "02 00 00 00 fe 04 00 01 04000000 0800 0400 02000000 0800 0500 0a0000fe"
            "0c00 0800 0800 0200 00050000",
            id="default route with an MTU",
        ),
        pytest.param(
            put_route(2, ip_network("10.1.0.0/16"), None),
            "02 10 00 00 fe 04 fd 01 00000000 0800 0100 0a010000 0800 0400 02000000",
            id="route to the link",
        ),
        pytest.param(
            put_neighbour(2, ip_address("10.0.0.254"), MAC),
            "02 000000 02000000 8000 00 00 0800 0100 0a0000fe"
            "0a00 0200 020001000001 0000",
            id="permanent neighbour",
        ),
        pytest.param(
            veth(End("eth0"), End("eth0", namespace=7, mac=MAC, index=2)),
            f"{DOWN} {ETH0} {MTU}"
            # IFLA_LINKINFO { IFLA_INFO_KIND "veth", IFLA_INFO_DATA { VETH_INFO_PEER
            "5000 1200 0900 0100 76657468 00 000000 4000 0200 3c00 0100"
            "00 00 0000 02000000 00000000 00000000"
            f"{ETH0} {MTU} 0a00 0100 020001000001 0000 0800 1c00 07000000",
            id="veth pair into a namespace",
        ),
    ],
)
def test_body(request_, body):
    assert request_.body.hex(" ") == bytes.fromhex(body).hex(" ")
