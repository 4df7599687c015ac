"""`measure`: profiles as layers, statistics with known answers, saved reports, a small network that is run."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import costmodel
from costmodel.measuring.agreement import agreements, factors, left_out, ranks, spearman
from costmodel.measuring.results import Layer, Report, Settings, Timed, as_json, from_json
from costmodel.reports import measuring, measuring_data

Runner = Callable[..., tuple[int, str, str]]
SETTINGS = Settings("Toy", "onnxruntime 0", 1, 5, 0.2, 0, "2026-01-01", "fused")
LAYERS = [Layer("conv", "3×3", 100, 50, 0.002, 1), Layer("add", "add", 0, 30, 0.0, 0), Layer("fc", "linear", 20, 20, 0.001, 2)]
SPEC = """
name: Small
source: made up
input: [3, 16, 16]
layers:
  - conv2d: {out: 16, kernel: 3, padding: 1}
  - batch_norm
  - relu
  - conv2d: 30
  - hardswish
  - global_avg_pool
  - {linear: 5, name: fc}
  - hardswish
"""


def timed(name: str = "a", seconds: float = 0.004, mult_adds: int = 120, access: int = 100) -> Timed:
    """A network that took so long."""
    runs = [seconds, seconds * 1.5, seconds * 0.9, seconds, seconds * 1.1]
    return Timed(name, "A", {"alpha": "1"}, 1, mult_adds, access, 4 * access, runs, LAYERS, 0.0005, 2, 0.0005, 0.0)


REPORT = Report(SETTINGS, [timed()])


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A small spec in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("small.yaml").write_text(SPEC, encoding="utf-8")
    return "small.yaml"


@pytest.fixture
def onnxruntime() -> None:
    """Leave out what needs the extra where it is missing."""
    pytest.importorskip("onnxruntime", reason="the extra onnx is not installed")
    pytest.importorskip("onnx", reason="the extra onnx is not installed")


# --- profiles ----------------------------------------------------------------------------------------------------------------


def event(name: str, op: str, at: int, took: int) -> dict[str, Any]:
    """An event of a node as the profiler writes it."""
    told = {"op_name": op, "activation_size": "8", "output_size": "4"}
    return {"cat": "Node", "name": f"{name}_kernel_time", "ts": at, "dur": took, "args": told}


@pytest.mark.usefixtures("onnxruntime")
def test_a_trace_is_parted_into_runs_and_its_nodes_brought_in_order() -> None:
    from costmodel.measuring.running import Event, events

    trace = [
        {"cat": "Session", "name": "model_run", "ts": 100, "dur": 50, "args": {}},
        {"cat": "Session", "name": "model_run", "ts": 200, "dur": 50, "args": {}},
        event("b", "Relu", 120, 7),
        event("a", "Conv", 110, 5),
        event("a", "Conv", 210, 6),
        {"cat": "Node", "name": "a_fence_before", "ts": 205, "dur": 1, "args": {}},
    ]
    first, second = events(trace)
    assert first == [Event("a", "Conv", pytest.approx(5e-6), 8, 4), Event("b", "Relu", pytest.approx(7e-6), 8, 4)]
    assert [one.name for one in second] == ["a"]


@pytest.mark.usefixtures("onnxruntime")
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("bneck.2/project/batch_norm_nchwc", "bneck.2/project/batch_norm"),
        ("last/batch_norm_bn_nchwc", "last/batch_norm"),
        ("fused features", "features"),
        ("bneck.11/hardswish/QuickGeluFusion/", "bneck.11/hardswish"),
        ("features/vector", "features"),
        ("ReorderInput_token_3", None),
        ("", None),
    ],
)
def test_a_node_works_for_the_line_that_it_is_called_after(name: str, path: str | None) -> None:
    from costmodel.measuring.mapping import Owners

    ledger = costmodel.load("mobilenetv3").analyze()
    line = Owners(ledger).line(name)
    assert (None if line is None else ledger.lines[line].path) == path


@pytest.mark.usefixtures("onnxruntime")
def test_a_profile_becomes_layers_and_what_is_of_none() -> None:
    from costmodel.measuring.measure import network
    from costmodel.measuring.running import Event, Times

    ledger = costmodel.loads(SPEC).analyze()
    names = [line.path for line in ledger.lines]
    nodes = [
        (Event(f"{names[2]}_nchwc", "Conv", 0), [4e-6, 6e-6, 5e-6]),
        (Event("ReorderOutput", "ReorderOutput", 0), [2e-6] * 3),
        (Event(names[3], "Conv", 0), [3e-6] * 3),
        (Event("elsewhere", "Cast", 0), [1e-6] * 3),
    ]
    found = network("n", ledger, Times([13e-6, 12e-6, 20e-6], nodes))
    assert found.seconds == 13e-6
    assert [(layer.path, layer.seconds) for layer in found.layers if layer.nodes] == [
        (names[0], pytest.approx(5e-6)),
        (names[3], pytest.approx(3e-6)),
    ]
    assert (found.reorders, found.reorder_nodes, found.unmapped) == (pytest.approx(2e-6), 1, pytest.approx(1e-6))
    assert found.between == pytest.approx(2e-6)
    slower = network("n", ledger, Times([7e-6], [(one, [seconds[2]]) for one, seconds in nodes]))
    assert slower.between == 0
    whole = sum(layer.seconds for layer in slower.layers) + slower.reorders + slower.unmapped
    assert whole == pytest.approx(7e-6), "what the profiler takes is taken off"
    assert slower.layers[0].seconds == pytest.approx(4e-6), "a µs too much at each of four nodes"


# --- statistics --------------------------------------------------------------------------------------------------------------


def test_ranks_and_their_correlation() -> None:
    assert ranks([3, 1, 2, 2]) == [4, 1, 2.5, 2.5]
    # the example of Spearman's formula: ρ = 1 − 6·Σd²/(n(n² − 1)) = 1 − 6·8/(5·24)
    assert spearman([1, 2, 3, 4, 5], [3, 1, 2, 5, 4]) == pytest.approx(1 - 48 / 120)
    assert spearman([1, 1], [1, 2]) == 0


def test_times_that_are_sums_of_both_are_predicted_by_both_alone() -> None:
    figures = [{"mult_adds": float(a), "access": float(b)} for a, b in ((10, 1), (1, 10), (5, 5), (8, 2), (3, 1))]
    seconds = [2 * one["mult_adds"] + 3 * one["access"] for one in figures]
    by_mult_adds, by_access, both = agreements(figures, seconds)
    assert both.median < 1e-9
    assert both.factors == pytest.approx((2, 3))
    assert (both.misordered, both.pairs, both.spearman) == (0, 10, 1)
    assert by_mult_adds.median > 0.1
    # times are 23, 32, 25, 22 and 9: in order are 10 with 8 and 3, 5 with 3, 8 with 3
    assert by_mult_adds.misordered == 6
    assert by_mult_adds.kendall == pytest.approx((4 - 6) / 10)
    assert by_access.pairs == 10


def test_a_network_is_predicted_from_the_others() -> None:
    assert left_out([[1], [1], [1]], [1.0, 2.0, 4.0]) == [3.0, 2.5, 1.5]
    assert factors([[1], [2], [0]], [3.0, 4.0, 9.0]) == [2.5]


# --- saved reports -----------------------------------------------------------------------------------------------------------


def test_a_report_that_is_saved_is_read_back() -> None:
    assert from_json(as_json(REPORT), "m.json") == REPORT
    assert from_json(measuring_data.as_json(measuring.Shown([REPORT, REPORT], True)), "m.json") == REPORT


def broken(**changed: Any) -> str:
    """A saved report with something else in it."""
    return json.dumps({**json.loads(as_json(REPORT)), **changed})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "it is no JSON, or is cut off"),
        (as_json(REPORT)[:200], "it is no JSON, or is cut off"),
        ("[1, 2]", "it is no report of `costmodel measure`"),
        (broken(report="compare"), "it is a report of 'compare'"),
        (broken(schema=99), "its schema is 99, and this program reads 1"),
        (broken(networks=[]), "it has no networks"),
        (broken(networks=[3]), "where timed should stand, there is something else"),
        (broken(settings={}), "'processor' is missing"),
        (
            broken(networks=[json.loads(as_json(REPORT))["networks"][0] | {"runs": [0]}]),
            "the runs of a network are times above 0",
        ),
        (broken(networks=[json.loads(as_json(REPORT))["networks"][0] | {"mult_adds": "x"}]), "'mult_adds' is not"),
    ],
)
def test_a_file_that_is_no_saved_report_is_refused(run: Runner, tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "m.json"
    path.write_text(text, encoding="utf-8")
    code, out, err = run("measure", "--with", str(path))
    assert (code, out) == (2, "")
    assert f"{path} is no saved measurement: {said}" in err


# --- what is shown -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [80, 100, 140])
def test_a_screen_fits_its_room_and_its_layers_add_up(room: int) -> None:
    screen = ["".join(cell.text for cell in line) for line in measuring.screen(measuring.Shown([REPORT], True), room)]
    assert max(map(len, screen)) <= room
    assert any(line.startswith("total") for line in screen)
    assert any(line.startswith("2 reorders") and "12.5" in line for line in screen)
    if room == 140:
        assert any("–" in line and "add" in line for line in screen), "a layer that went with another has no time of its own"


def test_top_leaves_the_slowest_and_sums_the_others_up() -> None:
    text = measuring.as_markdown(measuring.Shown([REPORT], True, 1))
    assert "| 2 others |" in text
    assert "| fc |" not in text


def test_networks_stand_beside_what_was_saved_of_them() -> None:
    saved = Report(SETTINGS, [timed(seconds=0.008)])
    text = measuring.as_markdown(measuring.Shown([REPORT, saved], True))
    assert "| 8.00 ms | 0.500 × |" in text


def test_counts_are_held_against_times_from_three_networks_on() -> None:
    three = [timed(str(n), 0.001 * n, 100 * n, 300 - n) for n in (1, 2, 3)]
    shown = measuring.Shown([Report(SETTINGS, three)], True)
    assert "Do counts foretell the times?" in measuring.as_markdown(shown)
    assert [one["name"] for one in json.loads(measuring_data.as_json(shown))["agreement"]] == ["mult-adds", "access", "both"]
    fewer = measuring.Shown([Report(SETTINGS, three[:2])], True)
    assert "is said of 3 networks or more" in measuring.as_markdown(fewer)
    nothing = measuring.Shown([Report(SETTINGS, [*three[:2], replace(three[2], mult_adds=0)])], True)
    assert nothing.agreements() == []


def test_the_json_is_what_its_schema_says() -> None:
    from schemas import kinds

    three = [timed(str(n), 0.001 * n, 100 * n, 300 - n) for n in (1, 2, 3)]
    shown = measuring.Shown([Report(SETTINGS, three), REPORT], True)
    assert kinds("measure", measuring_data.as_json(shown)) == ["measure"]


# --- the command -------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("onnxruntime")
def test_a_small_network_is_run_saved_and_shown_again(run: Runner, small: str) -> None:
    code, out, err = run("measure", small, "--runs", "3", "-o", "m.json")
    assert (code, out, err) == (0, "", "")
    (found,) = from_json(Path("m.json").read_text(encoding="utf-8"), "m.json").networks
    assert len(found.runs) == 3
    assert found.unmapped == 0, "nodes without a name are called after what they give"
    assert (found.layers[-1].path, found.layers[-1].nodes) == ("fc", 4), "a view, a product, a sigmoid's kin and its product"
    parts = sum(layer.seconds for layer in found.layers) + found.reorders + found.between
    assert parts == pytest.approx(found.seconds)
    code, out, _ = run("measure", "--with", "m.json")
    assert code == 0
    assert "1 thread · 3 runs, those of 0.2 s before them thrown away" in out
    code, out, _ = run("measure", small, "--runs", "2", "--with", "m.json", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert {row["network"] for row in rows} == {small}
    assert len([row for row in rows if not row["layer"]]) == 2


def test_all_that_is_wrong_is_said_at_once(run: Runner) -> None:
    code, out, err = run("measure", "--runs", "0", "--threads", "0", "--batch", "x", "--format", "xml", "--top", "-1")
    assert (code, out) == (2, "")
    for said in ("--threads must be", "--runs must be", "--batch must be", "'xml'", "--top must be", "nothing is measured"):
        assert said in err


def test_a_calibration_takes_nothing_about_networks(run: Runner, tmp_path: Path) -> None:
    code, _, err = run("measure", "mobilenet", "--calibrate", "--runs", "5", "--threads", "0", "-o", str(tmp_path))
    assert code == 2
    for said in ("SPEC, --runs: --calibrate runs micro-benchmarks of its own", "--threads must be", "is a directory"):
        assert said in err


def test_without_the_extra_one_line_names_it(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("costmodel.commands.measure.find_spec", lambda _: None)
    for options in (("mobilenet",), ("--calibrate",)):
        code, out, err = run("measure", *options)
        assert (code, out) == (2, "")
        assert "measuring needs onnx and onnxruntime, which are not installed" in err
        assert "pip install 'costmodel[onnx]'" in err


@pytest.mark.usefixtures("onnxruntime")
def test_ops_that_cannot_be_run_are_named_before_anything_is(run: Runner, small: str) -> None:
    for name in ("one", "two"):
        own = f"ops: {{{name}: {{params: c_in, mult_adds: 0}}}}\nlayers:\n  - {name}\n"
        Path(f"{name}.yaml").write_text(SPEC.replace("layers:\n", own), encoding="utf-8")
    code, out, err = run("measure", small, "one.yaml", "two.yaml")
    assert (code, out) == (2, "")
    assert "'one' has no counterpart" in err
    assert "'two' has no counterpart" in err


# --- the machine -------------------------------------------------------------------------------------------------------------


def test_the_micro_benchmarks_are_the_same_for_a_seed_and_no_network_is_among_them() -> None:
    from costmodel.measuring.benches import chains

    found = [chain.spec for chain in chains(3)]
    assert found == [chain.spec for chain in chains(3)] != [chain.spec for chain in chains(4)]
    assert len({spec["name"] for spec in found}) == len(found)
    assert max(len(spec["layers"]) for spec in found) < 40


@pytest.mark.usefixtures("onnxruntime")
def test_a_few_micro_benchmarks_make_a_device(monkeypatch: pytest.MonkeyPatch) -> None:
    from costmodel.measuring import calibrating
    from costmodel.measuring.chains import Chain
    from costmodel.rates import Fitted

    few = [
        Chain(f"c{n}", [16, 8, 8], [{"conv2d": 16 * n}, "relu6", {"concat": {"a": "identity", "b": "relu"}}])
        for n in (1, 2, 3, 4)
    ]
    monkeypatch.setattr(calibrating, "chains", lambda _: iter(few))
    done: list[int] = []
    found = calibrating.calibrated(1, 0, done.append, budget=0.0)
    assert isinstance(found, Fitted)
    assert done == [1, 2, 3, 4]
    assert {"conv 1×1", "Concat"} <= {*found.kinds}
    assert found.threads == 1
    assert found.block in (1, 8, 16)
