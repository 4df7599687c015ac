"""Ops of ATen that treat each value on its own."""

import math
from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def alone(op: str, **attributes: Any) -> Handler:
    """A function of each value that is one node, computed in the data type of the result."""
    return lambda call: call.emit(op, call.cast("input", call.out.dtype), **attributes)


def said(op: str, **names: str) -> Handler:
    """A function of each value with numbers: the attributes of the node, by the names of the arguments."""

    def handle(call: Call) -> str:
        attributes: dict[str, Any] = {name: float(call[word]) for name, word in names.items()}
        return call.emit(op, call.value("input"), **attributes)

    return handle


def chained(*ops: str) -> Handler:
    """Functions of each value, one after the other."""

    def handle(call: Call) -> str:
        x = call.cast("input", call.out.dtype)
        for op in ops:
            x = call.emit(op, x)
        return x

    return handle


def passed_on(call: Call) -> Any:
    """What enters, as it is."""
    return call.writer.values[call["input"]]


def converted(call: Call) -> Any:
    """A conversion, where the data type becomes another."""
    if call.like("input").dtype == call.out.dtype:
        return passed_on(call)
    return call.cast("input", call.out.dtype)


def clip(low: str | float | None, high: str | float | None) -> Handler:
    """Values held between two ends: numbers, or the names of arguments."""

    def handle(call: Call) -> str:
        ends = [call[end] if isinstance(end, str) else end for end in (low, high)]
        x = call.cast("input", call.out.dtype)
        if all(isinstance(end, int | float | None) for end in ends):
            return call.emit("Clip", x, *["" if end is None else call.number(end, call.out.dtype) for end in ends])
        for op, end in zip(("Max", "Min"), ends, strict=True):
            x = x if end is None else call.emit(op, x, call.cast(end, call.out.dtype))
        return x

    return handle


def rectified(call: Call) -> str:
    """The slope of rrelu as it runs after training: between its two."""
    return call.emit("LeakyRelu", call.value("input"), alpha=(call["lower"] + call["upper"]) / 2)


def elu(call: Call) -> str:
    """elu, with scales before and behind: those of selu and celu are ops of their own."""
    alpha, scale, inner = (float(call[word]) for word in ("alpha", "scale", "input_scale"))
    x = call.value("input")
    if inner == 1 and scale == 1:
        return call.emit("Elu", x, alpha=alpha)
    if inner == 1 and math.isclose(alpha, 1.6732632, rel_tol=1e-6) and math.isclose(scale, 1.0507010, rel_tol=1e-6):
        return call.emit("Selu", x)
    if scale == 1 and math.isclose(inner * alpha, 1):
        return call.emit("Celu", x, alpha=alpha)
    raise Left


def prelu(call: Call) -> str:
    """prelu: one slope for all, or one a channel."""
    slope, rank = call.value("weight"), call.rank()
    if call.rank("weight") == 1 and rank > 2:
        slope = call.unsqueezed(slope, *range(1, rank - 1))
    return call.emit("PRelu", call.value("input"), slope)


def softplus(call: Call) -> str:
    """softplus, of values multiplied before and divided behind."""
    beta = call["beta"]
    if beta == 1:
        return call.emit("Softplus", call.value("input"))
    factor = call.number(beta, call.out.dtype)
    return call.emit("Div", call.emit("Softplus", call.emit("Mul", call.value("input"), factor)), factor)


def log_sigmoid(call: Call) -> str:
    """The logarithm of σ(x), −softplus(−x)."""
    return call.emit("Neg", call.emit("Softplus", call.emit("Neg", call.value("input"))))


def shrink(*, moves: bool) -> Handler:
    """Of hardshrink and softshrink: what is near 0 becomes 0; the others move towards it, or stay."""

    def handle(call: Call) -> str:
        at = float(call["lambd"])
        return call.emit("Shrink", call.value("input"), lambd=at, bias=at if moves else 0.0)

    return handle


def threshold(call: Call) -> str:
    """threshold: another value for all that is not above it."""
    x, dtype = call.value("input"), call.out.dtype
    above = call.emit("Greater", x, call.number(call["threshold"], dtype))
    return call.emit("Where", above, x, call.number(call["value"], dtype))


def glu(call: Call) -> str:
    """glu: one half gated by the other."""
    value, gate = call.several("Split", 2, call.value("input"), axis=call.axis(call["dim"]), num_outputs=2)
    return call.emit("Mul", value, call.emit("Sigmoid", gate))


def gelu(call: Call) -> str:
    """gelu, by the error function or by a hyperbolic tangent."""
    return call.emit("Gelu", call.value("input"), approximate=call["approximate"] or "none")


def logarithm(base: float) -> Handler:
    """A logarithm to another base."""

    def handle(call: Call) -> str:
        found = call.emit("Log", call.cast("input", call.out.dtype))
        return call.emit("Mul", found, call.number(1 / math.log(base), call.out.dtype))

    return handle


def with_one(op: str, function: str, *, before: bool) -> Handler:
    """log1p and expm1: a function with 1 added before, or taken off behind."""

    def handle(call: Call) -> str:
        x, one = call.cast("input", call.out.dtype), call.number(1, call.out.dtype)
        return call.emit(function, call.emit(op, x, one)) if before else call.emit(op, call.emit(function, x), one)

    return handle


def square(call: Call) -> str:
    """A value times itself."""
    x = call.value("input")
    return call.emit("Mul", x, x)


_SAME_NAME = (
    "relu sigmoid tanh erf exp log sqrt sin cos tan asin acos atan sinh cosh asinh acosh atanh abs neg floor ceil round sign "
    "reciprocal mish softsign"
)

HANDLERS: dict[str, Handler] = {
    **{name: alone(name.capitalize()) for name in _SAME_NAME.split()},
    "silu": alone("Swish"),
    "hardswish": alone("HardSwish"),
    "hardsigmoid": alone("HardSigmoid", alpha=1 / 6, beta=0.5),
    "selu": alone("Selu"),
    "isnan": lambda call: call.emit("IsNaN", call.value("input")),
    "isinf": lambda call: call.emit("IsInf", call.value("input")),
    "leaky_relu": said("LeakyRelu", alpha="negative_slope"),
    "celu": said("Celu", alpha="alpha"),
    "rsqrt": chained("Sqrt", "Reciprocal"),
    **dict.fromkeys(("clone", "alias", "detach", "contiguous", "dropout", "native_dropout", "feature_dropout"), passed_on),
    **dict.fromkeys(("alpha_dropout", "lift_fresh_copy", "lift", "positive", "resolve_conj", "real"), passed_on),
    **dict.fromkeys(("to", "_to_copy", "type_as", "copy", "float", "half", "double", "int", "long", "bool"), converted),
    "relu6": clip(0, 6),
    "hardtanh": clip("min_val", "max_val"),
    "clamp": clip("min", "max"),
    "clip": clip("min", "max"),
    "clamp_min": clip("min", None),
    "clamp_max": clip(None, "max"),
    "rrelu": rectified,
    "elu": elu,
    "prelu": prelu,
    "_prelu_kernel": prelu,
    "softplus": softplus,
    "log_sigmoid": log_sigmoid,
    "log_sigmoid_forward": lambda call: [log_sigmoid(call), None],
    "hardshrink": shrink(moves=False),
    "softshrink": shrink(moves=True),
    "threshold": threshold,
    "glu": glu,
    "gelu": gelu,
    "log2": logarithm(2),
    "log10": logarithm(10),
    "log1p": with_one("Add", "Log", before=True),
    "expm1": with_one("Sub", "Exp", before=False),
    "square": square,
}
"""How each function of single values becomes nodes."""
