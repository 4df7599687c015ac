"""`verify --cache`: sizes as they are written, one layer's report, a network's, and the same as data."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import costmodel
from costmodel.blocking import OnChip, blocked
from costmodel.bounds import bounded
from costmodel.commands.caching import on_chip
from costmodel.dtypes import Dtypes
from costmodel.pebbles import Convolution, convolutions
from costmodel.problems import SpecError
from costmodel.reports import caching, caching_data, caching_layers
from costmodel.sides import Side

Runner = Callable[..., tuple[int, str, str]]
LAYER = Convolution((Side(1, 1), Side(56, 56, 3, 1, 1), Side(56, 56, 3, 1, 1)), 64, 64)
CHIP = OnChip(32 * 1024)
NETWORKS = ["mobilenet", "mobilenetv2", "resnet50", "shufflenet", "vit", "grouped"]


@pytest.mark.parametrize(
    ("given", "size"),
    [
        ("512KiB", 2**19),
        ("512kib", 2**19),
        ("1.5 MiB", 3 * 2**19),
        ("500KB", 500_000),
        ("2GB", 2 * 10**9),
        (" 65536 ", 65536),
        ("64B", 64),
        ("0.5KiB", 512),
    ],
)
def test_a_size_of_memory_is_read_as_it_is_written(given: str, size: int) -> None:
    assert on_chip(given, "fp32") == OnChip(size)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            "512k",
            "--cache has the unit 'k', and there is none of this name\n  = did you mean 512KiB? the units are B, KiB, MiB",
        ),
        ("2 Megs", "--cache has the unit 'Megs', and there is none of this name\n  = did you mean 2MiB?"),
        ("64XB", "there is none of this name\n  = did you mean 64KiB?"),
        ("lots", "--cache must be a size of memory, and is 'lots'\n  = 512KiB, 2MiB or 65536"),
        ("", "--cache must be a size of memory, and is ''"),
        ("-5KiB", "--cache must be a size of memory, and is '-5KiB'"),
        ("1e3", "--cache must be a size of memory, and is '1e3'"),
        ("٥KiB", "--cache must be a size of memory, and is '٥KiB'"),
        ("9" * 200, "--cache must be a size of memory"),
        ("0", "--cache must be whole bytes, at least 1, and is 0"),
        ("0.3KiB", "--cache must be whole bytes, at least 1, and is 0.3KiB"),
        ("3B", "--cache 3B holds no element: one of fp32 takes 4 bytes\n  = give more, or a shorter --dtype"),
    ],
)
def test_what_is_no_size_of_memory_is_answered(given: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        on_chip(given, "fp32")
    assert said in str(error.value)


def test_a_bad_size_and_a_bad_type_are_said_at_once() -> None:
    with pytest.raises(SpecError) as error:
        on_chip("big", "int9")
    assert len(error.value.problems) == 2


STEPS = """\
layer          64×56×56 → 64×56×56, kernel 3×3, stride 1×1
memory         32.0 KiB on chip: S = 8,192 fp32 elements; partial sums fp32
products B     taps of windows inside the map, along each side · c1·c2/g
             = 166·166·64·64
             = 112,869,376
memory S       bits on chip / bits of fp32
             = 8·32,768/32
             = 8,192
touched        inputs + weights + outputs
             = 200,704 + 36,864 + 200,704
             = 438,272
pebbles        2·B/√(R·S) − 2·S
             = 2·112,869,376/√(9·8,192) − 2·8,192
             = 814,977
bound          max(touched, pebbles)
             = max(438,272, 814,977)
             = 814,977 (3.1 MiB)
blocking       outputs stay; 8×28 positions × 32 of 64 output and 1 of 64 input channels at a time
on chip        inputs 290 + weights 288 + partial sums 7,168 = 7,746 (30.3 KiB)
achievable     inputs 504,832 + weights 516,096 + outputs 200,704 = 1,221,632 (4.7 MiB)
verdict        holds: 1,221,632 ≥ 814,977, 1.50 times the bound
"""
CURVE = """\
  on chip       S      bound  by       achievable  ratio  stays    tile  c2  c1
  8.0 KiB   2,048  1,658,626  pebbles   2,429,440   1.47  outputs  7×19  13   1
 16.0 KiB   4,096  1,167,530  pebbles   1,726,464   1.48  outputs  8×28  16   1
 32.0 KiB   8,192    814,977  pebbles   1,221,632   1.50  outputs  8×28  32   1
 64.0 KiB  16,384    555,093  pebbles     946,176   1.71  outputs  8×56  32   1
128.0 KiB  32,768    438,272  touched     702,464   1.61  outputs  8×56  64   1
"""
ONE = ("verify", "--c1", "64", "--c2", "64", "--k", "3", "--cache", "32KiB")


def test_one_layer_is_worked_through_and_shown_along_a_curve(run: Runner) -> None:
    code, out, err = run(*ONE)
    head, steps, curve = out.split("\n\n")
    assert (code, err) == (0, "")
    assert head.startswith("memory access ≥ max(touched, 2·B/√(R·S) − 2·S) elements, with S elements on chip\n")
    assert (f"{steps}\n", curve) == (STEPS, CURVE)


@pytest.mark.parametrize("columns", [80, 100, 140])
@pytest.mark.parametrize("spec", [(), ("resnet50",), ("vit",)])
def test_a_screen_fits_its_width(columns: int, spec: tuple[str, ...], run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    run("specs")  # the fixture leaves COLUMNS unset
    monkeypatch.setenv("COLUMNS", str(columns))
    out = run("verify", *spec, "--cache", "64KiB", "--dtype", "int8,accumulators=int32")[1]
    assert max(map(len, out.splitlines())) <= columns


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_of_a_network_is_between_its_bound_and_all_that_conv_counts(name: str) -> None:
    lines = costmodel.load(name).analyze().lines
    for line in lines:
        layers, others = convolutions(line), bounded(line)
        assert [one.touched + one.unread + one.idle for one in layers] == [one.access for one in others]
        for layer, memory in ((layer, OnChip(kib * 1024)) for layer in layers for kib in (4, 64, 1024)):
            found = blocked(layer, memory)
            assert found is not None
            assert layer.touched <= layer.bound(memory.elements) <= found.access
            assert found.held <= memory.elements


def test_a_network_is_summed_and_says_what_a_sum_is_not(run: Runner) -> None:
    found = caching_layers.all_cases(costmodel.load("resnet50").analyze().lines, CHIP)
    out = run("verify", "resnet50", "--cache", "32KiB")[1]
    last = next(line for line in out.splitlines() if line.startswith("total"))
    assert last.split()[1:3] == [f"{sum(one.bound for one in found):,}", f"{sum(access(one) for one in found):,}"]
    assert "not a bound      a sum of layers' bounds is no bound of the network" in out
    # three 1×1 convolutions with stride 2 read a quarter of what enters them
    unread = sum(3 * (c * s * s) // 4 for c, s in ((256, 56), (512, 28), (1024, 14)))
    assert f"conv             this traffic model counts {unread:,} inputs that no window reads, too" in out


def access(case: caching.Case) -> int:
    assert case.found is not None
    return case.found.access


def test_runs_of_units_that_are_alike_are_one_row_unless_their_windows_lie_otherwise() -> None:
    text = """
name: atrous
input: [4, 9, 9]
blocks:
  unit:
    params: {d: 1}
    layers: [{conv2d: {out: 4, kernel: 3, dilation: d, padding: d}}]
layers: [{unit: 1}, {unit: 1}, {unit: 2}, {unit: 8}]
"""
    rows = caching_layers.listed(costmodel.loads(text).analyze(), CHIP)
    assert [(one.row.times, one.cases[0].layer.idle) for one in rows] == [(2, 0), (1, 0), (1, 0)]
    assert [one.cases[0].layer.shared for one in rows] == [9, 9, 4]


def test_what_is_not_blocked_is_named_and_the_sum_is_marked(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "up.yaml"
    spec.write_text("name: up\ninput: [4, 8, 8]\nlayers: [{conv2d: 4}, {conv_transpose2d: {out: 4, kernel: 2, stride: 2}}]\n")
    out = run("verify", str(spec), "--cache", "32KiB")[1]
    last = next(line for line in out.splitlines() if line.startswith("total"))
    assert last.split() == ["total", "1,872", "1,872", "≥528", "–"]  # 2·256 + 16, and 256 + 64 + 1,024
    assert "not blocked      conv_transpose2d (a transposed convolution)" in out
    document = json.loads(run("verify", str(spec), "--cache", "32KiB", "--format", "json")[1])
    assert document["sums"] == {"touched": 1872, "bound": 1872, "access": None}
    assert [one.get("why") for one in document["layers"]] == [None, "not blocked"]


def test_attention_is_named_as_not_bounded(run: Runner) -> None:
    assert "not bounded      12 attention: neither convolutions nor FC layers" in run("verify", "vit", "--cache", "1MiB")[1]


def test_a_network_without_convolutions_is_answered(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "pools.yaml"
    spec.write_text("name: pools\ninput: [4, 8, 8]\nlayers: [{max_pool: 2}]\n")
    code, out, err = run("verify", str(spec), "--cache", "32KiB")
    assert (code, out) == (2, "")
    assert err == "costmodel: pools has no convolution and no FC layer, and --cache is about these\n"


def test_a_memory_too_small_for_any_block_is_told_how_much_would_do(run: Runner) -> None:
    assert "none fits: one position, one channel in and one out need 76 bytes on chip" in run(*ONE[:-1], "75")[1]
    assert "blocking       weights stay; 1×1 positions × 1 of 64 output and 1 of 64 input" in run(*ONE[:-1], "76")[1]
    assert "does not fit     conv1/conv2d (from 396 bytes on)" in run("verify", "resnet50", "--cache", "80")[1]


def test_inputs_that_are_never_read_are_said(run: Runner) -> None:
    out = run("verify", "--c1", "256", "--c2", "512", "--stride", "2", "--cache", "32KiB")[1]
    assert "conv           this traffic model counts 602,112 inputs that no window reads, too" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--cache", "1MiB", "--literal", "-i"), "--literal, -i: --cache is a report of its own"),
        (("mobilenet", "--cache", "1MiB", "--sort", "gap", "--top", "3"), "--sort, --top: --cache is a report of its own"),
        (("--dtype", "int8"), "--dtype int8: the bound counts elements, whatever their type"),
        (("--cache", "1MiB", "--format", "csv"), "csv is for the layers of a spec, and one layer is asked for"),
        (("--cache", "lots", "--h", "0"), "--h must be at least 1, and is 0"),
    ],
)
def test_options_that_do_not_go_together(arguments: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("verify", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_types_tell_how_much_fits_and_how_many_bytes_move() -> None:
    dtypes = Dtypes("int8", "int8", "int32")
    case = caching.Case(LAYER, OnChip(32 * 1024, dtypes))
    found = case.found
    assert found is not None
    assert case.chip.elements == 32 * 1024
    assert found.held_bytes(dtypes) == found.patch + found.filters + 4 * found.sums <= 32 * 1024
    assert case.bound_bytes == case.bound == LAYER.bound(32 * 1024)
    assert found.access >= case.bound


def test_json_says_what_the_screen_says(run: Runner) -> None:
    document = json.loads(run(*ONE, "--format", "json")[1])
    assert document["memory"] == {"bytes": 32768, "elements": 8192, "dtype": "fp32"}
    assert document["touched"] == {"inputs": 200704, "weights": 36864, "outputs": 200704, "elements": 438272}
    assert (document["pebbles"], document["bound"], document["binds"]) == (814977, 814977, "pebbles")
    assert document["blocking"]["access"] == sum(document["blocking"]["moved"].values()) == 1221632
    assert document["least_memory_bytes"] == 76
    assert [one["memory"]["elements"] for one in document["curve"]] == [2048, 4096, 8192, 16384, 32768]


def test_csv_and_json_have_every_layer(run: Runner) -> None:
    found = caching_layers.all_cases(costmodel.load("mobilenet").analyze().lines, CHIP)
    read = [*csv.DictReader(io.StringIO(run("verify", "mobilenet", "--cache", "32KiB", "--format", "csv")[1]))]
    assert [(one["path"], int(one["bound"])) for one in read] == [(one.path, one.bound) for one in found]
    moved = [sum(int(one[part]) for part in ("inputs", "weights", "outputs", "spilled")) for one in read]
    assert moved == [int(one["achievable"]) for one in read] == [access(one) for one in found]
    document = json.loads(run("verify", "mobilenet", "--cache", "32KiB", "--format", "json")[1])
    assert [one["bound"] for one in document["layers"]] == [one.bound for one in found]
    assert document["sums"]["access"] == sum(moved)


def test_markdown_has_the_theorem_the_table_and_the_notes(run: Runner) -> None:
    shown = run("verify", "mobilenet", "--cache", "32KiB", "--format", "markdown")[1]
    assert "| **total** |" in shown
    assert "no bound of the network" in shown
    assert caching_data.layer_markdown(LAYER, CHIP).count("\n| ") == 2 + 5 + 2 + 5


def test_of_a_separable_both_convolutions_are_shown() -> None:
    text = "name: few\ninput: [4, 8, 8]\nlayers: [{separable: {out: 6, kernel: 3, padding: 1}}]"
    (one,) = caching_layers.listed(costmodel.loads(text).analyze(), CHIP)
    assert [case.name for case in one.cases] == ["separable depthwise", "separable pointwise"]
    assert len([*one.rows]) == 2
