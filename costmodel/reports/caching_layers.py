"""What `verify SPEC --cache` says: every layer of a network against its bound through an on-chip memory."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from costmodel.blocking import OnChip, unblocked
from costmodel.layers import op_label
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.pebbles import convolutions
from costmodel.reports import caching
from costmodel.reports.bounding import beyond
from costmodel.reports.caching import NO_FIT, NOT_BLOCKED, Case, cases, ratio
from costmodel.reports.held import beside
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.rows import Row, folded, rows, unit_label
from costmodel.reports.words import LOWER, count, setting

NO_SUM = "a sum of layers' bounds is no bound of the network: what passes between layers may stay on chip"


class Listed(NamedTuple):
    """One layer, or a run of units' layers that are alike, as it stands in the table; `first` of its unit."""

    row: Row
    first: bool
    cases: list[Case]

    @property
    def rows(self) -> Iterator[list[Cell]]:
        """Its cells, a row for each convolution that it is."""
        for number, case in enumerate(self.cases):
            label = unit_label(self.row) if self.first and not number else ""
            times = f"{self.row.times} ×" if label and self.row.times > 1 else ""
            op = f"{op_label(self.row.main)} {case.half}".strip()
            yield [Cell(label), Cell(times), Cell(op), Cell(count(case.layer.touched), "dim"), *caching.cells(case)]


def all_cases(lines: Iterable[Line], chip: OnChip) -> list[Case]:
    """Every convolution and FC layer, in order."""
    return [case for line in lines for case in cases(line, chip)]


def listed(ledger: Ledger, chip: OnChip) -> list[Listed]:
    """Every convolution and FC layer as the table shows it: units that are alike in a row stand as one."""
    # `then` is what reports fold runs by: with it, a run breaks where windows lie otherwise, as dilated ones do
    found = [(row, convolutions(row.main)) for row in rows(ledger, "layer")]
    kept = [row._replace(then=[*row.then, repr(layers)]) for row, layers in found if layers]
    return [Listed(row, not number, cases(row.main, chip)) for run in folded(kept) for number, row in enumerate(run)]


def columns() -> list[Column]:
    """The columns of the table."""
    return [Column("layer", left=True), Column(""), Column("op", left=True), Column("touched", yields=7), *caching.columns()]


def total(found: Sequence[Listed]) -> list[Cell]:
    """The sums of all layers; where one is not blocked, the sum of accesses is a lower bound."""
    every = [(one.row.times, case) for one in found for case in one.cases]
    bound = sum(times * case.bound for times, case in every)
    access = sum(times * case.found.access for times, case in every if case.found is not None)
    whole = all(case.found is not None for _, case in every)
    sums = [count(sum(times * case.layer.touched for times, case in every)), count(bound), ""]
    reached = [f"{'' if whole else LOWER}{count(access)}", ratio(access, bound) if whole else "–"]
    return [Cell(words, "strong") for words in ("total", "", "", *sums, *reached, *[""] * 4)]


def notes(ledger: Ledger, found: Sequence[Listed]) -> Iterator[tuple[str, str]]:
    """What stands below the table: labels and words."""
    yield "not a bound", NO_SUM
    if others := beside(ledger):
        named = ", ".join(f"{count(times)} {name}" for name, times in others.items())
        yield "not bounded", f"{named}: neither convolutions nor FC layers"
    if skipped := beyond(case.layer for one in found for case in one.cases for _ in range(one.row.times)):
        yield "conv", f"this traffic model counts {skipped}, too"
    missing = [case for one in found for case in one.cases if case.found is None]
    if small := [case for case in missing if not unblocked(case.layer)]:
        yield NO_FIT, ", ".join(f"{case.name} (from {count(case.least_bytes)} bytes on)" for case in small)
    if never := [case for case in missing if unblocked(case.layer)]:
        yield NOT_BLOCKED, ", ".join(f"{case.name} ({unblocked(case.layer)})" for case in never)


def screen(ledger: Ledger, chip: OnChip, room: int) -> Screen:
    """Every layer of a network against its bound and its best blocking, and the sums."""
    found = listed(ledger, chip)
    heading, body, sums = table(columns(), [[row for one in found for row in one.rows], [total(found)]], room)
    title = " · ".join(part for part in (ledger.name, ledger.source) if part)
    settings = [*(setting(name, value) for name, value in ledger.settings.items()), f"batch {count(ledger.batch)}"]
    return [
        text(title, "head"),
        *enumerated([*settings, caching.memory(chip)], room),
        *caching.head(room),
        [],
        *heading,
        *body,
        text("─" * min(width_of(heading + body + sums), room), "dim"),
        *sums,
        [],
        *(line for label, words in notes(ledger, found) for line in note(label, words, room)),
    ]
