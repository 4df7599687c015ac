"""A spec as checked data: what was written, in the order written, with its places; no numbers worked out yet."""

from dataclasses import dataclass, field
from typing import NamedTuple

from costmodel.counts import USUAL
from costmodel.problems import Mark
from costmodel.spec.checking import Check
from costmodel.spec.published import Published
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Sizes, Value


class Table(NamedTuple):
    """Rows of values under named columns, as papers print them; a column `name` labels the rows.

    `lists` are the columns that a formula gives as a list; how many rows there are is then known by the evaluation.
    """

    mark: Mark
    columns: list[Text]
    rows: list[list[Value]]
    lists: "dict[Text, Value]"
    marks: list[Mark]
    labels: list[Text]
    let: "dict[Text, Value]"


@dataclass(slots=True, eq=False, repr=False)
class Layer:
    """One item of a list of layers: a verb, what it is given, and the modifiers beside it.

    `fields` belong to calls of ops and blocks, `body` to residuals, groups and tables, `branches` to joins;
    `shortcut` is the condition inside a residual, that leaves out only the addition.
    """

    verb: Text
    fields: dict[Text, Value] = field(default_factory=dict)
    body: "list[Layer]" = field(default_factory=list)
    branches: "list[tuple[Text, list[Layer]]]" = field(default_factory=list)
    table: Table | None = None
    shortcut: Formula | None = None
    name: Text | None = None
    origin: list[Text] = field(default_factory=list)
    when: Formula | None = None
    repeat: Formula | None = None
    tied: dict[str, Text] = field(default_factory=dict)
    """The layer whose parameters it has: of some kinds, or of all where no kind is said."""

    @property
    def mark(self) -> Mark:
        """Where the verb stands."""
        return self.verb.mark


class Block(NamedTuple):
    """A named group of layers with parameters of its own; None marks one that the caller must give."""

    name: Text
    params: dict[Text, Value | None]
    let: dict[Text, Value]
    inputs: list[Text]
    layers: list[Layer]


class OwnOp(NamedTuple):
    """An op that a spec defines by formulas: its fields, the shape that leaves it, and its counts an image.

    `keeps` says that dimensions which `output` does not name stay as they enter.
    """

    name: Text
    params: dict[Text, Value | None]
    let: dict[Text, Value]
    output: Sizes | None
    keeps: bool
    counts: dict[str, Value]


class Implementation(NamedTuple):
    """Whose code it is, and how it spells an op: everywhere (the label is empty), or under a label.

    That is the layer's own, or that of the place which holds it.
    """

    source: str = ""
    spelled: dict[tuple[str, str], Text] = {}  # noqa: RUF012 - never written to

    def of(self, op: str, *labels: str) -> str:
        """How an op is spelled where it and the place that holds it are labelled so.

        >>> code = Implementation("torchvision", {("relu", "unit"): "function"})
        >>> code.of("relu", "conv_bn"), code.of("relu", "conv_bn", "unit")
        ('module', 'function')
        """
        if not self.spelled:
            return USUAL
        return next((str(self.spelled[op, label]) for label in (*labels, "") if (op, label) in self.spelled), USUAL)


class Network(NamedTuple):
    """One spec, read and checked."""

    file: str
    name: str
    source: str
    params: dict[Text, Value | None]
    let: dict[Text, Value]
    inputs: dict[str, Sizes]
    blocks: dict[str, Block]
    layers: list[Layer]
    variants: dict[str, dict[Text, Value]]
    published: list[Published]
    ops: dict[str, OwnOp]
    outputs: list[Text]
    implementation: Implementation = Implementation()
    check: Check = Check()

    @property
    def compared(self) -> list[Published]:
        """The published rows with figures that are computed too, or are said not to be."""
        return [row for row in self.published if row.figures or row.not_modelled]
