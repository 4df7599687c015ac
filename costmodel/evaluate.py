"""Walk a graph once, top to bottom, with the numbers given: integers, points or symbols.

The walk never asks which kind of number it has. Where the structure depends on one (`when`, `repeat`), `algebra`
decides it, at the reference values if it is symbolic; what could not be proved is noted as a condition.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import gcd
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.graph import not_an_activation
from costmodel.judge import Call, Judge, Pass, Row, Scope, Stop
from costmodel.ledger import Ledger, Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import Count, Kind, Misfit
from costmodel.problems import Mark, Problems, one_of
from costmodel.spec.values import Sizes
from costmodel.steps import Activate, Branches, CallBlock, Graph, Group, Residual, Rows, RunOp, Step
from costmodel.tensor import DIMENSIONS, MissingDimension, Tensor

MAX_LINES = 100_000
"""Nodes that a network may have."""
MAX_STEPS = 4 * MAX_LINES
"""Layers that a walk may pass, those that make no node counted too."""
MAX_SIZE = 10**18
"""Elements that a tensor may have."""

_COUNT: Kind = Count.__metadata__[0]
_SHORTCUT = RunOp(OPS["add"], {}, [], {})
_ACTIVATIONS = {name: RunOp(op, {}, [], {}) for name, op in OPS.items() if op.family == "pointwise"}


class _Slot(NamedTuple):
    """A tensor on its way: the line that made it, and whether a mistake made its shape doubtful."""

    tensor: Tensor
    line: int
    doubtful: bool = False


_Known = dict[str, _Slot]


@dataclass(eq=False, repr=False)
class _Walk(Judge):
    """Walks the steps with tensors, and writes a line for each op."""

    lines: list[Line] = field(default_factory=list)
    left: int = MAX_STEPS

    def steps(self, steps: list[Step], slot: _Slot, scope: Scope, known: _Known, place: Place) -> _Slot:
        self.left -= len(steps)
        if self.left < 0:
            self.problem(steps[0].mark, f"the walk passes more than {MAX_STEPS:,} layers")
            raise Stop
        for step in steps:
            slots = [slot if name == "previous" else known[name] for name in step.origin] if step.origin else [slot]
            work = self.once if step.repeat is None else self.repeated
            slot = work(step, slots, scope, known, place)
            if step.name is not None:
                known = {**known, step.name: slot}  # the lists around this one do not see its names
        return slot

    def repeated(self, step: Step, slots: list[_Slot], scope: Scope, known: _Known, place: Place) -> _Slot:
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

    def once(self, step: Step, slots: list[_Slot], scope: Scope, known: _Known, place: Place) -> _Slot:
        scope.x = slots[0].tensor
        if step.when is not None and not self.truth(step.when, scope):
            return slots[0]
        label, act = step.name or step.verb, step.act
        if isinstance(act, RunOp):
            return self.run(act, slots, scope, Place(place, label), step.mark, step.origin)
        if isinstance(act, CallBlock):
            return self.call(act, slots, scope, Place(place, label), step.mark)
        if isinstance(act, Residual):
            return self.residual(act, slots[0], scope, known, place, step.mark)
        if isinstance(act, Branches):
            return self.branches(act, slots[0], scope, known, place, step)
        if isinstance(act, Rows):
            return self.rows(act, slots[0], scope, known, place)
        if isinstance(act, Activate):
            return self.activate(act, slots, scope, place, step)
        if isinstance(act, Group):
            return self.steps(act.steps, slots[0], scope, known, Place(place, label) if step.name else place)
        return slots[0]

    def residual(self, act: Residual, slot: _Slot, scope: Scope, known: _Known, place: Place, mark: Mark) -> _Slot:
        shortcut = act.shortcut is None or self.truth(act.shortcut, scope)
        out = self.steps(act.steps, slot, scope, known, place)
        return self.run(_SHORTCUT, [out, slot], scope, Place(place, "add"), mark) if shortcut else out

    def branches(self, act: Branches, slot: _Slot, scope: Scope, known: _Known, place: Place, step: Step) -> _Slot:
        ends, place = [], Place(place, step.name or step.verb)
        for label, steps in act.parts:
            scope.x = slot.tensor
            ends.append(self.steps(steps, slot, scope, known, Place(place, label)))
        scope.x = slot.tensor
        return self.run(act.join, ends, scope, place, step.mark, [label for label, _ in act.parts])

    def rows(self, act: Rows, slot: _Slot, scope: Scope, known: _Known, place: Place) -> _Slot:
        for number, cells in enumerate(act.rows):
            scope.x = slot.tensor
            self.way.append(Row(number, act.marks[number]))
            inner = scope.inner()
            inner["row"] = number
            inner.update(zip(act.columns, [self.value(cell, scope) for cell in cells], strict=True))
            for name, value in act.let.items():
                inner[name] = self.value(value, inner)
            row = Place(place, act.labels[number], is_stage=True) if act.labels else place
            slot = self.steps(act.steps, slot, inner, known, row)
            self.way.pop()
        return slot

    def activate(self, act: Activate, slots: list[_Slot], scope: Scope, place: Place, step: Step) -> _Slot:
        kind = self.value(act.kind, scope)
        if not isinstance(kind, str) or kind not in (*_ACTIVATIONS, "none"):
            self.problem(act.kind.mark, *not_an_activation(kind))
            return slots[0]
        if kind == "none":
            return slots[0]
        return self.run(_ACTIVATIONS[kind], slots, scope, Place(place, kind), step.mark)

    def call(self, act: CallBlock, slots: list[_Slot], scope: Scope, place: Place, mark: Mark) -> _Slot:
        plan, inner = act.plan, Scope()
        inner.update(act.fixed)
        for name, value in act.args:
            inner[name] = self.value(value, scope)
        inner.x = slots[0].tensor
        known = {"input": slots[0]}
        if plan.inputs:
            known.update(zip(plan.inputs, slots, strict=False))
        self.way.append(Call(plan, inner, mark))
        for name, value in act.defaults:
            inner[name] = self.value(value, inner)
        for name, value in plan.let.items():
            inner[name] = self.value(value, inner)
        out = self.steps(plan.steps, slots[0], inner, known, place)
        self.way.pop()
        return out

    # --- ops -----------------------------------------------------------------------------------------------------

    def run(self, act: RunOp, slots: list[_Slot], scope: Scope, place: Place, mark: Mark, names: Sequence[str] = ()) -> _Slot:
        """Run one op: fields, rule, conditions, line; `names` are those of its inputs."""
        inputs, sources, doubts = zip(*slots)  # noqa: B905 - named tuples are of one length
        fields, doubtful = act.fixed, True in doubts
        if act.live:
            fields = dict(fields)
            for name, value, kind in act.live:
                fields[name], legal = self.fit(name, kind, value, scope)
                doubtful = doubtful or not legal
        try:
            output, cost = act.op(inputs, fields)
        except MissingDimension as error:
            self.missing(mark, act.op.name, error)
            raise Stop from None
        except Misfit as error:
            if not doubtful:
                field = str(error).split(" ", 1)[0]
                self.problem(act.marks.get(field, mark), str(error), error.hint)
            raise Stop from None
        line = Line(place, act.op, fields, sources, inputs, output, cost, mark)
        if cost.given and (broken := [condition for condition in cost.given if condition[0] is not True]):
            doubtful = self.broken(broken, act, line, doubtful, names)
        size, number = output.size, len(self.lines)
        if type(size) is not int or size > MAX_SIZE:
            self.small(output, mark)
        if number >= MAX_LINES:
            self.problem(mark, f"the network has more than {MAX_LINES:,} nodes")
            raise Stop
        self.lines.append(line)
        return _Slot(output, number, doubtful)

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
            sentence = text.format(*(_at_point(value, algebra.failing_point(truth)) for value in values))
            if not self.rest_on(truth, sentence, line.mark):
                failed[sentence] = None
        if not failed:
            return doubtful
        if not doubtful:
            hints = [*[""] * (len(failed) - 1), _remedy(act, line, names)]
            for sentence, hint in zip(failed, hints, strict=True):
                said = _RESIDUAL.format(*line.inputs) if act is _SHORTCUT else sentence
                self.problem(act.marks.get(sentence.split(" ", 1)[0], line.mark), said, hint)
        return doubtful or act.op.joins or any(algebra.decide(size >= 1) is False for size in line.output.shape)


def _at_point(value: Any, point: int | None) -> Any:
    """Of an array of points the one at which something fails; all else as it is."""
    if point is None or isinstance(value, int | str):
        return value
    if isinstance(value, Tensor):
        return Tensor(**{name: _at_point(size, point) for name, size in value.dims.items()})
    points = value.tolist() if hasattr(value, "tolist") else [value]
    return points[point if len(points) > 1 else 0]


_RESIDUAL = "residual adds its input to its output: the output is {}, the input {}"


def _remedy(act: RunOp, line: Line, names: Sequence[str]) -> str:
    """What would mend a broken condition, where that is plain."""
    if act is _SHORTCUT:
        return "`when:` inside residual leaves the shortcut out: {when: stride == 1 and c_in == out, layers: […]}"
    if act.op.joins:
        return one_of(f"{name} is {x}" for name, x in zip(names, line.inputs, strict=False))
    groups, out, channels = line.fields.get("groups"), line.fields.get("out"), line.inputs[0].dims.get("c")
    if not (isinstance(groups, int) and isinstance(out, int) and isinstance(channels, int)):
        return ""
    shared = gcd(channels, out)
    if shared % groups == 0:
        return ""
    near = [_first_divisor(shared, range(min(groups, shared), 0, -1)), _first_divisor(shared, range(groups, shared + 1))]
    legal = [str(g) for g in near if g]
    are = "that divide both are" if len(legal) > 1 else "that divide both:"
    return f"the nearest groups {are} {' and '.join(legal)}" if legal else ""


def _first_divisor(n: int, among: range) -> int | None:
    return next((g for g in among[:10_000] if n % g == 0), None)


def evaluate(
    graph: Graph,
    settings: Mapping[str, Any],
    batch: Any = 1,
    reference: Mapping[Any, Any] | None = None,
    problems: Problems | None = None,
) -> Ledger:
    """The ledger of a graph for its parameters' values (`settings`, complete) and a batch size.

    `reference` gives values for free symbols, for choices that symbols cannot decide. Raises `SpecError` with every
    mistake that the numbers bring out.
    """
    problems = problems or Problems()
    walk = _Walk(reference or {}, problems)
    ledger = Ledger(graph.network.name, graph.network.source, dict(settings), batch, walk.lines, [], walk.conditions)
    try:
        scope = Scope(settings)
        for name, value in graph.network.let.items():
            scope[str(name)] = walk.value(value, scope)
        known = {
            name: _enter(walk, name, sizes, scope, batch, -1 - i)
            for i, (name, sizes) in enumerate(graph.network.inputs.items())
        }
        first = next(iter(known.values()))
        ledger.outputs.append(walk.steps(graph.steps, first, scope, known, Place(None, "")).line)
    except Stop:
        pass
    except RecursionError:
        # the walk itself is never that deep: sympy is, in formulas within formulas
        if not any(map(algebra.is_symbol, (*settings.values(), batch))):
            raise
        problems.add(None, "the formulas of this network nest too deep to be worked out for symbols", "give it numbers")
    for truth, text, mark in walk.conditions:
        if (point := algebra.failing_point(truth)) is not None:
            problems.add(
                mark, f"{text}; this fails at point {point}", "leave that point out, or evaluate the points one by one"
            )
    problems.check()
    return ledger


def _enter(walk: _Walk, name: str, shape: Sizes, scope: Scope, batch: Any, line: int) -> _Slot:
    """The tensor of one input."""
    of = "the input" if name == "input" else name
    checked = {side: walk.fit(f"the {DIMENSIONS[side]} of {of}", _COUNT, size, scope) for side, size in shape.sizes.items()}
    tensor = Tensor(n=batch, **{side: size for side, (size, _) in checked.items()})
    walk.small(tensor, shape.mark)
    return _Slot(tensor, line, not all(legal for _, legal in checked.values()))
