"""Pooling."""

from typing import Any

from costmodel.algebra import Num, gcd, prod
from costmodel.cost import Cost
from costmodel.ops.fields import Flag, Padding, Sides
from costmodel.ops.inputs import Spatial
from costmodel.ops.registry import op
from costmodel.ops.window import Window, by_side, slide
from costmodel.tensor import Tensor


@op
def max_pool(
    x: Spatial, *, kernel: Sides, stride: Sides = None, padding: Padding = 0, dilation: Sides = 1, ceil: Flag = False
) -> tuple[Tensor, Cost]:
    """Keep the largest value under each window; the stride is the kernel unless given.

    Output n·c·h'·w'; kh·kw − 1 comparisons an output value, padded positions counted like all others. `ceil` keeps a last
    window that overhangs, as long as it starts inside the input or the padding before it (PyTorch's `ceil_mode`; Caffe's
    pooling, as in SqueezeNet and GoogLeNet).
    """
    y, window = _pooled(x, kernel, stride, padding, dilation, ceil)
    return y, Cost(cmp=y.size * (window.taps - 1), given=tuple(window.given))


@op
def avg_pool(
    x: Spatial, *, kernel: Sides, stride: Sides = None, padding: Padding = 0, ceil: Flag = False
) -> tuple[Tensor, Cost]:
    """Average the values under each window; the stride is the kernel unless given.

    Output n·c·h'·w'; kh·kw − 1 additions and one multiplication an output value, padded positions counted too, whether or
    not the mean counts them (PyTorch's `count_include_pad` changes a divisor, no count). `ceil` as of `max_pool`.
    """
    y, window = _pooled(x, kernel, stride, padding, 1, ceil)
    return y, Cost(add=y.size * (window.taps - 1), mul=y.size, given=tuple(window.given))


@op
def global_max_pool(x: Spatial) -> tuple[Tensor, Cost]:
    """Keep each channel's largest value. Output n·c·1·1; h·w − 1 comparisons a channel."""
    y, under = _over_all(x)
    return y, Cost(cmp=under - y.size)


@op
def global_avg_pool(x: Spatial) -> tuple[Tensor, Cost]:
    """Average each channel's whole map. Output n·c·1·1; h·w − 1 additions and one multiplication a channel."""
    y, under = _over_all(x)
    return y, Cost(add=under - y.size, mul=y.size)


@op
def adaptive_max_pool(x: Spatial, *, out: Sides) -> tuple[Tensor, Cost]:
    """Keep the largest value under each of `out` windows a side, spread evenly over the input.

    Output n·c·out·out; comparisons as the additions of `adaptive_avg_pool`.
    """
    y, under = _adapted(x, out)
    return y, Cost(cmp=under - y.size)


@op
def adaptive_avg_pool(x: Spatial, *, out: Sides) -> tuple[Tensor, Cost]:
    """Average the values under each of `out` windows a side, spread evenly over the input.

    Output n·c·out·out. Window i of a side covers ⌊i·h/out⌋ … ⌈(i + 1)·h/out⌉ (PyTorch): neighbours share a position unless
    one ends where the next starts, so all windows of a side hold h + out − gcd(h, out) positions. One addition for each
    position under each window but the first, and one multiplication an output value.
    """
    y, under = _adapted(x, out)
    return y, Cost(add=under - y.size, mul=y.size)


def _pooled(x: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: Any) -> tuple[Tensor, Window]:
    window = slide(x, kernel, kernel if stride is None else stride, padding, dilation, ceil=ceil)
    return x.but(**window.sides), window


def _over_all(x: Tensor) -> tuple[Tensor, Num]:
    """The output of one window over everything, and the values under all windows."""
    return x.but(**dict.fromkeys(x.sides, 1)), x.size


def _adapted(x: Tensor, out: Any) -> tuple[Tensor, Num]:
    """The output of windows spread evenly, and the values under all windows."""
    sizes = by_side(x, "out", out)
    under = [x.dims[side] + size - gcd(x.dims[side], size) for side, size in sizes.items()]
    return x.but(**sizes), x.n * x.c * prod(under)
