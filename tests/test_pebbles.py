"""What windows touch, against going through them one by one; and the pebble bound, in whole numbers and step by step."""

from itertools import product
from math import gcd
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from costmodel.ops import OPS
from costmodel.pebbles import Convolution, placed
from costmodel.sides import Side, facts
from costmodel.tensor import Tensor

SIDES = st.builds(
    Side,
    size=st.integers(1, 14),
    windows=st.integers(1, 9),
    kernel=st.integers(1, 6),
    stride=st.integers(1, 7),
    before=st.integers(0, 9),
    dilation=st.integers(1, 5),
)


def pairs(side: Side, windows: range | None = None) -> list[tuple[int, int, int]]:
    """Every product along a side as (window, tap, position): those on padding are none."""
    found = []
    for window, tap in product(range(side.windows) if windows is None else windows, range(side.kernel)):
        position = window * side.stride + tap * side.dilation - side.before
        if 0 <= position < side.size:
            found.append((window, tap, position))
    return found


@given(SIDES)
def test_a_sides_figures_are_those_of_going_through_every_window(side: Side) -> None:
    met = pairs(side)
    positions = [position for _, _, position in met]
    assert facts(side) == (
        len(set(positions)),
        len({window for window, _, _ in met}),
        len({tap for _, tap, _ in met}),
        len(met),
        max(map(positions.count, positions), default=0),
    )


@given(SIDES, st.data())
def test_what_some_windows_in_a_row_read(side: Side, data: st.DataObject) -> None:
    first = data.draw(st.integers(0, side.windows - 1))
    count = data.draw(st.integers(1, side.windows - first))
    assert side.read(first, count) == len({position for _, _, position in pairs(side, range(first, first + count))})


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9))
def test_far_from_the_borders_an_input_is_shared_by_the_taps_of_its_residue(kernel: int, stride: int, dilation: int) -> None:
    side = Side(1000, 100, kernel, stride, 0, dilation)
    assert facts(side).shared == -(-kernel // (stride // gcd(stride, dilation)))


def test_time_grows_with_the_kernel_and_not_with_the_side() -> None:
    far = 10**40
    assert facts(Side(far, far // 2, 3, 2, 1)) == (far, far // 2, 3, 3 * far // 2 - 1, 2)


CASES: list[tuple[str, Tensor, dict[str, Any]]] = [
    ("conv1d", Tensor(n=2, c=6, w=11), {"out": 9, "kernel": 3, "stride": 2, "padding": [[2, 0]], "groups": 3}),
    ("conv2d", Tensor(n=1, c=4, h=9, w=8), {"out": 6, "kernel": [1, 3], "stride": [3, 2]}),
    ("conv2d", Tensor(n=3, c=4, h=9, w=8), {"out": 6, "kernel": 3, "padding": "same", "stride": 2, "groups": 2}),
    ("conv2d", Tensor(n=1, c=4, h=6, w=6), {"out": 6, "kernel": 3, "padding": "same_torch", "dilation": 7}),
    ("conv3d", Tensor(n=1, c=2, d=4, h=5, w=6), {"out": 3, "kernel": [1, 2, 3], "padding": [0, 1, 1]}),
    ("depthwise", Tensor(n=1, c=4, h=7, w=7), {"kernel": 3, "stride": 2, "padding": 1, "multiplier": 2}),
    ("separable", Tensor(n=2, c=4, h=7, w=7), {"out": 5, "kernel": 3, "stride": 4, "padding": 1, "multiplier": 2}),
    ("conv_transpose1d", Tensor(n=1, c=4, w=5), {"out": 6, "kernel": 4, "stride": 2, "padding": 3, "groups": 2}),
    ("conv_transpose2d", Tensor(n=2, c=3, h=4, w=5), {"out": 6, "kernel": 3, "stride": 2, "padding": "same"}),
    ("conv_transpose3d", Tensor(n=1, c=2, d=2, h=3, w=3), {"out": 3, "kernel": 2, "stride": [3, 2, 1], "padding": "valid"}),
    ("linear", Tensor(n=2, c=7), {"out": 5}),
    ("linear", Tensor(n=2, t=3, c=7), {"out": 5}),
]


@pytest.mark.parametrize(("name", "x", "fields"), CASES)
def test_with_what_is_never_used_it_is_what_the_vocabulary_counts(name: str, x: Tensor, fields: dict[str, Any]) -> None:
    op = OPS[name]
    y, cost = op([x], {**fields, "bias": False})
    layers = placed(op, x, y, fields)
    assert sum(one.touched + one.unread + one.idle for one in layers) == cost.read + cost.write + cost.weights
    assert sum(one.products for one in layers) <= cost.fma


def literal(x: Tensor, y: Tensor, kernel: int, stride: int, before: int, dilation: int = 1) -> set[tuple[int, int]]:
    """The positions along the width that windows read: (window, position)."""
    met = product(range(y.w), range(kernel))
    found = {(o, o * stride + j * dilation - before) for o, j in met}
    return {(o, at) for o, at in found if 0 <= at < x.w}


@pytest.mark.parametrize(
    ("width", "fields", "before"),
    [
        (224, {"kernel": 3, "stride": 2, "padding": "same"}, 0),  # TensorFlow adds one position, after the side
        (225, {"kernel": 3, "stride": 2, "padding": "same"}, 1),
        (7, {"kernel": 4, "padding": "same"}, 1),
        (7, {"kernel": 4, "padding": "same_torch"}, 1),
        (7, {"kernel": 3, "padding": "valid"}, 0),
        (9, {"kernel": 3, "padding": [[2, 1]], "dilation": 2}, 2),
        (9, {"kernel": 1, "stride": 4}, 0),
    ],
)
def test_windows_start_where_the_padding_puts_them(width: int, fields: dict[str, Any], before: int) -> None:
    x = Tensor(n=1, c=1, w=width)
    y, _ = OPS["conv1d"]([x], {"out": 1, **fields})
    (layer,) = placed(OPS["conv1d"], x, y, {"out": 1, **fields})
    met = literal(x, y, fields["kernel"], fields.get("stride", 1), before, fields.get("dilation", 1))
    assert layer.sides[1].before == before
    assert (layer.read, layer.products) == (len({at for _, at in met}), len(met))


@pytest.mark.parametrize(("padding", "before"), [("same", 1), ("valid", 0), (2, 2), ([[0, 3]], 0)])
def test_a_transposed_convolution_is_one_with_its_maps_exchanged(padding: Any, before: int) -> None:
    fields = {"out": 6, "kernel": 4, "stride": 2, "padding": padding}
    x = Tensor(n=1, c=3, w=5)
    y, _ = OPS["conv_transpose1d"]([x], fields)
    (layer,) = placed(OPS["conv_transpose1d"], x, y, fields)
    assert layer.sides[1] == Side(y.w, 5, 4, 2, before)
    back = Convolution(layer.sides, c1=6, c2=3)
    assert (layer.outputs, layer.weights, layer.products, layer.shared) == (
        back.read + back.unread,
        back.weights,
        back.products,
        back.shared,
    )
    met = literal(Tensor(w=y.w), Tensor(w=5), 4, 2, before)
    assert layer.read == 3 * len({window for window, _ in met})


def test_inputs_that_no_window_reads_and_weights_that_meet_padding_alone() -> None:
    downsample = Convolution((Side(1, 1), Side(56, 28, 1, 2), Side(56, 28, 1, 2)), 256, 512)
    assert downsample.read == 28 * 28 * 256
    assert downsample.unread == 3 * 28 * 28 * 256
    far = Convolution((Side(1, 1), Side(33, 33, 3, 1, 36, 36), Side(33, 33, 3, 1, 36, 36)), 8, 4)
    assert (far.weights, far.idle, far.unread, far.shared) == (8 * 4, 8 * 8 * 4, 0, 1)


LAYERS = st.builds(
    lambda sides, c1, c2, g, transposed: Convolution(tuple(sides), c1 * g, c2 * g, g, transposed),
    st.lists(SIDES, min_size=1, max_size=2),
    *[st.integers(1, 4)] * 3,
    st.booleans(),
)


@given(LAYERS, st.integers(1, 10**6))
def test_the_root_is_cut_and_never_above(layer: Convolution, memory: int) -> None:
    lifted = layer.pebbles(memory) + 2 * memory
    assert lifted**2 * layer.shared * memory <= 4 * layer.products**2 < (lifted + 1) ** 2 * layer.shared * memory
    assert layer.bound(memory) == max(layer.touched, layer.pebbles(memory))


def products(layer: Convolution) -> list[tuple[Any, Any, Any]]:
    """Every product of a layer as what it takes and gives: an input, a weight, an output."""
    wide1, wide2 = layer.c1 // layer.groups, layer.c2 // layer.groups
    channels = [*product(range(layer.groups), range(wide1), range(wide2))]
    found = []
    for met in product(*map(pairs, layer.sides)):
        windows, taps, positions = zip(*met, strict=True)
        enters, leaves = (windows, positions) if layer.transposed else (positions, windows)
        found += [((g, i, enters), (g, i, o, taps), (g, o, leaves)) for g, i, o in channels]
    return found


@given(LAYERS, st.randoms(use_true_random=False))
def test_products_are_counted_and_their_factors(layer: Convolution, random: Any) -> None:
    every = products(layer)
    inputs, weights, outputs = (len({one[k] for one in every}) for k in range(3))
    assert (layer.products, layer.read, layer.weights) == (len(every), inputs, weights)
    assert layer.outputs >= outputs


@given(LAYERS, st.data())
def test_some_inputs_weights_and_outputs_allow_no_more_products_than_the_proof_says(
    layer: Convolution, data: st.DataObject
) -> None:
    every = products(layer)
    kept = [{one[k] for one in every if data.draw(st.booleans())} if len(every) < 60 else None for k in range(3)]
    some = [one for one in every if all(part is None or one[k] in part for k, part in enumerate(kept))]
    inputs, weights, outputs = (len({one[k] for one in some}) for k in range(3))
    assert len(some) ** 2 <= layer.shared * inputs * weights * outputs


def through(layer: Convolution, memory: int, order: tuple[int, int, int]) -> int:
    """The loads and stores of a schedule that keeps what was used last, on a memory of some elements.

    Products run by input, weight and output in some order; a partial sum that makes way is stored, and loaded again.
    """
    kept: dict[Any, bool] = {}  # what is on chip, the latest last, and whether it must be stored when it goes
    begun: set[Any] = set()
    moved = 0
    for one in sorted(products(layer), key=lambda one: [one[k] for k in order]):
        names = [*enumerate(one)]
        had = {name for name in names if kept.pop(name, None) is not None}
        while len(kept) + len(names) > memory:
            moved += kept.pop(next(iter(kept)))
        moved += sum(name not in had and (name[0] < 2 or name in begun) for name in names)
        kept.update((name, name[0] == 2) for name in names)
        begun.update(names)
    never = layer.outputs - len({name for name in begun if name[0] == 2})  # outputs of padding alone are stored too
    return moved + sum(kept.values()) + never


SQUARE = Convolution((Side(16, 16),), 16, 16)
STRIDED = Convolution((Side(1, 1), Side(9, 4, 3, 2), Side(9, 4, 3, 2)), 5, 6)
GROUPED = Convolution((Side(2, 2), Side(5, 5, 3, 1, 1), Side(4, 4)), 8, 8, 2)
SPREAD = Convolution((Side(1, 1), Side(10, 5, 3, 2, 1), Side(6, 6)), 6, 8, transposed=True)


@pytest.mark.parametrize("order", [(0, 1, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
@pytest.mark.parametrize("memory", [3, 4, 12, 100, 10_000])
@pytest.mark.parametrize("layer", [SQUARE, STRIDED, GROUPED, SPREAD])
def test_schedules_that_are_run_move_no_less_than_the_bound(
    layer: Convolution, memory: int, order: tuple[int, int, int]
) -> None:
    moved = through(layer, memory, order)
    assert moved >= layer.bound(memory)
    if memory == 10_000:
        assert moved == layer.touched == layer.bound(memory)


def test_the_bound_binds_where_it_is_tried() -> None:
    assert [layer.pebbles(4) > layer.touched for layer in (SQUARE, STRIDED, GROUPED, SPREAD)] == [True] * 4
