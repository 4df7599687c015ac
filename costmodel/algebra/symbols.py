"""Symbols: sympy's expressions as numbers of the algebra. `algebra` is the only caller, and has what each word means."""

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy


def exact(value: Any) -> Any:
    """A formula with fractions for its floats; one that is a number as Python's own. Raises `ValueError` for infinities."""
    if value.has(sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
        raise ValueError
    if floats := value.atoms(sympy.Float):
        value = value.xreplace({number: sympy.Rational(str(number)) for number in floats})
    return plain(value)


def plain(value: Any) -> Any:
    """A truth, a whole number or a fraction that has become definite, as Python's own."""
    if value is sympy.true or value is sympy.false:
        return bool(value)
    if not isinstance(value, sympy.Rational):
        return value
    return int(value) if value.q == 1 else Fraction(value.p, value.q)


def symbol(name: str, *, whole: bool) -> Any:
    """A positive symbol."""
    return sympy.Symbol(name, positive=True, integer=True if whole else None)


def floor_div(a: Any, b: Any) -> Any:
    """⌊a / b⌋; `a` itself where `b` is 1, for it is whole by a condition, which sympy does not know."""
    return a if type(b) is int and b == 1 else a // b


def ratio(a: Any, b: Any) -> Any:
    """`a / b`, so that symbols cancel."""
    return a / b


def extreme(a: Any, b: Any, *, largest: bool) -> Any:
    """The larger or the smaller of two."""
    return sympy.Max(a, b) if largest else sympy.Min(a, b)


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """Both cases."""
    return sympy.Piecewise((yes, condition), (no, True))


def equal(a: Any, b: Any) -> Any:
    """Whether two are the same for all values."""
    return plain(sympy.Eq(sympy.expand(a - b), 0))


def gcd(a: Any, b: Any) -> Any:
    """The greatest common divisor, which stays `gcd(h, 7)` until they are numbers."""
    return _gcd()(a, b)


@lru_cache
def _gcd() -> Any:
    class gcd(sympy.Function):  # type: ignore[misc]  # noqa: N801 - the name is what formulas print
        is_integer = True
        is_positive = True

        @classmethod
        def eval(cls, a: Any, b: Any) -> Any:
            if a.is_Integer and b.is_Integer:
                return sympy.Integer(math.gcd(int(a), int(b)))
            return next((least for least, most in ((a, b), (b, a)) if (most / least).is_integer), None)

    return gcd


def whole(x: Any) -> tuple[Any, Any]:
    """`x`, and whether it is whole for all values."""
    return x, True if x.is_integer else equal(x % 1, 0)


def decided(condition: Any, reference: Mapping[Any, Any]) -> Any:
    """The truth of a condition, at the reference values if there are any."""
    return plain(condition.subs(reference) if reference else condition)


def substitute(x: Any, values: Mapping[Any, Any]) -> Any:
    """`x` with numbers put in."""
    return plain(x.subs(values))


def chosen(x: Any, values: Mapping[Any, Any]) -> Any:
    """`x` with each choice in it made that these values settle."""

    def case(choice: Any) -> Any:
        settled = [(value, plain(truth.subs(values))) for value, truth in choice.args]
        first = next((value for value, truth in settled if truth is not False), choice)
        return first if all(isinstance(truth, bool) for _, truth in settled) else choice

    return plain(x.replace(lambda part: isinstance(part, sympy.Piecewise), case))


def is_truth(value: Any) -> bool:
    """Whether a value is a condition; a symbol is both a condition and a number to sympy."""
    return isinstance(value, sympy.logic.boolalg.Boolean) and not isinstance(value, sympy.Expr)


def symbols_in(value: Any) -> Any:
    """The symbols in a formula or a condition."""
    return value.free_symbols
