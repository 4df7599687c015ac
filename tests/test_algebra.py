"""Each word of the algebra means the same for plain numbers, points and symbols: what its definition says, read literally."""

import itertools
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel import algebra
from costmodel.algebra import choose, decide, divide, divides, divisible, equal, single, substitute, symbol, whole
from costmodel.algebra.arrays import Points

WHOLE = st.integers(-30, 30)
COUNTS = st.integers(1, 40)
EXACT = WHOLE | st.builds(Fraction, WHOLE, st.sampled_from([2, 3, 5, 10]))


def some(*numbers: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Any]]:
    """Four rows of arguments."""
    return st.lists(st.tuples(*numbers), min_size=4, max_size=4)


def all_at_once(word: Callable[..., Any], rows: Sequence[Any], varying: Sequence[int]) -> list[Any]:
    """What a word gives for points, with the arguments that do not vary as plain numbers."""
    columns = list(zip(*rows, strict=True))
    found = word(*(Points.of(column) if place in varying else column[0] for place, column in enumerate(columns)))
    return found.tolist() if hasattr(found, "tolist") else [found] * len(rows)


def put_in(word: Callable[..., Any], rows: Sequence[Any], varying: Sequence[int]) -> list[Any]:
    """What a word gives for symbols, with the arguments that do not vary as plain numbers, and each row put in."""
    symbols = {place: sympy.Symbol(f"s{place}", real=True) for place in varying}
    formula = word(*(symbols.get(place, number) for place, number in enumerate(rows[0])))
    values = [{made: row[place] for place, made in symbols.items()} for row in rows]
    return [decide(formula, v) if algebra.is_truth(formula) else substitute(formula, v) for v in values]


def closed_up(word: Callable[..., Any], rows: Sequence[Any], varying: Sequence[int]) -> list[Any]:
    """What a word gives for polynomials, with the arguments that do not vary as plain numbers, and each row put in."""
    symbols = {
        place: algebra.closed(
            f"s{place}", whole=all(type(row[place]) is int for row in rows), low=min(row[place] for row in rows)
        )
        for place in varying
    }
    formula = word(*(symbols.get(place, number) for place, number in enumerate(rows[0])))
    values = [{made: row[place] for place, made in symbols.items()} for row in rows]
    return [decide(formula, v) if algebra.is_truth(formula) else substitute(formula, v) for v in values]


def agree(word: Callable[..., Any], rows: Sequence[Any], expected: Sequence[Any]) -> None:
    """A word gives what is expected in each system, and plain numbers may stand beside points and beside symbols."""
    found = [word(*row) for row in rows]
    assert found == expected
    assert {type(value) for value in found} <= {int, Fraction, bool}
    places = range(len(rows[0]))
    assert all_at_once(word, rows, places) == put_in(word, rows, places) == closed_up(word, rows, places) == expected
    for place in places:
        mixed = [(*rows[0][:place], row[place], *rows[0][place + 1 :]) for row in rows]
        found = [way(word, mixed, [place]) for way in (all_at_once, put_in, closed_up)]
        assert found == [[word(*row) for row in mixed]] * 3


# --- words of numbers, against their definitions ---------------------------------------------------------------------


def the_last(holds: Callable[[int], bool]) -> int:
    """The greatest whole number, of those from -40 on, up to which something holds."""
    return next(k for k in itertools.count(-40) if not holds(k + 1))


@settings(deadline=None)
@given(some(EXACT))
def test_floor_and_ceil(rows: list[Any]) -> None:
    """The whole numbers on either side."""
    agree(algebra.floor, rows, [the_last(lambda k, x=x: k <= x) for (x,) in rows])
    agree(algebra.ceil, rows, [-the_last(lambda k, x=x: k <= -x) for (x,) in rows])


@settings(deadline=None)
@given(some(WHOLE, COUNTS))
def test_ceil_div(rows: list[Any]) -> None:
    """The least number of parts of one size that cover the whole."""
    agree(algebra.ceil_div, rows, [next(k for k in itertools.count(-40) if k * b >= a) for a, b in rows])


@settings(deadline=None)
@given(some(WHOLE, COUNTS))
def test_floor_div(rows: list[Any]) -> None:
    """The greatest number of parts of one size that fit into the whole; a product is taken to be whole."""
    agree(algebra.floor_div, rows, [the_last(lambda k, a=a, b=b: k * b <= a) for a, b in rows])
    a, b = symbol("a"), symbol("b", whole=True)
    assert [algebra.floor_div(a * b, 1), algebra.ceil_div(a * b, 1)] == [a * b, a * b]
    assert str(algebra.floor_div(a * b, 2)) == "floor(a*b/2)"


@settings(deadline=None)
@given(some(COUNTS, COUNTS))
def test_gcd(rows: list[Any]) -> None:
    """The greatest of the numbers that divide both."""
    agree(algebra.gcd, rows, [max(d for d in range(1, 41) if a % d == b % d == 0) for a, b in rows])


def test_gcd_of_symbols() -> None:
    """It is left open, and whole, unless one is seen to divide the other; a polynomial's would be 1."""
    h, w = symbol("h", whole=True), symbol("w", whole=True)
    assert [algebra.gcd(h, 1), algebra.gcd(h, h), algebra.gcd(3 * h, h), algebra.gcd(h, 2 * h * w)] == [1, h, h, h]
    assert str(algebra.gcd(h, 7)) == "gcd(h, 7)"
    assert algebra.gcd(h, 7).is_integer
    assert substitute(h + 7 - algebra.gcd(h, 7), {h: 21}) == 21


@settings(deadline=None)
@given(some(EXACT, EXACT.filter(bool)))
def test_divide(rows: list[Any]) -> None:
    """A quotient is exact, and times the divisor it is the number divided."""
    quotients = [divide(a, b) for a, b in rows]
    assert [q * b for q, (_, b) in zip(quotients, rows, strict=True)] == [a for a, _ in rows]
    assert all(type(q) in (int, Fraction) and (type(q) is int) == (q == int(q)) for q in quotients)
    agree(divide, rows, quotients)


@settings(deadline=None)
@given(some(WHOLE, COUNTS))
def test_ratio(rows: list[Any]) -> None:
    """The other factor of a product; symbols cancel."""
    agree(lambda a, b: algebra.ratio(a * b, b), rows, [a for a, _ in rows])
    a, b = sympy.symbols("a b")
    assert [algebra.ratio(a * b, b), algebra.ratio(a, 2), algebra.ratio(12, b)] == [a, a / 2, 12 / b]


@settings(deadline=None)
@given(some(EXACT, EXACT, EXACT))
def test_extremes_and_choices(rows: list[Any]) -> None:
    """The ends of the numbers in order, and one of two by a condition."""
    agree(algebra.maximum, rows, [sorted(row)[-1] for row in rows])
    agree(algebra.minimum, rows, [sorted(row)[0] for row in rows])
    agree(lambda a, b, c: choose(a < b, b, c), rows, [b if a < b else c for a, b, c in rows])


@settings(deadline=None)
@given(some(COUNTS, COUNTS | EXACT))
def test_truths(rows: list[Any]) -> None:
    """Division without remainder, equality, and conditions put together."""
    agree(divides, rows, [any(d * k == n for k in range(-40, 41)) for d, n in rows])
    assert [divides(0, n) for _, n in rows] == [False] * 4
    agree(equal, rows, [Fraction(a) - b == 0 for a, b in rows])
    agree(lambda a, b: algebra.negate(equal(a, b)), rows, [a != b for a, b in rows])
    agree(lambda a, b: algebra.both(a < 9, b < a), rows, [a < 9 and b < a for a, b in rows])
    agree(lambda a, b: algebra.either(a < 9, b < a), rows, [a < 9 or b < a for a, b in rows])


@pytest.mark.parametrize("join", [algebra.both, algebra.either])
@pytest.mark.parametrize("settled", [True, False])
@pytest.mark.parametrize("open_", [np.array([True, False]), symbol("x") > 3])
def test_settled_beside_open(join: Callable[..., Any], settled: bool, open_: Any) -> None:
    """A condition that is settled decides, or leaves it to the other."""
    decides = settled is (join is algebra.either)
    expected = settled if decides else None
    assert [decide(join(settled, open_)), decide(join(open_, settled))] == [expected, expected]


@pytest.mark.parametrize(("values", "product"), [([], 1), ([3], 3), ([2, Fraction(1, 4), 6], 3), ([2**40, 2**40], 2**80)])
def test_prod(values: list[Any], product: int) -> None:
    """Products of any length."""
    assert algebra.prod(values) == product


# --- rounding of channels --------------------------------------------------------------------------------------------


def rounded(x: Fraction, by: int) -> int:
    """The nearest multiple, the upper of two; the next one if more than a tenth is lost."""
    multiples = [by * k for k in range(1, int(x / by) + 3)]
    near = min(multiples, key=lambda m: (abs(m - x), -m))
    return next(m for m in multiples if m >= near and m >= Fraction(9, 10) * x)


@pytest.mark.parametrize("by", [1, 3, 8, 10, 16])
def test_divisible(by: int) -> None:
    """Thousands of channel counts in steps of a tenth."""
    counts = [Fraction(tenths, 10) for tenths in range(1, 3001)]
    expected = [rounded(x, by) for x in counts]
    assert [divisible(x, by) for x in counts] == expected
    assert divisible(Points.of(counts), by).tolist() == expected
    x = symbol("x", whole=False)
    formula = divisible(x, by)
    for index in range(0, len(counts), 97):
        assert substitute(formula, {x: counts[index]}) == expected[index]


def copied(value: float, by: int = 8) -> int:
    """The rule as most implementations have it, in floats."""
    near = max(by, int(value + by / 2) // by * by)
    return near + by if near < 0.9 * value else near


def test_floats_round_otherwise_in_rare_cases() -> None:
    """63 of 122,880 channel counts and width multipliers, each time because a float falls short of a tie."""
    grid = [(c, Fraction(steps, 20)) for c in range(1, 2049) for steps in range(1, 61)]
    exactly = divisible(Points.of([c * multiplier for c, multiplier in grid])).tolist()
    differ = {pair: (copied(pair[0] * float(pair[1])), e) for pair, e in zip(grid, exactly, strict=True)}
    differ = {pair: found for pair, found in differ.items() if found[0] != found[1]}
    assert len(grid) == 122_880
    assert len(differ) == 63
    assert differ[90, Fraction(14, 5)] == (248, 256)
    assert all(c * multiplier % 8 == 4 and found == e - 8 for (c, multiplier), (found, e) in differ.items())


@pytest.mark.parametrize("multiplier", ["0.25", "0.35", "0.5", "0.75", "1", "1.1", "1.2", "1.3", "1.4", "1.6", "1.8", "2"])
def test_floats_round_alike_in_published_networks(multiplier: str) -> None:
    """The channels of MobileNetV2 and V3 and of EfficientNet, at the widths published."""
    channels = {16, 24, 32, 40, 48, 64, 72, 80, 88, 96, 112, 120, 160, 192, 200, 240, 320, 480, 576, 960, 1280}
    assert [c for c in channels if copied(c * float(multiplier)) != divisible(c * Fraction(multiplier))] == []


# --- whole numbers and decisions -------------------------------------------------------------------------------------

C, R = symbol("c", whole=True), symbol("r", whole=False)
MASK = np.array([True, False, True])


@settings(deadline=None)
@given(some(EXACT))
def test_whole(rows: list[Any]) -> None:
    """A number cut to a whole one, and whether nothing was cut off."""
    agree(lambda x: whole(x)[1], rows, [Fraction(x).denominator == 1 for (x,) in rows])
    assert [whole(x)[0] for (x,) in rows] == whole(Points.of([x for (x,) in rows]))[0].tolist() == [x // 1 for (x,) in rows]


def test_whole_symbols() -> None:
    """A count is whole; of a ratio it is a condition."""
    assert whole(C) == (C, True)
    assert [decide(whole(4 * R)[1], values) for values in ({}, {R: Fraction(1, 4)}, {R: Fraction(1, 3)})] == [None, True, False]


SAME = [("same", "same"), (True, True), ([1, 2], [1, 2]), (C * (C + 1), C * C + C)]
OTHER = [("same", "valid"), ("same", 1), (True, 1), ([1, 2], "same"), (C, C + 1), (C, "same"), (Points.of([1, 2]), "same")]


def test_equal_on_words_and_spellings() -> None:
    """A word is never a number, and symbols are compared by value, not by spelling."""
    assert [equal(a, b) for a, b in SAME + OTHER] == [True] * len(SAME) + [False] * len(OTHER)
    assert [equal(b, a) for a, b in SAME + OTHER] == [True] * len(SAME) + [False] * len(OTHER)


DECIDED = {
    True: [(True, {}), (MASK[::2], {}), (C > 3, {C: 4}), (C > 0, {}), (MASK[:0], {})],
    False: [(False, {}), (~MASK[::2], {}), (C > 3, {C: 3})],
    None: [(MASK, {}), (C > 3, {}), (R > C, {C: 3})],
}


@pytest.mark.parametrize("decided", DECIDED)
def test_decide(decided: bool | None) -> None:
    """Points must agree; symbols may need their reference values."""
    assert [decide(*case) for case in DECIDED[decided]] == [decided] * len(DECIDED[decided])


def test_single() -> None:
    """The one whole number that a count is, symbols at their reference values; or none."""
    assert [single(value, {C: 3}) for value in (4, Points.of([4, 4]), C + 1)] == [4, 4, 4]
    assert [single(value, {C: 3}) for value in (Points.of([4, 5]), Points.of([0.5, 0.5]), R, C / 2)] == [None] * 4


def test_kinds_of_values() -> None:
    """Numbers, truths and symbols are told apart, and the first point that fails is found."""
    numbers = [3, Fraction(1, 2), Points.of([1]), np.array([1]), C, C + 1]
    truths, neither = [True, MASK, C > 3], ["same", [1]]
    for kind, values in ((algebra.is_number, numbers), (algebra.is_truth, truths)):
        assert [v for v in (*numbers, *truths, *neither) if kind(v)] == values
    assert [algebra.is_symbol(v) for v in (C, C > 3, 3, MASK, "c")] == [True, True, False, False, False]
    assert [algebra.failing_point(truth) for truth in (MASK, MASK[::2], True, C > 3)] == [1, None, None, None]
    assert [substitute(5, {C: 3}), substitute(C * 2, {C: 3}), type(substitute(C * 2, {C: 3}))] == [5, 6, int]
