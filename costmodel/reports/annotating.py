"""Where labels of a plot may stand: beside their dots, and over no other label, dot or line."""

from collections.abc import Callable, Iterator
from itertools import product
from math import atan2, cos, degrees, hypot, pi, sin
from typing import Any, NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg

_TURNS = 24
"""Directions in which a label is tried, from its dot."""
_DISTANCES = (5, 12, 20, 30, 44, 60, 80, 105, 135)
"""How far off its dot's edge, in points."""
_NEAR = 12.0
"""The distance beyond which a line leads from a dot to its label."""
_CROSSING = 3
"""How much worse it is for such a line to cross something than for a label to hide as much of it."""


class _Box(NamedTuple):
    """A rectangle, in points."""

    left: float
    bottom: float
    right: float
    top: float

    def overlap(self, other: "_Box") -> float:
        """The area that both cover."""
        across = min(self.right, other.right) - max(self.left, other.left)
        up = min(self.top, other.top) - max(self.bottom, other.bottom)
        return max(across, 0) * max(up, 0)

    def inside(self, other: "_Box") -> bool:
        """Whether the other one holds it."""
        return other.left <= self.left and other.bottom <= self.bottom and self.right <= other.right and self.top <= other.top


class Labels:
    """Puts labels on a figure of 72 dots an inch, so that its pixels are points; each where it hides least."""

    def __init__(self, figure: Any, axes: Any) -> None:
        self.axes = axes
        self.renderer: Any = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
        self.frame = _box(axes.get_window_extent(self.renderer))
        self.taken: list[_Box] = []
        """What no label may touch."""
        self.soft: list[_Box] = []
        """What a label had better not hide."""
        self.radii: dict[tuple[float, float], float] = {}

    def place(self, artist: Any, *places: Callable[[Any], Any]) -> None:
        """Move a text or a legend to the first of the places at which it hides least."""
        found = []
        for move in places:
            move(artist)
            box = _box(artist.get_window_extent(self.renderer))
            found.append((self._hidden(box, [*self.taken, *self.soft]), box))
        best = min(range(len(places)), key=lambda at: found[at][0])
        places[best](artist)
        self.taken.append(found[best][1])

    def block_dot(self, x: float, y: float, area: float, *, hard: bool = False) -> None:
        """Note a dot, by its area in square points; a `hard` one is hidden by no label."""
        across, up = self.axes.transData.transform((x, y))
        radius = (area / pi) ** 0.5
        self.radii[x, y] = max(radius, self.radii.get((x, y), 0))
        half = radius * 0.85
        (self.taken if hard else self.soft).append(_Box(across - half, up - half, across + half, up + half))

    def block_line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Note a line."""
        (left, low), (right, high) = self.axes.transData.transform([(x1, y1), (x2, y2)])
        self.soft += _along(left, low, right, high)

    def along(self, x1: float, y1: float, x2: float, y2: float, words: str) -> None:
        """A text above the beginning of a line, turned as the line is."""
        (left, low), (right, high) = self.axes.transData.transform([(x1, y1), (x2, y2)])
        turn = atan2(high - low, right - left)
        beside = (-4 * sin(turn), 4 * cos(turn))
        style = {"rotation": degrees(turn), "rotation_mode": "anchor", "ha": "left", "va": "bottom"}
        text = self.axes.annotate(words, (x1, y1), beside, textcoords="offset points", **style)
        self.taken.append(_box(text.get_window_extent(self.renderer)))

    def add(self, x: float, y: float, words: str, weight: str = "normal") -> None:
        """A label beside a dot, with a line to it where it is far; none where there is no room."""
        label = self.axes.annotate(words, (x, y), (0, 0), textcoords="offset points", ha="center", va="center", fontsize=7)
        label.set(weight=weight, zorder=6)
        extent = label.get_window_extent(self.renderer)
        half_width, half_height = extent.width / 2, extent.height / 2
        across, up = self.axes.transData.transform((x, y))
        best: tuple[float, float, float, float, _Box] | None = None
        for distance, turn in product(map(float, _DISTANCES), range(_TURNS)):
            angle = 2 * pi * turn / _TURNS
            reach = self.radii.get((x, y), 0) + distance
            dx = cos(angle) * (reach + half_width * abs(cos(angle)))
            dy = sin(angle) * (reach + half_height * abs(sin(angle)))
            box = _Box(across + dx - half_width, up + dy - half_height, across + dx + half_width, up + dy + half_height)
            if not box.inside(self.frame) or self._hidden(box, self.taken):
                continue
            edge = across + cos(angle) * self.radii.get((x, y), 0), up + sin(angle) * self.radii.get((x, y), 0)
            lead = list(_along(*edge, *_nearest(across, up, box))) if distance > _NEAR else []
            if any(self._hidden(part, self.taken) for part in lead):
                continue
            cost = distance + self._hidden(box, self.soft) + _CROSSING * sum(self._hidden(part, self.soft) for part in lead)
            if best is None or cost < best[0]:
                best = cost, distance, dx, dy, box
        if best is None:
            label.remove()
            return
        _, distance, dx, dy, box = best
        label.set_position((dx, dy))
        self.taken.append(box)
        if distance > _NEAR:
            self._lead(x, y, across, up, box)

    @staticmethod
    def _hidden(box: _Box, others: list[_Box]) -> float:
        """The area of other things that a box would cover."""
        return sum(box.overlap(other) for other in others)

    def _lead(self, x: float, y: float, across: float, up: float, box: _Box) -> None:
        """A thin line from a dot to the nearest edge of its label."""
        to = _nearest(across, up, box)
        self.taken += _along(across, up, *to)
        end = to[0] - across, to[1] - up
        style = {"arrowstyle": "-", "linewidth": 0.5, "color": "#666666", "shrinkA": 0, "shrinkB": 0}
        self.axes.annotate("", (x, y), end, textcoords="offset points", arrowprops=style, zorder=4)


def _along(left: float, low: float, right: float, high: float) -> Iterator[_Box]:
    """A line as small boxes."""
    steps = max(int(hypot(right - left, high - low) / 3), 1)
    for step in range(steps + 1):
        across, up = left + (right - left) * step / steps, low + (high - low) * step / steps
        yield _Box(across - 1, up - 1, across + 1, up + 1)


def _nearest(across: float, up: float, box: _Box) -> tuple[float, float]:
    """The point of a box that is nearest to another point."""
    return min(max(across, box.left), box.right), min(max(up, box.bottom), box.top)


def _box(extent: Any) -> _Box:
    return _Box(extent.x0, extent.y0, extent.x1, extent.y1)
