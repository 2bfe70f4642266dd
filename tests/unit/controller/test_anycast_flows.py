"""Flows of anycast addresses: who gets a packet, and who after a member has gone."""

import pytest

from controller.fabric import Membership, Port
from controller.flows import desired_flows
from controller.openflow import Choose

UDP, TCP = 17, 6


@pytest.mark.parametrize("protocol", [UDP, TCP])
@pytest.mark.parametrize("family", [0, 1])
@pytest.mark.parametrize("number", [0, 1])
def test_an_anycast_spreads_over_its_members(net, number, family, protocol):
    vip = net.fabric.anycasts[number]
    address = str(vip.addresses[family])
    found = net.spread("syd-client", address, 200, ip_proto=protocol)
    assert found.keys() == set(vip.members)
    assert min(found.values()) > 0.6 * 200 / len(vip.members)


@pytest.mark.parametrize(
    ("source", "sites"),
    [
        pytest.param("fra-client", {"fra"}, id="at its own site"),
        pytest.param("syd-client", {"iad"}, id="at the nearest"),
    ],
)
def test_an_anycast_leads_to_the_nearest_site(net, source, sites):
    found = net.spread(source, "23.0.0.80", 50)
    assert {net.hosts[host].site for host in found} == sites


def test_one_member_at_a_site_needs_no_choice(net):
    address = "23.0.0.53"
    used = [
        action
        for flow in desired_flows(net.fabric)["fra"]
        if any(getattr(part, "value", "") == address for part in flow.match)
        for action in flow.actions
    ]
    assert used
    assert not any(isinstance(action, Choose) for action in used)


def test_a_dead_member_moves_its_own_flows_only(net):
    def members():
        ports = range(30000, 30200)
        return [net.send("syd-be", "23.0.0.1", source_port=it).host for it in ports]

    before = members()
    net.set_port(Port("fra", "fra-lb2"), up=False, told=False)
    without_controller = members()
    sent = net.set_port(Port("fra", "fra-lb2"), up=False)
    moved = {a for a, b in zip(before, without_controller, strict=True) if a != b}
    assert moved == {"fra-lb2"}
    assert "fra-lb2" not in without_controller
    assert members() == without_controller
    assert sent == 0
    net.set_port(Port("fra", "fra-lb2"), up=True)
    assert members() == before


def test_the_next_site_serves_when_all_members_of_one_are_dead(net):
    net.set_port(Port("fra", "fra-lb1"), up=False)
    found = net.spread("fra-client", "23.0.0.80", 50)
    assert found.keys() == {"iad-lb1", "iad-lb2"}
    net.set_port(Port("iad", "iad-lb1"), up=False)
    net.set_port(Port("iad", "iad-lb2"), up=False)
    assert net.send("syd-client", "23.0.0.80").host is None
    assert not any(
        getattr(part, "value", "") == "23.0.0.80"
        for _, flow in net.switches["syd"].flows.values()
        for part in flow.match
    )


def test_a_lan_that_is_cut_off_takes_its_members_along(net):
    net.set_port(Port("fra", "fra-lan"), up=False)
    assert net.send("syd-client", "23.0.0.53").host == "iad-be"
    assert net.send("fra-lb1", "23.0.0.53").host == "iad-be"


def withdraw(net, *members, anycast="nameserver"):
    told = tuple(Membership(anycast, member) for member in members)
    net.core.withdrawn_told(told)
    return net.settle()


def test_a_withdrawn_member_hands_its_clients_to_the_next_site(net):
    assert net.send("fra-client", "23.0.0.53").host == "fra-be"
    assert 0 < withdraw(net, "fra-be") <= 4
    assert net.send("fra-client", "23.0.0.53").host == "iad-be"
    assert net.send("fra-client", "2a23::53").host == "iad-be"
    assert net.restart() > 0, "a controller that starts anew knows of no withdrawal"
    assert net.send("fra-client", "23.0.0.53").host == "fra-be"


def test_the_last_one_to_withdraw_stays(net):
    withdraw(net, "fra-be", "iad-be")
    assert net.send("fra-client", "23.0.0.53").host == "iad-be"
    withdraw(net, "iad-be", "fra-be")
    assert net.send("syd-client", "23.0.0.53").host == "fra-be"
    withdraw(net, "iad-be", "fra-be", "fra-lb1", anycast="everywhere")
    assert net.send("syd-client", "23.0.0.53").host == "iad-be", "that is another one"


def test_the_last_reachable_member_cannot_withdraw(net):
    net.set_port(Port("fra", "fra-lan"), up=False)
    withdraw(net, "iad-be")
    assert net.send("syd-client", "23.0.0.53").host == "iad-be"


def test_a_withdrawn_balancer_gets_no_flow_and_moves_no_other(net):
    def takers():
        ports = range(40000, 40200)
        return {
            p: net.send("syd-client", "23.0.0.1", source_port=p).host for p in ports
        }

    before = takers()
    withdraw(net, "fra-lb2", anycast="www@fra")
    after = takers()
    assert set(after.values()) == {"fra-lb1", "fra-lb3", "fra-lb4"}
    assert all(after[p] == it for p, it in before.items() if it != "fra-lb2")
    withdraw(net)
    assert takers() == before
