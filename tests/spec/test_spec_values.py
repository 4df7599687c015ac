"""Values: formulas, lists, choices by another value; and what their place in a spec makes of them."""

from fractions import Fraction

import pytest
from writing import load, refusals, run, shapes

import costmodel
from costmodel import algebra
from costmodel.spec.source import Text, read
from costmodel.spec.values import BadValue, Choice, Formula, Items, is_constant, read_value


def value(text: str) -> Formula | Items | Choice:
    return read_value(read(f"v: {text}\n", "f").at("v"))


def test_the_form_of_a_value_says_what_it_is() -> None:
    assert isinstance(value("8 + 1"), Formula)
    assert isinstance(value("[3, c_in]"), Items)
    assert isinstance(value("{by: a, cases: {1: 2}}"), Choice)
    assert isinstance(value('"8"'), Formula)
    assert isinstance(value("' 8 '"), Formula)


def test_quotes_only_protect() -> None:
    assert value('"max(8, 3)"').evaluate({}) == 8
    assert value("'true'").evaluate({}) is True


def test_a_mistake_in_quotes_is_pointed_at_in_its_line() -> None:
    for text, col in (("1 +* 2", 7), ('"1 +* 2"', 8), ("'   1 +* 2'", 11)):
        with pytest.raises(BadValue) as caught:
            value(text)
        assert caught.value.mark.col == col


def test_a_name_alone_stands_for_itself() -> None:
    data = read("{out, stride: }\n", "f")
    out, stride = (read_value(data[key], key) for key in data)
    assert isinstance(out, Formula)
    assert (out.alone, out.text, out.evaluate({"out": 7})) == (True, "out", 7)
    assert stride.evaluate({"stride": 2}) == 2


def test_names_are_found_in_every_corner_with_their_marks() -> None:
    found = value("{by: a + b, cases: {1: [c, 2 * d], 2: e}}").names()
    assert [(name, mark.col) for name, mark in found] == [("a", 9), ("b", 13), ("c", 28), ("d", 35), ("e", 42)]


def test_lists_nest_as_paddings_do() -> None:
    assert value("[[1, a], [0, 2]]").evaluate({"a": 3}) == [[1, 3], [0, 2]]
    ledger = run("conv2d: {out: 8, kernel: [3, 5], stride: [1, 2], padding: [[1, 1], [2, 2]]}")
    assert shapes(ledger) == ["8×32×16"]


def test_a_list_may_be_a_parameter() -> None:
    head = "params: {k: [3, 5]}\nblocks: {conv: {params: {k: [1, 1]}, layers: [{conv2d: {out: 8, kernel: k}}]}}\n"
    assert shapes(run("conv: {k}\nconv\nconv: {k: [2, 2]}", head)) == ["8×30×28", "8×30×28", "8×29×27"]


def test_constants_are_known_to_be_constant() -> None:
    assert is_constant(value("8 + 1"))
    assert is_constant(value("[1, same]"))
    assert not is_constant(value("[1, a]"))
    assert not is_constant(value("{by: 1, cases: {1: 2}}"))


# --- choices --------------------------------------------------------------------------------------------------------

WIDTHS = "params: {scale: 1}\nlet: {width: {by: scale, cases: {0.5: 48, 1: 116, 1.5: [176], same: 3}}}\n"


@pytest.mark.parametrize(("scale", "width"), [("0.5", 48), (0.5, 48), ("1", 116), ("1.0", 116), (Fraction(1, 2), 48)])
def test_a_case_is_met_by_its_number_however_it_is_written(scale: object, width: int) -> None:
    assert shapes(run("conv2d: width", WIDTHS, scale=scale)) == [f"{width}×32×32"]


def test_a_case_that_is_missing_lists_those_that_are_there() -> None:
    assert refusals("conv2d: width", WIDTHS, scale="2") == ["'scale' is 2, and the cases are 0.5, 1, 1.5, same"]


def test_words_are_cases_too_and_cases_are_values() -> None:
    head = "params: {act: relu, k: 3}\n"
    choice = "{by: act, cases: {relu: k * 2, none: {by: k, cases: {3: 30}}}}"
    assert shapes(run(f"conv2d: {{out: {choice}}}", head)) == ["6×32×32"]
    assert shapes(run(f"conv2d: {{out: {choice}}}", head, act="none")) == ["30×32×32"]


def test_a_choice_may_stand_alone_under_a_verb() -> None:
    assert shapes(run("conv2d: {by: c_in, cases: {3: 24}}")) == ["24×32×32"]


def test_only_the_case_that_is_chosen_is_worked_out() -> None:
    assert shapes(run("conv2d: {out: {by: c_in, cases: {3: 8, 4: 1 / (c_in - 3)}}}")) == ["8×32×32"]


def test_a_symbol_is_looked_up_at_its_reference_value_and_that_is_noted() -> None:
    scale = algebra.symbol("scale", whole=False)
    ledger = run("conv2d: width", WIDTHS, scale=scale)
    assert shapes(ledger) == ["116×32×32"]
    assert [c.text for c in ledger.conditions] == ["scale == 1 is true"]


def test_points_that_choose_differently_are_refused_and_others_are_not() -> None:
    np = pytest.importorskip("numpy")
    spec = load("conv2d: width", WIDTHS)
    assert spec.analyze(scale=np.array([0.5, 0.5])).lines[0].output.c == 48
    with pytest.raises(costmodel.SpecError, match="'scale' is not the same for all values given"):
        spec.analyze(scale=np.array([0.5, 1.0]))


def test_text_made_in_a_program_is_a_value_too() -> None:
    mark = read("a: b\n", "f").at("a").mark
    assert read_value(Text("3 * 4", mark)).evaluate({}) == 12
