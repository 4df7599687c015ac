"""Lines that have the parameters of lines above, as their layers hold the same values.

An embedding and the last product, one head for all levels, one layer in every place.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import Any

from costmodel import algebra
from costmodel.cost import LEARNED
from costmodel.importing.draft import Cannot, Step, rated
from costmodel.importing.interpreting import Draft
from costmodel.importing.lines import Line, Way
from costmodel.importing.model import Constant


@dataclass(slots=True)
class Ties:
    """Which lines have whose parameters, and the values that several layers hold though no line could say so."""

    draft: Draft
    left: list[str] = field(default_factory=list)
    _holder: dict[str, Step] = field(default_factory=dict)
    _around: dict[int, tuple[Line | None, str]] = field(default_factory=dict)
    _lines: dict[tuple[int, ...], list[Line]] = field(default_factory=dict)
    _of: dict[int, Line] = field(default_factory=dict)
    _first: dict[str, str] = field(default_factory=dict)

    def find(self, lines: list[Line]) -> None:
        """Say of every line whose parameters it has."""
        seen: dict[Any, str] = {}
        for name, value in self.draft.model.graph.constants.items():
            if value.sample:
                self._first[name] = seen.setdefault((value.shape, value.sample), name)
        self._place(lines, None, "")
        self._visit(lines)

    def _held(self, step: Step) -> frozenset[str]:
        """The values that a layer holds, each under the name of the first of its copies: exporters write some again."""
        return frozenset(self._first.get(name, name) for name in step.constants)

    def _place(self, lines: list[Line], around: Line | None, branch: str) -> None:
        for line in lines:
            self._around[id(line)] = around, branch
            self._place(line.body, line, "")
            for at, part in enumerate(line.branches):
                self._place(part, line, str(at))

    def _visit(self, lines: list[Line]) -> None:
        for line in lines:
            mine = [step for step in _steps(line) if step.constants]
            is_whole = all(map(self._whole, mine)) and not all(map(self._is_usual, mine))
            known = self._lines.get(self._first_of(mine), []) if is_whole else []
            if found := next((one for one in reversed(known) if self._can_name(line, one)), None):
                self._tie(line, "", found)
                continue
            for part in line.inside:
                self._visit(part)
            if line.step is not None and not line.inside and mine:
                self._one(line, line.step)
            self._lines.setdefault(self._first_of(mine), []).append(line)

    def _first_of(self, steps: list[Step]) -> tuple[int, ...]:
        """The layers that hold first what some hold."""
        return tuple((self._whole(step) or step).order for step in steps)

    def _one(self, line: Line, step: Step) -> None:
        """Of one layer, the kinds of its parameters that are another's."""
        self._of[step.order] = line
        shared = [name for name in sorted(self._held(step)) if name in self._holder and not self._is_usual_value(name)]
        for name in shared:
            holder = self._of[self._holder[name].order]
            kind = next((kind for kind, many in _kinds(step) if _is(many, self._size(name))), "")
            if kind and kind not in line.tied and self._fits(name, self._holder[name], kind) and self._can_name(line, holder):
                self._tie(line, kind, holder)
            elif name not in self.left:
                self.left.append(name)
        for name in self._held(step):
            self._holder.setdefault(name, step)

    def _fits(self, name: str, holder: Step, kind: str) -> bool:
        """Whether a value is all that a layer holds of a kind, or all that it holds."""
        size, counts = self._size(name), dict(_kinds(holder))
        return _is(counts.get(kind), size) or _is(sum(many for one, many in counts.items() if one != "buffers"), size)

    def _size(self, name: str) -> int | None:
        """How many elements a value has."""
        value = self.draft.model.graph.constants.get(name)
        return None if value is None else prod(value.shape)

    def _whole(self, step: Step) -> Step | None:
        """The layer above that holds just the same values as one."""
        holders = {self._holder[name].order: self._holder[name] for name in self._held(step) if name in self._holder}
        if len(holders) != 1:
            return None
        (holder,) = holders.values()
        return holder if self._held(holder) == self._held(step) and holder.order in self._of else None

    def _is_usual(self, step: Step) -> bool:
        """Whether a layer has only values that any other could have."""
        return all(map(self._is_usual_value, self._held(step)))

    def _is_usual_value(self, name: str) -> bool:
        """Whether a value is all zeros, or all ones, or may be: exporters write equal values once, whosever they are."""
        value: Constant | None = self.draft.model.graph.constants.get(name)
        if value is None or value.sample:
            return False
        return len(value.shape) < 2 if value.data is None else len({*value.data}) <= 1

    # --- names -----------------------------------------------------------------------------------------------------------

    def _can_name(self, line: Line, target: Line) -> bool:
        """Whether a line may name another: not from inside a block of lines that are read by name, where that is outside.

        A residual is no part of a path, so it is named only where its own name is seen.
        """
        way = self._way(line, target).lines
        around = [*self._up(way[0])]
        is_said = len(way) == 1 or target.kind != "residual"
        return is_said and not any(one.is_graph for one in [*self._up(line)][1:] if one not in around)

    def _way(self, line: Line, target: Line) -> Way:
        """How a line names another."""
        mine = [*self._up(line)]
        lists = {self._key(one) for one in mine}
        way = [*self._up(target)]
        at = next(at for at, one in enumerate(way) if self._key(one) in lists)
        return Way(way[at::-1], way[at] in mine)

    def _key(self, line: Line) -> tuple[int, str]:
        around, branch = self._around[id(line)]
        return id(around), branch

    def _up(self, line: Line) -> Iterator[Line]:
        """A line and those around it, outwards."""
        found: Line | None = line
        while found is not None:
            yield found
            found = self._around[id(found)][0]

    def _tie(self, line: Line, kind: str, target: Line) -> None:
        line.tied[kind] = self._way(line, target)
        for one in line.tied[kind].lines:
            one.is_named = True


def _steps(line: Line) -> Iterable[Step]:
    """The layers in a line, in order; a join stands behind its branches."""
    for part in line.inside:
        for inner in part:
            yield from _steps(inner)
    if line.step is not None and not line.inside:
        yield line.step


def _kinds(step: Step) -> list[tuple[str, "algebra.Num"]]:
    """The kinds of parameters that a layer has, with how many there are."""
    try:
        _, cost = rated(step.verb, [source.output for source in step.sources if source.output is not None], step.fields)
    except Cannot:
        return []
    return [
        (kind, getattr(cost, kind)) for kind in LEARNED if algebra.decide(algebra.equal(getattr(cost, kind), 0)) is not True
    ]


def _is(many: "algebra.Num | None", size: int | None) -> bool:
    return many is not None and size is not None and algebra.decide(algebra.equal(many, size)) is True
