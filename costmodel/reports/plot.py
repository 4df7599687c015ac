"""The roofline as a plot: a network's layers under a device's roof, by matplotlib's figures; loaded only for `--plot`."""

from collections.abc import Iterable
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.ticker import FuncFormatter, NullFormatter

from costmodel.reports.annotating import Labels
from costmodel.reports.canvas import COLOURS, INK, NAME, OTHER, plain, saved, width
from costmodel.reports.columns import Shown, words
from costmodel.reports.layout import clipped
from costmodel.reports.roofline import on_its_own, rate, ratio
from costmodel.reports.rows import Row, unit_label
from costmodel.reports.selection import select
from costmodel.reports.words import setting, share
from costmodel.roofline import Roofline, Work

_AREA = 3600
"""Square points of the dot of a layer that takes all the time."""
_LABELS = 7
"""Layers that are named, at most."""


class Dot(NamedTuple):
    """A row of a report under the roof: mult-adds a byte, mult-adds a second, part of the time, kind and name."""

    intensity: float
    speed: float
    part: Fraction
    kind: str
    name: str


def draw(shown: Shown, form: str) -> bytes:
    """The plot as `svg`, `pdf` or `png`; the same input gives the same bytes."""
    roofline = shown.roofline
    assert isinstance(roofline, Roofline)
    by = ("block" if roofline.joins else "layer") if shown.by in ("op", "layer") else shown.by  # a kernel is one dot
    shown = shown._replace(by=by, columns=(), sort=None, top=None)
    return saved(lambda: _figure(shown, roofline), form)


def _figure(shown: Shown, roofline: Roofline) -> Figure:
    chosen = select(shown, ("layer", "time"), whole_list=False)
    works = [(row, roofline.work(row.lines)) for _, row in chosen.rows]
    whole = roofline.whole
    named = partial(_dot, whole=whole, by_op=shown.by == "layer")
    dots = _merged(named(row, work) for row, work in works if work.mult_adds and work.bytes and work.seconds)
    figure = Figure(figsize=(6.8, 4.4), dpi=72)
    axes = figure.add_axes((0.105, 0.115, 0.875, 0.755))
    _title(figure, shown, roofline)
    _scales(axes, roofline, dots)
    labels = Labels(figure, axes)
    _roof(axes, roofline, labels)
    _scatter(axes, dots, labels)
    _slope(axes, roofline, labels)
    if whole.mult_adds and whole.bytes and whole.seconds:
        network = _Point(float(whole.intensity or 0), float(roofline.effective))
        axes.plot(*network, marker="D", markersize=6, color=INK, markeredgecolor="white", zorder=5)
        labels.block_dot(*network, 40, hard=True)
        labels.add(*network, f"network, {share(roofline.effective, roofline.peak)} % of peak", weight="bold")
    for dot in sorted(dots, key=lambda dot: -dot.part)[:_LABELS]:
        labels.add(dot.intensity, dot.speed, f"{clipped(dot.name, 30)} {share(dot.part, 1)} %")
    _peak(axes, roofline, labels)
    return figure


class _Point(NamedTuple):
    x: float
    y: float


def _dot(row: Row, work: Work, whole: Work, *, by_op: bool) -> Dot:
    assert work.intensity is not None
    part = Fraction(row.times * work.seconds) / whole.seconds
    name = f"{unit_label(row)} {row.op}" if by_op else unit_label(row)
    return Dot(float(work.intensity), float(work.mult_adds / work.seconds), part, words(row, "kind"), name)


def _merged(dots: Iterable[Dot]) -> list[Dot]:
    """Dots, those of one name that would hide one another as one."""
    found: dict[tuple[Any, ...], Dot] = {}
    for dot in dots:
        key = dot._replace(part=Fraction(0))
        found[key] = dot._replace(part=dot.part + found[key].part) if key in found else dot
    return list(found.values())


def _title(figure: Figure, shown: Shown, roofline: Roofline) -> None:
    """What is drawn: network, device, settings, and that it is a lower bound."""
    ledger, seconds = shown.ledger, roofline.whole.seconds
    given = [setting(name, value) for name, value in ledger.settings.items() if name not in shown.at_default]
    least = f"lower bound {on_its_own(seconds)}, not a latency"
    known = ["some ops not counted"] if ledger.unknown else []
    facts = [*given, f"batch {ledger.batch}", str(shown.dtypes), f"traffic {roofline.traffic.spelled}", least, *known]
    name = f"{clipped(ledger.name, NAME)} on {clipped(roofline.device.name, NAME)}"
    _fit(figure.text(0.105, 0.945, name, fontsize=10.5, weight="bold", color=INK))
    _fit(figure.text(0.105, 0.896, " · ".join(facts), color=INK))


def _fit(text: Any) -> None:
    """Make a text smaller where it would leave the figure: nothing of what is said there is cut off."""
    room = 0.875 * text.figure.bbox.width
    text.set_fontsize(text.get_fontsize() * min(room / width(text), 1))


def _scales(axes: Any, roofline: Roofline, dots: Iterable[Dot]) -> None:
    """Both axes, wide enough for every dot, the ridge, and the roof on both sides of it."""
    ridge, peak = float(roofline.ridge), float(roofline.peak)
    across = [ridge, *(dot.intensity for dot in dots)]
    speeds = [peak, *(dot.speed for dot in dots), float(roofline.effective) or peak]
    axes.set(xscale="log", yscale="log", xlim=(min(across) / 2.5, max(max(across) * 2.5, ridge * 4)))
    axes.set_ylim(min(min(speeds) / 3, peak / 60), peak * 3.5)
    axes.set_xlabel("arithmetic intensity, mult-adds per byte")
    axes.set_ylabel("mult-adds per second")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _tick(value)))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.yaxis.set_minor_formatter(NullFormatter())
    plain(axes)


def _tick(value: float) -> str:
    """A rate on an axis, without digits that say nothing."""
    return rate(Fraction(value)).replace(".00", "").replace(".0", "")


def _roof(axes: Any, roofline: Roofline, labels: "Labels") -> None:
    """The roof: as fast as bytes come, then as fast as arithmetic goes; and the ridge between."""
    ridge, peak = float(roofline.ridge), float(roofline.peak)
    left, right = axes.get_xlim()
    axes.plot([left, ridge, right], [peak * left / ridge, peak, peak], color=INK, linewidth=1.4, zorder=2)
    axes.plot([ridge, ridge], [axes.get_ylim()[0], peak], color=INK, linewidth=0.8, linestyle=(0, (1, 2)), zorder=1)
    labels.block_line(left, peak * left / ridge, ridge, peak)
    labels.block_line(ridge, peak, right, peak)


def _slope(axes: Any, roofline: Roofline, labels: "Labels") -> None:
    """The names of the roof's slope and of the ridge, beside them."""
    ridge, peak = float(roofline.ridge), float(roofline.peak)
    floor = axes.get_ylim()[0]
    start = max(axes.get_xlim()[0], floor * ridge / peak) * 1.3
    if start < ridge:
        labels.along(start, peak * start / ridge, ridge, peak, f"{rate(roofline.device.bytes)}B/s")
    text = axes.annotate(f"ridge {ratio(roofline.ridge)}", (ridge, floor), (0, 0), textcoords="offset points")
    labels.place(text, *(partial(_beside, dx=dx, dy=dy) for dy in (4, 16, 28) for dx in (4, -4)))


def _peak(axes: Any, roofline: Roofline, labels: "Labels") -> None:
    """The name of the roof's flat part; the dots' labels come first, for they have less choice."""
    said = f"peak {rate(roofline.peak)} mult-adds/s in {roofline.dtype}"
    text = axes.annotate(said, (axes.get_xlim()[1], float(roofline.peak)), (0, 0), textcoords="offset points")
    labels.place(text, *(partial(_beside, dx=-2, dy=dy) for dy in (4, -4, 12, -12, 20, -20, 28, -28, 36, -36, 44, -44)))


def _beside(text: Any, dx: float, dy: float) -> None:
    """Move a text off its point, to one side of it and above or below."""
    text.set_position((dx, dy))
    text.set(va="bottom" if dy > 0 else "top", ha="left" if dx > 0 else "right")


def _scatter(axes: Any, dots: list[Dot], labels: "Labels") -> None:
    """The dots, the small ones above the large, and what the colours mean."""
    times: dict[str, Fraction] = {}
    for dot in dots:
        times[dot.kind] = times.get(dot.kind, Fraction(0)) + dot.part
    ordered = sorted(times, key=lambda kind: -times[kind])
    colours = dict(zip(ordered, COLOURS, strict=False))
    for dot in sorted(dots, key=lambda dot: -dot.part):
        area = max(_AREA * float(dot.part), 10)
        colour = colours.get(dot.kind, OTHER)
        axes.scatter([dot.intensity], [dot.speed], s=area, color=colour, alpha=0.75, edgecolor="white", linewidth=0.6, zorder=3)
        labels.block_dot(dot.intensity, dot.speed, area)
    kinds = [(f"{kind} {share(times[kind], 1)} %", colour) for kind, colour in colours.items()]
    if rest := sum((times[kind] for kind in ordered[len(COLOURS) :]), Fraction(0)):
        kinds.append((f"other {share(rest, 1)} %", OTHER))
    if (left := 1 - sum(times.values(), Fraction(0))) and times:
        kinds.append((f"no mult-adds, not drawn {share(left, 1)} %", "none"))
    handles = [axes.scatter([], [], s=30, color=colour, alpha=0.75) for _, colour in kinds]
    if kinds:
        legend = axes.legend(handles, [name for name, _ in kinds], title="share of the time (area)")
        legend.get_frame().set(edgecolor="#cccccc", linewidth=0.6)
        labels.place(legend, *(partial(Legend.set_loc, loc=loc) for loc in ("upper left", "lower right", "lower left")))
