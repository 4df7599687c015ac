"""A ledger as rows: one an op, one a layer with its norm and activation, one a place, or one in all."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from costmodel.conventions import CONVENTIONS, Convention
from costmodel.layers import FOLLOWERS, by_layer, by_unit, main_line, op_label, unit_of
from costmodel.ledger import Ledger, Totals
from costmodel.line import Line, Place
from costmodel.reports.words import LOWER, UNKNOWN
from costmodel.traffic import CONV, UNFUSED, Moves, Traffic


class Row(NamedTuple):
    """Some lines of a ledger seen as one, with their sums; `times` rows that are alike stand as one.

    `place` is where the row's path ends, `unit` what it is shown under; neither where the row is no place of its own.
    """

    place: Place | None
    unit: Place | None
    op: str
    lines: list[Line]
    totals: Totals
    operations: Any
    moves: Moves
    every_op_moved: Any
    then: list[str]
    times: int = 1

    @property
    def likeness(self) -> tuple[Any, ...]:
        """What two rows must share to be printed as one."""
        return (
            self.op,
            str(self.lines[-1].output),
            self.totals,
            self.operations,
            self.moves,
            self.every_op_moved,
            self.then,
            self.sign,
        )

    @property
    def main(self) -> Line:
        """The line that it is called after."""
        return main_line(self.lines)

    @property
    def sign(self) -> str:
        """What stands before or for its sums."""
        return sign(self.lines)

    @property
    def path(self) -> str:
        """Where it stands in the network; nothing for the network itself."""
        return str(self.place) if self.place is not None else ""


def sign(lines: list[Line]) -> str:
    """`≥` before sums over lines of which some are unknown, `?` for them where all are, else nothing."""
    known = [line.known for line in lines]
    return "" if all(known) else LOWER if any(known) else UNKNOWN


def rows(ledger: Ledger, by: str | int, convention: Convention = CONVENTIONS["paper"], traffic: Traffic = CONV) -> list[Row]:
    """The rows of a ledger, in order: by op, layer, block or network, or by that many levels of the path."""
    if by in ("network", 0):
        return [summed(ledger, "network", ledger.lines, convention, traffic)] if ledger.lines else []
    if isinstance(by, int):
        cut = _by_depth(ledger.lines, by)
        return [summed(ledger, _label(lines, "block"), lines, convention, traffic, place, place) for place, lines in cut]
    groups = {"op": _by_op, "layer": by_layer, "block": by_unit}[by](ledger.lines)
    units = [(unit_of(lines[0]), lines) for lines in groups]
    return [
        summed(ledger, _label(lines, by), lines, convention, traffic, unit if by == "block" else main_line(lines).place, unit)
        for unit, lines in units
    ]


def _label(lines: list[Line], by: str) -> str:
    if by != "block":
        main = main_line(lines)
        return f"{op_label(main)}, tied" if main.tied else op_label(main)
    labels = [op_label(line) for line in lines if line.rule.counted or not line.known] or [op_label(line) for line in lines]
    return " + ".join(labels)


def summed(
    ledger: Ledger,
    op: str,
    lines: list[Line],
    convention: Convention,
    traffic: Traffic,
    place: Place | None = None,
    unit: Place | None = None,
) -> Row:
    """A row of some lines."""
    main = main_line(lines) if lines else None
    followers = [line.op for line in lines if line is not main and line.rule.family in FOLLOWERS]
    totals = ledger.sums(lines, convention, traffic)
    operations = totals.mult_adds if convention.counts_mult_adds else ledger.operations(lines, convention)
    moves = ledger.moved(lines, traffic)
    return Row(place, unit, op, lines, totals, operations, moves, ledger.moved(lines, UNFUSED).access, followers)


def _by_depth(lines: list[Line], depth: int) -> list[tuple[Place, list[Line]]]:
    """Lines by the place at that level of their path, or by their own where the path ends above it."""
    groups: list[tuple[Place, list[Line]]] = []
    for line in lines:
        place = line.place.chain()[:depth][-1]
        if groups and groups[-1][0] is place:
            groups[-1][1].append(line)
        else:
            groups.append((place, [line]))
    return groups


def _by_op(lines: list[Line]) -> Iterable[list[Line]]:
    return ([line] for line in lines)


def folded(found: list[Row], likeness: Callable[[Row], Any] = lambda row: row.likeness) -> list[list[Row]]:
    """Rows by unit, runs of units that are alike folded into their first with `times` set."""
    units: list[list[Row]] = []
    for row in found:
        if units and row.unit is not None and units[-1][0].unit is row.unit:
            units[-1].append(row)
        else:
            units.append([row])
    runs: list[list[Row]] = []
    for unit in units:
        if runs and _alike(runs[-1], unit, likeness):
            runs[-1] = [row._replace(times=row.times + 1) for row in runs[-1]]
        else:
            runs.append(unit)
    return runs


def _alike(run: list[Row], unit: list[Row], likeness: Callable[[Row], Any]) -> bool:
    a, b = run[0].unit, unit[0].unit
    if a is None or b is None or a.parent is not b.parent or a.label != b.label or len(run) != len(unit):
        return False
    if b.number != a.number + run[0].times:
        return False
    return all(likeness(x) == likeness(y) for x, y in zip(run, unit, strict=True))


def unit_label(row: Row) -> str:
    """A place's name with its number where there are several, a run's with both ends: `pair 7–11`, `pair 2/depthwise`."""
    place = row.unit
    if place is None:
        return "network"
    stages = [p.label for p in place.chain()[:-1] if p.is_stage]
    above = [f"{p.label} {p.number}" if p.repeated else p.label for p in place.chain()[:-1] if not p.is_stage]
    number = f" {place.number}" if place.repeated else ""
    run = f"–{place.number + row.times - 1}" if row.times > 1 else ""
    return " ".join([*stages, "/".join([*above, f"{place.label}{number}{run}"])])
