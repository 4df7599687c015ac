"""Many points of a sweep at once: a network is traced with symbols once for each structure, and the traces run as programs."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.algebra.polynomials.integral import over_whole
from costmodel.algebra.polynomials.programs import INT
from costmodel.algebra.polynomials.ranges import range_of
from costmodel.budget import Budget
from costmodel.closed_form import Closed, closed
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.memory import Memory
from costmodel.ops.fields import spoken
from costmodel.problems import Problem, Problems, SpecError
from costmodel.settings import Settings
from costmodel.structure import Box, Columns, Limits, Structure
from costmodel.verdict import Rules, judged
from costmodel.walk import MAX_SIZE, Walk

FIGURES = ("operations", "mult_adds", "params", "access", "read", "written", "loaded")
"""What can be worked out of every point beside its peak."""
SPREAD = 0.618
"""How far apart, as a share of all, points are tried until one can be built."""


class Wanted(NamedTuple):
    """What is wanted of every point: some of `FIGURES` and `peak`, and limits that it is held against.

    The figures of `measured` are wanted too, each under the budget's text: bytes in bits, so that they are whole.
    """

    figures: tuple[str, ...] = FIGURES
    limits: tuple[Budget, ...] = ()
    rules: Rules = Rules()
    measured: tuple[Budget, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What the wanted figures are called."""
        return (*self.figures, *(one.text for one in self.measured))


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
    """What some points cost: an int64 array for each figure, whether a point can be built, and whether it keeps all limits.

    `ways` counts the points that each way of working out took: an engine's name, or `exact` for one after the other.
    """

    figures: dict[str, Any]
    built: Any
    kept: Any
    ways: dict[str, int]

    @property
    def unbuilt(self) -> Any:
        """The places of the points that cannot be built."""
        return np.flatnonzero(~self.built)

    @classmethod
    def of(cls, figures: Sequence[str], count: int) -> "Block":
        """A block of points of which nothing is known yet."""
        nothing = {name: np.zeros(count, dtype=np.int64) for name in figures}
        return cls(nothing, np.zeros(count, dtype=bool), np.zeros(count, dtype=bool), {})

    def place(self, part: "Block", here: Any) -> None:
        """Put what is known of some points in their places."""
        self.built[here], self.kept[here] = part.built, part.kept
        for name, values in part.figures.items():
            self.figures[name][here] = values
        for way, count in part.ways.items():
            self.ways[way] = self.ways.get(way, 0) + count


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
        wanted: Wanted = Wanted(),  # noqa: B008 - a tuple
        *,
        variant: str | None = None,
        batch: int = 1,
        compiled: bool | None = None,
    ) -> None:
        self.spec, self.axes, self.given, self.wanted = spec, [*axes], dict(given), wanted
        self.variant, self.batch, self.compiled = variant, batch, compiled
        self.structures: list[Structure] = []
        self.forms: list[Closed] = []
        """The closed forms of the structures."""
        self.untold = 0
        """Points of which no closed form tells: evaluated by themselves, they say nothing of their neighbours."""
        self._is_usual_known = False
        self.has_unknown, self.multiplying = False, dict[str, None]()

    def block(self, points: Columns | Box) -> Block:
        """What some points cost, each by a whole number for each axis."""
        found, left = Block.of(self.wanted.names, points.total), np.arange(points.total)
        for known in self.structures:
            left = self._ran(known, points, left, found)
        tried = 0
        while left.size:
            at = left[int(left.size * (tried * SPREAD % 1))]
            point = [column[0] for column in points.at(np.array([at]))]
            is_built = self._alone(point, int(at), found)
            left, tried = left[left != at], tried + 1
            structure = self._structure(point) if is_built else self._usual()
            self.untold += structure is None
            if structure is not None:
                self.structures.append(structure)
                left, tried = self._ran(structure, points, left, found), 0
        return found

    def _ran(self, structure: Structure, points: Columns | Box, left: Any, found: Block) -> Any:
        """Work out the points that have a structure; those that are left."""
        if not left.size:
            return left
        name, (same, *results) = structure.run(points, left)
        mine = same.astype(bool)
        here = left if mine.all() else left[mine]
        if not here.size:
            return left
        built, kept, *figures = results if here is left else [one[mine] for one in results]
        values = dict(zip(self.wanted.names, (one.astype(np.int64) for one in figures), strict=True))
        built = built.astype(bool)
        part = Block(values, built, built & kept.astype(bool), {name: here.size})
        found.place(part, here if here.size < points.total else slice(None))
        self.multiplying |= dict.fromkeys(structure.multiplying)
        return left[~mine]

    def _alone(self, point: Sequence[Any], at: int, found: Block) -> bool:
        """Evaluate one point by itself; whether it can be built."""
        found.ways["exact"] = found.ways.get("exact", 0) + 1
        try:
            ledger = self.evaluated(self.values(point))
        except SpecError:
            return False
        self.has_unknown = self.has_unknown or bool(ledger.unknown)
        self.multiplying |= dict.fromkeys(ledger.multiplying)
        found.built[at] = True
        found.kept[at] = all(judged(limit, ledger, self.wanted.rules).passes for limit in self.wanted.limits)
        figures = self.figures(ledger)
        if "peak" in found.figures:
            figures["peak"] = Memory(ledger, self.wanted.rules.reuse).elements
        for one in self.wanted.measured:
            figures[one.text] = int(judged(one, ledger, self.wanted.rules).value * one.parts)
        for name, value in figures.items():
            if value >= INT:
                at_ = ", ".join(
                    f"{axis.name} {spoken(one)}" for axis, one in zip(self.axes, self.values(point).values(), strict=True)
                )
                message = f"{name} is {value:,} at {at_}, and a sweep of many points holds numbers below 2^63"
                raise SpecError([Problem(None, message, "sweep such points by themselves")])
            found.figures[name][at] = value
        return True

    def evaluated(self, values: Mapping[str, Any]) -> Ledger:
        """The ledger of a point by its values. Raises `SpecError`."""
        settings = self.spec.settings({**self.given, **values}, self.variant)
        return self.spec.evaluate(settings, self.batch)

    def values(self, point: Sequence[Any]) -> dict[str, Num]:
        """The parameters' values at a point."""
        return {axis.name: axis.value(number) for axis, number in zip(self.axes, point, strict=True)}

    def figures(self, ledger: Ledger) -> dict[str, Num]:
        """The figures of a ledger that are wanted, of numbers or of polynomials; all but the peak."""
        rules, wanted = self.wanted.rules, set(self.wanted.figures)
        found: dict[str, Num] = {}
        if "operations" in wanted:
            found["operations"] = ledger.operations(None, rules.convention)
        if wanted & {"mult_adds", "params", "access"}:
            found |= ledger.sums(None, rules.convention, rules.traffic)._asdict()
        if wanted & {"read", "written", "loaded"}:
            found |= ledger.moved(None, rules.traffic)._asdict()
        return {name: found[name] for name in self.wanted.figures if name != "peak"}

    def _structure(self, point: Sequence[Any]) -> Structure | None:
        """The structure of a point, if others may have it."""
        return self._traced(self.values(point)) if self.axes else None

    def _usual(self) -> Structure | None:
        """The structure of the defaults, once: where a sweep begins with points that cannot be built, it tells all alike."""
        if self._is_usual_known or not self.axes:
            return None
        self._is_usual_known = True
        defaults = Settings(self.spec.network, Problems()).resolve(self.given, self.variant, complete=False)
        values = {axis.name: defaults.get(axis.name) for axis in self.axes}
        return self._traced(values) if all(map(algebra.is_number, values.values())) else None

    def _traced(self, values: Mapping[str, Any]) -> Structure | None:
        """The structure that some values have; None where its numbers may exceed int64, or where not all of it is known."""
        names, given, rules = [axis.name for axis in self.axes], {**self.given, **values}, self.wanted.rules
        fractions = [axis.name for axis in self.axes if axis.den > 1]
        how = self.variant, self.batch, rules.convention, rules.traffic
        try:
            form = closed(self.spec, names, given, *how, walks=(Walk,), fractions=fractions)
        except SpecError:
            return None
        if form.ledger.unknown:
            return None
        symbols = [algebra.closed(axis.name, whole=True, low=axis.low, high=axis.high) for axis in self.axes]
        put = {form.symbols[axis.name]: s * Fraction(1, axis.den) for axis, s in zip(self.axes, symbols, strict=True)}
        sizes = over_whole((line.output.size for line in form.ledger.lines), put)
        if max((range_of(size)[1] for size in sizes), default=0) > MAX_SIZE:
            return None
        limits, figures = Limits(form, rules), self.figures(form.ledger)
        kept = [limits.kept(limit) for limit in self.wanted.limits]
        if "peak" in self.wanted.figures:
            figures["peak"] = limits.peak(rules.reuse)
        figures |= {one.text: limits.value(one) * one.parts for one in self.wanted.measured}
        choices = [*(c.truth for c in form.conditions if c.is_choice), *limits.choices]
        demands = [c.truth for c in form.conditions if not c.is_choice]
        truths = [_all(over_whole(dict.fromkeys(group), put)) for group in (choices, demands, kept)]
        numbers = over_whole((figures[name] for name in self.wanted.names), put)
        assert form.usual is not None
        structure = Structure([*truths, *numbers], symbols, form.usual.multiplying, self.compiled)
        if not structure.fits:
            return None
        self.forms.append(form)
        return structure


def _all(truths: Sequence[Any]) -> Any:
    """Whether all of some claims hold."""
    found: Any = True
    for truth in dict.fromkeys(truths):
        found = algebra.both(found, truth)
    return found
