"""A model as it came in, whatever wrote it: nodes in the vocabulary of ONNX, in an order in which they can run.

Every door into the room makes a `Model`; everything behind the doors reads nothing else. Names are unique in a model, each
value is made once, before it is read, and functions are written out where they were called.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

SMALL = 4096
"""The most elements of a value whose numbers are kept: those that shapes are worked out with are few."""

Dim: TypeAlias = int | str | None
"""A size: a number, the name of one that is open, or None where nothing is said."""


class Constant(NamedTuple):
    """A value that a model holds: its shape, and its numbers where they are few and there.

    `data` are Python numbers (or truths, or texts) in row-major order; None where there are too many, or where they lie in
    another file, which is never opened. `learned` says that it is an initializer, a weight of the model, and no constant that
    a node states. `sample` tells whose it is: some bytes of a matrix that lies in the file, which copies of it have too, or
    a name.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    data: tuple[Any, ...] | None
    learned: bool = False
    sample: bytes = b""


@dataclass(slots=True, eq=False)
class Node:
    """One op as it was written: `inputs` has '' where an optional one is left out.

    `domain` is '' for the standard's own ops. An attribute is a number, a text, a list of either, a `Constant` (a tensor) or
    a `Graph` (a body). `place` is the path of the module that it came from, outermost first, as far as that is said.
    """

    op: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any] = field(default_factory=dict)
    name: str = ""
    domain: str = ""
    place: tuple[str, ...] = ()


class Entry(NamedTuple):
    """What is said of a value: its name, its data type, and its sizes; `dims` is None where its rank is not said."""

    name: str
    dtype: str
    dims: tuple[Dim, ...] | None


class Graph(NamedTuple):
    """Nodes, with what enters, what leaves, the values that they hold and what is said of those between."""

    nodes: list[Node]
    inputs: list[Entry]
    outputs: list[Entry]
    constants: dict[str, Constant]
    said: dict[str, Entry]


class Model(NamedTuple):
    """A whole model: its graph, its name, what wrote it, and the version of each operator set that it uses."""

    graph: Graph
    name: str
    producer: str
    opsets: dict[str, int]
    file: str
