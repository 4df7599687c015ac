"""What a graph is made of: linked layers, still folded, in the order in which they run."""

from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

from costmodel.ops import Op
from costmodel.ops.fields import Kind
from costmodel.problems import Mark
from costmodel.spec.network import Network
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Value


class RunOp(NamedTuple):
    """An op with its constant fields worked out and its others still to be; `marks` are the places of both."""

    op: Op
    fixed: dict[str, Any]
    live: list[tuple[str, Value, Kind]]
    marks: dict[str, Mark]


@dataclass(slots=True, eq=False, repr=False)
class Plan:
    """A block, linked: its parameters' names, its lets, its steps, and how deep these stand in one another.

    An op of the spec's own has the same, save steps.
    """

    name: str
    params: list[str]
    let: dict[str, Value]
    inputs: list[str]
    steps: "list[Step]"
    depth: int = 0


class CallBlock(NamedTuple):
    """A block with the arguments of one call; a default that the call replaces is in neither part."""

    plan: Plan
    fixed: dict[str, Any]
    args: list[tuple[str, Value]]
    defaults: list[tuple[str, Value]]


class RunOwn(NamedTuple):
    """An op of the spec's own, called like a block; its rule takes what works out its formulas."""

    op: Op
    call: CallBlock


class Residual(NamedTuple):
    """A body whose input is added to its output, where `shortcut` holds."""

    steps: "list[Step]"
    shortcut: Formula | None


class Branches(NamedTuple):
    """Labelled branches of one input, joined by an op."""

    join: RunOp
    parts: "list[tuple[str, list[Step]]]"


class Group(NamedTuple):
    """Steps under one modifier."""

    steps: "list[Step]"


class Rows(NamedTuple):
    """Steps once a row, with the row's cells as names; `lists` are the columns that formulas give whole."""

    mark: Mark
    columns: list[str]
    rows: list[list[Value]]
    lists: dict[str, Value]
    marks: list[Mark]
    labels: list[str]
    let: dict[str, Value]
    steps: "list[Step]"


class Activate(NamedTuple):
    """The pointwise op that a word names, or nothing for `none`."""

    kind: Value


class Identity(NamedTuple):
    """Nothing at all: the tensor passes."""


Act: TypeAlias = RunOp | CallBlock | RunOwn | Residual | Branches | Group | Rows | Activate | Identity


class Step(NamedTuple):
    """One layer, linked: what it does and the modifiers around it."""

    act: Act
    verb: str
    mark: Mark
    name: str | None
    origin: list[Text]
    when: Formula | None
    repeat: Formula | None
    tied: dict[str, Text]


class Graph(NamedTuple):
    """A network ready to be walked with numbers."""

    network: Network
    steps: list[Step]
