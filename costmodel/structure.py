"""One structure of a network as programs, the points on which they run, and limits as claims."""

from collections.abc import Sequence
from functools import cached_property
from math import prod
from typing import Any, NamedTuple

import numpy as np

from costmodel.algebra import Num, Truth
from costmodel.algebra.engines import Engine, OnGrid, engine, has_numba, kind, on_grid
from costmodel.algebra.polynomials.programs import program
from costmodel.budget import Budget
from costmodel.closed_form import Closed
from costmodel.memory import Memory, Reuse
from costmodel.peaks import highest, peaks
from costmodel.verdict import Rules, counted, figures

COMPILED = 8
"""How many times as fast as in numpy a compiled program is at least."""
FEW = 16_384
"""Points for which alone no program is compiled."""


class Columns(NamedTuple):
    """So many points by an array for each axis."""

    arrays: Sequence[Any]
    total: int

    def at(self, places: Any) -> list[Any]:
        """The arrays of some points."""
        return [column[places] for column in self.arrays]


class Box(NamedTuple):
    """Every combination of an array for each axis, the last one fastest."""

    arrays: Sequence[Any]

    @property
    def sizes(self) -> list[int]:
        """How many values each axis has."""
        return [len(axis) for axis in self.arrays]

    @property
    def total(self) -> int:
        """How many points there are."""
        return prod(self.sizes)

    def at(self, places: Any) -> list[Any]:
        """The arrays of some points."""
        found = np.unravel_index(places, self.sizes) if self.arrays else ()
        return [axis[here] for axis, here in zip(self.arrays, found, strict=True)]


class Structure:
    """What points of one structure cost: whole numbers and truths in symbols for the axes, as programs.

    It runs where it `fits`. `multiplying` is what counts beside convolutions and FC layers, `compiled` as for `engine`.
    """

    def __init__(
        self, values: Sequence[Any], symbols: Sequence[Any], multiplying: Sequence[str], compiled: bool | None
    ) -> None:
        self.values, self.symbols, self.multiplying = values, symbols, multiplying
        self.compiled = has_numba() if compiled is None else compiled
        self.program = program(values, symbols)

    @property
    def fits(self) -> bool:
        """Whether no number of the program may exceed int64."""
        return kind(self.program) is not None

    @cached_property
    def anywhere(self) -> Engine:
        """What runs on any points."""
        found = engine(self.program, self.compiled)
        assert found is not None
        return found

    @cached_property
    def on_grid(self) -> OnGrid | None:
        """What runs on every combination of some values; None where numbers may exceed int64."""
        return on_grid(program(self.values, self.symbols, apart=True))

    def run(self, points: Columns | Box, places: Any) -> tuple[str, list[Any]]:
        """The name of an engine, and an array for each value at some of the points, in ascending order."""
        with np.errstate(all="ignore"):  # what cannot be built may divide by zero
            if isinstance(points, Box) and self.on_grid is not None and self._pays(self.on_grid, points, len(places)):
                runs = self.on_grid.engine
                found = runs.run(*(axis.astype(runs.dtype) for axis in points.arrays))
                return runs.name, found if len(places) == points.total else [one[places] for one in found]
            columns = [column.astype(self.anywhere.dtype) for column in points.at(places)]
            found = [np.broadcast_to(one, len(places)) for one in self.anywhere.run(*columns)]  # without axes it is one point
            return self.anywhere.name, found

    def _pays(self, runs: OnGrid, points: Box, count: int) -> bool:
        """Whether all of a box is worked out sooner than so many points of it."""
        faster = COMPILED if self.compiled and count > FEW else 1
        return runs.work(points.sizes) * faster <= sum(runs.steps.values()) * count


class Limits:
    """Limits on the figures of a closed form, as claims; `choices` are what the peaks among them rest on."""

    def __init__(self, form: Closed, rules: Rules) -> None:
        self.form, self.rules = form, rules
        self.choices: list[Truth] = []
        self._peaks: dict[Reuse, Num] = {}

    def kept(self, limit: Budget) -> Truth:
        """The claim that a limit is kept."""
        return limit.holds(self.value(limit))

    def value(self, limit: Budget) -> Num:
        """The figure that is limited."""
        asked = counted(limit, self.rules)
        if limit.metric == "peak":
            elements = self.peak(asked.reuse)
            return asked.dtypes.bytes(0, elements) if limit.in_bytes else elements
        of, _ = figures(limit, self.form.ledger, asked)
        found: Num = of(self.form.ledger.lines)
        return found

    def peak(self, reuse: Reuse) -> Num:
        """The most elements that are alive at once."""
        if reuse not in self._peaks:
            assert self.form.usual is not None
            found = peaks(Memory(self.form.usual, reuse), self.form.ledger)
            self.choices += found.choices
            self._peaks[reuse] = highest(found.alive, self.form.reference)
        return self._peaks[reuse]
