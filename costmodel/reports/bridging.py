"""What other programs print for a network, each figure taken apart: on a screen, in Markdown, CSV and JSON."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from costmodel.bridge import Bridge, Step
from costmodel.ledger import Ledger
from costmodel.line import labels
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.words import LOWER, count, counting, setting, uncounted

_COLUMNS = [
    Column("counter", True),
    Column("", True),
    Column("count"),
    Column("of", True),
    Column("figure"),
    Column("ours ×", yields=5),
]


SCHEMA = 1
"""The version of the contract, `counters.schema.json`; it grows only when a reader of the last one would break."""


class Bridged(NamedTuple):
    """A network at some settings and the bridges to what programs print for it."""

    name: str
    ledger: Ledger
    bridges: Sequence[Bridge]


def spelled(ledger: Ledger) -> str:
    """How the counted code writes the ops, as far as that is not a module each."""
    code = ledger.implementation
    ways: dict[tuple[str, str], list[str]] = {}
    for (op, label), word in code.spelled.items():
        ways.setdefault((op, str(word)), []).append(label)
    said = [f"{op} as {word.replace('_', ' ')}{_under(labels)}" for (op, word), labels in ways.items()]
    whose = f"as {code.source} writes it" if code.source else "the spec names no public code, so this is supposed"
    rest = "every other op as a module" if said else "every op as a module"
    return f"{whose}: {', '.join([*said, rest])}"


def _under(labels: Sequence[str]) -> str:
    named = [label for label in labels if label]
    return f" in {', '.join(named)}" if named else ""


def _heading(found: Bridged) -> list[str]:
    ledger = found.ledger
    ours = counting("conv + FC, one per multiply-add", ledger.multiplying)
    return [f"{_sign(ledger)}{count(ledger.totals.mult_adds)} mult-adds: {ours} (paper)", spelled(ledger)]


def _sign(ledger: Ledger) -> str:
    return LOWER if ledger.unknown else ""


def _rows(found: Bridged) -> list[list[Cell]]:
    rows = []
    for bridge in found.bridges:
        for at, step in enumerate(bridge.steps):
            is_last = at == len(bridge.steps) - 1
            ours = found.ledger.totals.mult_adds
            rows.append(
                [
                    Cell("" if at else bridge.convention.name, "strong"),
                    Cell(_factor(step.factor, first=not at)),
                    Cell(count(step.amount)),
                    Cell(counting(step.said, found.ledger.multiplying) + (" *" if step.slip else "")),
                    Cell(f"{_sign(found.ledger)}{count(bridge.total)}" if is_last else "", "strong"),
                    Cell(f"{float(bridge.total / ours):.3f}" if is_last and ours else "", "dim"),
                ]
            )
    return rows


def _factor(factor: int, *, first: bool) -> str:
    """A coefficient before its count: `+ 2 ×`, `−`, nothing for the first one that is 1."""
    sign = "−" if factor < 0 else "" if first else "+"
    size = "" if abs(factor) == 1 else f"{abs(factor)} ×"
    return " ".join(part for part in (sign, size) if part)


def _slips(found: Bridged) -> list[tuple[str, str]]:
    """For each counter that counts by mistake, what it does."""
    slips = {b.convention.name: list(dict.fromkeys(step.slip for step in b.steps if step.slip)) for b in found.bridges}
    return [(f"* {name}", "; ".join(sentences)) for name, sentences in slips.items() if sentences]


def _idle(ledger: Ledger) -> list[tuple[str, str]]:
    """What the spec says of how code writes an op under a label where there is none."""
    there = {(line.op, label) for line in ledger.lines for label in labels(line)}
    idle = [f"{op} in {label}" for op, label in ledger.implementation.spelled if label and (op, label) not in there]
    return [("not there", f"{', '.join(idle)}: no such op is called so, or stands directly in it")] if idle else []


def _notes(found: Bridged) -> list[tuple[str, str]]:
    missing = found.ledger.uncounted
    return [*_slips(found), *_idle(found.ledger), *([("not counted", uncounted(missing))] if missing else [])]


def screen(networks: Sequence[Bridged], room: int) -> Screen:
    """Every network's bridges, one below the other."""
    lines: Screen = []
    for found in networks:
        settings = [setting(name, value) for name, value in found.ledger.settings.items()]
        titles, body = table(_COLUMNS, [_rows(found)], room)
        lines += [[]] if lines else []
        lines += [text(found.ledger.name, "head"), *enumerated([*settings, f"batch {count(found.ledger.batch)}"], room)]
        lines += [line for part in _heading(found) for line in enumerated([part], room, "dim")]
        lines += [[], *titles, text("─" * min(width_of(titles + body), room), "dim"), *body]
        notes = _notes(found)
        lines += [[]] if notes else []
        lines += [line for label, words in notes for line in note(label, words, room, "bad")]
    return lines


def as_markdown(networks: Sequence[Bridged]) -> str:
    """A section a network."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    parts = []
    for found in networks:
        settings = [setting(name, value) for name, value in found.ledger.settings.items()]
        parts += [f"## {escaped(found.ledger.name)}", " · ".join(map(escaped, settings))]
        parts += ["  \n".join(map(escaped, _heading(found))), written(_COLUMNS, _rows(found))]
        parts += ["\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in _notes(found))]
    return "\n\n".join(part for part in parts if part) + "\n"


def as_csv(networks: Sequence[Bridged]) -> str:
    """A row a step; the steps of one counter add up to its figure."""
    from costmodel.reports.spreadsheet import answer, written

    rows = [
        [
            found.name,
            b.convention.name,
            s.factor,
            s.name,
            s.amount,
            s.value,
            b.total,
            b.params,
            s.slip,
            answer(not found.ledger.unknown),
        ]
        for found in networks
        for b in found.bridges
        for s in b.steps
    ]
    return written(["spec", "counter", "factor", "count", "amount", "value", "figure", "params", "slip", "complete"], rows)


def document(networks: Sequence[Bridged]) -> list[dict[str, Any]]:
    """Every network with its counters."""
    return [
        {
            "spec": found.name,
            "network": found.ledger.name,
            "settings": {name: plain(value) for name, value in found.ledger.settings.items()} | {"batch": found.ledger.batch},
            "mult_adds": found.ledger.totals.mult_adds,
            "implementation": {"source": found.ledger.implementation.source, "spelled": _spelled(found.ledger)},
            "complete": not found.ledger.unknown,
            "counters": [
                {
                    "name": b.convention.name,
                    "counts": counting(b.convention.meaning, found.ledger.multiplying),
                    "figure": b.total,
                    "params": b.params,
                    "steps": [_step(step) for step in b.steps],
                }
                for b in found.bridges
            ],
        }
        for found in networks
    ]


def _spelled(ledger: Ledger) -> list[dict[str, str]]:
    return [{"op": op, "under": label, "as": str(word)} for (op, label), word in ledger.implementation.spelled.items()]


def _step(step: Step) -> dict[str, Any]:
    return {"count": step.name, "said": step.said, "factor": step.factor, "amount": step.amount, "slip": step.slip}


def as_json(networks: Sequence[Bridged]) -> str:
    """Every network with its counters, under `counters.schema.json`."""
    return json.dumps({"schema": SCHEMA, "with": "counters", "specs": document(networks)}, indent=2, ensure_ascii=False) + "\n"
