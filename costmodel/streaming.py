"""A sweep in blocks: however many points there are, what is held at once is one block of them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.closed_form import Closed
from costmodel.library import Spec
from costmodel.problems import Problems, SpecError
from costmodel.settings import Settings
from costmodel.space import Space
from costmodel.tracing import Axis, Block, Tracer, Wanted

BLOCK = 65_536
"""Points of a block."""
FEW = 2_000_000
"""Points below which compiling a program takes longer than running it as it is."""
_LARGEST = 2**52
"""The largest whole number that a swept value may be over its denominator, to be traced."""


class Chunk(NamedTuple):
    """Some points of a sweep: the number of the first, which level of each parameter they have, and what they cost."""

    start: int
    named: dict[str, Any]
    block: Block

    @property
    def numbers(self) -> Any:
        """The points' numbers."""
        return np.arange(self.start, self.start + len(self.block.built))

    @property
    def stacked(self) -> Any:
        """The points' levels, a row for each parameter."""
        return np.stack([*self.named.values()])


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
        self.axes = {name: axis for name, values in self.levels.items() if (axis := _axis(name, values)) is not None}
        self.numbers = {
            name: np.array([int(value * axis.den) for value in self.levels[name]], dtype=np.int64)
            for name, axis in self.axes.items()
        }
        self.words = [name for name in self.levels if name not in self.axes]
        self._tracers: dict[tuple[int, ...], Tracer] = {}

    def __iter__(self) -> Iterator[Chunk]:
        for start in range(0, self.space.count, BLOCK):
            yield self.chunk(start, min(start + BLOCK, self.space.count))

    def chunk(self, start: int, stop: int) -> Chunk:
        """The points from one number on to another."""
        named = dict(zip(self.levels, self.space.codes(start, stop), strict=True))
        return Chunk(start, named, self.block(named, stop - start))

    def block(self, named: Mapping[str, Any], count: int) -> Block:
        """So many points by the levels that each parameter has."""
        if not self.words:
            return self._block((), named, slice(None))
        found = Block.of(self.wanted.names, count)
        kinds, which = np.unique(np.stack([named[name] for name in self.words]), axis=1, return_inverse=True)
        for place, kind in enumerate(kinds.T):
            here = np.flatnonzero(which.ravel() == place)
            found.place(self._block(tuple(map(int, kind)), named, here), here)
        return found

    def _block(self, kind: tuple[int, ...], codes: Mapping[str, Any], here: Any) -> Block:
        """The points that share what is no number."""
        if kind not in self._tracers:
            words = {name: self.levels[name][code] for name, code in zip(self.words, kind, strict=True)}
            self._tracers[kind] = Tracer(self.spec, [*self.axes.values()], {**self.fixed, **words}, self.wanted, **self._how)
        numbers = [self.numbers[name][codes[name][here]] for name in self.axes]
        return self._tracers[kind].block(numbers, len(next(iter(codes.values()))[here]))

    def weights(self, chunk: Chunk, key: str) -> Any:
        """What points are ordered by: a figure, a swept number, or the mult-adds for each element moved."""
        figures, dtypes = chunk.block.figures, self.wanted.rules.dtypes
        if key in chunk.named:
            return (self.numbers[key] if key in self.numbers else np.arange(len(self.levels[key])))[chunk.named[key]]
        name = key.lstrip("×")
        if name == "per_access":
            return figures["operations"] / np.maximum(figures["access"], 1)
        if name == "bytes":
            bits = dtypes.bytes(8, 0), dtypes.bytes(0, 8)
            return bits[0] * figures["loaded"] + bits[1] * (figures["read"] + figures["written"])
        return figures[name]

    @property
    def has_unknown(self) -> bool:
        """Whether some op that was met has a cost that nobody knows."""
        return any(tracer.has_unknown for tracer in self._tracers.values())

    @property
    def multiplying(self) -> tuple[str, ...]:
        """What counts beside convolutions and FC layers at some point."""
        return tuple(dict.fromkeys(name for tracer in self._tracers.values() for name in tracer.multiplying))

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


def _axis(name: str, values: list[Any]) -> Axis | None:
    """A parameter's values as whole numbers over one denominator; None where they cannot be traced.

    Those are no numbers, too large ones, and zero: a traced symbol is above it.
    """
    if not all(algebra.is_number(value) and algebra.is_single(value) for value in values):
        return None
    den = lcm(*(Fraction(value).denominator for value in values))
    numbers = [int(value * den) for value in values]
    if den > _LARGEST or max(numbers) > _LARGEST or min(numbers) <= 0:
        return None
    return Axis(str(name), min(numbers), max(numbers), den)
