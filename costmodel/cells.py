"""Where a network changes as a number in it grows: the values that cut all others into stretches on which nothing does.

What is worked out of a closed form hangs on a symbol that widths round only through floors, extremes and choices. Each of
these changes where a number crosses a whole one, or another number; where that number is a straight line between the changes of
what it is made of, the crossing is a fraction, and none is missed.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any

from costmodel import algebra
from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.numbers import Atom, Polynomial, atom_of

MOST = 200_000
"""Cuts of one number that are looked for at most."""


class Uncut(Exception):
    """The stretches cannot be told: something hangs on the symbol in a way that is no straight line, or on others beside it."""


def cuts(values: Iterable[Any], symbol: Polynomial, low: Fraction, high: Fraction) -> set[Fraction]:
    """Where numbers and truths may change between two values of a symbol; between neighbours of these they are the same.

    Raises `Uncut`.

    >>> alpha = algebra.closed("alpha")
    >>> sorted(cuts([8 * (3 * algebra.maximum(1, alpha) // 1)], alpha, Fraction(1, 2), Fraction(2)))
    [Fraction(1, 1), Fraction(4, 3), Fraction(5, 3), Fraction(2, 1)]
    """
    cutting = _Cutting(atom_of(symbol), symbol, low, high)
    found = set[Fraction]()
    for value in values:
        if isinstance(value, Claim):
            found |= cutting.claim(value)
            continue
        degree, places = cutting.number(value)
        if degree:
            raise Uncut
        found |= places
    return found


class _Cutting:
    def __init__(self, atom: Atom, symbol: Polynomial, low: Fraction, high: Fraction) -> None:
        self.own, self.symbol, self.low, self.high = atom, symbol, low, high
        self.known: dict[Atom, tuple[int, frozenset[Fraction]]] = {}

    def number(self, value: Any) -> tuple[int, frozenset[Fraction]]:
        """The degree of a number in the symbol between its cuts, and these."""
        if not isinstance(value, Polynomial):
            return 0, frozenset()
        degree, places = 0, frozenset[Fraction]()
        for mono in value.terms:
            here = 0
            for atom, power in mono:
                inner, more = self.atom(atom)
                if inner and power < 0:
                    raise Uncut
                here, places = here + inner * power, places | more
            degree = max(degree, here)
        return degree, places

    def claim(self, claim: Any) -> frozenset[Fraction]:
        """Where a truth may change."""
        if isinstance(claim, bool):
            return frozenset()
        if claim.kind in ("ge", "eq"):
            return self.zeros(claim.parts[0])
        return frozenset[Fraction]().union(*map(self.claim, claim.parts))

    def atom(self, atom: Atom) -> tuple[int, frozenset[Fraction]]:
        """The degree of an atom between its cuts, and these."""
        if atom not in self.known:
            self.known[atom] = self._atom(atom)
        return self.known[atom]

    def _atom(self, atom: Atom) -> tuple[int, frozenset[Fraction]]:
        match atom.kind:
            case "symbol":
                return int(atom is self.own), frozenset()
            case "if":
                return 0, self.claim(atom.args[0])
            case "choose":
                (one, places), (two, more) = map(self.number, atom.args[1:])
                return max(one, two), places | more | self.claim(atom.args[0])
            case "max" | "min":
                (one, _), (two, _) = map(self.number, atom.args)
                return max(one, two), self.zeros(atom.args[0] - atom.args[1])
            case "floor" if not self.number(atom.args[1])[0]:
                return 0, self.crossings(atom.args[0] / atom.args[1])
            case "divisible" if not self.number(atom.args[1])[0]:
                return 0, self._divisible(*atom.args)
        inner = [self.number(arg) for arg in atom.args]
        if any(degree for degree, _ in inner):
            raise Uncut
        return 0, frozenset[Fraction]().union(*(places for _, places in inner))

    def _divisible(self, x: Any, by: Any) -> frozenset[Fraction]:
        """Where the nearest multiple is another, or loses more than a tenth."""
        halves = (2 * x + by) / (2 * by)
        near = algebra.maximum(by, algebra.floor(halves) * by)
        return self.crossings(halves) | self.zeros(10 * near - 9 * x)

    def zeros(self, value: Any) -> frozenset[Fraction]:
        """The cuts of a number, and where it is zero."""
        degree, places = self.number(value)
        found = (-start / slope for slope, start, _, _ in self.lines(value, degree, places) if slope)
        return places | {place for place in found if self.low <= place <= self.high}

    def crossings(self, value: Any) -> frozenset[Fraction]:
        """The cuts of a number, and where it is whole."""
        degree, places = self.number(value)
        found = set(places)
        for slope, start, left, right in self.lines(value, degree, places):
            ends = sorted((slope * left + start, slope * right + start))
            if ends[1] - ends[0] > MOST:
                raise Uncut
            if slope:
                found |= {(number - start) / slope for number in range(ceil(ends[0]), floor(ends[1]) + 1)}
        return frozenset(found)

    def lines(
        self, value: Any, degree: int, places: frozenset[Fraction]
    ) -> Iterator[tuple[Fraction, Fraction, Fraction, Fraction]]:
        """The straight line that a number is on each stretch: its slope, where it starts at zero, and the stretch."""
        if degree == 0:
            return
        if degree > 1:
            raise Uncut
        ends = sorted({self.low, self.high, *(place for place in places if self.low < place < self.high)})
        for left, right in pairwise(ends):
            one, two = left + (right - left) / 3, right - (right - left) / 3
            here, there = (algebra.substitute(value, {self.symbol: place}) for place in (one, two))
            if isinstance(here, Polynomial) or isinstance(there, Polynomial):
                raise Uncut
            slope = (Fraction(there) - here) / (two - one)
            yield slope, here - slope * one, left, right
