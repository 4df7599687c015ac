"""The columns of `analyze`: their names, their headings, and what a row has in them."""

from collections.abc import Callable
from typing import Any, NamedTuple

from costmodel.conventions import CONVENTIONS, Convention
from costmodel.dtypes import Dtypes
from costmodel.layers import kind_label
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.measuring.predicting import Prediction
from costmodel.memory import Reuse
from costmodel.published import Comparison
from costmodel.reports import roofline as timed
from costmodel.reports.layout import Cell, Column
from costmodel.reports.rows import Row, unit_label
from costmodel.reports.words import UNKNOWN, count, per, share
from costmodel.roofline import Roofline
from costmodel.traffic import CONV, Traffic

TEXTS = ("layer", "path", "op", "kind", "input", "output", "then")
"""Columns of words."""
AMOUNTS = {
    "params": "params",
    "mult_adds": "mult-adds",
    "operations": "operations",
    "access": "access",
    "bytes": "bytes",
    "every_op_moved": "every op moved",
    "reads": "maps read",
    "writes": "maps written",
    "loads": "params read",
    "weights": "weights",
    "biases": "biases",
    "affine": "scales+shifts",
    "buffers": "buffers",
    "add": "additions",
    "mul": "multiplications",
    "cmp": "comparisons",
    "exp": "exponentials",
}
"""Columns of counts with their headings; `%` before a name is its share of the network's total."""
NAMES = (*TEXTS, "line", "per_access", *AMOUNTS, *(f"%{name}" for name in AMOUNTS))
"""Every column that needs no device."""
_YIELDS = {"input": 8, "%params": 7, "per_access": 5, "then": 9, "bytes": 4, "intensity": 3}
_LEFT = (*TEXTS, "bound_by")
_COUNTED = ("params", "%params", "operations", "%operations", "access", "%access", "per_access")
DEFAULT = ("layer", "op", "input", "output", *_COUNTED, "then")
"""The columns of a table unless others are asked for."""
ON_DEVICE = ("layer", "op", "input", "output", "operations", "bytes", "intensity", "time", "%time", "bound_by", "then")
"""Those of a table with a device."""
PREDICTED = tuple(key for key in ON_DEVICE if key not in ("intensity", "bound_by"))
"""Those of a table with a device that was fitted."""
_TITLES = {"then": "with", "time": "time ≥"}
_MOVES = {"reads": "read", "writes": "written", "loads": "loaded"}


class Order(NamedTuple):
    """A column to sort by, and whether the largest comes first."""

    key: str
    falls: bool


class Shown(NamedTuple):
    """What a report shows: the ledger, the published figures beside it, and how.

    `published` is None for a spec that has none at any settings, and `spec` is the name that the user calls it by.
    """

    ledger: Ledger
    published: tuple[Comparison, ...] | None = None
    by: str | int = "layer"
    dtypes: Dtypes = Dtypes()
    convention: Convention = CONVENTIONS["paper"]
    columns: tuple[str, ...] = ()
    sort: Order | None = None
    top: int | None = None
    at_default: frozenset[str] = frozenset()
    """The parameters that nobody set; the header leaves the last one out where that saves it a line."""
    spec: str = ""
    traffic: Traffic = CONV
    roofline: Roofline | Prediction | None = None
    """The network on a device, where one is given: lower bounds of time, or predictions."""
    memory: Reuse | None = None
    """The convention of a report on memory over time, which it then is."""

    def amounts(self, row: Row) -> "Amounts":
        """A row's count in a column of counts."""
        return lambda key: amount(row, key, self)

    def likeness(self, row: Row) -> Any:
        """What rows must share to stand as one: on a device their work there too."""
        return row.likeness if self.roofline is None else (row.likeness, self.roofline.work(row.lines))


Amounts = Callable[[str], Any]
"""What something has in a column of counts."""


def amount(row: Row, key: str, shown: Shown) -> Any:
    """A row's count in a column, exact."""
    totals = row.totals
    if key in ("time", "work"):
        assert shown.roofline is not None
        work = shown.roofline.work(row.lines)
        return work.seconds if key == "time" else work
    if key in totals._fields:
        return getattr(totals, key)
    if key == "operations":
        return row.operations
    if key == "every_op_moved":
        return row.every_op_moved
    if key == "bytes":
        return shown.dtypes.bytes(row.moves.loaded, row.moves.maps)
    if key in _MOVES:
        return getattr(row.moves, _MOVES[key])
    return sum(getattr(line.owned, key) for line in row.lines)


def bytes_of(ledger: Ledger, dtypes: Dtypes, model: Traffic) -> Any:
    """The bytes that a network moves under a traffic model, exact."""
    moves = ledger.moved(traffic=model)
    return dtypes.bytes(moves.loaded, moves.maps)


def is_amount(key: str) -> bool:
    """Whether a column has counts, times, or shares of one of these: what adds up."""
    return key.lstrip("%") in (*AMOUNTS, "time")


def counted(keys: tuple[str, ...]) -> list[str]:
    """The columns of counts that some columns show, shares as what they are shares of."""
    return list(dict.fromkeys(key.lstrip("%") for key in keys if is_amount(key)))


def headed(keys: tuple[str, ...], convention: Convention, yields: bool) -> list[Column]:
    """The headings of some columns; `yields` if they may give way where room is short."""
    return [
        Column(title(key, keys[at - 1] if at else "", convention), key in _LEFT, _YIELDS.get(key, 0) if yields else 0)
        for at, key in enumerate(keys)
    ]


def title(key: str, before: str, convention: Convention) -> str:
    """A column's heading; the operation figure is called by its convention's unit."""
    if key.startswith("%"):
        return "%" if key[1:] == before else f"% {title(key[1:], '', convention)}"
    if key in _TITLES:
        return _TITLES[key]
    return convention.unit if key == "operations" else AMOUNTS.get(key, key.replace("_", " "))


def words(row: Row, key: str) -> str:
    """A row's words in a column of words, or its line in the spec."""
    if key == "layer":
        return unit_label(row)
    if key == "path":
        return row.path
    if key == "op":
        return row.op if row.place is not None else ""
    if key == "kind":
        return _kind(row.lines)
    if key == "line":
        return str(row.main.mark.line)
    if key == "then":
        counts = {op: row.then.count(op) for op in row.then}
        return " ".join(op if n == 1 else f"{n}×{op}" for op, n in counts.items())
    return " + ".join(str(x) for x in row.lines[0].inputs) if key == "input" else str(row.lines[-1].output)


def _kind(lines: list[Line]) -> str:
    kinds = dict.fromkeys(kind_label(line) for line in lines if line.rule.counted)
    return " + ".join(kinds or dict.fromkeys(kind_label(line) for line in lines))


def cell(row: Row, key: str, amounts: Amounts, whole: Amounts) -> Cell:
    """A row's cell on a screen; a dash in the access where the traffic model leaves every op of the row out."""
    if key in TEXTS or key == "line":
        return Cell(words(row, key), "dim" if key in ("input", "then") else "")
    left_out = not any(line.rule.counted or not line.known for line in row.lines) and not amounts("access")
    if left_out and key.lstrip("%") in ("access", "bytes", *_MOVES):
        return Cell("–", "dim")
    return number(key, amounts, whole, row.times, row.sign)


def number(key: str, amounts: Amounts, whole: Amounts, times: int = 1, sign: str = "") -> Cell:
    """A count, a share or a ratio on a screen, `sign` before or for it; a ratio of lower bounds is not known."""
    if key in timed.COLUMNS and (key != "%time" or not amounts("work").kernels):
        return timed.cell(key, amounts("work"), whole("work"), sign)
    if sign == UNKNOWN or (sign and key == "per_access"):
        return Cell(UNKNOWN, "dim")
    if key == "per_access":
        return Cell(per(amounts("operations"), amounts("access")), "dim")
    if not key.startswith("%"):
        return Cell(f"{sign}{count(amounts(key))}")
    part, total = amounts(key[1:]), whole(key[1:])
    heavy = key != "%params" and bool(total) and part * times * 10 >= total
    return Cell(share(part, total), "strong" if heavy else "dim")
