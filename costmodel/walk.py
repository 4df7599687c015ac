"""The walk over a graph, top to bottom, with the numbers given: integers, points or symbols.

The walk never asks which kind of number it has. Where the structure depends on one (`when`, `repeat`), `algebra`
decides it, at the reference values if it is symbolic; what could not be proved is noted as a condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.checks import not_an_activation
from costmodel.judge import Call, Judge, Pass, Row, Scope, Stop
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import Kind, Misfit
from costmodel.problems import Mark
from costmodel.remedy import RESIDUAL, SHORTCUT, in_words, remedies, subject
from costmodel.spec.values import Value
from costmodel.steps import Activate, Branches, CallBlock, Group, Residual, Rows, RunOp, RunOwn, Step
from costmodel.tensor import MissingDimension, Tensor
from costmodel.tying import Part, tie

MAX_LINES = 100_000
"""Nodes that a network may have."""
MAX_STEPS = 4 * MAX_LINES
"""Layers that a walk may pass, those that make no node counted too."""
MAX_SIZE = 10**18
"""Elements that a tensor may have."""

_ACTIVATIONS = {name: RunOp(op, {}, [], {}) for name, op in OPS.items() if op.family == "pointwise"} | {"none": None}


class Slot(NamedTuple):
    """A tensor on its way: the line that made it, and whether a mistake made its shape doubtful.

    Where it is known by a name, `part` is the layer of that name.
    """

    tensor: Tensor
    line: int
    doubtful: bool = False
    part: Part | None = None


Known = dict[str, Slot]
_NO_PART = Part(range(0), 0)


@dataclass(eq=False, repr=False)
class Walk(Judge):
    """Walks the steps with tensors, and writes a line for each op."""

    lines: list[Line] = field(default_factory=list)
    left: int = MAX_STEPS
    row: Mark | None = None
    """The row of a table, outside all blocks, that is walked."""
    named: Known = field(default_factory=dict)
    """The tensors that had names at the end of the list of layers that ended last."""

    def steps(self, steps: list[Step], slot: Slot, scope: Scope, known: Known, place: Place) -> Slot:
        self.left -= len(steps)
        if self.left < 0:
            self.problem(steps[0].mark, f"the walk passes more than {MAX_STEPS:,} layers")
            raise Stop
        for step in steps:
            start = len(self.lines)
            slots = [slot if name == "previous" else known[name] for name in step.origin] if step.origin else [slot]
            if step.repeat is None:
                slot = self.once(step, slots, scope, known, place)
            else:
                slot = self.repeated(step, slots, scope, known, place)
            if step.name is not None:
                depth = len(place.chain()) + (not isinstance(step.act, Residual | Rows))
                part = Part(range(start, len(self.lines)), depth)
                known = {**known, step.name: slot._replace(part=part)}  # the lists around this one do not see its names
        self.named = known
        return slot

    def repeated(self, step: Step, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot:
        assert step.repeat is not None
        scope.x = slots[0].tensor
        times = self.times(step.repeat, scope)
        self.left -= times
        out = slots[0]
        scope = scope.inner()
        for index in range(times):
            scope.update(index=index, first=index == 0, last=index == times - 1)
            self.way.append(Pass(index, times))
            out = self.once(step, slots, scope, known, place)
            self.way.pop()
            slots = [out]
        return out

    def once(self, step: Step, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot:
        if step.tied:
            return self.tied(step, slots, scope, known, place)
        scope.x = slots[0].tensor
        if step.when is not None and not self.truth(step.when, scope):
            passing = [slot for slot, name in zip(slots, step.origin, strict=False) if name == "previous"]
            return (passing or slots)[0]
        return self.act(step, slots, scope, known, place)

    def act(self, step: Step, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot:
        """Walk a layer that is there."""
        label, act, where = step.name or step.verb, step.act, self.row or step.mark
        if isinstance(act, RunOp):
            return self.run(act, slots, scope, Place(place, label, mark=where), step.mark, step.origin)
        if isinstance(act, CallBlock):
            return self.call(act, slots, scope, Place(place, label, mark=where), step.mark)
        if isinstance(act, Residual):
            return self.residual(act, slots[0], scope, known, place, step.mark)
        if isinstance(act, Branches):
            return self.branches(act, slots[0], scope, known, place, step)
        if isinstance(act, Rows):
            return self.rows(act, slots[0], scope, known, place)
        if isinstance(act, Activate):
            return self.activate(act, slots, scope, place, step)
        if isinstance(act, RunOwn):
            return self.own(act, slots[0], scope, Place(place, label, mark=where), step.mark)
        if isinstance(act, Group):
            inner = Place(place, label, mark=where) if step.name else place
            return self.steps(act.steps, slots[0], scope, known, inner)
        return slots[0]

    def tied(self, step: Step, slots: list[Slot], scope: Scope, known: Known, place: Place) -> Slot:
        """Walk a layer that has the parameters of another."""
        start = len(self.lines)
        slot = self.once(step._replace(tied={}), slots, scope, known, place)
        mine = range(start, len(self.lines))
        for kind, path in step.tied.items() if mine or step.when is None else ():
            part = known[path.partition("/")[0]].part
            assert part is not None, "the name of a layer"
            tie(self, self.lines, kind, path, part, mine)
        return slot

    def residual(self, act: Residual, slot: Slot, scope: Scope, known: Known, place: Place, mark: Mark) -> Slot:
        shortcut = act.shortcut is None or self.truth(act.shortcut, scope)
        out = self.steps(act.steps, slot, scope, known, place)
        if not shortcut:
            return out
        return self.run(SHORTCUT, [out, slot], scope, Place(place, "add", mark=self.row or mark), mark)

    def branches(self, act: Branches, slot: Slot, scope: Scope, known: Known, place: Place, step: Step) -> Slot:
        ends, place = [], Place(place, step.name or step.verb, mark=self.row or step.mark)
        for label, steps in act.parts:
            scope.x, start = slot.tensor, len(self.lines)
            ends.append(self.steps(steps, slot, scope, known, Place(place, label)))
            if label not in known or (known[label].part or _NO_PART).is_branch:
                part = Part(range(start, len(self.lines)), len(place.chain()) + 1, is_branch=True)
                known = {**known, label: ends[-1]._replace(part=part)}
        scope.x = slot.tensor
        return self.run(act.join, ends, scope, place, step.mark, [label for label, _ in act.parts])

    def rows(self, act: Rows, slot: Slot, scope: Scope, known: Known, place: Place) -> Slot:
        scope.x = slot.tensor
        lists = self.lists(act, scope) if act.lists else {}
        for number in range(len(next(iter(lists.values()), act.rows))):
            scope.x = slot.tensor
            mark, around = act.marks[number] if act.marks else act.mark, self.row
            self.way.append(Row(number, mark))
            if not any(isinstance(passed, Call) for passed in self.way):
                self.row = mark
            inner = scope.inner()
            inner["row"] = number
            self.cells(act, lists, number, scope, inner)
            for name, value in act.let.items():
                inner[name] = self.value(value, inner)
            row = Place(place, act.labels[number], is_stage=True) if act.labels else place
            slot = self.steps(act.steps, slot, inner, known, row)
            self.way.pop()
            self.row = around
        return slot

    def cells(self, act: Rows, lists: dict[str, list[Any]], number: int, scope: Scope, inner: Scope) -> None:
        """Put a row's cells into the scope of its layers."""
        if act.columns:
            inner.update(zip(act.columns, [self.value(cell, scope) for cell in act.rows[number]], strict=True))
        for name, items in lists.items():
            inner[name] = items[number]

    def activate(self, act: Activate, slots: list[Slot], scope: Scope, place: Place, step: Step) -> Slot:
        kind = self.value(act.kind, scope)
        if not isinstance(kind, str) or kind not in _ACTIVATIONS:
            self.problem(act.kind.mark, *not_an_activation(kind))
            return slots[0]
        run = _ACTIVATIONS[kind]
        where = self.row or step.mark
        return slots[0] if run is None else self.run(run, slots, scope, Place(place, kind, mark=where), step.mark)

    def call(self, act: CallBlock, slots: list[Slot], scope: Scope, place: Place, mark: Mark) -> Slot:
        inner, known = self.enter(act, slots[0], scope, mark), {"input": slots[0]}
        if act.plan.inputs:
            known.update(zip(act.plan.inputs, slots, strict=False))
        out = self.steps(act.plan.steps, slots[0], inner, known, place)
        self.way.pop()
        return out

    def enter(self, act: CallBlock, slot: Slot, scope: Scope, mark: Mark) -> Scope:
        """The names that a block, or an op of the spec's own, sees; it is on the way from here on."""
        plan, inner = act.plan, Scope()
        inner.update(act.fixed)
        for name, value in act.args:
            inner[name] = self.value(value, scope)
        inner.x = slot.tensor
        self.way.append(Call(plan, inner, mark))
        for name, value in act.defaults:
            inner[name] = self.value(value, inner)
        for name, value in plan.let.items():
            inner[name] = self.value(value, inner)
        return inner

    # --- ops -----------------------------------------------------------------------------------------------------

    def run(self, act: RunOp, slots: list[Slot], scope: Scope, place: Place, mark: Mark, names: Sequence[str] = ()) -> Slot:
        """Run one op: fields, rule, conditions, line; `names` are those of its inputs."""
        if len(slots) == 1:  # mostly
            tensor, source, doubtful, _ = slots[0]
            inputs, sources = (tensor,), (source,)
        else:
            inputs, sources, doubts, _ = zip(*slots)  # noqa: B905 - named tuples are of one length
            doubtful = True in doubts
        fields = act.fixed
        if act.live:
            fields, all_legal = dict(fields), True
            for name, value, kind in act.live:
                fields[name], legal = self.fit(name, kind, value, scope, doubtful)
                all_legal = all_legal and legal
            doubtful = doubtful or not all_legal
        try:
            output, cost = act.op(inputs, fields)
        except MissingDimension as error:
            self.missing(mark, act.op.name, error)
            raise Stop from None
        except Misfit as error:
            if not doubtful:
                self.problem(act.marks.get(subject(str(error)), mark), str(error), error.hint or self.flattened(slots[0]))
            raise Stop from None
        line = Line(place, act.op, fields, sources, inputs, output, cost, mark)
        if cost.given and (broken := [condition for condition in cost.given if condition[0] is not True]):
            doubtful = self.broken(broken, act, line, doubtful, names)
        return self.enlist(line, doubtful)

    def flattened(self, slot: Slot) -> str:
        """Which layer made a vector of what had sides or tokens; nothing where none did."""
        at = slot.line if slot.tensor.kind == "vector" else -1
        while at >= 0:
            line = self.lines[at]
            if line.inputs[0].kind != "vector":
                return f"`{line.op}` made a vector of {line.inputs[0].said}, on line {line.mark.line}"
            at = line.sources[0]
        return ""

    def own(self, act: RunOwn, slot: Slot, scope: Scope, place: Place, mark: Mark) -> Slot:
        """Run one op of the spec's own."""
        inner, x, legal = self.enter(act.call, slot, scope, mark), slot.tensor, []

        def fit(name: str, kind: Kind, value: Value) -> Any:
            checked, is_legal = self.fit(name, kind, value, inner)
            legal.append(is_legal)
            return checked

        output, cost = act.op((x,), {"fit": fit})
        fields = {name: inner[name] for name in act.call.plan.params}
        out = self.enlist(Line(place, act.op, fields, (slot.line,), (x,), output, cost, mark), slot.doubtful or not all(legal))
        self.way.pop()
        return out

    def enlist(self, line: Line, doubtful: bool) -> Slot:
        """Write a line down; what leaves it."""
        size, number = line.output.size, len(self.lines)
        if type(size) is not int or size > MAX_SIZE:
            self.small(line.output, line.mark)
        if number >= MAX_LINES:
            self.problem(line.mark, f"the network has more than {MAX_LINES:,} nodes")
            raise Stop
        self.lines.append(line)
        return Slot(line.output, number, doubtful)

    def small(self, tensor: Tensor, mark: Mark) -> None:
        """Stop at a tensor that no machine could hold: its numbers would grow without end."""
        if not algebra.is_symbol(tensor.size) and algebra.decide(tensor.size <= MAX_SIZE) is not True:
            self.problem(mark, "a tensor has at most 10^18 elements, and this one has more")
            raise Stop

    def broken(self, conditions: list[Any], act: RunOp, line: Line, doubtful: bool, names: Sequence[str]) -> bool:
        """Note an op's conditions that do not plainly hold; whether its output's shape is in doubt now."""
        failed: dict[str, None] = {}
        for truth, text, *values in conditions:
            if algebra.decide(truth) is True:
                continue
            sentence = in_words(truth, text, values)
            if not self.rest_on(truth, sentence, line.mark):
                failed[sentence] = None
        if not failed:
            return doubtful
        if not doubtful:
            for sentence, hint in zip(failed, remedies(act, line, names, [*failed]), strict=True):
                said = RESIDUAL.format(*line.inputs) if act is SHORTCUT else sentence
                self.problem(act.marks.get(subject(sentence), line.mark), said, hint)
        return doubtful or act.op.joins or any(algebra.decide(size >= 1) is False for size in line.output.shape)
