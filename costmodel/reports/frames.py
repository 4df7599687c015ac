"""A figure of one frame or several side by side, with what is said above and below them; nothing of it is cut off."""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from costmodel.reports.canvas import INK, NAME, width
from costmodel.reports.layout import clipped

_WIDTH, _LEFT, _RIGHT = 490.0, 44.0, 14.0
"""Of a figure, and of what stays free beside each frame, in points."""
_HIGH, _ALONE, _BETWEEN, _BELOW = 132.0, 232.0, 54.0, 44.0
"""Of a frame, of one alone, of the room between two and below the last, in points."""
_LINE, _HEAD, _OVER = 11.0, 34.0, 22.0
"""Of a line of text, of the title, and of the room over a frame, in points."""
_SMALL = 7


@lru_cache(maxsize=1024)
def wide(words: str, size: float = 8) -> float:
    """How wide words are drawn, in points."""
    return width(Figure(figsize=(1, 1), dpi=72).text(0, 0, words, fontsize=size))


def room() -> float:
    """How wide what stands above and below the frames may be, in points."""
    return _WIDTH - _LEFT - _RIGHT


def frame_width(count: int) -> float:
    """How wide each of so many frames is, in points."""
    across = _across(count)
    return (_WIDTH - across * (_LEFT + _RIGHT)) / across


def _across(count: int) -> int:
    return 1 if count == 1 else 2


class Frames:
    """So many frames under a title and some facts, over some notes.

    `key` points stay free for a key above the frames, and `turned` more than usual below each for words that are turned.
    """

    def __init__(
        self, title: str, facts: Sequence[str], notes: Sequence[str], count: int, key: float = 0, turned: float = 0
    ) -> None:
        above = [line for fact in facts for line in _wrapped(fact)]
        below = [line for note in notes for line in _wrapped(note)]
        across, high = _across(count), _ALONE if count == 1 else _HIGH
        self.turned = turned
        rows = -(-count // across)
        self.top = _HEAD + _LINE * len(above)
        start = self.top + key + _OVER
        self.high = start + rows * high + (rows - 1) * _BETWEEN + _BELOW + rows * turned + _LINE * len(below)
        self.figure = Figure(figsize=(_WIDTH / 72, self.high / 72), dpi=72)
        self._say(17, clipped(title, NAME), size=10.5, weight="bold")
        for place, line in enumerate(above):
            self._say(31 + _LINE * place, line)
        for place, line in enumerate(below):
            self._say(self.high - _LINE * (len(below) - place) + 4, line)
        each = frame_width(count)
        self.axes: list[Axes] = []
        for number in range(count):
            row, column = divmod(number, across)
            left, down = _LEFT + column * (each + _LEFT + _RIGHT), start + row * (high + _BETWEEN + turned)
            self.axes.append(self.figure.add_axes(self._box(left, down, each, high)))

    def strip(self, high: float, across: float, down: float) -> tuple[float, float, float, float]:
        """The place of a key: so many points high and below the facts, over such a part of the width."""
        return self._box(_LEFT, self.top + down, room() * across, high)

    def _box(self, left: float, down: float, across: float, high: float) -> tuple[float, float, float, float]:
        return left / _WIDTH, 1 - (down + high) / self.high, across / _WIDTH, high / self.high

    def _say(self, down: float, words: str, size: float = _SMALL, weight: str = "normal") -> None:
        self.figure.text(_LEFT / _WIDTH, 1 - down / self.high, words, fontsize=size, weight=weight, color=INK)


def _wrapped(line: str) -> Iterator[str]:
    """A line in parts that fit into the figure; each but the first is set off."""
    taken = ""
    for word in line.split(" "):
        longer = f"{taken} {word}" if taken else word
        if taken.strip() and wide(longer, _SMALL) > room():
            yield taken
            longer = f"    {word}"
        taken = longer
    yield taken
