"""The one transaction that makes a network's switches."""

from topo.net import LabController, LabIntf, LabSwitch
from topo.net.link import LabLink


class Made(LabLink):
    """A link whose interfaces somebody else has made."""

    @classmethod
    def makeIntfPair(cls, *args, **kwargs):
        """Make nothing."""


def switch(**params):
    return LabSwitch("sw-fra", dpid="1", **params)


def words(text):
    return text.split()


def test_a_router_of_the_fabric():
    fra = switch(failMode="secure", protocols="OpenFlow13,OpenFlow15", batch=True)
    LabIntf("fra-lan", node=fra, port=1, link=Made.__new__(Made), moveIntfFn=print)
    fra.start([LabController("c0", ip="127.0.0.1", port=6653)])
    assert fra.transaction() == words(
        "-- add-br sw-fra -- set bridge sw-fra"
        " other_config:datapath-id=0000000000000001 fail_mode=secure"
        " other-config:disable-in-band=true datapath_type=netdev"
        " protocols=OpenFlow13,OpenFlow15 other-config:dp-desc=sw-fra"
        " -- set-controller sw-fra tcp:127.0.0.1:6653"
        " -- set controller sw-fra max_backoff=1000"
        " controller_rate_limit=100 controller_burst_limit=100"
        " -- add-port sw-fra fra-lan -- set Interface fra-lan ofport_request=1"
    )


def test_a_port_with_a_qdisc_keeps_it():
    fra = switch(batch=True)
    LabIntf("fra-iad", node=fra, port=1, moveIntfFn=print)
    assert words("create qos type=linux-noop")[0] in fra.transaction()


def test_the_kernels_datapath():
    assert "datapath_type=netdev" not in switch(datapath="kernel").transaction()


def test_no_process():
    assert "pid=None" in repr(switch())
