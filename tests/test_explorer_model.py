"""The explorer without its screen: what fields may say, what is refused and why, curves as data, networks changed and whole."""

import random
from math import log2

import pytest

import costmodel
from costmodel.bounds import bounded
from costmodel.explorer.curves import by_groups, by_ratio
from costmodel.explorer.figures import figures_of, shown
from costmodel.explorer.model import State, ladder, stepped
from costmodel.explorer.network import EDITED, Edit, Row, Walk
from costmodel.explorer.notes import of_network
from costmodel.explorer.plot import drawn
from costmodel.problems import SpecError, width
from costmodel.reports.layout import plain
from costmodel.single import NAMES, Sizes, is_legal, layer_of, spelled


@pytest.mark.parametrize(
    ("name", "text", "message", "nearest"),
    [
        ("c1", "0", "c1 must be at least 1, and is 0", (1,)),
        ("c1", "-3", "c1 must be at least 1, and is -3", (1,)),
        ("c1", "2.5", "c1 must be a whole number, and is 2.5", (2, 3)),
        ("c1", "many", "c1 must be a whole number, and is 'many'", (64,)),
        ("c1", "", "c1 is empty", (64,)),
        (
            "groups",
            "3",
            "groups (3) must divide the input channels (64); groups (3) must divide the output channels (64)",
            (2, 4),
        ),
        ("padding", "3x", "padding must be a whole number or one of same, same_torch, valid, and is '3x'", ("same",)),
    ],
)
def test_what_cannot_be_is_explained_with_the_nearest_that_can(name: str, text: str, message: str, nearest: object) -> None:
    state = State(Sizes(c1=64, c2=64))
    state.write(name, text)
    assert {name: (message, nearest)} == state.refused
    assert state.sizes == Sizes(c1=64, c2=64)


def test_a_kernel_beyond_the_map_is_refused_where_nothing_is_added_around_it() -> None:
    state = State(Sizes(h=5, w=5))
    state.write("padding", "0")
    state.write("k", "9")
    assert state.refused["k"] == (
        "the window (9) must fit into the padded height (5 + 0); the window (9) must fit into the padded width (5 + 0)",
        (5,),
    )
    state.write("k", "5")
    assert not state.refused
    assert state.sizes == Sizes(h=5, w=5, k=5, padding=0)


def test_a_field_that_others_need_is_mended_by_any_of_them() -> None:
    state = State(Sizes(c1=64, c2=64, groups=4))
    state.write("c1", "66")
    assert state.refused["c1"].nearest == (64, 68)
    state.write("groups", "2")
    assert not state.refused
    assert state.sizes == Sizes(c1=66, c2=64, groups=2)


def test_two_things_that_no_one_field_mends_are_both_said() -> None:
    state = State(Sizes(k=3, padding=0, groups=2))
    state.write("k", "57")
    state.write("c1", "25")
    message, nearest = state.refused["c1"]
    assert message.startswith("groups (2) must divide the input channels (25); the window (57) must fit")
    assert nearest == ()


def test_any_text_is_a_layer_or_an_explanation() -> None:
    draw = random.Random(5)
    texts = ["", "0", "1", "3", "64", "-1", "2.5", "0.5", "1e9", "9" * 24, "same", "valid"]
    texts += ["x", "3x5", "[1,2]", "²", "١", " 7 ", "1,024"]
    state = State(Sizes())
    mended = 0
    for _ in range(250):
        name = draw.choice(NAMES)
        state.write(name, draw.choice([*texts, str(draw.randint(1, 600))]))
        assert is_legal(state.sizes)
        assert all(refusal.message for refusal in state.refused.values())
        for blamed, refusal in [*state.refused.items()]:
            if refusal.nearest:
                state.write(blamed, spelled(draw.choice(refusal.nearest)))
                mended += blamed not in state.refused
    assert mended > 100


@pytest.mark.parametrize("sizes", [Sizes(), Sizes(h=7, w=9, c1=32, c2=48, k=5, groups=16, stride=2, padding=1)])
def test_a_slider_runs_over_legal_values_alone(sizes: Sizes) -> None:
    for name in NAMES:
        rungs = ladder(sizes, name)
        assert rungs
        assert all(is_legal(sizes.but(name, rung)) for rung in rungs)
    assert ladder(sizes, "groups")[-1] == {144: 24, 48: 16}[sizes.c2]


def test_a_step_from_between_two_rungs_goes_to_the_next() -> None:
    rungs = (1, 2, 4, 8)
    assert [stepped(rungs, 5, by) for by in (-1, 1, 8)] == [4, 8, 8]
    assert [stepped(rungs, 4, by) for by in (-1, 1, -8)] == [2, 8, 1]


STRIDED = Sizes(h=28, w=28, c1=96, c2=192, k=3, groups=4, stride=2, padding=1)


@pytest.mark.parametrize("sizes", [Sizes(), STRIDED, Sizes(h=1, w=1, c1=1, c2=1), Sizes(c1=1, c2=4096)])
def test_access_at_fixed_mult_adds_has_its_least_value_on_the_bound(sizes: Sizes) -> None:
    layer = layer_of(sizes)
    chart = by_ratio(layer, 101)
    bound, access = chart.curves
    assert {point.y for point in bound.points} == {float(layer.bound)}
    least = min(access.points, key=lambda point: point.y)
    assert least.y == pytest.approx(float(layer.bound), rel=1e-6)
    assert chart.lowest is not None
    assert least.x == pytest.approx(chart.lowest.x, abs=0.1)
    assert chart.lowest.x == pytest.approx(log2(layer.leaving / layer.entering))
    assert chart.here.y == float(layer.access)


@pytest.mark.parametrize("sizes", [Sizes(), STRIDED, Sizes(c1=7, c2=9)])
def test_against_the_groups_one_curve_rises_and_the_other_falls(sizes: Sizes) -> None:
    chart = by_groups(layer_of(sizes), 60)
    rising, falling = ([point.y for point in curve.points] for curve in chart.curves)
    assert rising == sorted(rising)
    assert rising[0] < rising[-1]
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > falling[-1]
    assert all(chart.here in curve.points for curve in chart.curves)


@pytest.mark.parametrize(("columns", "rows"), [(24, 6), (38, 9), (66, 26), (5, 2)])
@pytest.mark.parametrize(
    "sizes", [Sizes(), STRIDED, Sizes(h=1, w=1, c1=1, c2=1), Sizes(h=999_999, w=999_999, c1=1, c2=999_999)]
)
def test_a_chart_stays_in_its_room_and_the_curve_above_its_bound(sizes: Sizes, columns: int, rows: int) -> None:
    layer = layer_of(sizes)
    for chart in (by_ratio(layer, 2 * columns), by_groups(layer, 2 * columns)):
        lines = plain(drawn(chart, columns, rows)).splitlines()
        assert max(map(width, lines)) <= columns
        assert len(lines) == max(rows, 5)
        assert "●" in "".join(lines) or columns < 9


def test_figures_fit_their_room_and_say_formula_numbers_and_value() -> None:
    figures = figures_of(layer_of(STRIDED))
    assert figures[0] == ("mult-adds B", "8,128,512", "hₒwₒ·kh·kw·c1·c2/g", "196·9·96·192/4")
    assert [figure.name for figure in figures] == ["mult-adds B", "memory access", "bound", "gap", "intensity"]
    for room in (40, 72):
        assert max(width(line) for line in plain(shown(figures, room)).splitlines()) <= room


def row_of(walk: Walk, path: str) -> Row:
    return next(row for row in walk.rows if row.path == path)


@pytest.fixture(scope="module")
def mobilenetv2() -> Walk:
    return Walk(costmodel.load("mobilenetv2").analyze())


def test_a_network_is_walked_layer_by_layer(mobilenetv2: Walk) -> None:
    assert len(mobilenetv2.rows) == 53
    assert [(row.path, row.op, row.pinned) for row in mobilenetv2.rows[:3]] == [
        ("conv", "3×3 /2", "stem"),
        ("bottleneck.1", "3×3 dw", "depthwise"),
        ("bottleneck.1/project", "1×1", ""),
    ]
    assert mobilenetv2.rows[-1].pinned == "classifier"


def test_layers_are_told_apart_by_their_names() -> None:
    for name in ("mobilenet", "mobilenetv2", "shufflenet", "inceptionv3", "vit"):
        paths = [(row.path, row.part) for row in Walk(costmodel.load(name).analyze()).rows]
        assert len(set(paths)) == len(paths)


def test_a_width_that_one_layer_has_alone_changes_what_reads_it(mobilenetv2: Walk) -> None:
    """96 → 64 channels inside the second bottleneck: expand's, depthwise's and project's own costs, by hand."""
    row = row_of(mobilenetv2, "bottleneck.2/expand")
    outcome = mobilenetv2.changed(row, {"c2": 64})
    assert outcome.totals is not None
    assert not outcome.follow
    fewer = 32 * (16 * 112 * 112 + 9 * 56 * 56 + 24 * 56 * 56)
    moved = 32 * (112 * 112 + 16 + 112 * 112 + 56 * 56 + 9 + 56 * 56 + 24)
    before = mobilenetv2.ledger.totals
    assert before.mult_adds - outcome.totals.mult_adds == fewer
    assert before.access - outcome.totals.access == moved
    assert outcome.layer.c2 == 64


def test_c1_changes_what_gives_the_map(mobilenetv2: Walk) -> None:
    project = row_of(mobilenetv2, "bottleneck.2/project")
    expand = row_of(mobilenetv2, "bottleneck.2/expand")
    outcome = mobilenetv2.changed(project, {"c1": 64})
    assert outcome.totals == mobilenetv2.changed(expand, {"c2": 64}).totals
    assert outcome.follow == ("bottleneck.2/expand",)


def test_a_residual_add_takes_along_the_layers_that_must_be_as_wide(mobilenetv2: Walk) -> None:
    outcome = mobilenetv2.changed(row_of(mobilenetv2, "bottleneck.2/project"), {"c2": 32})
    assert outcome.follow == ("bottleneck.3/project",)
    assert outcome.reason == "bottleneck.3/add: add takes tensors of one shape, and gets 24×56×56 and 32×56×56"
    assert outcome.totals is not None
    wide = mobilenetv2.changed(row_of(mobilenetv2, "bottleneck.3/project"), {"c2": 32})
    assert wide.totals == outcome.totals


def test_what_cannot_be_built_says_why() -> None:
    walk = Walk(costmodel.load("shufflenet").analyze())
    outcome = walk.changed(next(row for row in walk.rows if row.op == "3×3 dw /2"), {"c1": 13})
    assert outcome.totals is None
    assert outcome.reason.startswith("stage2/down/concat/main/bottleneck/shuffle: groups (3) must divide the channels (13)")


def test_a_shape_that_does_not_hold_is_named_by_its_layer() -> None:
    walk = Walk(costmodel.load("vit").analyze())
    outcome = walk.changed(row_of(walk, "patch embedding"), {"c2": 7})
    assert outcome.totals is None
    assert outcome.reason.startswith("reshape: shape 196×768 must hold as many elements as what enters, 7×14×14")


def test_what_others_give_is_fixed() -> None:
    walk = Walk(costmodel.load("shufflenetv2").analyze())
    assert walk.fixed(walk.rows[0], "c1") == "the network's input"
    assert walk.fixed(next(row for row in walk.rows if row.layer.is_depthwise), "c2") == "c1"
    assert any(walk.fixed(row, "c1").startswith("slice ") for row in walk.rows)


@pytest.mark.parametrize("name", ["mobilenet", "resnet50", "shufflenet", "vit", "inceptionv3"])
def test_every_layer_can_be_tried_and_put_back(name: str) -> None:
    walk = Walk(costmodel.load(name).analyze(batch=2))
    for row in walk.rows[:: max(len(walk.rows) // 12, 1)]:
        edit = Edit(walk, row)
        for size in EDITED:
            for rung in walk.ladder(row, size)[:9:4]:
                edit.write(size, str(rung))
                assert (edit.outcome.totals is None) == bool(edit.outcome.reason and not edit.outcome.follow)
                if not edit.refused and edit.outcome.totals is not None:
                    assert getattr(edit.outcome.layer, size) == rung
            edit.write(size, str(getattr(row.layer, size)))
        assert edit.outcome.totals == walk.ledger.totals
        assert bounded(walk.ledger.lines[row.number])[row.part] == row.layer


def test_groups_that_do_not_divide_are_refused_in_a_network_too(mobilenetv2: Walk) -> None:
    edit = Edit(mobilenetv2, row_of(mobilenetv2, "bottleneck.2/expand"))
    edit.write("groups", "3")
    assert edit.refused == {"groups": ("groups (3) must divide 16", (2, 4))}
    edit.write("groups", "2")
    assert not edit.refused
    edit.write("c1", "17")
    assert edit.refused == {"c1": ("groups (2) must divide 17", (16, 18))}


def test_totals_over_what_nobody_knows_are_lower_bounds() -> None:
    layers = [{"conv2d": 8}, {"unknown": {"op": "Magic", "shape": [8, 4, 4]}}]
    walk = Walk(costmodel.load({"name": "A", "input": [3, 8, 8], "layers": layers}).analyze())
    assert "≥1,536" in plain(of_network(Edit(walk, walk.rows[0]), 40))


def test_a_network_without_convolutions_is_refused() -> None:
    with pytest.raises(SpecError, match="A has no convolution and no FC layer to explore"):
        Walk(costmodel.load({"name": "A", "input": [3, 8, 8], "layers": ["relu"]}).analyze())
