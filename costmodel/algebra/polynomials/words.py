"""The algebra's words for polynomials; `algebra` says what each means."""

from collections.abc import Mapping
from fractions import Fraction
from math import inf
from typing import Any

from costmodel.algebra.polynomials.claims import Claim, claim
from costmodel.algebra.polynomials.numbers import Polynomial, alone, atomic, atoms
from costmodel.algebra.polynomials.ranges import is_positive, range_of

KINDS = (Polynomial, Claim)


def symbol(name: str, *, whole: bool, low: Any = None, high: Any = inf) -> Polynomial:
    """A symbol, above zero unless a range is given.

    >>> symbol("alpha", whole=False) * 32 // 1
    floor(32*alpha)
    """
    range_ = (int(whole) if low is None else low, high)
    return atomic("symbol", (name, *range_), whole=whole, range_=range_, positive=low is None)


def exact(value: Any) -> Any:
    """A polynomial is exact."""
    return value


def floor_div(a: Any, b: Any) -> Any:
    """⌊a / b⌋ of whole numbers, so that `a` stays where `b` is 1."""
    return a if type(b) is int and b == 1 else a // b


def ratio(a: Any, b: Any) -> Any:
    """`a / b`, so that symbols cancel."""
    return a / b


def extreme(a: Any, b: Any, *, largest: bool) -> Any:
    """The larger or the smaller of two, which may be seen."""
    truth = a >= b
    if isinstance(truth, bool):
        return a if truth is largest else b
    (low, high), (other_low, other_high) = range_of(a), range_of(b)
    pick = max if largest else min
    range_ = (pick(low, other_low), pick(high, other_high))
    positive, whole_ = is_positive(a) and is_positive(b), _is_whole(a) and _is_whole(b)
    parts = tuple(sorted((a, b), key=lambda one: isinstance(one, Polynomial)))
    return atomic("max" if largest else "min", parts, whole=whole_, range_=range_, positive=positive)


def choose(condition: Any, yes: Any, no: Any) -> Any:
    """One where a claim holds and the other elsewhere: of two that differ by a number, that number times whether it holds."""
    if yes == no:
        return yes
    apart = yes - no
    if not isinstance(apart, Polynomial):
        return no + apart * atomic("if", (condition,), whole=True, range_=(0, 1))
    (low, high), (other_low, other_high) = range_of(yes), range_of(no)
    range_ = (min(low, other_low), max(high, other_high))
    positive = is_positive(yes) and is_positive(no)
    return atomic("choose", (condition, yes, no), whole=_is_whole(yes) and _is_whole(no), range_=range_, positive=positive)


def divisible(x: Any, by: Any) -> Any:
    """The nearest multiple, one atom as long as it is open: written out, it would be a sum of two, and multiply terms.

    >>> divisible(symbol("w", whole=False) * 32, 8), divisible(symbol("w", whole=True) * 32, 8)
    (divisible(32*w, 8), 32*w)
    """
    near = extreme(by, (2 * x + by) // (2 * by) * by, largest=True)
    steps = 10 * near < 9 * x
    if isinstance(steps, bool):
        return near + by if steps else near
    low, high = range_of(near)
    return atomic("divisible", (x, by), whole=_is_whole(by), range_=(low, high + range_of(by)[1]), positive=is_positive(by))


def equal(a: Any, b: Any) -> Any:
    """That two are the same."""
    return claim("eq", a - b)


def gcd(a: Any, b: Any) -> Any:
    """The greatest common divisor, which is one of the two where that divides the other."""
    for small, large in ((a, b), (b, a)):
        quotient = large / small if isinstance(small, Polynomial) else large * Fraction(1, small)
        if _is_whole(quotient):
            return small
    return atomic("gcd", (a, b), whole=True, range_=(1, inf))


def whole(x: Any) -> tuple[Any, Any]:
    """`x`, and whether it is whole."""
    return x, True if x.whole else equal(x % 1, 0)


def decided(condition: Any, reference: Mapping[Any, Any]) -> Any:
    """The truth of a claim at the reference values; open where there are none for its symbols."""
    from costmodel.algebra.polynomials.putting import put

    return put(condition, reference) if reference else None


def substitute(x: Any, values: Mapping[Any, Any]) -> Any:
    """`x` with numbers put in for symbols."""
    from costmodel.algebra.polynomials.putting import put

    return put(x, values)


def chosen(x: Any, values: Mapping[Any, Any]) -> Any:
    """`x` with each choice in it made that these values settle."""
    from costmodel.algebra.polynomials.putting import put

    def case(truth: Any) -> Any:
        settled = put(truth, values)
        return settled if isinstance(settled, bool) else truth

    return put(x, {}, case)


def is_truth(value: Any) -> bool:
    """Whether a value is a claim."""
    return isinstance(value, Claim)


def symbols_in(value: Any) -> list[Polynomial]:
    """The symbols in a polynomial or a claim."""
    return [alone(atom) for atom in atoms(value) if atom.kind == "symbol"]


def _is_whole(value: Any) -> bool:
    return type(value) is int or (isinstance(value, Polynomial) and value.whole)
