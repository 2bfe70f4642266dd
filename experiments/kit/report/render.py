"""From a run's records to report.html: what to show, in which order; no geometry."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

import jinja2
from markupsafe import Markup

from topo.world.plan import Plan

from ..fidelity.breaches import Limits
from ..figures import Bands, Figure, Grid, Table, Ways
from ..judging.verdict import Verdict
from ..results.outcome import Outcome, RunResult, logs
from ..results.provenance import Provenance
from .plots import bands_svg, timer_svg
from .worldmap import map_view

PAGE = files("experiments.kit") / "page"
# Never by colour alone: each verdict has its own sign.
SIGNS: Mapping[Verdict, str] = {
    Verdict.PASS: "✓",
    Verdict.FAIL: "✕",
    Verdict.INVALID: "⚠",
    Verdict.INCONCLUSIVE: "?",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure ready for the page; `body` is "" when there is nothing to show."""

    figure: Figure
    body: Markup


def write_report(
    result: RunResult, made_with: Provenance, plan: Plan, limits: Limits
) -> None:
    """Write report.html into the run's folder."""
    text = render_report(result, made_with, plan, limits)
    result.report.write_text(text, encoding="utf-8")


def render_report(
    result: RunResult, made_with: Provenance, plan: Plan, limits: Limits
) -> str:
    """Return the page."""
    environment = _environment()
    named = logs(result.outcomes)
    return environment.get_template("report.html").render(
        result=result,
        made_with=made_with,
        world=plan.world,
        plan=plan,
        limits=limits,
        logs=named,
        pairs=named[0][1].pairs if named else (),
        timer=Markup(timer_svg(named, limits)) if named else "",
        shown={
            outcome.experiment.name: _figures(environment, outcome, plan)
            for outcome in result.outcomes
        },
        css=Markup((PAGE / "report.css").read_text()),
    )


def _figures(
    environment: jinja2.Environment, outcome: Outcome, plan: Plan
) -> list[Shown]:
    figures = outcome.experiment.figures(outcome.rows)
    return [Shown(figure, _body(environment, figure, plan)) for figure in figures]


def _body(environment: jinja2.Environment, figure: Figure, plan: Plan) -> Markup:
    match figure:
        case Ways() if figure.ways:
            land = (PAGE / "land.txt").read_text().replace("\n", "")
            view = map_view(plan.world, figure)
            return _fill(environment, "map.svg", map=view, land=land) + (
                _fill(environment, "hops.svg", hops=figure.hops) if figure.hops else ""
            )
        case Bands() if figure.bands:
            return Markup(bands_svg(figure))
        case Table() if figure.rows:
            return _fill(environment, "table.html", table=figure)
        case Grid() if figure.rows:
            return _fill(environment, "grid.html", grid=figure)
    return Markup("")


def _fill(environment: jinja2.Environment, name: str, **values: object) -> Markup:
    return Markup(environment.get_template(name).render(**values))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(lambda name: (PAGE / name).read_text()),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["octets"] = octets
    environment.filters["whole_words"] = whole_words
    environment.filters["sign"] = lambda verdict: SIGNS[verdict]
    return environment


def octets(count: float) -> str:
    """Return a number of octets as people read it."""
    for unit, size in (("MB", 1_000_000), ("kB", 1_000)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count:.0f} B"


def whole_words(text: object) -> Markup:
    """Return text whose hyphenated words, such as names of hosts, stay on one line."""
    return Markup(" ").join(
        Markup('<span class="word">{}</span>').format(word) if "-" in word else word
        for word in str(text).split(" ")
    )
