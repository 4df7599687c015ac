"""What `reconcile` says: every published figure with its verdict, on a screen, as JSON, CSV and Markdown."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from costmodel.ops.fields import spoken
from costmodel.problems import width
from costmodel.published import STATUSES, Comparison
from costmodel.reports.contract import comparison as figure_of
from costmodel.reports.contract import plain
from costmodel.reports.figures import computed, difference, printed, rule, scope, unit
from costmodel.reports.layout import Cell, Column, Screen, enumerated, table, text, wrapped
from costmodel.reports.words import count
from costmodel.spec.published import Published
from costmodel.spec.values import Formula

SCHEMA = 1
"""The version of the contract, `reconcile.schema.json`; it grows only when a reader of the last one would break."""
_STYLES = {"exact": "good", "equal": "good", "off": "bad", "unknown": "bad", "unbuilt": "dim", "not modelled": "dim"}
_INDENT = 4
_UNDER = "  "
_CUT = 8
"""The columns by which the longest names are cut before anything leaves the table."""
_SHOWN = (slice(0, None), slice(0, -1), slice(1, -1))
"""The columns that are shown, by room: all; without what a figure is of, which stands below it; names above them too."""


class Reconciled(NamedTuple):
    """A spec's name, the network's, where it is described, and the verdicts on its published figures."""

    spec: str
    network: str
    source: str
    found: Sequence[Comparison]
    among: int = 0
    """How many figures the spec has, where only those with one verdict are found."""

    @property
    def counts(self) -> Counter[str]:
        """How many figures have each status."""
        return Counter(one.status for one in self.found)


def screen(specs: Sequence[Reconciled], room: int) -> Screen:
    """A table a spec, a section a source, with what is counted below; a summary of all at the end."""
    lines: Screen = []
    for spec in specs:
        lines += [*_spec(spec, room), []]
    return [*lines, *_summary(specs, room)] if len(specs) > 1 else lines[:-1]


def _spec(spec: Reconciled, room: int) -> Screen:
    lines = _title(spec, room)
    if not spec.found:
        return [*lines, text(_nothing(spec), "dim")]
    sources = [(source, list(found)) for source, found in groupby(spec.found, key=lambda one: one.row.source)]
    # a verdict is never cut: padded, it stands in a column of numbers as words do in one of words
    widest = max(len(verdict(one)) for one in spec.found)
    columns, rows = _columns(widest), [_rows(found, widest) for _, found in sources]
    shown = next((kept for kept in _SHOWN if _width(columns, rows, kept) <= room + _CUT), _SHOWN[-1])
    before = _UNDER * bool(shown.start)  # a name stands above its figures
    found_rows = [[row[shown] for row in section] for section in rows]
    heading, *sections = table(columns[shown], found_rows, room - len(before))
    lines += [[], *([Cell(before), *line] for line in heading)]
    for (source, found), cells, section in zip(sources, rows, sections, strict=True):
        said = " · ".join(filter(None, (source, *_shared(found))))
        lines += [text(part, "strong") for part in wrapped(said, room)] if said else []
        for one, following, (name, *_), line in zip(found, [*found[1:], None], cells, section, strict=True):
            lines += [text(part) for part in wrapped(name.text, room)] if shown.start and name.text else []
            lines.append([Cell(before), *line])
            of = [_of(one, shared=bool(_shared(found)))] if shown.stop else []
            for said in filter(None, [*of, *_below(one, following)]):
                lines += [text(" " * _INDENT + part, "dim") for part in wrapped(said, max(room - _INDENT, 20))]
        lines.append([])
    return [*lines, *enumerated(_counted(spec.counts), room)]


def _nothing(spec: Reconciled) -> str:
    if not spec.among:
        return "the spec has no published figures"
    return f"none of its {count(spec.among)} published figures has this verdict"


def _width(columns: Sequence[Column], sections: Sequence[Sequence[Sequence[Cell]]], kept: slice) -> int:
    """The columns of a screen that some columns of a table need."""
    rows = [[Cell(c.title) for c in columns], *(row for section in sections for row in section)]
    widest = [max(width(row[i].text) for row in rows) for i in range(len(columns))][kept]
    return sum(widest) + len(widest) - 1  # gaps of one column at the least


def _below(one: Comparison, following: Comparison | None) -> list[str]:
    """What stands below a figure: formulas, and the reason, if the next figure does not have the same one."""
    said = [f"{printed(one)} = {computed(one)}"] if isinstance(one.printed, Formula) else []
    if isinstance(one.printed, Formula) and not one.met:
        said = [f"printed {printed(one)}", f"computed {computed(one)}"] if one.computed is not None else [printed(one)]
    if one.reason and (following is None or following.reason != one.reason):
        said.append(_reason(one))
    return said


def _title(spec: Reconciled, room: int) -> Screen:
    beside = f" · {spec.source}" if spec.source else ""
    first, *rest = wrapped(f"{spec.network}{beside}", room)
    return [text(first, "head"), *(text(part, "head") for part in rest)]


def _columns(widest: int) -> list[Column]:
    row, figure, of = (Column(title, left=True) for title in ("row", "figure", "of"))
    return [row, figure, Column("printed"), Column("computed"), Column(f"{'verdict':<{widest}}"), of]


def _shared(found: Sequence[Comparison]) -> list[str]:
    """The rule by which all figures of a source count; nothing where it is not the same for all."""
    first = rule(found[0])
    return first if all(rule(one) == first for one in found) else []


def _rows(found: Sequence[Comparison], widest: int) -> list[list[Cell]]:
    """A row of cells a figure of a source; a row of several says its name once, and formulas stand below."""
    rows, before, shared = [], None, bool(_shared(found))
    for one in found:
        name = "" if one.row is before else row_name(one.row)
        shown = ("formula", "formula") if isinstance(one.printed, Formula) else (printed(one), computed(one))
        said = Cell(f"{verdict(one):<{widest}}", _STYLES[one.status])
        rows.append([Cell(name), Cell(unit(one)), *map(Cell, shown), said, Cell(_of(one, shared=shared), "dim")])
        before = one.row
    return rows


def _of(one: Comparison, *, shared: bool) -> str:
    """What a figure is of, and the rule by which it counts unless that is said of all."""
    return ", ".join([*scope(one), *([] if shared else rule(one))])


def _reason(one: Comparison) -> str:
    return f"met, so this does not hold: {one.reason}" if one.met else one.reason


def verdict(one: Comparison) -> str:
    """The status, and how far the printed figure is from what is computed."""
    return f"{one.status} {difference(one)}".strip()


def row_name(row: Published) -> str:
    """What the source calls a row, else what it is printed for."""
    said = [] if row.variant == "default" else [str(row.variant)]
    said += [f"{name} {spoken(value)}" for name, value in settings(row).items()]
    return row.name or ", ".join(said) or "default"


def settings(row: Published) -> dict[str, Any]:
    """The parameters that a row sets."""
    return {str(name): value.evaluate({}) for name, value in row.settings.items()}


def _counted(counts: Mapping[str, int]) -> list[str]:
    """How many figures there are, and how many of each status that occurs."""
    total = sum(counts.values())
    each = [f"{count(counts[status])} {status}" for status in STATUSES if counts[status]]
    return [f"{count(total)} figure{'s' if total != 1 else ''}: {each[0]}", *each[1:]] if each else []


def _summary(specs: Sequence[Reconciled], room: int) -> Screen:
    """How many figures of each spec have each status."""
    statuses = [status for status in STATUSES if any(spec.counts[status] for spec in specs)]
    figures = Column("figures", yields=1)
    columns = [Column("spec", left=True), figures, *map(Column, statuses)]
    rows = [_sums(spec.spec, spec.counts, statuses) for spec in specs]
    total = _sums("total", sum((spec.counts for spec in specs), Counter()), statuses)
    heading, body, last = table(columns, [rows, [total]], room)
    return [
        *heading,
        *body,
        text("─" * min(max(sum(len(c.text) for c in line) for line in [*heading, *body, *last]), room), "dim"),
        *last,
    ]


def _sums(name: str, counts: Mapping[str, int], statuses: Iterable[str]) -> list[Cell]:
    return [Cell(name), Cell(count(sum(counts.values()))), *(Cell(count(counts[s]) if counts[s] else "–") for s in statuses)]


def _document(one: Comparison) -> dict[str, Any]:
    """A figure with its row: what it is of, what it should be, and the verdict."""
    row, figure = one.row, figure_of(one)
    differs = figure.pop("differs")
    return {
        **figure,
        "unit": row.unit,
        "variant": str(row.variant),
        "settings": {name: plain(value) for name, value in settings(row).items()},
        "than": str(row.than or ""),
        "digits": "cut" if row.cut else "rounded",
        "complete": one.complete,
        "reason": differs,
        "line": row.mark.line,
    }


def as_json(specs: Sequence[Reconciled]) -> str:
    """Every figure as JSON, under `reconcile.schema.json`."""
    document = {
        "schema": SCHEMA,
        "with": "papers",
        "specs": [
            {
                "spec": spec.spec,
                "network": spec.network,
                "source": spec.source,
                "figures": [_document(one) for one in spec.found],
                "counts": _every(spec.counts),
            }
            for spec in specs
        ],
        "counts": _every(sum((spec.counts for spec in specs), Counter())),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _every(counts: Mapping[str, int]) -> dict[str, int]:
    return {status: counts[status] for status in STATUSES}


CSV = (
    *("spec", "name", "variant", "settings", "source", "unit", "metric", "printed", "computed"),
    *("convention", "part", "without", "than", "digits", "status", "complete", "reason", "line"),
)
"""The columns of the CSV."""


def as_csv(specs: Sequence[Reconciled]) -> str:
    """Every figure as a row of CSV."""
    from costmodel.reports.spreadsheet import answer, written

    rows = []
    for spec in specs:
        for one in spec.found:
            cells = {"spec": spec.spec, **_document(one)}
            cells["settings"] = ", ".join(f"{name}={spoken(value)}" for name, value in settings(one.row).items())
            cells["without"] = ", ".join(cells["without"])
            cells["complete"] = answer(one.complete)
            rows.append(["" if cells[key] is None else cells[key] for key in CSV])
    return written(CSV, rows)


def as_markdown(specs: Sequence[Reconciled]) -> str:
    """A table a spec as Markdown, its counts below."""
    from costmodel.reports import markdown

    titles = ("source", "row", "figure", "printed", "computed", "verdict", "rule", "reason")
    columns = [Column(title, left=title not in ("printed", "computed")) for title in titles]
    parts = []
    for spec in specs:
        parts.append(f"## {markdown.escaped(spec.network)}")
        rows = [list(map(Cell, _texts(one))) for one in spec.found]
        parts += [markdown.table(columns, rows)] if rows else []
        parts.append(markdown.escaped(" · ".join(_counted(spec.counts)) or _nothing(spec)))
    return "\n\n".join(parts) + "\n"


def _texts(one: Comparison) -> list[str]:
    """A figure in full, as the cells of a row."""
    figures = [unit(one), printed(one), computed(one), verdict(one)]
    reason = _reason(one) if one.reason else ""
    return [one.row.source, row_name(one.row), *figures, ", ".join([*rule(one), *scope(one)]), reason]
