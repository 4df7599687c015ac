"""Windows stepped over a padded map, axis by axis, while they fit."""

from typing import Any

from odometer.counting import Impossible, Shape

SIDES = ("d", "h", "w")
"""The dimensions that windows slide over."""


def sides(shape: Shape) -> list[int]:
    """The sizes that windows slide over, in order."""
    return [shape[name] for name in SIDES if name in shape]


def an_axis(value: Any, axes: int) -> list[Any]:
    """A field's value for each axis."""
    return value if isinstance(value, list) else [value] * axes


def stepped(size: int, kernel: int, stride: int, padding: Any, dilation: int) -> list[list[int]]:
    """The windows of one axis, each as the positions under it: stepped from the padded edge while they fit."""
    before, after = an_axis(padding, 2)
    found, start = [], -before
    while all(start + tap * dilation < size + after for tap in range(kernel)):
        found.append([start + tap * dilation for tap in range(kernel)])
        start += stride
    return found


def same(size: int, kernel: int, stride: int) -> list[list[int]]:
    """TensorFlow's padding `same`: one window for every `stride` positions, for a last few as well."""
    return [list(range(start, start + kernel)) for start in range(size) if start % stride == 0]


def windows(shape: Shape, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> list[list[list[int]]]:
    """The windows of each axis."""
    sizes = sides(shape)
    kernels, strides, dilations = (an_axis(value, len(sizes)) for value in (kernel, stride, dilation))
    if padding == "same":
        return [same(*axis) for axis in zip(sizes, kernels, strides, strict=True)]
    paddings = an_axis(0 if padding == "valid" else padding, len(sizes))
    found = [stepped(*axis) for axis in zip(sizes, kernels, strides, paddings, dilations, strict=True)]
    if not all(found):
        raise Impossible("no window fits")
    return found


def slid(shape: Shape, channels: int, found: list[list[list[int]]]) -> Shape:
    """The shape of what windows make: channels, and a position for each window of each axis."""
    names = [name for name in SIDES if name in shape]
    return {**shape, "c": channels, **{name: len(axis) for name, axis in zip(names, found, strict=True)}}
