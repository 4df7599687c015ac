"""The roofline: kernel times worked out by hand, rows that add up in every format, and how times move with the rates."""

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import costmodel
from costmodel.commands.options import GROUPINGS
from costmodel.device import Device, bundled
from costmodel.dtypes import Dtypes
from costmodel.ledger import Ledger
from costmodel.problems import SpecError
from costmodel.reports import contract
from costmodel.reports.roofline import duration
from costmodel.roofline import BOUNDS, Roofline, Work
from costmodel.spec.device import load_device
from costmodel.traffic import TRAFFIC, Traffic

Runner = Callable[..., tuple[int, str, str]]
NETWORKS = ("mobilenet", "mobilenetv2", "shufflenetv2", "densenet", "vit")
MODELS = list(TRAFFIC.values())
TOY = Device("toy", ("made up",), {"fp32": Fraction(1000), "int8": Fraction(4000)}, Fraction(100), Fraction(1, 4))
SPEC = """
name: T
input: [3, 4, 4]
layers:
  - conv2d: {out: 8, kernel: 3, padding: same}
  - relu
  - flatten
  - linear: {out: 5, bias: false}
"""
CONV, RELU, LINEAR = 4 * 4 * 8 * 27, 4 * 4 * 8, 8 * 4 * 4 * 5
"""The mult-adds of the two layers, and the values that pass the activation."""
WEIGHTS = 8 * 27 + 8
"""Of the convolution, its biases among them."""


@pytest.fixture
def toy(tmp_path: Path) -> str:
    """A device file of round figures, whose launches take time."""
    path = tmp_path / "toy.yaml"
    rates = "mult_adds_per_second: {fp32: 50G, int8: 200G}\nbytes_per_second: 5G\nseconds_per_launch: 2us\n"
    path.write_text(f"name: Toy\nsource: made up\n{rates}", encoding="utf-8")
    return str(path)


def test_kernels_by_hand() -> None:
    ledger = costmodel.loads(SPEC).analyze()
    roofline = Roofline(ledger, TOY)
    conv, relu, linear = ([line] for line in ledger.lines if line.op in ("conv2d", "relu", "linear"))
    size = 4 * (3 * 16 + RELU + WEIGHTS)
    assert roofline.work(conv) == Work(1, CONV, size, memory=Fraction(size, 100), launch=Fraction(1, 4))
    assert Fraction(CONV, 1000) < Fraction(size, 100)
    assert roofline.work(relu) == Work()
    size = 4 * (RELU + 5 + LINEAR)
    assert roofline.work(linear) == Work(1, LINEAR, size, memory=Fraction(size, 100), launch=Fraction(1, 4))
    assert roofline.whole == roofline.work(conv) + roofline.work(linear)
    assert roofline.ridge == 10


def test_arithmetic_counts_where_it_takes_longer() -> None:
    ledger = costmodel.loads(SPEC).analyze()
    slow = replace(TOY, mult_adds={"fp32": Fraction(100)})
    conv, linear = (Roofline(ledger, slow).work([line]) for line in ledger.lines if line.rule.counted)
    assert (conv.compute, conv.memory, conv.bound_by) == (Fraction(CONV, 100), 0, "compute")
    assert (linear.compute, linear.memory, linear.bound_by) == (0, Fraction(4 * (RELU + 5 + LINEAR), 100), "memory")
    assert Roofline(ledger, replace(slow, launch=Fraction(100))).whole.bound_by == "launch"


def test_at_the_ridge_arithmetic_is_named() -> None:
    assert Work(1, 10, 1, compute=1, memory=1).bound_by == "compute"
    ledger = costmodel.loads(SPEC).analyze()
    conv = ledger.lines[:1]
    intensity = Roofline(ledger, TOY).work(conv).intensity
    assert intensity is not None
    level = replace(TOY, mult_adds={"fp32": 100 * intensity}, launch=Fraction(0))
    work = Roofline(ledger, level).work(conv)
    assert work.compute == Fraction(work.bytes, 100)
    assert work.memory == 0


def test_bytes_and_peak_follow_the_data_types() -> None:
    ledger = costmodel.loads(SPEC).analyze()
    whole = Roofline(ledger, TOY, Dtypes("int4", "int8", "int32")).whole
    maps = 3 * 16 + RELU + RELU + 5
    assert whole.bytes == maps + Fraction(WEIGHTS + LINEAR, 2)
    assert whole.memory + whole.compute == sum(
        max(Fraction(mult_adds, 4000), size / 100)
        for mult_adds, size in ((CONV, 3 * 16 + RELU + Fraction(WEIGHTS, 2)), (LINEAR, RELU + 5 + Fraction(LINEAR, 2)))
    )
    with pytest.raises(SpecError, match="toy has no rate for fp16"):
        Roofline(ledger, TOY, Dtypes("int8", "fp16"))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_network_is_the_sum_of_its_kernels(name: str, model: Traffic) -> None:
    """Worked out again from the ledger: every kernel on its own, and all that moves moves in one."""
    ledger = costmodel.load(name).analyze()
    roofline, moves = Roofline(ledger, TOY, traffic=model), ledger.moves(model)
    seconds = Fraction(0)
    for kernel in ledger.kernels(model):
        size = 4 * sum(moves[line].access for line in kernel)
        seconds += Fraction(1, 4) + max(Fraction(sum(line.cost.fma for line in kernel), 1000), Fraction(size, 100))
    whole = roofline.whole
    assert whole.seconds == seconds
    assert whole.mult_adds == ledger.totals.mult_adds
    assert whole.bytes == 4 * ledger.moved(None, model).access
    assert whole.launch == Fraction(len(ledger.kernels(model)), 4)
    assert whole.seconds >= max(Fraction(whole.mult_adds, 1000), Fraction(whole.bytes, 100))


@pytest.fixture(scope="module")
def mobilenetv2() -> Ledger:
    return costmodel.load("mobilenetv2").analyze()


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
@pytest.mark.parametrize("name", bundled())
def test_a_faster_device_takes_no_longer(name: str, model: Traffic, mobilenetv2: Ledger) -> None:
    device = load_device(name)
    dtypes = Dtypes(*[next(iter(device.mult_adds))] * 3)

    def seconds(changed: Device) -> Fraction:
        return Fraction(Roofline(mobilenetv2, changed, dtypes, model).whole.seconds)

    def faster(times: Fraction) -> dict[str, Fraction]:
        return {dtype: rate * times for dtype, rate in device.mult_adds.items()}

    now = seconds(device)
    for times in (Fraction(11, 10), Fraction(2), Fraction(100)):
        assert now / times <= seconds(replace(device, bytes=device.bytes * times)) <= now
        assert now / times <= seconds(replace(device, mult_adds=faster(times))) <= now
        assert seconds(replace(device, bytes=device.bytes * times, mult_adds=faster(times))) == now / times
    kernels = len(mobilenetv2.kernels(model))
    assert seconds(replace(device, launch=Fraction(1, 1000))) == now + Fraction(kernels, 1000)


ROWS = [*(["--by", by] for by in GROUPINGS), *(["--depth", depth] for depth in "012")]
CUT: list[list[str]] = [[], ["--sort", "time", "--top", "3"]]


def report(run: Runner, name: str, *options: str) -> str:
    code, out, err = run("analyze", name, *options)
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize("model", ["conv", "block"])
@pytest.mark.parametrize("cut", CUT, ids=["all", "top"])
@pytest.mark.parametrize("by", ROWS, ids=" ".join)
def test_rows_add_up_to_the_total(by: list[str], cut: list[str], model: str, run: Runner, toy: str) -> None:
    options = ("--device", toy, "--traffic", model, *by, *cut)
    ledger = costmodel.load("mobilenetv2").analyze()
    total = float(Roofline(ledger, load_device(toy), traffic=TRAFFIC[model]).whole.seconds)
    document = json.loads(report(run, "mobilenetv2", "--format", "json", *options))
    assert document["device"]["time_s"] == total
    rows = [*document["layers"], *([document["others"]] if cut and "others" in document else [])]
    assert sum(row["time_s"] for row in rows) == pytest.approx(total, rel=1e-12)
    table = csv.DictReader(io.StringIO(report(run, "mobilenetv2", "--format", "csv", *options)))
    assert sum(float(row["time_s"]) for row in table) == pytest.approx(total, rel=1e-12)
    columns = ("--columns", "layer,time,bound_by")
    lines = report(run, "mobilenetv2", "--format", "markdown", *columns, *options).partition("\n\n| ")[2].splitlines()[2:]
    body = [line for line in lines[: lines.index("") if "" in lines else None] if "**total**" not in line]
    seconds = [_markdown_row(line) for line in body]
    assert sum(seconds) == pytest.approx(total * 1000, abs=0.01 * 17 * len(seconds))


def _markdown_row(line: str) -> float:
    """The milliseconds of a row, with how often it runs."""
    times = re.search(r"\| (\d+) × \|", line)
    shown = re.search(r"([\d,.]+) (µs|ms)", line)
    return (int(times[1]) if times else 1) * _milliseconds(shown) if shown else 0


def _milliseconds(shown: re.Match[str]) -> float:
    return float(shown[1].replace(",", "")) * {"µs": 0.001, "ms": 1}[shown[2]]


def test_the_json_keeps_the_contract(run: Runner, toy: str) -> None:
    schema = json.loads(Path(contract.__file__).with_name("analyze.schema.json").read_text(encoding="utf-8"))
    for options in ((), ("--traffic", "unfused", "--top", "4"), ("--by", "network")):
        document = json.loads(report(run, "mobilenet", "--format", "json", "--device", toy, *options))
        jsonschema.validate(document, schema)
        device = document["device"]
        assert device["time_s"] == pytest.approx(sum(device["seconds"].values()), rel=1e-12)
        assert device["bound_by"] == max(BOUNDS, key=device["seconds"].get)
        assert device["ridge"] == 10
        assert device["mult_adds_per_second"] == 50_000_000_000
        assert device["effective_mult_adds_per_second"] == pytest.approx(568_740_352 / device["time_s"], rel=1e-12)
    without = json.loads(report(run, "mobilenet", "--format", "json"))
    assert "device" not in without
    assert not {"time_s", "bound_by", "intensity"} & set(without["layers"][0])


def test_the_screen_says_what_the_time_is(run: Runner, toy: str) -> None:
    words = " ".join(report(run, "mobilenet", "--device", toy).split())
    ledger = costmodel.load("mobilenet").analyze()
    whole = Roofline(ledger, load_device(toy)).whole
    assert f"≥ {duration(whole.seconds, whole.seconds)} in 28 kernels, a lower bound, not a latency" in words
    shares = ", ".join(f"{100 * float(whole.part(bound) / whole.seconds):.1f} % {bound}" for bound in BOUNDS)
    assert shares in words
    assert "50.0 G mult-adds/s in fp32, 5.00 GB/s, 2 µs a launch, ridge 10.0 mult-adds/byte" in words
    assert "algorithms that multiply less, as Winograd's" in words
    assert "latency" not in words.replace("a lower bound, not a latency", "")


@pytest.mark.parametrize("columns", ["80", "100", "140"])
@pytest.mark.parametrize("name", ["mobilenet", "shufflenetv2", "vit"])
def test_the_screen_stays_within_its_width(name: str, columns: str) -> None:
    from costmodel.reports.analysis import screen
    from costmodel.reports.columns import Shown

    ledger = costmodel.load(name).analyze()
    shown = Shown(ledger, roofline=Roofline(ledger, load_device("gtx-1080-ti")))
    lines = ["".join(cell.text for cell in line) for line in screen(shown, int(columns))]
    assert [line for line in lines if len(line) > int(columns)] == []
    assert any("bound by" in line for line in lines)


def test_rows_are_sorted_by_time_bound_and_intensity(run: Runner, toy: str) -> None:
    def column(name: str, order: str) -> list[str]:
        options = ("--format", "csv", "--columns", "path,time,bound_by,intensity", "--sort", order, "--by", "layer")
        rows = csv.DictReader(io.StringIO(report(run, "mobilenetv2", "--device", toy, *options)))
        return [row[name] for row in rows if row["time_s"] != "0"]

    times = list(map(float, column("time_s", "time")))
    assert times == sorted(times, reverse=True)
    assert column("bound_by", "bound_by") == sorted(column("bound_by", "time"))
    intensities = list(map(float, column("intensity", "+intensity")))
    assert intensities == sorted(intensities)
    assert len(set(intensities)) > 20


def test_a_layer_without_a_kernel_has_a_dash(run: Runner, toy: str) -> None:
    out = report(run, "mobilenet", "--device", toy, "--columns", "op,time,%time,intensity,bound_by", "--by", "op")
    pool = next(line for line in out.splitlines() if "global_avg_pool" in line)
    assert pool.split()[-4:] == ["–"] * 4


def test_under_block_the_time_of_a_unit_stands_at_its_first_layer(run: Runner, toy: str) -> None:
    out = report(run, "mobilenetv2", "--device", toy, "--traffic", "block")
    assert "layers that run as one kernel have its time at the first of them" in " ".join(out.split())
    by_block = report(run, "mobilenetv2", "--device", toy, "--traffic", "block", "--by", "block")
    assert "layers that run as one kernel" not in by_block
    said = "below the total, a unit that runs as one kernel has its time at the kind of its first layer"
    assert said in " ".join(by_block.split())


def test_what_is_not_counted_adds_nothing_and_that_is_said(tmp_path: Path, run: Runner, toy: str) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(SPEC + "  - unknown: {op: Sort, shape: [5]}\n", encoding="utf-8")
    words = " ".join(report(run, str(spec), "--device", toy, "--traffic", "unfused").split())
    assert "in 3 kernels, a lower bound, not a latency; ops that are not counted add nothing to it" in words
    document = json.loads(report(run, str(spec), "--device", toy, "--format", "json"))
    assert document["complete"] is False
    assert document["layers"][-1]["bound_by"] is None


@pytest.mark.parametrize(
    ("seconds", "whole", "shown"),
    [
        (Fraction(199, 10**8), Fraction(1, 10**5), "1.99 µs"),
        (Fraction(1_999_999, 10**12), Fraction(1, 10**5), "1.99 µs"),
        (Fraction(12), Fraction(12), "12.00 s"),
        (Fraction(0), Fraction(0), "0.00 ns"),
        (Fraction(1, 3), Fraction(1, 3), "333.33 ms"),
    ],
)
def test_a_time_is_cut_and_never_rounded_up(seconds: Fraction, whole: Fraction, shown: str) -> None:
    assert duration(seconds, whole) == shown


def test_likeness_of_rows_takes_their_time_in(run: Runner, toy: str) -> None:
    """Rows that stand as one have the same time: the sum over rows, each as often as it runs, is the total."""
    from costmodel.reports.columns import Shown
    from costmodel.reports.selection import select

    for model in MODELS:
        ledger = costmodel.load("shufflenetv2").analyze()
        shown = Shown(ledger, traffic=model, roofline=Roofline(ledger, load_device(toy), traffic=model))
        chosen = select(shown, ("layer", "time"), whole_list=False)
        everything: Any = sum((row.times * shown.amounts(row)("work") for _, row in chosen.rows), Work())
        quiet = sum((shown.amounts(row)("work") for row in chosen.quiet), Work())
        assert everything + quiet == chosen.whole("work")


TABLES = yaml.safe_load((Path(__file__).parent / "reference" / "guidelines.yaml").read_text(encoding="utf-8"))
MEASURED = [
    pytest.param(row, scale, id=f"{table} {row['device']} {row.get('widths') or (row['groups'], row['width'])} x{scale}")
    for table in ("table1", "table2")
    for row in TABLES[table]
    for scale in (1, 2, 4)
    if "widths" in row or scale * row["width"] % row["groups"] == 0  # 180 channels in 8 groups cannot be built
]


@pytest.mark.parametrize(("row", "scale"), MEASURED)
def test_no_measurement_of_the_shufflenetv2_paper_beats_the_bound(row: dict[str, Any], scale: int) -> None:
    """Tables 1 and 2 of arXiv:1807.11164, on its two devices; a batch on the GPU holds an image at least."""
    if "widths" in row:
        c1, c2 = (scale * c for c in row["widths"])
        ledger = costmodel.load("studies/table1").analyze(c1=c1, c2=c2)
    else:
        ledger = costmodel.load("studies/table2").analyze(c=scale * row["width"], g=row["groups"])
    device = load_device("gtx-1080-ti" if row["device"] == "gpu" else "snapdragon-810")
    measured = 1 / Fraction(str(row["speeds"][(1, 2, 4).index(scale)]))
    bound = Roofline(ledger, device).whole.seconds
    assert measured / 30 < bound < measured, "a bound that says something, and that holds"


def test_all_but_one_of_those_measurements_can_be_built() -> None:
    assert len(MEASURED) == 16 * 3 - 1
