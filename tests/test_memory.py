"""Peak activation memory: published figures, and every step against liveness by its definition."""

from pathlib import Path

import numpy as np
import pytest
from flows import ACTIVATIONS, NORMS, VIEWS, graph_of, ledgers
from hypothesis import given, settings

import costmodel
from costmodel import SpecError, algebra
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.memory import DEPTHWISE_IN_PLACE, IN_PLACE, REUSES, SEPARATE, Memory, Reuse
from costmodel.ops import OPS

KIB = 1024
NETWORKS = sorted(name for name in bundled() if not name.startswith("units/"))


def memory(text: str, reuse: Reuse = IN_PLACE) -> Memory:
    return Memory(costmodel.loads(f"name: T\n{text}").analyze(), reuse)


def alive(found: Memory) -> list[int]:
    return [step.alive for step in found.steps]


@pytest.mark.parametrize(
    ("reuse", "kib", "at"),
    [
        (SEPARATE, 2352, "bottleneck.2/expand/batch_norm"),
        (IN_PLACE, 1470, "bottleneck.2/depthwise"),
        (DEPTHWISE_IN_PLACE, 1372, "bottleneck.2/expand/conv2d"),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_mobilenetv2_in_int8(reuse: Reuse, kib: int, at: str) -> None:
    """1372 KiB with depthwise in place is what MCUNetV2 prints (arXiv:2110.15352)."""
    found = Memory(costmodel.load("mobilenetv2").analyze(), reuse)
    assert (found.elements, found.at) == (kib * KIB, at)
    assert found.flow.sizes[found.largest] == 1176 * KIB


def test_the_most_that_one_op_of_mobilenetv2_reads_and_writes() -> None:
    found = Memory(costmodel.load("mobilenetv2").analyze())
    assert found.widest is not None
    assert found.widest.own == 1470 * KIB == (96 * 112 * 112 + 96 * 56 * 56)
    assert found.flow.path(found.widest.node) == "bottleneck.2/depthwise"


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("reuse", REUSES.values(), ids=lambda reuse: reuse.name)
def test_every_step_of_a_bundled_network(name: str, reuse: Reuse) -> None:
    ledger = costmodel.load(name).analyze(batch=2)
    graph = graph_of(ledger)
    found = Memory(ledger, reuse)
    assert len(found.flow.nodes) == len(graph.ops)
    # by definition each step asks every buffer about every op: of long networks, the steps around the peak and some others
    stride = max(len(graph.ops) // 60, 1)
    peak = alive(found).index(found.elements)
    for step in {*range(0, len(graph.ops), stride), *range(max(peak - 3, 0), min(peak + 4, len(graph.ops)))}:
        assert found.steps[step].alive == graph.alive(found.order, step, reuse.name), found.flow.nodes[step]


@settings(max_examples=300, deadline=None)
@given(ledgers())
def test_every_step_of_a_random_network(ledger: Ledger) -> None:
    graph = graph_of(ledger)
    for reuse in REUSES.values():
        found = Memory(ledger, reuse)
        assert alive(found) == graph.timeline(found.order, reuse.name)
        for step in found.steps:
            named = sum(found.flow.sizes[one.of] for one in found.alive(step))
            assert named + found.aside(step) == step.alive
            assert 0 <= step.waiting < step.alive


@settings(max_examples=100, deadline=None)
@given(ledgers())
def test_writing_in_place_never_costs(ledger: Ledger) -> None:
    peaks = [Memory(ledger, reuse).elements for reuse in (SEPARATE, IN_PLACE, DEPTHWISE_IN_PLACE)]
    assert peaks == sorted(peaks, reverse=True)


@pytest.mark.parametrize("layer", ["relu", "batch_norm", "softmax", "gelu"])
def test_a_norm_or_an_activation_writes_over_its_input(layer: str) -> None:
    text = f"input: [4, 8, 8]\nlayers: [{layer}]"
    assert alive(memory(text)) == [256]
    assert alive(memory(text, SEPARATE)) == [512]


def test_it_does_not_while_another_needs_its_input() -> None:
    """The shortcut of a residual, and a branch that runs later."""
    assert alive(memory("input: [4, 8, 8]\nlayers: [{residual: [relu]}]")) == [512, 768]
    branches = "input: [4, 8, 8]\nlayers: [{conv2d: 4}, {concat: {a: [relu], b: [relu]}}]"
    assert alive(memory(branches)) == [512, 512, 512, 1024]


def test_nor_where_its_input_leaves_the_network() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 4, name: a}, {relu, name: b}]\noutputs: [a, b]"
    assert alive(memory(text)) == [512, 512]


def test_a_view_shares_memory_and_keeps_it_alive() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 2, name: a}, {flatten, name: v}, {conv2d: 8, from: a}, {linear: 1, from: v}]"
    found = memory(text)
    # input + map; the view; the map, still read by the view's reader, + its convolution's output; the map + 1
    assert alive(found) == [256 + 128, 128, 128 + 512, 128 + 1]


def test_in_place_after_a_view_waits_for_the_other_reader_of_its_memory() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 4, name: a}, {dropout, name: v}, {relu, from: v, name: r}, {add: [a, r]}]"
    assert alive(memory(text)) == [512, 256, 512, 768]


def test_split_slice_concat_and_shuffle_copy() -> None:
    text = "input: [4, 8, 8]\nlayers: [{shuffle: 2}, {concat: {a: {split: {parts: 2, take: 0}}, b: {slice: {start: 2}}}}]"
    assert alive(memory(text)) == [512, 256 + 128, 256 + 128 + 128, 256 + 256]


def test_a_shuffle_of_one_group_is_a_view() -> None:
    assert alive(memory("input: [4, 8, 8]\nlayers: [{shuffle: 1}, relu]")) == [256, 256]


@pytest.mark.parametrize(
    "layer",
    [
        "depthwise: {kernel: 3, stride: 2, padding: 1}",
        "conv2d: {out: 4, kernel: 3, stride: 2, padding: 1, groups: 4}",
    ],
)
def test_a_depthwise_convolution_writes_over_its_input_with_one_channel_aside(layer: str) -> None:
    text = f"input: [4, 8, 8]\nlayers: [{{{layer}}}, {{conv2d: 1}}]"
    assert alive(memory(text, DEPTHWISE_IN_PLACE)) == [256 + 16, 64 + 16]
    assert alive(memory(text)) == [256 + 64, 64 + 16]
    both = Memory(costmodel.loads(f"name: T\n{text}").analyze(batch=3), DEPTHWISE_IN_PLACE)
    assert alive(both) == [3 * 256 + 16, 3 * (64 + 16)]


def test_it_does_not_where_its_output_is_larger() -> None:
    wider = "input: [4, 8, 8]\nlayers: [{depthwise: {kernel: 3, padding: 1, multiplier: 2}}]"
    assert alive(memory(wider, DEPTHWISE_IN_PLACE)) == [256 + 512]


@pytest.mark.parametrize("reuse", REUSES.values(), ids=lambda reuse: reuse.name)
def test_a_separable_convolution_is_the_two_that_it_stands_for(reuse: Reuse) -> None:
    one = "input: [4, 8, 8]\nlayers: [{conv2d: 6}, {separable: {out: 9, kernel: 3, padding: 1, stride: 2}}, relu]"
    two = one.replace("{separable: {out: 9,", "{depthwise: {").replace("stride: 2}}", "stride: 2}}, {conv2d: 9}")
    assert alive(memory(one, reuse)) == alive(memory(two, reuse))


def test_attention_is_the_ops_that_it_stands_for() -> None:
    x, scores = 10 * 8, 2 * 10 * 10
    text = "input: {t: 10, c: 8}\nlayers: [{attention: {heads: 2}}]"
    # queries, keys, values, scores, softmax over them, their weighted sum, the projection
    whole = [2 * x, 3 * x, 4 * x, 3 * x + scores, x + scores, 2 * x + scores, 2 * x]
    assert alive(memory(text)) == whole
    fused = [2 * x, 3 * x, 4 * x, 4 * x, 2 * x]
    assert alive(memory(text.replace("heads: 2", "heads: 2, fused: true"))) == fused


def test_inputs_live_from_the_start_and_outputs_to_the_end() -> None:
    text = "input: {a: [4, 8, 8], b: [2, 8, 8]}\nlayers:\n  - {conv2d: 1, from: a, name: x}\n  - {conv2d: 1, from: x, name: y}"
    text += "\n  - {concat: [b, y], name: z}\n  - {conv2d: 1, from: z, name: end}\noutputs: [x, end]"
    # x is an output: it waits to the end
    assert alive(memory(text)) == [256 + 128 + 64, 128 + 64 + 64, 128 + 64 + 64 + 192, 64 + 192 + 64]


def test_what_nobody_reads_lives_while_it_is_made() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 16, name: lost}, {conv2d: 1, from: input}]"
    assert alive(memory(text)) == [256 + 1024, 256 + 64]


def test_a_network_in_which_nothing_runs_holds_its_input() -> None:
    found = memory("input: [4, 8, 8]\nlayers: [identity]")
    assert (found.elements, found.at, found.peak, found.widest) == (256, "", None, None)


def test_points_and_symbols_are_refused() -> None:
    spec = costmodel.load("mobilenetv2")
    for ledger in (
        spec.analyze(resolution=np.array([128, 224])),
        spec.analyze(resolution=224, batch=algebra.symbol("n", whole=True)),
    ):
        with pytest.raises(SpecError, match="peak memory needs plain numbers, and this network has points or symbols"):
            Memory(ledger)


def test_every_op_of_the_vocabulary_that_moves_nothing_is_a_view() -> None:
    """The list of the simulator is the vocabulary's: an op that is new and moves nothing has to be looked at."""
    families = {family: {op.name for op in OPS.values() if op.family == family} for family in ("norm", "pointwise")}
    assert families == {"norm": {*NORMS, "local_norm"}, "pointwise": {*ACTIVATIONS}}
    rooms = [Path(costmodel.__file__).parent / "ops" / f"{name}.py" for name in ("layout", "learned")]
    views = sum(path.read_text(encoding="utf-8").count("read=0, write=0") for path in rooms)
    assert views == len(VIEWS) + 1  # and a permute that leaves all as it is


def test_functions_of_values_and_learned_values_run_in_place_and_neighbours_do_not() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 8}, {map: sqrt}, scale, shift, local_norm]"
    assert alive(memory(text)) == [256 + 512, 512, 512, 512, 512 + 512]
    assert alive(memory(text, SEPARATE))[1:] == [512 + 512] * 4


def test_scores_without_projections_are_held_as_those_of_attention() -> None:
    text = "input: {{q: [2, 6, 4], k: [2, 5, 4], v: [2, 5, 3]}}\nlayers: [{{scaled_dot_product: [q, k, v]{}}}]"
    entering, scores, sums = 48 + 40 + 30, 2 * 6 * 5, 2 * 6 * 3
    # the scores; their softmax over them, the queries and keys being gone; the sums
    assert alive(memory(text.format(""))) == [entering + scores, 30 + scores, 30 + scores + sums]
    assert alive(memory(text.format(", fused: true"))) == [entering + sums]


def test_a_permute_that_changes_no_order_is_a_view() -> None:
    text = "input: [4, 8, 8]\nlayers: [{conv2d: 4, name: a}, {permute: [c, h, w]}, {permute: [h, w, c]}]"
    assert alive(memory(text)) == [512, 256, 512]
