"""Traffic models: golden shares, networks worked out by hand, and what must hold between the models."""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

import costmodel
from costmodel import algebra
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.line import Line
from costmodel.traffic import (
    ALWAYS_VIEWS,
    BLOCK,
    CONV,
    COPY,
    FOLDED,
    FUSED,
    LAID_OUT,
    TRAFFIC,
    UNFUSED,
    VIEW,
    Moves,
    Traffic,
    total,
)

MODELS = [
    *TRAFFIC.values(),
    FOLDED._replace(split=VIEW),
    FUSED._replace(concat=VIEW, shuffle=VIEW),
    BLOCK._replace(concat=VIEW),
]
ZOO = [name for name in bundled() if not name.startswith("units/")]


def run(layers: str, sizes: str = "[4, 8, 8]", blocks: str = "") -> Ledger:
    return costmodel.loads(f"name: T\ninput: {sizes}\n{blocks}layers:\n{layers}").analyze()


def by_op(ledger: Ledger, model: Traffic) -> list[tuple[str, Moves]]:
    moves = ledger.moves(model)
    return [(line.op, moves[line]) for line in ledger.lines]


def beside(ledger: Ledger, model: Traffic) -> str:
    """The share of the access that is not conv or FC, in percent."""
    counted = ledger.moved([line for line in ledger.lines if line.rule.counted], model).access
    return f"{100 - 100 * counted / ledger.moved(None, model).access:.1f}"


@pytest.mark.parametrize(
    ("name", "folded", "unfolded"),
    [("mobilenet", "41.3", "58.4"), ("mobilenetv2", "43.3", "60.8"), ("shufflenetv2", "56.1", "65.6")],
)
def test_the_share_that_is_not_conv_or_fc(name: str, folded: str, unfolded: str) -> None:
    ledger = costmodel.load(name).analyze()
    assert (beside(ledger, FOLDED), beside(ledger, UNFUSED)) == (folded, unfolded)


def test_the_share_in_shufflenetv2_with_split_as_a_view() -> None:
    assert beside(costmodel.load("shufflenetv2").analyze(), FOLDED._replace(split=VIEW)) == "51.6"


# --- by hand: C is the map's 64 positions -------------------------------------------------------------------------------

CHAIN = "  - conv2d: {out: 6, bias: false}\n  - batch_norm\n  - relu\n  - dropout\n  - batch_norm\n"
AREA = 64


def test_what_follows_a_convolution_is_folded_and_fused() -> None:
    ledger = run(CHAIN)
    conv, full, none = Moves(4 * AREA, 6 * AREA, 24), Moves(6 * AREA, 6 * AREA), Moves()
    assert [moves for _, moves in by_op(ledger, CONV)] == [conv, none, none, none, none]
    assert [moves for _, moves in by_op(ledger, UNFUSED)] == [conv, full, full, none, full]
    assert [moves for _, moves in by_op(ledger, FOLDED)] == [conv, none, full, none, full]
    assert [moves for _, moves in by_op(ledger, FUSED)] == [conv, none, none, none, none]
    assert [[line.op for line in lines] for lines in ledger.kernels(FUSED)] == [["conv2d", "batch_norm", "relu", "batch_norm"]]
    assert [[line.op for line in lines] for lines in ledger.kernels(FOLDED)] == [
        ["conv2d", "batch_norm"],
        ["relu"],
        ["batch_norm"],
    ]


def test_functions_of_values_and_learned_values_are_fused() -> None:
    ledger = run("  - conv2d: 4\n  - {map: sqrt}\n  - scale\n  - {shift: [h, w]}\n")
    full = Moves(4 * AREA, 4 * AREA)
    assert by_op(ledger, UNFUSED)[1:] == [("map", full), ("scale", full), ("shift", full)]
    assert [moves for _, moves in by_op(ledger, FUSED)][1:] == [Moves()] * 3
    assert [[line.op for line in lines] for lines in ledger.kernels(FUSED)] == [["conv2d", "map", "scale", "shift"]]


def test_what_is_read_elsewhere_is_not_fused() -> None:
    layers = "  - {conv2d: 4, name: a}\n  - relu\n  - {add: [a, previous]}\n"
    conv, full = Moves(4 * AREA, 4 * AREA, 4 * 4 + 4), Moves(4 * AREA, 4 * AREA)
    # two read the convolution's output; the add is fused into the relu, whose output it alone reads
    assert by_op(run(layers), FUSED) == [("conv2d", conv), ("relu", full), ("add", Moves(read=4 * AREA))]


def test_what_does_not_write_its_output_takes_nothing_in() -> None:
    own = "ops:\n  inplace: {params: 0, mult_adds: 1, reads: 5, writes: 0}\n"
    full = Moves(4 * AREA, 4 * AREA)
    assert by_op(run("  - inplace\n  - relu\n", blocks=own), FUSED) == [("inplace", Moves(5)), ("relu", full)]
    assert by_op(run("  - {shuffle: {groups: 1}}\n  - relu\n"), FUSED) == [("shuffle", Moves()), ("relu", full)]


def test_norms_that_need_statistics_and_softmax_are_on_their_own() -> None:
    ledger = run("  - conv2d: 4\n  - {group_norm: {groups: 2}}\n  - softmax\n")
    full = Moves(4 * AREA, 4 * AREA)
    assert [moves for _, moves in by_op(ledger, FUSED)][1:] == [full, full]


def test_batch_norm_before_a_convolution_is_not_folded() -> None:
    ledger = run("  - batch_norm\n  - relu\n  - conv2d: 4\n")
    full = Moves(4 * AREA, 4 * AREA)
    assert [moves for _, moves in by_op(ledger, FOLDED)][:2] == [full, full]
    assert [moves for _, moves in by_op(ledger, FUSED)][:2] == [full, Moves()]  # one kernel: the relu goes with the norm


INVERTED = """blocks:
  unit:
    layers:
      - residual:
          - conv2d: {out: 24, bias: false}
          - batch_norm
          - relu6
          - depthwise: {kernel: 3, padding: 1, bias: false}
          - batch_norm
          - relu6
          - conv2d: {out: 4, bias: false}
          - batch_norm
"""


def test_a_unit_in_one_piece_reads_what_enters_and_writes_what_leaves() -> None:
    ledger = run("  - unit\n  - relu\n  - unit\n", blocks=INVERTED)
    x, weights = 4 * AREA, 24 * 4 + 24 * 9 + 4 * 24
    assert ledger.moved(None, BLOCK) == Moves(2 * x, 2 * x, 2 * weights)
    # the relu between goes with the unit before it, which writes its output
    assert [len(lines) for lines in ledger.kernels(BLOCK)] == [len(ledger.lines) // 2 + 1, len(ledger.lines) // 2]
    inner = 2 * (24 * AREA)  # two maps, each written and read
    assert ledger.moved(None, FUSED) == Moves(2 * (x + inner + x), 2 * (x + inner), 2 * weights)  # and the shortcut is read


SHUFFLED = """blocks:
  unit:
    layers:
      - {slice: {stop: 2}, name: kept}
      - {slice: {start: 2}, from: input}
      - {conv2d: {out: 2, bias: false}, name: made}
      - concat: [kept, made]
      - shuffle: {groups: 2}
"""


def test_split_concat_and_shuffle_are_copies_or_views() -> None:
    ledger = run("  - unit\n", blocks=SHUFFLED)
    half, x = 2 * AREA, 4 * AREA
    conv = Moves(half, half, 4)
    assert [m for _, m in by_op(ledger, FOLDED)] == [Moves(half, half), Moves(half, half), conv, Moves(x, x), Moves(x, x)]
    split = FOLDED._replace(split=VIEW)
    assert [m for _, m in by_op(ledger, split)] == [Moves(), Moves(), conv, Moves(x, x), Moves(x, x)]
    # in place, the convolution writes where its half belongs; the half that passes is copied there
    joined = FOLDED._replace(split=VIEW, concat=VIEW, shuffle=VIEW)
    assert [m for _, m in by_op(ledger, joined)] == [Moves(), Moves(), conv, Moves(half, half), Moves()]
    assert [ledger.moved(None, BLOCK._replace(concat=way)) for way in (COPY, VIEW)] == [Moves(x, x, 4)] * 2


def test_a_map_placed_in_one_concat_is_copied_to_the_next() -> None:
    layers = "  - {conv2d: 4, name: a}\n  - {conv2d: 4, name: b}\n  - {concat: [a, b], name: c}\n  - {concat: [a, c]}\n"
    moves = [m for _, m in by_op(run(layers), FUSED._replace(concat=VIEW))]
    assert moves[2:] == [Moves(), Moves(4 * AREA, 4 * AREA)]  # c itself lies in the last one


GROWING = """blocks:
  unit:
    layers:
      - {conv2d: {out: 4, bias: false}, name: a}
      - {concat: [input, a], name: c}
      - {conv2d: {out: 4, bias: false}, name: b}
      - concat: [c, b]
"""


def test_a_buffer_that_grows_is_written_where_it_grew() -> None:
    """DenseNet's way: the first unit copies the image into the buffer; what the second gets lies there already."""
    ledger = run("  - unit\n  - unit\n", blocks=GROWING)
    place, weights = 4 * AREA, 4 * (4 + 8 + 12 + 16)
    assert ledger.moved(None, FUSED._replace(concat=VIEW)) == Moves((1 + 2 + 3 + 4) * place + place, 4 * place + place, weights)
    # a unit reads what enters it once, and writes its own two maps; the first one the image's copy too
    assert ledger.moved(None, BLOCK._replace(concat=VIEW)) == Moves(place + 3 * place, 3 * place + 2 * place, weights)
    assert ledger.moved(None, BLOCK) == Moves(place + 3 * place, 3 * place + 5 * place, weights)


def test_what_leaves_a_unit_beside_a_concat_of_it_is_written_once() -> None:
    layers = "  - {conv2d: {out: 4, bias: false}, name: a}\n  - {conv2d: {out: 4, bias: false}, name: b}\n  - concat: [a, b]\n"
    unit = "blocks:\n  unit:\n    layers:\n" + "".join(f"    {line}\n" for line in layers.splitlines())
    ledger = run("  - unit\n", blocks=unit)
    place = 4 * AREA
    assert ledger.moved(None, BLOCK._replace(concat=VIEW)) == Moves(place, 2 * place, 32)


def test_a_unit_reads_what_lies_in_its_concat_already() -> None:
    """A convolution of half a map, beside the whole of it: whoever reads both together reads the other half."""
    unit = """blocks:
  unit:
    layers:
      - {slice: {stop: 2}, name: half}
      - {conv2d: {out: 4, bias: false}, name: made}
      - {concat: [input, made], name: both}
      - conv2d: {out: 4, bias: false}
"""
    ledger = run("  - conv2d: {out: 4, bias: false}\n  - unit\n", blocks=unit)
    place, weights = 4 * AREA, 16 + 8 + 32
    for way in (COPY, VIEW):
        assert ledger.moved(None, BLOCK._replace(concat=way)) == Moves(2 * place, 2 * place, weights)


# --- between the models ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=ZOO)
def network(request: pytest.FixtureRequest) -> Ledger:
    return costmodel.load(request.param).analyze()


def test_each_model_moves_no_more_than_the_one_before_it(network: Ledger) -> None:
    moved = [network.moved(None, model) for model in (UNFUSED, FOLDED, FUSED, BLOCK)]
    for more, less in pairwise(moved):
        assert more.read >= less.read
        assert more.written >= less.written
        assert more.loaded == less.loaded == network.moved(None, UNFUSED).loaded
    for name in LAID_OUT:
        assert network.moved(None, FOLDED._replace(**{name: VIEW})).access <= moved[1].access


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.spelled)
def test_kernels_hold_every_line_that_works_once(network: Ledger, model: Traffic) -> None:
    moves, kernels = network.moves(model), network.kernels(model)
    held = [line for lines in kernels for line in lines]
    assert len(held) == len(set(held))
    assert all(moves[line] == Moves() for line in set(network.lines) - set(held))
    assert all(line.cost.fma == 0 for line in set(network.lines) - set(held))
    assert total([moves[line] for line in held]) == network.moved(None, model)


def shown(line: Line, lines: Sequence[Line]) -> Callable[[int], int]:
    """The line whose output another shows as it is, views that copy nothing looked through."""

    def behind(number: int) -> int:
        while number >= 0 and lines[number].op in (*ALWAYS_VIEWS, "split", "slice"):
            number = lines[number].sources[0]
        return number

    return behind


def test_units_read_and_write_what_passes_their_borders(network: Ledger) -> None:
    """By definition, and not by the lines' own records: the maps that cross from one kernel to another."""
    lines = network.lines
    where = {line: number for number, kernel in enumerate(network.kernels(BLOCK)) for line in kernel}
    crossing: set[tuple[Any, int]] = set()
    leaving = set()
    for line in lines:
        if line not in where:
            continue
        behind = shown(line, lines)
        for source in map(behind, line.sources):
            if source < 0 or where[lines[source]] != where[line]:
                crossing.add((where[line], source))
                leaving.add(source)
    behind = shown(lines[0], lines)
    leaving |= {behind(number) for number in network.outputs}
    written = sum(lines[number].output.size for number in leaving if number >= 0)
    single = {kernel[0] for kernel in network.kernels(BLOCK) if len(kernel) == 1}
    extra = sum(line.cost.write - line.output.size for line in single)
    assert network.moved(None, BLOCK).written == written + extra


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.spelled)
def test_points_and_symbols_move_what_whole_numbers_do(model: Traffic) -> None:
    spec = costmodel.load("shufflenetv2")
    sizes = [192, 224, 256]
    each = [spec.analyze(resolution=size).moved(None, model) for size in sizes]
    swept = spec.analyze(resolution=np.array(sizes)).moved(None, model)
    assert [swept.read.tolist(), swept.written.tolist()] == [[moves[way] for moves in each] for way in range(2)]
    assert {moves.loaded for moves in each} == {swept.loaded}
    batch = algebra.symbol("batch", whole=True)
    closed = spec.cost({}, None, batch).moved(None, model)
    for value in (1, 3):
        expected = spec.cost({}, None, value).moved(None, model)
        assert Moves(*(algebra.substitute(part, {batch: value}) for part in closed)) == expected


def test_every_model_says_what_it_does_and_how_it_is_asked_for() -> None:
    assert [model.spelled for model in TRAFFIC.values()] == ["conv", "unfused", "folded", "fused", "block"]
    assert FOLDED._replace(split=VIEW).spelled == "folded,split=view"
    assert FUSED._replace(split=COPY).spelled == "fused,split=copy"
    assert UNFUSED.said.endswith("split, concat, shuffle are copies")
    assert CONV.policy == ""


# --- in the reports -------------------------------------------------------------------------------------------------------

Runner = Callable[..., tuple[int, str, str]]
ASKED = ["conv", "unfused", "folded", "fused", "block", "folded,split=view,shuffle=view"]


@pytest.mark.parametrize("by", ["op", "layer", "block", "network"])
@pytest.mark.parametrize("asked", ASKED)
def test_rows_add_up_to_the_totals_of_their_model(asked: str, by: str, run: Runner) -> None:
    arguments = ("analyze", "shufflenetv2", "--traffic", asked, "--by", by, "--dtype", "weights=int8,activations=fp16")
    document = json.loads(run(*arguments, "--format", "json")[1])
    access = document["totals"]["access"]
    assert document["conventions"]["access"] == access["model"] == asked
    assert access["elements"] == access["maps_read"] + access["maps_written"] + access["params_read"]
    assert access["bytes"] == 2 * (access["maps_read"] + access["maps_written"]) + access["params_read"]
    assert sum(row["access"] for row in document["layers"]) == access["elements"]
    rows = list(csv.DictReader(io.StringIO(run(*arguments, "--format", "csv")[1])))
    columns = {"reads": "maps_read", "writes": "maps_written", "loads": "params_read", "access": "elements", "bytes": "bytes"}
    for column, key in columns.items():
        assert sum(int(row[column]) for row in rows) == access[key]
    assert {row["traffic"] for row in rows} == {asked}


@pytest.mark.parametrize("asked", ASKED)
def test_a_screen_names_its_model_and_sums_up_what_moves(asked: str, run: Runner) -> None:
    ledger = costmodel.load("shufflenetv2").analyze()
    name, *ways = asked.split(",")
    model = TRAFFIC[name]._replace(**dict(way.split("=") for way in ways))
    words = " ".join(run("analyze", "shufflenetv2", "--traffic", asked)[1].split())
    read, written, loaded = moves = ledger.moved(None, model)
    assert f"access: {model.said} ({asked})" in words
    assert f"access {moves.access:,} elements" in words
    assert f"{read:,} read, {written:,} written, {loaded:,} params" in words
    assert ("every op moved" in words) is (model != UNFUSED)


@pytest.mark.parametrize("asked", ASKED)
def test_kinds_add_up_to_the_total(asked: str, run: Runner) -> None:
    """The table below the total: of layers under `conv`, of every op that moves something under other models."""
    out = run("analyze", "shufflenetv2", "--traffic", asked, "--columns", "layer,access,params")[1]
    total, kinds = re.split(r"^total", out, flags=re.M)[1].split("\n\n")[:2]
    rows = [row.split()[-2:] for row in kinds.splitlines()]
    assert [sum(int(row[at].replace(",", "")) for row in rows) for at in (0, 1)] == [
        int(figure.replace(",", "")) for figure in total.split()
    ]
    assert ("relu" in kinds) is (asked not in ("conv", "fused"))


def test_a_sweep_counts_by_the_model_that_is_asked_for(run: Runner) -> None:
    arguments = ("sweep", "shufflenetv2", "--over", "resolution=192,224", "--traffic", "fused,concat=view")
    document = json.loads(run(*arguments, "--format", "json")[1])
    expected = [
        costmodel.load("shufflenetv2").analyze(resolution=size).moved(None, FUSED._replace(concat=VIEW)).access
        for size in (192, 224)
    ]
    assert [point["totals"]["access"] for point in document["points"]] == expected
    assert document["conventions"]["access"] == "fused,concat=view"
    assert "(fused,concat=view)" in run(*arguments)[1]
