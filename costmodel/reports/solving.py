"""What `solve` says: the root of the smooth form, and the networks on either side of the target."""

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.ops.fields import decimal
from costmodel.reports.formulating import TITLES
from costmodel.reports.formulating_data import plain
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text
from costmodel.reports.markdown import escaped
from costmodel.reports.markdown import table as markdown_table
from costmodel.reports.words import count, setting
from costmodel.solving import Side, Solved
from costmodel.spec.network import Network
from costmodel.verdict import Rules

SCHEMA = 1
"""The version of the JSON."""


class Page(NamedTuple):
    """What was solved, for which network, by which rules, with which other settings."""

    network: Network
    solved: Solved
    rules: Rules
    fixed: Mapping[str, Any]
    batch: int


COLUMNS = (Column("", left=True), Column("value"), Column("figure"), Column("off by"), Column("the same network", left=True))
"""The columns of the networks next to a target."""


def screen(page: Page, room: int) -> Screen:
    """The root and the networks on either side."""
    parts = table(columns(page), [rows(page)], room)
    return [
        text(page.network.name, "head"),
        *(line for words in heading(page) for line in enumerated([words], room, "dim")),
        [],
        *(line for part in parts for line in part),
        [],
        *(line for label, words in notes(page) for line in note(label, words, room)),
    ]


def heading(page: Page) -> list[str]:
    """What is solved, and what is held fixed."""
    solved, rules = page.solved, page.rules
    held = [setting(name, value) for name, value in page.fixed.items()]
    return [
        f"{solved.figure} = {count(solved.target)} by {solved.name}; {rules.convention.name}, {rules.traffic.spelled}",
        f"held fixed: {' · '.join([*held, setting('batch', page.batch)])}",
    ]


def columns(page: Page) -> tuple[Column, ...]:
    """The columns, named after the parameter and the figure."""
    first, _, _, *rest = COLUMNS
    return first, Column(page.solved.name), Column(TITLES[page.solved.figure]), *rest


def rows(page: Page) -> list[list[Cell]]:
    """The networks on either side of the target."""
    solved = page.solved
    sides = {"not over": solved.below, "over": solved.above}
    return [[Cell(name, "dim"), *_cells(page, side)] for name, side in sides.items() if side is not None]


def _cells(page: Page, side: Side) -> list[Cell]:
    off = Fraction(side.figure - page.solved.target, page.solved.target)
    percent = f"{float(100 * off):+.2f} %".replace("-", "−") if off else "0"
    return [Cell(decimal(side.value), "strong"), Cell(count(side.figure)), Cell(percent), Cell(_around(side))]


def _around(side: Side) -> str:
    """Between which values of a parameter the network is the same."""
    if side.low is None:
        return "at this value alone"
    return f"from {float(side.low):.6g} to {'any more' if side.high is None else f'{float(side.high):.6g}'}"


def notes(page: Page) -> list[tuple[str, str]]:
    """The root, and what it is of."""
    solved = page.solved
    if solved.root is None:
        found = [("root", "the smooth closed form is never the target")]
    else:
        found = [
            ("root", f"{solved.name} = {float(solved.root):.6g}, of the smooth closed form; networks are evaluated exactly")
        ]
    missing = [words for words, side in (("not over", solved.below), ("over", solved.above)) if side is None]
    return [*found, *(("not met", f"no network was found that is {words}; the other is the nearest") for words in missing)]


def as_markdown(page: Page) -> str:
    """The same as Markdown."""
    lines = [f"## {escaped(page.network.name)}", "", *(f"- {escaped(words)}" for words in heading(page)), ""]
    lines.append(markdown_table(columns(page), rows(page)))
    return "\n".join([*lines, "", *(f"- {label}: {escaped(words)}" for label, words in notes(page))]) + "\n"


def as_json(page: Page) -> str:
    """The same as JSON, under `solve.schema.json`."""
    solved, rules = page.solved, page.rules
    document = {
        "schema": SCHEMA,
        "network": page.network.name,
        "fixed": {name: plain(value) for name, value in page.fixed.items()},
        "batch": page.batch,
        "convention": rules.convention.name,
        "traffic": {"name": rules.traffic.spelled, "meaning": rules.traffic.said},
        "figure": solved.figure,
        "target": solved.target,
        "by": solved.name,
        "root": None if solved.root is None else float(solved.root),
        "not_over": _side(solved.below),
        "over": _side(solved.above),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _side(side: Side | None) -> dict[str, Any] | None:
    if side is None:
        return None
    return {"value": plain(side.value), "figure": side.figure, "from": plain(side.low), "to": plain(side.high)}
