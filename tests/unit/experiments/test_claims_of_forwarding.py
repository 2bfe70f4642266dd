"""What forwarding_modes claims about rows that are right, and about wrong ones."""

from dataclasses import replace

import pytest
from fakes.forwardings import rows

from experiments.forwarding_modes import claims, figures
from experiments.kit.forwarding.row import ForwardingRow
from experiments.kit.judging.verdict import Verdict, judge


def broken(some: list[ForwardingRow]) -> set[str]:
    return {claim.name for claim in claims(some) if claim.holds is not True}


def changed(mode: str, **changes: object) -> list[ForwardingRow]:
    return [replace(it, **changes) if it.mode == mode else it for it in rows()]


def test_right_rows_pass() -> None:
    assert broken(rows()) == set()


@pytest.mark.parametrize(
    ("mode", "changes", "names"),
    [
        pytest.param("gre", {"fetched": 17}, {"served"}, id="not fetched"),
        pytest.param("gre", {"uploaded": False}, {"served"}, id="not uploaded"),
        pytest.param("gue", {"overhead_most": 32}, {"overhead"}, id="longer"),
        pytest.param("l2", {"overhead_least": 4}, {"overhead"}, id="not plain"),
        pytest.param("ipip", {"replies": 1}, {"direct return"}, id="a reply"),
        pytest.param("ipip", {"carried": 50_000}, {"direct return"}, id="more octets"),
        pytest.param(
            "ipip",
            {"carried": 100_000},
            {"direct return", "fewer octets"},
            id="much more",
        ),
        pytest.param("nat", {"carried": 300_000}, {"translation"}, id="carried once"),
        pytest.param("gre", {"same": 4}, {"as sent"}, id="changed"),
        pytest.param("l2", {"hops": 2}, {"as sent"}, id="another router"),
        pytest.param(
            "nat", {"kept": "source address"}, {"hidden", "translated"}, id="not hidden"
        ),
        pytest.param("nftables", {"kept": ""}, {"translated"}, id="options lost"),
        pytest.param("haproxy", {"wrong_sums": 1}, {"checksums"}, id="checksum"),
        pytest.param("gre6", {"largest": 1500}, {"fits"}, id="too large"),
        pytest.param("gre6", {"told_least": 1400}, {"fits"}, id="told too little"),
        pytest.param("gre6", {"lost": 1}, {"fits"}, id="lost silently"),
        pytest.param("gre6", {"mss": 1440}, {"segments"}, id="no room"),
        pytest.param("gre6", {"uploaded_full": False}, {"too long"}, id="black hole"),
        pytest.param("l2", {"full_refused": 1}, {"too long"}, id="needless answers"),
        pytest.param("gue", {"answer_ms": 30.0}, {"as near"}, id="slow"),
        pytest.param("haproxy", {"connect_ms": 200.0}, {"as near"}, id="sent again"),
    ],
)
def test_a_wrong_way_fails(
    mode: str, changes: dict[str, object], names: set[str]
) -> None:
    assert broken(changed(mode, **changes)) == names


def test_no_rows_decide_nothing() -> None:
    verdict, _ = judge(claims([]), [])
    assert verdict is Verdict.INCONCLUSIVE


def test_figures_have_a_line_for_each_way() -> None:
    bands, *tables = figures(rows())
    assert len(bands.bands) == len(rows())
    assert all(band.low <= band.value <= band.high for band in bands.bands)
    assert [len(table.rows) for table in tables] == [len(rows())] * 3
    assert all(all(table.good) for table in tables)
