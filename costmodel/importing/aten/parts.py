"""Ops of ATen that take parts of tensors, and put parts in."""

from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left

END = 2**63 - 1
"""An end of an axis that nobody has counted."""


def split(call: Call) -> list[str]:
    """Parts of an axis: so large each, so many, or of these sizes; the program says how large they are."""
    at = call.axis(call["dim"] or 0)
    sizes = [one.shape[at] for one in call.node.meta["val"]]
    if all(isinstance(size, int) for size in sizes):
        return call.several("Split", len(sizes), call.value("input"), call.ints(*sizes), axis=at)
    wanted = call["split_sizes"]
    if wanted is not None:
        return call.several("Split", len(sizes), call.value("input"), call.sizes(wanted), axis=at)
    raise Left


def unbind(call: Call) -> list[str]:
    """Each place of an axis by itself."""
    at = call.axis(call["dim"] or 0)
    x = call.value("input")
    return [_at(call, x, at, place) for place in range(len(call.node.meta["val"]))]


def _at(call: Call, x: str, axis: int, place: int) -> str:
    return call.emit("Gather", x, call.number(place, "int64"), axis=axis)


def slice_(call: Call) -> str:
    """A part of an axis."""
    at, (start, end) = call.axis(call["dim"]), (call["start"], call["end"])
    start, end = 0 if start is None else start, END if end is None else end
    if isinstance(start, int) and start == 0 and isinstance(end, int) and end == END and call["step"] == 1:
        return call.value("input")
    return call.cut(call.value("input"), at, start, end, call["step"])


def select(call: Call) -> str:
    """One place of an axis."""
    if isinstance(call["index"], int):
        return _at(call, call.value("input"), call.axis(call["dim"]), call["index"])
    place = call.squeezed(call.value("index"), 0)
    return call.emit("Gather", call.value("input"), place, axis=call.axis(call["dim"]))


def narrow(call: Call) -> str:
    """A part of an axis, by its length."""
    start, length = call["start"], call["length"]
    if not isinstance(start, int) or not isinstance(length, int):
        raise Left
    start = start if start >= 0 else start + call.like("input").shape[call["dim"]]
    return call.cut(call.value("input"), call.axis(call["dim"]), start, start + length)


def slice_scatter(call: Call) -> str:
    """A tensor with a part of an axis put in its place."""
    if call["step"] != 1:
        raise Left
    start, end = 0 if call["start"] is None else call["start"], END if call["end"] is None else call["end"]
    return _put_in(call, call.cast("src", call.out.dtype), call.axis(call["dim"]), start, end)


def select_scatter(call: Call) -> str:
    """A tensor with one place of an axis put in its place."""
    at, place = call.axis(call["dim"]), call["index"]
    if not isinstance(place, int):
        raise Left
    source = call.unsqueezed(call.cast("src", call.out.dtype), at)
    return _put_in(call, source, at, place, END if place == -1 else place + 1)


def _put_in(call: Call, source: str, at: int, start: Any, end: Any) -> str:
    x, size, parts = call.value("input"), call.like("input").shape[at], [source]
    if not (isinstance(start, int) and isinstance(end, int)):
        raise Left
    if start != 0:
        parts.insert(0, call.cut(x, at, 0, start))
    if end < (size if isinstance(size, int) else END):
        parts.append(call.cut(x, at, end, END))
    return call.emit("Concat", *parts, axis=at) if len(parts) > 1 else source


def flip(call: Call) -> str:
    """Axes the other way round."""
    axes = [call.axis(at) for at in call["dims"]]
    many = len(axes)
    ends = call.ints(*[-1] * many), call.ints(*[-(2**63) + 1] * many)
    return call.emit("Slice", call.value("input"), *ends, call.ints(*axes), call.ints(*[-1] * many))


def roll(call: Call) -> str:
    """Axes turned: what leaves at one end comes back at the other."""
    x, axes = call.value("input"), [*(call["dims"] or [])]
    if not axes or not all(isinstance(shift, int) for shift in call["shifts"]):
        raise Left
    for at, shift in zip(axes, call["shifts"], strict=True):
        size = call.like("input").shape[at]
        by = shift % size if isinstance(size, int) and size else shift
        if by:
            axis = call.axis(at)
            x = call.emit("Concat", call.cut(x, axis, -by, END), call.cut(x, axis, 0, -by), axis=axis)
    return x


HANDLERS: dict[str, Handler] = {
    **dict.fromkeys(("split", "split_with_sizes", "chunk", "tensor_split"), split),
    "unsafe_split": split,
    "unsafe_chunk": split,
    "unbind": unbind,
    "slice": slice_,
    "select": select,
    "narrow": narrow,
    "slice_scatter": slice_scatter,
    "select_scatter": select_scatter,
    "flip": flip,
    "roll": roll,
}
"""How each op of parts becomes nodes."""
