from dataclasses import replace

from fakes.runs import authority_frame, plan_of

from experiments.kit.authority import RETRY_NS, authority_queries, times_by_name
from experiments.kit.sighting import sightings

PLAN = plan_of("duo")
NAME = "short-fra-unbound.frontlab.net"


def test_a_question_is_told_in_lower_case() -> None:
    frame = authority_frame(PLAN, "ShOrt-fra-unbound.frontlab.net", 1.0)
    [query] = authority_queries(sightings([frame]))
    assert query.name == NAME
    assert query.time_ns == frame.time_ns


def test_answers_other_types_and_nonsense_are_left_out() -> None:
    frame = authority_frame(PLAN, NAME, 1.0)
    other_type = frame.data[:-3] + b"\x02" + frame.data[-2:]
    endless = frame.data[:54] + b"\x3f" + frame.data[55:]
    assert not authority_queries(
        sightings(
            [
                replace(frame, to_host=False),
                replace(frame, data=other_type),
                replace(frame, data=endless),
                replace(frame, data=frame.data[:48], length=48),
            ]
        )
    )


def test_retries_are_left_out_where_asked() -> None:
    at_s = (1.0, 1.3, 1.0 + RETRY_NS / 1e9, 5.0)
    frames = [authority_frame(PLAN, NAME, it) for it in at_s]
    queries = authority_queries(sightings(frames))
    assert len(times_by_name(queries)[NAME]) == 4
    assert len(times_by_name(queries, RETRY_NS)[NAME]) == 3
