"""The page: whole, by itself, with a reason wherever there is nothing to see."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fakes.runs import caches, fetches, fidelity, made_with, plan_of
from fakes.survivals import survivals

from experiments.kit.catalogue import load_experiment
from experiments.kit.fidelity.breaches import Limits, breaches
from experiments.kit.judging.verdict import judge
from experiments.kit.report.render import octets, render_report, whole_words
from experiments.kit.results.outcome import Outcome, Part, RunResult
from topo.world.plan import Plan

PLAN = plan_of("duo")
# Attributes by which a page fetches something; a link to click is none.
FETCHING = {"src", "srcset", "href", "xlink:href", "data", "poster", "action"}
VOID = {"meta", "link", "br", "hr", "img"}


class Page(HTMLParser):
    """Collects what would be fetched, ids, and whether all elements are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.open: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name in FETCHING and value and not value.startswith("#"):
                self.fetched.append(value)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outcome(name: str, rows: Sequence[Any], p99_ms: float = 1.0) -> Outcome:
    experiment = load_experiment(name)
    part = Part(0, tuple(rows), fidelity(PLAN, p99_ms=p99_ms))
    found = breaches(part.fidelity, Limits())
    claims = tuple(experiment.claims(rows))
    verdict, reason = judge(claims, [str(breach) for breach in found])
    return Outcome(experiment, verdict, reason, claims, found, (part,))


def page(*outcomes: Outcome) -> str:
    result = RunResult(Path("runs/x"), outcomes)
    return render_report(result, made_with(PLAN), PLAN, Limits())


@pytest.fixture(scope="module")
def whole() -> str:
    return page(
        outcome("dsr_reply_paths", fetches(PLAN)),
        outcome("resolver_caching", caches(PLAN)),
    )


def test_every_column_of_pairs_has_its_heads(whole: str) -> None:
    """One pair is one table; many are two, neither of which lacks a head."""
    assert whole.count(">error, ms</th>") == 1
    earth = plan_of("earth")
    result = RunResult(Path("runs/x"), (_measured("dsr_reply_paths", earth),))
    many = render_report(result, made_with(earth), earth, Limits())
    assert many.count(">error, ms</th>") == 2


def _measured(name: str, plan: Plan) -> Outcome:
    part = Part(0, (), fidelity(plan))
    return replace(outcome(name, ()), parts=(part,))


def test_nothing_is_fetched(whole: str) -> None:
    parsed = Page(whole)
    assert set(parsed.fetched) <= {"data:,"}
    assert parsed.scripts == 0
    assert not parsed.open
    assert not re.search(r"url\((?!['\"]?#)|@import|https?://", whole)


def test_everything_is_shown(whole: str) -> None:
    for text in (
        "dsr_reply_paths",
        "resolver_caching",
        "measured, ms",
        "fra-office-1",
        "No reply packet passes a balancer.",
        "λT/(1+λT)",
        "GRE 11.",
        "timer p99",
        "1.17.1-2",
    ):
        assert text in whole


@pytest.mark.parametrize(
    ("make", "texts"),
    [
        pytest.param(
            lambda: page(),
            ["No experiment was asked for.", "no experiment ran", "measured no pair"],
            id="no experiment",
        ),
        pytest.param(
            lambda: page(
                outcome("dsr_reply_paths", []), outcome("resolver_caching", [])
            ),
            [
                *("No request was followed", "No client fetched anything."),
                *("Nothing was measured.", "No resolver was asked."),
            ],
            id="no rows",
        ),
        pytest.param(
            lambda: page(outcome("connection_survival", survivals())),
            ['<th scope="row">anchor</th>', "rgba(213, 94, 0, 0.7", "0 (0)"],
            id="a grid",
        ),
        pytest.param(
            lambda: page(outcome("dsr_reply_paths", fetches(PLAN), p99_ms=80.0)),
            ["⚠ invalid", "timer p99 ", "ms late at 00:"],
            id="unfaithful",
        ),
        pytest.param(
            lambda: page(
                outcome(
                    "dsr_reply_paths",
                    [replace(row, proven=False, reason="<b>") for row in fetches(PLAN)],
                )
            ),
            ["✕ fail", "reply not proven", "&lt;b&gt;"],
            id="unproven, and escaped",
        ),
    ],
)
def test_a_view_says_why_it_is_as_it_is(
    make: Callable[[], str], texts: list[str]
) -> None:
    text = make()
    Page(text)
    for wanted in texts:
        assert wanted in text


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 B"), (999, "999 B"), (1500, "1.5 kB"), (2_500_000, "2.5 MB")],
)
def test_octets(count: int, text: str) -> None:
    assert octets(count) == text


@pytest.mark.parametrize(
    ("text", "html"),
    [
        pytest.param("8 of 8", "8 of 8", id="no name"),
        pytest.param(
            "fra-be1, lb2", '<span class="word">fra-be1,</span> lb2', id="a name"
        ),
        pytest.param(
            "<b> a-&", '&lt;b&gt; <span class="word">a-&amp;</span>', id="markup"
        ),
        pytest.param("", "", id="nothing"),
    ],
)
def test_names_stay_on_one_line(text: str, html: str) -> None:
    assert whole_words(text) == html
