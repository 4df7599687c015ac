"""Many points of a sweep at once: a network is traced with symbols once for each structure, and the traces run as programs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.algebra.engines import Engine, engine
from costmodel.algebra.polynomials.integral import over_whole
from costmodel.algebra.polynomials.programs import program
from costmodel.algebra.polynomials.ranges import range_of
from costmodel.closed_form import closed
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.problems import SpecError
from costmodel.traffic import CONV, Traffic
from costmodel.walk import MAX_SIZE, Walk

FIGURES = ("operations", "mult_adds", "params", "access", "read", "written", "loaded")
"""What is worked out of every point."""


class Axis(NamedTuple):
    """A swept parameter that is a number: whole numbers over one denominator, from `low` to `high`."""

    name: str
    low: int
    high: int
    den: int = 1

    def value(self, number: Any) -> Num:
        """The parameter's value where the whole number is this."""
        return algebra.exact(Fraction(int(number), self.den))


class Block(NamedTuple):
    """What some points cost: an int64 array for each of `FIGURES`, and whether a point can be built.

    `ways` counts the points that each way of working out took: an engine's name, or `exact` for one after the other.
    """

    figures: dict[str, Any]
    built: Any
    ways: dict[str, int]


class Tracer:
    """Works out points of a sweep in blocks; `given` are the settings that are not swept.

    Every figure is the whole number that evaluating the point alone gives: a program runs in float64 or int64 only where no
    number on the way can exceed it, and points beyond are evaluated one by one.
    """

    def __init__(
        self,
        spec: Spec,
        axes: Sequence[Axis],
        given: Mapping[str, Any],
        *,
        variant: str | None = None,
        batch: int = 1,
        convention: Convention = CONVENTIONS["paper"],
        traffic: Traffic = CONV,
        compiled: bool | None = None,
    ) -> None:
        self.spec, self.axes, self.given, self.variant, self.batch = spec, [*axes], dict(given), variant, batch
        self.convention, self.traffic, self.compiled = convention, traffic, compiled
        self.engines: list[Engine] = []

    def block(self, numbers: Sequence[Any], count: int) -> Block:
        """So many points, given by an array for each axis."""
        found = Block({name: np.zeros(count, dtype=np.int64) for name in FIGURES}, np.zeros(count, dtype=bool), {})
        left = np.arange(count)
        for runs in self.engines:
            left = self._ran(runs, numbers, left, found)
        while left.size:
            point = [column[left[0]] for column in numbers]
            if self._alone(point, int(left[0]), found) and (runs := self._traced(point)) is not None:
                self.engines.append(runs)
                left = self._ran(runs, numbers, left[1:], found)
            else:
                left = left[1:]
        return found

    def _ran(self, runs: Engine, numbers: Sequence[Any], left: Any, found: Block) -> Any:
        """Work out the points that have a program's structure; those that are left."""
        if not left.size:
            return left
        with np.errstate(all="ignore"):  # what cannot be built may divide by zero
            same, built, *figures = runs.run(*(column[left].astype(runs.dtype) for column in numbers))
        mine = same.astype(bool)
        here = left[mine]
        found.built[here] = built[mine].astype(bool)
        for name, values in zip(FIGURES, figures, strict=True):
            found.figures[name][here] = values[mine].astype(np.int64)
        found.ways[runs.name] = found.ways.get(runs.name, 0) + int(here.size)
        return left[~mine]

    def _alone(self, point: Sequence[Any], at: int, found: Block) -> bool:
        """Evaluate one point by itself; whether it can be built."""
        found.ways["exact"] = found.ways.get("exact", 0) + 1
        try:
            settings = self.spec.settings({**self.given, **self.values(point)}, self.variant)
            figures = self.figures(self.spec.evaluate(settings, self.batch))
        except SpecError:
            return False
        found.built[at] = True
        for name, value in figures.items():
            found.figures[name][at] = value  # raises OverflowError rather than wrap
        return True

    def values(self, point: Sequence[Any]) -> dict[str, Num]:
        """The parameters' values at a point."""
        return {axis.name: axis.value(number) for axis, number in zip(self.axes, point, strict=True)}

    def figures(self, ledger: Ledger) -> dict[str, Num]:
        """The figures of a ledger, of numbers or of polynomials."""
        moves, totals = ledger.moved(None, self.traffic), ledger.sums(None, self.convention, self.traffic)
        operations = ledger.operations(None, self.convention)
        return dict(zip(FIGURES, (operations, *totals, moves.read, moves.written, moves.loaded), strict=True))

    def _traced(self, point: Sequence[Any]) -> Engine | None:
        """The program of a point's structure; None where it cannot be built, or its numbers may exceed int64."""
        try:
            found = closed(
                self.spec,
                [axis.name for axis in self.axes],
                {**self.given, **self.values(point)},
                self.variant,
                self.batch,
                self.convention,
                self.traffic,
                walks=(Walk,),
            )
        except SpecError:
            return None
        symbols = [algebra.closed(axis.name, whole=True, low=axis.low, high=axis.high) for axis in self.axes]
        put = {found.symbols[axis.name]: s * Fraction(1, axis.den) for axis, s in zip(self.axes, symbols, strict=True)}
        sizes = over_whole((line.output.size for line in found.ledger.lines), put)
        if max((range_of(size)[1] for size in sizes), default=0) > MAX_SIZE:
            return None
        choices = [c.truth for c in found.conditions if c.is_choice]
        demands = [c.truth for c in found.conditions if not c.is_choice]
        truths = [_all(over_whole(dict.fromkeys(group), put)) for group in (choices, demands)]
        values = over_whole(self.figures(found.ledger).values(), put)
        return engine(program([*truths, *values], symbols), self.compiled)


def _all(truths: Sequence[Any]) -> Any:
    """Whether all of some claims hold."""
    found: Any = True
    for truth in dict.fromkeys(truths):
        found = algebra.both(found, truth)
    return found
