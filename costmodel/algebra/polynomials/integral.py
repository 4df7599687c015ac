"""Polynomials in whole numbers alone: a symbol that is none becomes one whole number over another."""

from collections.abc import Iterable, Mapping
from typing import Any

from costmodel import algebra
from costmodel.algebra.polynomials.numbers import Polynomial, alone, atom_of, atomic, atoms
from costmodel.algebra.polynomials.putting import Putting
from costmodel.algebra.polynomials.quotients import over
from costmodel.algebra.polynomials.ranges import range_of
from costmodel.algebra.polynomials.words import symbol


def integral(values: Iterable[Any]) -> tuple[list[tuple[Any, Any]], dict[str, tuple[str, str]]]:
    """Each number as one whole number over another, all in whole numbers, and the names that stand for fractions.

    `alpha` becomes `alpha_n / alpha_d`; extremes and choices are of whole numbers, too, and `divisible` of three: what is
    rounded, by what it is divided, and the step.

    >>> alpha = algebra.closed("alpha")
    >>> integral([algebra.maximum(1, alpha) * 160])
    ([(160*max(alpha_d, alpha_n), alpha_d)], {'alpha': ('alpha_n', 'alpha_d')})
    """
    values = list(values)
    taken = {str(atom) for atom in atoms(*values) if atom.kind == "symbol"}
    found: dict[Polynomial, Any] = {}
    names: dict[str, tuple[str, str]] = {}
    for atom in atoms(*values):
        if atom.kind == "symbol" and not atom.whole:
            pair = _names(str(atom), taken)
            names[str(atom)] = pair
            found[alone(atom)] = symbol(pair[0], whole=True) / symbol(pair[1], whole=True)
    return [over(value) for value in over_whole(values, found)], names


def over_whole(values: Iterable[Any], found: Mapping[Polynomial, Any]) -> list[Any]:
    """Numbers and truths with `found` in the places of symbols, everything that is compared or chosen in whole numbers.

    What is found for a symbol is whole, or one whole number over another.
    """
    putting = _Whole({atom_of(symbol): value for symbol, value in found.items()}, None)
    return [putting.put(value) for value in values]


def _names(name: str, taken: set[str]) -> tuple[str, str]:
    """Two names for the parts of a fraction that no other symbol has."""
    while {f"{name}_n", f"{name}_d"} & taken:
        name += "_"
    return f"{name}_n", f"{name}_d"


class _Whole(Putting):
    """Works polynomials out in fractions of whole numbers; what is compared is brought over one denominator."""

    def extreme(self, parts: list[Any], *, largest: bool) -> Any:
        (a, b), den = _together(*parts)
        return algebra.divide(algebra.maximum(a, b) if largest else algebra.minimum(a, b), den)

    def choose(self, truth: Any, yes: Any, no: Any) -> Any:
        (a, b), den = _together(yes, no)
        return algebra.divide(algebra.choose(truth, a, b), den)

    def divisible(self, x: Any, by: Any) -> Any:
        num, den = over(x)
        rounded = algebra.divisible(x, by)
        if den == 1 or not any(atom.kind == "divisible" for atom in atoms(rounded)):
            return rounded
        return atomic("divisible", (num, den, by), whole=True, range_=range_of(rounded), positive=True)

    def compared(self, value: Any) -> Any:
        return over(value)[0]


def _together(a: Any, b: Any) -> tuple[tuple[Any, Any], Any]:
    """Two numbers as whole ones over one denominator."""
    (a, below), (b, under) = over(a), over(b)
    return ((a, b), below) if below == under else ((a * under, b * below), below * under)
