"""Windows stepped over a padded map, axis by axis, while they fit."""

from typing import Any

from odometer.counting import Impossible, Shape

SIDES = ("d", "h", "w")
"""The dimensions that windows slide over."""


def sides(shape: Shape) -> list[int]:
    """The sizes that windows slide over, in order."""
    return [shape[name] for name in SIDES if name in shape]


def only(shape: Shape, *numbers: int) -> None:
    """There are as many sides as one of the numbers says, and no tokens."""
    if len(sides(shape)) not in numbers or "t" in shape:
        raise Impossible("a tensor of another kind")


def an_axis(value: Any, axes: int) -> list[Any]:
    """A field's value for each axis."""
    values = value if isinstance(value, list) else [value] * axes
    if len(values) != axes:
        raise Impossible("one value for each axis")
    return values


def stepped(size: int, kernel: int, stride: int, padding: Any, dilation: int, ceil: bool = False) -> list[list[int]]:
    """The windows of one axis, each as the positions under it: stepped from the padded edge while they fit."""
    before, after = an_axis(padding, 2)
    found, start = [], -before
    while all(start + tap * dilation < size + after for tap in range(kernel)):
        found.append([start + tap * dilation for tap in range(kernel)])
        start += stride
    if ceil and not (found and found[-1][-1] == size + after - 1):
        overhanging = [start + tap * dilation for tap in range(kernel)]
        beyond = list(range(size + after, overhanging[-1] + 1))
        if len(beyond) < stride and start in range(-before, size):
            found.append(overhanging)
    if ceil:
        found = [window for window in found if window[0] < size]
    return found


def same(size: int, kernel: int, stride: int) -> list[list[int]]:
    """TensorFlow's padding `same`: one window for every `stride` positions, for a last few as well."""
    return [list(range(start, start + kernel)) for start in range(size) if start % stride == 0]


def windows(
    shape: Shape, kernel: Any, stride: Any, padding: Any, dilation: Any = 1, ceil: bool = False
) -> list[list[list[int]]]:
    """The windows of each axis."""
    only(shape, 1, 2, 3)
    sizes = sides(shape)
    kernels, strides, dilations = (an_axis(value, len(sizes)) for value in (kernel, stride, dilation))
    if padding == "same":
        return [same(*axis) for axis in zip(sizes, kernels, strides, strict=True)]
    if padding == "same_torch":
        if any(step > 1 for step in strides):
            raise Impossible("PyTorch pads so for steps of 1 alone")
        # what a window reaches beyond its first position is added to the size: half before, half after
        return [[[start] * width for start in range(size)] for size, width in zip(sizes, kernels, strict=True)]
    paddings = an_axis(0 if padding == "valid" else padding, len(sizes))
    found = [stepped(*axis, ceil) for axis in zip(sizes, kernels, strides, paddings, dilations, strict=True)]
    if not all(found):
        raise Impossible("no window fits")
    return found


def slid(shape: Shape, channels: int, found: list[list[list[int]]]) -> Shape:
    """The shape of what windows make: channels, and a position for each window of each axis."""
    return resized(shape, [len(axis) for axis in found], c=channels)


def resized(shape: Shape, sizes: list[int], **others: int) -> Shape:
    """The same dimensions with other sizes of the sides, and of others."""
    names = [name for name in SIDES if name in shape]
    return {**shape, **others, **dict(zip(names, sizes, strict=True))}
