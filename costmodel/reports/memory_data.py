"""Memory over time as CSV, and as JSON: a versioned contract, described by `memory.schema.json` beside this file."""

import json
from math import ceil
from typing import Any

from costmodel.reports import peak
from costmodel.reports.columns import Shown
from costmodel.reports.contract import plain
from costmodel.reports.spreadsheet import answer, written
from costmodel.reports.timeline import AMOUNTS, Moment, Timeline
from costmodel.schedule import schedule

SCHEMA = 1
"""The version of the contract; it grows only when a reader of the last one would break."""
_COLUMNS = ("path", "op", "output", "alive", "own", "waiting", "bytes", "line")


def as_csv(shown: Shown) -> str:
    """Every row with its path and exact numbers; those that `top` leaves out as a last row, with the most of them."""
    line = Timeline(shown, whole_list=True)
    keys = shown.columns or _COLUMNS
    keys = keys if {"layer", "path"} & set(keys) else ("path", *keys)
    rules = [line.memory.reuse.name, shown.dtypes.activations]
    lines = [
        [*(_exact(line, one, key) for key in keys), *rules, answer(all(step.known for step in one.row.lines))]
        for one in line.moments
    ]
    if line.hidden:
        at = next(keys.index(key) for key in ("op", "path", "layer") if key in keys)
        cells = [line.value(line.others, key) if key in AMOUNTS else "" for key in keys]
        known = all(step.known for one in line.hidden for step in one.row.lines)
        lines.append([*cells[:at], "others", *cells[at + 1 :], *rules, answer(known)])
    return written([*keys, "memory", "dtype", "complete"], lines)


def _exact(line: Timeline, moment: Moment, key: str) -> Any:
    """A row's value: words as JSON has them, exact numbers."""
    row = moment.row
    if key == "op" and line.shown.by in ("op", "layer"):
        return row.main.op
    if key in ("input", "output"):
        tensors = row.lines[0].inputs if key == "input" else (row.lines[-1].output,)
        return " + ".join("x".join(map(str, tensor.shape)) for tensor in tensors)
    return line.value(moment, key)


def as_json(shown: Shown) -> str:
    """The report as JSON text: a versioned contract."""
    line = Timeline(shown, whole_list=True)
    memory, ledger, dtypes = line.memory, line.ledger, shown.dtypes
    settings = {name: plain(value) for name, value in ledger.settings.items()}
    parameters = ledger.totals.params
    others = {"rows": len(line.hidden), **peak.amount(line.others.step.alive, dtypes)} if line.hidden else None
    document = {
        "schema": SCHEMA,
        "network": ledger.name,
        "source": ledger.source,
        "settings": {**settings, "batch": ledger.batch, "dtype": dtypes.word or dtypes._asdict()},
        "complete": not ledger.unknown,
        "peak": {**peak.figures(memory, dtypes), **peak.alive(memory, dtypes)},
        "schedule": peak.scheduled(memory, schedule(memory.flow, memory.reuse), dtypes),
        "flash": {"params": parameters, "bytes": ceil(dtypes.bytes(parameters, 0))},
        "ram": peak.amount(memory.elements, dtypes),
        "steps": [_step(line, one) for one in line.moments],
        **({"others": others} if others else {}),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _step(line: Timeline, one: Moment) -> dict[str, Any]:
    row, step = one.row, one.step
    return {
        "path": row.path,
        "op": row.main.op if line.shown.by in ("op", "layer") else row.op,
        "output": row.lines[-1].output.shape,
        "alive": step.alive,
        "own": step.own,
        "waiting": step.waiting,
        "bytes": ceil(line.shown.dtypes.bytes(0, step.alive)),
        "line": row.main.mark.line,
    }
