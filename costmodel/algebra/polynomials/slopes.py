"""How much more a polynomial is where a symbol is a little more."""

from collections.abc import Mapping
from typing import Any

from costmodel import algebra
from costmodel.algebra.polynomials.numbers import Atom, Polynomial, atom_of, made, times
from costmodel.algebra.polynomials.putting import put


def slope(value: Any, symbol: Polynomial) -> Any:
    """The derivative of a polynomial without floors, extremes and choices.

    >>> a = algebra.closed("a")
    >>> slope(3 * a**2 + 5 / a, a)
    6*a - 5/a**2
    """
    return _slope(value, atom_of(symbol))


def _slope(value: Any, wanted: Atom) -> Any:
    total: Any = 0
    for mono, factor in value.terms.items() if isinstance(value, Polynomial) else ():
        for atom, power in mono:
            inner = 1 if atom is wanted else _slope(atom.args[0], wanted) if atom.kind == "sum" else 0
            total = total + made({times(mono, ((atom, -1),)): factor * power}) * inner
    return total


def elasticity(value: Any, symbol: Polynomial, values: Mapping[Any, Any]) -> Any:
    """D ln value / d ln symbol, at values for the symbols: by how many percent more it is for a symbol of one percent more.

    None where the value is nothing.

    >>> a = algebra.closed("a")
    >>> elasticity(3 * a**2 + a, a, {a: 1})
    Fraction(7, 4)
    """
    at = put(value, values)
    return algebra.divide(put(slope(value, symbol) * symbol, values), at) if at else None
