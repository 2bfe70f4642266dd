"""The metrics of a status object, as Prometheus reads them."""

from balancer.metrics import exposition
from balancer.nameserver.answering.desk import Desk
from balancer.nameserver.telemetry.merge import merged
from balancer.nameserver.telemetry.metrics import metrics_of
from balancer.nameserver.telemetry.tallies import NO_SCOPE, About, Tallies, scope_of
from balancer.nameserver.xdp.front import Front
from balancer.wire.dns.codes import Type
from balancer.wire.dns.edns import Edns, Option
from balancer.wire.dns.names import name_from_text
from balancer.wire.dns.query import Question, make_query

NOW_S = 1_800_000_000
SUBNET = Option(8, b"\0\1\x18\0\x0b\2\3")
ITSELF = {
    "steering": {"version": 3, "age_s": 1.5, "taken": 2, "refused": 1},
    "reloads": {"done": 4, "failed": 0, "seconds": None},
    "serials": {"gslb.net": 7},
    "workers": {"running": 2, "restarts": 1},
}


class FakeDatapath:
    def counters(self):
        return {"NOT_HOT": 2, "ANSWERED": 5, "ANSWERED_SUBNET": 4}

    def sources(self):
        return {}

    def tallies(self):
        tallies = Tallies()
        tallies[About(Type.AAAA, "nearest", "iad", NO_SCOPE)].count += 5
        tallies[About(Type.A, "nearest", "iad", scope_of(1, 16))].count += 4
        return tallies


def status_of(authority):
    statuses = []
    for source in ("11.1.3.10", "11.2.3.10"):
        desk = Desk(authority)
        for edns in (None, Edns(1232, options=(SUBNET,))):
            question = Question(name_from_text("www.gslb.net"), 1)
            wire = make_query(7, question, edns).to_wire()
            desk.answer_datagram(wire, source, NOW_S)
            desk.counters.udp.add(9_000, 1)
        desk.answer_message(wire, source, NOW_S)
        desk.counters.tcp.add(3_000_000_000, 1)
        statuses.append(desk.counters.snapshot("fra"))
    return {**merged(statuses), **ITSELF}


def test_all_processes_and_xdp_are_in_the_metrics(authority):
    status = status_of(authority)
    Front(FakeDatapath(), "native").add_to(status)
    text = exposition(metrics_of(status))
    lines = set(text.splitlines())
    assert {
        'frontlab_dns_queries_total{transport="udp"} 4',
        'frontlab_dns_queries_total{transport="tcp"} 2',
        'frontlab_dns_queries_total{transport="xdp"} 9',
        'frontlab_dns_responses_total{rcode="NOERROR",outcome="answers"} 15',
        'frontlab_dns_questions_total{type="A"} 10',
        'frontlab_dns_questions_total{type="AAAA"} 5',
        'frontlab_dns_steered_total{policy="nearest",site="iad"} 14',
        'frontlab_dns_scopes_total{family="IPv4",length="16"} 8',
        'frontlab_dns_rate_limited_total{action="slipped"} 0',
        'frontlab_dns_answer_seconds_bucket{transport="udp",le="8e-06"} 0',
        'frontlab_dns_answer_seconds_bucket{transport="udp",le="1.6e-05"} 4',
        'frontlab_dns_answer_seconds_bucket{transport="udp",le="+Inf"} 4',
        'frontlab_dns_answer_seconds_sum{transport="udp"} 3.6e-05',
        'frontlab_dns_answer_seconds_bucket{transport="tcp",le="1.048576"} 0',
        'frontlab_dns_answer_seconds_count{transport="tcp"} 2',
        'frontlab_dns_xdp_frames_total{reason="not_hot"} 2',
        "frontlab_dns_steering_age_seconds 1.5",
        'frontlab_dns_zone_serial{zone="gslb.net"} 7',
        "frontlab_dns_workers 2",
        "frontlab_dns_worker_restarts_total 1",
    } <= lines
    names = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(names) == len(set(names)) == text.count("# TYPE")


def test_without_a_process_there_is_nothing_to_tell():
    assert metrics_of({"workers": {"running": 0, "restarts": 5}}) == []
