"""What `compare` says of several networks: their figures side by side, sorted and normalised as asked."""

import json
from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from costmodel.accuracy import Accuracy, top1
from costmodel.conventions import Convention
from costmodel.dtypes import Dtypes
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.memory import IN_PLACE, Memory
from costmodel.reports.bounding import exact
from costmodel.reports.columns import Order
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table
from costmodel.reports.words import LOWER, UNKNOWN, count, counting, size, uncounted
from costmodel.traffic import Traffic

COUNTS = ("mult_adds", "operations", "params", "access", "reads", "writes", "loads", "kernels")
"""Figures that are counts."""
BYTES = ("access_bytes", "weight_bytes", "peak")
"""Figures in bytes: what moves, what is stored, and the most that is alive at once."""
FIGURES = ("network", *COUNTS, *BYTES, "intensity", "top1")
"""Every column; `intensity` is mult-adds for each element that moves."""
DEFAULT = ("network", "mult_adds", "params", "access", "intensity", "top1")
_TITLES = {"mult_adds": "mult-adds", "intensity": "mult-adds/access", "top1": "top-1 %", "peak": "peak memory"}
SCHEMA = 1
"""The version of the JSON; it grows only when a reader of the last one would break."""


class Rules(NamedTuple):
    """How figures are counted."""

    dtypes: Dtypes
    convention: Convention
    traffic: Traffic


class Network:
    """One network of those that are compared: what it is called, its ledger, and its figures."""

    def __init__(self, name: str, spec: Spec, ledger: Ledger, rules: Rules) -> None:
        self.name, self.spec, self.ledger, self.rules = name, spec, ledger, rules

    @cached_property
    def accuracies(self) -> list[Accuracy]:
        """Every printed top-1."""
        return top1(self.spec, self.ledger)

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Every figure, exact; None for what is not known."""
        ledger, (dtypes, convention, traffic) = self.ledger, self.rules
        totals, moves = ledger.sums(None, convention, traffic), ledger.moved(None, traffic)
        return {
            "network": self.name,
            "mult_adds": totals.mult_adds,
            "operations": ledger.operations(None, convention),
            "params": totals.params,
            "access": totals.access,
            "reads": moves.read,
            "writes": moves.written,
            "loads": moves.loaded,
            "kernels": len(ledger.kernels(traffic)),
            "access_bytes": dtypes.bytes(moves.loaded, moves.maps),
            "weight_bytes": dtypes.bytes(totals.params, 0),
            "peak": dtypes.bytes(0, Memory(ledger, IN_PLACE).elements),
            "intensity": Fraction(totals.mult_adds, totals.access) if totals.access and not ledger.unknown else None,
            "top1": self.accuracies[0].top1 if self.accuracies else None,
        }


class Compared(NamedTuple):
    """What a report shows: the networks, and how; `base` is the one that the others are ratios of."""

    networks: Sequence[Network]
    rules: Rules
    keys: tuple[str, ...] = ()
    sort: Order | None = None
    base: Network | None = None
    top: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are shown, the network's name first unless it was placed."""
        keys = self.keys or DEFAULT
        return keys if "network" in keys else ("network", *keys)

    def ordered(self) -> list[Network]:
        """The networks, sorted where that is asked for; what is not known comes last."""
        if self.sort is None:
            return [*self.networks]
        key, falls = self.sort
        known = [one for one in self.networks if one.figures[key] is not None]
        found = sorted(known, key=lambda one: one.figures[key], reverse=falls)
        return [*found, *(one for one in self.networks if one.figures[key] is None)]


def screen(compared: Compared, room: int) -> Screen:
    """The networks, a row each."""
    heading, rows = table(columns(compared), [[cells(compared, one) for one in compared.ordered()[: compared.top]]], room)
    said = [line for label, words in notes(compared) for line in note(label, words, room)]
    return [*enumerated(rules(compared), room, "dim"), [], *heading, *rows, [], *said]


def rules(compared: Compared) -> list[str]:
    """How the figures are counted."""
    dtypes, convention, traffic = compared.rules
    multiplying = list(dict.fromkeys(name for one in compared.networks for name in one.ledger.multiplying))
    shown = set(compared.columns)
    found = [
        f"{convention.unit}: {counting(convention.meaning, multiplying)} ({convention.name})",
        f"access: {counting(traffic.said, multiplying)} ({traffic.spelled})",
    ]
    if shown & set(BYTES):
        found.append(str(dtypes))
    if "peak" in shown:
        found.append(f"peak: {IN_PLACE.meaning} ({IN_PLACE.name}), in the specs' order")
    return found


def columns(compared: Compared) -> list[Column]:
    """The headings."""
    found = []
    for key in compared.columns:
        title = compared.rules.convention.unit if key == "operations" else _TITLES.get(key, key.replace("_", " "))
        found.append(Column(title, left=key == "network", yields=0 if compared.keys or key != "intensity" else 5))
    return found


def cells(compared: Compared, one: Network) -> list[Cell]:
    """One network's row."""
    return [Cell(_text(compared, one, key), "strong" if key == "network" else "") for key in compared.columns]


def _text(compared: Compared, one: Network, key: str) -> str:
    value = one.figures[key]
    if value is None:
        return "–"
    if key == "network":
        return str(value)
    if key == "top1":
        return f"{float(value):.1f}"
    least = LOWER if one.ledger.unknown else ""
    if compared.base is not None:
        return _ratio(compared.base, one, key, least)
    if key == "intensity":
        return f"{float(value):.2f}"
    return f"{least}{size(value) if key in BYTES else count(value)}"


def _ratio(base: Network, one: Network, key: str, least: str) -> str:
    """A figure of one network over that of another; not known where the other's is a lower bound."""
    if one is base:
        least = ""
    elif base.ledger.unknown:
        return UNKNOWN
    usual = base.figures[key]
    return f"{least}{float(Fraction(one.figures[key]) / usual):.3f} ×" if usual else "–"


def notes(compared: Compared) -> list[tuple[str, str]]:
    """Where the accuracies are printed, and what makes figures hard to compare."""
    found = []
    if compared.base is not None:
        found.append(("normalised", f"to {compared.base.name}, which has {_absolute(compared, compared.base)}"))
    if "top1" in compared.columns:
        for one in compared.networks:
            if one.accuracies:
                first, *others = one.accuracies
                also = f"; others print {', '.join(f'{float(x.top1):.1f} ({x.source})' for x in others)}" if others else ""
                printed = f"error {first.text}" if first.is_error else first.text
                found.append(("top-1", f"{one.name}: {printed} in {first.source}{also}"))
        if bare := [one.name for one in compared.networks if not one.accuracies]:
            found.append(("no top-1", f"in the specs of {', '.join(bare)} at these settings"))
    inputs = {one.name: " + ".join(str(x.without("n")) for x in one.ledger.inputs.values()) for one in compared.networks}
    if len(set(inputs.values())) > 1:
        by_shape = {shape: [name for name, other in inputs.items() if other == shape] for shape in inputs.values()}
        found.append(("inputs differ", "; ".join(f"{shape} for {', '.join(names)}" for shape, names in by_shape.items())))
    found += [
        ("not counted", f"{one.name}: {uncounted(one.ledger.uncounted)}") for one in compared.networks if one.ledger.unknown
    ]
    if compared.top is not None and compared.top < len(compared.networks):
        found.append(("not shown", f"{len(compared.networks) - compared.top} more"))
    return found


def _absolute(compared: Compared, one: Network) -> str:
    bare = compared._replace(base=None)
    shown = [key for key in compared.columns if key not in ("network", "top1")]
    return ", ".join(f"{_text(bare, one, key)} {_TITLES.get(key, key.replace('_', ' '))}" for key in shown)


def as_markdown(compared: Compared) -> str:
    """The networks as a table of Markdown."""
    from costmodel.reports.markdown import escaped
    from costmodel.reports.markdown import table as written

    rows = [cells(compared, one) for one in compared.ordered()[: compared.top]]
    said = "\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in notes(compared))
    parts = ("  \n".join(map(escaped, rules(compared))), written(columns(compared), rows), said)
    return "\n\n".join(filter(None, parts)) + "\n"


def as_csv(compared: Compared) -> str:
    """The networks as CSV: exact, every figure that is asked for, else all."""
    import csv
    import io

    keys = compared.columns if compared.keys else FIGURES
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*keys, "lower_bound"])
    for one in compared.ordered()[: compared.top]:
        values = ["" if one.figures[key] is None else _plain(one.figures[key]) for key in keys]
        writer.writerow([*values, str(bool(one.ledger.unknown)).lower()])
    return out.getvalue()


def _plain(value: Any) -> Any:
    return (
        exact(value)
        if isinstance(value, Fraction) and value.denominator != 1
        else value
        if isinstance(value, str)
        else int(value)
    )


def as_json(compared: Compared) -> str:
    """The networks as JSON, under `compare.schema.json` beside this file."""
    dtypes, convention, traffic = compared.rules
    document = {
        "schema": SCHEMA,
        "report": "compare",
        "convention": convention.name,
        "traffic": {"name": traffic.spelled, "meaning": traffic.said},
        "dtypes": dtypes._asdict(),
        "normalised_to": None if compared.base is None else compared.base.name,
        "networks": [_document(one) for one in compared.ordered()[: compared.top]],
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _document(one: Network) -> dict[str, Any]:
    figures = {
        key: None if value is None else _plain(value) for key, value in one.figures.items() if key not in ("network", "top1")
    }
    return {
        "network": one.name,
        "name": one.ledger.name,
        "settings": {name: plain(value) for name, value in one.ledger.settings.items()},
        "batch": one.ledger.batch,
        "lower_bound": bool(one.ledger.unknown),
        **figures,
        "top1": [{**found._asdict(), "top1": float(found.top1)} for found in one.accuracies],
    }
