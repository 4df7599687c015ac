"""Norms and activations in ONNX."""

from math import prod
from typing import Any

from costmodel.exporting.run import Run, Writer
from costmodel.exporting.taken import axis


def batch_norm(run: Run) -> str:
    """Scale and shift by fixed statistics."""
    scale, shift = (run.parameter([run.x.c], kind, like=like) for kind, like in (("weight", "scale"), ("bias", "shift")))
    mean = run.parameter([run.x.c], "running_mean", like="shift", learned=False)
    variance = run.parameter([run.x.c], "running_var", like="variance", learned=False)
    return _by_channel(run, "BatchNormalization", [scale, shift, mean, variance])


def _by_channel(run: Run, op: str, more: list[str], **options: Any) -> str:
    """A norm that ONNX has for n×c×… : channels that are last are brought there, and a vector gets a side of 1."""
    x, name = run.x, run.inputs[0]
    if x.has("t"):
        order = [0, len(x.dims) - 1, *range(1, len(x.dims) - 1)]
        found = run.model.node(op, [run.swapped(name, order, "turned"), *more], f"{run.at}/norm", **options)
        turned = run.model.said(found, [x.shape[place] for place in order])
        return run.swapped(turned, [0, *range(2, len(order)), 1], "")
    if len(x.dims) == 2 and op != "BatchNormalization":
        found = run.model.node(op, [run.reshaped(name, [*x.shape, 1], "signal"), *more], f"{run.at}/norm", **options)
        return run.reshaped(run.model.said(found, [*x.shape, 1]), [*x.shape], "")
    return run.model.node(op, [name, *more], run.at, **options)


def layer_norm(run: Run) -> str:
    """Mean 0 and variance 1 over some dimensions, which are brought to the end where they are not there."""
    x, over = run.x, run.field("over")
    over = [over] if isinstance(over, str) else [*over]
    names = [*x.dims]
    order = [*(name for name in names if name not in over), *(name for name in names if name in over)]
    shape = [x.dims[name] for name in order if name in over]
    turned = order != names
    places = [names.index(name) for name in order]
    name = run.swapped(run.inputs[0], places, "turned") if turned else run.inputs[0]
    learned = run.field("affine")
    more = [run.parameter(shape, "weight", like="scale") if learned else run.model.ones(shape, f"{run.at}.ones")]
    if run.line.op == "rms_norm":
        found = run.node("RMSNormalization", *more, of=[name], part="norm" if turned else "", axis=-len(shape), since=23)
    else:
        more += [run.parameter(shape, "bias", like="shift")] if learned and run.field("bias") else []
        found = run.node("LayerNormalization", *more, of=[name], part="norm" if turned else "", axis=-len(shape))
    return run.swapped(found, [places.index(place) for place in range(len(places))], "") if turned else found


def group_norm(run: Run) -> str:
    """Mean 0 and variance 1 of each group of channels."""
    return _by_channel(run, "GroupNormalization", _scales(run), num_groups=run.field("groups"), since=21)


def instance_norm(run: Run) -> str:
    """Mean 0 and variance 1 of each channel."""
    return _by_channel(run, "InstanceNormalization", _scales(run))


def _scales(run: Run) -> list[str]:
    """A scale and a shift a channel; 1 and 0 where nothing is learned."""
    if run.field("affine"):
        return [run.parameter([run.x.c], "weight", like="scale"), run.parameter([run.x.c], "bias", like="shift")]
    return [run.constant([value] * run.x.c, name) for value, name in ((1.0, "ones"), (0.0, "zeros"))]


def softmax(run: Run) -> str:
    """Shares of 1 along a dimension."""
    return run.node("Softmax", axis=axis(run.x, run.field("axis")))


def relu6(run: Run) -> str:
    """Each value clipped to 0 … 6."""
    return run.node("Clip", run.model.scalar(0, f"{run.at}.min"), run.model.scalar(6, f"{run.at}.max"))


def prelu(run: Run) -> str:
    """A learned slope for all, or one a channel."""
    x = run.x
    behind = len(x.dims) - axis(x, "c") - 1
    shape = [1] if run.field("shared") else [x.c, *[1] * behind]
    return run.node("PRelu", run.parameter(shape, "weight", like="shift"))


def silu(run: Run) -> str:
    """Each value times its sigmoid."""
    return run.node("Mul", run.node("Sigmoid", part="sigmoid"))


def hardsigmoid(run: Run) -> str:
    """relu6(x + 3)/6."""
    return run.node("HardSigmoid", alpha=1 / 6, beta=0.5)


def local_norm(run: Run) -> str:
    """LRN of a tensor with its channels second; runtimes know odd numbers of neighbours alone, and others are written out."""
    x, size, at = run.x, run.field("size"), axis(run.x, "c")
    if size % 2 and at == 1 and len(x.dims) == 4:
        return run.node("LRN", size=size)
    before, behind = prod(x.shape[:at]), prod(x.shape[at + 1 :])
    if size % 2:
        seen = run.reshaped(run.inputs[0], [before, x.c, 1, behind], "seen")
        return run.reshaped(run.node("LRN", of=[seen], part="norm", size=size), [*x.shape], "")
    seen = run.reshaped(run.inputs[0], [before, 1, x.c, behind], "seen")
    window: dict[str, Any] = {"kernel_shape": [size, 1], "pads": [(size - 1) // 2, 0, size // 2, 0], "count_include_pad": 1}
    squares = run.node("AveragePool", of=[run.node("Mul", of=[seen, seen], part="squares")], part="mean", **window)
    scaled = run.node("Mul", run.model.scalar(1e-4, f"{run.at}.alpha"), of=[squares], part="scaled")
    around = run.node("Add", run.model.scalar(1, f"{run.at}.k"), of=[scaled], part="around")
    power = run.node("Pow", run.model.scalar(0.75, f"{run.at}.beta"), of=[around], part="power")
    return run.reshaped(run.node("Div", of=[seen, power], part="norm"), [*x.shape], "")


def alone(op: str, since: int = 1) -> Writer:
    """An op of its own in ONNX."""
    return lambda run: run.node(op, since=since)


WRITERS: dict[str, Writer] = {
    "local_norm": local_norm,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "rms_norm": layer_norm,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "softmax": softmax,
    "relu": alone("Relu"),
    "relu6": relu6,
    "prelu": prelu,
    "elu": alone("Elu"),
    "sigmoid": alone("Sigmoid"),
    "tanh": alone("Tanh"),
    "silu": silu,
    "gelu": alone("Gelu", since=20),
    "hardsigmoid": hardsigmoid,
    "hardswish": alone("HardSwish"),
}
"""How each op that computes on values is written."""
