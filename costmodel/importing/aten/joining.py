"""Ops of ATen that make one value of many, and norms."""

from collections.abc import Sequence
from math import prod
from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def axes_of(call: Call, name: str = "dim") -> list[int]:
    """The axes that are said, all of them where none is."""
    given = call[name]
    if given is None or given == []:
        return [*range(call.rank())]
    return [call.axis(at) for at in (given if isinstance(given, Sequence) else [given])]


def reduced(op: str) -> Handler:
    """One value of some axes."""

    def handle(call: Call) -> str:
        return _reduced(call, op, call.cast("input", call.out.dtype))

    return handle


def _reduced(call: Call, op: str, x: str, axes: list[int] | None = None, *, keeps: bool | None = None) -> str:
    places = axes_of(call) if axes is None else axes
    keeps = bool(call["keepdim"]) if keeps is None else keeps
    return call.emit(op, x, *([call.ints(*places)] if places else []), keepdims=int(keeps))


def extreme(op: str) -> Handler:
    """The largest or the least: of all, of two tensors, or of an axis with its places."""

    def handle(call: Call) -> Any:
        if call["other"] is not None:
            return call.emit(op, call.cast("input", call.out.dtype), call.cast("other", call.out.dtype))
        found = _reduced(call, f"Reduce{op}", call.value("input"))
        if call["dim"] is None:
            return found
        places: list[str | None] = [None]
        if any(user.args[1] == 1 for user in call.node.users):
            places = [_place(call, f"Arg{op}")]
        return [found, *places]

    return handle


def _place(call: Call, op: str) -> str:
    return call.emit(op, call.value("input"), axis=call.axis(call["dim"]), keepdims=int(bool(call["keepdim"])))


def arg(op: str) -> Handler:
    """The place of the largest or the least."""

    def handle(call: Call) -> str:
        if call["dim"] is not None:
            return _place(call, op)
        flat = call.reshaped(call.value("input"), [-1])
        return call.emit(op, flat, axis=0, keepdims=0)

    return handle


def any_or_all(op: str) -> Handler:
    """Whether any is true, or all are."""

    def handle(call: Call) -> str:
        import torch

        truths = call.converted(call.cast("input", torch.bool), "bool", "int32")
        return call.converted(_reduced(call, op, truths), "int32", "bool")

    return handle


def spread(call: Call, *, root: bool = False, with_mean: bool = False) -> Any:
    """Variance, or its root: the mean square of what is left after the mean."""
    axes, x = axes_of(call), call.value("input")
    sizes = [call.like("input").shape[at] for at in axes]
    correction = call["correction"] if "correction" in call.arguments else 1 if call["unbiased"] is not False else 0
    correction = 1 if correction is None else correction
    mean = _reduced(call, "ReduceMean", x, axes, keeps=True)
    left = call.emit("Sub", x, mean)
    found = _reduced(call, "ReduceMean", call.emit("Mul", left, left), axes)
    if correction:
        if not all(isinstance(size, int) for size in sizes) or prod(sizes) <= correction:
            raise Left
        found = call.emit("Mul", found, call.number(prod(sizes) / (prod(sizes) - correction), call.out.dtype))
    found = call.emit("Sqrt", found) if root else found
    if not with_mean:
        return found
    return [found, mean if call["keepdim"] else call.squeezed(mean, *axes)]


def vector_norm(call: Call) -> str:
    """The norm of some axes: ONNX has those of the first and the second order."""
    order = 2 if call["ord"] is None and call["p"] is None else call["ord"] if call["ord"] is not None else call["p"]
    if order not in (1, 2):
        raise Left
    return _reduced(call, f"ReduceL{int(order)}", call.cast("input", call.out.dtype))


def weight_norm(call: Call) -> str:
    """A weight by its direction and its length: of all axes but one."""
    kept = call["dim"]
    axes = [at for at in range(call.rank("v")) if at != kept % call.rank("v")] if kept != -1 else [*range(call.rank("v"))]
    length = call.emit("ReduceL2", call.value("v"), call.ints(*axes), keepdims=1)
    return call.emit("Mul", call.value("v"), call.emit("Div", call.value("g"), length))


def softmax(op: str) -> Handler:
    """Softmax, and its logarithm."""

    def handle(call: Call) -> str:
        return call.emit(op, call.cast("input", call.out.dtype), axis=call.axis(call["dim"]))

    return handle


def cumulated(call: Call) -> str:
    """Sums of all values up to each."""
    return call.emit("CumSum", call.cast("input", call.out.dtype), call.number(call.axis(call["dim"]), "int64"))


def largest(call: Call) -> list[str]:
    """The largest values of an axis, and their places."""
    if not isinstance(call["k"], int):
        raise Left
    return call.several(
        "TopK",
        2,
        call.value("input"),
        call.ints(call["k"]),
        axis=call.axis(-1 if call["dim"] is None else call["dim"]),
        largest=int(call["largest"] is not False),
        sorted=1,
    )


# --- norms -------------------------------------------------------------------------------------------------------------


def _or_filled(call: Call, name: str, value: float, shape: Sequence[int]) -> str:
    return call.value(name) if call[name] is not None else call.filled(value, shape, call.like("input").dtype)


def batch_norm(call: Call) -> str:
    """Batch norm with the statistics of the training; with those of what enters where they are of one sample alone."""
    if call["training"] or call["running_mean"] is None:
        return _of_one_sample(call)
    channels = [call.like("running_mean").shape[0]]
    if call["weight"] is None and call["bias"] is None:
        return _standardised(call)
    scale, shift = _or_filled(call, "weight", 1, channels), _or_filled(call, "bias", 0, channels)
    mean, variance = call.value("running_mean"), call.value("running_var")
    return call.emit("BatchNormalization", call.value("input"), scale, shift, mean, variance, epsilon=_epsilon(call))


def _of_one_sample(call: Call) -> str:
    """What a norm by the statistics of its input does to one sample, as networks do to weights: (x − mean)/√(variance + ε)."""
    rank, dtype = call.rank(), call.out.dtype
    if rank < 3 or call.like("input").shape[0] != 1:
        raise Left
    axes, x = [0, *range(2, rank)], call.value("input")
    centred = call.emit("Sub", x, _reduced(call, "ReduceMean", x, axes, keeps=True))
    variance = _reduced(call, "ReduceMean", call.emit("Mul", centred, centred), axes, keeps=True)
    found = call.emit("Div", centred, call.emit("Sqrt", call.emit("Add", variance, call.number(_epsilon(call), dtype))))
    for op, name in (("Mul", "weight"), ("Add", "bias")):
        if call[name] is not None:
            found = call.emit(op, found, call.unsqueezed(call.value(name), *range(1, rank - 1)))
    return found


def _standardised(call: Call) -> str:
    """Batch norm without a learned scale and shift, which would be counted: (x − mean)/√(variance + ε)."""
    axes = range(1, call.rank() - 1)
    mean, variance = call.value("running_mean"), call.value("running_var")
    safe = call.emit("Add", variance, call.number(_epsilon(call), call.like("running_var").dtype))
    factor = call.emit("Reciprocal", call.emit("Sqrt", safe))
    mean, factor = (call.unsqueezed(one, *axes) if axes else one for one in (mean, factor))
    return call.emit("Mul", call.emit("Sub", call.value("input"), mean), factor)


def _epsilon(call: Call) -> float:
    found = call["eps"] if call["eps"] is not None else call["epsilon"]
    if found is None:
        import torch

        return float(torch.finfo(call.like("input").dtype).eps)
    return float(found)


def instance_norm(call: Call) -> str:
    """Instance norm, with the statistics of what enters."""
    if call["use_input_stats"] is False:
        return batch_norm(call)
    channels = [call.like("input").shape[1]]
    scale, shift = _or_filled(call, "weight", 1, channels), _or_filled(call, "bias", 0, channels)
    return call.emit("InstanceNormalization", call.value("input"), scale, shift, epsilon=_epsilon(call))


def group_norm(call: Call) -> str:
    """Group norm."""
    channels, groups = [call.like("input").shape[1]], call["num_groups"] or call["group"]
    scale, shift = _or_filled(call, "weight", 1, channels), _or_filled(call, "bias", 0, channels)
    x = call.value("input")
    return call.emit("GroupNormalization", x, scale, shift, num_groups=groups, epsilon=_epsilon(call))


def layer_norm(op: str) -> Handler:
    """Layer norm and RMS norm: of the last axes."""

    def handle(call: Call) -> str:
        shape = call["normalized_shape"]
        if not all(isinstance(size, int) for size in shape):
            raise Left
        more = [call.value("bias")] if call["bias"] is not None else []
        scale = _or_filled(call, "weight", 1, shape)
        return call.emit(op, call.value("input"), scale, *more, axis=-len(shape), epsilon=_epsilon(call))

    return handle


def _first(handler: Handler, many: int) -> Handler:
    """A handler of an op that gives statistics too, which nothing reads after training."""
    return lambda call: [handler(call), *[None] * (many - 1)]


HANDLERS: dict[str, Handler] = {
    "mean": reduced("ReduceMean"),
    "sum": reduced("ReduceSum"),
    "prod": reduced("ReduceProd"),
    "amax": reduced("ReduceMax"),
    "amin": reduced("ReduceMin"),
    "logsumexp": reduced("ReduceLogSumExp"),
    "max": extreme("Max"),
    "min": extreme("Min"),
    "argmax": arg("ArgMax"),
    "argmin": arg("ArgMin"),
    "any": any_or_all("ReduceMax"),
    "all": any_or_all("ReduceMin"),
    "var": spread,
    "std": lambda call: spread(call, root=True),
    "var_mean": lambda call: spread(call, with_mean=True),
    "std_mean": lambda call: spread(call, root=True, with_mean=True),
    "norm": vector_norm,
    "linalg_vector_norm": vector_norm,
    "_weight_norm": weight_norm,
    "_weight_norm_interface": lambda call: [weight_norm(call), None],
    "softmax": softmax("Softmax"),
    "_softmax": softmax("Softmax"),
    "log_softmax": softmax("LogSoftmax"),
    "_log_softmax": softmax("LogSoftmax"),
    "cumsum": cumulated,
    "topk": largest,
    "batch_norm": batch_norm,
    "_native_batch_norm_legit_no_training": _first(batch_norm, 3),
    "native_batch_norm": _first(batch_norm, 3),
    "_native_batch_norm_legit": _first(batch_norm, 3),
    "instance_norm": instance_norm,
    "group_norm": group_norm,
    "native_group_norm": _first(group_norm, 3),
    "layer_norm": layer_norm("LayerNormalization"),
    "native_layer_norm": _first(layer_norm("LayerNormalization"), 3),
    "rms_norm": layer_norm("RMSNormalization"),
    "_fused_rms_norm": _first(layer_norm("RMSNormalization"), 2),
}
"""How each op that makes one value of many, or normalises, becomes nodes."""
