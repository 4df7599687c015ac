"""A network's rows over time: each at the step at which most is alive in it."""

from typing import Any, NamedTuple

from costmodel.memory import IN_PLACE, Memory, Step
from costmodel.reports import peak
from costmodel.reports.columns import Shown, words
from costmodel.reports.rows import Row, folded, rows
from costmodel.reports.words import count

TEXTS = ("layer", "path", "op", "kind", "input", "output", "then")
"""Columns of words."""
AMOUNTS = ("alive", "own", "waiting", "bytes")
"""Columns of elements, and of bytes."""
NAMES = (*TEXTS, "line", *AMOUNTS)
"""Every column."""


class Moment(NamedTuple):
    """A row at the step at which most is alive in it, and whether it is the first row of its unit."""

    row: Row
    step: Step
    first: bool = True


class Timeline:
    """The rows of a network over time, those that are shown and those that are not."""

    def __init__(self, shown: Shown, *, whole_list: bool) -> None:
        self.shown, self.ledger = shown, shown.ledger
        self.memory = Memory(shown.ledger, shown.memory or IN_PLACE)
        self.scale = peak.Scale(self.memory, shown.dtypes)
        places = {id(line): at for at, line in enumerate(self.ledger.lines)}

        def step(row: Row) -> Step:
            return peak.worst(self.memory.by_line[places[id(line)]] for line in row.lines)

        def likeness(row: Row) -> tuple[Any, ...]:
            return (row.op, str(row.lines[-1].output), step(row).alive, step(row).own)

        found = rows(self.ledger, shown.by)
        units = [[row] for row in found] if whole_list else folded(found, likeness)
        moments = [Moment(row, step(row), at == 0) for unit in units for at, row in enumerate(unit)]
        if shown.sort is not None:
            key, falls = shown.sort
            moments = sorted(moments, key=lambda one: self.value(one, key), reverse=falls)
        if shown.sort is not None or shown.top is not None:
            moments = [one._replace(first=True) for one in moments]
        self.moments, self.hidden = moments[: shown.top], moments[len(moments[: shown.top]) :]

    def value(self, moment: Moment, key: str) -> Any:
        """What a row has in a column: words, or an exact number."""
        if key in ("alive", "own", "waiting"):
            return getattr(moment.step, key)
        if key == "bytes":
            return self.shown.dtypes.bytes(0, moment.step.alive)
        return moment.row.main.mark.line if key == "line" else words(moment.row, key)

    def cell(self, moment: Moment, key: str) -> str:
        """The same on a screen; `size` is the bytes in the report's unit."""
        if key == "size":
            return self.scale.number(moment.step.alive)
        value = self.value(moment, key)
        return value if isinstance(value, str) else count(value)

    @property
    def others(self) -> Moment:
        """What stands for the rows that are not shown: the one at which most is alive, as often as they run."""
        most = max(self.hidden, key=lambda one: one.step.alive)
        return Moment(most.row._replace(times=sum(one.row.times for one in self.hidden)), most.step)
