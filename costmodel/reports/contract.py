"""The JSON of `analyze`: a versioned contract, described by `analyze.schema.json` beside this file."""

import json
from typing import Any

from costmodel.conventions import CONVENTIONS
from costmodel.cost import COUNTS
from costmodel.ledger import Totals
from costmodel.ops.fields import decimal
from costmodel.reports.analysis import Shown
from costmodel.reports.rows import Row, rows
from costmodel.reports.words import BYTES
from costmodel.traffic import CONV, UNFUSED

SCHEMA = 1
"""The version of the contract; it grows only when a reader of the last one would break."""


def document(shown: Shown) -> dict[str, Any]:
    """The report as plain data; every count an exact integer, every setting a number or its exact text."""
    ledger, element = shown.ledger, BYTES[shown.dtype]
    totals, moved, cost = ledger.totals, ledger.sums(traffic=UNFUSED).access, ledger.cost
    return {
        "schema": SCHEMA,
        "network": ledger.name,
        "source": ledger.source,
        "settings": {**{k: plain(v) for k, v in ledger.settings.items()}, "batch": ledger.batch, "dtype": shown.dtype},
        "conventions": {"mult_adds": CONVENTIONS["paper"].name, "access": CONV.name},
        "totals": {
            "mult_adds": totals.mult_adds,
            "params": totals.params,
            "access": {"model": CONV.name, "elements": totals.access, "bytes": totals.access * element},
            "every_op_moved": {"model": UNFUSED.name, "elements": moved, "bytes": moved * element},
            "counts": {name: getattr(cost, name) for name in COUNTS},
        },
        "layers": [_layer(row, shown.by) for row in rows(ledger, shown.by)],
        "published": [
            {
                "source": c.source,
                "metric": c.metric,
                "printed": c.printed.text,
                "computed": c.computed,
                "convention": c.convention,
                "met": c.met,
                "differs": c.differs,
            }
            for c in shown.published
        ],
    }


def _layer(row: Row, by: str) -> dict[str, Any]:
    totals: Totals = row.totals
    first, last = row.lines[0], row.lines[-1]
    path = first.path if by in ("op", "layer") else str(row.unit) if row.unit is not None else ""
    return {
        "path": path,
        "op": first.op if by in ("op", "layer") else row.op,
        "input": [tensor.shape for tensor in first.inputs],
        "output": last.output.shape,
        "params": totals.params,
        "mult_adds": totals.mult_adds,
        "access": totals.access,
        "every_op_moved": row.moved,
        "then": row.then,
        "line": first.mark.line,
    }


def plain(value: Any) -> Any:
    """A setting as JSON has it: whole numbers and words as they are, other numbers as exact text."""
    if isinstance(value, bool | int | str):
        return value
    return [plain(v) for v in value] if isinstance(value, list) else decimal(value)


def dumps(shown: Shown) -> str:
    """The report as JSON text."""
    return json.dumps(document(shown), indent=2, ensure_ascii=False) + "\n"
