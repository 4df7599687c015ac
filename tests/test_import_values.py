"""What a model learns and holds: values that several layers share, of which weights are made, masks, states."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from costmodel.exporting.writing import exported
from costmodel.importing.door import imported
from costmodel.library import Spec, loads
from costmodel.problems import SpecError

DRAW = np.random.default_rng(0)
MATMUL = helper.make_node("MatMul", ["x", "w"], ["a"])


def drawn(*shape: int) -> Any:
    return DRAW.standard_normal(shape).astype(np.float32)


def spec_of(
    folder: Path, nodes: Sequence[Any], held: dict[str, Any], shape: Sequence[Any] = (1, 5, 32), kind: int = TensorProto.FLOAT
) -> Spec:
    """The spec of a model from `x` to `y` with these values."""
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("x", kind, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in held.items()],
    )
    path = folder / "m.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString())
    return loads(imported(path, path.name), path.name)


def chain(*ops: tuple[str, list[str]]) -> list[Any]:
    """Nodes that each take what the one before gives, and more."""
    ends = ["x", *(f"v{at}" for at in range(len(ops) - 1)), "y"]
    return [helper.make_node(op, [ends[at], *more], [ends[at + 1]]) for at, (op, more) in enumerate(ops)]


# --- values that several layers have -------------------------------------------------------------------------------------


def test_weights_that_layers_share_are_counted_once(tmp_path: Path) -> None:
    nodes = chain(("MatMul", ["w"]), ("Relu", []), ("MatMul", ["w"]), ("Relu", []), ("MatMul", ["w"]))
    spec = spec_of(tmp_path, nodes, {"w": drawn(32, 32)})
    assert spec.analyze().totals.params == 32 * 32
    assert spec.analyze().totals.mult_adds == 3 * 5 * 32 * 32
    assert "tied" in imported(tmp_path / "m.onnx", "m.onnx")


def test_copies_of_weights_are_the_weights(tmp_path: Path) -> None:
    w = drawn(32, 32)
    nodes = chain(("MatMul", ["w"]), ("Relu", []), ("MatMul", ["copy"]), ("Relu", []), ("MatMul", ["other"]))
    spec = spec_of(tmp_path, nodes, {"w": w, "copy": w.copy(), "other": drawn(32, 32)})
    assert spec.analyze().totals.params == 2 * 32 * 32


def test_ones_and_zeros_that_an_exporter_writes_once_are_of_each_layer(tmp_path: Path) -> None:
    norm = ("LayerNormalization", ["ones", "zeros"])
    nodes = chain(norm, ("MatMul", ["w"]), norm, ("MatMul", ["v"]))
    held = {"ones": np.ones(32, np.float32), "zeros": np.zeros(32, np.float32), "w": drawn(32, 32), "v": drawn(32, 32)}
    assert spec_of(tmp_path, nodes, held).analyze().totals.params == 2 * (32 * 32 + 64)


def test_a_table_is_the_weights_of_the_last_product(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Gather", ["table", "x"], ["a"]),
        helper.make_node("MatMul", ["a", "w"], ["b"]),
        helper.make_node("Transpose", ["table"], ["t"], perm=[1, 0]),
        helper.make_node("MatMul", ["b", "t"], ["c"]),
        helper.make_node("Add", ["c", "bias"], ["y"]),
    ]
    held = {"table": drawn(100, 32), "w": drawn(32, 32), "bias": drawn(100)}
    spec = spec_of(tmp_path, nodes, held, (1, 7), TensorProto.INT64)
    assert spec.analyze().totals.params == 100 * 32 + 32 * 32 + 100
    assert [sorted(line.tied or {}) for line in spec.analyze().lines] == [[], [], ["weights"]]


def test_one_head_for_all_levels_is_one_block_and_counted_once(tmp_path: Path) -> None:
    nodes: list[Any] = []
    for at, size in enumerate((16, 8, 4)):
        pool = helper.make_node("AveragePool", ["x"], [f"p{at}"], kernel_shape=[16 // size] * 2, strides=[16 // size] * 2)
        for name, before, after in (("w", f"p{at}", f"a{at}"), ("v", f"r{at}", f"b{at}")):
            pads = helper.make_node("Conv", [before, name, f"{name}b"], [after], kernel_shape=[3, 3], pads=[1, 1, 1, 1])
            nodes += [pool, pads] if name == "w" else [helper.make_node("Relu", [f"a{at}"], [f"r{at}"]), pads]
        nodes.append(helper.make_node("GlobalAveragePool", [f"b{at}"], [f"g{at}"]))
    nodes.append(helper.make_node("Sum", ["g0", "g1", "g2"], ["y"]))
    held = {"w": drawn(8, 8, 3, 3), "wb": drawn(8), "v": drawn(4, 8, 3, 3), "vb": drawn(4)}
    spec = spec_of(tmp_path, nodes, held, (1, 8, 16, 16))
    assert spec.analyze().totals.params == 8 * 8 * 9 + 8 + 4 * 8 * 9 + 4
    assert spec.analyze().totals.mult_adds == (256 + 64 + 16) * (8 * 8 * 9 + 4 * 8 * 9)


def test_groups_that_share_values_within_are_alike(tmp_path: Path) -> None:
    nodes, held, ends = list[Any](), dict[str, Any](), ["x"]
    for group in range(3):
        held[f"w{group}"] = drawn(32, 32)
        for part, op in enumerate(("MatMul", "Relu", "MatMul", "Tanh")):
            ends.append("y" if (group, part) == (2, 3) else f"v{group}{part}")
            read = [ends[-2], f"w{group}"] if op == "MatMul" else [ends[-2]]
            nodes.append(helper.make_node(op, read, [ends[-1]], name=f"/layers.{group}/part{part // 2}/{op}"))
    spec = spec_of(tmp_path, nodes, held)
    assert spec.analyze().totals.params == 3 * 32 * 32
    assert "repeat: 3" in imported(tmp_path / "m.onnx", "m.onnx")


def test_what_is_tied_comes_back_from_a_model(tmp_path: Path) -> None:
    text = """
    name: T
    input: {t: 6, c: 16}
    blocks:
      unit:
        params: {out}
        layers: [residual: [layer_norm, {linear: out, name: a}, gelu, {linear: out, tied: {weights: a}}]]
    layers: [{unit: 16, name: first}, {unit: 16, tied: first, repeat: 3}, {linear: 16, tied: first/a}, {unit: 16}]
    """
    ledger = loads(text).analyze()
    path = tmp_path / "m.onnx"
    path.write_bytes(exported(ledger).SerializeToString())
    again = loads(imported(path, path.name)).analyze()
    assert again.totals == ledger.totals
    assert again.cost == ledger.cost


# --- what runs beforehand ------------------------------------------------------------------------------------------------


def test_the_lengths_of_weights_are_parameters_beside_them(tmp_path: Path) -> None:
    """g·v/‖v‖, as an exporter leaves it (arXiv:1602.07868, equation 2)."""
    nodes = [
        helper.make_node("ReduceL2", ["v", "axes"], ["norm"], keepdims=1),
        helper.make_node("Div", ["v", "norm"], ["unit"]),
        helper.make_node("Mul", ["unit", "g"], ["w"]),
        helper.make_node("Conv", ["x", "w", "b"], ["y"], kernel_shape=[3, 3]),
    ]
    held = {"v": drawn(16, 8, 3, 3), "g": drawn(16, 1, 1, 1), "b": drawn(16), "axes": np.array([1, 2, 3])}
    ledger = spec_of(tmp_path, nodes, held, (1, 8, 10, 10)).analyze()
    assert [line.op for line in ledger.lines] == ["parameters", "conv2d"]
    assert ledger.totals.params == 16 * 8 * 9 + 16 + 16
    assert ledger.totals.mult_adds == 64 * 16 * 8 * 9


def test_lengths_of_weights_that_layers_share_are_counted_once(tmp_path: Path) -> None:
    weight = [helper.make_node("Mul", ["v", "g"], ["w"])]
    convs = chain(*[("Conv", ["w"]), ("Relu", [])] * 3)
    spec = spec_of(tmp_path, [*weight, *convs], {"v": drawn(8, 8, 1, 1), "g": drawn(8, 1, 1, 1)}, (1, 8, 10, 10))
    assert spec.analyze().totals.params == 64 + 8
    assert spec.analyze().totals.mult_adds == 3 * 100 * 64


def test_a_norm_of_weights_runs_beforehand(tmp_path: Path) -> None:
    """Standardised weights, as PyTorch writes them: a batch norm of the weights, each filter a channel."""
    nodes = [
        helper.make_node("Reshape", ["v", "flat"], ["rows"]),
        helper.make_node("BatchNormalization", ["rows", "gain", "zeros", "zeros", "ones"], ["even"]),
        helper.make_node("Reshape", ["even", "shape"], ["w"]),
        helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[3, 3]),
    ]
    held = {
        "v": drawn(16, 8, 3, 3), "gain": drawn(16), "zeros": np.zeros(16, np.float32), "ones": np.ones(16, np.float32),
        "flat": np.array([1, 16, 72]), "shape": np.array([16, 8, 3, 3]),
    }  # fmt: skip
    ledger = spec_of(tmp_path, nodes, held, (1, 8, 10, 10)).analyze()
    assert ledger.totals.params == 16 * 8 * 9 + 16
    assert ledger.totals.mult_adds == 64 * 16 * 8 * 9


def test_layers_on_constants_alone_are_learned_and_run_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Conv", ["places", "w"], ["table"], kernel_shape=[1, 1]),
        helper.make_node("Add", ["x", "table"], ["y"]),
    ]
    held = {"places": drawn(1, 4, 6, 6), "w": drawn(8, 4, 1, 1)}
    ledger = spec_of(tmp_path, nodes, held, (1, 8, 6, 6)).analyze()
    assert ledger.totals.mult_adds == 0
    assert ledger.totals.params == 4 * 36 + 8 * 4


def test_a_token_for_each_sample_of_an_open_batch_is_learned_once(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Shape", ["x"], ["s"], start=0, end=1),
        helper.make_node("Concat", ["s", "rest"], ["shape"], axis=0),
        helper.make_node("Expand", ["token", "shape"], ["tokens"]),
        helper.make_node("Concat", ["tokens", "x"], ["y"], axis=1),
    ]
    spec = spec_of(tmp_path, nodes, {"token": drawn(1, 1, 32), "rest": np.array([1, 32])}, ("n", 5, 32))
    assert spec.analyze().totals.params == 32
    assert spec.analyze(batch=3).lines[-1].output.dims["t"] == 6


@pytest.mark.parametrize("low", [-100, float("-inf")])
def test_a_mask_is_nothing_that_is_learned(tmp_path: Path, low: float) -> None:
    mask = np.triu(np.full((80, 80), low, np.float32), 1)
    nodes = chain(("MatMul", ["w"]), ("Add", ["mask"]), ("Softmax", []))
    ledger = spec_of(tmp_path, nodes, {"w": drawn(32, 80), "mask": mask}, (1, 80, 32)).analyze()
    assert ledger.totals.params == 32 * 80


# --- recurrent layers ----------------------------------------------------------------------------------------------------


def recurrent(op: str, gates: int, directions: int = 1, begins: str = "") -> tuple[list[Any], dict[str, Any]]:
    """A layer of 16 units on 32 channels, of which the last states are taken."""
    way = {"direction": "bidirectional"} if directions == 2 else {}
    inputs = ["turned", "w", "r", "b", "", *([begins] if begins else [])]
    nodes = [
        helper.make_node("Transpose", ["x"], ["turned"], perm=[1, 0, 2]),
        helper.make_node(op, inputs, ["", "h"], hidden_size=16, **way),
        helper.make_node("Gather", ["h", "last"], ["y"], axis=0),
    ]
    held = {
        "w": drawn(directions, gates * 16, 32), "r": drawn(directions, gates * 16, 16),
        "b": drawn(directions, 2 * gates * 16), "last": np.array(-1),
    }  # fmt: skip
    return nodes, held


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize(("op", "gates"), [("LSTM", 4), ("GRU", 3), ("RNN", 1)])
def test_the_last_states_of_a_recurrent_layer(tmp_path: Path, op: str, gates: int, directions: int) -> None:
    ledger = spec_of(tmp_path, *recurrent(op, gates, directions)).analyze()
    weights = directions * gates * 16 * (32 + 16)
    assert ledger.totals.mult_adds == 5 * weights
    assert ledger.totals.params == weights + directions * 2 * gates * 16
    assert ledger.lines[-1].output.size == 16


def test_states_that_the_network_computes_to_begin_with_are_refused(tmp_path: Path) -> None:
    nodes, held = recurrent("GRU", 3, begins="first")
    nodes.insert(0, helper.make_node("Slice", ["x", "zero", "one", "two"], ["part"]))
    nodes.insert(1, helper.make_node("Reshape", ["part", "states"], ["first"]))
    held |= {"zero": np.array([0]), "one": np.array([16]), "two": np.array([2]), "states": np.array([1, 5, 16])}
    with pytest.raises(SpecError, match="begins with states"):
        spec_of(tmp_path, nodes, held)


def test_a_padding_below_zero_cuts(tmp_path: Path) -> None:
    nodes = [helper.make_node("Pad", ["x", "pads"], ["a"]), helper.make_node("Relu", ["a"], ["y"])]
    held = {"pads": np.array([0, 0, -1, 2, 0, 0, 1, 0])}
    ledger = spec_of(tmp_path, nodes, held, (1, 8, 6, 6)).analyze()
    assert [line.op for line in ledger.lines] == ["slice", "pad", "relu"]
    assert str(ledger.lines[-1].output) == "8×6×8"


def test_samples_may_lie_along_the_second_axis(tmp_path: Path) -> None:
    """A recurrent layer reads its sequence along the first, as PyTorch writes it unless it is told otherwise."""
    nodes, held = recurrent("LSTM", 4)
    nodes = [helper.make_node("Identity", ["x"], ["turned"]), *nodes[1:]]
    spec = spec_of(tmp_path, nodes, held, (5, 2, 32))
    assert spec.analyze().totals.mult_adds == 5 * 4 * 16 * (32 + 16)
    assert "second axis" in imported(tmp_path / "m.onnx", "m.onnx").splitlines()[0]


def test_inputs_have_names_that_a_spec_can_have(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["onnx::Add_0", "onnx.Add.0"], ["y"])]
    entries = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4, 8, 8]) for name in ("onnx::Add_0", "onnx.Add.0")]
    graph = helper.make_graph(nodes, "made", entries, [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 8, 8])])
    path = tmp_path / "m.onnx"
    path.write_bytes(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]).SerializeToString())
    assert [*loads(imported(path, path.name)).analyze().inputs] == ["onnx_Add_0", "onnx_Add_0_2"]


def test_a_mask_that_enters_chooses_between_scores_and_a_constant(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("ReduceMax", ["x", "last"], ["seen"], keepdims=1),
        helper.make_node("Where", ["seen", "x", "low"], ["y"]),
    ]
    held = {"last": np.array([-1]), "low": np.array(-1e9, np.float32)}
    ledger = spec_of(tmp_path, nodes, held).analyze()
    assert [line.op for line in ledger.lines] == ["reduce", "combine"]
    assert ledger.lines[-1].cost.cmp == 5 * 32


# --- integers --------------------------------------------------------------------------------------------------------------


def test_layers_of_integers_are_the_layers_that_they_are(tmp_path: Path) -> None:
    """Their scales and zero points aside, as onnxruntime's quantisation writes them."""
    step = ["s", "z"]
    nodes = [
        helper.make_node("QuantizeLinear", ["x", *step], ["a"]),
        helper.make_node("QLinearConv", ["a", *step, "w", *step, *step, "b"], ["c"], kernel_shape=[3, 3]),
        helper.make_node("QLinearAdd", ["c", *step, "c", *step, *step], ["d"], domain="com.microsoft"),
        helper.make_node("QLinearGlobalAveragePool", ["d", *step, *step], ["e"], domain="com.microsoft"),
        helper.make_node("Flatten", ["e"], ["f"]),
        helper.make_node("QGemm", ["f", *step, "v", *step, "g", *step], ["y"], domain="com.microsoft", transB=1),
    ]
    held = {
        "s": np.array(0.1, np.float32), "z": np.array(0, np.uint8), "w": np.ones((16, 8, 3, 3), np.int8),
        "b": np.ones(16, np.int32), "v": np.ones((10, 16), np.int8), "g": np.ones(10, np.int32),
    }  # fmt: skip
    ledger = spec_of(tmp_path, nodes, held, (1, 8, 10, 10)).analyze()
    assert [line.op for line in ledger.lines] == ["map", "conv2d", "add", "global_avg_pool", "linear"]
    assert ledger.totals.mult_adds == 64 * 16 * 8 * 9 + 160
    assert ledger.totals.params == 16 * 8 * 9 + 16 + 160 + 10


def test_channels_behind_sides_are_refused(tmp_path: Path) -> None:
    own = {"domain": "com.microsoft", "channels_last": 1}
    nodes = [helper.make_node("QLinearGlobalAveragePool", ["x", "s", "z", "s", "z"], ["y"], **own)]
    held = {"s": np.array(0.1, np.float32), "z": np.array(0, np.uint8)}
    with pytest.raises(SpecError, match="channels lie behind"):
        spec_of(tmp_path, nodes, held, (1, 10, 10, 8))


def test_a_scale_is_looked_for_as_it_runs(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("DynamicQuantizeLinear", ["x"], ["a", "s", "z"]),
        helper.make_node("MatMulInteger", ["a", "w", "z"], ["b"]),
        helper.make_node("Cast", ["b"], ["c"], to=1),
        helper.make_node("Mul", ["s", "t"], ["u"]),
        helper.make_node("Mul", ["c", "u"], ["y"]),
    ]
    held = {"w": np.ones((32, 24), np.int8), "t": np.array(0.1, np.float32)}
    ledger = spec_of(tmp_path, nodes, held).analyze()
    assert ledger.totals[:2] == (5 * 32 * 24, 32 * 24)
    assert sum(line.cost.cmp for line in ledger.lines if line.op == "reduce") == 2 * (5 * 32 - 1)


# --- nodes that are none -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("op", "more", "attributes"),
    [
        ("LRN", [], {}),
        ("DepthToSpace", [], {}),
        ("Reshape", [], {}),
        ("Expand", [], {}),
        ("Slice", [], {}),
        ("Pad", [], {}),
        ("Gemm", [], {}),
        ("Conv", ["scalar"], {}),
        ("ConvTranspose", ["scalar"], {}),
        ("MatMul", ["scalar"], {}),
        ("Einsum", ["scalar", "scalar"], {"equation": "ab,bc->ac"}),
        ("GRU", ["scalar"], {}),
        ("GroupNormalization", ["scalar"], {}),
        ("Unsqueeze", ["floats"], {}),
        ("Upsample", ["floats"], {}),
    ],
)
def test_a_node_without_what_its_op_takes_is_an_error(
    tmp_path: Path, op: str, more: list[str], attributes: dict[str, Any]
) -> None:
    held = {"scalar": np.array(1, np.float32), "floats": drawn(3)}
    with pytest.raises(SpecError, match=op):
        spec_of(tmp_path, [helper.make_node(op, ["x", *more], ["y"], **attributes)], held)


def test_all_places_in_their_order_are_a_view(tmp_path: Path) -> None:
    """As masks are brought to the shape of scores: by numbers of samples and of tokens."""
    held = {
        "all": np.stack(np.meshgrid(np.arange(2), np.arange(6), indexing="ij"), -1).reshape(2, 1, 1, 6, 2),
        "flat": np.arange(12).reshape(2, 1, 1, 6),
        "turned": np.stack(np.meshgrid(np.arange(2), np.arange(6)[::-1], indexing="ij"), -1),
    }
    by_all = [helper.make_node("GatherND", ["x", "all"], ["a"]), helper.make_node("Relu", ["a"], ["y"])]
    assert str(spec_of(tmp_path, by_all, held, (2, 6)).analyze().lines[0].output) == "6"
    by_flat = [
        helper.make_node("Flatten", ["x"], ["f"], axis=0),
        helper.make_node("Gather", ["f", "flat"], ["a"], axis=1),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    assert [line.op for line in spec_of(tmp_path, by_flat, held, (2, 6)).analyze().lines] == ["relu"]
    others = [helper.make_node("GatherND", ["x", "turned"], ["a"]), helper.make_node("Relu", ["a"], ["y"])]
    with pytest.raises(SpecError, match="another order"):
        spec_of(tmp_path, others, held, (2, 6))
