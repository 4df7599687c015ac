"""Every op gives its known answers and its known refusals; an op without a known answer fails here."""

import io
import re
import tokenize
from pathlib import Path

import pytest
from answers import ANSWERS, FILES
from refusals import REFUSALS
from rows import Answer, Refusal

from costmodel.cost import COUNTS
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.remedy import subject

_COUNTED = re.compile(rf"\s*({'|'.join(COUNTS)})=(\d+),\s*")


@pytest.mark.parametrize("name", OPS)
def test_has_a_known_answer(name: str) -> None:
    """An op is done when one of its costs was worked out by hand."""
    assert name in {row.op for row in ANSWERS}, (
        f"{name} has no known answer: add a row to tests/ops/answers/{OPS[name].family}.py"
    )


@pytest.mark.parametrize("row", ANSWERS, ids=lambda row: row.op)
def test_answer(row: Answer) -> None:
    """The output and every count are those of the row, and every condition holds."""
    output, cost = OPS[row.op](row.inputs, row.fields)
    assert list(output.dims.items()) == list(row.output.dims.items())
    assert {name: getattr(cost, name) for name in COUNTS} == dict.fromkeys(COUNTS, 0) | row.counts
    assert [sentence for truth, sentence, *_ in cost.given if truth is not True] == []


@pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row.op)
def test_refusal(row: Refusal) -> None:
    """Exactly the conditions that fail say so, with their values."""
    assert refused(row) == list(row.sentences)


def test_what_must_divide_is_a_field() -> None:
    """A condition on divisors begins with the field to blame, so that its nearest legal values can be found."""
    found = [(row, sentence) for row in REFUSALS for sentence in row.sentences if " must divide " in sentence]
    assert len({row.op for row, _ in found}) > 5
    assert [sentence for row, sentence in found if subject(sentence) not in row.fields] == []


def refused(row: Refusal) -> list[str]:
    """The sentence of each condition that plainly fails, or of what cannot be begun with."""
    try:
        _, cost = OPS[row.op](row.inputs, row.fields)
    except Misfit as misfit:
        return [str(misfit)]
    assert all(truth is False or truth is True for truth, *_ in cost.given)
    return [text.format(*values) for truth, text, *values in cost.given if not truth]


def test_algebra_beside_each_count() -> None:
    """The comment beside each count works out to it."""
    assert sum(map(checked, FILES)) == sum(len(row.counts) for row in ANSWERS)


def checked(rows: Path) -> int:
    """How many counts of a file have arithmetic beside them that works out."""
    source = rows.read_text(encoding="utf-8")
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = {token.start[0]: token.string for token in tokens if token.type == tokenize.COMMENT}
    counted = 0
    for number, line in enumerate(source.splitlines(), start=1):
        if found := _COUNTED.match(line):
            assert number in comments, f"{rows.name}:{number} has no algebra beside it"
            algebra = comments[number].removeprefix("# ")
            assert re.fullmatch(r"[\d\s+*/()-]+", algebra), f"{rows.name}:{number}: {algebra} is no arithmetic"
            assert eval(algebra) == int(found[2]), f"{rows.name}:{number}: {algebra} is not {found[2]}"
            counted += 1
    return counted
