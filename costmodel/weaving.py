"""The graph of all networks that choices give, layer by layer: where they can be cut, and where they are walked as one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from costmodel.choosing import Choice, Choosing
from costmodel.evaluate import entered
from costmodel.judge import Scope, Stop
from costmodel.lattice import Edge, Lattice, Script
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.line import Place
from costmodel.problems import Mark, Problem, Problems, SpecError
from costmodel.spec.values import Formula
from costmodel.steps import Branches, CallBlock, Group, Residual, Rows, Step
from costmodel.tensor import Tensor
from costmodel.walk import Known, Slot

MOST = 2_000_000
"""Edges that a lattice may have: choices that hang together are met in every combination."""

Cost = Callable[[Ledger], tuple[int, ...]]
"""What some layers cost, in whole numbers that add up over layers."""

Front = dict[tuple[Any, ...], tuple[int, Tensor]]
"""The nodes that are reached, by the tensor there."""


def woven(spec: Spec, settings: Mapping[str, Any], batch: Any, choices: Sequence[Choice], cost: Cost, width: int) -> Lattice:
    """The graph of all choices; `width` is how many numbers a cost has.

    Raises `SpecError` for settings that cannot be built, and for choices that hang together in too many ways.
    """
    building = _Weaving(spec, settings, batch, choices, cost, width)
    return building.built()


class _Weaving:
    def __init__(
        self, spec: Spec, settings: Mapping[str, Any], batch: Any, choices: Sequence[Choice], cost: Cost, width: int
    ) -> None:
        self.spec, self.settings, self.batch, self.choices = spec, settings, batch, choices
        self.cost, self.free = cost, (0,) * width
        self.edges: list[list[Edge]] = [[]]
        self.count, self.reason = 0, ""

    def built(self) -> Lattice:
        """The whole graph."""
        walk = self.walk(Script())
        found = self.settled(walk, lambda walk: entered(self.spec.graph, self.settings, self.batch, walk))
        walk.problems.check()
        scope, known = found
        first = scope.x = next(iter(known.values())).tensor
        ends = self.steps(self.spec.graph.steps, {_key(first): (0, first)}, scope, known, Place(None, ""))
        end = self.node()
        for node, _ in ends.values():
            self.edge(node, end, (), self.free)
        return Lattice(self.edges, self.reason)

    def walk(self, script: Script) -> Choosing:
        return Choosing({}, Problems(), choices=self.choices, ask=script.ask)

    def node(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def edge(self, node: int, to: int, picks: Sequence[int], cost: tuple[int, ...]) -> None:
        self.count += 1
        if self.count > MOST:
            message = f"these choices hang together in more than {MOST:,} ways"
            hint = "layers that are read by name further on, and branches, are met in every combination: choose fewer values"
            raise SpecError([Problem(None, message, hint)])
        self.edges[node].append(Edge(to, tuple(picks), cost))

    # --- sequences ---------------------------------------------------------------------------------------------------

    def steps(self, steps: Sequence[Step], front: Front, scope: Scope, known: Known, place: Place) -> Front:
        """Layers one after the other: those that hang together by names, or have nothing to choose, as one."""
        for part, is_first in self.parts(steps):
            if len(part) == 1 and self.has_choices(part) and not _names(part[0]):
                front = self.step(part[0], front, scope, place)
            else:
                front = self.leaf(part, front, scope, known if is_first else {}, place)
        return front

    def parts(self, steps: Sequence[Step]) -> Iterator[tuple[list[Step], bool]]:
        """Where layers may be cut: no layer behind the cut reads by name what is made before it. And which are the first."""
        reads = [_names(step) for step in steps]
        bounds = []
        for cut in range(1, len(steps)):
            made = {one.name for one in steps[cut:]}
            if all(name in made for behind in reads[cut:] for name in behind):
                bounds.append(cut)
        whole = [[*steps[a:b]] for a, b in pairwise([0, *bounds, len(steps)])]
        start, waiting = True, list[Step]()
        for part in whole:
            if self.has_choices(part):
                if waiting:
                    yield waiting, start
                    waiting, start = [], False
                yield part, start
                start = False
            else:
                waiting = [*waiting, *part]
        if waiting:
            yield waiting, start

    def has_choices(self, steps: Iterable[Step]) -> bool:
        """Whether something is chosen in some layers, or in the blocks that they call."""
        tables = {choice.mark for choice in self.choices if choice.mark is not None}
        blocks = {choice.of for choice in self.choices if choice.mark is None}

        def inside(step: Step) -> bool:
            act = step.act
            if isinstance(act, Rows):
                return act.mark in tables or any(map(inside, act.steps))
            if isinstance(act, CallBlock):
                return act.plan.name in blocks or any(map(inside, act.plan.steps))
            return any(map(inside, _inner(step)))

        return any(map(inside, steps))

    # --- layers in which something is chosen -------------------------------------------------------------------------

    def step(self, step: Step, front: Front, scope: Scope, place: Place) -> Front:
        """One layer, a pass of its repeat after the other."""
        ends = []
        for node, tensor in front.values():
            here, inner = {_key(tensor): (node, tensor)}, scope.inner()
            inner.x = tensor
            times = 1 if step.repeat is None else self.times(step.repeat, inner)
            for index in range(times or 0):
                if step.repeat is not None:
                    inner.update(index=index, first=index == 0, last=index == (times or 0) - 1)
                here = self.once(step, here, inner, place)
            ends.append(here if times is not None else {})
        return self.joined(ends)

    def times(self, repeat: Formula, scope: Scope) -> int | None:
        """How often a layer repeats."""
        found: int | None = self.tried(lambda walk: walk.times(repeat, scope))
        return found

    def once(self, step: Step, front: Front, scope: Scope, place: Place) -> Front:
        """One pass of a layer."""
        ends, act = [], step.act
        inner_place = Place(place, step.name or step.verb)
        for node, tensor in front.values():
            here, inner = {_key(tensor): (node, tensor)}, scope.inner()
            inner.x = tensor
            holds = step.when is None or self.truth(step.when, inner)
            if not holds:
                ends.append(here if holds is False else {})
            elif isinstance(act, Rows):
                ends.append(self.rows(act, here, inner, place))
            elif isinstance(act, Group):
                ends.append(self.steps(act.steps, here, inner, {}, inner_place if step.name else place))
            elif isinstance(act, CallBlock) and not act.plan.inputs and self.has_choices(act.plan.steps):
                ends.append(self.call(act, node, inner, inner_place, step.mark))
            else:
                ends.append(self.leaf([step._replace(when=None, repeat=None)], here, inner, {}, place))
        return self.joined(ends)

    def truth(self, when: Formula, scope: Scope) -> bool | None:
        """Whether a layer is there."""
        found: bool | None = self.tried(lambda walk: walk.truth(when, scope))
        return found

    def rows(self, act: Rows, front: Front, scope: Scope, place: Place) -> Front:
        """A table, row by row; what a row chooses holds for all its layers."""
        lists: dict[str, list[Any]] | None = self.tried(lambda walk: walk.lists(act, scope)) if act.lists else {}
        if lists is None:
            return {}
        for number in range(len(next(iter(lists.values()), act.rows))):
            row = Place(place, act.labels[number], is_stage=True) if act.labels else place
            ends = [self.row(act, lists, number, at, scope, row) for at in front.values()]
            front = self.joined([end for some in ends for end in some])
        return front

    def row(
        self, act: Rows, lists: dict[str, list[Any]], number: int, at: tuple[int, Tensor], scope: Scope, place: Place
    ) -> list[Front]:
        """One row of a table."""
        scope.x = at[1]

        def enter(walk: Choosing) -> Scope:
            inner = scope.inner()
            inner["row"] = number
            walk.cells(act, lists, number, scope, inner)
            for name, value in act.let.items():
                inner[name] = walk.value(value, inner)
            return inner

        return self.inside(enter, act.steps, at, {}, place)

    def call(self, act: CallBlock, node: int, scope: Scope, place: Place, mark: Mark) -> Front:
        """A call of a block in which something is chosen, layer by layer."""
        slot = Slot(scope.x, -1)

        def enter(walk: Choosing) -> Scope:
            return walk.enter(walk.chosen(act, place), slot, scope, mark)

        return self.joined(self.inside(enter, act.plan.steps, (node, scope.x), {"input": slot}, place))

    def inside(
        self, enter: Callable[[Choosing], Scope], steps: Sequence[Step], at: tuple[int, Tensor], known: Known, place: Place
    ) -> list[Front]:
        """Layers under names that are chosen at their door, at each choice."""
        ends, script, (node, tensor) = list[Front](), Script(), at
        while True:
            scope = self.tried(enter, script)
            if scope is not None:
                start = node
                if script.sizes:
                    start = self.node()
                    self.edge(node, start, script.picks, self.free)
                ends.append(self.steps(steps, {_key(tensor): (start, tensor)}, scope, known, place))
            if not script.next():
                return ends

    def joined(self, fronts: Sequence[Front]) -> Front:
        """Several fronts as one, with a node for each tensor."""
        if len(fronts) == 1:
            return fronts[0]
        found: Front = {}
        for front in fronts:
            for key, (node, tensor) in front.items():
                if key not in found:
                    found[key] = self.node(), tensor
                self.edge(node, found[key][0], (), self.free)
        return found

    # --- layers that are walked --------------------------------------------------------------------------------------

    def leaf(self, steps: Sequence[Step], front: Front, scope: Scope, known: Known, place: Place) -> Front:
        """Layers that are walked as one, at each combination of what is chosen in them."""
        found: Front = {}
        for node, tensor in front.values():
            slot, script = Slot(tensor, -1), Script()
            names = {name: one if one.line < -1 else slot for name, one in known.items()}
            while True:
                walk = self.walk(script)
                out = self.walked(walk, steps, slot, scope, names, place)
                if out is not None:
                    key = _key(out.tensor)
                    if key not in found:
                        found[key] = self.node(), out.tensor
                    self.edge(node, found[key][0], script.picks, self.cost(self.ledger(walk, names or {"input": slot}, out)))
                if not script.next():
                    break
        return found

    def walked(
        self, walk: Choosing, steps: Sequence[Step], slot: Slot, scope: Scope, names: Known, place: Place
    ) -> Slot | None:
        """Some layers at one combination."""
        inner = Scope(scope)
        inner.x = slot.tensor
        found: Slot | None = self.settled(walk, lambda walk: walk.steps([*steps], slot, inner, names, place))
        return found

    def ledger(self, walk: Choosing, inputs: Known, out: Slot) -> Ledger:
        """The ledger of some layers alone."""
        network = self.spec.network
        ledger = Ledger(network.name, network.source, dict(self.settings), self.batch, walk.lines, [out.line])
        ledger.implementation = network.implementation
        ledger.inputs.update((name, slot.tensor) for name, slot in inputs.items())
        return ledger

    def tried(self, run: Callable[[Choosing], Any], script: Script | None = None) -> Any:
        """What a walk gives; None where that cannot be built."""
        return self.settled(self.walk(script or Script()), run)

    def settled(self, walk: Choosing, run: Callable[[Choosing], Any]) -> Any:
        """What a walk gives; None, and the reason is kept, where that cannot be built."""
        try:
            found = run(walk)
        except Stop:
            found = None
        if walk.problems.found:
            self.reason = self.reason or walk.problems.found[0].brief
            return None
        return found


def _key(tensor: Tensor) -> tuple[Any, ...]:
    return tuple(tensor.dims.items())


def _inner(step: Step) -> list[Step]:
    """The layers that stand in a layer."""
    act = step.act
    if isinstance(act, Branches):
        return [one for _, part in act.parts for one in part]
    return act.steps if isinstance(act, Group | Residual | Rows) else []


def _names(step: Step) -> set[str]:
    """The names by which a layer, or one in it, takes tensors or parameters of others outside it."""
    inner, holders = _inner(step), (path.partition("/")[0] for path in step.tied.values())
    return {*map(str, step.origin), *holders}.union(*map(_names, inner)) - {
        "previous",
        *(one.name for one in inner if one.name),
    }
