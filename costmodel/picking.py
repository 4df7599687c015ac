"""Points of a sweep that are picked out as they stream by: a Pareto front, the first few by a figure, or all."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from costmodel.problems import Problem, SpecError

MOST = 100_000
"""Points that are held at once."""


class Points(NamedTuple):
    """Some points: their numbers, their levels (a row for each parameter), and their figures."""

    numbers: Any
    codes: Any
    figures: dict[str, Any]

    def take(self, which: Any) -> "Points":
        """Some of them, by a mask or by their places."""
        return Points(self.numbers[which], self.codes[:, which], {name: one[which] for name, one in self.figures.items()})

    def plus(self, other: "Points") -> "Points":
        """Both."""
        figures = {name: np.concatenate([one, other.figures[name]]) for name, one in self.figures.items()}
        codes = np.concatenate([self.codes, other.codes], axis=1)
        return Points(np.concatenate([self.numbers, other.numbers]), codes, figures)


class Pick(Protocol):
    """What is picked: `found` is what was so far."""

    found: Points | None

    def take(self, points: Points) -> None:
        """See some more points. Raises `SpecError` where too many would have to be held."""
        ...


class All:
    """Every point. Raises `SpecError` where they are more than are held."""

    def __init__(self) -> None:
        self.found: Points | None = None

    def take(self, points: Points) -> None:
        """See some more points."""
        self.found = points if self.found is None else self.found.plus(points)
        if len(self.found.numbers) > MOST:
            message = f"more than {MOST:,} points would be listed"
            raise SpecError([Problem(None, message, "--where, --pareto and --top pick some; unsorted, a file takes all")])


class First:
    """The first few by one figure; of equal ones those that come first."""

    def __init__(self, count: int, key: str, falls: bool) -> None:
        self.count, self.key, self.falls = count, key, falls
        self.found: Points | None = None

    def take(self, points: Points) -> None:
        """See some more points."""
        every = points if self.found is None else self.found.plus(points)
        weights = -every.figures[self.key] if self.falls else every.figures[self.key]
        self.found = every.take(np.sort(np.lexsort((every.numbers, weights))[: self.count]))


class Front:
    """The Pareto front: the points that no other is at least as good as in every figure and better in one.

    `figures` are those that are to be small, or with a `+` before them large; of equal points the first stands for all.
    """

    def __init__(self, figures: Sequence[str]) -> None:
        self.figures = [(name.lstrip("+-"), -1 if name.startswith("+") else 1) for name in figures]
        self.found: Points | None = None

    def take(self, points: Points) -> None:
        """See some more points."""
        every = points if self.found is None else self.found.plus(points)
        self.found = every.take(undominated(np.stack([sign * every.figures[name] for name, sign in self.figures])))


def undominated(costs: Any) -> Any:
    """The places, in order, of the columns of which no other column is at most as large in every row and smaller in one.

    >>> undominated(np.array([[1, 2, 3, 1], [3, 2, 2, 4]])).tolist()
    [0, 1]
    """
    order = np.lexsort(costs[::-1])
    ranked = costs[:, order]
    if len(costs) <= 2:
        last = ranked[-1]
        before = np.concatenate([[np.iinfo(np.int64).max], np.minimum.accumulate(last)[:-1]])
        kept = last < before
        return np.sort(order[kept if len(costs) == 2 else np.arange(len(order)) == 0])
    kept_places: list[int] = []
    left = np.arange(ranked.shape[1])
    while left.size:
        best = left[0]  # nothing before it in this order is left, and nothing behind it is at most as large in every row
        kept_places.append(best)
        left = left[(ranked[:, left] < ranked[:, [best]]).any(axis=0)]
    return np.sort(order[kept_places])
