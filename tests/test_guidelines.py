"""Findings: each price worked out in another way, and nothing of a network's traffic or kernels lost between them."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import costmodel
from costmodel.elementwise import kernels_of, traffic_of
from costmodel.fragments import Fragments, Order, ordered
from costmodel.guidelines import findings, grouped, prices, surcharge
from costmodel.layers import by_unit, unit_of
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.line import Line
from costmodel.reviewing import review
from costmodel.spec.checking import Check
from costmodel.traffic import BLOCK, CONV, COPY, FOLDED, FUSED, TRAFFIC, UNFUSED, VIEW, Traffic

NETWORKS = [name for name in bundled() if "/" not in name]
LEDGERS: dict[str, Ledger] = {}


def ledger(name: str) -> Ledger:
    if name not in LEDGERS:
        LEDGERS[name] = costmodel.load(name).analyze(variant="torchvision" if name == "shufflenetv2" else None)
    return LEDGERS[name]


# --- G1 and G2 ---------------------------------------------------------------------------------------------------------------


def free(lines: Sequence[Line], last: int) -> Iterator[Line]:
    """The plain 1×1 convolutions that neither take the image nor give the classes."""
    for number, line in enumerate(lines):
        if line.op == "conv2d" and line.fields.get("kernel", 1) == 1 and line.sources != (-1,) and number != last:
            yield line


@pytest.mark.parametrize(("name", "share"), [("mobilenetv2", "10.8"), ("shufflenet", "9.9"), ("shufflenetv2", "0.5")])
def test_g1_is_the_gap_of_each_1x1(name: str, share: str) -> None:
    """As a share of the access of conv + FC; one layer at a time by the square of the difference of two roots."""
    found = ledger(name)
    price = 0.0
    for line in free(found.lines, len(found.lines)):
        x, y = line.inputs[0], line.output
        price += (sqrt(x.h * x.w * x.c) - sqrt(y.h * y.w * y.c)) ** 2
    assert float(prices(found)["G1"]) == pytest.approx(price, rel=1e-6)
    assert f"{100 * price / found.totals.access:.1f}" == share
    assert sum(one.price for one in findings(found) if one.guideline == "G1") == prices(found)["G1"]


@pytest.mark.parametrize("name", ["shufflenet", "resnext", "condensenet", "regnet"])
def test_g2_is_what_one_group_would_not_move(name: str) -> None:
    """A layer with c2/g channels in one group does the same mult-adds on the same input: both are evaluated."""
    for layer in grouped(ledger(name)):
        line, g = layer.line, layer.bound.groups
        x, y = line.inputs[0], line.output
        fields = {**line.fields, "groups": 1, "out": y.c // g}
        output, cost = line.rule((x,), fields)
        assert cost.fma == line.cost.fma
        moved = line.cost.weights + x.size + y.size
        assert surcharge(layer.bound) == moved - (cost.weights + x.size + output.size)
        wide, dear = line.rule((x,), {**line.fields, "groups": 1})
        assert (wide.c, dear.fma) == (y.c, g * line.cost.fma)
        facts = next(one.facts for one in findings(ledger(name)) if one.guideline == "G2" and one.lines == (line,))
        assert -facts["fixed_width"] == dear.weights - line.cost.weights


def test_both_sides_of_a_group_convolution() -> None:
    """At 56×56 from 128 channels in 8 groups: less at fixed width than one group moves, more at fixed mult-adds."""
    text = "name: T\ninput: [128, 56, 56]\nlayers:\n  - conv2d: {out: 128, groups: 8, bias: false}\n  - relu\n"
    (found,) = [one for one in findings(costmodel.loads(text).analyze()) if one.guideline == "G2"]
    assert (found.facts["access"], found.price) == (804_864, 56 * 56 * (128 - 16))
    assert found.facts["access"] - found.facts["fixed_width"] == 819_200


# --- G3 ----------------------------------------------------------------------------------------------------------------------


@given(st.integers(1, 9).flatmap(lambda n: st.lists(st.sets(st.integers(0, 8)), min_size=n, max_size=n)))
def test_longest_path_and_widest_antichain(drawn: list[set[int]]) -> None:
    """Against every path and every set of nodes."""
    before = [frozenset(source for source in sources if source < node) for node, sources in enumerate(drawn)]
    above: list[set[int]] = []
    for sources in before:
        above.append(set(sources).union(*(above[source] for source in sources)))

    def paths(node: int) -> int:
        return 1 + max((paths(source) for source in before[node]), default=0)

    widest = max(
        size
        for size in range(1, len(before) + 1)
        for nodes in combinations(range(len(before)), size)
        if not any(a in above[b] or b in above[a] for a, b in combinations(nodes, 2))
    )
    order = Order(before)
    assert (order.longest, order.width) == (max(map(paths, range(len(before)))), widest)


def test_what_is_no_kernel_passes_on_what_it_takes() -> None:
    text = "name: T\ninput: [8, 8, 8]\nlayers:\n  - conv2d: 8\n  - concat: {a: {conv2d: 4}, b: {conv2d: 4}}\n  - conv2d: 8\n"
    lines = costmodel.loads(text).analyze().lines
    convolutions = [[at] for at, line in enumerate(lines) if line.op == "conv2d"]
    assert ordered(lines, convolutions).before == [frozenset(), {0}, {0}, {1, 2}]


@pytest.mark.parametrize(
    ("name", "unit", "count", "series", "parallel"),
    [
        ("googlenet", "3a/inception", 7, 2, 4),  # four branches, three of them of two
        ("mobilenetv2", "bottleneck.5", 3, 3, 1),
        ("shufflenetv2", "stage2/down", 5, 3, 2),
        ("shufflenet", "stage3/down", 4, 3, 2),
        ("squeezenet", "fire4/fire", 3, 2, 2),
    ],
)
def test_fragments_of_known_units(name: str, unit: str, count: int, series: int, parallel: int) -> None:
    (found,) = [one for one in Fragments(ledger(name), UNFUSED).units if str(one.place) == unit]
    assert found.fragments == (count, series, parallel)


def test_branches_of_one_window_merge() -> None:
    """An inception module's three 1×1 convolutions on its input are one: the input is read once, not three times."""
    (unit,) = [one for one in Fragments(ledger("googlenet"), UNFUSED).units if str(one.place) == "3a/inception"]
    (merge,) = unit.merges
    assert [line.place.parent.parent.label for line in merge.lines if line.place.parent and line.place.parent.parent] == [
        "1x1",
        "3x3",
        "5x5",
    ]
    assert merge.saved == 2 * 28 * 28 * 192


@pytest.mark.parametrize("name", NETWORKS)
def test_units_hold_every_kernel_and_every_fragment(name: str) -> None:
    found = Fragments(ledger(name), UNFUSED)
    assert sum(unit.kernels.nodes for unit in found.units) == found.network.kernels.nodes == len(ledger(name).kernels(UNFUSED))
    assert sum(unit.fragments.nodes for unit in found.units) == found.network.fragments.nodes
    assert found.network.kernels.width is not None
    assert all(unit.kernels.longest <= found.network.kernels.longest for unit in found.units)
    assert found.network.kernels.width >= max(unit.kernels.width or 0 for unit in found.units)


# --- G4 ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "folded", "unfolded"),
    [("mobilenet", "41.3", "58.4"), ("mobilenetv2", "43.3", "60.8"), ("shufflenetv2", "56.1", "65.6")],
)
def test_shares_outside_convolutions(name: str, folded: str, unfolded: str) -> None:
    found = ledger(name)
    for model, share in ((FOLDED, folded), (UNFUSED, unfolded)):
        parts = traffic_of(found, found.lines, model)
        assert f"{float(100 * Fraction(parts.outside) / parts.total):.1f}" == share


def test_a_split_that_is_a_view_lowers_the_share() -> None:
    found = ledger("shufflenetv2")
    parts = traffic_of(found, found.lines, FOLDED._replace(split=VIEW))
    assert f"{float(100 * parts.outside / parts.total):.1f}" == "51.6"


@pytest.mark.parametrize("name", NETWORKS)
def test_parts_add_up_to_traffic_and_kernels(name: str) -> None:
    found = ledger(name)
    for traffic in (*TRAFFIC.values(), FUSED._replace(concat=VIEW, shuffle=VIEW)):
        assert traffic_of(found, found.lines, traffic).total == found.moved(None, traffic).access
        assert kernels_of(found, found.lines, traffic).total == len(found.kernels(traffic))


@pytest.mark.parametrize("name", NETWORKS)
def test_g3_and_g4_add_up_to_all_that_fusing_and_blocking_save(name: str) -> None:
    found = ledger(name)
    saved = {one: sum(x.price for x in findings(found) if x.guideline == one) for one in ("G3", "G4")}
    total = {model: found.moved(None, model).access for model in (UNFUSED, FUSED, BLOCK)}
    single = sum(
        found.moved(lines, FUSED).access - found.moved(lines, BLOCK).access
        for lines in by_unit(found.lines)
        if len(lines) == 1 or unit_of(lines[0]) is None
    )
    assert saved["G4"] == total[UNFUSED] - total[FUSED]
    assert saved["G3"] + single == total[FUSED] - total[BLOCK]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("traffic", [*TRAFFIC.values(), FOLDED._replace(split=VIEW), BLOCK._replace(split=COPY)])
def test_nothing_is_priced_that_the_traffic_model_saves_already(name: str, traffic: Traffic) -> None:
    found = ledger(name)
    saved = sum(one.price for one in findings(found, traffic) if one.guideline in ("G3", "G4"))
    least = BLOCK._replace(concat=traffic.concat, shuffle=traffic.shuffle)
    assert saved <= (0 if traffic.counted else found.moved(None, traffic).access - found.moved(None, least).access)


# --- what is listed ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_no_finding_is_lost(name: str) -> None:
    """Listed, below the threshold or accepted: each once, the most expensive first."""
    found = review(ledger(name), Check(), UNFUSED)
    entries = [*found.listed, *found.below, *found.suppressed]
    every = findings(ledger(name))
    assert sum(entry.times for entry in entries) == len(every)
    assert sum(entry.price for entry in entries) == sum(one.price for one in every)
    assert [entry.price for entry in found.listed] == sorted((entry.price for entry in found.listed), reverse=True)
    assert all(found.share(entry.price) < Fraction(1, 1000) for entry in found.below)
    assert all(found.share(entry.price) >= Fraction(1, 1000) for entry in found.listed)


def test_papers_traffic_has_no_price_for_what_does_not_move() -> None:
    assert {one.guideline for one in findings(ledger("mobilenetv2"), CONV)} == {"G1"}


def test_findings_need_numbers() -> None:
    with pytest.raises(costmodel.SpecError, match="findings need plain numbers"):
        findings(costmodel.load("mobilenet").analyze(classes=np.array([10, 20, 30])))
