"""Polynomials over one denominator, for what has whole numbers alone."""

from collections.abc import Iterable
from math import gcd, lcm
from typing import Any

from costmodel import algebra
from costmodel.algebra.polynomials.numbers import Atom, Polynomial, alone, made


def over(value: Any, by: Any = 1) -> tuple[Any, Any]:
    """`value / by` as one whole number over another: no factor is a fraction, and no atom is divided by.

    >>> from costmodel.algebra import closed, divide
    >>> c, g = closed("c"), closed("g")
    >>> over(divide(c * c, 2 * g) + 3), over(c / g, 1 / g)
    ((c**2 + 6*g, 2*g), (c, 1))
    """
    (num, below), (den, above) = _cleared(value), _cleared(by)
    num, den = num * above, den * below
    shared = _shared(num, den) * gcd(*_factors(num), *_factors(den))
    return algebra.divide(num, shared), algebra.divide(den, shared)


def _factors(value: Any) -> Iterable[int]:
    return value.terms.values() if isinstance(value, Polynomial) else [value]


def _cleared(value: Any) -> tuple[Any, Any]:
    """A number times what makes it whole, and that."""
    if not isinstance(value, Polynomial):
        return value.numerator, value.denominator
    powers: dict[Atom, int] = {}
    for mono in value.terms:
        for atom, power in mono:
            powers[atom] = max(powers.get(atom, 0), -power)
    factor: Any = lcm(*(factor.denominator for factor in value.terms.values()))
    for atom, power in powers.items():
        factor = factor * alone(atom) ** power
    return value * factor, factor


def _shared(num: Any, den: Any) -> Any:
    """The atoms that every term of both has, and a denominator's sign aside: what cancels."""
    powers: dict[Atom, int] | None = None
    for value in (num, den):
        for mono in value.terms if isinstance(value, Polynomial) else [()]:
            here = dict(mono)
            powers = here if powers is None else {a: min(p, here.get(a, 0)) for a, p in powers.items() if here.get(a, 0)}
    return made({tuple(sorted((powers or {}).items(), key=lambda item: item[0].serial)): 1})
