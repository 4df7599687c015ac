"""A sweep in blocks: however many points there are, what is held at once is one block of them."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.library import Spec
from costmodel.problems import Problems
from costmodel.settings import Settings
from costmodel.space import Space
from costmodel.tracing import FIGURES, Axis, Block, Tracer
from costmodel.traffic import CONV, Traffic

BLOCK = 65_536
"""Points of a block."""
_LARGEST = 2**52
"""The largest whole number that a swept value may be over its denominator, to be traced."""


class Chunk(NamedTuple):
    """Some points of a sweep: the number of the first, which level of each parameter they have, and what they cost."""

    start: int
    codes: list[Any]
    block: Block


class Stream:
    """The points of a space, worked out block by block; `fixed` are the settings that are not swept.

    Raises `SpecError` for a parameter that does not exist, and for a value that is none.
    """

    def __init__(
        self,
        spec: Spec,
        space: Space,
        fixed: Mapping[str, Any],
        *,
        variant: str | None = None,
        batch: int = 1,
        convention: Convention = CONVENTIONS["paper"],
        traffic: Traffic = CONV,
        compiled: bool | None = None,
    ) -> None:
        self.spec, self.space, self.fixed = spec, space, dict(fixed)
        self._how: dict[str, Any] = {"variant": variant, "batch": batch, "convention": convention, "traffic": traffic}
        self._how["compiled"] = compiled
        self.levels = {name: _levels(spec, name, values) for name, values in space.levels.items()}
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
        codes = self.space.codes(start, stop)
        by_name = dict(zip(self.levels, codes, strict=True))
        if not self.words:
            return Chunk(start, codes, self._block((), by_name, slice(None)))
        found = Block({name: np.zeros(stop - start, np.int64) for name in FIGURES}, np.zeros(stop - start, bool), {})
        kinds, which = np.unique(np.stack([by_name[name] for name in self.words]), axis=1, return_inverse=True)
        for place, kind in enumerate(kinds.T):
            here = np.flatnonzero(which.ravel() == place)
            part = self._block(tuple(map(int, kind)), by_name, here)
            found.built[here] = part.built
            for name in FIGURES:
                found.figures[name][here] = part.figures[name]
            for way, count in part.ways.items():
                found.ways[way] = found.ways.get(way, 0) + count
        return Chunk(start, codes, found)

    def _block(self, kind: tuple[int, ...], codes: Mapping[str, Any], here: Any) -> Block:
        """The points that share what is no number."""
        if kind not in self._tracers:
            words = {name: self.levels[name][code] for name, code in zip(self.words, kind, strict=True)}
            self._tracers[kind] = Tracer(self.spec, [*self.axes.values()], {**self.fixed, **words}, **self._how)
        numbers = [self.numbers[name][codes[name][here]] for name in self.axes]
        return self._tracers[kind].block(numbers, len(next(iter(codes.values()))[here]))

    def settings(self, codes: Mapping[str, int]) -> dict[str, Any]:
        """The swept values of a point by the codes of its levels."""
        return {name: self.levels[name][int(code)] for name, code in codes.items()}


def _levels(spec: Spec, name: str, values: list[Any]) -> list[Any]:
    """A parameter's values, worked out."""
    problems = Problems()
    checks = Settings(spec.network, problems)
    found = [checks.resolve({name: value}, None, complete=False).get(str(name)) for value in values]
    problems.check()
    return found


def _axis(name: str, values: list[Any]) -> Axis | None:
    """A parameter's values as whole numbers over one denominator; None where they are no numbers, or too large ones."""
    if not all(algebra.is_number(value) and algebra.is_single(value) for value in values):
        return None
    den = lcm(*(Fraction(value).denominator for value in values))
    numbers = [int(value * den) for value in values]
    if den > _LARGEST or max(map(abs, numbers)) > _LARGEST:
        return None
    return Axis(str(name), min(numbers), max(numbers), den)
