"""`verify --cache`: sizes as they are written, one layer's report, a network's, and the same as data."""

import csv
import io
import json

import pytest

import costmodel
from costmodel.blocking import OnChip, blocked
from costmodel.bounds import bounded
from costmodel.commands.caching import on_chip
from costmodel.dtypes import Dtypes
from costmodel.pebbles import Convolution, Side, convolutions
from costmodel.problems import SpecError
from costmodel.reports import caching, caching_data
from costmodel.reports.layout import plain

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
  on chip       S      bound  by       achievable     ×  stays    tile  c2  c1
  8.0 KiB   2,048  1,658,626  pebbles   2,429,440  1.47  outputs  7×19  13   1
 16.0 KiB   4,096  1,167,530  pebbles   1,726,464  1.48  outputs  8×28  16   1
 32.0 KiB   8,192    814,977  pebbles   1,221,632  1.50  outputs  8×28  32   1
 64.0 KiB  16,384    555,093  pebbles     946,176  1.71  outputs  8×56  32   1
128.0 KiB  32,768    438,272  touched     702,464  1.61  outputs  8×56  64   1
"""


def test_one_layer_is_worked_through_and_shown_along_a_curve() -> None:
    head, steps, curve = plain(caching.screen(LAYER, CHIP, 100)).split("\n\n")
    assert head.startswith("memory access ≥ max(touched, 2·B/√(R·S) − 2·S) elements, with S elements on chip\n")
    assert (f"{steps}\n", curve) == (STEPS, CURVE)


@pytest.mark.parametrize("room", [80, 100, 140])
def test_a_screen_fits_its_width(room: int) -> None:
    rows = caching.cases(costmodel.load("resnet50").analyze().lines, CHIP)
    screens = plain(caching.screen(LAYER, CHIP, room)) + plain(caching.network("ResNet-50", CHIP, rows, room))
    assert max(map(len, screens.splitlines())) <= room


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


def test_a_network_is_summed_and_says_what_a_sum_is_not() -> None:
    rows = caching.cases(costmodel.load("resnet50").analyze().lines, CHIP)
    shown = plain(caching.network("ResNet-50", CHIP, rows, 140))
    accesses = [one.found.access for one in rows if one.found]
    assert f"{sum(one.bound for one in rows):,}" in shown
    assert f"{sum(accesses):,}" in shown
    assert "a sum of layers' bounds is no bound of the network" in shown
    # three 1×1 convolutions with stride 2 read a quarter of what enters them
    assert sum(one.layer.unread for one in rows) == sum(3 * (c * s * s) // 4 for c, s in ((256, 56), (512, 28), (1024, 14)))


def test_what_is_not_blocked_is_named_and_the_sum_is_marked() -> None:
    layers = "name: few\ninput: [4, 8, 8]\nlayers: [{conv2d: 4}, {conv_transpose2d: {out: 4, kernel: 2, stride: 2}}]"
    rows = caching.cases(costmodel.loads(layers).analyze().lines, CHIP)
    shown = plain(caching.network("up", CHIP, rows, 100))
    last = next(line for line in shown.splitlines() if line.startswith("total"))
    assert last.split() == ["total", "1,872", "1,872", "≥528", "–"]  # 2·256 + 16, and 256 + 64 + 1,024
    assert "not blocked      conv_transpose2d: transposed, and bounded alone" in shown
    assert caching_data.network_json("up", CHIP, rows).count('"why": "not blocked"') == 1


def test_a_memory_too_small_for_any_block_is_told_how_much_would_do() -> None:
    shown = plain(caching.screen(LAYER, OnChip(75), 100))
    assert "none fits: one position, one channel in and one out need 76 B (76 bytes) on chip" in shown
    assert blocked(LAYER, OnChip(76)) is not None
    rows = [caching.Case("stem", LAYER, OnChip(75))]
    assert "stem (from 76 bytes on)" in plain(caching.network("one", OnChip(75), rows, 100))


def test_inputs_that_are_never_read_are_said() -> None:
    strided = Convolution((Side(1, 1), Side(56, 28, 1, 2), Side(56, 28, 1, 2)), 256, 512)
    assert "conv           counts 602,112 inputs that no window reads besides" in plain(caching.screen(strided, CHIP, 100))


def test_types_tell_how_much_fits_and_how_many_bytes_move() -> None:
    dtypes = Dtypes("int8", "int8", "int32")
    case = caching.Case("", LAYER, OnChip(32 * 1024, dtypes))
    found = case.found
    assert found is not None
    assert case.chip.elements == 32 * 1024
    assert found.held_bytes(dtypes) == found.patch + found.filters + 4 * found.sums <= 32 * 1024
    assert case.bound_bytes == case.bound == LAYER.bound(32 * 1024)
    assert found.access >= case.bound


def test_json_says_what_the_screen_says() -> None:
    document = json.loads(caching_data.layer_json(LAYER, CHIP))
    assert document["memory"] == {"bytes": 32768, "elements": 8192, "dtype": "fp32"}
    assert document["touched"] == {"inputs": 200704, "weights": 36864, "outputs": 200704, "elements": 438272}
    assert (document["pebbles"], document["bound"], document["binds"]) == (814977, 814977, "pebbles")
    assert document["blocking"]["access"] == sum(document["blocking"]["moved"].values()) == 1221632
    assert document["least_memory_bytes"] == 76
    assert [one["memory"]["elements"] for one in document["curve"]] == [2048, 4096, 8192, 16384, 32768]


def test_csv_has_a_row_a_layer() -> None:
    rows = caching.cases(costmodel.load("mobilenet").analyze().lines, CHIP)
    read = [*csv.DictReader(io.StringIO(caching_data.as_csv(rows)))]
    assert [one["path"] for one in read] == [one.name for one in rows]
    assert [int(one["bound"]) for one in read] == [one.bound for one in rows]
    moved = [sum(int(one[part]) for part in ("inputs", "weights", "outputs", "spilled")) for one in read]
    assert moved == [int(one["achievable"]) for one in read]


def test_markdown_has_the_theorem_the_table_and_the_notes() -> None:
    rows = caching.cases(costmodel.load("mobilenet").analyze().lines, CHIP)
    shown = caching_data.network_markdown("MobileNet", CHIP, rows)
    assert "| **total** |" in shown
    assert "no bound of the network" in shown
    assert caching_data.layer_markdown(LAYER, CHIP).count("\n| ") == 2 + 4 + 2 + 5


def test_of_a_separable_both_convolutions_are_shown() -> None:
    ledger = costmodel.loads("name: few\ninput: [4, 8, 8]\nlayers: [{separable: {out: 6, kernel: 3, padding: 1}}]").analyze()
    assert [one.name for one in caching.cases(ledger.lines, CHIP)] == ["separable depthwise", "separable pointwise"]
