"""Walk a graph once, top to bottom, with the numbers given: integers, points or symbols.

The walk never asks which kind of number it has. Where the structure depends on one (`when`, `repeat`), `algebra`
decides it, at the reference values if it is symbolic; what could not be proved is noted as a condition.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from costmodel import algebra
from costmodel.graph import Activate, Branches, CallBlock, Graph, Group, Residual, Rows, RunOp, Step
from costmodel.ledger import Condition, Ledger, Line, Place
from costmodel.ops import OPS, Op
from costmodel.ops.fields import Count, Kind, Unfit, at_least, spoken
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.values import BadValue, Formula, Items, Value
from costmodel.tensor import MissingDimension, Tensor

MAX_LINES = 100_000
"""Nodes that a network may have."""

_COUNT: Kind = Count.__metadata__[0]
_TIMES = at_least(0)
_ADD = RunOp(OPS["add"], {}, [])
_ACTIVATIONS = {name: RunOp(op, {}, []) for name, op in OPS.items() if op.family == "pointwise"}


class _Stop(Exception):
    """Nothing sensible can follow; the problem is noted already."""


class _Slot(NamedTuple):
    """A tensor on its way: the line that made it, and whether a mistake made its shape doubtful."""

    tensor: Tensor
    line: int
    doubtful: bool = False


class _Scope(dict[str, Any]):
    """Names in scope; `x` is the tensor that enters, whose sizes are `c_in h_in w_in`."""

    x: Tensor

    def __missing__(self, name: str) -> Any:
        return getattr(self.x, name[0])

    def inner(self) -> "_Scope":
        scope = _Scope(self)
        scope.x = self.x
        return scope


_Known = dict[str, _Slot]


@dataclass
class _Walk:
    reference: Mapping[Any, Any]
    problems: Problems
    lines: list[Line] = field(default_factory=list)
    conditions: list[Condition] = field(default_factory=list)
    calls: list[tuple[str, Mark]] = field(default_factory=list)

    # --- values --------------------------------------------------------------------------------------------------

    def problem(self, mark: Mark | None, message: str, hint: str = "") -> None:
        self.problems.add(mark, message, hint, tuple(reversed(self.calls)))

    def value(self, value: Value, scope: _Scope) -> Any:
        try:
            return value.evaluate(scope)
        except (BadValue, MissingDimension) as error:
            self.unreadable(value, error)

    def unreadable(self, value: Value, error: BadValue | MissingDimension) -> NoReturn:
        if isinstance(error, MissingDimension):
            self.missing(value.mark, "this formula", error)
        else:
            self.problem(error.mark, error.message, error.hint)
        raise _Stop

    def missing(self, mark: Mark, who: str, error: MissingDimension) -> None:
        side = {"c": "channels", "h": "height", "w": "width"}.get(error.name, error.name)
        self.problem(mark, f"{who} asks for the {side}, and a tensor of shape {error.tensor} enters, which has none")

    def truth(self, formula: Formula, scope: _Scope) -> bool:
        """Decide a condition of the structure."""
        found = self.value(formula, scope)
        if isinstance(found, bool):
            return found
        if not algebra.is_truth(found):
            self.problem(formula.mark, f"'{formula.text}' is {spoken(found)}, and must be true or false")
            raise _Stop
        settled = algebra.decide(found)
        if settled is None:
            settled = algebra.decide(found, self.reference)
            if settled is None:
                self.problem(formula.mark, f"'{formula.text}' is not the same for all values given", "evaluate them one by one")
                raise _Stop
            holds = found if settled else algebra.negate(found)
            self.conditions.append(Condition(holds, f"{formula.text} is {spoken(settled)}", formula.mark))
        return settled

    def fit(self, name: str, kind: Kind, value: Value, scope: _Scope) -> tuple[Any, bool]:
        """A field's value as its kind wants it, and whether it was legal."""
        try:
            checked, fits = kind.check(value.evaluate(scope))
        except (BadValue, MissingDimension) as error:
            self.unreadable(value, error)
        except Unfit as error:
            self.problem(value.mark, f"{name} {error.message}", error.hint)
            if error.instead is None:
                raise _Stop from None
            return error.instead, False
        if fits is not True:
            self.rest_on(fits, f"{name} must be whole and in its range", value.mark)
        return checked, True

    def rest_on(self, truth: Any, text: str, mark: Mark) -> bool:
        """Note a condition that is not settled; false where it is settled to fail."""
        if truth is True:
            return True
        settled = algebra.decide(truth)
        if settled is None:
            self.conditions.append(Condition(truth, text, mark))
        return settled is not False

    # --- steps ---------------------------------------------------------------------------------------------------

    def steps(self, steps: list[Step], slot: _Slot, scope: _Scope, known: _Known, place: Place) -> _Slot:
        known = dict(known)
        for step in steps:
            slots = [slot if name == "previous" else known[name] for name in step.origin] if step.origin else [slot]
            work = self.once if step.repeat is None else self.repeated
            slot = work(step, slots, scope, known, place)
            if step.name is not None:
                known[step.name] = slot
        return slot

    def repeated(self, step: Step, slots: list[_Slot], scope: _Scope, known: _Known, place: Place) -> _Slot:
        assert step.repeat is not None
        scope.x = slots[0].tensor
        times = self.times(step.repeat, scope)
        out = slots[0]
        scope = scope.inner()
        for index in range(times):
            scope.update(index=index, first=index == 0, last=index == times - 1)
            out = self.once(step, slots, scope, known, place)
            slots = [out]
        return out

    def times(self, formula: Formula, scope: _Scope) -> int:
        found = self.value(formula, scope)
        try:
            times, _ = _TIMES(found)
        except Unfit as error:
            self.problem(formula.mark, f"repeat {error.message}", error.hint)
            raise _Stop from None
        settled = algebra.single(times, self.reference)
        if settled is None:
            self.problem(formula.mark, f"repeat '{formula.text}' is not one number", "evaluate the values one by one")
            raise _Stop
        if not isinstance(times, int):
            self.conditions.append(Condition(algebra.equal(times, settled), f"{formula.text} = {settled}", formula.mark))
        return settled

    def once(self, step: Step, slots: list[_Slot], scope: _Scope, known: _Known, place: Place) -> _Slot:
        scope.x = slots[0].tensor
        if step.when is not None and not self.truth(step.when, scope):
            return slots[0]
        label, act = step.name or step.verb, step.act
        if isinstance(act, RunOp):
            return self.run(act, slots, scope, Place(place, label), step.mark)
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

    def residual(self, act: Residual, slot: _Slot, scope: _Scope, known: _Known, place: Place, mark: Mark) -> _Slot:
        shortcut = act.shortcut is None or self.truth(act.shortcut, scope)
        out = self.steps(act.steps, slot, scope, known, place)
        return self.run(_ADD, [out, slot], scope, Place(place, "add"), mark) if shortcut else out

    def branches(self, act: Branches, slot: _Slot, scope: _Scope, known: _Known, place: Place, step: Step) -> _Slot:
        ends = []
        for label, steps in act.parts:
            scope.x = slot.tensor
            ends.append(self.steps(steps, slot, scope, known, Place(place, label)))
        return self.run(act.join, ends, scope, Place(place, step.name or step.verb), step.mark)

    def rows(self, act: Rows, slot: _Slot, scope: _Scope, known: _Known, place: Place) -> _Slot:
        for number, cells in enumerate(act.rows):
            scope.x = slot.tensor
            inner = scope.inner()
            inner["row"] = number
            inner.update(zip(act.columns, [self.value(cell, scope) for cell in cells], strict=True))
            for name, value in act.let.items():
                inner[name] = self.value(value, inner)
            row = Place(place, act.labels[number], is_stage=True) if act.labels else place
            slot = self.steps(act.steps, slot, inner, known, row)
        return slot

    def activate(self, act: Activate, slots: list[_Slot], scope: _Scope, place: Place, step: Step) -> _Slot:
        kind = self.value(act.kind, scope)
        if kind == "none":
            return slots[0]
        if kind not in _ACTIVATIONS:
            hint = did_you_mean(str(kind), _ACTIVATIONS, f"the activations are none, {one_of(_ACTIVATIONS)}")
            self.problem(act.kind.mark, f"{spoken(kind)} is not an activation", hint)
            return slots[0]
        return self.run(_ACTIVATIONS[kind], slots, scope, Place(place, kind), step.mark)

    def call(self, act: CallBlock, slots: list[_Slot], scope: _Scope, place: Place, mark: Mark) -> _Slot:
        plan, inner = act.plan, _Scope()
        inner.update(act.fixed)
        for name, value in act.args:
            inner[name] = self.value(value, scope)
        inner.x = slots[0].tensor
        known = {"input": slots[0]}
        if plan.inputs:
            known.update(zip(plan.inputs, slots, strict=False))
        self.calls.append((plan.name, mark))
        try:
            for name, value in act.defaults:
                inner[name] = self.value(value, inner)
            for name, value in plan.let.items():
                inner[name] = self.value(value, inner)
            return self.steps(plan.steps, slots[0], inner, known, place)
        finally:
            self.calls.pop()

    # --- ops -----------------------------------------------------------------------------------------------------

    def run(self, act: RunOp, slots: list[_Slot], scope: _Scope, place: Place, mark: Mark) -> _Slot:
        """Run one op: fields, rule, conditions, line."""
        inputs, sources, doubts = zip(*slots, strict=True)
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
            raise _Stop from None
        line = Line(place, act.op.name, fields, sources, inputs, output, cost, mark)
        for condition in cost.given:
            if condition[0] is not True:
                doubtful = self.broken(condition, act.op, line, doubtful)
        if len(self.lines) >= MAX_LINES:
            self.problem(mark, f"the network has more than {MAX_LINES:,} nodes")
            raise _Stop
        self.lines.append(line)
        return _Slot(output, len(self.lines) - 1, doubtful)

    def broken(self, condition: tuple[Any, ...], op: Op, line: Line, doubtful: bool) -> bool:
        """Note an op's condition that does not plainly hold; whether its output's shape is in doubt now."""
        truth, text, *values = condition
        sentence = text.format(*values)
        if self.rest_on(truth, sentence, line.mark):
            return doubtful
        if not doubtful:
            self.problem(line.mark, sentence, _remedy(line))
        return doubtful or op.joins or any(algebra.decide(size >= 1) is False for size in line.output.shape)


def _remedy(line: Line) -> str:
    """The legal group counts nearest to one that does not divide."""
    groups, out, channels = line.fields.get("groups"), line.fields.get("out"), line.inputs[0].dims.get("c")
    if not (isinstance(groups, int) and isinstance(out, int) and isinstance(channels, int)):
        return ""
    if channels % groups == 0 and out % groups == 0:
        return ""
    legal = [g for g in range(1, min(channels, out) + 1) if channels % g == 0 and out % g == 0]
    near = sorted(sorted(legal, key=lambda g: abs(g - groups))[:2])
    return (
        f"the nearest groups that divide both are {one_of(map(str, near))}"
        if len(near) > 1
        else f"only groups {near[0]} divide both"
    )


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
        scope = _Scope(settings)
        for name, value in graph.network.let.items():
            scope[str(name)] = walk.value(value, scope)
        known = {
            name: _enter(walk, name, sizes, scope, batch, -1 - i)
            for i, (name, sizes) in enumerate(graph.network.inputs.items())
        }
        first = next(iter(known.values()))
        ledger.outputs.append(walk.steps(graph.steps, first, scope, known, Place(None, "")).line)
    except _Stop:
        pass
    problems.check()
    return ledger


def _enter(walk: _Walk, name: str, sizes: Value, scope: _Scope, batch: Any, line: int) -> _Slot:
    """The tensor of one input."""
    items = sizes.items if isinstance(sizes, Items) else []
    checked = [
        walk.fit(f"the {side} of {name}", _COUNT, item, scope)[0]
        for side, item in zip(("channels", "height", "width"), items, strict=False)
    ]
    return _Slot(Tensor(n=batch, **dict(zip("chw", checked, strict=False))), line)
