"""Formulas: the same numbers as Python's own exact arithmetic, the same precedence, and no look further than needed."""

import ast
import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from costmodel import algebra
from costmodel.spec.formula import MAX_NUMBER, compiled
from costmodel.spec.words import FormulaError

SCOPE = {"a": 3, "b": 64, "c": Fraction(7, 5), "yes": True, "no": False, "act": "relu"}


def value(text: str, **names: Any) -> Any:
    return compiled(text)[0](SCOPE | names)


def outcome(text: str, **names: Any) -> Any:
    """The value, or why there is none."""
    try:
        return value(text, **names)
    except FormulaError as error:
        return error


def refusal(text: str, **names: Any) -> tuple[int, str, str]:
    error = outcome(text, **names)
    assert isinstance(error, FormulaError), error
    return error.column, error.message, error.hint


# --- against Python -------------------------------------------------------------------------------------------------

WHOLE = st.integers(0, 999).map(str)
NUMBERS = st.one_of(
    WHOLE,
    st.decimals(min_value=0, max_value=99, places=2).map(str),
    st.sampled_from(["1e3", "2.5e-1", ".5", "3."]),
    st.sampled_from("abc"),
)


def joined(sign: st.SearchStrategy[str], *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(parts[0], sign, parts[1]).map(" ".join)


def numbers_of(part: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        joined(st.sampled_from(["+", "-", "*", "/", "//", "%"]), part, part),
        part.map(lambda x: f"({x})"),
        part.map(lambda x: f"-{x}"),
        st.tuples(part, st.integers(0, 3)).map(lambda x: f"({x[0]}) ** {x[1]}"),
        st.tuples(st.sampled_from(["floor", "ceil"]), part).map(lambda x: f"{x[0]}({x[1]})"),
        st.tuples(st.sampled_from(["max", "min"]), part, part).map(lambda x: f"{x[0]}({x[1]}, {x[2]})"),
        st.tuples(part, CONDITIONS, part).map(lambda x: f"({x[0]} if {x[1]} else {x[2]})"),
    )


CONDITIONS: st.SearchStrategy[str] = st.deferred(
    lambda: st.one_of(
        joined(st.sampled_from(["==", "!=", "<", "<=", ">", ">="]), NUMBERS, NUMBERS),
        st.tuples(NUMBERS, NUMBERS, NUMBERS).map(lambda x: f"{x[0]} <= {x[1]} < {x[2]}"),
        st.sampled_from(["yes", "no", "true", "false"]),
        joined(st.sampled_from(["and", "or"]), CONDITIONS, CONDITIONS),
        CONDITIONS.map(lambda x: f"not {x}"),
        CONDITIONS.map(lambda x: f"({x})"),
    )
)
FORMULAS = st.recursive(NUMBERS, numbers_of, max_leaves=8)


class AsFractions(ast.NodeTransformer):
    """Makes a fraction of every number, and again of every result: `//`, floor and ceil give Python's whole numbers."""

    def __init__(self, text: str) -> None:
        self.text = text

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        return self.fraction(ast.Constant(ast.get_source_segment(self.text, node)))

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        exponent = node.right if isinstance(node.op, ast.Pow) else self.visit(node.right)
        return self.fraction(ast.BinOp(self.visit(node.left), node.op, exponent))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        return self.fraction(ast.Call(node.func, [self.visit(part) for part in node.args], []))

    @staticmethod
    def fraction(node: ast.expr) -> ast.expr:
        return ast.Call(ast.Name("Fraction", ast.Load()), [node], [])


def python(text: str) -> Any:
    """What Python says, every number a fraction."""
    exact = ast.fix_missing_locations(AsFractions(text).visit(ast.parse(text, mode="eval")))
    names = {"Fraction": Fraction, "floor": math.floor, "ceil": math.ceil, "max": max, "min": min, "true": True, "false": False}
    scope = names | SCOPE | {"a": Fraction(3), "b": Fraction(64)}
    return eval(compile(exact, text, "eval"), {"__builtins__": {}}, scope)


@settings(max_examples=400, deadline=None)
@given(FORMULAS)
@example("2 * a ** 2")
@example("-a ** 2")
@example("7 - 2 - 1")
@example("64 / 8 / 2")
@example("7 // 2 * 2")
@example("-7 // 2")
@example("-7 % 3")
@example("7 // 2 / 4")
@example("floor(1) / floor(3)")
@example("--floor(1) / -floor(1e3)")
@example("1 if a == 3 else 2 if a == 4 else 3")
def test_a_formula_is_pythons_exact_arithmetic(text: str) -> None:
    assume(len(text) <= 200)
    try:
        expected = python(text)
    except ZeroDivisionError:
        assert re.search("divides by zero|out of range", refusal(text)[1])
        return
    assert type(expected) is Fraction
    found = outcome(text)
    if isinstance(found, FormulaError):
        assert "out of range" in found.message
        return
    assert found == expected
    assert type(found) is (int if expected.denominator == 1 else Fraction)


@settings(max_examples=200, deadline=None)
@given(CONDITIONS)
@example("not 1 == 2 and 3 < 2 or true")
@example("yes or no and no")
@example("not yes or yes")
def test_conditions_too(text: str) -> None:
    assume(len(text) <= 200)
    assert value(text) is bool(python(text))


@settings(max_examples=150, deadline=None)
@given(FORMULAS, st.lists(st.integers(1, 99), min_size=2, max_size=5))
def test_an_array_gives_what_each_of_its_points_gives(text: str, points: list[int]) -> None:
    np = pytest.importorskip("numpy")
    assume(len(text) <= 200)
    try:
        single = [value(text, a=point) for point in points]
        found = value(text, a=algebra.exact(np.array(points)))
    except FormulaError:
        return  # one point's zero is refused for all
    assert (found.tolist() if hasattr(found, "tolist") else [found] * len(points)) == single


# --- names and laziness ---------------------------------------------------------------------------------------------


def test_names_are_found_with_their_first_column() -> None:
    assert compiled("floor(c * alpha) + c if x == relu else true")[1] == {"c": 6, "alpha": 10, "x": 24}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no and 1 / 0 == 1", False),
        ("yes or 1 / 0 == 1", True),
        ("5 if yes else 1 / 0", 5),
        ("1 / 0 if no else 5", 5),
        ("1 if a > 2 or missing else 0", 1),
    ],
)
def test_what_is_settled_is_not_looked_at(text: str, expected: object) -> None:
    assert value(text) == expected


def test_words_compare_with_words_alone() -> None:
    assert value("act == relu") is True
    assert value("act != none") is True
    assert value("act == 3") is False
    assert refusal("act < 3") == (0, "'act' is relu, and a number is needed", "")


def test_a_choice_between_words_is_made_for_numbers_and_refused_for_points_that_disagree() -> None:
    np = pytest.importorskip("numpy")
    assert value("same if a > 2 else valid") == "same"
    points = algebra.exact(np.array([1, 5]))
    assert value("same if a > 0 else valid", a=points) == "same"
    assert refusal("same if a > 2 else valid", a=points) == (
        8,
        "'a > 2' is open, and decides between what are not two numbers",
        "evaluate them one by one",
    )
    assert value("(a > 2 if a > 0 else yes)", a=points).tolist() == [False, True]


def test_a_step_is_above_zero_for_every_kind_of_number() -> None:
    np = pytest.importorskip("numpy")
    assert value("divisible(20, a)", a=algebra.exact(np.array([8, 5]))).tolist() == [24, 20]
    for step in (-8, algebra.exact(np.array([8, -8]))):
        assert refusal("divisible(20, a)", a=step)[1].endswith("and that is below zero")


def test_symbols_divided_by_zero_are_refused_as_numbers_are() -> None:
    s = algebra.symbol("s", whole=True)
    for text in ("s / 0", "s // (a - 3)", "s % (s - s)", "divisible(s, 0)"):
        assert "divides by zero" in refusal(text, s=s)[1]


@pytest.mark.parametrize("text", ["1e18", "999999999999999999", "0.000000000000000001"])
def test_eighteen_digits_are_enough(text: str) -> None:
    assert abs(value(text).numerator) <= MAX_NUMBER


@pytest.mark.parametrize("text", ["1e19", "1e-19", "1e999", "b ** 8 * b ** 8", "c ** 8 / 1000000000000000000", "9" * 150])
def test_more_are_refused_before_they_grow(text: str) -> None:
    assert "out of range: a number has at most 18 digits" in refusal(text)[1]


def test_exponents_are_small_and_written_out() -> None:
    assert value("2 ** 8") == 256
    assert value("b ** 0") == 1
    for text, written in (("2 ** 9", "9"), ("2 ** 1.5", "1.5"), ("2 ** a", "a"), ("2 ** (2)" * 2, None)):
        message = refusal(text)[1]
        assert written is None or message == f"an exponent is a whole number from 0 to 8, and this is '{written}'"
