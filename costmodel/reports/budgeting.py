"""Budgets and what became of them, for a report."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from costmodel.problems import Mark
from costmodel.reports.bounding import exact
from costmodel.reports.layout import Cell, Column, Screen, note, table, text
from costmodel.reports.remarks import Remark
from costmodel.reports.words import LOWER, count, share, size, uncounted
from costmodel.verdict import Verdict

COLUMNS = (
    Column("budget", left=True),
    Column("found"),
    Column("of it"),
    Column("", left=True),
    Column("by"),
    Column("counted by", left=True, yields=7),
)
_STYLES = {"within": "good", "over": "bad", "unknown": "bad"}
RULES = {
    "over": "a network costs more than its budget",
    "unknown": "what a network costs is not known, and may be over its budget",
}
"""What a remark on a budget says."""


def screen(verdicts: Sequence[Verdict], room: int) -> Screen:
    """Every budget with its verdict, and what costs most where one is over."""
    heading, rows = table(COLUMNS, [[cells(verdict) for verdict in verdicts]], room)
    return [
        text("Budgets", "head"),
        *heading,
        *rows,
        *(line for label, words in notes(verdicts) for line in note(label, words, room)),
    ]


def cells(verdict: Verdict) -> list[Cell]:
    """One row."""
    budget = verdict.budget
    least = LOWER if verdict.is_least else ""
    part = share(verdict.value, budget.limit)
    return [
        Cell(budget.text),
        Cell(f"{least}{amount(verdict, verdict.value)}"),
        Cell(f"{part} %" if budget.limit else "–"),
        Cell(_said(verdict), _STYLES[verdict.status]),
        Cell(amount(verdict, abs(verdict.value - budget.limit))),
        Cell(verdict.how, "dim"),
    ]


def _said(verdict: Verdict) -> str:
    if verdict.status != "over":
        return verdict.status
    return "over" if verdict.budget.sign in ("<=", "<") else "under"


def amount(verdict: Verdict, value: Fraction) -> str:
    """A figure in what its budget counts: bytes with a unit, else a number."""
    if verdict.budget.in_bytes:
        return size(value)
    return count(value.numerator) if value.denominator == 1 else exact(value)


def notes(verdicts: Sequence[Verdict]) -> Iterator[tuple[str, str]]:
    """Where most of what is over stands, and what is not known."""
    for verdict in verdicts:
        if not verdict.passes and verdict.most:
            yield verdict.budget.metric, f"most in {most(verdict)}"
    if unknown := [verdict for verdict in verdicts if verdict.is_least]:
        yield "not counted", f"{uncounted(unknown[0].ledger.uncounted)}; what is not known is within no budget"


def most(verdict: Verdict) -> str:
    """The units that have most of a figure, with their lines in the spec."""
    parts = (f"{one.path} ({share(one.value, verdict.value)} %, line {one.mark.line})" for one in verdict.most)
    return ", ".join(parts)


def remarks(verdicts: Sequence[Verdict], start: Mark) -> list[Remark]:
    """What is over or not known, each on the line of what costs most; on the spec's first where nothing does."""
    return [
        Remark("error", verdict.status, sentence(verdict), verdict.most[0].mark if verdict.most else start)
        for verdict in verdicts
        if not verdict.passes
    ]


def sentence(verdict: Verdict) -> str:
    """A budget that is not kept, in a sentence."""
    budget, least = verdict.budget, LOWER if verdict.is_least else ""
    value, limit = amount(verdict, verdict.value), amount(verdict, budget.limit)
    by = amount(verdict, abs(verdict.value - budget.limit))
    name = verdict.ledger.name
    if verdict.status == "unknown":
        ops = f"{len(verdict.ledger.unknown)} ops are not known"
        return f"{name}: {budget.text} is not known to be kept: {least}{value} of {limit}, and {ops}"
    where = f"; most in {most(verdict)}" if verdict.most else ""
    return f"{name}: {budget.text} is not kept: {least}{value} ({verdict.how}), {_said(verdict)} {limit} by {by}{where}"


def plain(verdict: Verdict) -> dict[str, Any]:
    """A verdict for JSON."""
    budget = verdict.budget
    return {
        "budget": budget.text,
        "metric": budget.metric,
        "sign": budget.sign,
        "limit": exact(budget.limit),
        "unit": budget.unit,
        "found": exact(verdict.value),
        "lower_bound": verdict.is_least,
        "counted_by": verdict.how,
        "status": verdict.status,
        "passes": verdict.passes,
        "most": [
            {"path": one.path, "file": one.mark.file, "line": one.mark.line, "value": exact(one.value)} for one in verdict.most
        ],
    }


def as_markdown(verdicts: Sequence[Verdict]) -> str:
    """The budgets as a table of Markdown."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    said = "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(verdicts))
    return "\n\n".join(filter(None, ("### Budgets", written(COLUMNS, map(cells, verdicts)), said))) + "\n"
