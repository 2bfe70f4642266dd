"""Plots as SVG text, by matplotlib, to stand inside the page; nothing else is drawn.

Fonts stay text, so that the page's own font is used and the words can be searched.
"""

import io
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..fidelity.breaches import FidelityLog, Limits
from ..figures import Bands

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe and Ito's palette: told apart by all kinds of colour vision.
BLUE, VERMILLION, GREY, INK = "#0072B2", "#D55E00", "#B8C4CE", "#1b2733"
ORANGE = "#E69F00"
STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "frontlab",
    "font.family": "sans-serif",
    "font.size": 11,
    "axes.edgecolor": "#8795a1",
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
}
WIDTH_IN = 9.2
FLOOR = 0.1  # lowest value shown on the logarithmic scale
NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def bands_svg(figure: Bands) -> str:
    """Draw measured values as dots over their predicted ranges."""

    def draw(axes: "Axes") -> None:
        for row, band in enumerate(reversed(figure.bands)):
            wide = band.high - band.low
            axes.barh(row, wide, left=band.low, height=0.46, color=GREY, linewidth=0)
            axes.vlines((band.low, band.high), row - 0.3, row + 0.3, color="#6b7a88")
            inside = band.low <= band.value <= band.high
            marker, colour = ("o", BLUE) if inside else ("X", VERMILLION)
            axes.plot(band.value, row, marker, color=colour, markersize=8)
            axes.annotate(
                f"{band.value:.4g}",
                (band.value, row),
                textcoords="offset points",
                xytext=(9, 0),
                va="center",
                fontsize=9.5,
            )
        axes.set_yticks(
            range(len(figure.bands)), [band.label for band in reversed(figure.bands)]
        )
        axes.set_xlim(0, 1.05 * max(max(it.high, it.value) for it in figure.bands))
        axes.set_ylim(-0.6, len(figure.bands) - 0.25)
        axes.set_xlabel(figure.unit)
        axes.grid(axis="x", color="#e3e8ec", linewidth=0.8)
        axes.set_axisbelow(True)
        axes.tick_params(axis="y", length=0)

    return _svg(draw, 0.9 + 0.42 * len(figure.bands))


def timer_svg(named: Sequence[tuple[str, FidelityLog]], limits: Limits) -> str:
    """Draw the timer's lateness and the run queue over the run's seconds."""
    lines = limits.timer_p99_ms, limits.runnable_per_core
    seen = [
        value
        for _, log in named
        for window in log.timer
        for value in (window.p99_ms, window.runnable_per_core)
    ]

    def draw(axes: "Axes") -> None:
        for index, (name, log) in enumerate(named):
            at_s = [log.began_s + window.at_s for window in log.timer]
            late = [max(window.p99_ms, FLOOR) for window in log.timer]
            axes.plot(at_s, late, color=BLUE, marker=".", label=_once(index, "p99"))
            queue = [max(window.runnable_per_core, FLOOR) for window in log.timer]
            axes.plot(
                at_s,
                queue,
                color=ORANGE,
                marker="^",
                markersize=4,
                linestyle="--",
                label=_once(index, "run queue"),
            )
            if at_s:
                axes.annotate(
                    name,
                    (at_s[0], 1.0),
                    xycoords=("data", "axes fraction"),
                    xytext=(0, 4 + 13 * (index % 2)),
                    textcoords="offset points",
                    fontsize=9.5,
                )
                axes.axvline(at_s[0], color=GREY, linewidth=1)
        for limit, colour in zip(lines, (BLUE, ORANGE), strict=True):
            axes.axhline(limit, color=colour, linewidth=1, linestyle=":")
        axes.set_yscale("log")
        axes.set_ylim(FLOOR, 3 * max([*seen, *lines]))
        axes.yaxis.set_major_formatter("{x:g}")
        axes.set_xlabel("seconds since the run began")
        axes.set_ylabel("ms late; processes a core")
        axes.grid(axis="y", color="#e3e8ec", linewidth=0.8)
        axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False)

    return _svg(draw, 2.9)


LABELS = {
    "p99": "timer p99 (ms)",
    "run queue": "run queue (processes a core)",
}


def _once(index: int, what: str) -> str:
    """Label the first of several alike lines; matplotlib leaves "_" out."""
    return LABELS[what] if index == 0 else f"_{what}"


def _svg(draw: Callable[["Axes"], None], height_in: float) -> str:
    # Late: matplotlib takes a second to load.
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height_in), layout="constrained")
        draw(figure.subplots())
        return _inline(figure)


def _inline(figure: "Figure") -> str:
    """Return the figure as an element for HTML: no prologue, no name spaces."""
    target = io.StringIO()
    figure.savefig(target, format="svg", transparent=True, metadata=NO_METADATA)
    text = target.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r'\sxmlns(:\w+)?="[^"]*"', "", text)
    text = re.sub(r"<metadata>.*?</metadata>", "", text, flags=re.DOTALL)
    text = text.replace("xlink:href", "href")
    width = re.search(r'<svg[^>]*?width="([\d.]+)pt"', text)
    return text.replace("<svg", '<svg class="plot"', 1) if width else text
