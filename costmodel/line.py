"""One op as it was run, and the place where it stands: the lines that a ledger is made of."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from costmodel.cost import Cost
from costmodel.ops import Op
from costmodel.problems import Mark
from costmodel.tensor import Tensor


class Place:
    """Where a node stands: a label under another place, numbered where the label stands there more than once.

    `mark` is where the spec says so, if it does: outside blocks a table's row rather than the layer that stands under it.
    """

    __slots__ = ("is_stage", "label", "mark", "number", "parent", "seen")

    def __init__(self, parent: "Place | None", label: str, is_stage: bool = False, mark: Mark | None = None) -> None:
        self.parent, self.label, self.is_stage, self.mark = parent, label, is_stage, mark
        self.seen: dict[str, int] | None = None
        self.number = 0
        if parent is not None:
            seen = parent.seen = parent.seen or {}
            self.number = seen[label] = seen.get(label, 0) + 1

    @property
    def namesakes(self) -> int:
        """How often its label stands under its parent."""
        return (self.parent.seen or {}).get(self.label, 0) if self.parent is not None else 0

    @property
    def repeated(self) -> bool:
        """Whether its label stands more than once under its parent."""
        return self.namesakes > 1

    def chain(self) -> "list[Place]":
        """From the outermost place to this one, the root left out."""
        chain: list[Place] = []
        place: Place | None = self
        while place is not None and place.parent is not None:
            chain.append(place)
            place = place.parent
        return chain[::-1]

    def __str__(self) -> str:
        """The path, as `pair.7/depthwise`."""
        return "/".join(f"{p.label}.{p.number}" if p.repeated else p.label for p in self.chain())


@dataclass(slots=True, eq=False, repr=False)
class Line:
    """One op as it was run: its place, its field values, what entered and left it, and its cost.

    `sources` are the indices of the lines whose outputs entered; −1, −2, … are the network's inputs.
    """

    place: Place
    rule: Op
    fields: dict[str, Any]
    sources: tuple[int, ...]
    inputs: tuple[Tensor, ...]
    output: Tensor
    cost: Cost
    mark: Mark
    tied: Mapping[str, int] | None = None
    """The kinds of its parameters that are those of earlier lines, with the lines' indices: it reads them, and has none."""

    def __repr__(self) -> str:
        return f"<Line {self.path}: {self.op} of {' + '.join(map(str, self.inputs))} gives {self.output}>"

    @property
    def op(self) -> str:
        """The name of its op."""
        return self.rule.name

    @property
    def path(self) -> str:
        """Where it stands in the network."""
        return str(self.place)

    @property
    def owned(self) -> Cost:
        """Its cost, without the parameters that are those of an earlier line."""
        return self.own(self.cost)

    def own(self, cost: Cost) -> Cost:
        """A cost of it, in any numbers, without the parameters that are those of an earlier line."""
        nothing: dict[str, Any] = dict.fromkeys(self.tied or (), 0)
        return replace(cost, **nothing) if nothing else cost

    @property
    def known(self) -> bool:
        """Whether its cost is known."""
        return self.rule.family != "unknown"


def labels(line: Line) -> tuple[str, ...]:
    """What a line is called, and the place that directly holds it."""
    place = line.place
    return (place.label, place.parent.label) if place.parent else (place.label,)
