"""Blockings against loops that are run block by block, and against every blocking of the family."""

from collections.abc import Iterator
from itertools import pairwise, permutations, product
from typing import Any, NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel.blocking import LOOPS, Blocking, OnChip, blocked, cuts, least, of, sizes
from costmodel.dtypes import DTYPES, Dtypes
from costmodel.pebbles import Convolution
from costmodel.sides import Side

SIDES = st.builds(
    Side,
    size=st.integers(1, 9),
    windows=st.integers(1, 5),
    kernel=st.integers(1, 4),
    stride=st.integers(1, 4),
    before=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
LAYERS = st.builds(
    lambda sides, c1, c2, g: Convolution(tuple(sides), c1 * g, c2 * g, g),
    st.lists(SIDES, min_size=1, max_size=2),
    st.integers(1, 4),
    st.integers(1, 4),
    st.integers(1, 3),
)
KINDS = st.builds(Dtypes, *[st.sampled_from(sorted(DTYPES))] * 3)
WIDE = Dtypes()


def blocks(count: int, size: int) -> list[range]:
    return [range(at, min(at + size, count)) for at in range(0, count, size)]


def inside(side: Side) -> list[tuple[int, int, int]]:
    """Every product along a side: window, tap, position."""
    every = product(range(side.windows), range(side.kernel))
    met = [(o, j, o * side.stride + j * side.dilation - side.before) for o, j in every]
    return [(o, j, at) for o, j, at in met if 0 <= at < side.size]


class Ran(NamedTuple):
    """What running some loops moved and held."""

    inputs: int
    weights: int
    outputs: int
    held: int
    products: int


def run(layer: Convolution, order: tuple[str, ...], tile: tuple[int, ...], c1: int, c2: int) -> Ran:
    """Run the loops step by step: what a step needs is a set of elements for each block, and a block stays till it changes.

    Raises `AssertionError` if a product is computed twice or without its partial sum on chip.
    """
    met = [inside(side) for side in layer.sides]
    live = [*product(*({j for _, j, _ in side} for side in met))]
    wide1, wide2 = layer.c1 // layer.groups, layer.c2 // layer.groups
    tiles = [*product(*(blocks(side.windows, size) for side, size in zip(layer.sides, tile, strict=True)))]
    over: dict[str, Any] = {"positions": tiles, "c1": blocks(wide1, c1), "c2": blocks(wide2, c2)}
    loads = [0, 0]
    moved = held = 0
    done: set[Any] = set()
    for group in range(layer.groups):
        on: list[set[Any]] = [set(), set(), set()]
        which: list[Any] = [None, None, None]
        begun: set[Any] = set()
        for at in product(*(over[loop] for loop in order)):
            here = dict(zip(order, at, strict=True))
            under = [[m for m in side if m[0] in part] for side, part in zip(met, here["positions"], strict=True)]
            patch = product(here["c1"], *({m[2] for m in side} for side in under))
            need = [set(patch), set(product(here["c1"], here["c2"], live)), set(product(here["c2"], *here["positions"]))]
            blocks_now = [(here["c1"], here["positions"]), (here["c1"], here["c2"]), (here["c2"], here["positions"])]
            for kind in range(2):
                loads[kind] += len(need[kind]) if blocks_now[kind] != which[kind] else 0
            if blocks_now[2] != which[2]:
                moved += len(on[2]) + len(need[2] & begun)  # what leaves is written, what was begun is read again
            begun |= need[2]
            on, which = need, blocks_now
            held = max(held, sum(map(len, on)))
            for i, o in product(here["c1"], here["c2"]):
                for one in product(*under):
                    assert (i, *(m[2] for m in one)) in on[0]
                    assert (o, *(m[0] for m in one)) in on[2]
                    assert (group, i, o, one) not in done
                    done.add((group, i, o, one))
        moved += len(on[2])
    return Ran(loads[0], loads[1], moved, held, len(done))


def ways(layer: Convolution) -> Iterator[tuple[Any, int, int]]:
    """Every tile and every block of channels of the family."""
    wide1, wide2 = layer.c1 // layer.groups, layer.c2 // layer.groups
    return product(product(*map(cuts, layer.sides)), range(1, wide1 + 1), range(1, wide2 + 1))


@settings(max_examples=60, deadline=None)
@given(LAYERS, st.data())
def test_a_blocking_moves_and_holds_what_its_loops_do(layer: Convolution, data: st.DataObject) -> None:
    tiles, c1, c2 = data.draw(st.sampled_from([*ways(layer)]))
    stays = data.draw(st.sampled_from(sorted(LOOPS)))
    one = of(layer, stays, tiles, c1, c2)
    ran = run(layer, LOOPS[stays], one.tile, c1, c2)
    assert (one.inputs, one.weights, one.outputs + one.spilled) == (ran.inputs, ran.weights, ran.outputs)
    assert ran.products == layer.products
    assert ran.held <= one.held


@settings(max_examples=40, deadline=None)
@given(LAYERS, st.integers(1, 120))
def test_the_best_is_the_best_of_all_blocks_and_of_all_six_orders(layer: Convolution, elements: int) -> None:
    memory = OnChip(4 * elements)
    found = blocked(layer, memory)
    every = [(of(layer, "outputs", *way).held, way) for way in ways(layer)]
    fitting = [way for held, way in every if held <= elements]
    assert (found is None) == (not fitting)
    assert least(layer, WIDE) == 4 * min(held for held, _ in every)
    if found is not None:
        orders = [*permutations(LOOPS["outputs"])]
        tried = fitting if len(fitting) <= 12 else fitting[:: len(fitting) // 12]
        ran = [run(layer, order, tuple(cut.tile for cut in tiles), c1, c2) for order in orders for tiles, c1, c2 in tried]
        assert found.access <= min(one.inputs + one.weights + one.outputs for one in ran)
        every_one = [of(layer, stays, *way) for stays in LOOPS for way in fitting]
        assert (found.access, found.held) == min((one.access, one.held) for one in every_one)


REAL = st.builds(
    lambda n, h, w, k, s, p, d, c1, c2, g: Convolution(
        (Side(n, n), *(Side(size, -(-size // s), k, s, p, d) for size in (h, w))), c1 * g, c2 * g, g
    ),
    st.integers(1, 3),
    st.integers(1, 60),
    st.integers(1, 60),
    st.integers(1, 7),
    st.integers(1, 4),
    st.integers(0, 4),
    st.integers(1, 3),
    st.integers(1, 200),
    st.integers(1, 200),
    st.integers(1, 9),
)


@settings(max_examples=200, deadline=None)
@given(REAL, st.integers(1, 10**5), KINDS)
def test_no_blocking_moves_less_than_the_bound(layer: Convolution, size: int, dtypes: Dtypes) -> None:
    memory = OnChip(size, dtypes)
    found = blocked(layer, memory)
    assert (found is None) == (least(layer, dtypes) > size)
    if found is not None:
        assert found.held_bytes(dtypes) <= size
        assert found.held <= memory.elements
        assert layer.touched <= layer.bound(memory.elements) <= found.access


@settings(max_examples=60, deadline=None)
@given(REAL, KINDS)
def test_where_everything_fits_only_what_must_move_moves(layer: Convolution, dtypes: Dtypes) -> None:
    memory = OnChip(8 * (layer.touched + sum(cut.patch for side in layer.sides for cut in cuts(side))), dtypes)
    found = blocked(layer, memory)
    assert found is not None
    assert found.access == layer.touched == layer.bound(memory.elements)
    assert found.spilled == 0


@settings(max_examples=40, deadline=None)
@given(REAL, st.integers(1, 10**5), st.integers(1, 10**5))
def test_more_memory_never_moves_more(layer: Convolution, size: int, more: int) -> None:
    found, larger = blocked(layer, OnChip(size)), blocked(layer, OnChip(size + more))
    assert found is None or (larger is not None and larger.access <= found.access)


@given(st.integers(1, 5000))
def test_sizes_are_the_least_for_their_number_of_blocks(count: int) -> None:
    found = [*sizes(count)]
    every = {-(-count // -(-count // size)) for size in range(1, count + 1)}
    assert found == sorted(set(found))
    assert set(found) <= every
    assert {size for size in every if size <= 16} <= set(found)
    assert found[-1] == count
    assert all(after <= max(before + before // 16, min(s for s in every if s > before)) for before, after in pairwise(found))


@given(SIDES)
def test_tiles_that_read_alike_are_told_from_those_at_the_border(side: Side) -> None:
    for cut in cuts(side):
        reads = [len({at for o, _, at in inside(side) if o in part}) for part in blocks(side.windows, cut.tile)]
        assert (cut.tiles, cut.patch, cut.read) == (len(reads), max(reads), sum(reads))


def test_a_transposed_convolution_is_not_blocked() -> None:
    assert blocked(Convolution((Side(9, 4, 3, 2),), 2, 3, transposed=True), OnChip(10**9)) is None


def test_bytes_go_by_kind() -> None:
    one = Blocking("inputs", (1, 2), 3, 4, inputs=100, weights=10, outputs=7, spilled=14, patch=6, filters=5, sums=3)
    kinds = Dtypes("int4", "int8", "int32")
    assert one.moved_bytes(kinds) == 107 + 10 // 2 + 14 * 4
    assert one.held_bytes(kinds) == 6 + 3 + 3 * 4  # five of int4 take three bytes
    assert (one.access, one.held) == (131, 14)
    assert OnChip(125, kinds).elements == 250


def test_the_constant_is_met_but_for_what_blocks_leave_over() -> None:
    """A tile of n×n positions and channels needs n² + 2n elements and moves 2·B/n: the bound, but for terms of 1/n."""
    square = Convolution((Side(960, 960),), 960, 960)
    memory = OnChip(4 * (32 * 32 + 2 * 32))
    found = blocked(square, memory)
    assert found is not None
    assert (found.stays, found.tile, found.c2) == ("outputs", (32,), 32)
    assert found.access == 2 * 960**3 // 32 + 960**2
    assert found.access < square.bound(memory.elements) * 21 // 20
