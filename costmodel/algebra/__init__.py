"""Arithmetic that means the same for integers, for arrays of points and for symbols.

The only room that knows there are four number systems:

* plain `int` and `Fraction`: one network, exact;
* `Points`: many points at once, exact (`arrays.py`);
* sympy expressions: a line or a block as papers print it (`symbols.py`);
* polynomials: the closed form of a whole network, and the program of a sweep (`polynomials/`).

Everything else writes `+ - * // %`, comparisons other than `==`, and the words below. Neither numpy nor
sympy is loaded until a value of theirs turns up.
"""

import math
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

Num: TypeAlias = Any  # int | Fraction | Points | sympy.Expr | Polynomial
Truth: TypeAlias = Any  # bool | mask (boolean array) | sympy Boolean | Claim

_PLAIN = frozenset({int, Fraction, bool})
_NOT_NUMBERS = (str, bool, list)


def _is_plain(a: Any, b: Any = 0) -> bool:
    return type(a) in _PLAIN and type(b) in _PLAIN


def _is_symbolic(value: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return (sympy is not None and isinstance(value, sympy.Basic)) or _is_polynomial(value)


def _is_polynomial(value: Any) -> bool:
    words = sys.modules.get("costmodel.algebra.polynomials.words")
    return words is not None and isinstance(value, words.KINDS)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return False
    from costmodel.algebra.arrays import Points

    return isinstance(value, Points | numpy.ndarray)


def _system(*values: Any) -> Any:
    """The room of the numbers or truths that are not all plain, which has the words below for them."""
    if any(map(_is_array, values)):
        from costmodel.algebra import arrays

        return arrays
    if any(map(_is_polynomial, values)):
        from costmodel.algebra.polynomials import words

        return words
    from costmodel.algebra import symbols

    return symbols


def exact(value: Any) -> Any:
    """Read a number as what was written: `0.1` is 1/10, an array becomes `Points`.

    Words and booleans pass unchanged, so do symbols save floats among them; lists are read item by item. Raises
    `ValueError` for NaN and infinities.

    >>> exact(1.4), exact(2.0), exact(7)
    (Fraction(7, 5), 2, 7)
    """
    if type(value) is int or isinstance(value, bool | str):
        return value
    if _is_symbolic(value) or _is_array(value):
        try:
            return _system(value).exact(value)
        except ValueError:
            raise ValueError(_UNCOUNTED.format(value)) from None
    if isinstance(value, list | tuple):
        return [exact(v) for v in value]
    if isinstance(value, Fraction):
        return _tidy(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(_UNCOUNTED.format(value))
    # str() of a Python or numpy float is its shortest decimal: the number its author wrote.
    return _tidy(Fraction(str(value)))


_UNCOUNTED = "{} is not a number that can be counted with"


def _tidy(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def symbol(name: str, whole: bool = False) -> Any:
    """A positive symbol; `whole` for a count such as channels, so that what it makes whole can be seen to be.

    A width multiplier is not whole: with a whole symbol for it, every rounding would vanish.
    """
    from costmodel.algebra import symbols

    return symbols.symbol(name, whole=whole)


def closed(name: str, whole: bool = False, low: Num | None = None, high: Num | None = None) -> Any:
    """A symbol of closed forms (`polynomials`), above zero unless its range is given; `whole` as of `symbol`."""
    from costmodel.algebra.polynomials import words

    return words.symbol(name, whole=whole, low=low, high=math.inf if high is None else high)


def prod(values: Any) -> Num:
    """The product of numbers of any one system; 1 for none."""
    return math.prod(values)


def divide(a: Num, b: Num) -> Num:
    """The exact quotient; never a float.

    >>> divide(7, 5), divide(6, 3)
    (Fraction(7, 5), 2)
    """
    if _is_plain(a, b):
        return _tidy(Fraction(a) / b)
    return a / b


def ratio(a: Num, b: Num) -> Num:
    """`a / b` where a condition of the op promises that it comes out whole, so that symbols cancel."""
    if type(a) is int and type(b) is int:
        return a // b
    return a // b if _is_plain(a, b) else _system(a, b).ratio(a, b)


def floor_div(a: Num, b: Num) -> Num:
    """The greatest whole number that is at most `a / b`, for whole `a` and `b`; of symbols `a` itself where `b` is 1.

    A product such as `rho*h` is whole by a condition, which sympy does not know: it would leave its floor standing.
    """
    return a // b if _is_plain(a, b) else _system(a, b).floor_div(a, b)


def ceil_div(a: Num, b: Num) -> Num:
    """The least whole number that is at least `a / b`, for whole `a` and `b`."""
    return floor_div(a + b - 1, b)


def floor(x: Num) -> Num:
    """The greatest whole number that is at most `x`."""
    return math.floor(x) if _is_plain(x) else x // 1


def ceil(x: Num) -> Num:
    """The least whole number that is at least `x`."""
    return math.ceil(x) if _is_plain(x) else -((-x) // 1)


def maximum(first: Num, *rest: Num) -> Num:
    """The largest of the numbers.

    Point by point for arrays.
    """
    for other in rest:
        first = _extreme(first, other, largest=True)
    return first


def minimum(first: Num, *rest: Num) -> Num:
    """The smallest of the numbers.

    Point by point for arrays.
    """
    for other in rest:
        first = _extreme(first, other, largest=False)
    return first


def _extreme(a: Num, b: Num, *, largest: bool) -> Num:
    if _is_plain(a, b):
        return max(a, b) if largest else min(a, b)
    return _system(a, b).extreme(a, b, largest=largest)


def choose(condition: Truth, yes: Num, no: Num) -> Num:
    """`yes` where the condition holds and `no` elsewhere; symbols keep both cases."""
    if isinstance(condition, bool):
        return yes if condition else no
    return _system(condition).choose(condition, yes, no)


def equal(a: Any, b: Any) -> Truth:
    """Whether two numbers, or two words, are the same; `==` would compare the spelling of symbols."""
    if type(a) is int and type(b) is int:
        return a == b
    if isinstance(a, _NOT_NUMBERS) or isinstance(b, _NOT_NUMBERS):
        return type(a) is type(b) and bool(a == b)
    if _is_plain(a, b):
        return bool(a == b)
    return _system(a, b).equal(a, b)


def divides(d: Num, n: Num) -> Truth:
    """Whether `d` divides `n` without remainder.

    >>> divides(3, 12), divides(5, 12), divides(0, 12)
    (True, False, False)
    """
    if (type(d) is int and type(n) is int) or _is_plain(d, n):
        return d != 0 and n % d == 0
    return equal(n % d, 0)


def gcd(a: Num, b: Num) -> Num:
    """The greatest common divisor of two whole numbers that are at least 1, as they are or as they will turn out.

    Of symbols it stays `gcd(h, 7)` until they are numbers, unless one is seen to divide the other: sympy's own `gcd`
    is that of polynomials, and says 1.

    >>> gcd(12, 18)
    6
    """
    if type(a) is int and type(b) is int:
        return math.gcd(a, b)
    return _system(a, b).gcd(a, b)


def divisible(x: Num, by: Num = 8) -> Num:
    """The nearest multiple of `by`, at least `by`, one step up if that loses more than a tenth.

    The channel rounding of MobileNetV2 and its successors (`make_divisible`), in exact arithmetic; the widely
    copied float version differs in rare cases, such as 90 x 2.8: 248 against 256 here.

    >>> divisible(divide(336, 10)), divisible(11), divisible(252)
    (32, 16, 256)
    """
    if _is_polynomial(x) or _is_polynomial(by):
        return _system(x, by).divisible(x, by)
    near = maximum(by, (2 * x + by) // (2 * by) * by)
    return choose(10 * near < 9 * x, near + by, near)


def both(a: Truth, b: Truth) -> Truth:
    """Whether both conditions hold, point by point for arrays."""
    return b if a is True else a if b is True else a & b


def either(a: Truth, b: Truth) -> Truth:
    """Whether at least one condition holds, point by point for arrays."""
    return True if a is True or b is True else b if a is False else a if b is False else a | b


def negate(a: Truth) -> Truth:
    """Whether the condition does not hold."""
    return not a if isinstance(a, bool) else ~a


def whole(x: Num) -> tuple[Num, Truth]:
    """`x` as a whole number, with the condition under which it is one.

    >>> whole(Fraction(6, 2)), whole(Fraction(5, 2))
    ((3, True), (2, False))
    """
    if type(x) is int:
        return x, True
    if type(x) is not Fraction:
        found: tuple[Num, Truth] = _system(x).whole(x)
        return found
    return math.floor(x), x.denominator == 1


def decide(condition: Truth, reference: Mapping[Any, Num] | None = None) -> bool | None:
    """The truth of a condition, or None where it is open: points that disagree, symbols without reference values."""
    if isinstance(condition, bool):
        return condition
    settled = _system(condition).decided(condition, reference or {})
    return settled if isinstance(settled, bool) else None


def single(x: Num, reference: Mapping[Any, Num]) -> int | None:
    """The one whole number that a count is, symbols taken at their reference values; None where there is none."""
    if isinstance(x, int):
        return x
    if _is_array(x):
        values = set(x.tolist())
        one = values.pop() if len(values) == 1 else None
        return one if isinstance(one, int) else None
    settled = substitute(x, reference)
    return settled if isinstance(settled, int) else None


def points(values: Sequence[int]) -> Any:
    """Whole numbers as points."""
    from costmodel.algebra.arrays import Points

    return Points.of(values)


def truths(condition: Truth, count: int) -> list[bool] | None:
    """A condition at each of so many points; None for one that is open, as of symbols.

    >>> truths(points([1, 2, 3]) > 1, 3), truths(True, 2)
    ([False, True, True], [True, True])
    """
    if isinstance(condition, bool):
        return [condition] * count
    if not _is_array(condition):
        return None
    found: list[bool] = condition.tolist()
    return found * count if len(found) == 1 else found


def listed(x: Num, count: int) -> list[Num]:
    """A number at each of so many points.

    >>> listed(2 * points([1, 2]), 2), listed(7, 2)
    ([2, 4], [7, 7])
    """
    if not _is_array(x):
        return [x] * count
    found: list[Num] = exact(x).tolist()
    return found * count if len(found) == 1 else found


def failing_point(condition: Truth) -> int | None:
    """The index of the first point where a condition fails; None where there are no points or none fails."""
    if not _is_array(condition) or condition.all():
        return None
    return int(condition.argmin())


def substitute(x: Num, values: Mapping[Any, Num]) -> Num:
    """`x` with numbers put in for symbols; plain numbers pass unchanged."""
    return _system(x).substitute(x, values) if _is_symbolic(x) else x


def chosen(x: Num, values: Mapping[Any, Num]) -> Num:
    """`x` with each choice in it made that these values for symbols settle; the symbols stay."""
    return _system(x).chosen(x, values) if _is_symbolic(x) else x


def is_number(value: Any) -> bool:
    """Whether a value can be counted with: neither a word, nor true or false, nor a list."""
    return type(value) is int or not (isinstance(value, _NOT_NUMBERS) or is_truth(value))


def is_truth(value: Any) -> bool:
    """Whether a value is a condition: true or false, a mask of points, or a condition on symbols."""
    if isinstance(value, bool):
        return True
    return (_is_array(value) or _is_symbolic(value)) and bool(_system(value).is_truth(value))


def is_single(value: Any) -> bool:
    """Whether a value is one number, word or list, rather than many points or a symbol."""
    return not _is_array(value) and not _is_symbolic(value)


def points_in(value: Any) -> int | None:
    """How many points a value stands for; None for one value."""
    return len(value) if _is_array(value) else None


def symbols_in(*values: Any) -> set[Any]:
    """The symbols that some numbers and truths hang on.

    >>> sorted(map(str, symbols_in(closed("h") // 2 * closed("w"), 7)))
    ['h', 'w']
    """
    return {symbol for value in values if _is_symbolic(value) for symbol in _system(value).symbols_in(value)}


def is_whole(value: Num) -> bool:
    """Whether a number is seen to be whole, whatever its symbols stand for."""
    return whole(value)[1] is True


def is_symbol(value: Any) -> bool:
    """Whether a value is a symbol or an expression of symbols."""
    return _is_symbolic(value)
