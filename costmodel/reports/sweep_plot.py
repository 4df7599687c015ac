"""Plots of sweeps: figures against what is swept, or against each other with a front, by matplotlib's figures."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby, pairwise
from typing import Any

import matplotlib as mpl
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, NullFormatter

from costmodel.reports.annotating import Labels
from costmodel.reports.canvas import COLOURS, INK, OTHER, plain, saved
from costmodel.reports.frames import Frames, frame_width, room, wide
from costmodel.reports.scales import horizontal, turned, vertical
from costmodel.reports.sweep_panels import ANY, Axis, Chart, Cloud, Panel, Series, chart, cloud, facts, notes
from costmodel.reports.sweeping import Swept

_MARKS = "osD^vPX"
"""Dots of different shapes, beside their colours."""
_SHADES = "viridis"
"""The colours of more levels than these, from dark to light: even for those who see fewer colours."""
_NAMED = 10
"""Points of a front that are named, at most."""
_AROUND = 400
"""Points of which the names of others keep clear, at most."""
_LINES = 12
"""Crosses that have a line to them, at most."""
_CORNERS = ("upper left", "lower right", "upper right", "lower left")


def draw(swept: Swept, form: str, behind: Swept | None = None) -> bytes:
    """A sweep as `svg`, `pdf` or `png`; `behind` are the points that a front is picked from. The same input, the same bytes."""
    return saved(lambda: figure(swept, behind), form)


def figure(swept: Swept, behind: Swept | None = None) -> Figure:
    """A sweep as a figure."""
    front = swept.survey.asked.front if swept.survey is not None else ()
    if front:
        named = f"blue: the front, its points named by {', '.join(swept.names)}"
        frames = Frames(swept.network, facts(swept), [named, *notes(swept, behind)], len(front) - 1)
        for axes, key in zip(frames.axes, front[1:], strict=True):
            _cloud(frames, axes, cloud(swept, behind, front[0], key), joined=len(front) == 2)
        return frames.figure
    found = chart(swept)
    said = notes(swept, crossed=bool(found.unbuilt))
    count = len(found.panels)
    below = turned(found.axis, frame_width(count))
    frames = Frames(swept.network, facts(swept), said, count, _key_height(found.levels), below)
    _key(frames, found)
    for axes, panel in zip(frames.axes, found.panels, strict=True):
        _panel(frames, axes, panel, found)
    return frames.figure


# --- figures against what is swept ----------------------------------------------------------------------------------------


def _panel(frames: Frames, axes: Any, panel: Panel, found: Chart) -> None:
    """One frame: its series, marks where nothing could be built, and a key where its series have names of their own."""
    axes.set_title(panel.title, loc="left", fontsize=8, color=INK)
    for place, series in enumerate(panel.series):
        has_names = found.levels is None or not _has_scale(found.levels)
        alike = sum(other.points == series.points for other in panel.series[place + 1 :]) if has_names else 0
        _series(axes, series, place, found, min(alike, 3))
    vertical(axes, [value for series in panel.series for _, value in series.points if value is not None])
    horizontal(axes, found.axis, turned=frames.turned > 0)
    _gaps(axes, found.unbuilt)
    plain(axes)
    if found.levels is None and len(panel.series) > 1:
        _names(frames, axes, panel, found)


def _gaps(axes: Any, places: Sequence[float]) -> None:
    """Crosses where something cannot be built: above the frame, where no value is."""
    across, style = axes.get_xaxis_transform(), {"color": INK, "clip_on": False, "zorder": 5}
    axes.plot(places, [1.0] * len(places), marker="x", markersize=5, linestyle="none", transform=across, **style)
    for place in places if len(places) <= _LINES else ():
        axes.plot([place, place], [0, 1], color=INK, linewidth=0.6, linestyle=(0, (1, 3)), transform=across, zorder=1)


def _series(axes: Any, series: Series, place: int, found: Chart, alike: int) -> None:
    """A line, broken where there is no value, or dots; wider, where others that are `alike` will lie upon it."""
    style = {"color": INK, "marker": "o"} if series.name is ANY else _style(found.levels, series.level, place)
    shift = 0.0
    if found.axis.are_words and found.levels is not None and series.name is not ANY:  # dots of one word side by side
        shift = 0.5 * ((place + 0.5) / len(found.levels.labels) - 0.5)
    dots = {"marker": style.pop("marker"), "markersize": 4 + 2 * alike, "markeredgecolor": "white", "markeredgewidth": 0.4}
    for is_there, run in groupby(series.points, key=lambda pair: pair[1] is not None):
        if is_there:
            across, up = zip(*((x + shift, value) for x, value in run), strict=True)
            line = {"linestyle": "-" if found.joined else "none", "linewidth": 1.2 + 1.6 * alike}
            axes.plot(across, up, **style, **line, **(dots if found.dotted or len(across) == 1 else {}), zorder=3)


def _style(levels: Axis | None, level: float, place: int) -> dict[str, Any]:
    """The colour and the shape of a series."""
    if levels is not None and _has_scale(levels):
        return {"color": mpl.colormaps[_SHADES](0.92 * float(_norm(levels)(level))), "marker": "o"}
    turn = place // len(COLOURS)  # the colours again, each with another shape
    return {"color": COLOURS[place % len(COLOURS)], "marker": _MARKS[(place + turn) % len(_MARKS)]}


def _has_scale(levels: Axis) -> bool:
    """Whether levels are so many numbers that a scale of shades says more than a name for each."""
    return not levels.are_words and len(levels.labels) > len(COLOURS)


def _norm(levels: Axis) -> Any:
    least, *_, most = levels.places
    return (LogNorm if levels.is_wide else Normalize)(least, most)


# --- keys -----------------------------------------------------------------------------------------------------------------


def _key_height(levels: Axis | None) -> float:
    """The room that a key of the second parameter takes, in points."""
    if levels is None:
        return 0
    return 34 if _has_scale(levels) else 14.0 * -(-len(levels.labels) // _columns(levels)) + 6


def _columns(levels: Axis) -> int:
    """How many levels there is room for beside one another."""
    widest = max(map(wide, levels.labels.values())) + 34
    return max(min(int((room() - wide(levels.name)) / widest), len(levels.labels)), 1)


def _key(frames: Frames, found: Chart) -> None:
    """What colours and shapes mean: each level of the second parameter, or a scale of them."""
    levels = found.levels
    if levels is None:
        return
    if _has_scale(levels):
        shades = mpl.colors.ListedColormap([mpl.colormaps[_SHADES](0.92 * step / 255) for step in range(256)])
        bar = frames.figure.add_axes(frames.strip(high=7, across=0.45, down=2))
        frames.figure.colorbar(ScalarMappable(_norm(levels), shades), cax=bar, orientation="horizontal")
        bar.set_title(levels.name, loc="left", fontsize=8, color=INK, pad=3)
        bar.tick_params(labelsize=7, width=0.6)
        bar.xaxis.set_minor_formatter(NullFormatter())
        bar.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        return
    handles = [_handle(found, level, place) for place, level in enumerate(levels.places)]
    left, low, across, high = frames.strip(high=_key_height(levels), across=1, down=0)
    axes = frames.figure.add_axes((left, low, across, high))
    axes.set_axis_off()
    axes.text(0, 1, levels.name, va="top", color=INK, transform=axes.transAxes)
    start = (wide(levels.name) + 8) / room()
    axes.legend(
        handles, [*levels.labels.values()], loc="upper left", bbox_to_anchor=(start, 1), ncols=_columns(levels), frameon=False,
        borderpad=0, borderaxespad=0, handlelength=1.6, columnspacing=1.2, labelspacing=0.35,
    )  # fmt: skip


def _handle(found: Chart, level: float, place: int) -> Line2D:
    line: dict[str, Any] = {"linestyle": "-" if found.joined else "none", "linewidth": 1.2, "markersize": 4}
    return Line2D([], [], **line, **_style(found.levels, level, place))


def _names(frames: Frames, axes: Any, panel: Panel, found: Chart) -> None:
    """The names of a frame's own series, in the corner where they hide least."""
    labels = Labels(frames.figure, axes)
    for series in panel.series:
        points = [(x, value) for x, value in series.points if value is not None]
        for (x1, y1), (x2, y2) in pairwise(points):
            labels.block_line(x1, y1, x2, y2)
    handles = [_handle(found, series.level, place) for place, series in enumerate(panel.series)]
    legend = axes.legend(handles, [series.name for series in panel.series], fontsize=7)
    legend.get_frame().set(edgecolor="#cccccc", linewidth=0.6)
    labels.place(legend, *(partial(_put, corner=corner) for corner in _CORNERS))


def _put(legend: Any, corner: str) -> None:
    legend.set_loc(corner)


# --- fronts ---------------------------------------------------------------------------------------------------------------


def _cloud(frames: Frames, axes: Any, found: Cloud, *, joined: bool) -> None:
    """Two figures against each other: all points, and before them those of the front, some of which are named."""
    every = [*found.behind, *found.front]
    axes.set_title(found.up, loc="left", fontsize=8, color=INK)
    axes.set_xlabel(found.across)
    vertical(axes, [y for _, y in every])
    low, high = min(x for x, _ in every), max(x for x, _ in every)
    slack = 0.06 * (high - low) or 0.06 * abs(high) or 1
    axes.set_xlim(low - slack, high + slack)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    plain(axes)
    if found.behind:
        axes.scatter(*zip(*found.behind, strict=True), s=7, color=OTHER, alpha=0.45, linewidth=0, zorder=2)
    many = len(found.front) > _AROUND
    line = {"linestyle": "-" if joined else "none", "linewidth": 0.9, "marker": "o", "markersize": 2 if many else 4.5}
    edge = {} if many else {"markeredgecolor": "white", "markeredgewidth": 0.4}
    axes.plot(*zip(*found.front, strict=True), color=COLOURS[0], **line, **edge, zorder=4)
    labels = Labels(frames.figure, axes)
    for x, y in _thinned(found.behind):
        labels.block_dot(x, y, 4)
    for x, y in _thinned(found.front):
        labels.block_dot(x, y, 20, hard=True)
    for (x1, y1), (x2, y2) in pairwise(_thinned(found.front) if joined else []):
        labels.block_line(x1, y1, x2, y2)
    for at in _spread(len(found.front)):
        labels.block_dot(*found.front[at], 20, hard=True)
        labels.add(*found.front[at], found.names[at])


def _thinned(points: Sequence[tuple[float, float]]) -> Sequence[tuple[float, float]]:
    """Points of which names keep clear: of very many some, for there are others beside each."""
    return points[:: len(points) // _AROUND + 1]


def _spread(count: int) -> list[int]:
    """Which of so many points are named: the ends, and some between them."""
    named = min(count, _NAMED)
    return sorted({round(step * (count - 1) / max(named - 1, 1)) for step in range(named)})
