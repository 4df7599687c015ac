"""Ops of ATen that take values by their places, and tensors that are made from nothing but a shape."""

from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def embedding(call: Call) -> str:
    """Rows of a table."""
    return call.emit("Gather", call.value("weight"), call.value("indices"), axis=0)


def index_select(call: Call) -> str:
    """Places of an axis."""
    return call.emit("Gather", call.value("input"), call.value("index"), axis=call.axis(call["dim"]))


def gather(call: Call) -> str:
    """For each value of the result the place on an axis that it is taken from."""
    return call.emit("GatherElements", call.value("input"), call.value("index"), axis=call.axis(call["dim"]))


def index(call: Call) -> str:
    """Places given by tensors: of one axis, or of several that are named together."""
    given = [*call["indices"]]
    axes = [at for at, one in enumerate(given) if one is not None]
    places = [call.like(given[at]) for at in axes]
    if any("int" not in str(one.dtype) for one in places):
        raise Left  # how many there are hangs on numbers
    if len(axes) == 1:
        return call.emit("Gather", call.value("input"), call.value(given[axes[0]]), axis=axes[0])
    return _from_several(call, [given[at] for at in axes], axes)


def _from_several(call: Call, given: list[Any], axes: list[int]) -> str:
    """Places of several axes: these brought to the front, and back behind those before them."""
    import torch

    rank = call.rank()
    shape = [*torch.broadcast_shapes(*(call.like(one).shape for one in given))]
    if axes != [*range(axes[0], axes[0] + len(axes))] or not all(isinstance(size, int) for size in shape):
        raise Left
    rest = [at for at in range(rank) if at not in axes]
    x = call.value("input")
    x = call.emit("Transpose", x, perm=[*axes, *rest]) if axes[0] else x
    stretched = [call.emit("Expand", call.cast(one, torch.int64), call.ints(*shape)) for one in given]
    places = call.emit("Concat", *(call.unsqueezed(one, len(shape)) for one in stretched), axis=-1)
    found = call.emit("GatherND", x, places)
    if not axes[0]:
        return found
    many, before = len(shape), axes[0]
    order = [*range(many, many + before), *range(many), *range(many + before, many + len(rest))]
    return call.emit("Transpose", found, perm=order)


def windows_of_axis(call: Call) -> str:
    """Tensor.unfold: windows of an axis, the places in each behind all other axes."""
    at, size, step = call.axis(call["dimension"]), call["size"], call["step"]
    length = call.like("input").shape[at]
    if not isinstance(length, int):
        raise Left
    many = (length - size) // step + 1
    places = [start * step + place for start in range(many) for place in range(size)]
    if len(places) > 4096:
        raise Left
    found = call.emit("Gather", call.value("input"), call.writer.number(places, "int64", (many, size)), axis=at)
    rank = call.rank() + 1
    order = [axis for axis in range(rank) if axis != at + 1] + [at + 1]
    return call.emit("Transpose", found, perm=order) if order != sorted(order) else found


def triangle(upper: int) -> Handler:
    """Of triu and tril: what lies on one side of a diagonal."""

    def handle(call: Call) -> str:
        diagonal = call["diagonal"] or 0
        more = [call.number(diagonal, "int64")] if diagonal else []
        return call.emit("Trilu", call.value("input"), *more, upper=upper)

    return handle


def filled(value: Any) -> Handler:
    """A tensor that is one number throughout, of the shape of the result."""

    def handle(call: Call) -> Any:
        number = call[value] if isinstance(value, str) else value
        like = call["input"] if call["size"] is None else None
        if not isinstance(number, int | float | bool):
            if like is None:
                raise Left
            return call.emit("Expand", call.cast(number, call.out.dtype), _shape_of(call))
        wanted = _shape_of(call) if like is not None else call.sizes(call["size"])
        return call.emit("Expand", call.number(number, call.out.dtype), wanted)

    return handle


def _shape_of(call: Call) -> str:
    return call.sizes([call.size("input", at) for at in range(call.rank())])


def arange(call: Call) -> str:
    """Numbers from one to another, whose count hangs on a size."""
    dtype = call.out.dtype
    start, step = call["start"] or 0, 1 if call["step"] is None else call["step"]
    ends = [_number(call, one, dtype) for one in (start, call["end"], step)]
    return call.emit("Range", *ends)


def _number(call: Call, of: Any, dtype: Any) -> str:
    name = call.cast(of, dtype)
    return call.squeezed(name, 0) if hasattr(of, "meta") and not hasattr(call.like(of), "shape") else name


HANDLERS: dict[str, Handler] = {
    "embedding": embedding,
    "index_select": index_select,
    "gather": gather,
    "index": index,
    "_unsafe_index": index,
    "unfold": windows_of_axis,
    "triu": triangle(1),
    "tril": triangle(0),
    "full": filled("fill_value"),
    "full_like": filled("fill_value"),
    "new_full": filled("fill_value"),
    "fill": filled("value"),
    "zero": filled(0),
    **{f"{word}{more}": filled(0) for word in ("zeros", "empty") for more in ("", "_like")},
    **{f"new_{word}": filled(0) for word in ("zeros", "empty")},
    **{f"{before}ones{behind}": filled(1) for before, behind in (("", ""), ("", "_like"), ("new_", ""))},
    "arange": arange,
    "scalar_tensor": lambda call: call.cast("s", call.out.dtype),
}
"""How each op of places becomes nodes."""
