"""What values a polynomial may take: an interval from those of its atoms."""

from fractions import Fraction
from math import inf
from typing import Any, TypeAlias

from costmodel.algebra.polynomials.numbers import Atom, Polynomial, made

Range: TypeAlias = tuple[Any, Any]
"""The least and the greatest value, infinite where there is no bound."""
_PASSES = 4
"""How often floors within floors are let go for a bound."""


def range_of(value: Any) -> Range:
    """Bounds on a number, for all values of its symbols.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x = symbol("x", whole=True, low=1, high=9)
    >>> range_of(2 * x + 1), range_of(x - x // 2)
    ((3, 19), (-3, 9))
    """
    if not isinstance(value, Polynomial):
        return value, value
    low: Any = 0
    high: Any = 0
    for mono, factor in value.terms.items():
        least, most = factor, factor
        for atom, power in mono:
            least, most = product((least, most), _power(atom, power))
        low, high = low + least, high + most
    return low, high


def is_positive(value: Any) -> bool:
    """Whether a number is seen to be above zero."""
    if not isinstance(value, Polynomial):
        return bool(value > 0)
    if range_of(value)[0] > 0:
        return True
    return all(factor > 0 and all(atom.positive for atom, _ in mono) for mono, factor in value.terms.items())


def least(value: Any) -> Any:
    """A bound from below, where floors may be let go for what they are floors of: `x - x//2` is at least `x/2`."""
    best = range_of(value)[0]
    for _ in range(_PASSES):
        looser = _loosened(value)
        if looser is value:
            break
        value = looser
        best = max(best, range_of(value)[0])
    return best


def _loosened(value: Any) -> Any:
    """A lower bound with one layer of floors less, of those that stand alone in their term; the number itself without any."""
    if not isinstance(value, Polynomial):
        return value
    result: Any = 0
    is_loose = False
    for mono, factor in value.terms.items():
        part: Any = made({mono: factor})
        if len(mono) == 1 and mono[0][1] == 1 and mono[0][0].kind == "floor":
            num, den = mono[0][0].args
            if isinstance(den, int):
                lost = Fraction(den - 1, den) if getattr(num, "whole", True) else 1
                part, is_loose = factor * (num / den - (lost if factor > 0 else 0)), True
        result = result + part
    return result if is_loose else value


def _power(atom: Atom, power: int) -> Range:
    if power == 1:
        return atom.low, atom.high
    found: Range = (1, 1)
    for _ in range(abs(power)):
        found = product(found, (atom.low, atom.high))
    if power % 2 == 0 and found[0] < 0:
        found = (0, found[1])
    if power > 0:
        return found
    low, high = found
    if low < 0:
        return -inf, inf
    return (Fraction(1) / high if high not in (inf, 0) else 0), (Fraction(1) / low if low else inf)


def product(one: Range, two: Range) -> Range:
    """Bounds on the product of two numbers."""
    if one[0] >= 0 <= two[0]:
        return _times(one[0], two[0]), _times(one[1], two[1])
    ends = [_times(a, b) for a in one for b in two]
    return min(ends), max(ends)


def _times(a: Any, b: Any) -> Any:
    return 0 if a == 0 or b == 0 else a * b  # nothing times what has no bound is nothing
