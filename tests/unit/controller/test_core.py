import pytest
from fakes.fabrics import triangle
from fakes.flow_table import FakeFabric

from controller.core import Core, PortState
from controller.fabric import Port
from controller.openflow import Output

STRANGE = 0xBADC0FFEE
FEW = 20  # messages, of some hundred in all


@pytest.fixture
def net():
    return FakeFabric(triangle())


def states(net, site):
    return net.switches[site].port_states()


def test_nothing_is_sent_before_all_switches_are_known(net):
    core = Core(net.fabric)
    for site in ("fra", "iad"):
        core.ports_told(site, states(net, site))
        core.cookies_told(site, ())
        assert core.changes() == {}
    assert not core.is_settled("fra")
    core.ports_told("syd", states(net, "syd"))
    assert core.changes() == {}
    core.cookies_told("syd", ())
    assert core.changes().keys() == {"fra", "iad", "syd"}
    assert core.is_settled("fra")
    assert core.changes() == {}


def test_a_restarted_controller_finds_nothing_to_do(net):
    assert net.restart() == 0


def test_a_restart_keeps_what_is_right_and_mends_the_rest(net):
    net.set_port(Port("iad", "iad-syd"), up=False, told=False)
    # What is replaced is also removed by its cookie, which then finds nothing.
    assert 0 < net.restart() < 2 * FEW
    assert net.send("fra-client", "11.3.1.10").sites == ("fra", "syd")


def test_flows_of_others_are_removed(net):
    core = Core(net.fabric)
    for site, switch in net.switches.items():
        core.ports_told(site, states(net, site))
        core.cookies_told(site, switch.cookies() | {STRANGE})
    assert {site: change.remove for site, change in core.changes().items()} == {
        site: (STRANGE,) for site in net.switches
    }


def test_a_switch_that_lost_its_flows_gets_them_again(net):
    lost = dict(net.switches["fra"].flows)
    net.core.left("fra")
    assert not net.core.is_settled("fra")
    assert net.core.flow_count("fra") == 0
    net.switches["fra"].flows.clear()
    net.core.ports_told("fra", states(net, "fra"))
    net.core.cookies_told("fra", ())
    net.settle()
    assert net.switches["fra"].flows == lost


def test_a_switch_that_is_away_keeps_its_wires(net):
    net.core.left("syd")
    assert net.settle() == 0
    assert net.core.wires_down() == []


def test_while_a_switch_is_away_the_others_follow_the_wires(net):
    net.core.left("syd")
    net.set_port(Port("iad", "iad-syd"), up=False)
    assert net.send("fra-client", "11.3.1.10").sites == ("fra", "syd")


def test_a_port_that_comes_back_with_another_number(net):
    switch = net.switches["fra"]
    net.core.port_told("fra", "fra-lb1", None)
    before = len(switch.flows)
    number = switch.numbers.pop("fra-lb1")
    switch.up.discard("fra-lb1")
    net.settle()
    assert len(switch.flows) < before
    assert all(it.actions[-1] != Output("fra-lb1") for _, it in switch.flows.values())
    switch.numbers["fra-lb1"] = number + 50
    switch.up.add("fra-lb1")
    net.core.port_told("fra", "fra-lb1", PortState(number + 50, True))
    net.settle()
    assert len(switch.flows) == before
    assert net.restart() == 0


def test_a_number_change_alone_renews_the_flows(net):
    switch = net.switches["fra"]
    count = len(switch.flows)
    switch.numbers["fra-lan"] = 99
    net.core.port_told("fra", "fra-lan", PortState(99, True))
    assert net.settle() > 0
    assert len(switch.flows) == count
    assert net.restart() == 0


def test_ports_that_nobody_uses_change_nothing(net):
    assert net.core.recomputes == 1
    net.core.port_told("fra", "tap7", PortState(77, False))
    assert net.settle() == 0
    assert net.core.recomputes == 1


def test_counts_for_the_status(net):
    assert net.core.flow_count("syd") == len(net.switches["syd"].flows)
    assert net.core.group_count("fra") == 2
    assert net.core.group_count("iad") == 4
    assert net.core.group_count("syd") == 0
