"""Arithmetic that means the same for integers, for arrays of points and for symbols.

The only file that knows there are three number systems:

* plain `int` and `Fraction`: one network, exact;
* `Points`: a whole sweep at once, exact (see `points.py`);
* sympy expressions: a closed form.

Everything else writes `+ - * // %`, comparisons other than `==`, and the words below. Neither numpy nor
sympy is loaded until a value of theirs turns up.
"""

import math
import sys
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

Num: TypeAlias = Any  # int | Fraction | Points | sympy.Expr
Truth: TypeAlias = Any  # bool | mask (boolean array) | sympy Boolean

_PLAIN = frozenset({int, Fraction, bool})
_NOT_NUMBERS = (str, bool, list)


def _is_plain(a: Any, b: Any = 0) -> bool:
    return type(a) in _PLAIN and type(b) in _PLAIN


def _is_symbolic(value: Any) -> bool:
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, sympy.Basic)


def _is_array(value: Any) -> bool:
    numpy = sys.modules.get("numpy")
    if numpy is None:
        return False
    from costmodel.points import Points

    return isinstance(value, Points | numpy.ndarray)


def exact(value: Any) -> Any:
    """Read a number as what was written: `0.1` is 1/10, an array becomes `Points`.

    Words and booleans pass unchanged, so do symbols save floats among them; lists are read item by item. Raises
    `ValueError` for NaN and infinities.

    >>> exact(1.4), exact(2.0), exact(7)
    (Fraction(7, 5), 2, 7)
    """
    if type(value) is int or isinstance(value, bool | str):
        return value
    if _is_symbolic(value):
        return _exact_formula(value)
    if isinstance(value, list | tuple):
        return [exact(v) for v in value]
    if _is_array(value):
        from costmodel.points import Points

        return value if isinstance(value, Points) else Points.of(value)
    if isinstance(value, Fraction):
        return _tidy(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(_UNCOUNTED.format(value))
    # str() of a Python or numpy float is its shortest decimal: the number its author wrote.
    return _tidy(Fraction(str(value)))


def _exact_formula(value: Any) -> Any:
    """A formula of sympy's with fractions for its floats; one that is a number as Python's own."""
    import sympy

    if value.has(sympy.oo, -sympy.oo, sympy.zoo, sympy.nan):
        raise ValueError(_UNCOUNTED.format(value))
    if floats := value.atoms(sympy.Float):
        value = value.xreplace({number: sympy.Rational(str(number)) for number in floats})
    return _tidy(Fraction(value.p, value.q)) if value.is_Rational else value


_UNCOUNTED = "{} is not a number that can be counted with"


def _tidy(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def symbol(name: str, whole: bool = False) -> Any:
    """A positive symbol; `whole` for a count such as channels, so that what it makes whole can be seen to be.

    A width multiplier is not whole: with a whole symbol for it, every rounding would vanish.
    """
    import sympy

    return sympy.Symbol(name, positive=True, integer=True if whole else None)


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
    return a / b if _is_symbolic(a) or _is_symbolic(b) else a // b


def floor_div(a: Num, b: Num) -> Num:
    """The greatest whole number that is at most `a / b`, for whole `a` and `b`; of symbols `a` itself where `b` is 1.

    A product such as `rho*h` is whole by a condition, which sympy does not know: it would leave its floor standing.
    """
    return a if type(b) is int and b == 1 and _is_symbolic(a) else a // b


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
    if _is_array(a) or _is_array(b):
        return choose((a >= b) if largest else (a <= b), a, b)
    import sympy

    return sympy.Max(a, b) if largest else sympy.Min(a, b)


def choose(condition: Truth, yes: Num, no: Num) -> Num:
    """`yes` where the condition holds and `no` elsewhere; symbols keep both cases."""
    if isinstance(condition, bool):
        return yes if condition else no
    if _is_array(condition):
        from costmodel.points import Points

        return Points.where(condition, yes, no)
    import sympy

    return sympy.Piecewise((yes, condition), (no, True))


def equal(a: Any, b: Any) -> Truth:
    """Whether two numbers, or two words, are the same; `==` would compare the spelling of symbols."""
    if type(a) is int and type(b) is int:
        return a == b
    if isinstance(a, _NOT_NUMBERS) or isinstance(b, _NOT_NUMBERS):
        return type(a) is type(b) and bool(a == b)
    if _is_plain(a, b):
        return bool(a == b)
    if _is_symbolic(a) or _is_symbolic(b):
        import sympy

        return _settled(sympy.Eq(sympy.expand(a - b), 0))
    return a == b


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
    if _is_array(a) or _is_array(b):
        from costmodel.points import Points

        return Points.gcd(a, b)
    return _symbolic_gcd()(a, b)


@lru_cache
def _symbolic_gcd() -> Any:
    import sympy

    class gcd(sympy.Function):  # type: ignore[misc]  # noqa: N801 - the name is what formulas print
        is_integer = True
        is_positive = True

        @classmethod
        def eval(cls, a: Any, b: Any) -> Any:
            if a.is_Integer and b.is_Integer:
                return sympy.Integer(math.gcd(int(a), int(b)))
            return next((least for least, most in ((a, b), (b, a)) if (most / least).is_integer), None)

    return gcd


def divisible(x: Num, by: Num = 8) -> Num:
    """The nearest multiple of `by`, at least `by`, one step up if that loses more than a tenth.

    The channel rounding of MobileNetV2 and its successors (`make_divisible`), in exact arithmetic; the widely
    copied float version differs in rare cases, such as 90 x 2.8: 248 against 256 here.

    >>> divisible(divide(336, 10)), divisible(11), divisible(252)
    (32, 16, 256)
    """
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
    if _is_symbolic(x):
        return x, True if x.is_integer else equal(x % 1, 0)
    under = floor(x)
    return under, equal(under, x)


def decide(condition: Truth, reference: Mapping[Any, Num] | None = None) -> bool | None:
    """The truth of a condition, or None where it is open: points that disagree, symbols without reference values."""
    if isinstance(condition, bool):
        return condition
    if _is_array(condition):
        return True if condition.all() else None if condition.any() else False
    if reference and _is_symbolic(condition):
        condition = condition.subs(reference)
    settled = _settled(condition)
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
    from costmodel.points import Points

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
    return _settled(x.subs(values)) if _is_symbolic(x) else x


def chosen(x: Num, values: Mapping[Any, Num]) -> Num:
    """`x` with each choice in it made that these values for symbols settle; the symbols stay."""
    if not _is_symbolic(x):
        return x
    import sympy

    def case(choice: Any) -> Any:
        settled = [(value, _settled(truth.subs(values))) for value, truth in choice.args]
        first = next((value for value, truth in settled if truth is not False), choice)
        return first if all(isinstance(truth, bool) for _, truth in settled) else choice

    return _settled(x.replace(lambda part: isinstance(part, sympy.Piecewise), case))


def _settled(value: Any) -> Any:
    """A sympy truth or whole number that has become definite, as Python's own."""
    import sympy

    if value is sympy.true or value is sympy.false:
        return bool(value)
    return int(value) if isinstance(value, sympy.Integer) else value


def is_number(value: Any) -> bool:
    """Whether a value can be counted with: neither a word, nor true or false, nor a list."""
    return type(value) is int or not (isinstance(value, _NOT_NUMBERS) or is_truth(value))


def is_truth(value: Any) -> bool:
    """Whether a value is a condition: true or false, a mask of points, or a condition on symbols."""
    if isinstance(value, bool):
        return True
    if _is_array(value):
        return hasattr(value, "dtype") and value.dtype.kind == "b"
    if not _is_symbolic(value):
        return False
    import sympy

    return isinstance(value, sympy.logic.boolalg.Boolean) and not isinstance(value, sympy.Expr)  # a Symbol is both


def is_single(value: Any) -> bool:
    """Whether a value is one number, word or list, rather than many points or a symbol."""
    return not _is_array(value) and not _is_symbolic(value)


def points_in(value: Any) -> int | None:
    """How many points a value stands for; None for one value."""
    return len(value) if _is_array(value) else None


def is_symbol(value: Any) -> bool:
    """Whether a value is a symbol or an expression of symbols."""
    return _is_symbolic(value)
