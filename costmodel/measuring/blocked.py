"""Where channels lie in blocks, as onnxruntime's convolutions want them, and the reorders between those nodes and others."""

from costmodel.measuring.fusing import BEHIND_CONVOLUTIONS, CONVOLUTIONS, Fused
from costmodel.measuring.nodes import Node, Sketch

ALIGNED = 4
"""Channels come in multiples of so many where they are brought into blocks."""
_POOLS = ("MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool")
_ANY_LAYOUT = ("Relu", "Sigmoid", "Tanh", "QuickGelu", "Gelu", "HardSigmoid")
"""Activations that run where their input lies; others want it in rows."""
_IN_BLOCKS = tuple(op for op in BEHIND_CONVOLUTIONS if op != "Clip")
"""The activations that a convolution in blocks takes in behind an addition."""


class Blocked(Fused):
    """A network's kernels: its nodes fused, those that take blocks of channels marked, reorders where the layout changes.

    `block` is how many channels lie side by side: 16 with AVX-512, 8 with AVX, 1 where there are no blocks.
    """

    def __init__(self, sketch: Sketch, block: int) -> None:
        super().__init__(sketch)
        self.block = block
        self._in_blocks: set[str] = set()
        if block > 1:
            for node in list(self.nodes):
                self._place(node)
        self._index()
        self._rows()
        self._index()
        self._reorder()

    def channels(self, name: str) -> int:
        """The channels of a map in two dimensions; 0 of anything else."""
        shape = self.sketch.shapes[name]
        return shape[1] if len(shape) == 4 else 0

    # --- in blocks -------------------------------------------------------------------------------------------------

    def _place(self, node: Node) -> None:
        """Decide whether a node runs on blocks; in the order of the nodes, for that hangs on those before it."""
        if node.op == "Conv":
            node.blocked = self._takes(node)
        elif node.op in _POOLS:
            channels, source = self.channels(node.inputs[0]), node.inputs[0]
            fits = bool(channels) and channels % self.block == 0
            # a pool over all places is left where its input lies, the others bring theirs into blocks
            node.blocked = fits and (source in self._in_blocks or not node.op.startswith("Global"))
        elif all(name in self._in_blocks for name in node.inputs if name not in self.sketch.weights):
            self._follow(node)
        if node.blocked:
            self._in_blocks.add(node.output)

    def _takes(self, node: Node) -> bool:
        """Whether a convolution runs on blocks: its channels decide."""
        weights, groups = self.sketch.shapes[node.inputs[1]], node.attributes.get("group", 1)
        if len(weights) != 4:
            return False
        out, taken = weights[0], weights[1]
        if groups == 1:
            return taken < self.block or taken % ALIGNED == 0
        if out % ALIGNED:
            return False
        if taken == 1 and out == groups:
            return True
        return taken % self.block == 0 and out % groups == 0 and (out // groups) % self.block == 0

    def _follow(self, node: Node) -> None:
        """A node of which every input lies in blocks: it goes with its convolution, stays among blocks, or leaves them."""
        shapes = [self.sketch.shapes[name] for name in node.inputs if name not in self.sketch.weights]
        maker = self.maker.get(node.inputs[0])
        if node.op == "Add" and len(set(shapes)) == 1 and len(shapes) == 2:
            node.blocked = not self._added(node, CONVOLUTIONS)
        elif node.op == "Mul" and len(set(shapes)) == 1 and len(shapes) == 2:
            node.blocked = True
        elif node.op == "Concat" and node.attributes["axis"] == 1:
            node.blocked = all(shape[1] % self.block == 0 for shape in shapes)
        elif node.op == "BatchNormalization":
            node.blocked = self.channels(node.inputs[0]) % self.block == 0
        elif node.op in _IN_BLOCKS or node.op == "HardSwish":
            fits = maker and maker.op in ("Conv", "BatchNormalization") and not maker.activation
            if maker and fits and self.lone(node.inputs[0], ("Conv", "BatchNormalization")) and self._fuses(node, maker):
                maker.activation = node.op
                self._in_blocks.add(node.output)
                self.merge(node, maker)
            else:
                node.blocked = True
        elif node.op in _ANY_LAYOUT:
            node.blocked = True

    def _fuses(self, node: Node, maker: Node) -> bool:
        """A hard swish goes with a convolution that adds nothing, where it does not leave; the others always."""
        return node.op != "HardSwish" or not (maker.added or node.output in self.outputs)

    def _added(self, node: Node, ops: tuple[str, ...]) -> bool:
        """Let the later convolution that makes an addend add the other; whether one could."""
        order = {id(one): place for place, one in enumerate(self.nodes)}
        makers = [maker for name in node.inputs if (maker := self.lone(name, ops)) and not (maker.activation or maker.added)]
        if not makers:
            return False
        last = max(makers, key=lambda maker: order[id(maker)])
        last.added = next(name for name in node.inputs if name != last.output)
        if last.blocked:
            self._in_blocks.add(node.output)
        self.merge(node, last)
        return True

    # --- in rows ---------------------------------------------------------------------------------------------------

    def _rows(self) -> None:
        """Convolutions in rows add, too, and take in the activation behind that; a hard swish on its own is two kernels."""
        for node in list(self.nodes):
            if node.op == "Add" and not node.blocked and len({self.sketch.shapes[name] for name in node.inputs}) == 1:
                makers = [self.maker.get(name) for name in node.inputs]
                if any(maker and maker.op == "Conv" and not maker.blocked for maker in makers):
                    self._join(node)
            elif node.op in BEHIND_CONVOLUTIONS and not node.blocked:
                maker = self.lone(node.inputs[0], CONVOLUTIONS)
                if maker and maker.added and not maker.activation and not maker.blocked:
                    maker.activation = node.op
                    self.merge(node, maker)
        for node in [node for node in self.nodes if node.op == "HardSwish"]:
            gate = f"{node.output}/gate"
            self.sketch.shapes[gate] = self.sketch.shapes[node.output]
            at = self.nodes.index(node)
            self.nodes.insert(at, Node("HardSigmoid", node.inputs, gate, {}, list(node.lines), blocked=node.blocked))
            node.op, node.inputs = "Mul", [node.inputs[0], gate]

    def _join(self, node: Node) -> None:
        blocked = [one for name in node.inputs if (one := self.maker.get(name)) and one.blocked]
        if not blocked:
            self._added(node, CONVOLUTIONS)

    # --- between ---------------------------------------------------------------------------------------------------

    def _reorder(self) -> None:
        """A reorder before the first node that wants a value in the other layout; all that want it share it."""
        made: dict[tuple[str, bool], str] = {}
        found: list[Node] = []
        for node in self.nodes:
            direct = node.op == "Conv" and node.attributes.get("group", 1) == 1 and self._is_direct(node)
            for name in dict.fromkeys(self._maps(node)):
                wants = node.blocked and not (direct and name == node.inputs[0])
                if wants != (name in self._in_blocks):
                    self._turned(name, wants, node, found, made)
            found.append(node)
        for name in self.outputs:
            if name in self._in_blocks:
                self._turned(name, False, self.maker[name], found, made)
        self.nodes = found

    def _is_direct(self, node: Node) -> bool:
        """Whether a convolution reads rows and writes blocks: of fewer channels than a block has."""
        return self.sketch.shapes[node.inputs[1]][1] < self.block

    def _maps(self, node: Node) -> list[str]:
        """What a node reads that lies in a layout."""
        names = [*node.inputs, *([node.added] if node.added else [])]
        return [name for name in names if name not in self.sketch.weights]

    def _turned(self, name: str, wants: bool, node: Node, found: list[Node], made: dict[tuple[str, bool], str]) -> None:
        """The name of a value in the other layout, and the reorder that makes it, unless it is there."""
        if (name, wants) not in made:
            turned = made[name, wants] = f"{name}/{'blocks' if wants else 'rows'}"
            self.sketch.shapes[turned] = self.sketch.shapes[name]
            lines = self.maker[name].lines if name in self.maker else node.lines
            op = "ReorderInput" if wants else "ReorderOutput"
            found.append(Node(op, [name], turned, {}, [lines[-1]], blocked=True))
        node.inputs = [made[name, wants] if one == name else one for one in node.inputs]
        node.added = made[name, wants] if node.added == name else node.added
