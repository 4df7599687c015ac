"""Formulas that are none: refused at their column, in words, whatever is written; nothing is ever run."""

import sys

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from costmodel.spec.formula import MAX_DEPTH, compiled
from costmodel.spec.words import MAX_LENGTH, FormulaError

SCOPE = {"a": 2, "b": 3, "c": True, "yes": True}


def outcome(text: str) -> object:
    """The value, or why there is none."""
    try:
        run, names = compiled(text)
        return run(SCOPE) if set(names) <= set(SCOPE) else None
    except FormulaError as error:
        return error


def refusal(text: str) -> tuple[int, str]:
    error = outcome(text)
    assert isinstance(error, FormulaError), error
    return error.column, error.message


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("__import__('os').system('true')", 11, "''' has no place in a formula"),
        ("().__class__.__bases__", 2, "'.' has no place in a formula"),
        ("lambda x: x", 0, "'lambda' has no place in a formula"),
        ("a.b", 1, "'.' has no place in a formula"),
        ("a[0]", 1, "'[' has no place in a formula"),
        ("[a, b]", 0, "'[' has no place in a formula"),
        ("{a}", 0, "'{' has no place in a formula"),
        ('f"{a}"', 1, "'\"' has no place in a formula"),
        ("b'x'", 1, "''' has no place in a formula"),
        ("(x := 3)", 3, "':' has no place in a formula"),
        ("x for x in y", 2, "'for' has no place in a formula"),
        ("(yield)", 1, "'yield' has no place in a formula"),
        ("await x", 0, "'await' has no place in a formula"),
        ("*a", 0, "a value is missing before '*'"),
        ("max(*a)", 4, "a value is missing between '(' and '*'"),
        ("max(a, key=b)", 10, "'=' has no place in a formula"),
        ("exec(a)", 0, "there is no function 'exec'"),
        ("max(a, b)(c)", 9, "an operator is missing before '('"),
        ("true(1)", 0, "there is no function 'true'"),
        ("1 < 2 is 2", 6, "'is' has no place in a formula"),
        ("1 in 2", 2, "'in' has no place in a formula"),
        ("~1", 0, "'~' has no place in a formula"),
        ("+1", 0, "a value is missing before '+'"),
        ("1 @ 2", 2, "'@' has no place in a formula"),
        ("1 << 2", 3, "a value is missing between '<' and '<'"),
        ("1 | 2", 2, "'|' has no place in a formula"),
        ("a; b", 1, "';' has no place in a formula"),
        ("a # b", 2, "'#' has no place in a formula"),
        ("a\\", 1, "'\\' has no place in a formula"),
        ("a\nb", 1, "the character U+000A has no place in a formula"),
        ("a\x00", 1, "the character U+0000 has no place in a formula"),
        ("1j", 0, "'1j' is not a number of specs"),
        ("0b11", 0, "'0b11' is not a number of specs"),
        ("1__0", 0, "'1__0' is not a number of specs"),
        ("1if a else 2", 0, "'1if' is not a number of specs"),
        ("٣", 0, "'٣' has no place in a formula"),
        ("ａ", 0, "'ａ' has no place in a formula"),
        ("...", 0, "'.' has no place in a formula"),
        ("()", 0, "a formula is one value, and here are 0"),
        ("a, b", 0, "a formula is one value, and here are 2"),
        ("", 0, "a value is missing here"),
        ("None", 0, "'None' has no place in a formula"),
        ("not", 2, "a value is missing after 'not'"),
        ("a not in b", 2, "an operator is missing before 'not'"),
        ("a if b", 0, "'a if b' is not a formula"),
    ],
)
def test_it_is_refused_where_it_goes_wrong(text: str, column: int, message: str) -> None:
    assert refusal(text) == (column, message)


@pytest.mark.parametrize("text", ["-" * 198 + "1", "(" * 99 + "1" + ")" * 99, "not " * 49 + "yes", "(-" * 66 + "1" + ")" * 66])
def test_depth_needs_no_stack(text: str) -> None:
    limit = sys.getrecursionlimit()
    found = outcome(text)
    if isinstance(found, FormulaError):
        assert found.message == f"the formula nests deeper than {MAX_DEPTH} levels"
    else:
        assert found in (True, False, 1, -1)
    assert sys.getrecursionlimit() == limit


def test_a_formula_may_fill_its_line_and_no_more() -> None:
    text = "+".join(["1"] * 100)
    assert compiled(text)[0]({}) == 100
    assert refusal(text + "+1+1") == (0, f"a formula has at most {MAX_LENGTH} characters, and this one has 203")


def test_nothing_is_run(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even while it is refused."""
    monkeypatch.setattr("builtins.eval", lambda *_: pytest.fail("eval"))
    monkeypatch.setattr("builtins.exec", lambda *_: pytest.fail("exec"))
    for text in ("open(1)", "exec(1)", "eval(1)", "print(1)", "exit(0)", "quit()"):
        assert refusal(text)[1].startswith("there is no function")


WORDS = [
    "and",
    "or",
    "not",
    "if",
    "else",
    "max(",
    "floor(",
    "divisible(",
    ")",
    "(",
    ",",
    "**",
    "//",
    "==",
    "<=",
    "lambda",
    "is",
]
PIECES = st.one_of(st.sampled_from([*WORDS, *"abc+-*/%<>=!&|^~.:;[]{}'\"0123456789"]), st.text(max_size=2))


@settings(max_examples=1000, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=14).map(" ".join), st.lists(PIECES, max_size=14).map("".join)))
@example("1" * 5000)
@example("9**8**8**8")
@example("\ud800")
def test_any_text_is_a_formula_or_a_formula_error(text: str) -> None:
    found = outcome(text)
    if isinstance(found, FormulaError):
        assert 0 <= found.column <= len(text)
        assert found.message
