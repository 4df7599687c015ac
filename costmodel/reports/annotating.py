"""Where labels of a plot may stand: beside their dots, and over no other label, dot or line."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from math import atan2, cos, degrees, hypot, pi, sin
from typing import Any, NamedTuple

from matplotlib.backends.backend_agg import FigureCanvasAgg

_TURNS = 24
"""Directions in which a label is tried, from its dot."""
_DISTANCES = (5, 12, 20, 30, 42, 56, 70, 85)
"""How far off its dot's edge, in points."""
_NEAR = 12.0
"""The distance beyond which a line leads from a dot to its label."""
_CROSSING = 3
"""How much worse it is for such a line to cross something than for a label to hide as much of it."""
_WORST = 150
"""The cost from which a label is left out."""
_MISTAKEN = 40
"""How bad it is for a label without a line to be nearer to another dot than to its own."""


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


class _Spot(NamedTuple):
    """A dot, in points."""

    across: float
    up: float
    radius: float

    def nearest(self, box: _Box) -> tuple[float, float]:
        """The point of a box that is nearest to it."""
        return min(max(self.across, box.left), box.right), min(max(self.up, box.bottom), box.top)

    def distance(self, box: _Box) -> float:
        """How far a box is off its edge."""
        x, y = self.nearest(box)
        return hypot(x - self.across, y - self.up) - self.radius


class _Try(NamedTuple):
    """A place for a label: how far off it is, and the line that leads there, in pieces."""

    distance: float
    box: _Box
    lead: list[_Box]


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
        self.spots: dict[tuple[float, float], _Spot] = {}
        """The dots by what they stand for."""

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
        if (x, y) not in self.spots or self.spots[x, y].radius < radius:
            self.spots[x, y] = _Spot(across, up, radius)
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
        """A label beside a dot that was noted, with a line to it where it is far; none where there is no room."""
        label = self.axes.annotate(words, (x, y), (0, 0), textcoords="offset points", ha="center", va="center", fontsize=7)
        label.set(weight=weight, zorder=6)
        extent = label.get_window_extent(self.renderer)
        spot = self.spots[x, y]
        best = min(self._tries(spot, extent.width / 2, extent.height / 2), key=partial(self._cost, spot), default=None)
        if best is None or self._cost(spot, best) > _WORST:
            label.remove()
            return
        middle = (best.box.left + best.box.right) / 2, (best.box.bottom + best.box.top) / 2
        label.set_position((middle[0] - spot.across, middle[1] - spot.up))
        self.taken += [best.box, *best.lead]
        if best.lead:
            end = spot.nearest(best.box)
            style = {"arrowstyle": "-", "linewidth": 0.5, "color": "#666666", "shrinkA": 0, "shrinkB": 0}
            off = end[0] - spot.across, end[1] - spot.up
            self.axes.annotate("", (x, y), off, textcoords="offset points", arrowprops=style, zorder=4)

    def _tries(self, spot: _Spot, half_width: float, half_height: float) -> Iterator[_Try]:
        """Where a label of that size may stand: near its dot, and over nothing that it may not touch."""
        for distance, turn in product(_DISTANCES, range(_TURNS)):
            right, up = cos(2 * pi * turn / _TURNS), sin(2 * pi * turn / _TURNS)
            reach = spot.radius + distance
            x, y = spot.across + right * (reach + half_width * abs(right)), spot.up + up * (reach + half_height * abs(up))
            box = _Box(x - half_width, y - half_height, x + half_width, y + half_height)
            if not box.inside(self.frame) or self._hidden(box, self.taken):
                continue
            edge = spot.across + right * spot.radius, spot.up + up * spot.radius
            lead = list(_along(*edge, *spot.nearest(box))) if distance > _NEAR else []
            if not any(self._hidden(part, self.taken) for part in lead):
                yield _Try(distance, box, lead)

    def _cost(self, spot: _Spot, found: _Try) -> float:
        """How bad a place is: how far off, how much it hides, and whether another dot is nearer to it."""
        crossed = _CROSSING * sum(self._hidden(part, self.soft) for part in found.lead)
        own = spot.distance(found.box)
        is_nearer = any(other.distance(found.box) < own for other in self.spots.values()) and not found.lead
        return found.distance + self._hidden(found.box, self.soft) + crossed + is_nearer * _MISTAKEN

    @staticmethod
    def _hidden(box: _Box, others: list[_Box]) -> float:
        """The area of other things that a box would cover."""
        return sum(box.overlap(other) for other in others)


def _along(left: float, low: float, right: float, high: float) -> Iterator[_Box]:
    """A line as small boxes."""
    steps = max(int(hypot(right - left, high - low) / 3), 1)
    for step in range(steps + 1):
        across, up = left + (right - left) * step / steps, low + (high - low) * step / steps
        yield _Box(across - 1, up - 1, across + 1, up + 1)


def _box(extent: Any) -> _Box:
    return _Box(extent.x0, extent.y0, extent.x1, extent.y1)
