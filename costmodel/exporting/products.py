"""Products of matrices in ONNX: fully connected layers, attention, recurrent layers."""

from math import prod, sqrt
from typing import Any

from costmodel.exporting.run import Run, Writer
from costmodel.tensor import SIDES, Tensor


def linear(run: Run) -> str:
    """Every channel with every output: Gemm of a vector, MatMul of each token."""
    x, y = run.x, run.y
    weights, bias = [y.c, x.c], run.field("bias")
    if x.has("t"):
        name = run.node("MatMul", run.parameter([x.c, y.c], "weight"), part="product" if bias else "")
        return run.node("Add", run.parameter([y.c], "bias", like="shift"), of=[name]) if bias else name
    name = run.reshaped(run.inputs[0], [y.n, x.c], "vector") if any(x.has(side) for side in SIDES) else run.inputs[0]
    more = [run.parameter([y.c], "bias", like="shift")] if bias else []
    return run.node("Gemm", run.parameter(weights, "weight"), *more, of=[name], transB=1)


def matmul(run: Run) -> str:
    """The product of two tensors, the second turned where it is asked for."""
    a, b = run.inputs
    rank = len(run.x.dims)
    if run.field("transpose"):
        b = run.swapped(b, [*range(rank - 2), rank - 1, rank - 2], "turned")
    return run.node("MatMul", of=[a, b])


def attention(run: Run) -> str:
    """Attention written out: three projections, the scores, their softmax, the weighted sum, a projection."""
    x, source, y = run.x, run.line.inputs[-1], run.y
    heads, windows = run.field("heads"), run.field("windows")
    dim = x.c if run.field("dim") is None else run.field("dim")
    shared = heads if run.field("kv_heads") is None else run.field("kv_heads")
    of = dim // heads

    def projected(name: str, width: int, out: int, part: str) -> str:
        weight = run.parameter([width, out], f"{part}.weight")
        last = part == "out"
        if not run.field("bias"):
            return run.node("MatMul", weight, of=[name], part="" if last else part)
        found = run.node("MatMul", weight, of=[name], part=f"{part} product")
        bias = run.parameter([out], f"{part}.bias", like="shift")
        return run.node("Add", bias, of=[found], part="" if last else part)

    def headed(name: str, tokens: int, count: int, part: str, order: list[int]) -> str:
        seen = run.reshaped(name, [x.n * windows, tokens // windows, count, of], f"{part} heads")
        turned = run.swapped(seen, order, f"{part} turned")
        if count == heads:
            return turned
        rows = [of, tokens // windows] if order[-1] == 1 else [tokens // windows, of]
        apart = run.reshaped(turned, [x.n * windows, count, 1, *rows], f"{part} apart")
        wide = run.constant([x.n * windows, count, heads // count, *rows], f"{part} wide.shape")
        shown = run.node("Expand", wide, of=[apart], part=f"{part} wide")
        return run.reshaped(shown, [x.n * windows, heads, *rows], f"{part} shared")

    query = headed(projected(run.inputs[0], x.c, dim, "query"), x.t, heads, "query", [0, 2, 1, 3])
    key = headed(projected(run.inputs[-1], source.c, of * shared, "key"), source.t, shared, "key", [0, 2, 3, 1])
    value = headed(projected(run.inputs[-1], source.c, of * shared, "value"), source.t, shared, "value", [0, 2, 1, 3])
    scores = run.node("MatMul", of=[query, key], part="scores")
    scaled = run.node("Mul", run.model.scalar(1 / sqrt(of), f"{run.at}.scale"), of=[scores], part="scaled")
    if learned := run.field("position_bias"):
        sides = [heads, x.t // windows, source.t // windows]
        index = run.constant([place % learned for place in range(prod(sides))], "position.index")
        table = run.parameter([learned], "position_bias", like="shift")
        looked_up = run.reshaped(run.node("Gather", index, of=[table], part="position"), sides, "positions")
        scaled = run.node("Add", looked_up, of=[scaled], part="biased")
    shares = run.node("Softmax", of=[scaled], part="softmax", axis=-1)
    summed = run.swapped(run.node("MatMul", of=[shares, value], part="weighted"), [0, 2, 1, 3], "weighted turned")
    return projected(run.reshaped(summed, [x.n, x.t, dim], "joined"), dim, y.c, "out")


def scaled_dot_product(run: Run) -> str:
    """Scores of queries and keys, their softmax, and sums of the values; keys that several share are shown to each."""
    query, key, value = run.inputs
    x, k, v = run.line.inputs
    rank = len(x.dims)
    if rank > 3 and k.shape[-3] != x.shape[-3]:
        key, value = (_shown(run, name, y, x.shape[-3], part) for name, y, part in ((key, k, "key"), (value, v, "value")))
    turned = run.swapped(key, [*range(rank - 2), rank - 1, rank - 2], "turned")
    scores = run.node("MatMul", of=[query, turned], part="scores")
    scaled = run.node("Mul", run.model.scalar(1 / sqrt(x.shape[-1]), f"{run.at}.scale"), of=[scores], part="scaled")
    return run.node("MatMul", of=[run.node("Softmax", of=[scaled], part="softmax", axis=-1), value])


def _shown(run: Run, name: str, x: Tensor, many: int, part: str) -> str:
    """Matrices shown to several others each."""
    *before, few, rows, columns = x.shape
    apart = run.reshaped(name, [*before, few, 1, rows, columns], f"{part} apart")
    wide = run.constant([*before, few, many // few, rows, columns], f"{part} wide.shape")
    shown = run.node("Expand", wide, of=[apart], part=f"{part} wide")
    return run.reshaped(shown, [*before, many, rows, columns], f"{part} shared")


def recurrent(op: str) -> Writer:
    """Cells run over a sequence, which ONNX wants in front of the batch; directions come apart and are put side by side."""

    def write(run: Run) -> str:
        x, out, directions = run.x, run.field("out"), run.field("directions")
        rows = _PRODUCTS[op] * out
        turned = run.swapped(run.inputs[0], [1, 0, 2], "turned")
        more = [
            run.parameter([directions, rows, x.c], "weight"),
            run.parameter([directions, rows, out], "recurrent"),
            *([run.parameter([directions, 2 * rows], "bias", like="shift")] if run.field("bias") else []),
        ]
        how: dict[str, Any] = {"hidden_size": out, "direction": "bidirectional" if directions > 1 else "forward"}
        how |= {"linear_before_reset": 1} if op == "GRU" else {}
        steps = run.node(op, *more, of=[turned], part="steps", **how)
        return run.reshaped(run.swapped(steps, [2, 0, 1, 3], "samples"), [*run.y.shape], "")

    return write


_PRODUCTS = {"LSTM": 4, "GRU": 3, "RNN": 1}
"""The gates and candidates of a unit."""

WRITERS: dict[str, Writer] = {
    "linear": linear,
    "matmul": matmul,
    "attention": attention,
    "scaled_dot_product": scaled_dot_product,
    **{op.lower(): recurrent(op) for op in _PRODUCTS},
}
"""How each product of matrices is written."""
