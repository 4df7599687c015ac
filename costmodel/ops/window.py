"""Windows that slide over an image: the geometry that convolution and pooling share."""

from typing import Any, NamedTuple

from costmodel.algebra import Num, ceil_div, equal
from costmodel.cost import Condition
from costmodel.tensor import Tensor


class Window(NamedTuple):
    """What sliding a window gives: the output's height and width, the positions under it, the conditions."""

    h: Num
    w: Num
    taps: Num
    given: tuple[Condition, ...]


def pair(value: Any) -> tuple[Any, Any]:
    """One value for both axes, or `[height, width]`."""
    return (value[0], value[1]) if isinstance(value, list) else (value, value)


def slide(x: Tensor, kernel: Any, stride: Any, padding: Any, dilation: Any) -> Window:
    """Slide a `kernel` over the image `x`.

    Output size `⌊(size + before + after − dilation·(kernel − 1) − 1) / stride⌋ + 1`; padding `same` gives
    `⌈size / stride⌉` as TensorFlow defines it, which for odd kernels equals PyTorch's symmetric padding.
    """
    (kh, kw), (sh, sw) = pair(kernel), pair(stride)
    if equal(padding, "same"):
        return Window(ceil_div(x.h, sh), ceil_div(x.w, sw), kh * kw, ())
    dh, dw = pair(dilation)
    ph, pw = (0, 0) if equal(padding, "valid") else pair(padding)
    h, fits_h = _axis(x.h, kh, sh, sum(pair(ph)), dh, "height")
    w, fits_w = _axis(x.w, kw, sw, sum(pair(pw)), dw, "width")
    return Window(h, w, kh * kw, (fits_h, fits_w))


def _axis(size: Num, kernel: Num, stride: Num, padding: Num, dilation: Num, side: str) -> tuple[Num, Condition]:
    room, reach = size + padding, dilation * (kernel - 1) + 1
    fits = (room >= reach, "the window ({}) must fit into the padded " + side + " ({} + {})", reach, size, padding)
    return (room - reach) // stride + 1, fits
