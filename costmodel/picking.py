"""Points of a sweep that are picked out as they stream by: a Pareto front, the first few by a figure, or all."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from costmodel.problems import Problem, SpecError

MOST = 100_000
"""Points that are held at once."""
CELLS = 65_535
"""Cells of a sieve."""
PAIRS = 65_536
"""Pairs of columns that are so few that each is compared."""
FEW = 128
"""Columns that are compared each with each."""


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
    """What is picked of points that come in their order: `found` is what was so far."""

    found: Points | None

    def likely(self, figures: dict[str, Any], kept: Any) -> Any:
        """The places of all points that may be picked, of those that a mask keeps; it is quick and may name some in vain."""
        ...

    def take(self, points: Points) -> None:
        """See some more points. Raises `SpecError` where too many would have to be held."""
        ...


class All:
    """Every point. Raises `SpecError` where they are more than are held."""

    def __init__(self) -> None:
        self.found: Points | None = None

    def likely(self, figures: dict[str, Any], kept: Any) -> Any:  # noqa: ARG002 - a pick's other ways ask them
        """The places of all points that may be picked."""
        return np.flatnonzero(kept)

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

    def likely(self, figures: dict[str, Any], kept: Any) -> Any:
        """The places of all points that may be picked."""
        if self.found is None or len(self.found.numbers) < self.count:
            return np.flatnonzero(kept)
        known, values = self.found.figures[self.key], figures[self.key]
        return np.flatnonzero(kept & (values > known.min() if self.falls else values < known.max()))

    def take(self, points: Points) -> None:
        """See some more points."""
        every = points if self.found is None else self.found.plus(points)
        weights = -every.figures[self.key] if self.falls else every.figures[self.key]
        if len(weights) > 2 * self.count:
            near = np.flatnonzero(weights <= np.partition(weights, self.count - 1)[self.count - 1])
            every, weights = every.take(near), weights[near]
        self.found = every.take(np.sort(np.lexsort((every.numbers, weights))[: self.count]))


class Front:
    """The Pareto front: the points that no other is at least as good as in every figure and better in one.

    `figures` are those that are to be small, or with a `+` before them large; of equal points the first stands for all.
    Raises `SpecError` where more points are on it than are held.
    """

    def __init__(self, figures: Sequence[str]) -> None:
        self.figures = [(name.lstrip("+-"), -1 if name.startswith("+") else 1) for name in figures]
        self.found: Points | None = None
        self._sieve: Sieve | None = None

    def likely(self, figures: dict[str, Any], kept: Any) -> Any:
        """The places of all points that may be picked."""
        if self._sieve is None:
            return np.flatnonzero(kept)
        costs = [-figures[name] if sign < 0 else figures[name] for name, sign in self.figures]
        return np.flatnonzero(kept & self._sieve.passes(costs))

    def take(self, points: Points) -> None:
        """See some more points."""
        if self.found is not None:
            points = points.take(~dominated(self._costs(points), self._costs(self.found)))
            if not len(points.numbers):
                return
        points = points.take(undominated(self._costs(points)))
        if self.found is not None:
            points = self.found.take(~dominated(self._costs(self.found), self._costs(points))).plus(points)
        if len(points.numbers) > MOST:
            message = f"more than {MOST:,} points are on the front"
            raise SpecError([Problem(None, message, "a front of fewer figures is shorter, and --where leaves points out")])
        self.found, self._sieve = points, Sieve(self._costs(points))

    def _costs(self, points: Points) -> Any:
        return np.stack([sign * points.figures[name] for name, sign in self.figures])


class Sieve:
    """Lets pass every column that none of some others is at most as large as in every row, and a few that one is.

    All rows but the last are cut into cells of one width; each cell has the least last value of the columns that are at most
    its lower end in all of these rows.
    """

    def __init__(self, front: Any) -> None:
        rows, bits = front[:-1], CELLS.bit_length() // max(1, len(front) - 1)
        self.side = 2**bits + 2
        self.lows = rows.min(axis=1).tolist()
        self.shifts = [
            max(0, int(most - low).bit_length() - bits) for most, low in zip(rows.max(axis=1), self.lows, strict=True)
        ]
        self.least = np.full(self.side ** len(rows), np.iinfo(np.int64).max)
        upper = self._cells([row + (1 << shift) - 1 for row, shift in zip(rows, self.shifts, strict=True)])
        np.minimum.at(self.least, np.broadcast_to(upper, front[-1].shape), front[-1])
        table = self.least.reshape([self.side] * len(rows))
        for axis in range(len(rows)):
            np.minimum.accumulate(table, axis=axis, out=table)

    def passes(self, rows: Sequence[Any]) -> Any:
        """Which columns pass."""
        return rows[-1] < self.least[self._cells(rows[:-1])]

    def _cells(self, rows: Sequence[Any]) -> Any:
        """The cell of each column; the first of each row is for what is below all, the last for all that is above."""
        place: Any = 0
        for row, low, shift in zip(rows, self.lows, self.shifts, strict=True):
            cell = row - low
            cell >>= shift
            cell += 1
            np.clip(cell, 0, self.side - 1, out=cell)
            place = place * self.side + cell
        return place


def undominated(costs: Any) -> Any:
    """The places, in order, of the columns of which no other column is at most as large in every row and smaller in one.

    Of equal columns it is the first. The columns are halved by their order, and what is left of the first half is held
    against what is left of the second (Kung, Luccio and Preparata 1975, section 3).

    >>> undominated(np.array([[1, 2, 3, 1], [3, 2, 2, 4]])).tolist()
    [0, 1]
    """
    order = np.lexsort(costs[::-1])
    ranked = costs[:, order]
    is_new = np.concatenate([[True], (ranked[:, 1:] != ranked[:, :-1]).any(axis=0)])
    order, ranked = order[is_new], ranked[:, is_new]
    return np.sort(order[_front(ranked)])


def _front(ranked: Any) -> Any:
    """The places of the undominated columns, of columns in their order and none twice."""
    rows, count = ranked.shape
    if rows == 1 or count < 2:
        return np.arange(min(count, 1))
    if rows == 2:
        before = np.minimum.accumulate(ranked[1])[:-1]
        return np.flatnonzero(np.concatenate([[True], ranked[1, 1:] < before]))
    if count <= FEW:
        return np.flatnonzero(_beside(ranked, ranked).sum(axis=1) == 1)  # each is at most as large as itself
    first, second = _front(ranked[:, : count // 2]), count // 2 + _front(ranked[:, count // 2 :])
    return np.concatenate([first, second[~dominated(ranked[1:, second], ranked[1:, first])]])


def dominated(costs: Any, by: Any) -> Any:
    """For each column, whether one of some others is at most as large in every row.

    >>> dominated(np.array([[1, 2, 3], [3, 2, 2]]), np.array([[2, 9], [2, 0]])).tolist()
    [False, True, True]
    """
    rows, count = costs.shape
    if not count or not by.shape[1]:
        return np.zeros(count, dtype=bool)
    if rows == 1:
        return costs[0] >= by.min()
    if rows == 2:
        order = np.argsort(by[0], kind="stable")
        least = np.minimum.accumulate(by[1, order])
        place = np.searchsorted(by[0, order], costs[0], side="right")
        return (place > 0) & (least[place - 1] <= costs[1])
    by = by[:, np.logical_and.reduce([row <= other.max() for row, other in zip(by, costs, strict=True)])]
    if count * by.shape[1] <= PAIRS:
        return _beside(costs, by).any(axis=1)
    return _parted(costs, by)


def _parted(costs: Any, by: Any) -> Any:
    """Whether columns are dominated, by parting them and the others at a value of the first row."""
    low, high = min(costs[0].min(), by[0].min()), max(costs[0].max(), by[0].max())
    if low == high:
        return dominated(costs[1:], by[1:])
    values = np.concatenate([costs[0], by[0]])
    at = np.partition(values, len(values) // 2)[len(values) // 2]
    at = at if at < high else values[values < high].max()
    upper, below = costs[0] > at, by[0] <= at
    found = np.zeros(costs.shape[1], dtype=bool)
    found[~upper] = dominated(costs[:, ~upper], by[:, below])
    found[upper] = dominated(costs[1:, upper], by[1:, below])
    left = np.flatnonzero(upper & ~found)
    found[left] = dominated(costs[:, left], by[:, ~below])
    return found


def _beside(costs: Any, by: Any) -> Any:
    """For each column and each of some others whether the other is at most as large in every row."""
    found = costs[0][:, None] >= by[0]
    for row, other in zip(costs[1:], by[1:], strict=True):
        found &= row[:, None] >= other
    return found
