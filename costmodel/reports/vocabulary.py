"""The vocabulary as JSON and Markdown: every op, or one with its fields and costs."""

import json
import re
from collections.abc import Iterable
from typing import Any

from costmodel import algebra
from costmodel.cost import COUNTS
from costmodel.ops import OPS, Op
from costmodel.ops.fields import spoken


def as_json(op: Op | None) -> str:
    """Every op, or one with its costs as formulas in Python's notation."""
    document: dict[str, Any] = {"schema": 1}
    document |= {"op": {**_entry(op), **_costs(op)}} if op else {"ops": [_entry(op) for op in OPS.values()]}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _entry(op: Op) -> dict[str, Any]:
    fields = [
        {
            "name": field.name,
            "takes": field.kind.name,
            "required": field.required,
            "default": None if field.required or field.default is None else spoken(field.default),
        }
        for field in op.fields.values()
    ]
    doc = "\n\n".join(" ".join(part.split()) for part in op.doc.split("\n\n"))
    return {"name": op.name, "family": op.family, "joins": op.joins, "doc": doc, "fields": fields}


def _costs(op: Op) -> dict[str, Any]:
    from costmodel.reports.manual import symbolic

    inputs, output, cost, names = symbolic(op)

    def spelled(values: Iterable[Any]) -> list[str]:
        return [str(algebra.substitute(value, names)) for value in values]

    return {
        "input": [spelled(x.shape) for x in inputs],
        "output": spelled(output.shape),
        "where": {str(name): str(size) for size, name in names.items()},
        "counts": dict(zip(COUNTS, spelled(getattr(cost, name) for name in COUNTS), strict=True)),
    }


def as_markdown(op: Op | None, room: int) -> str:
    """Every op with its first sentence, or one op's page as it stands on a screen."""
    if op is not None:
        from costmodel.reports.layout import plain
        from costmodel.reports.manual import page

        return f"## {op.name}\n\n```text\n{plain(page(op, room)[1:]).strip()}\n```\n"
    from costmodel.reports.layout import Cell, Column
    from costmodel.reports.markdown import table

    columns = [Column(title, left=True) for title in ("op", "family", "what it does")]
    rows = [[Cell(o.name), Cell(o.family), Cell(_first_sentence(o).replace("|", "\\|"), "raw")] for o in OPS.values()]
    return f"{table(columns, rows)}\n"


def _first_sentence(op: Op) -> str:
    return re.split(r"(?<=\.) ", " ".join(op.doc.split()))[0]
