"""ONNX models as specs: exact figures of real files, round trips, files made by hand, and files that are none."""

import csv
import os
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from exports import NETWORKS
from onnx import TensorProto, helper

import costmodel
from costmodel.exporting.writing import exported
from costmodel.importing.door import imported
from costmodel.importing.reading import read_model
from costmodel.library import Spec, loads
from costmodel.problems import SpecError

REFERENCE = Path(__file__).parent / "reference"
FILES = sorted((REFERENCE / "onnx").glob("*.onnx"))
with (REFERENCE / "counters.csv").open(encoding="utf-8") as stream:
    COUNTED = {row["network"]: row for row in csv.DictReader(line for line in stream if not line.startswith("#"))}
Runner = Callable[..., tuple[int, str, str]]


def spec_of(path: Path, **options: Any) -> Spec:
    return loads(imported(path, path.name, **options), path.name)


# --- real files --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_costs_what_counters_say(path: Path) -> None:
    """Mult-adds to the unit; parameters where batch norms are in the file."""
    name, kind, _ = path.name.rsplit(".", 2)
    counted, totals = COUNTED[name], spec_of(path).analyze().totals
    assert totals.mult_adds == int(counted["mult_adds"])
    if kind.endswith("bn") or "squeezenet" in name:
        assert totals.params == int(counted["params"])


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_file_is_read_as_onnx_reads_it(path: Path) -> None:
    graph, wanted = read_model(path, path.name).graph, onnx.load(path, load_external_data=False).graph
    kept = [node for node in wanted.node if node.op_type != "Constant"]
    assert [(n.op, n.inputs, n.outputs, n.name) for n in graph.nodes] == [
        (n.op_type, [*n.input], [*n.output], n.name) for n in kept
    ]
    for node, other in zip(graph.nodes, kept, strict=True):
        assert {one.name: helper.get_attribute_value(one) for one in other.attribute} == {
            name: value.encode() if isinstance(value, str) else value for name, value in node.attributes.items()
        }
    held = {one.name: tuple(one.dims) for one in wanted.initializer}
    assert {name: graph.constants[name].shape for name in held} == held


def test_a_spec_from_a_file_is_short_and_keeps_names() -> None:
    text = imported(REFERENCE / "onnx" / "resnet50.ts17.onnx", "resnet50.ts17.onnx")
    assert len(text.splitlines()) < 80
    assert text.startswith("# imported from resnet50.ts17.onnx: 122 nodes of operator set 17")
    assert all(f"name: {name}" in text for name in ("layer1", "layer4", "maxpool", "fc"))
    assert "repeat: 5" in text


# --- round trips -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_back_with_equal_totals(name: str, tmp_path: Path) -> None:
    ledger = costmodel.load(name).analyze()
    path = tmp_path / "model.onnx"
    path.write_bytes(exported(ledger, None).SerializeToString())
    again = spec_of(path).analyze()
    assert again.totals == ledger.totals
    assert again.cost == ledger.cost


# --- files made by hand --------------------------------------------------------------------------------------------------


def saved(
    path: Path,
    nodes: Sequence[Any],
    shape: Sequence[int | str] = (1, 8, 16, 16),
    held: dict[str, Sequence[int]] | None = None,
    opset: int = 18,
    output: Sequence[int | str | None] = (1,),
    **more: Any,
) -> Path:
    """A model from `x` to `y` with weights of these shapes."""
    weights = [
        helper.make_tensor(name, TensorProto.FLOAT, dims, bytes(4 * int(onnx.numpy_helper.np.prod(dims))), raw=True)
        for name, dims in (held or {}).items()
    ]
    graph = helper.make_graph(
        nodes,
        "made",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, output)],
        weights,
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], **more)
    path.write_bytes(made.SerializeToString())
    return path


CONV = helper.make_node("Conv", ["x", "w"], ["a"], name="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])


def test_an_op_that_is_not_known_is_named_with_count_and_places(tmp_path: Path) -> None:
    nodes = [
        CONV,
        *(helper.make_node("Twist", ["abcd"[at]], ["bcde"[at]], name=f"twist{at}", domain="own") for at in range(4)),
        helper.make_node("NonZero", ["e"], ["y"], name="last"),
    ]
    path = saved(tmp_path / "m.onnx", nodes, held={"w": [4, 8, 3, 3]})
    with pytest.raises(SpecError) as caught:
        spec_of(path)
    said = str(caught.value)
    assert "the op own.Twist is not known (4 times: 'twist0', 'twist1', 'twist2' and 1 more)" in said
    assert "the op NonZero is not known (once: 'last')" in said
    assert "--allow-unknown" in said


def test_an_op_of_another_domain_is_none_of_onnx(tmp_path: Path) -> None:
    """Not even where all that it takes is known, and a node of that name would be folded away."""
    own = helper.make_node("Add", ["w", "w"], ["twice"], name="own", domain="own")
    nodes = [own, helper.make_node("Conv", ["x", "twice"], ["y"], kernel_shape=[3, 3])]
    with pytest.raises(SpecError, match=r"the op own\.Add is not known \(once: 'own'\)"):
        spec_of(saved(tmp_path / "m.onnx", nodes, held={"w": [4, 8, 3, 3]}))


def test_what_is_refused_is_said_of_samples_on_the_first_axis(tmp_path: Path) -> None:
    """That another input has no room for them on the second is nothing that anybody asked."""
    nodes = [helper.make_node("Twist", ["x"], ["a"], domain="own"), helper.make_node("Add", ["a", "z"], ["y"])]
    path = saved(tmp_path / "m.onnx", nodes)
    made = onnx.load(path)
    made.graph.input.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 10]))
    path.write_bytes(made.SerializeToString())
    with pytest.raises(SpecError, match=r"own\.Twist is not known"):
        spec_of(path)


def test_unknown_ops_make_lower_bounds(tmp_path: Path, run: Runner) -> None:
    path = saved(tmp_path / "m.onnx", [CONV, helper.make_node("Twist", ["a"], ["y"], domain="own")], held={"w": [4, 8, 3, 3]})
    code, out, _ = run("analyze", str(path), "--allow-unknown")
    assert code == 0
    assert "≥ 73,728" in out or "≥73,728" in out
    ledger = spec_of(path, allow_unknown=True).analyze()
    assert [line.fields["op"] for line in ledger.unknown] == ["Twist"]
    assert ledger.totals.mult_adds == 16 * 16 * 4 * 8 * 9


@pytest.mark.parametrize("opset", [9, 11, 13, 18, 23])
def test_operator_sets_mean_the_same(opset: int, tmp_path: Path) -> None:
    squeeze = (
        helper.make_node("Squeeze", ["b", "axes"], ["c"])
        if opset >= 13
        else helper.make_node("Squeeze", ["b"], ["c"], axes=[2, 3])
    )
    axes = [helper.make_node("Constant", [], ["axes"], value_ints=[2, 3])] if opset >= 13 else []
    nodes = [
        CONV,
        helper.make_node("GlobalAveragePool", ["a"], ["b"]),
        *axes,
        squeeze,
        helper.make_node("Softmax", ["c"], ["y"]),
    ]
    ledger = spec_of(saved(tmp_path / "m.onnx", nodes, held={"w": [4, 8, 3, 3]}, opset=opset)).analyze()
    assert [line.op for line in ledger.lines if line.op not in ("flatten", "reshape")] == [
        "conv2d",
        "global_avg_pool",
        "softmax",
    ]
    assert ledger.cost.exp == 4


def test_open_sizes_stay_open(tmp_path: Path, run: Runner) -> None:
    """A batch, a height and a width by name; shape arithmetic keeps them."""
    nodes = [
        CONV,
        helper.make_node("Shape", ["a"], ["s"], start=0, end=2),
        helper.make_node("Constant", [], ["rest"], value_ints=[-1]),
        helper.make_node("Concat", ["s", "rest"], ["shape"], axis=0),
        helper.make_node("Reshape", ["a", "shape"], ["b"]),
        helper.make_node("Transpose", ["b"], ["c"], perm=[0, 2, 1]),
        helper.make_node("MatMul", ["c", "v"], ["y"]),
    ]
    held = {"w": [4, 8, 3, 3], "v": [4, 10]}
    path = saved(tmp_path / "m.onnx", nodes, ["batch", 8, "height", "width"], held)
    ledger = spec_of(path).analyze(height=6, width=5)
    assert ledger.totals.mult_adds == 30 * 4 * 8 * 9 + 30 * 4 * 10
    assert run("analyze", str(path), "--set", "height=6", "--set", "width=5", "--set", "batch=3")[0] == 0
    code, out, _ = run("formula", str(path), "--free", "height,width,batch")
    assert code == 0
    assert "328" in out  # 4*8*9 + 4*10 a position


def test_numbers_of_tokens_are_looked_up(tmp_path: Path) -> None:
    nodes = [helper.make_node("Gather", ["table", "x"], ["a"]), helper.make_node("MatMul", ["a", "v"], ["y"])]
    path = saved(tmp_path / "m.onnx", nodes, ["batch", "tokens"], {"table": [100, 16], "v": [16, 24]})
    made = onnx.load(path)
    made.graph.input[0].type.tensor_type.elem_type = TensorProto.INT64
    path.write_bytes(made.SerializeToString())
    ledger = spec_of(path).analyze(tokens=7)
    assert [line.op for line in ledger.lines] == ["embedding", "linear"]
    assert (ledger.totals.mult_adds, ledger.totals.params) == (7 * 16 * 24, 100 * 16 + 16 * 24)


def test_functions_are_written_out(tmp_path: Path) -> None:
    inner = [
        helper.make_node("Sigmoid", ["i"], ["g"]),
        helper.make_node("Mul", ["i", "g"], ["o"]),
    ]
    function = helper.make_function("own", "Gate", ["i"], ["o"], inner, [helper.make_opsetid("", 18)])
    nodes = [CONV, helper.make_node("Gate", ["a"], ["b"], domain="own"), helper.make_node("Gate", ["b"], ["y"], domain="own")]
    path = saved(tmp_path / "m.onnx", nodes, held={"w": [4, 8, 3, 3]}, functions=[function])
    assert [line.op for line in spec_of(path).analyze().lines] == ["conv2d", "silu", "silu"]


def test_weights_elsewhere_are_not_opened(tmp_path: Path) -> None:
    path = saved(tmp_path / "m.onnx", [CONV, helper.make_node("Relu", ["a"], ["y"])], held={"w": [4, 8, 3, 3]})
    made = onnx.load(path)
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "weights.bin"
    path.write_bytes(made.SerializeToString())
    assert spec_of(path).analyze().totals.params == 4 * 8 * 9
    for outside in ("../secret", "/etc/passwd", "C:\\secret", "a/../../b"):
        entry.value = outside
        path.write_bytes(made.SerializeToString())
        with pytest.raises(SpecError, match="outside the file's own folder"):
            spec_of(path)


# --- files that are none -------------------------------------------------------------------------------------------------


def refused(path: Path) -> str:
    """What is said of a file, within a second."""
    start = time.monotonic()
    with pytest.raises(SpecError) as caught:
        read_model(path, path.name)
    assert time.monotonic() - start < 5
    return str(caught.value)


def test_what_is_no_model_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty.onnx").write_bytes(b"")
    (tmp_path / "text.onnx").write_text("name: A\ninput: [3, 8, 8]\n")
    (tmp_path / "folder.onnx").mkdir()
    os.mkfifo(tmp_path / "pipe.onnx")
    (tmp_path / "cut.onnx").write_bytes(FILES[0].read_bytes()[:5000])
    assert "is empty" in refused(tmp_path / "empty.onnx")
    assert "no ONNX model" in refused(tmp_path / "text.onnx")
    assert "is a directory" in refused(tmp_path / "folder.onnx")
    assert "special file" in refused(tmp_path / "pipe.onnx")
    assert "in the middle" in refused(tmp_path / "cut.onnx")
    assert "no such file" in refused(tmp_path / "none.onnx")


def test_a_cycle_is_named(tmp_path: Path) -> None:
    nodes = [helper.make_node("Add", ["x", "b"], ["a"], name="one"), helper.make_node("Relu", ["a"], ["b"], name="two")]
    nodes += [helper.make_node("Relu", ["b"], ["y"])]
    said = refused(saved(tmp_path / "m.onnx", nodes))
    assert "wait for one another" in said
    assert "'one' (Add)" in said
    assert "'two' (Relu)" in said


def test_what_nothing_makes_is_named(tmp_path: Path) -> None:
    assert "'z', which nothing makes" in refused(saved(tmp_path / "m.onnx", [helper.make_node("Relu", ["z"], ["y"])]))


def test_absurd_sizes_are_refused(tmp_path: Path) -> None:
    made = onnx.load(saved(tmp_path / "m.onnx", [CONV, helper.make_node("Relu", ["a"], ["y"])], held={"w": [4, 8, 3, 3]}))
    for dims, said in (([2**40, 2**40], "more than there can be"), ([-1, 3], "negative size"), ([5, 5], "holds 1,152 bytes")):
        del made.graph.initializer[0].dims[:]
        made.graph.initializer[0].dims.extend(dims)
        (tmp_path / "m.onnx").write_bytes(made.SerializeToString())
        assert said in refused(tmp_path / "m.onnx")


def test_functions_that_double_end(tmp_path: Path) -> None:
    """Each calls the next twice: 2^40 nodes if they were written out."""
    functions = []
    for at in range(40):
        name = f"F{at + 1}" if at < 39 else "Relu"
        domain = "own" if at < 39 else ""
        nodes = [helper.make_node(name, ["i"], ["m"], domain=domain), helper.make_node(name, ["m"], ["o"], domain=domain)]
        ids = [helper.make_opsetid("", 18), helper.make_opsetid("own", 1)]
        functions.append(helper.make_function("own", f"F{at}", ["i"], ["o"], nodes, ids))
    path = saved(tmp_path / "m.onnx", [helper.make_node("F0", ["x"], ["y"], domain="own")], functions=functions)
    start = time.monotonic()
    with pytest.raises(SpecError, match="when its functions are written out"):
        read_model(path, "m.onnx")
    assert time.monotonic() - start < 120


def test_gigabytes_of_weights_cost_nothing(tmp_path: Path) -> None:
    """A file with a hole of 3 GB where a weight would lie."""
    many = 3 * 10**9

    def varint(value: int) -> bytes:
        found = b""
        while value > 127:
            found, value = found + bytes([value & 127 | 128]), value >> 7
        return found + bytes([value])

    made = onnx.load(saved(tmp_path / "m.onnx", [helper.make_node("Relu", ["x"], ["y"])]))
    tensor = b"\x08" + varint(many // 4) + b"\x10\x01\x42\x01w\x4a" + varint(many)
    graph = made.graph.SerializeToString() + b"\x2a" + varint(len(tensor) + many) + tensor
    made.ClearField("graph")
    with (tmp_path / "big.onnx").open("wb") as file:
        file.write(made.SerializeToString() + b"\x3a" + varint(len(graph) + many) + graph)
        file.truncate(file.tell() + many)
    start = time.monotonic()
    model = read_model(tmp_path / "big.onnx", "big.onnx")
    assert model.graph.constants["w"].data is None
    assert time.monotonic() - start < 5


def test_broken_bytes_are_a_model_or_an_error(tmp_path: Path) -> None:
    """Bytes flipped and ends cut off at places drawn by a seed: no other exception, and none that takes long."""
    draw = random.Random(2026)
    whole = (REFERENCE / "onnx" / "squeezenet1_1.ts17.onnx").read_bytes()
    path, ends = tmp_path / "m.onnx", set[str]()
    for _ in range(150):
        data = bytearray(whole[: draw.choice([len(whole), draw.randrange(1, len(whole))])])
        for _flip in range(draw.randrange(0, 6)):
            data[draw.randrange(len(data))] = draw.randrange(256)
        path.write_bytes(data)
        start = time.monotonic()
        try:
            spec_of(path)
            ends.add("a model")
        except SpecError:
            ends.add("an error")
        assert time.monotonic() - start < 20
    assert ends == {"a model", "an error"}


SHAPE = [helper.make_node("Shape", ["x"], ["s"]), helper.make_node("ReduceSum", ["s"], ["m0"])]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [
        ([helper.make_node("Pow", ["k", "k"], ["p"])], "Pow: a power of 1000000"),
        ([helper.make_node("Mul", ["k" if not at else f"m{at}"] * 2, [f"m{at + 1}"]) for at in range(60)], "more digits"),
        ([*SHAPE, *(helper.make_node("Mul", [f"m{at}"] * 2, [f"m{at + 1}"]) for at in range(40))], "ever more terms"),
        (
            [helper.make_node("Concat", ["k" if not at else f"m{at}"] * 2, [f"m{at + 1}"], axis=0) for at in range(60)],
            "at once",
        ),
        ([helper.make_node("Tile", ["k", "k"], ["t"]), helper.make_node("Tile", ["t", "k"], ["p"])], "at once"),
        ([helper.make_node("Expand", ["one", "wide"], ["e"]), helper.make_node("MatMul", ["e", "e"], ["p"])], "at once"),
        ([helper.make_node("Expand", ["one", "wide"], [f"e{at}"]) for at in range(30)], "before anything runs"),
        ([helper.make_node("ConstantOfShape", ["wide2"], ["p"])], "elements"),
    ],
)
def test_arithmetic_that_never_ends_is_refused(nodes: list[Any], said: str, tmp_path: Path) -> None:
    held = {"k": [10**6], "one": [1], "wide": [2000, 2000], "wide2": [10**9, 10**9]}
    path = saved(
        tmp_path / "m.onnx", [*nodes, helper.make_node("Reshape", ["x", nodes[-1].output[0]], ["y"])], ("a", "b", 4, 4)
    )
    made = onnx.load(path)
    made.graph.initializer.extend(onnx.numpy_helper.from_array(np.array(value), name) for name, value in held.items())
    for node in made.graph.node[:-1]:
        made.graph.output.append(helper.make_tensor_value_info(node.output[0], TensorProto.INT64, None))
    path.write_bytes(made.SerializeToString())
    start = time.monotonic()
    with pytest.raises(SpecError, match=said):
        spec_of(path)
    assert time.monotonic() - start < 20


# --- the command ---------------------------------------------------------------------------------------------------------


def test_import_writes_a_spec_and_says_how_long_it_is(tmp_path: Path, run: Runner) -> None:
    path, spec = REFERENCE / "onnx" / "mobilenet_v2_1.0.ts17bn.onnx", tmp_path / "m.yaml"
    code, out, err = run("import", str(path), "-o", str(spec))
    assert (code, out) == (0, "")
    assert f"{spec}: 151 layers" in err
    assert costmodel.load(spec).analyze().totals.params == 3504872
    code, out, _ = run("import", str(path))
    assert out == spec.read_text(encoding="utf-8")
