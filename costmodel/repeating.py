"""A walk that leaves repeat counts open: the first pass is walked, and one for all others, which are counted."""

from collections.abc import Mapping
from typing import Any

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.cost import COUNTS
from costmodel.judge import Pass, Scope, Stop
from costmodel.line import Line, Place
from costmodel.problems import Problems
from costmodel.steps import Step
from costmodel.walk import Known, Slot, Walk


class Repeating(Walk):
    """A walk in which the count of a repeat may stay a symbol, where all passes but the first are alike.

    `times` has for each line how often it runs.
    """

    def __init__(self, reference: Mapping[Any, Any], problems: Problems) -> None:
        super().__init__(reference, problems)
        self.times_of: list[Num] = []
        self.often: Num = 1

    def enlist(self, line: Line, doubtful: bool) -> Slot:
        slot = super().enlist(line, doubtful)
        self.times_of.append(self.often)
        return slot

    def repeated(self, step: Step, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot:
        assert step.repeat is not None
        scope.x = slots[0].tensor
        count = self.value(step.repeat, scope)
        usual = algebra.single(count, self.reference) if algebra.is_symbol(count) else None
        if not usual:
            return super().repeated(step, slots, scope, known, place)
        lines, conditions, left, problems, often = len(self.lines), len(self.conditions), self.left, self.problems, self.often
        self.problems = Problems()
        try:
            found = self.passes(step, count, slots, scope, known, place)
        except Stop:
            found = None
        tried, self.problems, self.often = self.problems, problems, often
        if found is not None and not tried.found:
            for truth in (algebra.whole(count)[1], count >= 1):
                self.rest_on(truth, f"{step.repeat.text} is a whole number, at least 1", step.repeat.mark)
            return found
        del self.lines[lines:], self.times_of[lines:], self.conditions[conditions:]
        self.left = left
        return super().repeated(step, slots, scope, known, place)

    def passes(self, step: Step, count: Num, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot | None:
        """The first pass, and one for all others; None where these hang on which pass it is."""
        index, often = algebra.closed("index", whole=True, low=1), self.often
        scope = scope.inner()
        for at, times in ((0, 1), (index, count - 1)):
            scope.update(index=at, first=at is not index, last=algebra.equal(at, count - 1))
            start, entered, self.often = len(self.lines), slots[0].tensor, often * times
            self.way.append(Pass(0, 1))
            slots = [self.once(step, slots, scope, known, place)]
            self.way.pop()
        is_closed = entered.dims == slots[0].tensor.dims and not self.hangs_on(index, start)
        return slots[0] if is_closed else None

    def hangs_on(self, symbol: Any, start: int) -> bool:
        """Whether a line from here on, or anything noted, hangs on a symbol."""
        found: list[Any] = [condition.truth for condition in self.conditions]
        for line in self.lines[start:]:
            found += [*line.output.shape, *line.fields.values(), *(getattr(line.cost, count) for count in COUNTS)]
        return symbol in algebra.symbols_in(*found)
