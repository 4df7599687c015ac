"""The order of least peak: against every order of small graphs, and what it saves where branches may change places."""

import time

import pytest
from flows import graph_of, ledgers
from hypothesis import given, settings

import costmodel
from costmodel import schedule as scheduling
from costmodel.dataflow import Dataflow
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.memory import IN_PLACE, REUSES, Memory, Reuse
from costmodel.schedule import schedule

NETWORKS = sorted(name for name in bundled() if not name.startswith("units/"))


def is_an_order(flow: Dataflow, order: list[int]) -> bool:
    places = {number: place for place, number in enumerate(order)}
    return sorted(order) == list(range(len(flow.nodes))) and all(
        places[source] < places[at] for at, node in enumerate(flow.nodes) for source in node.sources if source >= 0
    )


@settings(max_examples=120, deadline=None)
@given(ledgers(most=7))
def test_no_order_of_a_small_network_has_a_lower_peak(ledger: Ledger) -> None:
    graph, flow = graph_of(ledger), Dataflow(ledger)
    orders = list(graph.orders())
    for reuse in REUSES.values():
        least = min(max(graph.timeline(order, reuse.name)) for order in orders)
        found = schedule(flow, reuse)
        assert is_an_order(flow, found.order)
        assert (found.peak, found.is_best) == (least, True)
        assert max(graph.timeline(found.order, reuse.name)) == found.peak
        assert found.before == Memory(ledger, reuse).elements


@settings(max_examples=100, deadline=None)
@given(ledgers(most=14))
def test_a_beam_is_never_worse_than_the_order_given_and_never_boasts(ledger: Ledger) -> None:
    flow = Dataflow(ledger)
    best = schedule(flow)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scheduling, "MAX_TRIES", 20)
        found = schedule(flow)
    assert is_an_order(flow, found.order)
    assert best.peak <= found.peak <= found.before
    assert best.is_best
    assert not found.is_best or found.peak == best.peak
    assert max(step.alive for step in Memory(ledger, IN_PLACE, found.order).steps) == found.peak


WIDE = """
name: Wide first
input: [8, 16, 16]
layers:
  - concat:
      narrow: [{conv2d: 8}]
      wide: [{conv2d: 64}, relu, {conv2d: 8}]
      middle: [{conv2d: 32}, {conv2d: 8}]
"""


def test_the_branch_with_the_largest_map_goes_first() -> None:
    """Its map is gone before the other branches' outputs have to wait beside it."""
    flow = Dataflow(costmodel.loads(WIDE).analyze())
    found, area = schedule(flow), 16 * 16
    assert found.before == (8 + 8 + 64) * area + 8 * area  # input, what waits, the large map, its reader's output
    assert found.peak == (8 + 64 + 8) * area
    assert found.is_best
    assert found.order[:3] == [1, 2, 3]


@pytest.mark.parametrize(
    ("name", "variant", "before", "peak"),
    [
        ("ghostnet", None, (16 + 2 * 48) * 112 * 112, (24 + 24 + 48) * 112 * 112 + 16 * 56 * 56),
        ("xception", None, 64 * 147 * 147 + 2 * 128 * 147 * 147, 2 * 128 * 147 * 147 + 128 * 74 * 74),
        ("shufflenetv2", "torchvision-x2.0", 573_888, 497_056),
    ],
)
def test_what_it_saves_in_bundled_networks(name: str, variant: str | None, before: int, peak: int) -> None:
    found = schedule(Dataflow(costmodel.load(name).analyze(variant=variant)))
    assert found.is_best
    assert (found.before, found.peak) == (before, peak)


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("reuse", REUSES.values(), ids=lambda reuse: reuse.name)
def test_every_bundled_network_has_a_best_order_at_once(name: str, reuse: Reuse) -> None:
    flow = Dataflow(costmodel.load(name).analyze())
    started = time.perf_counter()
    found = schedule(flow, reuse)
    assert time.perf_counter() - started < 1
    assert found.is_best
    assert is_an_order(flow, found.order)
    assert found == schedule(flow, reuse)


def test_a_chain_has_one_order() -> None:
    flow = Dataflow(costmodel.load("mobilenetv2").analyze())
    found = schedule(flow)
    assert (found.order, found.peak, found.stretches) == (list(range(len(flow.nodes))), found.before, [])


@pytest.mark.parametrize("branches", [30, 400, 3000])
def test_many_branches_end_in_time_and_are_no_worse(branches: int) -> None:
    parts = {f"b{at}": [{"conv2d": 1 + at % 7}, "relu", {"conv2d": 1}] for at in range(branches)}
    flow = Dataflow(costmodel.load({"name": "T", "input": [2, 4, 4], "layers": [{"concat": parts}]}).analyze())
    started = time.perf_counter()
    found = schedule(flow)
    assert time.perf_counter() - started < 5
    assert found.peak <= found.before
    assert is_an_order(flow, found.order)
