"""Exact numbers for many points at once: a whole-number array over one common denominator.

int64 where every intermediate provably fits, Python's unbounded integers where it does not: never wrapped, never a
float. `algebra` is the only caller that creates them.
"""

import math
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np

_LIMIT = 2**63 - 1

SHOWN = 8
"""Points that are spelled out in messages."""


def _reach(values: Any) -> int:
    """The largest magnitude in an array, as an unbounded integer."""
    return max(abs(int(values.max())), abs(int(values.min()))) if values.size else 0


def _narrow(values: Any) -> Any:
    """int64 if everything fits."""
    return values.astype(np.int64) if values.dtype == object and _reach(values) <= _LIMIT else values


def _safely(work: Callable[[Any, Any], Any], a: Any, b: Any, reach: int) -> Any:
    """Do `work` in int64 if `reach` bounds its result, else in unbounded integers."""
    if reach <= _LIMIT and object not in (a.dtype, b.dtype):
        return work(a, b)
    return _narrow(np.asarray(work(a.astype(object), b.astype(object)), dtype=object))


def _times(a: Any, b: Any) -> Any:
    return _safely(np.multiply, a, b, _reach(a) * _reach(b))


class Points:
    """One exact number for each point of a sweep: `num / den`, with one `den` for all points.

    >>> p = Points.of([0.25, 0.5, 1])
    >>> (32 * p).tolist(), (p + 1).den
    ([8, 16, 32], 4)
    """

    __slots__ = ("den", "num")
    __array_ufunc__ = None  # so that `ndarray * Points` asks Points

    def __init__(self, num: Any, den: int = 1) -> None:
        shared = math.gcd(den, int(np.gcd.reduce(num))) if den != 1 and num.dtype != object and num.size else 1
        # What int64 numerators share fits into int64, unless all are 0 and share any denominator.
        self.num, self.den = (num // min(shared, _LIMIT), den // shared) if shared > 1 else (num, den)

    @classmethod
    def of(cls, values: Any) -> "Points":
        """Read an array or a sequence; a float is read as its shortest decimal. Raises `ValueError` for NaN."""
        if type(values) is int and abs(values) <= _LIMIT:
            return cls(np.array([values], dtype=np.int64))
        # A list goes in as objects: numpy would read whole numbers beside a float, or beyond int64, as floats.
        array = np.atleast_1d(values if isinstance(values, np.ndarray | np.generic) else np.array(values, dtype=object))
        if array.ndim > 1:
            raise ValueError(f"points stand in one row, and here is an array of {array.ndim} dimensions")
        if array.dtype.kind in "iu" and _reach(array) <= _LIMIT:
            return cls(array.astype(np.int64))
        exact = [v if isinstance(v, int | Fraction) else Fraction(str(v)) for v in array]
        den = math.lcm(*(v.denominator for v in exact))
        return cls(_narrow(np.array([int(v * den) for v in exact], dtype=object)), den)

    @classmethod
    def where(cls, mask: Any, yes: Any, no: Any) -> "Points":
        """`yes` at the points of the mask, `no` at the others."""
        a, b, den = cls.common(yes, no)
        return cls(np.where(mask, a, b), den)

    @classmethod
    def _parts(cls, value: Any) -> tuple[Any, int]:
        points = value if isinstance(value, Points) else cls.of(value)
        return points.num, points.den

    @classmethod
    def common(cls, x: Any, y: Any) -> tuple[Any, Any, int]:
        """Both numerators over one denominator."""
        (a, da), (b, db) = cls._parts(x), cls._parts(y)
        if da == db:
            return a, b, da
        den = math.lcm(da, db)
        return _times(a, cls.of(den // da).num), _times(b, cls.of(den // db).num), den

    @classmethod
    def gcd(cls, x: Any, y: Any) -> "Points":
        """The greatest common divisor, point by point."""
        a, b, den = cls.common(x, y)
        return cls(_safely(np.gcd, a, b, max(_reach(a), _reach(b))), den)

    def __add__(self, other: Any) -> "Points":
        a, b, den = self.common(self, other)
        return Points(_safely(np.add, a, b, _reach(a) + _reach(b)), den)

    __radd__ = __add__

    def __neg__(self) -> "Points":
        return Points(-self.num, self.den)

    def __sub__(self, other: Any) -> "Points":
        a, b, den = self.common(self, other)
        return Points(_safely(np.subtract, a, b, _reach(a) + _reach(b)), den)

    def __rsub__(self, other: Any) -> "Points":
        return (-self).__add__(other)

    def __mul__(self, other: Any) -> "Points":
        b, den = self._parts(other)
        return Points(_times(self.num, b), self.den * den)

    __rmul__ = __mul__

    def __pow__(self, power: int) -> "Points":
        if power < 0:
            raise ValueError(f"{power} is a negative exponent")
        result = Points(np.ones_like(self.num))
        for _ in range(power):
            result = result * self
        return result

    def __floordiv__(self, other: Any) -> "Points":
        return _floor_divide(self, other)

    def __rfloordiv__(self, other: Any) -> "Points":
        return _floor_divide(other, self)

    def __truediv__(self, other: Any) -> "Points":
        return _divide(self, other)

    def __rtruediv__(self, other: Any) -> "Points":
        return _divide(other, self)

    def __mod__(self, other: Any) -> "Points":
        return self.__sub__(_floor_divide(self, other).__mul__(other))

    def __rmod__(self, other: Any) -> "Points":
        return (_floor_divide(other, self) * -self).__add__(other)

    def __eq__(self, other: object) -> Any:
        a, b, _ = self.common(self, other)
        return np.asarray(a == b, dtype=bool)

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> Any:
        a, b, _ = self.common(self, other)
        return np.asarray(a < b, dtype=bool)

    def __le__(self, other: Any) -> Any:
        a, b, _ = self.common(self, other)
        return np.asarray(a <= b, dtype=bool)

    def __gt__(self, other: Any) -> Any:
        return ~self.__le__(other)

    def __ge__(self, other: Any) -> Any:
        return ~self.__lt__(other)

    def __bool__(self) -> bool:
        raise TypeError("many points have no single truth value: use algebra.decide")

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        whole = self.num if self.den == 1 else np.array(self.tolist(), dtype=object)
        return whole.astype(dtype) if dtype is not None else whole

    def __len__(self) -> int:
        return int(self.num.size)

    def tolist(self) -> list[int | Fraction]:
        """The points as plain exact numbers."""
        numbers = (Fraction(int(v), self.den) for v in np.atleast_1d(self.num))
        return [v.numerator if v.denominator == 1 else v for v in numbers]

    def __repr__(self) -> str:
        shown = Points(np.atleast_1d(self.num)[:SHOWN], self.den).tolist()
        rest = [f"… {len(self)} in all"] if len(self) > SHOWN else []
        return f"Points({', '.join([*map(str, shown), *rest])})"


def _floor_divide(x: Any, y: Any) -> Points:
    a, b, _ = Points.common(x, y)
    _refuse_zero(b)
    return Points(_safely(np.floor_divide, a, b, _reach(a) + 1))


def _divide(x: Any, y: Any) -> Points:
    a, b, _ = Points.common(x, y)
    _refuse_zero(b)
    den = math.lcm(*(int(v) for v in np.unique(np.abs(b))))
    scale = _safely(np.floor_divide, np.asarray(den, dtype=object), b, den)
    return Points(_times(a, scale), den)


def _refuse_zero(divisor: Any) -> None:
    if not np.all(divisor):
        raise ZeroDivisionError("a point divides by zero")


# --- the algebra's words ---------------------------------------------------------------------------------------------


def exact(value: Any) -> Points:
    """An array as points. Raises `ValueError` for NaN."""
    return value if isinstance(value, Points) else Points.of(value)


def floor_div(a: Any, b: Any) -> Any:
    """⌊a / b⌋, point by point."""
    return a // b


ratio = floor_div


def extreme(a: Any, b: Any, *, largest: bool) -> Points:
    """The larger or the smaller of two, point by point."""
    return Points.where((a >= b) if largest else (a <= b), a, b)


def choose(condition: Any, yes: Any, no: Any) -> Points:
    """One at the points where a condition holds, the other elsewhere."""
    return Points.where(condition, yes, no)


def equal(a: Any, b: Any) -> Any:
    """Where two are the same."""
    return a == b


gcd = Points.gcd


def whole(x: Any) -> tuple[Any, Any]:
    """Whole numbers, and where they are the points."""
    under = x // 1
    return under, under == x


def decided(condition: Any, reference: Mapping[Any, Any]) -> bool | None:  # noqa: ARG001 - for symbols
    """The truth of a mask, None where points disagree."""
    return True if condition.all() else None if condition.any() else False


def is_truth(value: Any) -> bool:
    """Whether a value is a mask."""
    return isinstance(value, np.ndarray) and value.dtype.kind == "b"
