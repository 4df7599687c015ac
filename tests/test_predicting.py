"""Predicted times: the kernels that are foreseen against those that run, fits that find what is known, device files."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from exports import drawn, slow
from hypothesis import given
from hypothesis import strategies as st
from schemas import strict

import costmodel
from costmodel import SpecError
from costmodel.dtypes import Dtypes
from costmodel.measuring.blocked import Blocked
from costmodel.measuring.kernels import Kernel, footprint, kernels
from costmodel.measuring.nodes import WRITERS, Sketch
from costmodel.measuring.predicting import Estimate, Prediction
from costmodel.rates import Fitted, KernelRates, Spread, by_level
from costmodel.reports import contract
from costmodel.reports.fitted import as_yaml
from costmodel.spec.device import read_device
from costmodel.spec.fitted import is_fitted, load_any, read_fitted

Runner = Callable[..., tuple[int, str, str]]
SPREAD = Spread(0.05, -0.1, 0.2)
COPY = KernelRates(1e-6, {"moved 512KiB": 1e9}, 7, 0.1)
NETWORKS = (
    "alexnet",
    "condensenet@cifar-50",
    "densenet",
    "efficientnet",
    "ghostnet",
    "googlenet",
    "mnasnet@a1",
    "mobilenet@x0.25",
    "mobilenetv2@x0.35",
    "mobilenetv3@small",
    "regnet@y-400mf",
    "resnet@18",
    "shufflenet@g8",
    "shufflenetv2@x0.5",
    "squeezenet@complex-bypass",
)
"""Networks whose graphs are fused in every way that the zoo's are."""


def device(**kinds: KernelRates) -> Fitted:
    """A device with a few rates."""
    found = {"Concat": COPY, **kinds}
    return Fitted("toy", "Toy", "onnxruntime 0", 1, "2026-01-01", 0, 16, 0.0, found, SPREAD, SPREAD)


def ledger(layers: list[Any], image: tuple[int, ...] = (32, 8, 8)) -> Any:
    """The ledger of some layers."""
    return costmodel.load({"name": "t", "source": "s", "input": [*image], "layers": layers}).analyze()


def seen(layers: list[Any], image: tuple[int, ...] = (32, 8, 8), block: int = 16) -> list[str]:
    """The ops that are foreseen; a star behind those that run on blocks."""
    nodes = Blocked(Sketch(ledger(layers, image)), block).nodes
    return [f"{node.op}{'*' if node.blocked and 'Reorder' not in node.op else ''}" for node in nodes]


# --- kernels -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_the_kernels_foreseen_are_those_that_onnxruntime_makes(name: str) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    from costmodel.commands.subjects import load
    from costmodel.exporting.writing import exported
    from costmodel.measuring.machine import block
    from costmodel.measuring.running import saved

    found = load([name], {}, None, 1)[0].ledger
    graph = onnx.load_from_string(saved(exported(found).SerializeToString())).graph
    spelled = {"FusedConv": "Conv", "FusedGemm": "Gemm"}
    real = Counter((spelled.get(node.op_type, node.op_type), node.name.endswith("_nchwc")) for node in graph.node)
    in_blocks = {"Conv", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool"}
    ours = Counter(
        # a norm among blocks is written as a convolution
        ("Conv", True) if node.op == "BatchNormalization" and node.blocked else (node.op, node.blocked and node.op in in_blocks)
        for node in Blocked(Sketch(found), block()).nodes
    )
    assert ours == real


def test_what_follows_a_convolution_goes_with_it() -> None:
    assert seen([{"conv2d": 32}, "batch_norm", "relu"]) == ["ReorderInput", "Conv*", "ReorderOutput"]
    assert seen([{"conv2d": 32}, "silu"]) == ["ReorderInput", "Conv*", "QuickGelu*", "ReorderOutput"]
    assert seen([{"conv2d": 32}, "prelu"]) == ["ReorderInput", "Conv*", "ReorderOutput", "PRelu"]


def test_channels_that_make_no_blocks_stay_in_rows() -> None:
    assert seen([{"conv2d": 30}, "relu"], (30, 8, 8)) == ["Conv"]
    assert seen([{"conv2d": 32}, "relu"], block=1) == ["Conv"]
    assert seen([{"conv2d": 16}], (3, 8, 8)) == ["Conv*", "ReorderOutput"], "few channels are read from rows"
    grouped = {"conv2d": {"out": 32, "groups": 4}}
    assert seen([grouped]) == ["Conv"], "eight channels a group are no block"


def test_a_sum_goes_with_the_later_convolution() -> None:
    layers = [{"conv2d": 32, "name": "a"}, {"conv2d": 32}, {"add": ["a", "previous"]}, "relu"]
    assert seen(layers) == ["ReorderInput", "Conv*", "Conv*", "ReorderOutput"]
    last = Blocked(Sketch(ledger(layers)), 16).nodes[2]
    assert last.added == "a" and last.activation == "Relu" and len(last.lines) == 3  # noqa: PT018 - one node


def test_slices_of_all_channels_are_one_split() -> None:
    halves = {"concat": {"one": {"slice": {"stop": 16}}, "other": [{"slice": {"start": 16}}, "relu"]}}
    assert seen([halves]) == ["Split", "Relu", "Concat"]


def test_amounts_count_the_blocks_that_are_filled_up() -> None:
    (_, conv, _) = kernels(ledger([{"conv2d": {"out": 40, "kernel": 3, "padding": 1}}], (20, 8, 8)), 16)
    assert conv.kind == "conv k×k"
    assert conv.amounts["mult_adds of 3"] == 48 * 32 * 9 * 64, "40 channels out fill three blocks, 20 in fill two"
    assert conv.amounts["loaded"] == 4 * (40 * 20 * 9 + 40)
    assert conv.amounts["written"] == 4 * 40 * 64


def test_an_activation_that_is_no_relu_passes_over_what_leaves() -> None:
    amounts = [kernels(ledger([{"conv2d": 32}, act]), 16)[1].amounts for act in ("relu", "relu6")]
    assert amounts[1] == {**amounts[0], "Clip": 4 * 32 * 64}


def test_a_footprint_has_all_weights_and_the_largest_maps() -> None:
    one = Kernel("a", "a", "a", (0,), {"loaded": 8.0}, 108)
    other = Kernel("b", "b", "b", (1,), {"loaded": 4.0}, 24)
    assert footprint([one, other]) == 8 + 4 + 100


# --- rates -------------------------------------------------------------------------------------------------------------------


def test_bytes_between_two_sizes_are_shared_between_their_rates() -> None:
    assert by_level({"loaded": 8.0}, 0, 2**22) == {"loaded 4MiB": 8.0}
    assert by_level({"loaded": 8.0}, 0, 2**30) == {"loaded 64MiB": 8.0}
    found = by_level({"loaded": 8.0}, 0, 3 * 2**22)
    assert set(found) == {"loaded 8MiB", "loaded 16MiB"}
    assert sum(found.values()) == pytest.approx(8)


def test_a_network_takes_what_its_kernels_take() -> None:
    relu = KernelRates(2e-6, {"moved 512KiB": 4e9}, 7, 0.1)
    found = Prediction(ledger(["relu", "softmax"]), device(Relu=relu))
    size = 4 * 32 * 64
    assert found.whole == Estimate(2, pytest.approx(2e-6 + 2 * size / 4e9 + 1e-6 + 2 * size / 1e9))
    assert found.guessed == ["Softmax"], "what has no rates is taken as a copy, and said"
    low, high = found.range
    assert (low, high) == (pytest.approx(0.9 * found.whole.seconds), pytest.approx(1.2 * found.whole.seconds))


def test_lines_share_no_time_and_leave_none_out() -> None:
    of = costmodel.load("shufflenetv2").analyze()
    found = Prediction(of, device())
    each = [found.work([line]) for line in of.lines]
    assert sum(one.kernels for one in each) == found.whole.kernels
    assert sum(one.seconds for one in each) == pytest.approx(found.whole.seconds)


def test_other_data_types_and_ops_without_a_counterpart_are_refused() -> None:
    with pytest.raises(SpecError, match="was measured in fp32, and --dtype asks for int8"):
        Prediction(ledger(["relu"]), device(), Dtypes("int8", "int8", "int8"))
    own = {"ops": {"magic": {"params": "c_in", "mult_adds": "0"}}, "layers": ["magic"]}
    of = costmodel.load({"name": "t", "source": "s", "input": [8, 8, 8], **own}).analyze()
    with pytest.raises(SpecError, match="'magic' has no counterpart"):
        Prediction(of, device())


# --- the fit -----------------------------------------------------------------------------------------------------------------


def test_a_fit_to_times_of_known_rates_finds_them() -> None:
    from random import Random

    from costmodel.measuring.fitting import fitted, spreads
    from costmodel.measuring.samples import Sample, Whole

    draw = Random(1)
    true = KernelRates(3e-6, {"mult_adds": 1e11, **{f"loaded {size}MiB": 4e10 for size in (4, 8, 16, 32, 64)}}, 0, 0)
    samples, wholes = [], []
    for number in range(40):
        amounts = {"mult_adds": draw.uniform(1e5, 1e8), "loaded": draw.uniform(1e3, 1e7)}
        kernel, touched = Kernel("Conv", "conv 1×1", "x", (0,), amounts, 2**20), draw.choice([2**22, 2**24, 2**26])
        seconds = true.seconds(by_level(amounts, 0, touched))
        name = f"chain {number % 8}"
        samples.append(Sample(name, kernel, touched, seconds + 1e-6))
        wholes.append(Whole(name, [kernel] * (number % 5 + 1), touched, (number % 5 + 1) * seconds + 4e-6, 0.0))
        wholes[-1] = wholes[-1]._replace(profiled=(number % 5 + 1) * (seconds + 1e-6))
    fit = fitted(samples, wholes)
    found = fit.kinds["conv 1×1"]
    assert fit.run == pytest.approx(4e-6)
    assert found.launch == pytest.approx(3e-6, rel=1e-3), "what the profiler adds is taken off"
    assert found.per_second["mult_adds"] == pytest.approx(1e11, rel=1e-3)
    assert found.per_second["loaded 16MiB"] == pytest.approx(4e10, rel=1e-3)
    assert found.error < 1e-6
    chains, single = spreads(samples, wholes)
    assert chains.median < 1e-3
    assert single.high < 1e-2


def test_a_byte_takes_no_less_time_the_more_lies_around_it() -> None:
    from costmodel.measuring.fitting import Row, rates

    rows = [Row({"loaded 4MiB": 1e6 * n}, 2e-5 * n) for n in range(1, 9)]
    rows += [Row({"loaded 32MiB": 1e6 * n}, 1e-5 * n) for n in range(1, 9)]
    found = rates(rows).per_second
    assert found["loaded 32MiB"] <= found["loaded 4MiB"]
    assert found["loaded 64MiB"] == found["loaded 32MiB"], "where nothing was measured it takes what it takes below"


def test_least_squares_with_nothing_below_zero() -> None:
    import numpy as np

    from costmodel.measuring.least import nnls

    a = np.array([[1.0, 2.0], [3.0, 1.0], [1.0, 1.0]])
    assert nnls(a, a @ [2.0, 3.0]) == pytest.approx([2.0, 3.0])
    assert nnls(a, np.array([1.0, -5.0, 0.0]))[0] == 0


# --- the file ----------------------------------------------------------------------------------------------------------------


def test_a_file_that_is_written_is_read_back() -> None:
    written = replace(device(Relu=KernelRates(1.5e-6, {"moved 2MiB": 5e10}, 3, 0.25)), name='a "b"', notes=("one",))
    found = read_fitted(as_yaml(written), "d.yaml")
    assert found == written


def test_a_file_of_peaks_and_one_that_was_fitted_are_told_apart(tmp_path: Path) -> None:
    assert is_fitted(as_yaml(device()), "d.yaml")
    assert not is_fitted("name: x\n", "d.yaml")
    assert load_any("a100").name.startswith("NVIDIA")
    (tmp_path / "d.yaml").write_text(as_yaml(device()), encoding="utf-8")
    assert isinstance(load_any(str(tmp_path / "d.yaml")), Fitted)
    with pytest.raises(SpecError, match="has no key 'kernels'"):
        read_device(as_yaml(device()), "d.yaml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("threads: 1", "threads: none", "`threads` is a whole number, at least 1"),
        ("Concat:", "Copy:", "`kernels` has no `Concat`"),
        ("    samples: 7\n", "", "says how many `samples`"),
        ("median: 5.0, ", "", "have a `median`"),
        ("moved 512KiB: 1G", "moved 512KiB: fast", "'fast' is not a rate"),
        ("seconds_per_run: 0.000us", "seconds_per_run: soon", "'soon' is not a time"),
        ("runtime: ", "runtimes: ", "has no key 'runtimes'"),
    ],
)
def test_mistakes_in_a_file_are_said_at_their_places(old: str, new: str, said: str) -> None:
    text = as_yaml(device())
    assert old in text
    with pytest.raises(SpecError, match=said) as error:
        read_fitted(text.replace(old, new), "d.yaml")
    assert all(problem.mark is not None and problem.mark.line for problem in error.value.problems)


# --- analyze -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> str:
    """A fitted device file."""
    path = tmp_path / "mine.yaml"
    path.write_text(as_yaml(device()), encoding="utf-8")
    return str(path)


def test_analyze_prints_predictions_with_their_range(run: Runner, file: str) -> None:
    code, out, _ = run("analyze", "squeezenet", "--device", file)
    assert code == 0
    assert "time: predicted, launch + the sum of amount / rate of each kernel" in out
    assert "a prediction for 1 thread and no other number" in out
    assert "nine of ten (-10 % … +20 %, median error 5 %)" in " ".join(out.split())
    assert "≥" not in out


@pytest.mark.parametrize("width", [80, 140])
def test_lines_fit_their_room(run: Runner, file: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    _, out, _ = run("analyze", "squeezenet", "--device", file, "-o", "-")
    assert max(map(len, out.splitlines())) <= width


def test_rows_add_up_in_json_and_csv(run: Runner, file: str) -> None:
    import csv
    import io
    import json

    document = json.loads(run("analyze", "squeezenet", "--device", file, "--format", "json")[1])
    rows = csv.DictReader(io.StringIO(run("analyze", "squeezenet", "--device", file, "--format", "csv")[1]))
    schema = json.loads(Path(contract.__file__).with_name("analyze.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(strict(schema)).validate(document)
    whole = document["predicted"]["predicted_s"]
    assert "device" not in document
    assert sum(layer["predicted_s"] for layer in document["layers"]) == pytest.approx(whole)
    assert sum(float(row["predicted_s"] or 0) for row in rows) == pytest.approx(whole)


def test_what_a_fitted_device_does_not_have_is_refused_at_once(run: Runner, file: str, tmp_path: Path) -> None:
    plot = str(tmp_path / "roof.svg")
    options = ("--device", file, "--columns", "layer,bound_by", "--dtype", "int8", "--plot", plot)
    code, _, err = run("analyze", "squeezenet", *options)
    assert code == 2
    for said in ("'bound_by' is of a device of peaks", "was measured in fp32", "--plot draws a roof of peaks"):
        assert said in err


# --- every op ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WRITERS)
@slow
@given(data=st.data())
def test_every_op_is_sketched_with_the_shapes_that_onnx_infers(name: str, data: st.DataObject) -> None:
    onnx = pytest.importorskip("onnx", reason="the extra onnx is not installed")
    from costmodel.exporting.writing import exported

    of = drawn(data, name)
    sketch = Sketch(of)
    inferred = onnx.shape_inference.infer_shapes(exported(of, None), strict_mode=True, data_prop=True).graph
    values = {one.name: one.type.tensor_type.shape.dim for one in (*inferred.value_info, *inferred.output)}
    known = {one: tuple(dim.dim_value for dim in dims) for one, dims in values.items() if all(dim.dim_value for dim in dims)}
    assert {one: sketch.shapes[one] for one in known if one in sketch.shapes} == {
        one: shape for one, shape in known.items() if one in sketch.shapes
    }
    assert Prediction(of, device()).whole.seconds > 0
