"""Convolutions."""

from typing import Any

from costmodel.algebra import Num, divides, ratio
from costmodel.cost import Condition, Cost
from costmodel.ops.fields import Count, Cropping, Flag, Margins, Padding, Sides
from costmodel.ops.inputs import Map, Signal, Spatial, Volume
from costmodel.ops.registry import op
from costmodel.ops.window import Window, slide, spread
from costmodel.tensor import Tensor


@op
def conv1d(
    x: Signal,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Padding = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Slide `out` filters over a signal c×w; each output value is a dot product over the window and its group's channels.

    Output n·out·w'; mult-adds n·w'·out·k·c/groups, window positions that lie on the padding counted like all others; a
    bias adds one addition an output value.
    """
    return _filtered(x, out, groups, bias, slide(x, kernel, stride, padding, dilation))


@op
def conv2d(
    x: Map,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Padding = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Slide `out` filters over the image; each output value is a dot product over the window and its group's channels.

    Output n·out·h'·w'; mult-adds n·h'·w'·out·kh·kw·c/groups (ShuffleNetV2, arXiv:1807.11164, section 2), window
    positions that lie on the padding counted like all others; a bias adds one addition an output value. Padding `same`
    gives ⌈h/stride⌉ (TensorFlow); `same_torch` keeps the size, and needs a stride of 1 (PyTorch).
    """
    return _filtered(x, out, groups, bias, slide(x, kernel, stride, padding, dilation))


@op
def conv3d(
    x: Volume,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Padding = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Slide `out` filters over a volume c×d×h×w; each output value is a dot product over the window and its group's channels.

    Output n·out·d'·h'·w'; mult-adds n·d'·h'·w'·out·kd·kh·kw·c/groups (C3D, arXiv:1412.0767, section 3), window positions
    that lie on the padding counted like all others; a bias adds one addition an output value.
    """
    return _filtered(x, out, groups, bias, slide(x, kernel, stride, padding, dilation))


@op
def depthwise(
    x: Spatial,
    *,
    kernel: Sides,
    stride: Sides = 1,
    padding: Padding = 0,
    dilation: Sides = 1,
    multiplier: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Convolve each channel on its own: a grouped convolution with as many groups as channels.

    Output n·(multiplier·c)·h'·w'; mult-adds n·h'·w'·multiplier·c·kh·kw (MobileNet, arXiv:1704.04861, equation 4); of a
    signal or a volume over its own sides.
    """
    return _filtered(x, x.c * multiplier, x.c, bias, slide(x, kernel, stride, padding, dilation))


@op
def separable(
    x: Spatial,
    *,
    out: Count,
    kernel: Sides,
    stride: Sides = 1,
    padding: Padding = 0,
    dilation: Sides = 1,
    multiplier: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Convolve each channel on its own, then mix the channels by a 1×1 convolution: `depthwise` and `conv2d` in one op.

    Output n·out·h'·w'; mult-adds n·h'·w'·multiplier·c·(kh·kw + out) (MobileNet, arXiv:1704.04861, equation 5); the bias
    comes at the end, with none between, as in Keras's SeparableConv2D. Costs what the two ops cost, memory access too:
    the map between them is written once and read once.
    """
    between, first = depthwise(
        x, kernel=kernel, stride=stride, padding=padding, dilation=dilation, multiplier=multiplier, bias=False
    )
    y, second = _filtered(between, out, 1, bias, Window({}, 1, ()))
    moved = Cost(read=x.size + between.size, write=between.size + y.size)
    return y, first + second + moved


@op
def conv_transpose1d(
    x: Signal,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Cropping = 0,
    output_padding: Margins = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Spread each value of a signal over a window, weighted by `out` filters, and sum where windows overlap.

    Output n·out·w', w' = (w − 1)·stride − 2·padding + dilation·(k − 1) + output_padding + 1; mult-adds n·c·w·k·out/groups,
    weights c·k·out/groups. All else as `conv_transpose2d`.
    """
    return _spread(x, out, groups, bias, spread(x, kernel, stride, padding, output_padding, dilation))


@op
def conv_transpose2d(
    x: Map,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Cropping = 0,
    output_padding: Margins = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Spread each value of the image over a window, weighted by `out` filters, and sum where windows overlap.

    Output n·out·h'·w', h' = (h − 1)·stride − 2·padding + dilation·(kh − 1) + output_padding + 1 (PyTorch); padding `same`
    gives h·stride, `valid` at least that and all that the windows reach (TensorFlow). Each value that enters meets each of
    its weights once: mult-adds n·c·h·w·kh·kw·out/groups, products that the padding cuts off counted like all others;
    weights c·kh·kw·out/groups; a bias adds one addition an output value (arXiv:1603.07285, section 4).
    """
    return _spread(x, out, groups, bias, spread(x, kernel, stride, padding, output_padding, dilation))


@op
def conv_transpose3d(
    x: Volume,
    *,
    out: Count,
    kernel: Sides = 1,
    stride: Sides = 1,
    padding: Cropping = 0,
    output_padding: Margins = 0,
    dilation: Sides = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Spread each value of a volume over a window, weighted by `out` filters, and sum where windows overlap.

    Output n·out·d'·h'·w', each side as of `conv_transpose2d`; mult-adds n·c·d·h·w·kd·kh·kw·out/groups, weights
    c·kd·kh·kw·out/groups.
    """
    return _spread(x, out, groups, bias, spread(x, kernel, stride, padding, output_padding, dilation))


def _filtered(x: Tensor, out: Num, groups: Num, bias: Any, window: Window) -> tuple[Tensor, Cost]:
    """Each output value sees every position under its window, in its group's channels."""
    taps = window.taps * ratio(x.c, groups)
    y = x.but(c=out, **window.sides)
    return y, Cost(
        fma=y.size * taps,
        add=y.size if bias else 0,
        weights=out * taps,
        biases=out if bias else 0,
        given=(*_grouped(x, out, groups), *window.given),
    )


def _spread(x: Tensor, out: Num, groups: Num, bias: Any, window: Window) -> tuple[Tensor, Cost]:
    """Each input value meets every position of its window, in its group's filters."""
    taps = window.taps * ratio(out, groups)
    y = x.but(c=out, **window.sides)
    return y, Cost(
        fma=x.size * taps,
        add=y.size if bias else 0,
        weights=x.c * taps,
        biases=out if bias else 0,
        given=(*_grouped(x, out, groups), *window.given),
    )


def _grouped(x: Tensor, out: Num, groups: Num) -> tuple[Condition, ...]:
    return (
        (divides(groups, x.c), "groups ({}) must divide the input channels ({})", groups, x.c),
        (divides(groups, out), "groups ({}) must divide the output channels ({})", groups, out),
    )
