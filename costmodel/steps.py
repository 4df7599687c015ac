"""What a graph is made of: linked layers, still folded, in the order in which they run."""

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costmodel.ops import Op
from costmodel.ops.fields import Kind
from costmodel.problems import Mark
from costmodel.spec.network import Network
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Value


@dataclass(slots=True)
class RunOp:
    """An op with its constant fields worked out and its others still to be; `marks` are the places of both."""

    op: Op
    fixed: dict[str, Any] = field(default_factory=dict)
    live: list[tuple[str, Value, Kind]] = field(default_factory=list)
    marks: dict[str, Mark] = field(default_factory=dict)


@dataclass(slots=True)
class Plan:
    """A block, linked: its parameters' names, its lets, its steps, and how deep these stand in one another."""

    name: str
    params: list[str]
    let: dict[str, Value]
    inputs: list[str]
    steps: "list[Step]"
    depth: int = 0


@dataclass(slots=True)
class CallBlock:
    """A block with the arguments of one call; a default that the call replaces is in neither part."""

    plan: Plan
    fixed: dict[str, Any]
    args: list[tuple[str, Value]]
    defaults: list[tuple[str, Value]]


@dataclass(slots=True)
class Residual:
    """A body whose input is added to its output, where `shortcut` holds."""

    steps: "list[Step]"
    shortcut: Formula | None


@dataclass(slots=True)
class Branches:
    """Labelled branches of one input, joined by an op."""

    join: RunOp
    parts: "list[tuple[str, list[Step]]]"


@dataclass(slots=True)
class Group:
    """Steps under one modifier."""

    steps: "list[Step]"


@dataclass(slots=True)
class Rows:
    """Steps once a row, with the row's cells as names."""

    columns: list[str]
    rows: list[list[Value]]
    marks: list[Mark]
    labels: list[str]
    let: dict[str, Value]
    steps: "list[Step]"


@dataclass(slots=True)
class Activate:
    """The pointwise op that a word names, or nothing for `none`."""

    kind: Value


@dataclass(slots=True)
class Identity:
    """Nothing at all: the tensor passes."""


Act: TypeAlias = RunOp | CallBlock | Residual | Branches | Group | Rows | Activate | Identity


@dataclass(slots=True)
class Step:
    """One layer, linked: what it does and the modifiers around it."""

    act: Act
    verb: str
    mark: Mark
    name: str | None
    origin: list[Text]
    when: Formula | None
    repeat: Formula | None


@dataclass(slots=True)
class Graph:
    """A network ready to be walked with numbers."""

    network: Network
    steps: list[Step]
