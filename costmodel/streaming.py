"""A sweep in blocks: however many points there are, what is held at once is one block of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import gcd, lcm, prod
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.algebra.polynomials.programs import INT
from costmodel.closed_form import Closed
from costmodel.library import Spec
from costmodel.picking import Points
from costmodel.problems import Problem, Problems, SpecError
from costmodel.settings import Settings
from costmodel.space import Grid, Space
from costmodel.structure import Box, Columns
from costmodel.sweep import sortable
from costmodel.tracing import Axis, Block, Tracer, Wanted

BLOCK = 65_536
"""Points of a block."""
FEW = 2_000_000
"""Points below which compiling a program takes longer than running it as it is."""
_LARGEST = 2**52
"""The largest whole number that a swept value may be over its denominator, to be traced."""


class Chunk(NamedTuple):
    """Some points of a sweep: the number of the first, what they cost, and which levels those at some places have."""

    start: int
    block: Block
    at: Callable[[Any], list[Any]]

    @property
    def numbers(self) -> Any:
        """The points' numbers."""
        return np.arange(self.start, self.start + len(self.block.built))

    def points(self, places: Any, figures: dict[str, Any]) -> Points:
        """The points at some places, with these figures."""
        return Points(self.start + places, np.stack(self.at(places)), {name: one[places] for name, one in figures.items()})


class Stream:
    """The points of a space, worked out block by block; `fixed` are the settings that are not swept.

    Raises `SpecError` for a parameter that does not exist, and for a value that is none.
    """

    def __init__(
        self,
        spec: Spec,
        space: Space,
        fixed: Mapping[str, Any],
        wanted: Wanted = Wanted(),  # noqa: B008 - a tuple
        *,
        variant: str | None = None,
        batch: int = 1,
        compiled: bool | None = None,
    ) -> None:
        self.spec, self.space, self.fixed, self.wanted = spec, space, dict(fixed), wanted
        self.variant, self.batch = variant, batch
        if compiled is None and space.count < FEW:
            compiled = False  # compiling takes a second or two
        self._how: dict[str, Any] = {"variant": variant, "batch": batch, "compiled": compiled}
        self.levels = {name: levels(spec, name, values) for name, values in space.levels.items()}
        """The values of each parameter, worked out."""
        self.axes, self.numbers, self.apart = dict[str, Axis](), dict[str, Any](), dict[str, Any]()
        for name, values in self.levels.items():
            axis, numbers = _axis(name, values)
            if axis is not None:
                self.axes[name], self.numbers[name] = axis, numbers
            if axis is None or not numbers.all():
                self.apart[name] = np.where(numbers > 0, -1, np.arange(len(values)))  # a level that is traced, or which
        self._tracers: dict[tuple[int, ...], Tracer] = {}
        self.has_unknown, self._multiplying = False, dict[str, None]()
        self.untold = 0
        """Points so far of which no closed form tells."""

    def __iter__(self) -> Iterator[Chunk]:
        start = 0
        while start < self.space.count:
            stop = min(self.space.end(start, BLOCK), self.space.count)
            yield self.chunk(start, stop)
            start = stop

    def chunk(self, start: int, stop: int) -> Chunk:
        """The points from one number on to another."""

        def at(places: Any) -> list[Any]:
            return self.space.at(start + places)

        if not isinstance(self.space, Grid):
            named = dict(zip(self.levels, self.space.codes(start, stop), strict=True))
            return Chunk(start, self.block(named, stop - start), at)
        blocks = [self._box(ranges) for ranges in self.space.boxes(start, stop)]
        if len(blocks) == 1:
            return Chunk(start, blocks[0], at)
        found, place = Block.of(self.wanted.names, stop - start), 0
        for block in blocks:
            found.place(block, slice(place, place + len(block.built)))
            place += len(block.built)
        return Chunk(start, found, at)

    def block(self, named: Mapping[str, Any], count: int) -> Block:
        """So many points by the levels that each parameter has."""
        found = Block.of(self.wanted.names, count)
        for kind, here in self._kinds(named, count):
            arrays = [self.numbers[name][named[name][here]] for name in self._traced_in(kind)]
            found.place(self._worked_out(kind, Columns(arrays, here.size)), here)
        return found

    def _kinds(self, columns: Mapping[str, Any], count: int) -> Iterator[tuple[tuple[int, ...], Any]]:
        """The kinds of points by the levels that are not traced, each with the places of its points."""
        if not self.apart:
            yield (), np.arange(count)
            return
        levels = np.stack([kinds[columns[name]] for name, kinds in self.apart.items()])
        kinds, which = np.unique(levels, axis=1, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        ends = np.cumsum(np.bincount(which.ravel(), minlength=kinds.shape[1]))[:-1]
        yield from zip(map(tuple, kinds.T.tolist()), np.split(order, ends), strict=True)

    def _box(self, ranges: Sequence[range]) -> Block:
        """Every combination of some levels: those that are traced as a box, the others one by one."""
        pieces, sizes = [self._pieces(*one) for one in zip(self.levels, ranges, strict=True)], [*map(len, ranges)]
        found = Block.of(self.wanted.names, prod(sizes)) if prod(map(len, pieces)) > 1 else None
        for chosen in product(*pieces):
            codes = dict(zip(self.levels, (codes for _, codes in chosen), strict=True))
            kind = tuple(kind for name, (kind, _) in zip(self.levels, chosen, strict=True) if name in self.apart)
            block = self._worked_out(kind, Box([self.numbers[name][codes[name]] for name in self._traced_in(kind)]))
            if found is None:
                return block
            inside = np.ix_(*(codes[name] - range_.start for name, range_ in zip(self.levels, ranges, strict=True)))
            found.place(block, np.ravel_multi_index(inside, sizes).ravel())
        assert found is not None
        return found

    def _pieces(self, name: str, codes: range) -> list[tuple[int, Any]]:
        """The levels of one parameter that are traced, as -1, and each of the others."""
        every = np.arange(codes.start, codes.stop)
        kinds = self.apart[name][every] if name in self.apart else np.full(len(every), -1)
        traced = [(-1, every[kinds < 0])] if (kinds < 0).any() else []
        return [*traced, *((code, np.array([code])) for code in every[kinds >= 0].tolist())]

    def _traced_in(self, kind: tuple[int, ...]) -> list[str]:
        """The parameters that are traced at the points of a kind."""
        given = {name for name, code in zip(self.apart, kind, strict=True) if code >= 0}
        return [name for name in self.axes if name not in given]

    def _worked_out(self, kind: tuple[int, ...], points: Columns | Box) -> Block:
        """Points that share what is not traced."""
        if (tracer := self._tracers.get(kind)) is None:
            words = {name: self.levels[name][code] for name, code in zip(self.apart, kind, strict=True) if code >= 0}
            axes = [self.axes[name] for name in self._traced_in(kind)]
            tracer = Tracer(self.spec, axes, {**self.fixed, **words}, self.wanted, **self._how)
        before = tracer.untold
        block = tracer.block(points)
        self.untold += tracer.untold - before
        if tracer.structures:  # there may be as many kinds as points
            self._tracers[kind] = tracer
        self.has_unknown = self.has_unknown or tracer.has_unknown
        self._multiplying |= tracer.multiplying
        return block

    def weights(self, chunk: Chunk, key: str) -> Any:
        """What points are ordered by: a figure, a swept number, or the mult-adds for each element moved."""
        figures, dtypes = chunk.block.figures, self.wanted.rules.dtypes
        if key in self.levels:
            codes = chunk.at(np.arange(len(chunk.block.built)))
            return self._ranks(key)[codes[[*self.levels].index(key)]]
        name = key.lstrip("×")
        if name == "per_access":
            return figures["operations"] / np.maximum(figures["access"], 1)
        if name == "bytes":
            bits = int(dtypes.bytes(8, 0)), int(dtypes.bytes(0, 8))
            loaded, maps = (part // gcd(*bits) for part in bits)
            most = sum(int(figures[name].max(initial=0)) for name in ("loaded", "read", "written"))
            if max(loaded, maps) * most >= INT:
                raise SpecError([Problem(None, "the bytes of some points are 2^63 or more, and cannot be sorted by")])
            return loaded * figures["loaded"] + maps * (figures["read"] + figures["written"])
        return figures[name]

    def _ranks(self, name: str) -> Any:
        """Where each level of a parameter stands in their order."""
        values = self.levels[name]
        if name in self.numbers and name not in self.apart:
            return self.numbers[name]
        order = sorted(range(len(values)), key=lambda place: sortable(values[place]))
        ranks = np.empty(len(values), dtype=np.int64)
        ranks[order] = np.arange(len(values))
        return ranks

    @property
    def multiplying(self) -> tuple[str, ...]:
        """What counts beside convolutions and FC layers at some point."""
        return tuple(self._multiplying)

    @property
    def forms(self) -> list[Closed]:
        """The closed forms that were traced so far."""
        return [form for tracer in self._tracers.values() for form in tracer.forms]

    def settings(self, codes: Mapping[str, int]) -> dict[str, Any]:
        """The swept values of a point by the codes of its levels."""
        return {name: self.levels[name][int(code)] for name, code in codes.items()}


def levels(spec: Spec, name: str, values: list[Any]) -> list[Any]:
    """A parameter's values, worked out. Raises `SpecError`."""
    are_numbers = all(type(value) in (int, Fraction) for value in values)
    found = []
    for value in (min(values), max(values)) if are_numbers else values:  # of numbers the ends tell whether all are legal
        problems = Problems()
        found.append(Settings(spec.network, problems).resolve({name: value}, None, complete=False).get(str(name)))
        wrong = [one for one in problems.found if one.mark is None or one.mark.file != spec.network.file]
        if wrong:  # what is wrong with a default that hangs on the value is said of the point
            raise SpecError(wrong)
    return [algebra.exact(value) for value in values] if are_numbers else found


def _axis(name: str, values: list[Any]) -> tuple[Axis | None, Any]:
    """The values of a parameter that can be traced, and for each level the whole number that it is; 0 where it cannot be.

    Those are no numbers, too large ones, and zero: a traced symbol is above it.
    """
    numbers = [value if algebra.is_number(value) and algebra.is_single(value) and value > 0 else 0 for value in values]
    den = lcm(*(Fraction(value).denominator for value in numbers))
    whole = [int(value * den) for value in numbers]
    whole = [number if number <= _LARGEST else 0 for number in whole]
    if den > _LARGEST or not any(whole):
        return None, np.zeros(len(values), dtype=np.int64)
    return Axis(str(name), min(filter(None, whole)), max(whole), den), np.array(whole, dtype=np.int64)
