"""Whether measures put rows into the order of their published speeds: on a screen, as JSON, as Markdown."""

import json
from collections.abc import Iterator
from itertools import product
from typing import Any, NamedTuple

from costmodel.library import Spec
from costmodel.ops.fields import decimal
from costmodel.ranking import MEASURES, Agreement, Column, Timed
from costmodel.reports import layout
from costmodel.reports.bounding import exact
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Screen, enumerated, note, text
from costmodel.reports.markdown import escaped, table
from costmodel.reports.words import count, setting
from costmodel.traffic import Traffic

SCHEMA = 1
"""The version of the JSON."""
RULE = "of the pairs of rows that speeds tell apart, those in which the faster row costs less by a measure"
APART = "Faster, and dearer (>) or no cheaper (=)"


class Ranked(NamedTuple):
    """A spec with its columns of speeds, the measures that are shown, and what the rows were evaluated with."""

    spec: Spec
    settings: dict[str, Any]
    traffic: Traffic
    columns: list[Column]
    measures: tuple[str, ...] = tuple(MEASURES)
    top: int | None = None


def screen(ranked: Ranked, room: int) -> Screen:
    """The columns, how far each measure agrees with each, and the pairs that do not."""
    names = [layout.Column(letter) for letter in letters(ranked)]
    heading, body = layout.table([layout.Column("", left=True), *names], [[*agreements(ranked)]], room)
    pairs = apart(ranked)[: ranked.top or ROWS]
    rows = [line for part in layout.table(PAIRS, [pairs], room) for line in part] if pairs else []
    return [
        text(title(ranked), "head"),
        *enumerated(settings(ranked), room),
        *enumerated([RULE, f"access: {ranked.traffic.said} ({ranked.traffic.spelled})"], room, "dim"),
        [],
        *heading,
        *body,
        [],
        *(line for label, words in legend(ranked) for line in note(label, words, room)),
        *([[], text(APART, "head"), *rows] if rows else []),
        *(line for label, words in notes(ranked) for line in note(label, words, room)),
    ]


def title(ranked: Ranked) -> str:
    """The spec and where it is from."""
    network = ranked.spec.network
    return " · ".join(part for part in (network.name, network.source) if part)


def settings(ranked: Ranked) -> list[str]:
    """What all rows were evaluated with, as far as it was asked for."""
    return [setting(name, value) for name, value in ranked.settings.items()] or ["as the spec has it"]


def letters(ranked: Ranked) -> list[str]:
    """A name for each column of speeds."""
    return [_letter(number) for number in range(len(ranked.columns))]


def _letter(number: int) -> str:
    more, last = divmod(number, 26)
    return (_letter(more - 1) if more else "") + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[last]


def legend(ranked: Ranked) -> Iterator[tuple[str, str]]:
    """What each column is of."""
    for letter, column in zip(letters(ranked), ranked.columns, strict=True):
        yield letter, " · ".join(filter(None, (column.at, column.unit, f"{len(column.built)} rows")))


def agreements(ranked: Ranked) -> Iterator[list[Cell]]:
    """A row a measure that tells rows apart: pairs in the speeds' order, of all pairs."""
    for name in ranked.measures:
        found = [column.agreement(name) for column in ranked.columns]
        if any(found):
            yield [Cell(name, "strong"), *map(_agreed, found)]


def _agreed(found: Agreement | None) -> Cell:
    if found is None or not found.pairs:
        return Cell("–", "dim")
    agreeing = len(found.agreeing)
    return Cell(f"{agreeing}/{found.pairs}", "good" if agreeing == found.pairs else "")


PAIRS = (
    layout.Column("", left=True),
    layout.Column("faster", left=True),
    layout.Column("slower", left=True),
    layout.Column("costs"),
    layout.Column("in", left=True),
)
"""The columns of the pairs that a measure does not put into the speeds' order."""
ROWS = 20
"""Such pairs that a screen shows unless it is told how many."""
CONTROL = "mult-adds"
"""The measure that is meant to be equal in all rows; what little it differs puts nothing into order."""


def apart(ranked: Ranked) -> list[list[Cell]]:
    """Those pairs, each with its costs in the first column where it is so, and all columns where it is."""
    rows = []
    for name, kind in product(ranked.measures, ("inverted", "undecided")):
        found: dict[tuple[str, str], list[tuple[str, Timed, Timed]]] = {}
        for letter, column in zip(letters(ranked), ranked.columns, strict=True):
            for fast, slow in getattr(column.agreement(name), kind, ()) if name != CONTROL else ():
                one, other = column.built[fast], column.built[slow]
                found.setdefault((one.name, other.name), []).append((letter, one, other))
        for names, places in found.items():
            _, *pair = places[0]
            costs = (" > " if kind == "inverted" else " = ").join(count(round(row.measures[name])) for row in pair)
            where = " ".join(letter for letter, *_ in places)
            rows.append([Cell(name, "strong"), *map(Cell, names), Cell(costs), Cell(where)])
    return rows


def notes(ranked: Ranked) -> Iterator[tuple[str, str]]:
    """What is not shown, and the rows that have no measures."""
    hidden = len(apart(ranked)) - (ranked.top or ROWS)
    if hidden > 0:
        yield "not shown", f"{hidden} more pairs: --top {hidden + (ranked.top or ROWS)}"
    for letter, column in zip(letters(ranked), ranked.columns, strict=True):
        for row in column.rows:
            if row.reason:
                yield "not ranked", f"{row.name} in {letter}: {row.reason}"


def as_json(ranked: Ranked) -> str:
    """Every row with its speed and its measures, and every pair by whether it agrees."""
    document = {
        "schema": SCHEMA,
        "report": "speeds",
        "name": ranked.spec.network.name,
        "source": ranked.spec.network.source,
        "settings": {name: plain(value) for name, value in ranked.settings.items()},
        "traffic": {"name": ranked.traffic.spelled, "meaning": ranked.traffic.said},
        "measures": {name: MEASURES[name] for name in ranked.measures},
        "columns": [_column(column, ranked.measures) for column in ranked.columns],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _column(column: Column, measures: tuple[str, ...]) -> dict[str, Any]:
    found = {name: column.agreement(name) for name in measures}
    return {
        "unit": column.unit,
        "at": column.at,
        "rows": [_row(row, measures) for row in column.rows],
        "agreement": {name: None if one is None else _plain(one, column.built) for name, one in found.items()},
    }


def _row(row: Timed, measures: tuple[str, ...]) -> dict[str, Any]:
    costs = {name: exact(row.measures[name]) for name in measures if name in row.measures}
    return {"name": row.name, "line": row.row.mark.line, "speed": decimal(row.speed), "measures": costs, "reason": row.reason}


def _plain(found: Agreement, rows: list[Timed]) -> dict[str, Any]:
    named = {kind: [[rows[one].name, rows[other].name] for one, other in pairs] for kind, pairs in found._asdict().items()}
    return {"pairs": found.pairs, "tau": None if found.tau is None else str(found.tau), **named}


def as_markdown(ranked: Ranked) -> str:
    """The same as tables of Markdown."""
    names = [layout.Column(letter) for letter in letters(ranked)]
    pairs = apart(ranked)
    parts = [
        f"## {escaped(title(ranked))}",
        " · ".join(map(escaped, settings(ranked))),
        escaped(RULE),
        table([layout.Column("measure", left=True), *names], agreements(ranked)),
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in legend(ranked)),
        table(PAIRS, pairs) if pairs else "",
        "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(ranked) if label != "not shown"),
    ]
    return "\n\n".join(filter(None, parts)) + "\n"
