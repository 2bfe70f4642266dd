"""The status objects of several processes, and of XDP, as one."""

from balancer.nameserver.telemetry.merge import merged
from balancer.nameserver.telemetry.tallies import About, Tallies
from balancer.nameserver.xdp.front import Front
from balancer.nameserver.xdp.reasons import Reason
from balancer.wire.dns.codes import Type

ONE = {
    "counters": {"queries": 3, "ecs": 1},
    "queries_by_source": {"11.1.3.10": 3},
    "answered": {"types": {"A": 3}, "steered": {"nearest": {"fra": 2}}, "scopes": {}},
    "latency_us": {"udp": {"8": 3, "sum_us": 20}, "tcp": {"sum_us": 0}},
    "samples": [{"time_s": 2}],
}
OTHER = {
    "counters": {"queries": 4, "ecs": 0},
    "queries_by_source": {"11.1.3.10": 1, "2a11::10": 3},
    "answered": {"types": {"A": 1, "MX": 3}, "steered": {}, "scopes": {"IPv4/8": 1}},
    "latency_us": {"udp": {"16": 4, "sum_us": 60}, "tcp": {"sum_us": 0}},
    "samples": [{"time_s": 1}, {"time_s": 3}],
}


class FakeDatapath:
    def counters(self):
        return {
            **{reason.name: 0 for reason in Reason},
            "ANSWERED": 5,
            "NOT_HOT": 2,
        } | {"ANSWERED_SUBNET": 4}

    def sources(self):
        return {"11.1.3.10": 6, "9.9.9.9": 2}

    def tallies(self):
        tallies = Tallies()
        tallies[About(Type.A)].count += 9
        return tallies


def test_counts_are_summed_and_the_rest_is_the_first_ones():
    total = merged([{**ONE, "serials": {"gslb.net": 7}}, {**OTHER, "serials": {}}])
    assert total == {
        "counters": {"queries": 7, "ecs": 1},
        "queries_by_source": {"11.1.3.10": 4, "2a11::10": 3},
        "answered": {
            "types": {"A": 4, "MX": 3},
            "steered": {"nearest": {"fra": 2}},
            "scopes": {"IPv4/8": 1},
        },
        "latency_us": {"udp": {"8": 3, "16": 4, "sum_us": 80}, "tcp": {"sum_us": 0}},
        "samples": [{"time_s": 1}, {"time_s": 2}, {"time_s": 3}],
        "serials": {"gslb.net": 7},
    }


def test_answers_of_xdp_are_added():
    status = merged([ONE])
    Front(FakeDatapath(), "native").add_to(status)
    assert status["counters"] == {
        "queries": 12,
        "udp": 9,
        "answers": 9,
        "ecs": 5,
        "other_sources": 1,
    }
    assert status["queries_by_source"] == {"11.1.3.10": 9, "9.9.9.9": 2}
    assert status["xdp"]["mode"] == "native"
    assert status["answered"] == {**ONE["answered"], "types": {"A": 12}}
    assert status["xdp"]["questions"] == 0
