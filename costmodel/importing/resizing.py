"""Nodes that change sides: paddings, resizing, sides from channels and back."""

from fractions import Fraction
from typing import Any

from costmodel.algebra import is_whole
from costmodel.importing.draft import Cannot, Flow, Step, same
from costmodel.importing.labels import channels_first, lettered
from costmodel.importing.parts import part
from costmodel.importing.running import Handler, Run, a_side


def pad(run: Run) -> Flow:
    """Pad: zeros, or other values, around some axes; where less than nothing is put, a part is cut off."""
    flow = run.x
    pads = [*run.numbers(1, "pads", run.attribute("paddings"))]
    axes = [flow.axis(at) for at in run.numbers(3)] if run.there(3) else [*range(flow.rank)]
    if len(pads) != 2 * len(axes):
        raise Cannot(f"it has {len(pads)} paddings for {len(axes)} axes")
    ends = {at: (pads[place], pads[place + len(axes)]) for place, at in enumerate(axes)}
    ends = {at: both for at, both in ends.items() if not (same(both[0], 0) and same(both[1], 0))}
    if not ends:
        return flow
    flow = _cut(run, flow, ends)
    ends = {at: (_least(before), _least(after)) for at, (before, after) in ends.items()}
    ends = {at: both for at, both in ends.items() if not (same(both[0], 0) and same(both[1], 0))}
    if not ends:
        return flow
    step, letters = lettered(flow, _sides_for(flow, [*ends]))
    assert step.output is not None
    edges = {letters[at]: [before, after] for at, (before, after) in ends.items()}
    listed = [edges.get(side, [0, 0]) for side in step.output.sides]
    tidy = [edge[0] if same(edge[0], edge[1]) else edge for edge in listed]
    value = a_side(tidy) if not isinstance(tidy[0], list) else tidy
    return run.result(run.emit("pad", step, padding=value), letters, flow)


def _cut(run: Run, flow: Flow, ends: dict[int, tuple[Any, Any]]) -> Flow:
    """Where less than nothing is put around an axis, a part of it."""
    for at, (before, after) in ends.items():
        start, end = -min(before, 0) if isinstance(before, int) else 0, min(after, 0) if isinstance(after, int) else 0
        if start or end:
            flow = part(run, flow, at, start, flow.axes[at] + end)
    return flow


def _least(end: Any) -> Any:
    return max(end, 0) if isinstance(end, int) else end


def _sides_for(flow: Flow, padded: list[int]) -> dict[int, str]:
    """Letters by which all axes that are padded are sides."""
    if flow.batch == 0 and same(flow.axes[0], 1) and min(padded) > 1 and flow.rank < 6:
        return dict(zip(range(1, flow.rank), f"c{'dhw'[5 - flow.rank :]}", strict=True))
    places = [at for at, size in enumerate(flow.axes) if at in padded or not (at == flow.batch and same(size, 1))]
    first = min(padded)
    if len(places) in (2, 3, 4) and first > places[0]:
        return dict(zip(places, f"c{'dhw'[4 - len(places) :]}", strict=True))
    before = [at for at in places if at < first]
    if len(before) > 1 and len(places) > 4:
        before = [at for at in before if not same(flow.axes[at], 1)]
    behind = [at for at in places if at >= first]
    letters = [*{0: "c", 1: "c", 2: "tc"}.get(len(before), "")]
    if len(letters) < len(before) or len(behind) > 3:
        raise Cannot("it pads axes that are no sides of a map")
    return dict(zip(before, letters, strict=False)) | dict(zip(behind, "dhw"[3 - len(behind) :], strict=True))


def resize(run: Run) -> Flow:
    """Resize and Upsample: sides brought to sizes, or multiplied by factors."""
    flow = run.x
    x, letters = channels_first(flow)
    assert x.output is not None
    sides = x.output.sides
    mode = _MODES.get((run.attribute("mode", "nearest"), len(sides)))
    if mode is None:
        raise Cannot(f"mode {run.attribute('mode')} over {len(sides)} sides")
    sizes, scales = _wanted(run)
    word: dict[str, Any] = {} if mode == "nearest" else {"mode": mode}
    before = [x.output.dims[side] for side in sides]
    if scales is not None:
        exact = [_number(scale) for scale in scales]
        if all(is_whole(scale) and scale >= 1 for scale in exact):
            return _brought(run, x, letters, "upsample", a_side(exact), word)
        sizes = [(size * scale) // 1 if is_whole(size) else None for size, scale in zip(before, exact, strict=True)]
    assert sizes is not None
    if all(map(same, sizes, before)):
        return flow
    factors = [
        size // old if isinstance(size, int) and isinstance(old, int) and size % old == 0 else 0
        for size, old in zip(sizes, before, strict=True)
    ]
    if all(factors):
        return _brought(run, x, letters, "upsample", a_side(factors), word)
    return _brought(run, x, letters, "resize", a_side(sizes), word)


def _brought(run: Run, x: Step, letters: dict[int, str], verb: str, value: Any, mode: dict[str, Any]) -> Flow:
    field = {"upsample": "scale", "resize": "size"}[verb]
    return run.result(run.emit(verb, x, **{field: value}, **mode), letters, run.x)


def _number(value: Any) -> Any:
    """A factor as an exact number: a third that was rounded to a float is a third."""
    if not isinstance(value, float):
        return value
    near = Fraction(value).limit_denominator(1000)
    return near.numerator if near.denominator == 1 else near


def _wanted(run: Run) -> tuple[list[Any] | None, list[Any] | None]:
    """The sizes, or the factors, of the sides."""
    flow = run.x
    sides = [*range(2, flow.rank)]
    axes = [flow.axis(at) for at in run.attribute("axes") or range(flow.rank)]

    def of_sides(values: list[Any], usual: Any, first: Any) -> list[Any]:
        by_axis = dict(zip(axes, values, strict=True))
        if any(not same(_number(by_axis[at]), one) for at, one in zip((0, 1), first, strict=True) if at in by_axis):
            raise Cannot("it resizes the channels")
        return [by_axis.get(at, usual[at]) for at in sides]

    if run.opset < 10 or run.node.op == "Upsample":
        return None, of_sides(run.numbers(1, "scales"), [1] * flow.rank, (1, 1))
    place = 1 if run.opset < 11 else 2
    if run.there(place + 1):
        sizes = _in_proportion(run, axes, run.numbers(place + 1))
        return of_sides(sizes, run.shape(flow), run.shape(flow)[:2]), None
    scales = run.numbers(place)
    if not scales:
        raise Cannot("it says neither sizes nor scales")
    return None, of_sides(scales, [1] * flow.rank, (1, 1))


def _in_proportion(run: Run, axes: list[int], sizes: list[Any]) -> list[Any]:
    """The sizes that are asked for; or, where sides keep their proportions, those nearest within or around them."""
    policy = run.attribute("keep_aspect_ratio_policy", "stretch")
    if policy == "stretch":
        return sizes
    shape = run.shape(run.x)
    before = [shape[at] for at in axes]
    if not all(isinstance(size, int) for size in (*sizes, *before)):
        raise Cannot("it keeps the proportions of sides that are open")
    factors = [Fraction(size, old) for size, old in zip(sizes, before, strict=True)]
    factor = min(factors) if policy == "not_larger" else max(factors)
    return [int(factor * old + Fraction(1, 2)) for old in before]


_MODES = {
    **{("nearest", sides): "nearest" for sides in (1, 2, 3)},
    ("linear", 1): "linear",
    ("linear", 2): "bilinear",
    ("linear", 3): "trilinear",
    ("bilinear", 2): "bilinear",
    ("cubic", 2): "bicubic",
}


def shuffled(verb: str) -> Handler:
    """DepthToSpace and SpaceToDepth."""

    def handle(run: Run) -> Flow:
        x, letters = channels_first(run.x)
        return run.result(run.emit(verb, x, factor=run.attribute("blocksize")), letters, run.x)

    return handle


HANDLERS: dict[str, Handler] = {
    "Pad": pad,
    "Resize": resize,
    "Upsample": resize,
    "DepthToSpace": shuffled("pixel_shuffle"),
    "SpaceToDepth": shuffled("pixel_unshuffle"),
    "PixelUnshuffle": shuffled("pixel_unshuffle"),
}
"""How each of them becomes layers."""
