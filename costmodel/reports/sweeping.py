"""The screen, CSV and JSON of `sweep`: its points side by side."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from costmodel.conventions import CONVENTIONS
from costmodel.ledger import Totals
from costmodel.ops.fields import spoken
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Column, Screen, table, text, width_of
from costmodel.reports.words import count, per, setting
from costmodel.sweep import Point
from costmodel.traffic import CONV

_METRICS = Totals._fields


def screen(title: str, points: Sequence[Point], fixed: dict[str, Any], room: int) -> Screen:
    """The points as rows; each metric beside its ratio to the first point that can be built."""
    names = list(points[0].values)
    columns = [
        *(Column(name) for name in names),
        *(
            Column(t, yields=y)
            for t, y in (("mult-adds", 0), ("×", 3), ("params", 0), ("×", 4), ("access", 0), ("×", 0), ("per access", 5))
        ),
    ]
    first = next((p.totals for p in points if p.totals), None)
    heading, body = table(columns, [[_cells(p, first) for p in points if p.totals]], room)
    if not any(p.totals for p in points):
        heading = []
    held = " · ".join(setting(name, value) for name, value in fixed.items() if name not in names)
    return [
        text(title, "head"),
        text(f"mult-adds: {CONVENTIONS['paper'].meaning} (paper)", "dim"),
        text(f"access: {CONV.meaning} ({CONV.name})", "dim"),
        text(f"held fixed: {held or 'nothing'}; × compares with the first row"),
        [],
        *heading,
        *([text("─" * min(width_of(heading + body), room), "dim")] if heading else []),
        *body,
        *_unbuilt(points),
    ]


def _cells(point: Point, first: Totals | None) -> list[Cell]:
    assert point.totals is not None
    assert first is not None
    cells = [Cell(spoken(value), "strong") for value in point.values.values()]
    for now, then in zip(point.totals, first, strict=True):
        cells += [Cell(count(now)), Cell(f"{now / then:.3f}" if then else "–", "dim")]
    return [*cells, Cell(per(point.totals.mult_adds, point.totals.access), "dim")]


def _unbuilt(points: Sequence[Point]) -> Screen:
    return [
        text(f"cannot be built: {', '.join(setting(n, v) for n, v in p.values.items())}: {p.reason}", "bad")
        for p in points
        if p.totals is None
    ]


def as_json(network: str, points: Sequence[Point], fixed: dict[str, Any]) -> str:
    """The points as JSON; a point that cannot be built has its reason and no totals."""
    swept = points[0].values
    document = {
        "schema": 1,
        "network": network,
        "conventions": {"mult_adds": CONVENTIONS["paper"].name, "access": CONV.name},
        "fixed": {name: plain(value) for name, value in fixed.items() if name not in swept},
        "points": [
            {
                "settings": {name: plain(value) for name, value in p.values.items()},
                "totals": dict(zip(_METRICS, p.totals, strict=True)) if p.totals else None,
                "reason": p.reason,
            }
            for p in points
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def as_csv(points: Sequence[Point], fixed: dict[str, Any]) -> str:
    """The points as CSV with a heading: every setting, the totals, the reason where there are none."""
    held = {name: spoken(value) for name, value in fixed.items() if name not in points[0].values}
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*points[0].values, *held, *_METRICS, "reason"])
    for point in points:
        settings = [*(spoken(v) for v in point.values.values()), *held.values()]
        writer.writerow([*settings, *(point.totals or [""] * len(_METRICS)), point.reason])
    return stream.getvalue()
