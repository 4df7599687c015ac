"""Ops of ATen that lay values out anew: views, copies, joins."""

from collections.abc import Sequence
from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def view(call: Call) -> str:
    """The values with axes of other sizes."""
    if call["input"] in call.writer.apart:
        return call.value("input")
    return call.reshaped(call.value("input"), call["size"] if call["size"] is not None else call["shape"])


def as_result(call: Call) -> str:
    """The values with the axes of the result, of whose sizes one at most hangs on what enters."""
    sizes = [size if isinstance(size, int) else -1 for size in call.out.shape]
    if sizes.count(-1) <= 1:
        return call.reshaped(call.value("input"), sizes)
    raise Left


def flatten(call: Call) -> str:
    """Some axes as one."""
    rank = call.rank()
    if rank == 0:
        return call.reshaped(call.value("input"), [1])
    first, last = call.axis(call["start_dim"]), call.axis(call["end_dim"])
    if first == 1 and last == rank - 1:
        return call.emit("Flatten", call.value("input"), axis=1)
    rest = [call.size("input", at) for at in range(last + 1, rank)]
    return call.reshaped(call.value("input"), [*[call.size("input", at) for at in range(first)], -1, *rest])


def unflatten(call: Call) -> str:
    """One axis as several."""
    at = call.axis(call["dim"])
    sizes = [call.size("input", place) for place in range(call.rank())]
    return call.reshaped(call.value("input"), [*sizes[:at], *call["sizes"], *sizes[at + 1 :]])


def squeeze(call: Call) -> str:
    """Axes of size 1 taken out: those named that are, or all."""
    given = call["dim"]
    places = range(call.rank()) if given is None else [given] if isinstance(given, int) else given
    shape = call.like("input").shape
    gone = sorted({call.axis(at) for at in places if call.rank() and isinstance(shape[at], int) and shape[at] == 1})
    return call.squeezed(call.value("input"), *gone) if gone else call.value("input")


def unsqueeze(call: Call) -> str:
    """An axis of size 1 put in."""
    return call.unsqueezed(call.value("input"), call["dim"] % (call.rank() + 1))


def permute(call: Call) -> str:
    """The axes in another order."""
    return call.emit("Transpose", call.value("input"), perm=[call.axis(at) for at in call["dims"]])


def swapped(first: Any, second: Any) -> Handler:
    """Two axes that change their places: numbers, or the names of arguments."""

    def handle(call: Call) -> str:
        rank = call.rank()
        if rank < 2:
            return call.value("input")
        order = [*range(rank)]
        a, b = (call.axis(call[at] if isinstance(at, str) else at) for at in (first, second))
        order[a], order[b] = b, a
        return call.emit("Transpose", call.value("input"), perm=order)

    return handle


def movedim(call: Call) -> str:
    """Axes brought to other places."""
    source, target = ([*each] if isinstance(each, Sequence) else [each] for each in (call["source"], call["destination"]))
    source, target = [call.axis(at) for at in source], [call.axis(at) for at in target]
    order, rest = [-1] * call.rank(), [at for at in range(call.rank()) if at not in source]
    for old, new in zip(source, target, strict=True):
        order[new] = old
    return call.emit("Transpose", call.value("input"), perm=[rest.pop(0) if at < 0 else at for at in order])


def expand(call: Call) -> str:
    """Axes of size 1 stretched; −1 leaves one as it is."""
    wanted = call["size"]
    more = len(wanted) - call.rank()
    sizes = [call.size("input", at - more) if isinstance(size, int) and size == -1 else size for at, size in enumerate(wanted)]
    return call.emit("Expand", call.value("input"), call.sizes(sizes))


def expand_as(call: Call) -> str:
    """A value stretched to the shape of another."""
    return call.emit("Expand", call.value("input"), call.sizes([call.size("other", at) for at in range(call.rank("other"))]))


def repeat(call: Call) -> str:
    """Copies behind one another, along each axis so many."""
    times = call["repeats"] if call["repeats"] is not None else call["dims"]
    more, x = len(times) - call.rank(), call.value("input")
    if more > 0:
        x = call.unsqueezed(x, *range(more))
    return call.emit("Tile", x, call.sizes([*[1] * max(-more, 0), *times]))


def repeat_interleave(call: Call) -> str:
    """Each place of an axis so many times."""
    times = call["repeats"]
    if not isinstance(times, int):
        raise Left
    x, rank = call.value("input"), call.rank()
    sizes = [call.size("input", at) for at in range(rank)]
    if call["dim"] is None:
        x, sizes, rank = call.reshaped(x, [-1]), [-1], 1
        at = 0
    else:
        at = call.axis(call["dim"])
    stretched = call.emit(
        "Tile", call.unsqueezed(x, at + 1), call.ints(*[times if axis == at + 1 else 1 for axis in range(rank + 1)])
    )
    if isinstance(sizes[at], int) and sizes[at] >= 0:
        return call.reshaped(stretched, [*sizes[:at], sizes[at] * times, *sizes[at + 1 :]])
    return call.reshaped(stretched, [*sizes[:at], -1, *sizes[at + 1 :]])


def cat(call: Call) -> str:
    """Values behind one another along an axis; empty ones, as PyTorch lets stand among them, are left out."""
    given = [one for one in call["tensors"] if [*call.like(one).shape] != [0]]
    rank = call.rank(given[0])
    return call.emit("Concat", *(call.cast(one, call.out.dtype) for one in given), axis=(call["dim"] or 0) % rank)


def stack(call: Call) -> str:
    """Values side by side along an axis of their own."""
    axis = (call["dim"] or 0) % (call.rank(call["tensors"][0]) + 1)
    return call.emit("Concat", *(call.unsqueezed(call.cast(one, call.out.dtype), axis) for one in call["tensors"]), axis=axis)


HANDLERS: dict[str, Handler] = {
    "view": view,
    "reshape": view,
    "_unsafe_view": view,
    "view_copy": view,
    "view_as": as_result,
    "reshape_as": as_result,
    "flatten": flatten,
    "unflatten": unflatten,
    "squeeze": squeeze,
    "unsqueeze": unsqueeze,
    "permute": permute,
    "transpose": swapped("dim0", "dim1"),
    "swapaxes": swapped("axis0", "axis1"),
    "t": swapped(0, 1),
    "numpy_T": lambda call: call.emit("Transpose", call.value("input"), perm=[*range(call.rank())][::-1]),
    "mT": swapped(-2, -1),
    "adjoint": swapped(-2, -1),
    "movedim": movedim,
    "expand": expand,
    "broadcast_to": expand,
    "expand_as": expand_as,
    "repeat": repeat,
    "tile": repeat,
    "repeat_interleave": repeat_interleave,
    "cat": cat,
    "concat": cat,
    "stack": stack,
}
"""How each op of layout becomes nodes."""
