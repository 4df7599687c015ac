"""Windows that slide over the sides of a signal, an image or a volume: the geometry that convolution and pooling share."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from costmodel.algebra import Num, ceil_div, equal, floor_div, maximum, minimum, prod
from costmodel.cost import Condition
from costmodel.ops.fields import Misfit, spoken
from costmodel.tensor import DIMENSIONS, Tensor


class Window(NamedTuple):
    """What moving a window gives: the output's sides by name, the positions under the window, the conditions."""

    sides: dict[str, Num]
    taps: Num
    given: Sequence[Condition]


def a_side(sides: Sequence[str], field: str, value: Any) -> Sequence[Any]:
    """A field's value for each side, written once for all or one a side; raises `Misfit` for another number of them."""
    if not isinstance(value, list):
        return [value] * len(sides)
    if equal(len(value), len(sides)):
        return value
    text = "{} takes one value for all sides or one a side ({}), and is {}"
    raise Misfit(text, field, ", ".join([DIMENSIONS[side] for side in sides]), spoken(value))


def by_side(x: Tensor, field: str, value: Any) -> dict[str, Any]:
    """A field's value for each side of `x`, by name."""
    return dict(zip(x.sides, a_side(x.sides, field, value), strict=True))


def both_ends(value: Any) -> Num:
    """A padding of one side in all: the same at both ends, or `[before, after]`."""
    return value[0] + value[1] if isinstance(value, list) else 2 * value


def before(size: Num, windows: Num, reach: Num, stride: Num, padding: Any) -> Num:
    """How far before a side its first window starts: the padding there, of `same` the smaller half of what it adds.

    `size` is the side over which `windows` windows of `reach` positions slide, and which a transposed window gives.
    """
    if isinstance(padding, str):
        return 0 if equal(padding, "valid") else floor_div(maximum((windows - 1) * stride + reach - size, 0), 2)
    return padding[0] if isinstance(padding, list) else padding


def slide(x: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any, *, ceil: bool = False) -> Window:
    """Slide a `kernel` over all sides of `x`.

    Output size `⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1`. With `ceil` it is rounded up, as
    long as the last window still starts inside the input or the padding before it (PyTorch's `ceil_mode`, and Caffe's
    pooling). Padding `same` gives `⌈size / stride⌉` as TensorFlow defines it, `same_torch` the size itself at stride 1.
    """
    names, dims = x.sides, x.dims
    kernels, strides = a_side(names, "kernel", kernel), a_side(names, "stride", stride)
    dilations, taps = a_side(names, "dilation", dilation), prod(kernels)
    if type(padding) is str:
        if equal(padding, "same"):
            return Window({name: ceil_div(dims[name], s) for name, s in zip(names, strides)}, taps, ())  # noqa: B905 - alike by `a_side`
        if equal(padding, "same_torch"):
            return Window({name: dims[name] for name in names}, taps, [_unstrided(s) for s in strides])
        padding = 0
    along = _rounded_up if ceil else _rounded_down
    sides, given = {}, []
    for name, k, s, p, d in zip(names, kernels, strides, a_side(names, "padding", padding), dilations):  # noqa: B905 - alike by `a_side`
        sides[name], fits = along(name, dims[name], d * (k - 1) + 1, s, p)
        given.append(fits)
    return Window(sides, taps, given)


def _unstrided(stride: Num) -> Condition:
    return (equal(stride, 1), "padding same_torch keeps the size and needs a stride of 1, and the stride is {}", stride)


def _rounded_down(side: str, size: Num, reach: Num, stride: Num, padding: Any) -> tuple[Num, Condition]:
    margin = both_ends(padding)
    room = size + margin
    fits = (room >= reach, _FITS[side], reach, size, margin)
    return floor_div(room - reach, stride) + 1, fits


def _rounded_up(side: str, size: Num, reach: Num, stride: Num, padding: Any) -> tuple[Num, Condition]:
    before, after = padding if isinstance(padding, list) else (padding, padding)
    margin = before + after
    fits = (size + margin + stride > reach, _FITS_NEARLY[side], reach, size, margin, stride)
    # either the first window to reach the end is the last, or the last one to start before the padding after
    return ceil_div(size + before + minimum(after + stride - reach, 0), stride), fits


_FITS = {side: f"the window ({{}}) must fit into the padded {name} ({{}} + {{}})" for side, name in DIMENSIONS.items()}
_FITS_NEARLY = {
    side: f"the window ({{}}) must end less than a stride beyond the padded {name} ({{}} + {{}}, stride {{}})"
    for side, name in DIMENSIONS.items()
}


def spread(x: Tensor, kernel: Any, stride: Any, padding: Any, output_padding: Any, dilation: Any) -> Window:
    """Set a `kernel` down at every position of `x`, `stride` apart: the transpose of sliding it.

    Output size `(size − 1)·stride − (before + after) + dilation·(kernel − 1) + output_padding + 1` as PyTorch defines it;
    padding `same` gives `size·stride` and `valid` `size·stride + max(dilation·(kernel − 1) + 1 − stride, 0)`, as
    TensorFlow defines them.
    """
    names = x.sides
    kernels, strides = a_side(names, "kernel", kernel), a_side(names, "stride", stride)
    dilations, extras = a_side(names, "dilation", dilation), a_side(names, "output_padding", output_padding)
    paddings = a_side(names, "padding", padding)
    sides = {}
    given: list[Condition] = []
    for name, k, s, d, extra, p in zip(names, kernels, strides, dilations, extras, paddings, strict=True):
        size, reach = x.dims[name], d * (k - 1) + 1
        if isinstance(p, str):
            sides[name] = size * s if equal(p, "same") else size * s + maximum(reach - s, 0)
            given.append((equal(extra, 0), _NO_EXTRA, extra, p))
        else:
            cut = both_ends(p)
            grown = (size - 1) * s + reach + extra
            sides[name] = grown - cut
            given.append((extra < maximum(s, d), _EXTRA, extra, s, d))
            given.append((grown > cut, _LEAVES[name], cut, grown))
    return Window(sides, prod(kernels), given)


_NO_EXTRA = "output_padding ({}) goes with a padding in numbers, and the padding is {}"
_EXTRA = "output_padding ({}) must be smaller than the stride ({}) or the dilation ({})"
_LEAVES = {
    side: f"padding cuts {{}} off the output's {name}, and must leave some of its {{}}" for side, name in DIMENSIONS.items()
}
