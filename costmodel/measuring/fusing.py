"""Which nodes onnxruntime runs as one on a CPU, and which vanish: its rewrites at the highest level, as far as they show.

What it does was read off the graphs that it saves; a test holds every network of the zoo beside them.
"""

from collections import Counter
from collections.abc import Iterable
from math import prod

from costmodel.measuring.nodes import Node, Sketch

CONVOLUTIONS = ("Conv",)
BEHIND_CONVOLUTIONS = ("Relu", "Sigmoid", "Tanh", "Clip", "HardSigmoid")
"""The activations that a convolution takes in."""
BEHIND_GEMM = ("Relu", "Sigmoid", "Tanh", "Elu", "HardSigmoid")
"""The activations that a matrix product of a vector takes in."""


class Fused:
    """The nodes of a sketch after the rewrites that hang on the graph alone, in an order in which they can run."""

    def __init__(self, sketch: Sketch) -> None:
        self.sketch, self.nodes = sketch, list(sketch.nodes)
        self.outputs = list(sketch.outputs)
        self._index()
        for rewrite in (
            self._identities,
            self._pads,
            self._norms,
            self._gelus,
            self._products,
            self._splits,
            self._activations,
        ):
            rewrite()
            self._index()

    def _index(self) -> None:
        """Who makes a value, and who reads it."""
        self.maker: dict[str, Node] = {name: node for node in self.nodes for name in (node.output, *node.parts)}
        self.uses = Counter([*(name for node in self.nodes for name in read(node)), *self.outputs])

    def reader(self, name: str) -> Node | None:
        """The one node that reads a value, where it is one and the value does not leave."""
        if self.uses[name] != 1 or name in self.outputs:
            return None
        return next((node for node in self.nodes if name in read(node)), None)

    def lone(self, name: str, ops: Iterable[str]) -> Node | None:
        """The node that makes a value, of one of some ops, where nobody else reads it and it does not leave."""
        maker = self.maker.get(name)
        return maker if maker and maker.op in ops and self.uses[name] == 1 and name not in self.outputs else None

    def merge(self, node: Node, into: Node) -> None:
        """A node goes with the one that makes its input, and gives its output."""
        into.output, into.lines = node.output, [*into.lines, *node.lines]
        self.nodes.remove(node)
        self.maker[node.output] = into

    # --- rewrites --------------------------------------------------------------------------------------------------

    def _identities(self) -> None:
        """What gives what enters it is nothing, unless the network's input leaves by it."""
        for node in [node for node in self.nodes if node.op == "Identity"]:
            source = node.inputs[0]
            if source not in self.maker:
                continue
            self.nodes.remove(node)
            self.maker[source].lines += node.lines
            for other in self.nodes:
                other.inputs = [source if name == node.output else name for name in other.inputs]
            self.outputs = [source if name == node.output else name for name in self.outputs]

    def _pads(self) -> None:
        """Zeros around a map go with the convolution behind them."""
        for node in [node for node in self.nodes if node.op == "Pad"]:
            reader = self.reader(node.output)
            if reader and reader.op == "Conv":
                reader.inputs[0], reader.lines = node.inputs[0], [*node.lines, *reader.lines]
                self.nodes.remove(node)

    def _norms(self) -> None:
        """A batch norm goes into the weights of the convolution before it."""
        for node in [node for node in self.nodes if node.op == "BatchNormalization"]:
            if maker := self.lone(node.inputs[0], CONVOLUTIONS):
                self.merge(node, maker)
                self.uses[node.inputs[0]] = 0

    def _gelus(self) -> None:
        """A value times its sigmoid is one kernel."""
        for node in [node for node in self.nodes if node.op == "Mul" and len(node.inputs) == 2]:
            sigmoid = self.lone(node.inputs[1], ("Sigmoid",))
            if sigmoid and sigmoid.inputs[0] == node.inputs[0]:
                node.op, node.inputs = "QuickGelu", [node.inputs[0]]
                node.lines = sorted({*sigmoid.lines, *node.lines})
                self.nodes.remove(sigmoid)

    def _products(self) -> None:
        """Tokens times a matrix with a bias are seen as one vector a row, and back; a scale goes with the product before it."""
        for node in [node for node in self.nodes if node.op in ("Add", "Mul") and len(node.inputs) == 2]:
            maker, held = self.lone(node.inputs[0], ("MatMul",)), node.inputs[1] in self.sketch.weights
            if maker is None or not held:
                continue
            if node.op == "Add" and maker.inputs[1] in self.sketch.weights:
                maker.op, maker.inputs = "Gemm", [*maker.inputs, node.inputs[1]]
                self._seen_as_rows(maker, node)
            elif node.op == "Mul" and not self.sketch.shapes[node.inputs[1]]:
                self.merge(node, maker)

    def _seen_as_rows(self, product: Node, bias: Node) -> None:
        """Two views around a product, but where what stands there is one already."""
        source, gives = product.inputs[0], bias.output
        at = self.nodes.index(product)
        self.merge(bias, product)
        behind = self.reader(gives)
        if not (behind and behind.op == "Reshape"):
            product.output = f"{gives}/rows"
            self.sketch.shapes[product.output] = self.sketch.shapes[gives]
            self.nodes.insert(at + 1, Node("Reshape", [product.output], gives, {}, list(bias.lines)))
        if source not in self.maker or self.maker[source].op != "Reshape":
            self.nodes.insert(at, Node("Reshape", [source], f"{gives}/seen", {}, list(bias.lines)))
            self.sketch.shapes[f"{gives}/seen"] = self.sketch.shapes[source]
            product.inputs[0] = f"{gives}/seen"

    def _splits(self) -> None:
        """Slices that together are all of a value, one behind the other, are one split."""
        slices: dict[str, list[Node]] = {}
        for node in self.nodes:
            if node.op == "Slice":
                slices.setdefault(node.inputs[0], []).append(node)
        for source, found in slices.items():
            sizes = self.sketch.shapes
            whole = sum(prod(sizes[node.output]) for node in found) == prod(sizes[source])
            if len(found) > 1 and whole and self.uses[source] == len(found):
                first = found[0]
                first.op, first.parts = "Split", [node.output for node in found]
                first.lines = [line for node in found for line in node.lines]
                for node in found[1:]:
                    self.nodes.remove(node)

    def _activations(self) -> None:
        """An activation goes with the convolution or the matrix product before it."""
        for node in list(self.nodes):
            legal = (BEHIND_CONVOLUTIONS, CONVOLUTIONS), (BEHIND_GEMM, ("Gemm",))
            for ops, makers in legal:
                maker = self.lone(node.inputs[0], makers) if node.op in ops else None
                if maker and not maker.activation:
                    maker.activation = node.op
                    self.merge(node, maker)


def read(node: Node) -> list[str]:
    """All that a node reads."""
    return [*node.inputs, *([node.added] if node.added else [])]
