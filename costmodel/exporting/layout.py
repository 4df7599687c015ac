"""Ops that lay tensors out anew, resize them or make one value of many, in ONNX."""

from typing import Any

from costmodel.exporting.run import Run, Writer
from costmodel.exporting.taken import axis
from costmodel.ops.window import by_side

_FAR = 2**62


def pad(run: Run) -> str:
    """Zeros around the sides."""
    edges = by_side(run.x, "padding", run.field("padding"))
    both = [edge if isinstance(edge, list) else [edge, edge] for edge in edges.values()]
    return run.node("Pad", run.constant([0, 0, *(a for a, _ in both), 0, 0, *(b for _, b in both)], "pads"), mode="constant")


def resize(run: Run) -> str:
    """The sides brought to a size."""
    mode = {"nearest": "nearest", "bicubic": "cubic"}.get(run.field("mode"), "linear")
    how: dict[str, Any] = {"coordinate_transformation_mode": "asymmetric" if mode == "nearest" else "half_pixel", "mode": mode}
    how |= {"nearest_mode": "floor"} if mode == "nearest" else {"cubic_coeff_a": -0.75} if mode == "cubic" else {}
    return run.node("Resize", "", "", run.constant([*run.y.shape], "sizes"), **how)


def slice_(run: Run) -> str:
    """A part of a dimension."""
    start, stop, step = (run.field(name) for name in ("start", "stop", "step"))
    ends = (start, _FAR if stop is None else stop, axis(run.x, run.field("axis")), step)
    names = ("start", "stop", "axis", "step")
    return run.node("Slice", *(run.constant([end], name) for end, name in zip(ends, names, strict=True)))


def split(run: Run) -> str:
    """One of equal parts."""
    name = run.field("axis")
    size = run.y.along(name)
    start = run.field("take") * size
    ends = (("start", start), ("stop", start + size), ("axis", axis(run.x, name)))
    return run.node("Slice", *(run.constant([end], kind) for kind, end in ends))


def shuffle(run: Run) -> str:
    """Channels dealt from groups in turn."""
    x, groups = run.x, run.field("groups")
    at = axis(x, "c")
    if groups == 1:
        return run.node("Identity")
    sizes = [*x.shape]
    seen = run.reshaped(run.inputs[0], [*sizes[:at], groups, x.c // groups, *sizes[at + 1 :]], "groups")
    order = [*range(at), at + 1, at, *range(at + 2, len(sizes) + 1)]
    return run.reshaped(run.swapped(seen, order, "dealt"), sizes, "")


def index_select(run: Run) -> str:
    """Places by an index, which takes them in turn from the last on, so that it is a copy to every reader."""
    name = run.field("axis")
    size = run.x.along(name)
    index = run.constant([size - 1 - place % size for place in range(run.y.along(name))], "index")
    return run.node("Gather", index, axis=axis(run.x, name))


def permute(run: Run) -> str:
    """The dimensions in another order."""
    return run.swapped(run.inputs[0], [0, *(axis(run.x, name) for name in run.field("order"))], "")


def tile(run: Run) -> str:
    """A tensor repeated."""
    times = [after // before for after, before in zip(run.y.shape, run.x.shape, strict=True)]
    return run.node("Tile", run.constant(times, "times"))


def transpose(run: Run) -> str:
    """Two dimensions swapped; where their names keep their places in memory, their values change places."""
    order = [*range(len(run.x.dims))]
    a, b = (axis(run.x, name) for name in run.field("axes"))
    order[a], order[b] = b, a
    return run.swapped(run.inputs[0], order, "")


def reshape(run: Run) -> str:
    """Another shape."""
    return run.reshaped(run.inputs[0], [*run.y.shape], "")


def mean(run: Run) -> str:
    """The mean over some dimensions."""
    names = run.averaged
    if not names:
        return run.node("Identity")
    places = run.constant([axis(run.x, name) for name in names], "axes")
    return run.node("ReduceMean", places, keepdims=int(bool(run.field("keep"))))


def reduce(run: Run) -> str:
    """One value of many along some dimensions."""
    names, word = run.averaged, run.field("function")
    keeps = int(bool(run.field("keep")))
    if word in ("argmax", "argmin"):
        return _place(run, "ArgMax" if word == "argmax" else "ArgMin", names, keeps)
    places = run.constant([axis(run.x, name) for name in names], "axes")
    return run.node(_REDUCED[word], places, keepdims=keeps, noop_with_empty_axes=1)


def _place(run: Run, op: str, names: list[str], keeps: int) -> str:
    """The place of one value among many, of several dimensions seen as one."""
    kept = [size for name, size in run.x.dims.items() if name not in names]
    order = [at for at, name in enumerate(run.x.dims) if name not in names] + [axis(run.x, name) for name in names]
    turned = run.swapped(run.inputs[0], order, "turned") if order != [*range(len(order))] else run.inputs[0]
    seen = run.reshaped(turned, [*kept, -1], "seen")
    found = run.node("Cast", of=[run.node(op, of=[seen], part="place", axis=len(kept), keepdims=0)], part="number", to=1)
    return run.reshaped(found, [*run.y.shape], "") if keeps or kept != run.y.shape else run.node("Identity", of=[found])


_REDUCED = {
    "max": "ReduceMax",
    "min": "ReduceMin",
    "sum": "ReduceSum",
    "product": "ReduceProd",
    "norm": "ReduceL2",
    "norm1": "ReduceL1",
    "sum_square": "ReduceSumSquare",
    "logsumexp": "ReduceLogSumExp",
}


WRITERS: dict[str, Writer] = {
    "permute": permute,
    "tile": tile,
    "reduce": reduce,
    "pad": pad,
    "upsample": resize,
    "resize": resize,
    "pixel_shuffle": lambda run: run.node("DepthToSpace", blocksize=run.field("factor"), mode="CRD"),
    "pixel_unshuffle": lambda run: run.node("SpaceToDepth", blocksize=run.field("factor")),
    "slice": slice_,
    "split": split,
    "shuffle": shuffle,
    "index_select": index_select,
    "transpose": transpose,
    "flatten": reshape,
    "reshape": reshape,
    "dropout": lambda run: run.node("Identity"),
    "mean": mean,
}
"""How each op of layout is written."""
