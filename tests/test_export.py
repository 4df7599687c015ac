"""Networks as ONNX models and as sources of PyTorch modules: shapes, parameters, and that they run."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from exports import NETWORKS, drawn, slow
from hypothesis import given
from hypothesis import strategies as st

import costmodel
from costmodel import SpecError
from costmodel.exporting.torch_ops import OPS as SPELLED
from costmodel.exporting.torch_source import source
from costmodel.exporting.writers import WRITERS
from costmodel.exporting.writing import exported
from costmodel.ledger import Ledger
from costmodel.ops import OPS


def shapes(model: Any) -> dict[str, list[int]]:
    """The sizes of every value of a model, as ONNX itself infers them."""
    found = onnx.shape_inference.infer_shapes(model, strict_mode=True, data_prop=True).graph
    values = (*found.value_info, *found.output, *found.input)
    return {value.name: [dim.dim_value for dim in value.type.tensor_type.shape.dim] for value in values}


def ran(model: Any, ledger: Ledger) -> list[Any]:
    """What onnxruntime gives for a model."""
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    draw = np.random.default_rng(1)
    entering = zip(session.get_inputs(), ledger.inputs.values(), strict=True)
    return session.run(None, {one.name: draw.random(x.shape, dtype=np.float32) for one, x in entering})


# --- networks ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_has_its_shapes_and_parameters_in_onnx(name: str) -> None:
    """Every line's output as ONNX infers it; without values, so that large networks are written at once."""
    ledger = costmodel.load(name).analyze()
    model = exported(ledger, None)
    found = shapes(model)
    assert {line.path: found[line.path] for line in ledger.lines} == {line.path: [*line.output.shape] for line in ledger.lines}
    learned = [one for one in model.graph.initializer if one.data_location == onnx.TensorProto.EXTERNAL]
    buffers = sum(line.cost.buffers for line in ledger.lines if line.op == "batch_norm")
    assert sum(int(np.prod(one.dims)) for one in learned) == ledger.totals.params + buffers


@pytest.mark.parametrize("name", ["squeezenet", "mobilenetv2", "shufflenet", "condensenet", "efficientnet"])
def test_a_network_runs_in_onnxruntime(name: str) -> None:
    ledger = costmodel.load(name).analyze(batch=2)
    model = exported(ledger)
    onnx.checker.check_model(model, full_check=True)
    found = ran(model, ledger)
    assert [one.shape for one in found] == [tuple(ledger.lines[of].output.shape) for of in ledger.outputs]
    assert all(np.isfinite(one).all() and one.std() > 0 for one in found)


def test_the_same_seed_draws_the_same_values() -> None:
    ledger = costmodel.load("mobilenetv2").analyze(alpha="0.35")
    one, same, other = (exported(ledger, seed).SerializeToString(deterministic=True) for seed in (1, 1, 2))
    assert one == same != other


def test_an_op_without_a_counterpart_is_named_with_its_place() -> None:
    text = (
        "name: T\ninput: [8, 8, 8]\nops: {magic: {params: c_in, mult_adds: 0}}\nlayers:\n  - magic\n  - conv2d: 4\n  - magic\n"
    )
    ledger = costmodel.loads(text, "own.yaml").analyze()
    for write in (exported, source):
        with pytest.raises(SpecError, match=r"own.yaml:5:5: 'magic' has no counterpart in .*, and the network has it 2 times"):
            write(ledger)


def test_symbols_are_refused() -> None:
    from costmodel import algebra

    with pytest.raises(SpecError, match="one size for each tensor"):
        exported(costmodel.load("mobilenet").analyze(alpha=algebra.symbol("alpha")))


# --- ops ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITERS)
@slow
@given(data=st.data())
def test_an_op_gives_in_onnx_what_it_gives(name: str, data: st.DataObject) -> None:
    ledger = drawn(data, name)
    model = exported(ledger)
    output = ledger.lines[0].output
    assert shapes(model)["one"] == [*output.shape]
    assert [one.shape for one in ran(model, ledger)] == [tuple(output.shape)]


def test_each_op_is_written_in_both() -> None:
    assert {*WRITERS} == {*SPELLED} == {*OPS} - {"unknown"}


# --- the source --------------------------------------------------------------------------------------------------------------


def test_a_source_is_python_whatever_things_are_called() -> None:
    spec = {
        "name": 'class"""\nimport os',
        "source": "a # b\n'''",
        "input": {"image": [3, 8, 8], "x": [3, 8, 8]},
        "layers": [
            {"conv2d": 4, "name": "forward", "from": "image"},
            {"conv2d": 4, "name": "half", "from": "x"},
            {"add": ["forward", "half"]},
        ],
    }
    text = source(costmodel.load(spec).analyze())
    compile(text, "source", "exec")
    assert "class class_import_os(nn.Module)" in text
    assert "self.forward_2 = nn.Conv2d(3, 4, 1)" in text
    assert "def forward(self, image, x_2)" in text


# --- the command -------------------------------------------------------------------------------------------------------------


def test_export_writes_a_model(run: Any, tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    assert run("export", "mobilenetv2@x0.75", "--set", "resolution=96", "-o", str(path)) == (0, "", "")
    onnx.checker.check_model(str(path), full_check=True)
    model = onnx.load(path)
    assert [dim.dim_value for dim in model.graph.input[0].type.tensor_type.shape.dim] == [1, 3, 96, 96]
    assert "alpha 0.75" in model.doc_string
    small = tmp_path / "small.onnx"
    assert run("export", "mobilenetv2", "--no-weights", "-o", str(small)).code == 0
    assert small.stat().st_size < 100_000


def test_export_prints_a_source(run: Any) -> None:
    found = run("export", "mobilenetv2", "--to", "torch")
    assert found.err == ""
    assert "self.conv_conv2d = nn.Conv2d(3, 32, 3, stride=2, bias=False)" in found.out
    assert "# 3,504,872 parameters, 300,774,272 mult-adds for 3×224×224" in found.out


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "an ONNX model is a file"),
        (("-o", "x.onnx", "--to", "tf"), "no format is called 'tf'"),
        (("--to", "torch", "--seed", "1"), "a module draws its own parameters"),
        (("-o", "x.onnx", "--seed", "1", "--no-weights"), "--no-weights leaves out the values that --seed draws"),
        (("-o", "x.onnx", "--seed", "one"), "--seed must be a whole number"),
        (("-o", "/nowhere/x.onnx"), "there is no directory /nowhere"),
        (("-o", "x.onnx", "--batch", "0"), "--batch must be a whole number"),
    ],
)
def test_export_says_what_is_wrong(options: tuple[str, ...], said: str, run: Any) -> None:
    found = run("export", "mobilenetv2", *options)
    assert (found.code, found.out) == (2, "")
    assert said in found.err


def test_too_many_parameters_for_a_file_are_refused() -> None:
    spec = {"name": "wide", "input": [60_000], "layers": [{"linear": 60_000}]}
    ledger = costmodel.load(spec).analyze()
    with pytest.raises(SpecError, match="the parameters take 14,400,240,000 bytes"):
        exported(ledger)
    assert len(exported(ledger, None).SerializeToString()) < 1000


def test_without_the_extra_it_is_named(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "onnx" else object())
    assert "pip install 'costmodel[onnx]'" in run("export", "mobilenetv2", "-o", "x.onnx").err
