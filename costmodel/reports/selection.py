"""Which rows a report shows, and in which order; what it leaves out is summed up, so that nothing is lost."""

import re
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.reports import roofline as timed
from costmodel.reports.columns import Amounts, Shown, counted, is_amount, words
from costmodel.reports.rows import Row, folded, rows, sign, summed


class Selection(NamedTuple):
    """The rows that are shown, each with whether it is the first of its unit; the others, if any; the rest."""

    rows: list[tuple[bool, Row]]
    quiet: list[Row]
    """Rows with nothing in any column that is shown."""
    left: int
    """How many rows `top` leaves out."""
    others: Amounts
    """The sums of those."""
    sign: str
    """What stands before or for these sums."""
    whole: Amounts
    """The sums of the network."""


def select(shown: Shown, keys: tuple[str, ...], *, whole_list: bool) -> Selection:
    """Rows for some columns: sorted, and the first of them.

    Runs of units that are alike are folded where the column `layer` says so, and rows without any count are set aside,
    unless the `whole_list` is wanted. A run counts with the weight of all its units.
    """
    found = rows(shown.ledger, shown.by, shown.convention, shown.traffic)
    whole = shown.amounts(summed(shown.ledger, "network", shown.ledger.lines, shown.convention, shown.traffic))
    body, quiet = (found, []) if whole_list or shown.by == "op" else _parted(shown, found, counted(keys))
    folds = not whole_list and "layer" in keys
    units = folded(body, shown.likeness) if folds else [[row] for row in body]
    listed = [(index == 0, row) for unit in units for index, row in enumerate(unit)]
    if shown.sort:
        listed = _ordered(shown, [row for _, row in listed])
    elif shown.top:
        listed = [(True, row) for _, row in listed]
    kept = listed[: shown.top]
    of = [(row.times, shown.amounts(row)) for _, row in kept]

    def others(key: str) -> Any:
        rest = whole(key)
        for times, amounts in of:
            rest = rest - times * amounts(key)
        return rest

    hidden = [row for _, row in listed[len(kept) :]]
    marked = sign([line for row in hidden for line in row.lines])
    return Selection(kept, quiet, sum(row.times for row in hidden), others, marked, whole)


def _parted(shown: Shown, found: list[Row], keys: list[str]) -> tuple[list[Row], list[Row]]:
    """The rows that have something in a column, and the others."""
    loud: list[Row] = []
    quiet: list[Row] = []
    for row in found:
        amounts = shown.amounts(row)
        is_loud = not keys or any(amounts(key) for key in keys) or any(ln.rule.counted or not ln.known for ln in row.lines)
        (loud if is_loud else quiet).append(row)
    return loud, quiet


def _ordered(shown: Shown, listed: list[Row]) -> list[tuple[bool, Row]]:
    assert shown.sort is not None
    key, falls = shown.sort

    def weight(row: Row) -> Any:
        amounts, name = shown.amounts(row), key.lstrip("%")
        if is_amount(name):
            return row.times * amounts(name)
        if name in timed.COLUMNS:
            return timed.weight(name, amounts("work"))
        if name == "per_access":
            return 0 if row.sign else Fraction(amounts("operations"), amounts("access") or 1)
        return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", words(row, name))]

    return [(True, row) for row in sorted(listed, key=weight, reverse=falls)]
