"""The points of a sweep, by number: a grid, rows of a file, or a sample of a grid; none of them is ever written out whole."""

import random
from collections.abc import Mapping, Sequence
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

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter an array: which of its levels each of some points has."""
        ...


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

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return self.at(np.arange(start, stop))

    def at(self, numbers: Any) -> list[Any]:
        """The codes of points by their numbers."""
        sizes = map(len, self.levels.values())
        return [numbers // step % size for step, size in zip(self.steps, sizes, strict=True)]


class Rows:
    """Points that are listed, each with a value for every parameter."""

    def __init__(self, names: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        self.levels: dict[str, list[Any]] = {}
        self.count, self._codes = len(rows), list[Any]()
        for name, column in zip(names, zip(*rows, strict=True), strict=True):
            known: dict[Any, int] = {}
            self._codes.append(np.array([known.setdefault(value, len(known)) for value in column]))
            self.levels[name] = [*known]

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return [column[start:stop] for column in self._codes]


class Sample:
    """Points of a grid drawn at random, none twice, in the order in which they were drawn; the same for the same seed.

    >>> [codes.tolist() for codes in Sample(Grid({"alpha": [1, 2], "groups": [1, 2, 4]}), 3, seed=1).codes(0, 3)]
    [[0, 1, 0], [1, 1, 0]]
    """

    def __init__(self, grid: Grid, count: int, seed: int) -> None:
        if count > grid.count:
            message = f"a sample of {count:,} points is drawn, and there are {grid.count:,}"
            raise SpecError([Problem(None, message, "leave --sample out to take them all")])
        self.grid, self.levels, self.count = grid, grid.levels, count
        self.numbers = np.array(random.Random(seed).sample(range(grid.count), count), dtype=np.int64)  # noqa: S311 - no secret

    def codes(self, start: int, stop: int) -> list[Any]:
        """For each parameter which of its levels each point has."""
        return self.grid.at(self.numbers[start:stop])
