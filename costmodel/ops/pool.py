"""Pooling."""

from typing import Any

from costmodel.cost import Cost
from costmodel.ops.fields import Padding, Pair
from costmodel.ops.registry import op
from costmodel.ops.window import Window, slide
from costmodel.tensor import Tensor


@op
def max_pool(x: Tensor, *, kernel: Pair, stride: Pair = None, padding: Padding = 0, dilation: Pair = 1) -> tuple[Tensor, Cost]:
    """Keep the largest value under each window; the stride is the kernel unless given.

    Output n·c·h'·w'; kh·kw − 1 comparisons an output value, padded positions counted like all others.
    """
    y, window = _pooled(x, kernel, stride, padding, dilation)
    return y, Cost(cmp=y.size * (window.taps - 1), given=window.given)


@op
def avg_pool(x: Tensor, *, kernel: Pair, stride: Pair = None, padding: Padding = 0) -> tuple[Tensor, Cost]:
    """Average the values under each window; the stride is the kernel unless given.

    Output n·c·h'·w'; kh·kw − 1 additions and one multiplication an output value, padded positions counted too.
    """
    y, window = _pooled(x, kernel, stride, padding, 1)
    return y, Cost(add=y.size * (window.taps - 1), mul=y.size, given=window.given)


@op
def global_avg_pool(x: Tensor) -> tuple[Tensor, Cost]:
    """Average each channel's whole map. Output n·c·1·1; h·w − 1 additions and one multiplication a channel."""
    y = x.but(h=1, w=1)
    return y, Cost(add=y.size * (x.h * x.w - 1), mul=y.size)


def _pooled(x: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any) -> tuple[Tensor, Window]:
    window = slide(x, kernel, kernel if stride is None else stride, padding, dilation)
    return x.but(h=window.h, w=window.w), window
