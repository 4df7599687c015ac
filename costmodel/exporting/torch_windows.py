"""Convolutions and pools as PyTorch spells them."""

from collections.abc import Callable
from typing import Any

from costmodel.exporting.spelling import Op, Spelled


def number(value: Any) -> str:
    """A number, or one a side where they are not all the same."""
    if isinstance(value, list) and len(set(value)) == 1:
        return str(value[0])
    return f"({', '.join(map(str, value))})" if isinstance(value, list) else str(value)


def _padded(op: Op, *, fill: str = "") -> tuple[str, str]:
    """What enters a window, padded beforehand where a module cannot, and the module's own padding."""
    padding = op.field("padding")
    sides = padding if isinstance(padding, list) else [padding]
    if not any(isinstance(one, str | list) for one in sides):
        return op.inputs[0], f", padding={number(padding)}" if padding else ""
    starts, ends = op.pads()
    if starts == ends:
        return op.inputs[0], f", padding={number(starts)}" if any(starts) else ""
    return _around(op.inputs[0], starts, ends, fill), ""


def _around(x: str, starts: list[int], ends: list[int], fill: str = "") -> str:
    """What enters, with something around it; PyTorch names the last side first."""
    around = [str(end) for pair in zip(reversed(starts), reversed(ends), strict=True) for end in pair]
    return f"F.pad({x}, ({', '.join(around)}){fill})"


def _options(op: Op, *names: str) -> str:
    """The fields that are not 1, each as an argument."""
    return "".join(f", {name}={number(op.field(name))}" for name in names if op.field(name) not in (1, None))


def conv(op: Op) -> Spelled:
    """A convolution."""
    x, padding = _padded(op)
    options = _options(op, "stride") + padding + _options(op, "dilation", "groups")
    bias = "" if op.field("bias") else ", bias=False"
    return Spelled(f"nn.Conv{op.rank}d({op.x.c}, {op.y.c}, {number(op.field('kernel'))}{options}{bias})", f"{{m}}({x})")


def depthwise(op: Op) -> Spelled:
    """A convolution with as many groups as channels."""
    x, padding = _padded(op)
    options = _options(op, "stride") + padding + _options(op, "dilation") + f", groups={op.x.c}"
    bias = "" if op.field("bias") else ", bias=False"
    return Spelled(f"nn.Conv{op.rank}d({op.x.c}, {op.y.c}, {number(op.field('kernel'))}{options}{bias})", f"{{m}}({x})")


def separable(op: Op) -> Spelled:
    """Two convolutions."""
    x, padding = _padded(op)
    between = op.x.c * op.field("multiplier")
    options = _options(op, "stride") + padding + _options(op, "dilation") + f", groups={op.x.c}, bias=False"
    deep = f"nn.Conv{op.rank}d({op.x.c}, {between}, {number(op.field('kernel'))}{options})"
    wide = f"nn.Conv{op.rank}d({between}, {op.y.c}, 1{'' if op.field('bias') else ', bias=False'})"
    return Spelled(f"nn.Sequential({deep}, {wide})", f"{{m}}({x})")


def conv_transpose(op: Op) -> Spelled:
    """A transposed convolution; what a padding in words leaves is cut out."""
    padding = op.field("padding")
    is_plain = not any(isinstance(one, str | list) for one in (padding if isinstance(padding, list) else [padding]))
    extra = op.field("output_padding")
    options = _options(op, "stride") + (f", padding={number(padding)}" if is_plain and padding else "")
    options += (f", output_padding={number(extra)}" if extra and is_plain else "") + _options(op, "groups")
    options += ("" if op.field("bias") else ", bias=False") + _options(op, "dilation")
    made = f"nn.ConvTranspose{op.rank}d({op.x.c}, {op.y.c}, {number(op.field('kernel'))}{options})"
    if is_plain:
        return Spelled(made, f"{{m}}({op.inputs[0]})")
    starts, ends = op.pads()
    return Spelled(made, _around(f"{{m}}({op.inputs[0]})", [-start for start in starts], [-end for end in ends]))


def pool(name: str, fill: str = "") -> Callable[[Op], Spelled]:
    """A window that keeps the largest value, or averages."""

    def write(op: Op) -> Spelled:
        starts, ends = op.pads()
        kernels = op.sides("kernel")
        is_wide = any(2 * end > k for end, k in zip([*starts, *ends], [*kernels, *kernels], strict=True))
        x, padding = (_around(op.inputs[0], starts, ends, fill), "") if is_wide else _padded(op, fill=fill)
        stride = "" if op.field("stride") is None else f", stride={number(op.field('stride'))}"
        options = stride + padding + ("" if name == "avg" else _options(op, "dilation"))
        options += ", ceil_mode=True" if op.field("ceil") and not is_wide else ""
        return Spelled("", f"F.{name}_pool{op.rank}d({x}, {number(op.field('kernel'))}{options})")

    return write


def adaptive(name: str) -> Callable[[Op], Spelled]:
    """Windows spread evenly; one of them is over everything."""

    def write(op: Op) -> Spelled:
        out = op.field("out") if "out" in op.line.rule.fields else 1
        return Spelled("", f"F.adaptive_{name}_pool{op.rank}d({op.inputs[0]}, {number(out)})")

    return write


OPS: dict[str, Callable[[Op], Spelled]] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), conv),
    "depthwise": depthwise,
    "separable": separable,
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), conv_transpose),
    "max_pool": pool("max", ', value=float("-inf")'),
    "avg_pool": pool("avg"),
    **dict.fromkeys(("adaptive_max_pool", "global_max_pool"), adaptive("max")),
    **dict.fromkeys(("adaptive_avg_pool", "global_avg_pool"), adaptive("avg")),
}
"""How each op of a window is spelled."""
