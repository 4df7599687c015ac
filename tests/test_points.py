"""Points are exact: whatever is done to them is what Fractions give one by one, however large, never wrapped, never a float."""

import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from costmodel.algebra import exact, symbol
from costmodel.algebra.arrays import Points

LARGEST, SMALLEST = 2**63 - 1, -(2**63)

EDGES = [sign * 2**bits + d for sign in (1, -1) for bits in (31, 32, 53, 62, 63, 64) for d in (-1, 0, 1)]
WHOLE = st.integers(-12, 12) | st.sampled_from(EDGES) | st.integers(-(2**70), 2**70)
EXACT = WHOLE | st.builds(Fraction, WHOLE, st.sampled_from([1, 2, 3, 5, 8, 10, 7 * 2**40, 2**63]))
LISTS = st.lists(EXACT, min_size=3, max_size=3)

ARITHMETIC = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod, operator.truediv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq]
DIVISIONS = (operator.floordiv, operator.mod, operator.truediv)


def exactly(found: Points, expected: list[Any]) -> None:
    """The same numbers, held as whole numbers: in int64, or unbounded where they do not fit."""
    assert found.tolist() == expected
    assert found.num.dtype in (np.int64, object)
    assert all(type(v) is int for v in found.num.tolist())
    assert type(found.den) is int
    assert found.den > 0


def work(do: Callable[[Any, Any], Any], x: Any, y: Any) -> Any:
    """One operation on two numbers as Fractions do it, whole results as ints."""
    found = do(Fraction(x), Fraction(y))
    return found if isinstance(found, bool) else found.numerator if found == int(found) else found


def done(do: Callable[[Any, Any], Any], x: Any, y: Any, expected: list[Any]) -> None:
    """An operation on points gives what is expected, or refuses to divide by zero."""
    found = do(x, y)
    if do in COMPARISONS:
        assert found.dtype == bool
        assert found.tolist() == expected
    else:
        exactly(found, expected)


# --- against Fractions, one by one -----------------------------------------------------------------------------------


@pytest.mark.parametrize("do", ARITHMETIC + COMPARISONS)
@settings(deadline=None)
@given(xs=LISTS, ys=LISTS)
@example(xs=[LARGEST] * 3, ys=[LARGEST, -LARGEST, 1])
@example(xs=[SMALLEST] * 3, ys=[SMALLEST, -1, 1])
@example(xs=[0, 0, 0], ys=[Fraction(1, 2**63), 1, -1])
@example(xs=[-7, 7, -7], ys=[2, -2, -2])
@example(xs=[2**32] * 3, ys=[2**31, 2**32, 2**33])
def test_point_by_point(do: Callable[[Any, Any], Any], xs: list[Any], ys: list[Any]) -> None:
    """Points with points."""
    ys = [y or 1 for y in ys] if do in DIVISIONS else ys
    done(do, Points.of(xs), Points.of(ys), [work(do, x, y) for x, y in zip(xs, ys, strict=True)])


@pytest.mark.parametrize("do", ARITHMETIC + COMPARISONS)
@settings(deadline=None)
@given(xs=LISTS, y=EXACT)
@example(xs=[SMALLEST, 0, 1], y=-1)
@example(xs=[1, 2, 3], y=2**63)
@example(xs=[0, 0, 0], y=Fraction(1, 2**63))
def test_one_number_for_all_points(do: Callable[[Any, Any], Any], xs: list[Any], y: Any) -> None:
    """Points with a plain number, on either side of the sign."""
    divides = do in DIVISIONS
    right, left = (y or 1, [x or 1 for x in xs]) if divides else (y, xs)
    done(do, Points.of(xs), right, [work(do, x, right) for x in xs])
    done(do, y, Points.of(left), [work(do, y, x) for x in left])


@settings(deadline=None)
@given(xs=LISTS, power=st.integers(0, 8))
def test_power(xs: list[Any], power: int) -> None:
    """A power is a product of as many factors."""
    exactly(Points.of(xs) ** power, [math.prod([x] * power) for x in xs])


@given(xs=st.lists(WHOLE, min_size=3, max_size=3), ys=st.lists(WHOLE, min_size=3, max_size=3), one=WHOLE)
@example(xs=[SMALLEST, SMALLEST, LARGEST], ys=[SMALLEST, -1, LARGEST], one=2**63)
def test_gcd(xs: list[int], ys: list[int], one: int) -> None:
    """The greatest common divisor of each pair; that of the least int64 with itself has no int64."""
    exactly(Points.gcd(Points.of(xs), Points.of(ys)), [math.gcd(x, y) for x, y in zip(xs, ys, strict=True)])
    exactly(Points.gcd(Points.of(xs), one), [math.gcd(x, one) for x in xs])


def test_no_negative_power() -> None:
    """One over a power is written as a quotient."""
    with pytest.raises(ValueError, match="-1"):
        Points.of([2, 4]) ** -1


@given(xs=LISTS)
@example(xs=[SMALLEST, LARGEST, 0])
def test_negative(xs: list[Any]) -> None:
    """The least int64 has no negative in int64."""
    exactly(-Points.of(xs), [-x for x in xs])


@given(xs=LISTS, ys=LISTS | EXACT, mask=st.lists(st.booleans(), min_size=3, max_size=3))
def test_where(xs: list[Any], ys: Any, mask: list[bool]) -> None:
    """Each point is taken from one or the other."""
    others = ys if isinstance(ys, list) else [ys] * 3
    found = Points.where(np.array(mask), Points.of(xs), Points.of(ys) if isinstance(ys, list) else ys)
    exactly(found, [x if chosen else y for chosen, x, y in zip(mask, xs, others, strict=True)])


@given(xs=LISTS, ys=LISTS, zs=LISTS)
def test_long_computations(xs: list[Any], ys: list[Any], zs: list[Any]) -> None:
    """Numbers may leave int64 and come back."""
    x, y, z = Points.of(xs), Points.of(ys), Points.of(zs)
    exactly((x * y + z) * 3 - x * y * 3, [3 * c for c in zs])


# --- overflow --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", range(2, 9))
def test_products_beyond_int64(count: int) -> None:
    """Products of counts as a sweep over large images makes them."""
    found = Points.of(np.array([10**9, 2**40, 3])) ** count
    exactly(found, [10 ** (9 * count), 2 ** (40 * count), 3**count])


def test_int64_while_it_fits() -> None:
    """Arrays stay fast: unbounded numbers are for what does not fit, and go when it fits again."""
    points = Points.of(np.array([2**31, 1])) * 2**31
    assert points.num.dtype == np.int64
    assert (points * 2).num.dtype == object
    assert (points * 2 // 4).num.dtype == np.int64


def test_denominator_goes_when_all_points_are_whole() -> None:
    """Numerators stay small in a long computation."""
    points = Points.of([0.25, 1.5]) * 4
    assert (points.den, points.num.tolist()) == (1, [1, 6])


# --- division by zero ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("do", DIVISIONS)
@pytest.mark.parametrize("zero", [0, Fraction(0), Points.of([1, 0]), np.array([0, 1])])
def test_division_by_zero(do: Callable[[Any, Any], Any], zero: Any) -> None:
    """One point that divides by zero is an error, as for one number: numpy would give 0 and a warning."""
    with pytest.raises(ZeroDivisionError):
        do(Points.of([3, 4]), zero)
    with pytest.raises(ZeroDivisionError):
        do(5, Points.of([1, 0]))


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ([0.1, 0.25, 1.0], [Fraction(1, 10), Fraction(1, 4), 1]),
        (np.array([0.1, 2.8]), [Fraction(1, 10), Fraction(14, 5)]),
        (np.array([0.1, 2.8], dtype=np.float32), [Fraction(1, 10), Fraction(14, 5)]),
        ([2**53 + 1, 0.5], [2**53 + 1, Fraction(1, 2)]),
        ([2**63, -1], [2**63, -1]),
        (np.array([2**64 - 1], dtype=np.uint64), [2**64 - 1]),
        (np.array([200, 100], dtype=np.uint8), [200, 100]),
        (np.arange(3), [0, 1, 2]),
        ([np.int64(7), Fraction(1, 3)], [7, Fraction(1, 3)]),
        (5, [5]),
        ([], []),
    ],
)
def test_reads_what_was_written(given: Any, read: list[Any]) -> None:
    """Numbers are read as their author wrote them."""
    exactly(Points.of(given), read)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_refuses_what_is_no_number(value: float) -> None:
    """NaN and infinities cannot be counted with."""
    with pytest.raises(ValueError, match=r"nan|inf|oo"):
        Points.of(np.array([1.0, value]))


TENTH = Fraction(1, 10)
WRITTEN = [7, 2.0, 1.4, 1e-7, Fraction(6, 2), np.float32(0.1), np.int64(2**62), True, "same", (1.5, [2.0, "same"])]
READ = [7, 2, 14 * TENTH, TENTH**7, 3, TENTH, 2**62, True, "same", [15 * TENTH, [2, "same"]]]


def test_exact() -> None:
    """A number is read as it was written, whole ones as ints."""
    found = [exact(value) for value in WRITTEN]
    assert [(value, type(value)) for value in found] == [(value, type(value)) for value in READ]


def test_exact_points_and_symbols() -> None:
    """Arrays become points; points and symbols pass."""
    assert exact(np.array([0.1, 3])).tolist() == [TENTH, 3]
    assert [exact(value) is value for value in (Points.of([1, 2]), symbol("x"))] == [True, True]


def test_exact_formulas() -> None:
    """A float within a formula is read as it was written; a formula that is a number is that number."""
    x = symbol("x")
    found = [exact(value) for value in (0.1 * x + 1.4, sympy.Float(1.4), sympy.Integer(3), sympy.Rational(1, 2))]
    assert found == [x / 10 + sympy.Rational(7, 5), 14 * TENTH, 3, 5 * TENTH]
    assert [type(number) for number in found[1:]] == [Fraction, int, Fraction]
    assert found[0].atoms(sympy.Float) == set()


@pytest.mark.parametrize(
    "value", [math.nan, -math.inf, np.float32("nan"), np.array([1, math.inf]), sympy.nan, symbol("x") - sympy.oo]
)
def test_exact_refuses_what_is_no_number(value: Any) -> None:
    """NaN and infinities cannot be counted with."""
    with pytest.raises(ValueError, match=r"nan|inf|oo"):
        exact(value)


@pytest.mark.parametrize(
    "other", [np.array([100, 100], dtype=np.int8), np.array([0.5, 0.1]), np.array([Fraction(1, 3)] * 2), np.float32(0.1), 0.1]
)
def test_numpy_beside_points(other: Any) -> None:
    """Arrays and floats in a computation are read exactly too, and narrow types do not wrap."""
    values = [Fraction(str(v)) for v in np.broadcast_to(np.asarray(other), 2)]
    for found in (Points.of([100, Fraction(1, 2)]) * other, other * Points.of([100, Fraction(1, 2)])):
        exactly(found, [100 * values[0], Fraction(values[1], 2)])


def test_has_no_truth() -> None:
    """Many points in an `if` are a mistake."""
    with pytest.raises(TypeError, match="decide"):
        bool(Points.of([1, 2]))


def test_as_array() -> None:
    """Whole points become an int64 array, others an array of Fractions."""
    assert np.asarray(Points.of([1, 2])).dtype == np.int64
    assert np.asarray(Points.of([1, 0.5])).tolist() == [1, Fraction(1, 2)]
    assert np.asarray(Points.of([1, 0.5]), dtype=float).tolist() == [1.0, 0.5]


def test_shows_its_numbers() -> None:
    """Points print as the numbers they are, and know how many."""
    points = Points.of([0.5, 2])
    assert (repr(points), len(points)) == ("Points(1/2, 2)", 2)
