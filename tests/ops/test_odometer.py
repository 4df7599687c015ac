"""Every formula against naive loops that literally count, at settings drawn small and odd."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from odometer import ODOMETERS, Impossible, Shape

from costmodel.cost import COUNTS
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.ops.functions import COMBINED, FUNCTIONS, REDUCED
from costmodel.tensor import MissingDimension, Tensor


def check(name: str, shapes: list[Shape], fields: dict[str, Any]) -> None:
    """Formula and count agree on the shape and on everything counted; conditions fail just where nothing can run."""
    try:
        output, cost = OPS[name]([Tensor(**shape) for shape in shapes], fields)
    except (MissingDimension, Misfit):
        with pytest.raises(Impossible):
            ODOMETERS[name](*shapes, **fields)
        return
    try:
        shape, counted = ODOMETERS[name](*shapes, **fields)
    except Impossible:
        assert any(truth is False for truth, *_ in cost.given)
        return
    assert [sentence for truth, sentence, *_ in cost.given if truth is not True] == []
    assert list(output.dims.items()) == list(shape.items())
    assert {count: getattr(cost, count) for count in COUNTS} == {count: counted[count] for count in COUNTS}


# --- settings --------------------------------------------------------------------------------------------------------


def shape_of(**sizes: st.SearchStrategy[int]) -> st.SearchStrategy[Shape]:
    """A shape with its dimensions in their order in memory."""
    return st.tuples(*sizes.values()).map(lambda drawn: dict(zip(sizes, drawn, strict=True)))


FEW = st.integers(1, 4)
SIDE = st.integers(1, 7)
MAPS = shape_of(n=st.integers(1, 2), c=FEW, h=SIDE, w=SIDE)
VECTORS = shape_of(n=st.integers(1, 3), c=st.integers(1, 9))
SIGNALS = shape_of(n=st.integers(1, 2), c=FEW, w=SIDE)
VOLUMES = shape_of(n=st.integers(1, 2), c=FEW, d=FEW, h=FEW, w=FEW)
TOKENS = shape_of(n=st.integers(1, 2), t=st.integers(1, 5), c=st.sampled_from([1, 2, 3, 4, 6, 8]))
ANY = MAPS | VECTORS | TOKENS


def a_side(one: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """One for all sides, or one for each; `sided` makes the list as long as the input has sides."""
    return one | st.lists(one, min_size=3, max_size=3)


def counts(most: int, least: int = 1) -> st.SearchStrategy[Any]:
    """Small numbers a side."""
    return a_side(st.integers(least, most))


MARGIN = st.integers(0, 2)
EDGES = a_side(MARGIN | st.lists(MARGIN, min_size=2, max_size=2))
PADDINGS = st.sampled_from(["same", "same_torch", "valid"]) | EDGES
"""Every way to write a padding."""


def fields(required: dict[str, Any], optional: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """A window's fields, with those of its op."""
    geometry = {"stride": counts(5), "padding": PADDINGS, "dilation": counts(3)}
    return st.fixed_dictionaries(required, optional={**geometry, **optional})


def sided(fields: dict[str, Any], shape: Shape, spare: int) -> dict[str, Any]:
    """Lists cut to one value a side of the input, or to one too few or too many."""
    sides = sum(name in shape for name in "dhw")
    length = {0: sides - 1, 1: sides + 1}.get(spare, sides)
    return {k: v[: max(length, 1)] if isinstance(v, list) and not isinstance(v[0], str) else v for k, v in fields.items()}


def one(shapes: st.SearchStrategy[Shape]) -> st.SearchStrategy[list[Shape]]:
    """One input."""
    return shapes.map(lambda shape: [shape])


@st.composite
def joined(draw: st.DrawFn) -> list[Shape]:
    """Two or three inputs of one shape mostly; else a size or the rank is changed in some."""
    first = draw(ANY)
    changed = draw(st.sampled_from(["", "", *first, "rank"]))
    others = []
    for _ in range(draw(st.integers(1, 2))):
        shape = dict(first)
        if changed == "rank":
            shape = {name: first[name] for name in "nc"}
        elif changed:
            shape[changed] = draw(FEW)
        others.append(shape)
    return [first, *others]


@st.composite
def stretching(draw: st.DrawFn) -> list[Shape]:
    """Two or three inputs of one shape, where some sizes are 1, left out, or another."""
    first, shapes = draw(ANY), []
    for _ in range(draw(st.integers(2, 3))):
        shape = dict(first)
        for name in draw(st.sets(st.sampled_from(sorted(first)))):
            shape[name] = draw(st.sampled_from([1, 1, 1, first[name], draw(FEW)]))
        left_out = draw(st.sampled_from(["", "", "hw", "t"]))
        shapes.append({name: size for name, size in shape.items() if name not in left_out})
    return shapes


@st.composite
def matrices(draw: st.DrawFn) -> list[Shape]:
    """Two tensors that can be multiplied, or turned about, or neither."""
    a = draw(TOKENS | MAPS | VECTORS)
    *_, rows, columns = a
    b = {**a, rows: a[columns], columns: draw(FEW)} if draw(st.booleans()) else {**a, rows: draw(FEW)}
    changed = draw(st.sampled_from(["", "", "", *a]))
    return [a, {**b, changed: draw(FEW)} if changed else b]


@st.composite
def one_or_two_sequences(draw: st.DrawFn) -> list[Shape]:
    """One sequence, or two of one batch."""
    first = draw(TOKENS)
    return [first, {**draw(TOKENS), "n": first["n"]}] if draw(st.booleans()) else [first]


@st.composite
def heads(draw: st.DrawFn) -> list[Shape]:
    """Queries, keys and values, with fewer heads of the last two now and then, or one size that is another."""
    many, few = draw(st.sampled_from([(1, 1), (2, 2), (4, 2), (3, 2), (4, 1)]))
    n, t, s, d, e = (draw(FEW) for _ in range(5))
    names = draw(st.sampled_from(["nchw", "nchw", "ntc", "nc"]))
    found = [
        dict(zip(names, [n, *([c] if len(names) > 3 else []), r, k], strict=False))
        for c, r, k in ((many, t, d), (few, s, d), (few, s, e))
    ]
    at, changed = draw(st.integers(0, 2)), draw(st.sampled_from(["", "", "", *names]))
    return [{**x, changed: draw(FEW)} if changed and place == at else x for place, x in enumerate(found)]


def optional(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Fields that may be given."""
    return st.fixed_dictionaries({}, optional=fields)


AXIS = st.sampled_from("ccchwt")
AXES = st.lists(st.sampled_from("cchwt"), min_size=1, max_size=3, unique=True)
PARTS = st.sampled_from([1, 2, 2, 3, 4])
SHAPES = st.sampled_from(["c", "tc", "chw"]).flatmap(lambda names: shape_of(**dict.fromkeys(names, FEW)))
CHANNELS = {"out": st.sampled_from([1, 2, 3, 4, 6]), "groups": st.sampled_from([1, 2, 2, 3, 4]), "bias": st.booleans()}
KERNEL = {"kernel": counts(3)}
MODE = {"mode": st.sampled_from(["nearest", "nearest", "linear", "bilinear", "trilinear", "bicubic"])}
NO_FIELDS = st.just({})

CONV = fields({"out": CHANNELS["out"]}, {**KERNEL, "groups": CHANNELS["groups"], "bias": st.booleans()})
TRANSPOSED = st.fixed_dictionaries(
    {"out": CHANNELS["out"]},
    optional={
        **KERNEL,
        "stride": counts(4),
        "padding": st.sampled_from(["same", "valid"]) | EDGES,
        "output_padding": counts(2, least=0),
        "dilation": counts(3),
        "groups": CHANNELS["groups"],
        "bias": st.booleans(),
    },
)
SPATIAL = one(MAPS | MAPS | SIGNALS | VOLUMES | MAPS | SIGNALS | VOLUMES | VECTORS | TOKENS)
MOSTLY_MAPS = one(MAPS | MAPS | MAPS | MAPS | SIGNALS | VOLUMES | VECTORS | TOKENS)
MOSTLY_SIGNALS = one(SIGNALS | SIGNALS | SIGNALS | MAPS | VOLUMES | VECTORS | TOKENS)
MOSTLY_VOLUMES = one(VOLUMES | VOLUMES | VOLUMES | SIGNALS | MAPS | VECTORS | TOKENS)

SETTINGS = {
    "conv1d": (MOSTLY_SIGNALS, CONV),
    "conv2d": (MOSTLY_MAPS, CONV),
    "conv3d": (MOSTLY_VOLUMES, CONV),
    "depthwise": (SPATIAL, fields(KERNEL, {"multiplier": FEW, "bias": st.booleans()})),
    "separable": (SPATIAL, fields({**KERNEL, "out": FEW}, {"multiplier": FEW, "bias": st.booleans()})),
    "conv_transpose1d": (MOSTLY_SIGNALS, TRANSPOSED),
    "conv_transpose2d": (MOSTLY_MAPS, TRANSPOSED),
    "conv_transpose3d": (MOSTLY_VOLUMES, TRANSPOSED),
    "linear": (
        one(VECTORS | VECTORS.map(lambda shape: {**shape, "h": 1, "w": 1}) | MAPS | TOKENS),
        st.fixed_dictionaries({"out": FEW}, optional={"bias": st.booleans()}),
    ),
    "max_pool": (SPATIAL, fields(KERNEL, {"ceil": st.booleans()})),
    "avg_pool": (
        SPATIAL,
        st.fixed_dictionaries(KERNEL, optional={"stride": counts(5), "padding": PADDINGS, "ceil": st.booleans()}),
    ),
    "global_max_pool": (SPATIAL, NO_FIELDS),
    "global_avg_pool": (SPATIAL, NO_FIELDS),
    "adaptive_max_pool": (SPATIAL, st.fixed_dictionaries({"out": counts(9)})),
    "adaptive_avg_pool": (SPATIAL, st.fixed_dictionaries({"out": counts(9)})),
    "pad": (SPATIAL, st.fixed_dictionaries({"padding": EDGES})),
    "upsample": (SPATIAL, st.fixed_dictionaries({"scale": counts(3)}, optional=MODE)),
    "resize": (SPATIAL, st.fixed_dictionaries({"size": counts(5)}, optional=MODE)),
    "pixel_shuffle": (
        one(MAPS | MAPS.map(lambda shape: {**shape, "c": 4 * shape["c"]}) | SIGNALS | VOLUMES | VECTORS),
        st.fixed_dictionaries({"factor": st.sampled_from([1, 2, 2, 2, 3])}),
    ),
    "pixel_unshuffle": (
        one(MAPS | MAPS.map(lambda shape: {**shape, "h": 2 * shape["h"], "w": 2 * shape["w"]}) | SIGNALS | VOLUMES | VECTORS),
        st.fixed_dictionaries({"factor": st.sampled_from([1, 2, 2, 2, 3])}),
    ),
    "add": (joined(), NO_FIELDS),
    "concat": (joined(), optional(axis=AXIS)),
    "multiply": (stretching(), NO_FIELDS),
    "matmul": (matrices(), optional(transpose=st.booleans())),
    "attention": (
        one_or_two_sequences(),
        st.fixed_dictionaries(
            {"heads": PARTS},
            optional={
                "dim": FEW,
                "kv_heads": PARTS,
                "windows": PARTS,
                "out": FEW,
                "bias": st.booleans(),
                "fused": st.booleans(),
                "position_bias": FEW,
            },
        ),
    ),
    **dict.fromkeys(
        ("lstm", "gru", "rnn"),
        (
            one(TOKENS | TOKENS | ANY),
            st.fixed_dictionaries({"out": FEW}, optional={"directions": st.sampled_from([1, 2, 2, 3]), "bias": st.booleans()}),
        ),
    ),
    "scaled_dot_product": (heads(), optional(fused=st.booleans())),
    "map": (one(ANY), st.fixed_dictionaries({"function": st.sampled_from([*FUNCTIONS])})),
    "combine": (stretching(), st.fixed_dictionaries({"function": st.sampled_from([*COMBINED])})),
    "reduce": (
        one(ANY),
        st.fixed_dictionaries({"function": st.sampled_from([*REDUCED])}, optional={"over": AXES, "keep": st.booleans()}),
    ),
    "scale": (one(ANY), optional(over=AXES, learned=st.integers(0, 5))),
    "shift": (one(ANY), optional(over=AXES, learned=st.integers(0, 5))),
    "tokens": (one(TOKENS | ANY), optional(count=FEW)),
    "parameters": (one(ANY), st.fixed_dictionaries({"count": FEW})),
    "embedding": (one(ANY), st.fixed_dictionaries({"entries": FEW, "out": FEW})),
    "local_norm": (one(ANY), optional(size=FEW)),
    "permute": (
        one(ANY),
        st.fixed_dictionaries({"order": st.sampled_from([*map(list, ["hwc", "wch", "chw", "ct", "tc", "c", "ch"])])}),
    ),
    "tile": (one(ANY), st.fixed_dictionaries({"shape": SHAPES})),
    "layer_norm": (one(ANY), optional(over=AXES, affine=st.booleans(), bias=st.booleans())),
    "rms_norm": (one(ANY), optional(over=AXES, affine=st.booleans())),
    "group_norm": (one(ANY), st.fixed_dictionaries({"groups": PARTS}, optional={"affine": st.booleans()})),
    "instance_norm": (one(ANY), optional(affine=st.booleans())),
    "softmax": (one(ANY), optional(axis=AXIS)),
    "mean": (one(ANY), optional(over=AXES, keep=st.booleans())),
    "prelu": (one(ANY), optional(shared=st.booleans())),
    "slice": (one(ANY), optional(start=st.integers(0, 4), stop=st.integers(1, 6), step=st.integers(1, 3), axis=AXIS)),
    "split": (one(ANY), st.fixed_dictionaries({"parts": PARTS, "take": st.integers(0, 2)}, optional={"axis": AXIS})),
    "shuffle": (one(ANY), st.fixed_dictionaries({"groups": PARTS})),
    "index_select": (one(ANY), st.fixed_dictionaries({"out": st.integers(1, 6)}, optional={"axis": AXIS})),
    "transpose": (one(ANY), st.fixed_dictionaries({"axes": st.sampled_from([["h", "w"], ["c", "h"], ["t", "c"]])})),
    "reshape": (one(ANY), st.fixed_dictionaries({"shape": SHAPES})),
    "dropout": (one(ANY), optional(rate=st.fractions(0, 1))),
    "unknown": (joined(), st.fixed_dictionaries({"op": st.just("Einsum"), "shape": SHAPES})),
}
OF_ONE_TENSOR = (one(ANY), NO_FIELDS)


@pytest.mark.parametrize("name", ODOMETERS)
@settings(deadline=None)
@given(data=st.data())
def test_formula_is_count(name: str, data: st.DataObject) -> None:
    """At settings drawn."""
    shapes, fields = SETTINGS.get(name, OF_ONE_TENSOR)
    inputs, spare = data.draw(shapes, label="shapes"), data.draw(st.integers(0, 15), label="spare")
    check(name, inputs, sided(data.draw(fields, label="fields"), inputs[0], spare))


# --- settings that must not be missed --------------------------------------------------------------------------------

MAP = {"n": 2, "c": 6, "h": 7, "w": 5}
GEOMETRIES = {
    "stride beyond the kernel": {"kernel": 2, "stride": [3, 4]},
    "stride that leaves a rest": {"kernel": 2, "stride": [2, 3]},
    "asymmetric kernel and stride": {"kernel": [3, 1], "stride": [1, 2]},
    "padding a side": {"kernel": 3, "padding": [[0, 2], [1, 0]]},
    "padding an axis": {"kernel": 3, "padding": [2, 0]},
    "padding both": {"kernel": [2, 3], "padding": 1},
    "padding mixed": {"kernel": 2, "padding": [1, [0, 2]]},
    "same": {"kernel": [3, 2], "stride": [2, 3], "padding": "same"},
    "same, stride beyond the image": {"kernel": 2, "stride": 9, "padding": "same"},
    "valid": {"kernel": [3, 2], "stride": 2, "padding": "valid"},
    "the window is the image": {"kernel": [7, 5]},
    "one row too many": {"kernel": [8, 5]},
    "one column too many": {"kernel": [7, 6]},
}
DILATIONS = {
    "dilation": {"kernel": 3, "dilation": 2},
    "dilation an axis": {"kernel": [2, 3], "dilation": [3, 1], "stride": 2},
    "dilation beyond the image": {"kernel": 3, "dilation": [1, 3]},
}


@pytest.mark.parametrize("geometry", GEOMETRIES.values(), ids=GEOMETRIES)
@pytest.mark.parametrize("name", ["conv2d", "depthwise", "max_pool", "avg_pool"])
def test_window(name: str, geometry: dict[str, Any]) -> None:
    """At each kind of window."""
    check(name, [MAP], geometry | ({"out": 4} if name == "conv2d" else {}))


@pytest.mark.parametrize("geometry", DILATIONS.values(), ids=DILATIONS)
@pytest.mark.parametrize("name", ["conv2d", "depthwise", "max_pool"])
def test_dilated_window(name: str, geometry: dict[str, Any]) -> None:
    """At each kind of window with gaps."""
    check(name, [MAP], geometry | ({"out": 4} if name == "conv2d" else {}))


CEILINGS = {
    "a rest that a window may start in": {"kernel": 3, "stride": 2},
    "no rest": {"kernel": [3, 1], "stride": 2},
    "a last window that would start in the padding after": {"kernel": 2, "stride": [2, 3], "padding": 1},
    "stride beyond the kernel": {"kernel": 1, "stride": [4, 3]},
    "padding at either end": {"kernel": [4, 3], "stride": 3, "padding": [[2, 1], [0, 2]]},
    "a window larger than the image": {"kernel": [8, 7], "stride": [2, 3]},
    "a window that fits with its padding alone": {"kernel": [8, 7], "stride": 1, "padding": 1},
    "a window too large by a stride": {"kernel": [9, 7], "stride": 2},
}


@pytest.mark.parametrize("geometry", CEILINGS.values(), ids=CEILINGS)
@pytest.mark.parametrize("name", ["max_pool", "avg_pool"])
def test_rounded_up(name: str, geometry: dict[str, Any]) -> None:
    """At each kind of last window."""
    check(name, [MAP], geometry | {"ceil": True})


SPREADS = {
    "overlap": {"kernel": 3, "stride": 2},
    "gaps": {"kernel": 2, "stride": 3},
    "doubling": {"kernel": 4, "stride": 2, "padding": 1},
    "output padding": {"kernel": 3, "stride": 2, "padding": 1, "output_padding": 1},
    "output padding within the dilation": {"kernel": 2, "dilation": 3, "output_padding": [2, 1]},
    "output padding too large": {"kernel": 3, "stride": 2, "output_padding": [1, 2]},
    "a padding that leaves one": {"kernel": [1, 3], "padding": [3, [3, 3]]},
    "a padding that leaves nothing": {"kernel": [1, 3], "padding": [0, [3, 4]]},
    "same": {"kernel": [2, 5], "stride": [3, 2], "padding": "same"},
    "valid": {"kernel": [2, 5], "stride": [3, 2], "padding": "valid", "dilation": 2},
    "valid, gaps": {"kernel": [2, 1], "stride": 4, "padding": "valid"},
    "valid with output padding": {"kernel": 3, "stride": 2, "padding": "valid", "output_padding": 1},
}


@pytest.mark.parametrize("geometry", SPREADS.values(), ids=SPREADS)
@pytest.mark.parametrize("groups", [1, 2, 6, 4])
def test_spread_window(groups: int, geometry: dict[str, Any]) -> None:
    """At each kind of transposed window."""
    check("conv_transpose2d", [MAP], geometry | {"out": 12, "groups": groups})


@pytest.mark.parametrize("name", ["adaptive_max_pool", "adaptive_avg_pool"])
def test_adaptive_windows(name: str) -> None:
    """At every pair of a small size and a small output."""
    for size in range(1, 13):
        for out in range(1, 13):
            check(name, [{"n": 1, "c": 2, "w": size}], {"out": out})


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("groups", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("out", [3, 4, 12])
def test_groups(out: int, groups: int, bias: bool) -> None:
    """At groups that divide both channel counts, one of them, and none."""
    check("conv2d", [MAP], {"out": out, "kernel": [2, 1], "groups": groups, "bias": bias})


@pytest.mark.parametrize("kv_heads", [1, 2, 3, 4, 6])
@pytest.mark.parametrize("heads", [1, 2, 4, 6, 8])
def test_heads(heads: int, kv_heads: int) -> None:
    """At heads that divide the width, at groups of heads that share keys, and where either is left over."""
    decoder, encoder = {"n": 2, "t": 3, "c": 12}, {"n": 2, "t": 5, "c": 4}
    check("attention", [decoder, encoder], {"heads": heads, "kv_heads": kv_heads})
    check("attention", [decoder], {"heads": heads, "kv_heads": kv_heads, "dim": 24, "out": 5, "fused": True})


@pytest.mark.parametrize("windows", [1, 2, 3, 4, 5, 12])
def test_attention_windows(windows: int) -> None:
    """At windows that divide both sequences, one of them, and none."""
    decoder, encoder = {"n": 2, "t": 12, "c": 4}, {"n": 2, "t": 6, "c": 3}
    check("attention", [decoder, encoder], {"heads": 2, "windows": windows})
    check("attention", [decoder], {"heads": 2, "windows": windows, "kv_heads": 1})


def test_every_odometer_has_its_op() -> None:
    """No odometer is left over from an op that is gone."""
    assert set(SETTINGS) <= set(ODOMETERS) <= set(OPS)


# --- ops that are others, one after the other ------------------------------------------------------------------------


@pytest.mark.parametrize("fused", [False, True])
@pytest.mark.parametrize(("heads", "kv_heads"), [(4, 4), (4, 2), (3, 1)])
def test_attention_is_its_projections_and_what_is_between_them(heads: int, kv_heads: int, fused: bool) -> None:
    x, source = Tensor(n=2, t=5, c=7), Tensor(n=2, t=3, c=6)
    of, out = 4, 9
    fields = {"heads": heads, "dim": heads * of, "kv_heads": kv_heads, "out": out, "fused": fused}
    y, whole = OPS["attention"]([x, source], fields)
    q, asked = OPS["linear"]([x], {"out": heads * of})
    k, keys = OPS["linear"]([source], {"out": kv_heads * of})
    v, values = OPS["linear"]([source], {"out": kv_heads * of})
    a, b, c = (Tensor(n=2, c=x.c // of, h=x.t, w=of) for x in (q, k, v))
    weighed, between = OPS["scaled_dot_product"]([a, b, c], {"fused": fused})
    last, leaving = OPS["linear"]([Tensor(n=2, t=5, c=weighed.c * weighed.w)], {"out": out})
    parts = asked + keys + values + between + leaving
    assert last.dims == y.dims
    assert {count: getattr(parts, count) for count in COUNTS} == {count: getattr(whole, count) for count in COUNTS}
