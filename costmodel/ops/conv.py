"""Convolutions."""

from costmodel.algebra import Num, divides, ratio
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Flag, Padding, Pair
from costmodel.ops.registry import op
from costmodel.ops.window import slide
from costmodel.tensor import Tensor


@op
def conv2d(
    x: Tensor,
    *,
    out: Count,
    kernel: Pair = 1,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    groups: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Slide `out` filters over the image; each output value is a dot product over the window and its group's channels.

    Output n·out·h'·w'; mult-adds n·h'·w'·out·kh·kw·c/groups (ShuffleNetV2, arXiv:1807.11164, section 2), window
    positions that lie on the padding counted like all others; a bias adds one addition an output value.
    """
    window = slide(x, kernel, stride, padding, dilation)
    taps = window.taps * ratio(x.c, groups)
    y = x.but(c=out, h=window.h, w=window.w)
    return y, Cost(
        fma=y.size * taps,
        add=y.size if bias else 0,
        weights=out * taps,
        biases=out if bias else 0,
        given=(
            (divides(groups, x.c), "groups ({}) must divide the input channels ({})", groups, x.c),
            (divides(groups, out), "groups ({}) must divide the output channels ({})", groups, out),
            *window.given,
        ),
    )


@op
def depthwise(
    x: Tensor,
    *,
    kernel: Pair,
    stride: Pair = 1,
    padding: Padding = 0,
    dilation: Pair = 1,
    multiplier: Count = 1,
    bias: Flag = True,
) -> tuple[Tensor, Cost]:
    """Convolve each channel on its own: a grouped convolution with as many groups as channels.

    Output n·(multiplier·c)·h'·w'; mult-adds n·h'·w'·multiplier·c·kh·kw (MobileNet, arXiv:1704.04861, equation 4).
    """
    out: Num = x.c * multiplier
    return conv2d(x, out=out, kernel=kernel, stride=stride, padding=padding, dilation=dilation, groups=x.c, bias=bias)
