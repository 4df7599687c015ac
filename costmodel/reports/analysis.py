"""The screen of `analyze`: header, rows, total, kinds, published figures, everything moved."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from costmodel.conventions import CONVENTIONS
from costmodel.ledger import Ledger, Line, Totals
from costmodel.published import Comparison
from costmodel.reports.layout import Cell, Column, Screen, note, table, text, width_of
from costmodel.reports.rows import Row, folded, rows, unit_label
from costmodel.reports.words import BYTES, count, kind_label, per, setting, share, size
from costmodel.tensor import Tensor
from costmodel.traffic import CONV, UNFUSED

_COLUMNS = (
    Column("layer", left=True),
    Column("", yields=1),
    Column("op", left=True),
    Column("input", left=True, yields=8),
    Column("output", left=True),
    Column("params"),
    Column("%", yields=7),
    Column("mult-adds"),
    Column("%"),
    Column("access"),
    Column("%"),
    Column("per access", yields=5),
    Column("then", left=True, yields=9),
)


class Shown(NamedTuple):
    """What a report shows: the ledger, the published figures beside it, and how."""

    ledger: Ledger
    published: Sequence[Comparison]
    dtype: str = "fp32"
    by: str = "layer"
    at_default: frozenset[str] = frozenset()
    """The parameters that nobody set; the header leaves the last one out where that saves it a line."""


def screen(shown: Shown, room: int) -> Screen:
    """The whole report, as lines for `room` columns."""
    ledger = shown.ledger
    found = rows(ledger, shown.by)
    totals = ledger.totals
    body, quiet = _visible(found, shown.by)
    lines = [_cells(row, totals, first) for unit in folded(body) for first, row in _firsts(unit)]
    kinds = [_kind_cells(kind, of, ledger, totals) for kind, of in _kinds(ledger).items()] if shown.by != "op" else []
    heading, main, total, by_kind = table(_COLUMNS, [lines, [_total_cells(totals)], kinds], room)
    rule = text("─" * min(max(width_of(heading), width_of(main), width_of(total)), room), "dim")
    return [
        *_header(shown, room),
        [],
        *heading,
        *main,
        rule,
        *total,
        *([[]] if by_kind else []),
        *by_kind,
        [],
        *_footer(shown, quiet, room),
    ]


def _visible(found: list[Row], by: str) -> tuple[list[Row], list[Row]]:
    """The rows that something was counted in, and the others, which a line below sums up."""
    if by == "op":
        return found, []
    counted: list[Row] = []
    quiet: list[Row] = []
    for row in found:
        (counted if row.totals.params or any(line.rule.counted for line in row.lines) else quiet).append(row)
    return counted, quiet


def _firsts(unit: list[Row]) -> list[tuple[bool, Row]]:
    return [(index == 0, row) for index, row in enumerate(unit)]


def _sizes(tensors: Sequence[Tensor]) -> str:
    return " + ".join(str(t) for t in tensors)


def _cells(row: Row, totals: Totals, first: bool) -> list[Cell]:
    a = row.totals
    weight = row.times
    return [
        Cell(unit_label(row) if first else ""),
        Cell(f"{row.times} ×" if first and row.times > 1 else ""),
        Cell(row.op if row.unit is not None else ""),
        Cell(_sizes(row.lines[0].inputs), "dim"),
        Cell(str(row.lines[-1].output)),
        Cell(count(a.params)),
        Cell(share(a.params, totals.params), "dim"),
        Cell(count(a.mult_adds)),
        _share_cell(a.mult_adds, weight, totals.mult_adds),
        *_access_cells(row, totals),
        Cell(per(a.mult_adds, a.access), "dim"),
        Cell(_then(row.then), "dim"),
    ]


def _access_cells(row: Row, totals: Totals) -> list[Cell]:
    """A row's access and its share; a dash where the traffic model leaves every op of the row out."""
    if not any(line.rule.counted for line in row.lines):
        return [Cell("–", "dim"), Cell("–", "dim")]
    return [Cell(count(row.totals.access)), _share_cell(row.totals.access, row.times, totals.access)]


def _share_cell(part: Any, weight: int, total: Any) -> Cell:
    heavy = bool(total) and part * weight * 10 >= total
    return Cell(share(part, total), "strong" if heavy else "dim")


def _then(ops: list[str]) -> str:
    counts = {op: ops.count(op) for op in ops}
    return " ".join(op if n == 1 else f"{n}×{op}" for op, n in counts.items())


def _total_cells(totals: Totals) -> list[Cell]:
    numbers = [
        count(totals.params),
        "",
        count(totals.mult_adds),
        "",
        count(totals.access),
        "",
        per(totals.mult_adds, totals.access),
        "",
    ]
    return [Cell(t, "strong") for t in ("total", "", "", "", "", *numbers)]


def _kinds(ledger: Ledger) -> dict[str, list[list[Line]]]:
    """Layers by kind, the one with the most mult-adds first."""
    kinds: dict[str, list[list[Line]]] = {}
    for row in rows(ledger, "layer"):
        if row.lines[0].rule.counted:
            kinds.setdefault(kind_label(row.lines[0]), []).append(row.lines)
    weight = {kind: ledger.sums(_flat(groups)).mult_adds for kind, groups in kinds.items()}
    return dict(sorted(kinds.items(), key=lambda item: -weight[item[0]]))


def _flat(groups: list[list[Line]]) -> list[Line]:
    return [line for group in groups for line in group]


def _kind_cells(kind: str, groups: list[list[Line]], ledger: Ledger, totals: Totals) -> list[Cell]:
    a = ledger.sums(_flat(groups))
    return [
        Cell(kind),
        Cell(str(len(groups)), "dim"),
        *(Cell("") for _ in range(3)),
        Cell(count(a.params)),
        Cell(share(a.params, totals.params), "dim"),
        Cell(count(a.mult_adds)),
        _share_cell(a.mult_adds, 1, totals.mult_adds),
        Cell(count(a.access)),
        _share_cell(a.access, 1, totals.access),
        Cell(per(a.mult_adds, a.access), "dim"),
        Cell(""),
    ]


def _header(shown: Shown, room: int) -> Screen:
    ledger = shown.ledger
    layers = sum(line.rule.counted for line in ledger.lines)
    title = " · ".join(part for part in (ledger.name, ledger.source) if part)
    names = list(ledger.settings)
    rest = [f"batch {count(ledger.batch)}", shown.dtype, f"{layers} layer{'s' if layers != 1 else ''}"]

    def joined_settings() -> str:
        return " · ".join([*(setting(name, ledger.settings[name]) for name in names), *rest])

    if names and names[-1] in shown.at_default and len(title) + 2 + len(joined_settings()) > room:
        last = names.pop()
        if len(title) + 2 + len(joined_settings()) > room:
            names.append(last)
    right = joined_settings()
    gap = room - len(title) - len(right)
    head = [[Cell(title, "head"), Cell(" " * gap + right)]] if gap >= 2 else [text(title, "head"), text(right)]
    paper = CONVENTIONS["paper"]
    convention = f"mult-adds: {paper.meaning} ({paper.name})"
    access = f"access: {CONV.meaning} ({CONV.name})"
    joined = f"{convention} · {access}"
    return [*head, *([text(joined, "dim")] if len(joined) <= room else [text(convention, "dim"), text(access, "dim")])]


def _footer(shown: Shown, quiet: list[Row], room: int) -> Screen:
    ledger, element = shown.ledger, BYTES[shown.dtype]
    moved, totals = ledger.sums(traffic=UNFUSED).access, ledger.totals
    lines = _published(shown.published, room)
    if quiet:
        names = [row.op for row in quiet]
        ops = ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))
        lines += note("not listed", f"{ops}: no mult-adds, no parameters", room)
    everything = (
        f"{count(moved)} elements ({size(moved * element)}), norms unfolded · conv + FC alone {size(totals.access * element)}"
    )
    return [*lines, *note("every op moved", everything, room)]


_UNITS = {"mult_adds": "mult-adds", "params": "params"}


def _published(found: Sequence[Comparison], room: int) -> Screen:
    """One line a source: what it prints, and whether that is met."""
    if not found:
        return note("published", "the spec has no figures for these settings", room, "dim")
    lines: Screen = []
    sources = list(dict.fromkeys(c.source for c in found))
    for source in sources:
        of = [c for c in found if c.source == source]
        printed = ", ".join(f"{c.printed.text} {_UNITS[c.metric]}" for c in of)
        missed = [c for c in of if not c.met]
        rule = "" if of[0].convention == "paper" else f" ({of[0].convention})"
        verdict = f"met at the printed precision{rule}"
        if missed:
            verdict = f"not met{rule}: " + ", ".join(f"{count(c.computed)} {_UNITS[c.metric]}" for c in missed)
            verdict += f" ({missed[0].differs or 'no reason known'})"
        where = f" in {source}" if len(sources) > 1 else ""
        lines += note("published", f"{printed}{where}: {verdict}", room, "bad" if missed else "good")
    return lines
