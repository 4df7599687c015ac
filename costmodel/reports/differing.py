"""What `compare --diff` says of two networks: unit by unit what one costs more than the other, and why."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from costmodel.compare import Difference, Figures, Pair
from costmodel.layers import main_line, op_label, unit_of
from costmodel.line import Line
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.words import LOWER, UNKNOWN, count, share, uncounted

SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""


class Run(NamedTuple):
    """Pairs of units that follow one another and differ alike, as one row; `delta` is of all of them."""

    pairs: list[Pair]
    delta: Figures

    @property
    def times(self) -> int:
        """How many they are."""
        return len(self.pairs)


class Diff(NamedTuple):
    """Two networks held against each other, under the names that they were asked for by."""

    difference: Difference
    before: str
    after: str


def runs(difference: Difference) -> list[Run]:
    """The pairs, those that differ alike folded; units without a difference stand as one, too."""
    found: list[Run] = []
    for pair in difference.pairs:
        delta = difference.delta(pair.before, pair.after)
        last = found[-1] if found else None
        if last is not None and _likeness(difference, last.pairs[-1]) == _likeness(difference, pair) and _scaled(last) == delta:
            found[-1] = Run([*last.pairs, pair], Figures(*(a + b for a, b in zip(last.delta, delta, strict=True))))
        else:
            found.append(Run([pair], delta))
    return found


def _scaled(run: Run) -> Figures:
    return Figures(*(value // run.times for value in run.delta))


def _likeness(difference: Difference, pair: Pair) -> Any:
    """What units of one row have in common: where they stand, what they are called, what is different."""
    units = [unit_of(lines[0]) if lines else None for lines in (pair.before, pair.after)]
    places = [(str(unit.parent), unit.label) if unit else None for unit in units]
    return places, bool(pair.before), bool(pair.after), difference.causes(pair)


COLUMNS = (
    Column("before", left=True),
    Column("after", left=True),
    Column("", yields=5),
    Column("mult-adds"),
    Column("params", yields=3),
    Column("access"),
    Column("cause", left=True),
)


def screen(diff: Diff, room: int) -> Screen:
    """The units side by side, the sum, and what it is of."""
    rows = [[cells(diff, run) for run in runs(diff.difference)]]
    heading, body, total = table(COLUMNS, [*rows, [total_cells(diff)]], room)
    lines = [*heading, *body]
    return [
        text(f"{diff.before} → {diff.after}", "head"),
        *enumerated([f"access: {diff.difference.traffic.said} ({diff.difference.traffic.spelled})"], room, "dim"),
        [],
        *lines,
        text("─" * min(width_of(lines), room), "dim"),
        *total,
        [],
        *(line for label, words in notes(diff) for line in note(label, words, room)),
    ]


def cells(diff: Diff, run: Run) -> list[Cell]:
    """One row."""
    style = "dim" if not any(run.delta) else ""
    names = [_name([pair.before for pair in run.pairs]), _name([pair.after for pair in run.pairs])]
    times, causes = f"{run.times} ×" if run.times > 1 else "", ", ".join(diff.difference.causes(run.pairs[0])) or "the same"
    figures = [UNKNOWN] * len(run.delta) if not _is_known(run) else [*map(signed, run.delta)]
    return [Cell(words, style) for words in (*names, times, *figures, causes)]


def _is_known(run: Run) -> bool:
    """Whether all that its units do is known."""
    return all(line.known for pair in run.pairs for line in (*pair.before, *pair.after))


def _name(sides: Sequence[list[Line]]) -> str:
    """The units of one side, from the first to the last."""
    units = [unit_of(lines[0]) for lines in sides if lines]
    if not units:
        return "–"
    first, last = units[0], units[-1]
    if first is None or last is None or first is last:
        return str(first or "network")
    return f"{first}–{last.number}"


def signed(value: Any) -> str:
    """A difference with its sign."""
    return "0" if not value else f"{'+' if value > 0 else '−'}{count(abs(value))}"


def total_cells(diff: Diff) -> list[Cell]:
    """The sums; not known where what one of the networks costs is not."""
    difference = diff.difference
    total = difference.delta(difference.before.lines, difference.after.lines)
    figures = map(signed, total) if _is_complete(difference) else [UNKNOWN] * len(total)
    return [Cell("total", "strong"), Cell(""), Cell(""), *(Cell(figure, "strong") for figure in figures), Cell("")]


def _is_complete(difference: Difference) -> bool:
    """Whether all that both networks do is known."""
    return not (difference.before.unknown or difference.after.unknown)


def notes(diff: Diff) -> Iterator[tuple[str, str]]:
    """The totals themselves, and what is not counted."""
    difference = diff.difference
    before = difference.figures(difference.before, difference.before.lines)
    after = difference.figures(difference.after, difference.after.lines)
    least, lower = (LOWER if ledger.unknown else "" for ledger in (difference.before, difference.after))
    for name, was, now in zip(("mult-adds", "params", "access"), before, after, strict=True):
        percent = f"{share(now - was, was)} %" if was else "–"
        change = f"{'+' if now > was else ''}{percent}".replace("-", "−") if _is_complete(difference) else UNKNOWN
        yield name, f"{least}{count(was)} → {lower}{count(now)}, {change}"
    yield "causes", "of a layer's own; where it has none, what follows from the layers before it"
    for name, ledger in ((diff.before, difference.before), (diff.after, difference.after)):
        if ledger.unknown:
            yield "not counted", f"{name}: {uncounted(ledger.uncounted)}"


def as_markdown(diff: Diff) -> str:
    """The difference as a table of Markdown."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    body = [*(cells(diff, run) for run in runs(diff.difference)), total_cells(diff)]
    said = "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(diff))
    return f"## {escaped(f'{diff.before} → {diff.after}')}\n\n{written(COLUMNS, body)}\n\n{said}\n"


def as_json(diff: Diff) -> str:
    """The difference as JSON, a pair of units each, under `compare.schema.json` beside this file."""
    difference = diff.difference
    document = {
        "schema": SCHEMA,
        "report": "difference",
        "before": diff.before,
        "after": diff.after,
        "traffic": {"name": difference.traffic.spelled, "meaning": difference.traffic.said},
        "total": difference.delta(difference.before.lines, difference.after.lines)._asdict(),
        "complete": _is_complete(difference),
        "units": [_plain(difference, pair) for pair in difference.pairs],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _plain(difference: Difference, pair: Pair) -> dict[str, Any]:
    return {
        "before": _path(pair.before),
        "after": _path(pair.after),
        "delta": difference.delta(pair.before, pair.after)._asdict(),
        "complete": all(line.known for line in (*pair.before, *pair.after)),
        "causes": difference.causes(pair),
        "layers": [
            {
                "before": _layer(change.before),
                "after": _layer(change.after),
                "delta": difference.delta(change.before, change.after)._asdict(),
                "causes": [*change.causes],
                "follows": [*change.follows],
            }
            for change in pair.changes
        ],
    }


def _path(lines: list[Line]) -> str | None:
    return str(unit_of(lines[0]) or "") if lines else None


def _layer(lines: list[Line]) -> dict[str, str] | None:
    return {"path": main_line(lines).path, "op": op_label(main_line(lines))} if lines else None
