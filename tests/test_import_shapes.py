"""Nodes with settings drawn at random: what they give is as large as what onnxruntime makes, and all that is learned counts.

More of them: COSTMODEL_NODES=20000 pytest tests/test_import_shapes.py
"""

import os
import random
import warnings
from collections import Counter
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from costmodel.importing.door import imported
from costmodel.library import loads
from costmodel.problems import SpecError

MANY = int(os.environ.get("COSTMODEL_NODES", "600"))


class Drawn(NamedTuple):
    """A node: what it reads beside `x`, how large `x` is, what the node says."""

    op: str
    reads: list[str]
    held: dict[str, Any]
    shape: tuple[int, ...]
    said: dict[str, Any]
    outputs: int = 1


def weights(*shape: int) -> Any:
    return np.linspace(-1, 1, prod(shape), dtype=np.float32).reshape(shape) + 0.01


def whole(*numbers: int) -> Any:
    return np.array(numbers, dtype=np.int64)


def window(rng: random.Random, sides: int) -> tuple[list[int], dict[str, Any]]:
    """A kernel, and how it slides."""
    said: dict[str, Any] = {}
    if rng.random() < 0.5:
        said["strides"] = [rng.randint(1, 3) for _ in range(sides)]
    if rng.random() < 0.3:
        said["auto_pad"] = rng.choice(["SAME_UPPER", "SAME_LOWER", "VALID"])
    elif rng.random() < 0.6:
        said["pads"] = [rng.randint(0, 2) for _ in range(2 * sides)]
    if rng.random() < 0.3:
        said["dilations"] = [rng.randint(1, 2) for _ in range(sides)]
    return [rng.randint(1, 3) for _ in range(sides)], said


def conv(rng: random.Random) -> Drawn:
    sides, groups = rng.randint(1, 3), rng.choice([1, 2, 4])
    kernel, said = window(rng, sides)
    channels, out = 4 * rng.randint(1, 2), groups * rng.randint(1, 3)
    held = {"w": weights(out, channels // groups, *kernel)} | ({"b": weights(out)} if rng.random() < 0.5 else {})
    said |= {"group": groups} | ({"kernel_shape": kernel} if rng.random() < 0.5 else {})
    return Drawn("Conv", ["x", *held], held, (1, channels, *(rng.randint(5, 9) for _ in range(sides))), said)


def conv_transpose(rng: random.Random) -> Drawn:
    sides, groups = rng.randint(1, 2), rng.choice([1, 2])
    kernel, said = window(rng, sides)
    channels = 2 * rng.randint(1, 2)
    if rng.random() < 0.3:
        said["output_padding"] = [rng.randint(0, 1) for _ in range(sides)]
    held = {"w": weights(channels, rng.randint(1, 3), *kernel)}
    said["group"] = groups
    return Drawn("ConvTranspose", ["x", "w"], held, (1, channels, *(rng.randint(4, 7) for _ in range(sides))), said)


def pool(rng: random.Random) -> Drawn:
    sides = rng.randint(1, 3)
    kernel, said = window(rng, sides)
    if "auto_pad" in said:
        said.pop("dilations", None)  # onnxruntime pads a window with gaps as one without
    said |= {"kernel_shape": kernel} | ({"ceil_mode": 1} if rng.random() < 0.4 else {})
    return Drawn(rng.choice(["MaxPool", "AveragePool"]), ["x"], {}, (1, 3, *(rng.randint(5, 9) for _ in range(sides))), said)


def resize(rng: random.Random) -> Drawn:
    shape, said = (1, 3, rng.randint(3, 7), rng.randint(3, 7)), {"mode": rng.choice(["nearest", "linear", "cubic"])}
    if rng.random() < 0.4:
        factors = np.array([1, 1, rng.choice([0.5, 1.5, 2, 3]), rng.choice([1, 2, 0.7])], np.float32)
        return Drawn("Resize", ["x", "", "s"], {"s": factors}, shape, said)
    if rng.random() < 0.4:
        return Drawn("Resize", ["x", "", "", "z"], {"z": whole(1, 3, rng.randint(2, 12), rng.randint(2, 12))}, shape, said)
    policy = rng.choice(["stretch", "not_larger", "not_smaller"])
    said |= {"axes": [2, 3], "keep_aspect_ratio_policy": policy}
    return Drawn("Resize", ["x", "", "", "z"], {"z": whole(rng.randint(2, 12), rng.randint(2, 12))}, shape, said)


def pad(rng: random.Random) -> Drawn:
    shape, mode = (1, 3, rng.randint(3, 6), rng.randint(3, 6)), {"mode": rng.choice(["constant", "reflect", "edge"])}
    if rng.random() < 0.5:
        ends = [rng.randint(-1, 2) for _ in range(4)]
        return Drawn("Pad", ["x", "p"], {"p": whole(0, 0, *ends[:2], 0, 0, *ends[2:])}, shape, mode)
    axes = rng.choice([(2, 3), (-1, -2), (3, 2)])
    return Drawn(
        "Pad", ["x", "p", "", "a"], {"p": whole(*(rng.randint(0, 2) for _ in range(4))), "a": whole(*axes)}, shape, mode
    )


def cut(rng: random.Random) -> Drawn:
    held = {
        "s": whole(rng.randint(-6, 4), rng.randint(-6, 4)),
        "e": whole(rng.choice([2**31, 2**63 - 1, -(2**63), rng.randint(-3, 6)]), rng.randint(-4, 7)),
        "a": whole(*rng.choice([(1, 2), (3, 1), (-1, -2), (2, -1)])),
        "t": whole(rng.choice([1, 1, 2, -1, -2]), rng.choice([1, 1, 3, -1])),
    }
    return Drawn("Slice", ["x", *held], held, (1, rng.randint(3, 6), rng.randint(3, 6), rng.randint(3, 6)), {})


def split(rng: random.Random) -> Drawn:
    many = rng.randint(2, 4)
    if rng.random() < 0.5:
        return Drawn("Split", ["x"], {}, (1, rng.randint(4, 9), 6), {"axis": rng.choice([1, -2]), "num_outputs": many}, many)
    parts = [rng.randint(1, 3) for _ in range(many)]
    return Drawn("Split", ["x", "p"], {"p": whole(*parts)}, (1, sum(parts), 6), {"axis": 1}, many)


def reduced(rng: random.Random) -> Drawn:
    words = ("Mean", "Sum", "Max", "Min", "Prod", "L1", "L2", "LogSumExp", "SumSquare")
    shape, said = (1, *(rng.randint(2, 4) for _ in range(3))), {"keepdims": rng.randint(0, 1)}
    if rng.random() < 0.2:
        return Drawn(f"Reduce{rng.choice(words)}", ["x"], {}, shape, said | {"noop_with_empty_axes": rng.randint(0, 1)})
    axes = [axis - 4 if rng.random() < 0.4 else axis for axis in rng.sample([1, 2, 3], rng.randint(1, 3))]
    return Drawn(f"Reduce{rng.choice(words)}", ["x", "a"], {"a": whole(*axes)}, shape, said)


def product(rng: random.Random) -> Drawn:
    if rng.random() < 0.5:
        turned, inner, out = rng.randint(0, 1), rng.randint(1, 5), rng.randint(2, 5)
        held = {"w": weights(*((out, inner) if turned else (inner, out)))}
        held |= {"b": weights(*rng.choice([(out,), (1, out)]))} if rng.random() < 0.7 else {}
        return Drawn("Gemm", ["x", *held], held, (1, inner), {"transB": turned})
    before = rng.choice([(), (3,), (2, 3)])
    sides = rng.choice([(5, rng.randint(1, 4)), (5,), (1, 5, 3), (before[-1] if before else 1, 5, 3)])
    if rng.random() < 0.2:
        rows = rng.randint(2, 4)
        return Drawn("MatMul", ["w", "x"], {"w": weights(2, rows)}, (1, *before, rows, 5), {})
    return Drawn("MatMul", ["x", "w"], {"w": weights(*sides)}, (1, *before, rng.randint(2, 4), 5), {})


def places(rng: random.Random) -> Drawn:
    op = rng.choice(["Gather", "ArgMax", "ArgMin", "Softmax", "LogSoftmax"])
    if op != "Gather":
        said = {"axis": rng.choice([1, 2, -1])} | ({"keepdims": rng.randint(0, 1)} if op.startswith("Arg") else {})
        return Drawn(op, ["x"], {}, (1, 3, 4, 5), said)
    found = rng.choice([np.array(0), whole(0, 1), whole(2, 0, -1), np.array([[0, 1], [1, 2]]), whole(1)])
    return Drawn(op, ["x", "i"], {"i": found}, (1, rng.randint(3, 5), rng.randint(3, 5)), {"axis": rng.choice([1, 2, -1])})


def stretched(rng: random.Random) -> Drawn:
    op = rng.choice(["Expand", "Tile", "Add", "Sub", "Mul", "Div"])
    if op == "Expand":
        shape = rng.choice([(1, 1, 4, 1), (1, 3, 1, 5), (1, 4), (1, 1)])
        return Drawn(
            op, ["x", "s"], {"s": whole(*rng.choice([(1, 3, 4, 5), (1, 4, 4, 5), (4,), (1,), (1, 6, 1, 1)]))}, shape, {}
        )
    if op == "Tile":
        return Drawn(op, ["x", "s"], {"s": whole(1, *(rng.randint(1, 3) for _ in range(3)))}, (1, 2, 3, 4), {})
    held = {"c": weights(*rng.choice([(1, 3, 4, 5), (5,), (4, 1), (3, 1, 1), (3, 4, 5)]))}
    return Drawn(op, rng.choice([["x", "c"], ["c", "x"]]), held, (1, 3, 4, 5), {})


def laid_out(rng: random.Random) -> Drawn:
    return rng.choice(
        [
            Drawn("Flatten", ["x"], {}, (1, 3, 4, 5), {"axis": rng.randint(-3, 4)}),
            Drawn("Transpose", ["x"], {}, (1, 3, 4, 5), {"perm": rng.sample(range(4), 4)}),
            Drawn("Squeeze", ["x", "a"], {"a": whole(rng.choice([2, -2]))}, (1, 3, 1, 5), {}),
            Drawn("Unsqueeze", ["x", "a"], {"a": whole(*rng.choice([(0,), (1,), (-1,), (2, 4), (1, -1)]))}, (1, 3, 5), {}),
            Drawn("DepthToSpace", ["x"], {}, (1, 8, 3, 4), {"blocksize": 2, "mode": rng.choice(["DCR", "CRD"])}),
            Drawn("SpaceToDepth", ["x"], {}, (1, 3, 4, 6), {"blocksize": 2}),
            Drawn("Reshape", ["x", "s"], {"s": whole(*rng.choice([(0, -1), (1, 3, 20), (-1,), (0, 0, 20)]))}, (1, 3, 4, 5), {}),
            Drawn("Concat", ["x", "x", "x"], {}, (1, 3, 4, 5), {"axis": rng.choice([1, 2, 3, -1])}),
        ]
    )


def normed(rng: random.Random) -> Drawn:
    sides = rng.choice([(4,), (4, 5), (3, 4, 5)])
    axis = rng.choice([-1, -2, 1, 2, 3])
    behind = (3, 4, 5)[axis if axis < 0 else axis - 1 :]
    scale = {"s": weights(*behind)} | ({"b": weights(*behind)} if rng.random() < 0.6 else {})
    two = {"s": weights(3), "b": weights(3)}
    seen = {"m": weights(3), "v": weights(3) ** 2}
    return rng.choice(
        [
            Drawn("LayerNormalization", ["x", *scale], scale, (1, 3, 4, 5), {"axis": axis}),
            Drawn("InstanceNormalization", ["x", *two], two, (1, 3, *sides), {}),
            Drawn("BatchNormalization", ["x", *two, *seen], two | seen, (1, 3, *sides), {}),
            Drawn("GroupNormalization", ["x", "s", "b"], {"s": weights(4), "b": weights(4)}, (1, 4, 4, 5), {"num_groups": 2}),
            Drawn("LRN", ["x"], {}, (1, 3, 4, 5), {"size": 3}),
        ]
    )


def recurrent(rng: random.Random) -> Drawn:
    op, ways, hidden = rng.choice(["LSTM", "GRU", "RNN"]), rng.choice([1, 2]), 3
    rows = {"LSTM": 4, "GRU": 3, "RNN": 1}[op] * hidden
    held = {"w": weights(ways, rows, 4), "r": weights(ways, rows, hidden)}
    held |= {"b": weights(ways, 2 * rows)} if rng.random() < 0.5 else {}
    said = {"hidden_size": hidden, "direction": "bidirectional" if ways > 1 else rng.choice(["forward", "reverse"])}
    return Drawn(op, ["x", *held], held, (5, 1, 4), said, rng.randint(1, 2))


def chosen(rng: random.Random) -> Drawn:
    found = rng.choice([weights(4, 4), weights(3, 1, 1)])
    return rng.choice(
        [
            Drawn("Where", ["c", "x", "z"], {"c": weights(4, 4) > 0, "z": found}, (1, 3, 4, 4), {}),
            Drawn("PRelu", ["x", "s"], {"s": weights(3, 1, 1)}, (1, 3, 4, 4), {}),
            Drawn("Clip", ["x", "", "h"], {"h": np.array(6, np.float32)}, (1, 3, 4, 4), {}),
            Drawn("Einsum", ["x", "w"], {"w": weights(5, 3)}, (1, 3, 4, 4), {"equation": "bchw,oc->bohw"}),
            Drawn("Einsum", ["x", "w"], {"w": weights(4, 2)}, (1, 3, 4, 4), {"equation": "...j,jk->...k"}),
            Drawn("Einsum", ["x"], {}, (1, 3, 4, 4), {"equation": "bchw->bc"}),
        ]
    )


KINDS: tuple[Callable[[random.Random], Drawn], ...] = (
    conv, conv_transpose, pool, resize, pad, cut, split, reduced,
    product, places, stretched, laid_out, normed, recurrent, chosen,
)  # fmt: skip


def run(node: Drawn, path: Path) -> list[Any]:
    """What onnxruntime makes of a node, whose model is written to `path`; nothing where it does not take it."""
    names = [f"y{place}" for place in range(node.outputs)]
    graph = helper.make_graph(
        [helper.make_node(node.op, node.reads, names, **node.said)],
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, node.shape)],
        [helper.make_empty_tensor_value_info(name) for name in names],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in node.held.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)], ir_version=10)
    path.write_bytes(model.SerializeToString())
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    x = np.linspace(-1, 1, prod(node.shape), dtype=np.float32).reshape(node.shape)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
        return [*session.run(None, {"x": x})]
    except Exception:  # its errors have no common class but this
        return []


def learned(node: Drawn) -> int:
    """How many values a node learns: those of its tensors of floats but for statistics, factors of sizes, and ends."""
    kinds = {name: value for name, value in node.held.items() if np.asarray(value).dtype == np.float32}
    return sum(value.size for name, value in kinds.items() if name not in ("m", "v", "h") and node.op != "Resize")


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nodes_give_what_onnxruntime_makes(kind: Callable[[random.Random], Drawn], tmp_path: Path) -> None:
    found = Counter[str]()
    for seed in range(MANY // len(KINDS)):
        node, path = kind(random.Random(seed)), tmp_path / "m.onnx"
        made = run(node, path)
        if not made or any(not one.size for one in made):
            found["not taken by onnxruntime, or nothing comes of it"] += 1
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                ledger = loads(imported(path, path.name), path.name).analyze()
        except SpecError:
            found["a view, or refused"] += 1
            continue
        sizes = {ledger.lines[at].output.size if at >= 0 else prod(node.shape) for at in ledger.outputs}
        assert sizes == {one.size for one in made}, (seed, node, ledger.lines, made)
        assert ledger.totals.params == learned(node), (seed, node)
        found["equal"] += 1
    print(f"{kind.__name__}: {dict(found)} of {MANY // len(KINDS)}")
    assert found["equal"] > MANY // len(KINDS) // 5
