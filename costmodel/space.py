"""The points of a sweep, by number: a grid, rows of a file, or a sample of a grid; none of them is ever written out whole."""

import random
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any, Protocol

import numpy as np

from costmodel.problems import Problem, SpecError


class Space(Protocol):
    """Points by number: what each parameter may be, and which of that it is at some points.

    `levels` has for each parameter its values, `count` is how many points there are.
    """

    levels: dict[str, list[Any]]
    count: int

    @property
    def bare(self) -> "Space":
        """The same levels, without the points where those are listed."""
        ...

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter an array: which of its levels each of some points has."""
        ...

    def at(self, numbers: Any) -> list[Any]:
        """The same of points by their numbers."""
        ...

    def end(self, start: int, room: int) -> int:
        """Where points end that are best worked out together from one on, at most so many."""
        ...


_MOST = 2**62


class Grid:
    """Every combination of some values, the last parameter fastest.

    >>> grid = Grid({"alpha": ["1/2", 1], "groups": [1, 2, 4]})
    >>> grid.count, [codes.tolist() for codes in grid.codes(2, 5)]
    (6, [[0, 1, 1], [2, 0, 1]])
    """

    def __init__(self, levels: Mapping[str, Sequence[Any]]) -> None:
        self.levels = {name: list(values) for name, values in levels.items()}
        self.count = prod(map(len, self.levels.values()))
        sizes = [len(values) for values in self.levels.values()]
        self.steps = [prod(sizes[place + 1 :]) for place in range(len(sizes))]
        if self.count > _MOST:
            message = f"there are {self.count:,} points, and a sweep numbers them below 2^62"
            raise SpecError([Problem(None, message, "--sample draws some of fewer")])

    @property
    def bare(self) -> "Grid":
        """A grid is its levels."""
        return self

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return self.at(np.arange(start, stop))

    def at(self, numbers: Any) -> list[Any]:
        """The codes of points by their numbers."""
        sizes = map(len, self.levels.values())
        return [numbers // step % size for step, size in zip(self.steps, sizes, strict=True)]

    def end(self, start: int, room: int) -> int:
        """Where a box ends that points from one on lie in.

        >>> grid = Grid({"alpha": ["1/2", 1], "groups": [1, 2, 4]})
        >>> grid.end(0, 2), grid.end(2, 2), grid.end(1, 4), grid.end(0, 9)
        (2, 3, 3, 6)
        """
        place = next(place for place, step in enumerate(self.steps) if step <= room)
        step, size = self.steps[place], len([*self.levels.values()][place])
        rows, first = room // step, start // (step * size) * size
        return (first + min((start // step - first) // rows * rows + rows, size)) * step

    def boxes(self, start: int, stop: int) -> Iterator[tuple[range, ...]]:
        """The points from one number on to another as few boxes, in their order: for each parameter the levels it has there.

        >>> [*Grid({"alpha": ["1/2", 1], "groups": [1, 2, 4]}).boxes(2, 6)]
        [(range(0, 1), range(2, 3)), (range(1, 2), range(0, 3))]
        """
        sizes = [len(values) for values in self.levels.values()]
        while start < stop:
            place = next(place for place, step in enumerate(self.steps) if start % step == 0 and start + step <= stop)
            step, codes = self.steps[place], [start // step % size for step, size in zip(self.steps, sizes, strict=True)]
            rows = min((stop - start) // step, sizes[place] - codes[place])
            outer, inner = (range(code, code + 1) for code in codes[:place]), (range(size) for size in sizes[place + 1 :])
            yield (*outer, range(codes[place], codes[place] + rows), *inner)
            start += rows * step


class Listed:
    """Points that are listed: for each parameter an array that says which of its levels each has."""

    def __init__(self, levels: Mapping[str, Sequence[Any]], columns: Sequence[Any]) -> None:
        self.levels = {name: list(values) for name, values in levels.items()}
        self.columns, self.count = [*columns], len(columns[0])

    @property
    def bare(self) -> "Listed":
        """The levels, and no point."""
        return Listed(self.levels, [column[:0] for column in self.columns])

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return [column[start:stop] for column in self.columns]

    def at(self, numbers: Any) -> list[Any]:
        """The codes of points by their numbers."""
        return [column[numbers] for column in self.columns]

    def end(self, start: int, room: int) -> int:
        """Where points from one on end."""
        return start + room


def rows(names: Sequence[str], given: Sequence[Sequence[Any]]) -> Listed:
    """Points that are written out, each with a value for every parameter.

    >>> rows(["alpha", "groups"], [[1, 2], [1, 4]]).levels
    {'alpha': [1], 'groups': [2, 4]}
    """
    levels: dict[str, list[Any]] = {}
    columns = []
    for name, column in zip(names, zip(*given, strict=True), strict=True):
        known: dict[Any, int] = {}
        columns.append(np.array([known.setdefault(value, len(known)) for value in column]))
        levels[name] = [*known]
    return Listed(levels, columns)


class Sample:
    """Points of a grid drawn at random, none twice, in the order in which they are drawn; the same for the same seed.

    The grid's numbers are shuffled by a keyed permutation, so that any of them is found without the others: a network of
    Luby and Rackoff (1988) on the bits of a number, run again where it leaves the range (Black and Rogaway, 2002).
    Raises `SpecError` where there are not as many.

    >>> [codes.tolist() for codes in Sample(Grid({"alpha": [1, 2], "groups": [1, 2, 4]}), 6, seed=1).codes(0, 6)]
    [[0, 1, 1, 1, 0, 0], [1, 1, 2, 0, 2, 0]]
    """

    def __init__(self, grid: Grid, count: int, seed: int) -> None:
        if count > grid.count:
            message = f"a sample of {count:,} points is drawn, and there are {grid.count:,}"
            raise SpecError([Problem(None, message, "leave --sample out to take them all")])
        self.grid, self.levels, self.count = grid, grid.levels, count
        self.half = np.uint64((max(grid.count - 1, 1).bit_length() + 1) // 2)
        self.keys = [random.Random(f"{seed} {turn}").getrandbits(64) for turn in range(_TURNS)]  # noqa: S311 - no secret

    @property
    def bare(self) -> "Sample":
        """A sample is a grid and a seed."""
        return self

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return self.at(np.arange(start, stop))

    def at(self, numbers: Any) -> list[Any]:
        """The codes of points by their numbers."""
        found = self.shuffled(numbers.astype(np.uint64))
        while (out := found >= self.grid.count).any():
            found[out] = self.shuffled(found[out])
        return self.grid.at(found.astype(np.int64))

    def end(self, start: int, room: int) -> int:
        """Where points from one on end."""
        return start + room

    def shuffled(self, numbers: Any) -> Any:
        """Where numbers of twice `half` bits go."""
        mask = np.uint64(2 ** int(self.half) - 1)
        left, right = numbers >> self.half, numbers & mask
        for key in self.keys:
            left, right = right, left ^ (_mixed(right ^ np.uint64(key)) & mask)
        return left << self.half | right


_TURNS = 8
"""Turns of the network; four are enough for a permutation that nobody tells from a random one."""


def _mixed(numbers: Any) -> Any:
    """Numbers of 64 bits, each bit of which hangs on all that were given (the finalizer of SplitMix64)."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        numbers = (numbers ^ numbers >> np.uint64(shift)) * np.uint64(factor)
    return numbers ^ numbers >> np.uint64(31)
