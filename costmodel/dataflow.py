"""A ledger as the ops that run and the tensors between them: who makes each, who reads it, which of them share memory."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.problems import Problem, SpecError
from costmodel.tensor import Tensor

VIEW, VALUES, CHANNELS = "view", "values", "channels"
"""What an op may do with the memory of its input: share it, write over it value by value, or channel by channel."""


class Node(NamedTuple):
    """One op that runs: a line of the ledger, or a part of one that is several ops.

    `sources` are the nodes whose tensors it takes; −1, −2, … are the network's inputs. `reuse` is what it may do with the
    memory of its input, `aside` the elements that it holds beside its tensors while it writes over that input.
    """

    line: int
    part: str
    sources: tuple[int, ...]
    tensor: Tensor
    reuse: str = ""
    aside: int = 0


class Dataflow:
    """The nodes of a ledger in the order given, and the tensors that take memory.

    A tensor is known by the number of the node that made it, a network's input by −1, −2, …; a view's is that of what it
    views. Raises `SpecError` for a ledger of points or symbols.
    """

    def __init__(self, ledger: Ledger) -> None:
        inputs = list(ledger.inputs.values())
        if not all(algebra.is_single(x.size) for x in (*inputs, *(line.output for line in ledger.lines))):
            message = "peak memory needs plain numbers, and this network has points or symbols"
            raise SpecError([Problem(None, message, "evaluate the points one by one")])
        self.ledger = ledger
        self.nodes: list[Node] = []
        self.tensors = {-1 - place: tensor for place, tensor in enumerate(inputs)}
        """Every tensor that takes memory, the network's inputs first."""
        self.readers: dict[int, list[int]] = {of: [] for of in self.tensors}
        """The nodes that read each, or a view of it."""
        self.reads: list[tuple[int, ...]] = []
        """What each node reads, no tensor twice."""
        self._memory_of = {of: of for of in self.tensors}
        ends = {of: of for of in self.tensors}
        for at, line in enumerate(ledger.lines):
            for node in _nodes(at, line, tuple(ends[source] for source in line.sources), len(self.nodes)):
                self._enter(node)
            ends[at] = len(self.nodes) - 1
        self.kept = frozenset(self._memory_of[ends[end]] for end in ledger.outputs)
        """What leaves the network, and stays to the end."""

    def _enter(self, node: Node) -> None:
        number = len(self.nodes)
        reads = tuple(dict.fromkeys([self._memory_of[source] for source in node.sources]))
        self.nodes.append(node)
        self.reads.append(reads)
        for of in reads:
            self.readers[of].append(number)
        if node.reuse == VIEW:
            self._memory_of[number] = reads[0]
            return
        self._memory_of[number] = number
        self.tensors[number] = node.tensor
        self.readers[number] = []

    @cached_property
    def sizes(self) -> dict[int, int]:
        """The elements of each tensor that takes memory."""
        return {of: tensor.size for of, tensor in self.tensors.items()}

    @property
    def entering(self) -> int:
        """The elements that are alive before anything runs: the inputs that are read, or given out as they are."""
        return sum(self.sizes[of] for of in self.tensors if of < 0 and (self.readers[of] or of in self.kept))

    def may_overwrite(self, number: int, reuses: frozenset[str]) -> bool:
        """Whether a node could ever write over what it reads, where conventions let it do so."""
        node, reads = self.nodes[number], self.reads[number]
        if node.reuse not in reuses or len(reads) != 1 or reads[0] in self.kept:
            return False
        return self.sizes[number] <= self.sizes[reads[0]]

    def effect(self, number: int, reuses: frozenset[str], freed: Sequence[int]) -> tuple[int, int, bool]:
        """What one op does to the elements alive, when `freed` are the tensors that nobody needs after it.

        How many more there are while it runs, how many more after it, and whether it writes over its input.
        """
        gone = sum(self.sizes[of] for of in freed)
        node = self.nodes[number]
        if node.reuse == VIEW:
            return 0, -gone, False
        size = self.sizes[number]
        stays = size if self.readers[number] or number in self.kept else 0
        if freed and self.may_overwrite(number, reuses):
            return node.aside, stays - gone, True
        return size, stays - gone, False

    def path(self, of: int) -> str:
        """Who made a tensor: the path of its line, with the part of an op that is several; an input's name."""
        if of < 0:
            return f"input {list(self.ledger.inputs)[-1 - of]}" if len(self.ledger.inputs) > 1 else "input"
        node = self.nodes[of]
        return f"{self.ledger.lines[node.line].path}{f' ({node.part})' if node.part else ''}"


def written(line: Line, part: str) -> tuple[Tensor, int]:
    """What one of the ops that a line is gives, and the elements that it holds aside; of any kind of number."""
    if not part:
        deep = line.op == "depthwise" or line.op in _GROUPED
        return line.output, _plane(line.inputs[0], line.output) if deep else 0
    node = next(node for node in _nodes(0, line, (0,) * len(line.sources), 0) if node.part == part)
    return node.tensor, node.aside


def _nodes(at: int, line: Line, sources: tuple[int, ...], first: int) -> Iterator[Node]:
    """The ops that a line is; `first` is the number of the first."""
    if line.op == "separable":
        between = line.output.but(c=line.inputs[0].c * line.fields.get("multiplier", 1))
        yield Node(at, "depthwise", sources, between, CHANNELS, _plane(line.inputs[0], between))
        yield Node(at, "1×1", (first,), line.output)
    elif line.op == "attention":
        yield from _attention(at, line, sources, first)
    elif line.op == "scaled_dot_product" and not line.fields.get("fused", False):
        queries, keys, _ = line.inputs
        scores = queries.but(**{[*queries.dims][-1]: keys.shape[-2]})
        yield Node(at, "scores", sources[:2], scores)
        yield Node(at, "softmax", (first,), scores, VALUES)
        yield Node(at, "weighted sum", (first + 1, sources[2]), line.output)
    else:
        yield _node(at, line, sources)


def _node(at: int, line: Line, sources: tuple[int, ...]) -> Node:
    x, y = line.inputs[0], line.output
    if line.known and line.cost.read == 0 and line.cost.write == 0 and len(sources) == 1 and y.size <= x.size:
        return Node(at, "", sources, y, VIEW)
    if line.rule.value_wise or (line.rule.family == "norm" and line.op != "local_norm"):  # that one reads its neighbours
        return Node(at, "", sources, y, VALUES)
    if line.op == "depthwise" or (line.op in _GROUPED and line.fields.get("groups", 1) == x.c):
        return Node(at, "", sources, y, CHANNELS, _plane(x, y))
    return Node(at, "", sources, y)


_GROUPED = ("conv1d", "conv2d", "conv3d")
"""Convolutions that are depthwise where they have as many groups as channels."""


def _plane(x: Tensor, y: Tensor) -> Any:
    """The elements that one channel of one image gives."""
    return y.size // (x.n * x.c)


def _attention(at: int, line: Line, sources: tuple[int, ...], first: int) -> Iterator[Node]:
    """Attention written out, as its memory access is counted: fused, its scores are never whole in memory."""
    fields, x, source = line.fields, line.inputs[0], line.inputs[-1]
    heads, dim = fields["heads"], fields.get("dim") or x.c
    kv = dim // heads * (fields.get("kv_heads") or heads)
    yield Node(at, "queries", sources[:1], x.but(c=dim))
    yield Node(at, "keys", sources[-1:], source.but(c=kv))
    yield Node(at, "values", sources[-1:], source.but(c=kv))
    if fields.get("fused", False):
        yield Node(at, "weighted sum", (first, first + 1, first + 2), x.but(c=dim))
    else:
        scores = Tensor(n=x.n, c=heads, h=x.t, w=source.t // fields.get("windows", 1))
        yield Node(at, "scores", (first, first + 1), scores)
        yield Node(at, "softmax", (first + 3,), scores, VALUES)
        yield Node(at, "weighted sum", (first + 4, first + 2), x.but(c=dim))
        first += 2
    yield Node(at, "projection", (first + 3,), line.output)
