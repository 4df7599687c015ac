"""The layers of a draft as a tree: branches that part and meet again are one unit, and what follows one another a line.

A join is found by the last layer that all its branches come from (its immediate dominator); where nothing between leaves on
another way, what lies between is one unit, and where the branches are chains of their own, a residual or a join of branches.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from costmodel.importing.draft import Step
from costmodel.importing.interpreting import Draft
from costmodel.ops import OPS


@dataclass(slots=True, eq=False)
class Unit:
    """A layer, or several that one thing enters and one leaves.

    `kind` is `layer`, `join` (branches, each a chain of units; an empty one passes on what enters), or `graph` (units that
    read one another; `None` stands for what enters). `sources` are the units that it reads, None where that is what enters
    the unit around it.
    """

    kind: str
    step: Step
    sources: "list[Unit]" = field(default_factory=list)
    branches: "list[list[Unit]]" = field(default_factory=list)
    inner: "list[Unit]" = field(default_factory=list)
    entry: "Unit | None" = None
    depth: int = 0
    above: "Unit | None" = None

    @property
    def steps(self) -> list[Step]:
        """All layers in it."""
        inside = [step for unit in (*self.inner, *(unit for branch in self.branches for unit in branch)) for step in unit.steps]
        return inside if self.kind == "graph" else [*inside, self.step]


def units(draft: Draft) -> tuple[list[Unit], dict[int, Unit]]:
    """The units of a network in their order, and the one that gives what a layer gives, by the layer's place."""
    of: dict[int, Unit] = {step.order: Unit("layer", step) for step in draft.inputs.values()}
    given = {step.order for step in draft.outputs.values()}
    users: dict[int, list[Step]] = {}
    for step in draft.steps:
        for source in step.sources:
            users.setdefault(source.order, []).append(step)
    alive: list[Unit] = []
    for step in draft.steps:
        unit = Unit("layer", step, [of[source.order] for source in step.sources])
        unit.above = _meeting(unit.sources)
        unit.depth = unit.above.depth + 1 if unit.above else 0
        of[step.order] = unit
        alive.append(unit)
        parts = len({id(source) for source in unit.sources}) > 1
        if parts and unit.above is not None and (found := _between(unit, unit.above, alive, users, given)):
            _contract(unit, found, alive)
    return alive, of


def _meeting(sources: Sequence[Unit]) -> Unit | None:
    """The last unit that all of them come from; None for none, as with several inputs."""
    found: Unit | None = sources[0]
    for source in sources[1:]:
        other: Unit | None = source
        while found is not other:
            if found is None or other is None:
                return None
            if found.depth >= other.depth and found.above is not None:
                found = found.above
            elif other.above is not None:
                other = other.above
            else:
                return None
    return found


def _between(unit: Unit, above: Unit, alive: list[Unit], users: dict[int, list[Step]], given: set[int]) -> list[Unit] | None:
    """The units between two, where nothing of them is read elsewhere."""
    found: dict[int, Unit] = {}
    waiting = [source for source in unit.sources if source is not above]
    while waiting:
        one = waiting.pop()
        if id(one) in found or one is above:
            continue
        found[id(one)] = one
        waiting += one.sources
    inside = {step.order for one in found.values() for step in one.steps} | {unit.step.order}
    for one in found.values():
        if not one.sources and one.step.verb == "":
            return None
        if one.step.order in given or any(user.order not in inside for user in users.get(one.step.order, [])):
            return None
    return [one for one in alive if id(one) in found]


def _contract(unit: Unit, found: list[Unit], alive: list[Unit]) -> None:
    """Make of a join and what lies before it one unit."""
    above = unit.above
    assert above is not None
    branches = _branches(unit, above, found)
    inner = {id(one) for one in found}
    if branches is not None:
        unit.kind, unit.branches = "join", branches
        unit.sources = [above]
    else:
        last = Unit("layer", unit.step, unit.sources)
        unit.kind, unit.inner, unit.entry = "graph", [*found, last], above
        unit.sources = [above]
    alive[:] = [one for one in alive if id(one) not in inner]


def _branches(unit: Unit, above: Unit, found: list[Unit]) -> list[list[Unit]] | None:
    """A chain for each thing that is joined; None where they are none."""
    verb = unit.step.verb
    if not OPS[verb].joins:
        return None
    readers: dict[int, int] = {}
    for one in (*found, unit):
        for source in one.sources:
            readers[id(source)] = readers.get(id(source), 0) + 1
    chains, seen = [], 0
    for end in unit.sources:
        chain: list[Unit] = []
        source = end
        while source is not above:
            if len(source.sources) != 1 or readers[id(source)] != 1:
                return None
            chain.append(source)
            source = source.sources[0]
        chains.append(chain[::-1])
        seen += len(chain)
    return chains if seen == len(found) else None
