"""What each kernel of a network does, in the amounts that its time hangs on: mult-adds, bytes, rows, calls."""

from collections.abc import Sequence
from math import prod
from typing import NamedTuple

from costmodel.ledger import Ledger
from costmodel.measuring.blocked import Blocked
from costmodel.measuring.fusing import read
from costmodel.measuring.nodes import Node, Sketch

BYTES = 4
"""The bytes of a value: models are run in fp32."""
REORDERS = ("ReorderInput", "ReorderOutput")
"""The ops that bring channels into blocks and back: they are of no layer."""
SETS = 4
"""Blocks of channels out that a convolution in blocks works on together."""


class Kernel(NamedTuple):
    """One launch: its op, its kind, the lines of the ledger whose work it does, and how much of what it does.

    Amounts are over the whole batch. `bytes` is all that it touches, its working set.
    """

    op: str
    kind: str
    output: str
    lines: tuple[int, ...]
    amounts: dict[str, float]
    bytes: int


def kernels(ledger: Ledger, block: int) -> list[Kernel]:
    """The kernels of a network as onnxruntime runs it on a processor with such blocks of channels.

    Raises `SpecError` for ops that have no counterpart in ONNX.
    """
    placed = Blocked(Sketch(ledger), block)
    return [_kernel(node, placed) for node in placed.nodes]


def footprint(found: Sequence[Kernel]) -> int:
    """The bytes that a run touches before it touches the same again: all weights, and the largest maps of a kernel."""
    loaded = [int(kernel.amounts.get("loaded", 0)) for kernel in found]
    return sum(loaded) + max((kernel.bytes - size for kernel, size in zip(found, loaded, strict=True)), default=0)


class _Seen:
    """A node with its shapes."""

    def __init__(self, node: Node, placed: Blocked) -> None:
        self.node, self.block = node, placed.block
        sketch = placed.sketch
        self.x, self.y = sketch.shapes[node.inputs[0]], sketch.shapes[node.output]
        self.maps = [name for name in read(node) if name not in sketch.weights]
        self.held = [name for name in node.inputs if name in sketch.weights]
        self.added = BYTES * sketch.size(node.added) if node.added else 0
        self.read = BYTES * sum(map(sketch.size, self.maps)) - self.added
        self.loaded = BYTES * sum(map(sketch.size, self.held))
        self.written = BYTES * sum(map(sketch.size, node.parts or [node.output]))
        self.shapes = [sketch.shapes[name] for name in node.inputs]


def _kernel(node: Node, placed: Blocked) -> Kernel:
    seen = _Seen(node, placed)
    kind, amounts = _RULES.get(node.op, _plain)(seen)
    if node.activation not in ("", "Relu"):  # a pass of its own over what leaves; a ReLU goes with the last store
        amounts[node.activation] = seen.written
    amounts["launches"] = 1
    size = seen.read + seen.added + seen.written + seen.loaded
    return Kernel(node.op, kind, node.output, tuple(node.lines), {k: float(v) for k, v in amounts.items() if v}, size)


Found = tuple[str, dict[str, float]]


def _convolution(seen: _Seen) -> Found:
    node, weights = seen.node, seen.shapes[1]
    groups, taps, places = node.attributes.get("group", 1), prod(weights[2:]), prod(seen.y[2:]) * seen.y[0]
    out, taken = weights[0], weights[1]
    moved = {"read": seen.read, "added": seen.added, "written": seen.written, "loaded": seen.loaded}
    steps = prod(node.attributes.get("strides", [1])) > 1
    if not node.blocked:
        return _in_rows(seen, groups, taps, places, out, taken, steps)
    rows = seen.y[0] * seen.y[2]
    if taken == 1 and out == groups:
        blocks = -(-out // seen.block)
        padded = blocks * seen.block
        return "depthwise", {**moved, "mult_adds": padded * places * taps, "values": padded * places, "rows": blocks * rows}
    if groups == 1 and taken < seen.block:
        filters = _sets(out, seen.block)
        work = {f"mult_adds of {n}": count * n * seen.block * taken * taps * places for n, count in filters.items()}
        kind = "conv from rows 1×1" if taps == 1 else "conv from rows/s" if steps else "conv from rows"
        return kind, {**moved, **work, "rows": rows * taken * sum(filters.values())}
    entering = -(-taken // seen.block) * seen.block
    filters = _sets(out // groups, seen.block)
    work = {f"mult_adds of {n}": groups * count * n * seen.block * entering * taps * places for n, count in filters.items()}
    calls = groups * sum(filters.values()) * entering // seen.block
    if taps == 1 and not any(node.attributes.get("pads", ())):
        return ("conv 1×1/s" if steps else "conv 1×1"), {
            **moved,
            **work,
            "rows": calls * rows if steps else 0,
            "calls": groups * sum(filters.values()) * -(-entering // 128),
        }
    return ("conv k×k/s" if steps else "conv k×k"), {**moved, **work, "rows": calls * rows, "edges": calls * rows * taps}


def _sets(out: int, block: int) -> dict[int, int]:
    """How many sets of so many blocks the channels out make: of four, and one of what is left."""
    blocks = -(-out // block)
    found = {SETS: blocks // SETS}
    if blocks % SETS:
        found[blocks % SETS] = found.get(blocks % SETS, 0) + 1
    return found


def _in_rows(seen: _Seen, groups: int, taps: int, places: int, out: int, taken: int, steps: bool) -> Found:
    moved = {"read": seen.read, "added": seen.added, "written": seen.written, "loaded": seen.loaded}
    spread = groups * taken * taps * places
    kind = "grouped" if groups > 1 else "conv in rows"
    if taken == 1 and groups > 1:
        kind = "depthwise in rows"
    if taps == 1 and not steps:
        kind = f"{kind} 1×1"
    return kind, {
        **moved,
        "mult_adds": out * taken * taps * places,
        "tiles": -(-out // groups // 12) * 12 * spread,
        "spread": spread,
        "calls": groups * seen.y[0],
    }


def _norm(seen: _Seen) -> Found:
    if seen.node.op == "BatchNormalization" and seen.node.blocked:
        blocks, places = -(-seen.y[1] // seen.block), seen.y[0] * seen.y[2] * seen.y[3]
        padded = blocks * seen.block
        moved = {"read": seen.read, "written": seen.written, "loaded": seen.loaded}
        return "depthwise", {
            **moved,
            "mult_adds": padded * places,
            "values": padded * places,
            "rows": blocks * seen.y[0] * seen.y[2],
        }
    return seen.node.op, {"moved": seen.read + seen.written}


def _product(seen: _Seen) -> Found:
    a, b = seen.x, seen.shapes[1]
    rows = prod(a) // a[-1]
    size = prod(seen.y) * a[-1]
    if seen.node.op == "Gemm" and rows == 1:
        return "linear", {"loaded": seen.loaded}
    held = "linear of rows" if seen.held else "matmul"
    return held, {"mult_adds": size, "read": seen.read, "written": seen.written, "loaded": BYTES * prod(b)}


def _pool(seen: _Seen) -> Found:
    taps = prod(seen.node.attributes["kernel_shape"])
    where = "in blocks" if seen.node.blocked else "in rows"
    return f"{seen.node.op} {where}", {"moved": seen.read + seen.written, "taps": prod(seen.y) * taps}


def _everywhere(seen: _Seen) -> Found:
    return f"{seen.node.op} {'in blocks' if seen.node.blocked else 'in rows'}", {"moved": seen.read + seen.written}


def _stretched(seen: _Seen) -> Found:
    """Two maps value by value, or one that is stretched over the other."""
    shapes = [shape for shape in seen.shapes if shape]
    kind = seen.node.op if len({prod(shape) for shape in shapes}) == 1 else f"{seen.node.op} stretched"
    runs = prod(shapes[0][:2]) if kind.endswith("stretched") and len(shapes[0]) == 4 else 0
    return kind, {"moved": seen.read + seen.written, "runs": runs}


def _laid_out(seen: _Seen) -> Found:
    """A copy in runs that lie side by side on both ends."""
    return seen.node.op, {"moved": seen.read + seen.written, "runs": _runs(seen)}


def _runs(seen: _Seen) -> int:
    node, x = seen.node, seen.x
    if node.op == "Transpose":
        perm = node.attributes["perm"]
        kept = next((k for k in range(len(perm)) if perm[len(perm) - 1 - k] != len(perm) - 1 - k), len(perm))
        return prod(x[: len(x) - kept])
    if node.op == "Gather":
        return prod(seen.y[: node.attributes.get("axis", 0) + 1])
    if node.op == "Concat":
        return len(node.inputs) * prod(x[: node.attributes["axis"]])
    return max(len(node.parts), 1)


def _plain(seen: _Seen) -> Found:
    """Anything else: the bytes of its maps."""
    return seen.node.op, {"moved": seen.read + seen.written}


def _view(seen: _Seen) -> Found:  # noqa: ARG001 - a view does nothing with what it sees
    """Another shape of the same bytes."""
    return "view", {}


def _reordered(seen: _Seen) -> Found:
    """A reorder: rows on one end, and on the other blocks, the last of which is filled up."""
    n, c, *sides = seen.y
    filled = n * prod(sides) * -(-c // seen.block) * seen.block
    return seen.node.op, {"moved": BYTES * (prod(seen.y) + filled)}


_RULES = {
    "Conv": _convolution,
    "BatchNormalization": _norm,
    "Gemm": _product,
    "MatMul": _product,
    "MaxPool": _pool,
    "AveragePool": _pool,
    "GlobalMaxPool": _everywhere,
    "GlobalAveragePool": _everywhere,
    "Add": _stretched,
    "Mul": _stretched,
    "Transpose": _laid_out,
    "Gather": _laid_out,
    "Concat": _laid_out,
    "Split": _laid_out,
    "Slice": _laid_out,
    "Reshape": _view,
    "ReorderInput": _reordered,
    "ReorderOutput": _reordered,
}
"""How the amounts of each op come about; of others it is the bytes of the maps."""
