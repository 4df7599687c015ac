"""A ledger as the nodes that a runtime is given: what `exporting` writes, noted down without its values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, cast

from costmodel.exporting.run import Run
from costmodel.exporting.taken import check
from costmodel.exporting.writers import WRITERS
from costmodel.ledger import Ledger

Shape = tuple[int, ...]


@dataclass(slots=True, eq=False)
class Node:
    """One node: its op, the tensors that enter and the one that leaves, the lines of the ledger whose work it does.

    `activation` and `added` are what a convolution takes in when they are fused into it; `blocked` says that its channels
    lie in blocks, and `parts` what else it gives where it is a split.
    """

    op: str
    inputs: list[str]
    output: str
    attributes: dict[str, Any]
    lines: list[int]
    activation: str = ""
    added: str = ""
    blocked: bool = False
    parts: list[str] = field(default_factory=list)


class Sketch:
    """Stands where a model is written: notes each node, and the shape of every value, draws nothing."""

    def __init__(self, ledger: Ledger) -> None:
        check(ledger, WRITERS, "ONNX")
        self.nodes: list[Node] = []
        self.shapes: dict[str, Shape] = {}
        self.held: dict[Any, list[tuple[str, list[int], str]]] = {}
        """The parameters of each line, as a model has them."""
        self.weights: set[str] = set()
        """The values that a model holds."""
        self._numbers: dict[str, tuple[Any, ...]] = {}
        self._seen: dict[str, int] = {}
        self._line = -1
        names = {-1 - place: self._entering(str(name), x.shape) for place, (name, x) in enumerate(ledger.inputs.items())}
        self.inputs = list(names.values())
        for at, line in enumerate(ledger.lines):
            self._line = at
            entering = tuple(names[source] for source in line.sources)
            holders = {kind: ledger.lines[holder] for kind, holder in (line.tied or {}).items()}
            names[at] = WRITERS[line.op](Run(line, entering, cast("Any", self), holders))
            self.shapes[names[at]] = tuple(map(int, line.output.shape))
        self.outputs = [names[of] for of in dict.fromkeys(ledger.outputs)]

    def _entering(self, name: str, shape: Sequence[int]) -> str:
        name = self.name(name)
        self.shapes[name] = tuple(map(int, shape))
        return name

    # --- what a writer calls ---------------------------------------------------------------------------------------

    def name(self, wanted: str) -> str:
        """A name that nothing else has."""
        times = self._seen[wanted] = self._seen.get(wanted, 0) + 1
        return wanted if times == 1 else self.name(f"{wanted}_{times}")

    def node(self, op: str, inputs: Sequence[str], at: str, *, since: int = 0, holds: str = "", **attributes: Any) -> str:  # noqa: ARG002
        """Note a node; the name of what it gives."""
        output = self.name(at)
        self.nodes.append(Node(op, [name for name in inputs if name], output, attributes, [self._line]))
        self.shapes[output] = self._shape(op, [name for name in inputs if name], attributes)
        return output

    def said(self, name: str, shape: Sequence[int]) -> str:
        """A shape that is said is worked out here too."""
        self.shapes[name] = tuple(shape)
        return name

    def constant(self, numbers: Sequence[Any], at: str) -> str:
        """Numbers beside the tensors."""
        name = self._held(at, (len(numbers),))
        self._numbers[name] = tuple(numbers)
        return name

    def ones(self, shape: Sequence[int], at: str) -> str:
        """Ones of a shape."""
        return self._held(at, shape)

    def scalar(self, value: float, at: str) -> str:  # noqa: ARG002
        """One number."""
        return self._held(at, ())

    def byte(self, at: str) -> str:
        """A zero of eight bits."""
        return self._held(at, ())

    def parameter(self, shape: Sequence[int], at: str, *, like: str = "weight", learned: bool = True) -> str:  # noqa: ARG002
        """A parameter."""
        return self._held(at, shape)

    def _held(self, at: str, shape: Sequence[int]) -> str:
        name = self.name(at)
        self.shapes[name] = tuple(map(int, shape))
        self.weights.add(name)
        return name

    # --- shapes of what is between the nodes of one line -------------------------------------------------------------

    def _shape(self, op: str, inputs: Sequence[str], attributes: dict[str, Any]) -> Shape:
        """The shape that a node gives, of those that are written inside a line; a line's own is said by its ledger."""
        shapes = [self.shapes[name] for name in inputs]
        numbers = [self._numbers.get(name, ()) for name in inputs]
        x = shapes[0]
        if op in ("Reshape", "Expand"):
            return _whole(tuple(map(int, numbers[1])), prod(x)) if op == "Reshape" else _stretched(x, numbers[1])
        if op == "Transpose":
            return tuple(x[place] for place in attributes["perm"])
        if op == "MatMul":
            return (*_stretched(x[:-2], shapes[1][:-2]), x[-2], shapes[1][-1])
        if op == "Conv":
            return (x[0], shapes[1][0], *_slid(x[2:], attributes))
        if op in ("LSTM", "GRU", "RNN"):
            return (x[0], shapes[1][0], x[1], attributes["hidden_size"])
        if op == "ConvTranspose":
            return (x[0], shapes[1][1] * attributes["group"], *_spread(x[2:], attributes))
        if op == "Pad":
            half = len(numbers[1]) // 2
            return tuple(size + a + b for size, a, b in zip(x, numbers[1][:half], numbers[1][half:], strict=True))
        return _of_values(op, shapes, numbers, attributes)

    def size(self, name: str) -> int:
        """The elements of a value."""
        return prod(self.shapes[name])


def _of_values(op: str, shapes: Sequence[Shape], numbers: Sequence[Sequence[Any]], attributes: dict[str, Any]) -> Shape:
    """The shape that an op gives which takes, joins or sums values up, or works on them one by one."""
    x = shapes[0]
    if op == "Slice":
        (start,), (stop,), (axis,) = numbers[1], numbers[2], numbers[3]
        step = numbers[4][0] if len(numbers) > 4 else 1
        return (*x[:axis], -(-(min(stop, x[axis]) - start) // step), *x[axis + 1 :])
    if op.startswith("Reduce"):
        return tuple(1 if place in numbers[1] else size for place, size in enumerate(x))
    if op in ("ArgMax", "ArgMin"):
        return tuple(size for place, size in enumerate(x) if place != attributes["axis"])
    if op == "Gather":
        axis = attributes.get("axis", 0)
        return (*x[:axis], *shapes[1], *x[axis + 1 :])
    if op == "Concat":
        axis = attributes["axis"]
        return (*x[:axis], sum(shape[axis] for shape in shapes), *x[axis + 1 :])
    return _stretched(*shapes) if op in _VALUE_BY_VALUE else x


def _stretched(*shapes: Shape) -> Shape:
    """The shape that several have together, value by value."""
    rank = max(map(len, shapes))
    padded = [(*[1] * (rank - len(shape)), *shape) for shape in shapes]
    return tuple(max(sizes) for sizes in zip(*padded, strict=True))


def _whole(shape: Shape, size: int) -> Shape:
    """A shape with the size that is left open."""
    return tuple(-size // prod(shape) if one == -1 else one for one in shape)


_VALUE_BY_VALUE = (
    "Add",
    "Mul",
    "Sub",
    "Div",
    "Pow",
    "Max",
    "Min",
    "Equal",
    "Less",
    "Greater",
    "And",
    "Or",
    "Xor",
    "Mod",
    "Where",
)


def _slid(sizes: Shape, attributes: dict[str, Any]) -> Shape:
    """The sizes that a window gives which slides over some; without a window they stay."""
    if "kernel_shape" not in attributes:
        return sizes
    half, pads = len(sizes), attributes["pads"]
    reach = [d * (k - 1) + 1 for k, d in zip(attributes["kernel_shape"], attributes["dilations"], strict=True)]
    spans = [size + pads[at] + pads[half + at] - reach[at] for at, size in enumerate(sizes)]
    return tuple(span // stride + 1 for span, stride in zip(spans, attributes["strides"], strict=True))


def _spread(sizes: Shape, attributes: dict[str, Any]) -> Shape:
    """The sizes that a transposed convolution gives."""
    half, pads, more = len(sizes), attributes["pads"], attributes["output_padding"]
    reach = [d * (k - 1) + 1 for k, d in zip(attributes["kernel_shape"], attributes["dilations"], strict=True)]
    return tuple(
        (size - 1) * attributes["strides"][at] + reach[at] - pads[at] - pads[half + at] + more[at]
        for at, size in enumerate(sizes)
    )
