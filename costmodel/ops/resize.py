"""Ops that change the sides of a tensor: most of them move values and compute nothing."""

from typing import Annotated, Any, TypeAlias

from costmodel.algebra import Num, divides, ratio
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Edges, Misfit, Sides, choice
from costmodel.ops.inputs import Map, Spatial
from costmodel.ops.registry import op
from costmodel.ops.window import both_ends, by_side
from costmodel.tensor import DIMENSIONS, Tensor

_MODES = {
    "signal": {"nearest": (0, 0), "linear": (2, 1)},
    "map": {"nearest": (0, 0), "bilinear": (4, 3), "bicubic": (16, 15)},
    "volume": {"nearest": (0, 0), "trilinear": (8, 7)},
}
"""The multiplications and additions of an output value, by PyTorch's mode for each kind of tensor."""

Mode: TypeAlias = Annotated[str, choice(*dict.fromkeys(mode for modes in _MODES.values() for mode in modes))]
"""How values between those that enter are found."""


@op
def pad(x: Spatial, *, padding: Edges) -> tuple[Tensor, Cost]:
    """Put zeros around the sides.

    Output n·c·(h + top + bottom)·(w + left + right). Nothing is computed; a copy: the input is read once, and the output,
    zeros too, is written once. Free where a convolution pads by itself.
    """
    edges = by_side(x, "padding", padding)
    return x.but(**{side: x.dims[side] + both_ends(edge) for side, edge in edges.items()}), Cost()


@op
def upsample(x: Spatial, *, scale: Sides, mode: Mode = "nearest") -> tuple[Tensor, Cost]:
    """Make each side `scale` times as long; `resize` takes the size itself.

    Output n·c·(scale·h)·(scale·w). `nearest` copies values. An output value is else a weighted sum of 2 values a side, 4
    for `bicubic`, its weights, which hang on the place alone, worked out beforehand: `linear` (of a signal) takes 2
    multiplications and 1 addition a value, `bilinear` (of a map) 4 and 3, `trilinear` (of a volume) 8 and 7, `bicubic` 16
    and 15. PyTorch's `align_corners` changes weights, no counts.
    """
    factors = by_side(x, "scale", scale)
    return _interpolated(x, mode, {side: x.dims[side] * factor for side, factor in factors.items()})


@op
def resize(x: Spatial, *, size: Sides, mode: Mode = "nearest") -> tuple[Tensor, Cost]:
    """Bring the sides to a size, larger or smaller; `upsample` takes the factor.

    Output n·c·size·size; modes and their counts as of `upsample`, the same whether a side grows or shrinks: no values are
    averaged beforehand (PyTorch's `interpolate` without `antialias`).
    """
    return _interpolated(x, mode, by_side(x, "size", size))


@op
def pixel_shuffle(x: Map, *, factor: Count) -> tuple[Tensor, Cost]:
    """Lay factor² channels out as a square of pixels: depth to space (arXiv:1609.05158, section 2.2).

    Output n·(c/factor²)·(h·factor)·(w·factor). Nothing is computed; a copy: each value is read once and written once.
    """
    square = factor * factor
    fits = (divides(square, x.c), "factor ({}) squared must divide the input channels ({})", factor, x.c)
    y = x.but(c=ratio(x.c, square), **{side: x.dims[side] * factor for side in x.sides})
    return y, Cost(given=(fits,))


@op
def pixel_unshuffle(x: Map, *, factor: Count) -> tuple[Tensor, Cost]:
    """Stack each square of factor² pixels as channels: space to depth, the reverse of `pixel_shuffle`.

    Output n·(c·factor²)·(h/factor)·(w/factor). Nothing is computed; a copy: each value is read once and written once.
    """
    fits = [
        (divides(factor, x.dims[side]), f"factor ({{}}) must divide the {DIMENSIONS[side]} ({{}})", factor, x.dims[side])
        for side in x.sides
    ]
    y = x.but(c=x.c * factor * factor, **{side: ratio(x.dims[side], factor) for side in x.sides})
    return y, Cost(given=tuple(fits))


def _interpolated(x: Tensor, mode: Any, sizes: dict[str, Num]) -> tuple[Tensor, Cost]:
    counts = _MODES[x.kind].get(mode)
    if counts is None:
        raise Misfit("mode {} is not for {}, whose modes are {}", mode, x.said, ", ".join(_MODES[x.kind]))
    y = x.but(**sizes)
    multiplications, additions = counts
    return y, Cost(mul=y.size * multiplications, add=y.size * additions)
