"""Every page of this folder tells the truth: each mistake is answered in exactly the words that the page prints."""

import re
from collections import Counter

import pytest
from pages import HERE, Case, cases

CASES = list(cases())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.page}: {case.title}")
def test_a_mistake_is_answered_in_these_words(case: Case) -> None:
    assert case.answer() == case.expected


def test_there_is_a_page_for_every_family() -> None:
    assert {path.stem for path in HERE.glob("*.md")} >= {
        *("files", "yaml", "brackets", "network", "settings", "variants", "published", "limits", "warnings"),
        *("layers", "modifiers", "joins", "residuals", "blocks", "calls", "inside", "tables", "columns"),
        *("fields", "values", "formulas", "arithmetic", "names", "shapes"),
    }
    assert len(CASES) >= 200


def test_no_two_cases_of_a_page_share_a_title() -> None:
    assert [case for case, times in Counter((c.page, c.title) for c in CASES).items() if times > 1] == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.page}: {case.title}")
def test_an_answer_has_the_form_of_one(case: Case) -> None:
    """`file:line:col: message`, the line, a caret under the column; notes behind `=`; no trace of the libraries below."""
    assert not re.search(r"Traceback|pydantic|yaml\.|input_value|errors\.pydantic|Error:", case.expected)
    for line in case.expected.splitlines():
        if found := re.match(r"(\S+):(\d+):(\d+): (.*)", line):
            assert not found[4].endswith(".")
            assert not found[4][0].isupper() or re.match(r"\w+ has no (parameter|variant) '", found[4])


@pytest.mark.parametrize("case", [c for c in CASES if c.spec and not c.console], ids=lambda case: f"{case.page}: {case.title}")
def test_the_caret_stands_under_the_column(case: Case) -> None:
    lines = case.expected.splitlines()
    for place, line in enumerate(lines):
        if found := re.match(r"net\.yaml:(\d+):(\d+): ", line):
            shown, pointer = lines[place + 1], lines[place + 2]
            assert shown.startswith(f"{int(found[1]):2} |")
            if not shown.endswith("…"):
                assert pointer.index("^") - len(f"{int(found[1]):2} | ") == int(found[2]) - 1
