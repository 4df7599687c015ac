"""The lines of a spec before it is written: what each calls, what stands inside it, and what it takes its inputs from."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from costmodel.importing.draft import Step
from costmodel.importing.units import Unit


@dataclass(slots=True, eq=False)
class Line:
    """One line: an op, a `join` of branches, a `residual`, a `group` of lines under a name, or a `call` of a block.

    `reads` are the lines that it takes its inputs from, `ENTRY` among them; empty where that is the line above. `path` is the
    module that it came from, `label` what it is called, `is_graph` says that lines in it read one another by name.
    """

    kind: str
    verb: str
    fields: dict[str, Any] = field(default_factory=dict)
    body: "list[Line]" = field(default_factory=list)
    branches: "list[list[Line]]" = field(default_factory=list)
    reads: "list[Line]" = field(default_factory=list)
    path: tuple[str, ...] = ()
    label: str = ""
    repeat: int = 1
    is_graph: bool = False
    step: Step | None = None
    tied: "dict[str, Way]" = field(default_factory=dict)
    """The line whose parameters it has, by kind or of all kinds ('')."""
    is_named: bool = False
    """Whether another line says its name for its parameters."""
    held: "Line | None" = None
    """Of a call, the one line that its block is."""
    twin: "Line | None" = None
    """The line of a block that stands for it there."""
    outer: "Line | None" = None
    """The line of the same list that it went into."""

    @property
    def inside(self) -> "Iterable[list[Line]]":
        """The lists of lines in it."""
        return [self.body, *self.branches] if self.body else self.branches

    @property
    def seen(self) -> "Line":
        """The line that stands for it in its list."""
        line = self
        while line.outer is not None:
            line = line.outer
        return line


class Way(NamedTuple):
    """How a line names another: by those around it and itself, outermost first.

    The first stands in a list around the line that names it; or `is_around` that line, as the join of both their branches.
    """

    lines: list[Line]
    is_around: bool


ENTRY = Line("entry", "")
"""What enters the list."""


def lined(units: Sequence[Unit], of: dict[int, Line], entry: Unit | None) -> list[Line]:
    """Units as lines. `of` has the lines by unit; `entry` is the unit whose tensor enters."""
    lines: list[Line] = []
    before: Unit | None = entry
    for unit in units:
        line = _line(unit)
        reads = [ENTRY if source is entry else of[id(source)] for source in unit.sources]
        line.reads = [] if len(unit.sources) == 1 and unit.sources[0] is before else reads
        of[id(unit)] = line
        lines.append(line)
        before = unit
    return lines


def _line(unit: Unit) -> Line:
    step = unit.step
    if unit.kind == "layer":
        return Line("op", step.verb, dict(step.fields), path=path_of(step), step=step)
    path = shared([path_of(one) for one in unit.steps])
    if unit.kind == "graph":
        return Line("group", "", body=lined(unit.inner, {}, unit.entry), path=path, is_graph=True, step=step)
    entry = unit.above
    branches = [lined(branch, {}, entry) for branch in unit.branches]
    if step.verb == "add" and len(branches) == 2 and sum(map(bool, branches)) == 1:
        return Line("residual", "residual", body=next(filter(None, branches)), path=path, step=step)
    return Line("join", step.verb, dict(step.fields), branches=branches, path=path, step=step)


def shared(paths: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The modules that all of several paths begin with; paths that nobody knows do not count."""
    known = [path for path in paths if path]
    if not known:
        return ()
    first, last = min(known), max(known)
    same = 0
    while same < min(len(first), len(last)) and first[same] == last[same]:
        same += 1
    return first[:same]


def path_of(step: Step) -> tuple[str, ...]:
    """The module of a layer by the names of what it holds, or as its node says; none where neither says it.

    Each part is what the module is called in the one around it: features, 0, 1.
    """
    if step.path:
        return _local(step.path)
    for name in sorted(step.constants):
        module, dot, _ = name.rpartition(".")
        if dot and "::" not in name and "/" not in name:
            return tuple(module.split("."))
    return ()


def _local(path: tuple[str, ...]) -> tuple[str, ...]:
    """Names as seen from the module around: of `layer1`, `layer1.0` the second is `0`."""
    found, around = [], ""
    for part in path:
        mine = part.removeprefix(f"{around}.") if around else part
        around = part
        found += mine.split(".")
    return tuple(found)
