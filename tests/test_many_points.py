"""Sweeps of many points: programs against evaluation, and what is picked against brute force."""

import importlib.util
import json
import random
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import product
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import costmodel
from costmodel import SpecError, algebra
from costmodel.algebra.engines import engine, kind
from costmodel.algebra.polynomials.programs import program
from costmodel.budget import budget
from costmodel.library import bundled
from costmodel.memory import Memory
from costmodel.picking import First, Front, Points, undominated
from costmodel.problems import Problems
from costmodel.settings import Settings
from costmodel.space import Grid, Sample
from costmodel.streaming import Stream
from costmodel.structure import Columns
from costmodel.survey import Asked, surveyed
from costmodel.sweep import steps
from costmodel.tracing import FIGURES, Axis, Tracer, Wanted
from costmodel.verdict import Rules, judged

Runner = Callable[..., Any]
NETWORKS = [name for name in bundled() if "/" not in name]
HAS_NUMBA = importlib.util.find_spec("numba") is not None
needs_numba = pytest.mark.skipif(not HAS_NUMBA, reason="numba is not installed (pip install 'costmodel[fast]')")
POINTS = 24
"""Points that are evaluated one by one for each sweep; `bench/exact_points.py` takes as many as one likes."""


def numbers(name: str) -> dict[str, Any]:
    """The parameters of a spec that are numbers, with their defaults."""
    usual = Settings(costmodel.load(name).network, Problems()).resolve({}, None, complete=False)
    return {key: value for key, value in usual.items() if algebra.is_number(value)}


def axis(name: str, key: str, value: Any) -> Axis:
    """A parameter around its default; in hundredths where the spec itself gives it fractions."""
    network = costmodel.load(name).network
    is_whole = type(value) is int and not Settings(network, Problems()).not_whole(next(k for k in network.params if k == key))
    return Axis(key, max(1, value // 3), 2 * value + 2) if is_whole else Axis(key, 20, 300, 100)


def point_of(grid: Grid, number: int) -> dict[str, Any]:
    """The values of a point by its number."""
    return {name: grid.levels[name][int(code)] for name, code in zip(grid.levels, grid.at(number), strict=True)}


def agree(tracer: Tracer, columns: Sequence[Any], draw: random.Random) -> int:
    """See that points have the figures that evaluation gives them; how many could be built."""
    found = tracer.block(Columns(columns, len(columns[0])))
    for at in draw.sample(range(len(columns[0])), POINTS):
        point = tracer.values([column[at] for column in columns])
        try:
            expected: dict[str, Any] | None = tracer.figures(tracer.evaluated(point))
        except SpecError:
            expected = None
        assert bool(found.built[at]) is (expected is not None), point
        if expected is not None:
            assert {name: int(found.figures[name][at]) for name in expected} == expected, point
    return int(found.built.sum())


@pytest.mark.parametrize("name", NETWORKS)
def test_programs_give_what_evaluation_gives(name: str) -> None:
    """Each parameter alone, and all together."""
    draw, usual = random.Random(name), numbers(name)
    drawn, built = np.random.default_rng(7), 0
    for free, count in (*(([one], 300) for one in usual), ([*usual], 2 * POINTS)):
        axes = [axis(name, key, usual[key]) for key in free]
        columns = [drawn.integers(one.low, one.high + 1, count) for one in axes]
        built += agree(Tracer(costmodel.load(name), axes, {}, compiled=False), columns, draw)
    assert built


LARGE = 2**62

EDGES = """\
name: T
params: {h: 32, c: 8, k: 3, s: 2}
input: [3, h, h + 1]
layers:
  - conv2d: {{out: c, kernel: k, stride: {stride}, padding: 1}}
  - max_pool: {{kernel: 2, stride: {stride}, ceil: true}}
  - conv2d: {{out: "divisible(c * 1.3, 4)", kernel: 1}}
  - avg_pool: {{kernel: 2, stride: s, ceil: true}}
"""


ROUNDED = """\
name: T
params: {h: 64, c: 16, m: 1.3, s: 7, k: 3}
input: [3, h, h + 1]
layers:
  - conv2d: {out: "divisible(c * m, 8)", kernel: 3, stride: {stride}, padding: 1}
  - avg_pool: {kernel: 2, stride: 3, ceil: true}
  - conv2d: {out: "floor(c * m) + ceil(c / 3) + c // 7", dilation: 2, kernel: k, padding: k - 1}
  - conv2d: {out: "max(8, min(floor(c * m * 9 / 10), 40))", kernel: 3, stride: s, padding: 1}
  - conv2d: {out: "divisible(c * m * 0.9, 4)"}
"""


@pytest.mark.parametrize("text", [EDGES, ROUNDED], ids=["ceil mode", "roundings"])
@pytest.mark.parametrize("stride", [3, 7])
@pytest.mark.parametrize("compiled", [False, pytest.param(True, marks=needs_numba)])
@pytest.mark.parametrize("is_float", [True, False], ids=["float64", "int64"])
def test_strides_roundings_and_ceil_mode(
    text: str, stride: int, compiled: bool, is_float: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every size from the least on, so that each edge is met, just missed and passed; in each kind of number."""
    if not is_float:
        monkeypatch.setattr("costmodel.algebra.engines.FLOAT", 0)
    path = tmp_path / "net.yaml"
    path.write_text(text.replace("{{", "{").replace("}}", "}").replace("{stride}", str(stride)), encoding="utf-8")
    axes = [Axis("h", 8, 400), Axis("c", 1, 64), Axis("s", 1, 5), Axis("k", 1, 7)]
    axes += [Axis("m", 1, 200, 100)] if text is ROUNDED else []
    drawn = np.random.default_rng(stride)
    columns = [np.arange(8, 401), *(drawn.integers(one.low, one.high + 1, 393) for one in axes[1:])]
    tracer = Tracer(costmodel.load(path), axes, {}, compiled=compiled)
    assert agree(tracer, columns, random.Random(stride)) > 100
    expected = f"{'numba' if compiled else 'numpy'}, {'float64' if is_float else 'int64'}"
    assert {one.anywhere.name for one in tracer.structures} == {expected}


def test_a_program_says_how_large_it_gets() -> None:
    """In float64 below 2⁵³, in int64 below 2⁶³, and in neither beyond: nothing is ever wrapped."""
    for high, expected in ((10**6, np.float64), (10**8, np.int64), (10**10, None)):
        x = algebra.closed("x", whole=True, low=1, high=high)
        made = program([x * x + (x + 1) // 3], [x])
        assert made.reach >= high**2
        assert kind(made) is expected
    assert engine(made) is None


def test_points_that_no_program_can_hold_are_evaluated_exactly() -> None:
    spec = costmodel.load("mobilenet")
    most = 2**63 // 1030
    tracer = Tracer(spec, [Axis("classes", 10**14, 2 * most)], {})
    found = tracer.block(Columns([np.array([10**14, most - 10**6])], 2))
    assert found.ways == {"exact": 2}
    assert found.figures["params"].tolist() == [spec.analyze(classes=n).totals.params for n in (10**14, most - 10**6)]


def test_a_figure_that_is_too_large_is_refused_with_its_point() -> None:
    tracer = Tracer(costmodel.load("mobilenet"), [Axis("classes", 1, 10**17)], {})
    with pytest.raises(SpecError, match=r"at classes 100000000000000000, and a sweep of many points holds numbers below 2\^63"):
        tracer.block(Columns([np.array([10, 10**17])], 2))


def test_a_grid_gives_what_its_points_give_alone() -> None:
    """By the program for grids, wherever a chunk begins and ends, with words, structures and points that cannot be built."""
    grids: dict[str, dict[str, list[Any]]] = {
        "mobilenetv2": {"alpha": steps(Fraction(1, 4), Fraction(7, 5), Fraction(1, 9)), "resolution": [*range(0, 225, 32)]},
        "shufflenet": {"groups": [*range(9)], "resolution": [0, 160, 224], "scale": [Fraction(n, 4) for n in range(5)]},
        "mobilenet": {"shallow": ["true", "false"], "resolution": [224, 0, 192], "full": [True, False], "alpha": [1, 2, 0]},
        "alexnet": {"resolution": [*range(1, 130, 8)], "classes": [10, 1000, 0]},
    }
    for name, levels in grids.items():
        spec, grid, draw = costmodel.load(name), Grid(levels), random.Random(name)
        expected: list[dict[str, Any] | None] = []
        alone = Tracer(spec, [], {})
        for number in range(grid.count):
            values = point_of(grid, number)
            try:
                expected.append(alone.figures(alone.evaluated(values)))
            except SpecError:
                expected.append(None)
        assert None in expected
        stream = Stream(spec, grid, {})
        for start, stop in [(0, grid.count), *(sorted(draw.sample(range(grid.count), 2)) for _ in range(9))]:
            block = stream.chunk(start, stop).block
            figures = zip(*(one.tolist() for one in block.figures.values()), strict=True)
            rows = [dict(zip(FIGURES, row, strict=True)) for row in figures]
            found = [row if built else None for row, built in zip(rows, block.built, strict=True)]
            assert found == expected[start:stop], (name, start, stop)
            assert sum(block.ways.values()) == stop - start
        assert any("on a grid" in way for way in Stream(spec, grid, {}).chunk(0, grid.count).block.ways)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=4), st.integers(1, 30), st.data())
def test_boxes_are_the_points_of_a_range_in_their_order(sizes: list[int], room: int, data: st.DataObject) -> None:
    grid = Grid({f"p{place}": [*range(size)] for place, size in enumerate(sizes)})
    start, stop = sorted(data.draw(st.tuples(*[st.integers(0, grid.count)] * 2)))
    boxes = [*grid.boxes(start, stop)]
    points = [point for box in boxes for point in product(*box)]
    assert points == [*zip(*(codes.tolist() for codes in grid.at(np.arange(start, stop))), strict=True)]
    assert len(boxes) <= 2 * len(sizes)
    end = grid.end(start, room) if start < grid.count else start + 1
    assert start < end <= start + room
    assert len([*grid.boxes(0, grid.end(0, room))]) == 1


def test_points_that_cannot_be_built_are_told_by_programs() -> None:
    """A sweep that begins with thousands of them evaluates a few by themselves, those at zero among these."""
    grid = Grid({"resolution": [*range(4097)], "classes": [10, 100]})
    ways: dict[str, int] = {}
    built = 0
    for chunk in Stream(costmodel.load("alexnet"), grid, {}):
        built += int(chunk.block.built.sum())
        ways = {way: ways.get(way, 0) + count for way, count in chunk.block.ways.items()}
    assert ways["exact"] < 60
    assert built == 2 * (4096 - 62)


@needs_numba
def test_compiled_programs_give_the_same() -> None:
    spec, drawn = costmodel.load("mobilenetv2"), np.random.default_rng(3)
    axes = [Axis("alpha", 250, 1400, 1000), Axis("resolution", 96, 320), Axis("classes", 10, 1000)]
    columns = [drawn.integers(one.low, one.high + 1, 20_000) for one in axes]
    found = [Tracer(spec, axes, {}, compiled=compiled).block(Columns(columns, 20_000)) for compiled in (False, True)]
    for name in FIGURES:
        assert (found[0].figures[name] == found[1].figures[name]).all()


def test_structures_and_words_are_traced_apart() -> None:
    spec = costmodel.load("mobilenet")
    grid = Grid(
        {"full": ["true", "false"], "alpha": steps(Fraction(1, 4), Fraction(1), Fraction(1, 20)), "shallow": [True, False]}
    )
    for chunk in Stream(spec, grid, {}):
        for at in range(grid.count):
            values = point_of(grid, at)
            assert int(chunk.block.figures["access"][at]) == spec.analyze(**values).totals.access


def test_limits_are_kept_as_check_keeps_them() -> None:
    spec = costmodel.load("mobilenetv2")
    limits = tuple(map(budget, ["params<=3M", "peak@int8<=900KiB", "access@fused<=9M", "mult_adds>=50M", "params@int4<1.4MiB"]))
    grid = Grid({"alpha": steps(Fraction(1, 4), Fraction(7, 5), Fraction(1, 20)), "resolution": list(range(96, 321, 8))})
    (chunk,) = Stream(spec, grid, {}, Wanted((*FIGURES, "peak"), limits))
    kept = 0
    for at in random.Random(5).sample(range(grid.count), 80):
        ledger = spec.analyze(**point_of(grid, at))
        expected = all(judged(limit, ledger, Rules()).passes for limit in limits)
        assert bool(chunk.block.kept[at]) is expected
        assert int(chunk.block.figures["peak"][at]) == Memory(ledger).elements
        kept += expected
    assert 0 < kept < 80


MULTIPLIED = """\
name: T
params: {alpha: 1, stride: 1, pad: 0}
input: [3, 32, 32]
layers:
  - conv2d: {out: floor(32 * alpha), kernel: 3, stride, padding: pad, bias: false}
  - conv2d: {out: floor(33 * alpha), bias: false}
"""


@pytest.mark.parametrize(
    "levels",
    [
        {"alpha": steps(Fraction(1), Fraction(2), Fraction(1, 7))},
        {"alpha": [Fraction(1), Fraction(129, 100)]},
        {"alpha": [2, 1]},
        {"stride": [2, 0, 1], "pad": [3, 0]},
        {"classes": [3, 1, 0]},
    ],
    ids=["fractions of a whole default", "two fractions", "two, falling", "zeros of a window", "no classes"],
)
def test_points_are_those_that_were_given(levels: dict[str, list[Any]], tmp_path: Path) -> None:
    """Fractions where the default is whole, values that fall, and zero, which is above no symbol."""
    path = tmp_path / "net.yaml"
    path.write_text(MULTIPLIED, encoding="utf-8")
    spec, grid = costmodel.load("mobilenet" if "classes" in levels else path), Grid(levels)
    (chunk,) = Stream(spec, grid, {})
    for at in range(grid.count):
        values = point_of(grid, at)
        try:
            expected: int | None = spec.analyze(**values).totals.access
        except SpecError:
            expected = None
        assert (int(chunk.block.figures["access"][at]) if chunk.block.built[at] else None) == expected, values


def test_no_point_is_lost_in_json_and_all_are_in_their_order(run: Runner) -> None:
    document = json.loads(run("sweep", "grouped", "--over", "groups=1:300", "--format", "json").out)
    assert [point["settings"]["groups"] for point in document["points"]] == [*range(1, 301)]
    assert [point["totals"] is None for point in document["points"]] == [128 % n != 0 for n in range(1, 301)]
    assert all(bool(point["reason"]) is (point["totals"] is None) for point in document["points"])


# --- what is picked ----------------------------------------------------------------------------------------------------------


@settings(deadline=None)
@given(st.integers(1, 4).flatmap(lambda rows: st.lists(st.tuples(*[st.integers(0, 6)] * rows), min_size=1, max_size=40)))
def test_a_front_is_what_no_other_point_dominates(points: list[tuple[int, ...]]) -> None:
    def dominates(j: int, i: int) -> bool:
        pairs = [*zip(points[j], points[i], strict=True)]
        return all(a <= b for a, b in pairs) and (points[j] != points[i] or j < i)

    expected = [i for i in range(len(points)) if not any(dominates(j, i) for j in range(len(points)) if j != i)]
    assert undominated(np.array(points).T).tolist() == expected


def test_picks_see_blocks_as_they_would_see_all_at_once() -> None:
    drawn = np.random.default_rng(1)
    figures = {"params": drawn.integers(0, 50, 500), "access": drawn.integers(0, 50, 500)}
    every = Points(np.arange(500), np.zeros((1, 500), dtype=int), figures)
    for pick in (lambda: Front(("params", "+access")), lambda: First(7, "params", falls=True)):
        whole, parts = pick(), pick()
        whole.take(every)
        for start in range(0, 500, 90):
            parts.take(every.take(slice(start, start + 90)))
        assert whole.found is not None
        assert parts.found is not None
        assert parts.found.numbers.tolist() == whole.found.numbers.tolist()


@settings(deadline=None)
@given(
    st.integers(1, 4).flatmap(
        lambda rows: st.lists(st.tuples(*[st.integers(-(2**62), 2**62)] * rows), min_size=1, max_size=80)
    ),
    st.integers(1, 20),
)
def test_what_is_not_likely_is_not_picked(points: list[tuple[int, ...]], wide: int) -> None:
    """A sieve drops only what the front dominates, and a first few only what comes behind them."""
    names = [f"f{row}" for row in range(len(points[0]))]
    costs = np.array(points).T
    every = Points(np.arange(len(points)), np.zeros((1, len(points)), dtype=int), dict(zip(names, costs, strict=True)))
    for pick in (Front(names), First(3, names[0], falls=True), First(3, names[0], falls=False)):
        for start in range(0, len(points), wide):
            some = every.take(slice(start, start + wide))
            pick.take(some.take(pick.likely(some.figures, np.ones(len(some.numbers), dtype=bool))))
        assert pick.found is not None
        order = np.lexsort((every.numbers, -costs[0] if isinstance(pick, First) and pick.falls else costs[0]))
        expected = undominated(costs) if isinstance(pick, Front) else np.sort(order[:3])
        assert pick.found.numbers.tolist() == expected.tolist()


def test_a_front_of_three_figures_takes_no_square_of_its_points() -> None:
    """Of points on a sphere none is dominated: each with each would be ten thousand million pairs."""
    drawn = np.random.default_rng(2).random((3, 100_000)) + 0.01
    costs = (drawn / np.sqrt((drawn**2).sum(axis=0)) * -(10**9)).astype(np.int64)
    before = process_time()
    assert len(undominated(costs)) > 90_000
    assert process_time() - before < 5


def test_a_sample_is_the_same_for_the_same_seed() -> None:
    grid = Grid({"a": list(range(1000)), "b": list(range(1000))})
    one, same, other = (np.stack(Sample(grid, 50, seed).codes(0, 50), axis=1).tolist() for seed in (4, 4, 5))
    assert one == same != other
    assert len({*map(tuple, one)}) == 50
    with pytest.raises(SpecError, match="a sample of 7 points is drawn, and there are 6"):
        Sample(Grid({"a": [1, 2, 3], "b": [1, 2]}), 7, 1)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 1000])
def test_a_sample_of_all_points_has_each_once(count: int) -> None:
    whole = Sample(Grid({"a": list(range(count))}), count, 3)
    (drawn,) = whole.codes(0, count)
    assert sorted(drawn.tolist()) == [*range(count)]
    assert whole.at(np.arange(count)[count // 2 :])[0].tolist() == drawn[count // 2 :].tolist()  # any of them by itself


def test_a_sample_is_drawn_evenly() -> None:
    """Of 1,000 seeds, each of 40 points is drawn about as often: chi squared with 39 degrees stays below its 99.9 % point."""
    seen = np.zeros(40)
    for seed in range(1000):
        np.add.at(seen, Sample(Grid({"a": list(range(40))}), 4, seed).codes(0, 4)[0], 1)
    assert ((seen - 100) ** 2 / 100).sum() < 72.1


def test_a_survey_counts_what_it_leaves_out() -> None:
    asked = Asked(
        costmodel.load("shufflenet"),
        Grid({"groups": [1, 2, 3, 4, 5], "scale": [Fraction(n, 10) for n in range(5, 21)]}),
        limits=(budget("params<=2M"),),
        front=("mult_adds", "access"),
    )
    found = surveyed(asked)
    assert (found.of, found.unbuilt + found.over + found.kept) == (80, 80)
    assert [point for point in found.points if point.totals]
    assert all(point.reason for point in found.points if not point.totals)


# --- the command -------------------------------------------------------------------------------------------------------------


def test_ranges_have_both_ends(run: Runner) -> None:
    document = json.loads(run("sweep", "mobilenet", "--over", "alpha=0.25:1:0.35", "--format", "json").out)
    assert [point["settings"]["alpha"] for point in document["points"]] == ["0.25", "0.6", "0.95", 1]


def test_points_of_a_file(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "points.csv").write_text("alpha,resolution\n0.5,224\n1,192\n", encoding="utf-8")
    document = json.loads(run("sweep", "mobilenet", "--points", str(tmp_path / "points.csv"), "--format", "json").out)
    expected = [costmodel.load("mobilenet").analyze(alpha=a, resolution=r).totals.access for a, r in (("0.5", 224), (1, 192))]
    assert [point["totals"]["access"] for point in document["points"]] == expected


def test_a_front_of_many_points(run: Runner) -> None:
    over = ("--over", "alpha=0.25:1.4:0.05", "--over", "resolution=96:320:8")
    document = json.loads(
        run("sweep", "mobilenetv2", *over, "--where", "params<=3M", "--pareto", "+mult_adds,access", "--format", "json").out
    )
    picked = document["picked"]
    widths = [
        costmodel.load("mobilenetv2").analyze(alpha=a).totals.params for a in steps(*map(Fraction, ("0.25", "1.4", "0.05")))
    ]
    assert (picked["of"], picked["unbuilt"], picked["over"]) == (696, 0, 29 * sum(params > 3 * 10**6 for params in widths))
    amounts = [(point["totals"]["mult_adds"], point["totals"]["access"]) for point in document["points"]]
    assert all(not (m >= n and a <= b) for m, a in amounts for n, b in amounts if (m, a) != (n, b))


def test_a_table_of_many_points_says_what_it_leaves_out(run: Runner) -> None:
    out = run("sweep", "mobilenetv2", "--over", "alpha=0.25:1.4:0.01", "--over", "resolution=96:320:8").out
    assert "3,364 points" in out
    assert "not shown: 3,314 more points that can be built" in out


def test_none_keeps_a_limit(run: Runner) -> None:
    ended = run("sweep", "mobilenet", "--over", "alpha=0.5,1", "--where", "params<=1")
    assert ended.code == 1
    assert "2 points; 0 keep params<=1" in ended.out


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("--over alpha=0.25:1.4", "the range 0.25:1.4 has no step"),
        ("--over alpha=1:0.5:0.1", "the range 1:0.5:0.1 goes down"),
        ("--over alpha=1:2:0", "goes nowhere"),
        ("--over alpha=1:2:3:4", "is no range of numbers"),
        ("--over resolution=1:99999999", "more than 1,000,000 values"),
        ("", "nothing is swept"),
        ("--over alpha=1,2 --sample 9", "a sample of 9 points is drawn, and there are 2"),
        ("--over alpha=1,2 --seed 9", "--seed chooses the points of --sample"),
        ("--over alpha=1,2 --points x.csv", "--points has the points, and --over makes others"),
        ("--points nothing-there.csv", "no such file"),
        ("--over alpha=1,2 --pareto speed", "no figure is called 'speed'"),
        ("--over alpha=1,2 --where pramas<=3M", "did you mean 'params'?"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: str, said: str) -> None:
    ended = run("sweep", "mobilenet", *given.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alpha\n", "has no points"),
        ("alpha,resolution\n1\n", "this point has 1 values, and the heading names 2 parameters"),
        ("alpha,alpha\n1,2\n", "the heading names 'alpha' twice"),
        ("alpha,resolution\n1,\n", "this point has no value of 'resolution'"),
        ("alhpa\n1\n", "has no parameter 'alhpa'"),
        ("alpha\nx\n", "'x' is neither a number nor a word"),
    ],
)
def test_files_of_points_that_are_none(run: Runner, tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "points.csv").write_text(text, encoding="utf-8")
    ended = run("sweep", "mobilenet", "--points", str(tmp_path / "points.csv"))
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
