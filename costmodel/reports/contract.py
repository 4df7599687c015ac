"""The JSON of `analyze`: a versioned contract, described by `analyze.schema.json` beside this file."""

import json
from math import ceil
from typing import Any

from costmodel.conventions import CONVENTIONS, Convention
from costmodel.cost import COUNTS
from costmodel.dtypes import Dtypes
from costmodel.ledger import Ledger
from costmodel.memory import Memory
from costmodel.ops.fields import decimal
from costmodel.published import Comparison
from costmodel.reports import figures, peak
from costmodel.reports import roofline as timed
from costmodel.reports.columns import Amounts, Shown, bytes_of
from costmodel.reports.rows import Row
from costmodel.reports.selection import Selection, select
from costmodel.traffic import UNFUSED, Traffic

SCHEMA = 1
"""The version of the contract; it grows only when a reader of the last one would break."""
_ROW = ("params", "mult_adds", "operations", "access", "every_op_moved")


def document(shown: Shown) -> dict[str, Any]:
    """The report as plain data; every count an exact integer, every setting a number or its exact text."""
    ledger, dtypes = shown.ledger, shown.dtypes
    totals, cost = ledger.sums(None, shown.convention, shown.traffic), ledger.cost
    chosen = select(shown, _ROW, whole_list=True)
    settings = {name: plain(value) for name, value in ledger.settings.items()}
    return {
        "schema": SCHEMA,
        "network": ledger.name,
        "source": ledger.source,
        "settings": {**settings, "batch": ledger.batch, "dtype": dtypes.word or dtypes._asdict()},
        "conventions": rules(shown.convention, shown.traffic),
        "complete": not ledger.unknown,
        "totals": {
            "mult_adds": totals.mult_adds,
            "operations": ledger.operations(None, shown.convention),
            "params": totals.params,
            "access": _traffic(ledger, shown.traffic, dtypes),
            "every_op_moved": _traffic(ledger, UNFUSED, dtypes),
            "counts": {name: getattr(cost, name) for name in COUNTS},
        },
        **(timed.document(shown.roofline) if shown.roofline else {}),
        "peak": peak.figures(Memory(ledger), dtypes),
        "layers": [_layer(row, shown) for _, row in chosen.rows],
        **({"others": _others(chosen, shown)} if chosen.left else {}),
        "uncounted": [{"path": path, "op": name} for path, name in ledger.uncounted],
        "published": [comparison(one) for one in shown.published or ()],
    }


def comparison(one: Comparison) -> dict[str, Any]:
    """A published figure beside what is computed: a whole number, and text for a share or a ratio."""
    value = one.computed
    return {
        "name": one.row.name,
        "source": one.row.source,
        "metric": one.metric,
        "printed": figures.printed(one),
        "computed": value if value is None or isinstance(value, int) else figures.computed(one),
        "convention": one.row.convention,
        "part": str(one.row.part or ""),
        "without": [str(part) for part in one.row.without],
        "status": one.status,
        "met": one.met,
        "differs": one.reason,
    }


def rules(convention: Convention, traffic: Traffic) -> dict[str, str]:
    """By which rules a report counts; mult-adds are always one per multiply-add."""
    return {
        "mult_adds": convention.name if convention.counts_mult_adds else CONVENTIONS["paper"].name,
        "operations": convention.name,
        "params": convention.name,
        "access": traffic.spelled,
    }


def _traffic(ledger: Ledger, model: Traffic, dtypes: Dtypes) -> dict[str, Any]:
    """Elements and bytes moved; half a byte, of an odd count of int4, takes a whole one."""
    read, written, loaded = moves = ledger.moved(traffic=model)
    return {
        "model": model.spelled,
        "elements": moves.access,
        "bytes": ceil(bytes_of(ledger, dtypes, model)),
        "maps_read": read,
        "maps_written": written,
        "params_read": loaded,
    }


def _layer(row: Row, shown: Shown) -> dict[str, Any]:
    first, last = row.lines[0], row.lines[-1]
    tied = {kind: shown.ledger.lines[holder].path for kind, holder in (row.main.tied or {}).items()}
    return {
        "path": row.path,
        "op": row.main.op if shown.by in ("op", "layer") else row.op,
        "input": [tensor.shape for tensor in first.inputs],
        "output": last.output.shape,
        "complete": not row.sign,
        **_figures(shown.amounts(row), shown),
        **({"tied": tied} if tied else {}),
        "then": row.then,
        "line": row.main.mark.line,
    }


def _others(chosen: Selection, shown: Shown) -> dict[str, Any]:
    """The sums of the rows that are left out."""
    return {"rows": chosen.left, "complete": not chosen.sign, **_figures(chosen.others, shown)}


def _figures(amounts: Amounts, shown: Shown) -> dict[str, Any]:
    return {key: amounts(key) for key in _ROW} | (timed.figures(amounts("work")) if shown.roofline else {})


def plain(value: Any) -> Any:
    """A setting as JSON has it: whole numbers and words as they are, other numbers as exact text."""
    if isinstance(value, bool | int | str):
        return value
    return [plain(v) for v in value] if isinstance(value, list) else decimal(value)


def dumps(shown: Shown) -> str:
    """The report as JSON text."""
    return json.dumps(document(shown), indent=2, ensure_ascii=False) + "\n"
