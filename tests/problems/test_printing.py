"""How problems are collected and printed: in order, once a place, within a screen, and harmless to a terminal."""

import pytest

from costmodel.problems import Mark, Problem, Problems, SpecError, did_you_mean


def at(line: int, col: int = 1, text: str = "some text") -> Mark:
    return Mark("f", line, col, text)


def printed(text: str, col: int) -> list[str]:
    return str(Problem(at(7, col, text), "m")).splitlines()


def test_the_form() -> None:
    problem = Problem(at(7, 6), "subject verbs object", "write it so", ("in b, called at f:9:1",), times=3)
    assert str(problem) == (
        "f:7:6: subject verbs object\n 7 | some text\n   |      ^\n"
        "   = in b, called at f:9:1\n   = 3 times in all, first with these values\n   = write it so"
    )
    assert str(Problem(None, "no place", "but a hint")) == "costmodel: no place\n  = but a hint"
    assert str(Problem(Mark("f", 0, 0, ""), "no line")) == "f: no line"


def test_the_gutter_is_as_wide_as_the_number() -> None:
    lines = str(Problem(at(12345, 3, "abc"), "m", "h")).splitlines()
    assert lines[1:] == ["12345 | abc", "      |   ^", "      = h"]


def test_problems_come_in_the_order_of_the_text_and_those_without_a_place_first() -> None:
    problems = Problems()
    for mark in (at(3, 2), at(1, 9), None, at(3, 1)):
        problems.add(mark, f"at {mark}")
    with pytest.raises(SpecError) as caught:
        problems.check()
    assert [p.message for p in caught.value.problems] == ["at None", "at f:1:9", "at f:3:1", "at f:3:2"]


def test_nothing_found_is_nothing_raised() -> None:
    problems = Problems()
    problems.warn(at(1), "odd")
    problems.check()
    assert [str(w).splitlines()[0] for w in problems.warnings] == ["f:1:1: warning: odd"]


def test_a_sentence_that_differs_in_its_figures_alone_is_counted() -> None:
    problems = Problems()
    for groups, shape in ((3, "8×32×32"), (5, "16×7×7"), (1.5, "4")):
        problems.add(at(1), f"groups ({groups}) of {shape} and 1,000")
    (problem,) = problems.found
    assert (problem.message, problem.times) == ("groups (3) of 8×32×32 and 1,000", 3)


@pytest.mark.parametrize(
    ("one", "other"), [("needs 'e1'", "needs 'e3'"), ("is 'x0.5'", "is 'x0.6'"), ("the a", "the b"), ("c1", "c2")]
)
def test_sentences_that_name_other_things_are_kept_apart(one: str, other: str) -> None:
    problems = Problems()
    problems.add(at(1), one)
    problems.add(at(1), other)
    assert [p.message for p in problems.found] == [one, other]


def test_the_same_sentence_elsewhere_is_another_problem() -> None:
    problems = Problems()
    problems.add(at(1), "m")
    problems.add(at(2), "m")
    assert len(problems.found) == 2


def test_many_calls_are_cut() -> None:
    lines = str(Problem(at(1), "m", calls=tuple(f"call {i}" for i in range(20)))).splitlines()
    assert lines[3:] == [*(f"   = call {i}" for i in range(6)), "   = and 14 calls more"]


@pytest.mark.parametrize(
    ("text", "col", "spaces"),
    [("abc", 3, 2), ("网络 x", 3, 4), ("é\u0301x", 3, 1), ("a\tb", 3, 2), ("ab", 9, 8), ("", 1, 0)],
)
def test_the_caret_stands_under_its_character_on_a_screen(text: str, col: int, spaces: int) -> None:
    assert printed(text, col)[2] == "   | " + " " * spaces + "^"


@pytest.mark.parametrize("col", [1, 80, 500, 920, 1000])
def test_of_a_long_line_the_part_around_the_caret_is_shown(col: int) -> None:
    text = "".join(chr(ord("a") + i % 26) for i in range(1000))
    _, shown, pointer = printed(text, col)
    assert len(shown) < 175
    assert shown[pointer.index("^")] == text[col - 1]


def test_nothing_steers_the_terminal() -> None:
    mark = Mark("f\x1b[31m", 1, 1, "\x1b]0;owned\x07 x\r")
    shown = str(Problem(mark, "m\x1b[2J", "h\x07", ("c\x1b",)))
    assert all(line.isprintable() for line in shown.split("\n"))


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        *(
            ("strid", "did you mean 'stride'?"),
            ("Conv2D", "did you mean 'conv2d'?"),
            ("BatchNorm", "did you mean 'batch_norm'?"),
        ),
        *(("STRIDE", "did you mean 'stride'?"), ("flop", "else"), ("", "else"), ("stride", "else")),
    ],
)
def test_a_word_that_is_near_is_meant(word: str, hint: str) -> None:
    assert did_you_mean(word, ["conv2d", "batch_norm", "stride", "true"], "else") == hint
