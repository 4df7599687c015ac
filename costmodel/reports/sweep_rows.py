"""The points of a sweep as rows of a file, in CSV and in JSON: however many there are, some at a time."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from costmodel.conventions import Convention
from costmodel.dtypes import Dtypes
from costmodel.listing import Listing
from costmodel.ops.fields import spoken
from costmodel.reports.contract import plain, rules
from costmodel.reports.spreadsheet import answer, safe, spelled
from costmodel.reports.words import per
from costmodel.traffic import Traffic

AMOUNTS = ("operations", "mult_adds", "params", "access", "bytes", "peak")
"""Columns of counts; `×` before a name is its ratio to the first point's."""
METRICS = ("mult_adds", "params", "access", "operations", "bytes")
"""The counts of a file, unless others are asked for."""


class Shape(NamedTuple):
    """What a row of a sweep has, and how it is counted.

    `keys` are the columns that were asked for, `held` the settings that no point moves. `first` are the figures of the
    first point that can be built, which ratios compare with; None where they are lower bounds, or there is none.
    """

    network: str
    names: tuple[str, ...]
    held: Mapping[str, Any]
    dtypes: Dtypes
    convention: Convention
    traffic: Traffic
    keys: tuple[str, ...] = ()
    first: Mapping[str, Any] | None = None

    @property
    def fixed(self) -> dict[str, Any]:
        """The settings that are the same everywhere."""
        return {name: value for name, value in self.held.items() if name not in self.names}

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns before those that say how is counted."""
        return self.keys or (*self.names, *self.fixed, *METRICS)

    @property
    def ruled(self) -> tuple[str, ...]:
        """By which rules the counts are."""
        return self.convention.name, self.traffic.spelled, spelled(self.dtypes)

    def amounts(self, listing: Listing, key: str) -> Sequence[Any]:
        """A count of every point, exact."""
        figures = listing.figures
        if key == "bytes":
            return [self.dtypes.bytes(*pair) for pair in zip(figures["loaded"], figures["maps"], strict=True)]
        return figures.get(key, [0] * listing.size)  # there is no peak where nothing can be built

    def pairs(self, listing: Listing, key: str) -> list[tuple[Any, Any] | None]:
        """A count and the first point's of a ratio, or operations and access; None where one of them is a lower bound."""
        if key == "per_access":
            found = [*zip(listing.figures["operations"], listing.figures["access"], strict=True)]
        elif self.first is None:
            return [None] * listing.size
        else:
            found = [(one, self.first[key[1:]]) for one in self.amounts(listing, key[1:])]
        return [None if place in listing.uncounted else pair for place, pair in enumerate(found)]


def ratio(now: Any, then: Any) -> str:
    """One count over another."""
    return f"{float(Fraction(now) / Fraction(then)):.3f}" if then else "–"


def is_ratio(key: str) -> bool:
    """Whether a column is of ratios."""
    return key == "per_access" or key.startswith("×")


HEADED = ("convention", "traffic", "dtype", "reason", "complete")
"""The columns behind the others."""


def csv_heading(shape: Shape) -> str:
    """The first line of a CSV file."""
    return _csv([[*shape.columns, *HEADED]])


def csv_rows(shape: Shape, listing: Listing) -> str:
    """The lines of some points."""
    count, constants = listing.size, {name: spoken(value) for name, value in shape.fixed.items()}
    columns = [_column(shape, listing, key, constants) for key in shape.columns]
    for place in listing.reasons:
        for key, column in zip(shape.columns, columns, strict=True):
            if key not in listing.levels and key not in constants:
                column[place] = ""
    ruled = [[safe(word)] * count for word in shape.ruled]
    reasons = [safe(listing.reasons.get(place, "")) for place in range(count)]
    complete = ["" if place in listing.reasons else answer(place not in listing.uncounted) for place in range(count)]
    return _csv(zip(*columns, *ruled, reasons, complete, strict=True))


def csv_stopped(shape: Shape, sentence: str) -> str:
    """A last line, which says that points are missing."""
    return _csv([[*[""] * (len(shape.columns) + len(shape.ruled)), sentence, "false"]])


def _column(shape: Shape, listing: Listing, key: str, constants: Mapping[str, str]) -> list[Any]:
    if key in listing.levels:
        texts = [safe(spoken(value)) for value in listing.levels[key]]
        return [texts[code] for code in listing.codes[key]]
    if key in constants or key in shape.names:
        return [safe(constants.get(key, ""))] * listing.size
    if is_ratio(key):
        said = per if key == "per_access" else ratio
        return [said(*pair) if pair else "" for pair in shape.pairs(listing, key)]
    return [safe(value) for value in shape.amounts(listing, key)]


def _csv(rows: Any) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def json_head(shape: Shape) -> str:
    """A JSON document up to its points."""
    head = {
        "schema": 1,
        "network": shape.network,
        "conventions": rules(shape.convention, shape.traffic),
        "fixed": {name: plain(value) for name, value in shape.fixed.items()},
        "dtype": shape.dtypes.word or shape.dtypes._asdict(),
    }
    return json.dumps(head, indent=2, ensure_ascii=False)[:-2] + ',\n  "points": ['


def json_rows(shape: Shape, listing: Listing) -> str:
    """Some points, a line each; a point that cannot be built has its reason and no totals."""
    levels = {name: [plain(value) for value in values] for name, values in listing.levels.items()}
    amounts = {key: shape.amounts(listing, key) for key in METRICS}
    amounts |= {"peak": listing.figures["peak"]} if "peak" in listing.figures else {}
    lines = []
    for place in range(listing.size):
        built = place not in listing.reasons
        point = {
            "settings": {name: levels[name][codes[place]] for name, codes in listing.codes.items()},
            "totals": {key: ceil(values[place]) for key, values in amounts.items()} if built else None,
            **({"complete": place not in listing.uncounted} if built else {}),
            "reason": listing.reasons.get(place, ""),
        }
        lines.append("\n    " + json.dumps(point, ensure_ascii=False))
    return ",".join(lines)


def json_tail(tail: Mapping[str, Any]) -> str:
    """A JSON document from its points' end on; where it was stopped is one line, the last but one."""
    words = json.dumps({name: value for name, value in tail.items() if name != "stopped"}, indent=2, ensure_ascii=False)
    stopped = f',\n  "stopped": {json.dumps(tail["stopped"])}' if "stopped" in tail else ""
    return f"\n  ],\n{words[2:-2]}{stopped}\n}}\n"
