"""Convolutions: each filter visits each window of each image, and multiplies once for each value that it sees."""

from collections import Counter
from itertools import product
from typing import Any

from odometer.counting import Impossible, Run, Shape, cells, moved
from odometer.windows import only, slid, windows


def dealt(channels: int, groups: int) -> list[list[int]]:
    """Channels dealt to groups, one to each in turn; none may be left over."""
    hands: list[list[int]] = [[] for _ in range(groups)]
    for channel in range(channels):
        hands[channel % groups].append(channel)
    if len({len(hand) for hand in hands}) > 1:
        raise Impossible("some groups have more channels than others")
    return hands


def convolve(images: int, filters: list[list[int]], axes: list[list[list[int]]]) -> Counter[str]:
    """Multiply-adds and weights of filters, each given as the input channels that it sees."""
    count: Counter[str] = Counter()
    for _image, seen, *window in product(range(images), filters, *axes):
        for _channel in seen:
            for _position in product(*window):
                count["fma"] += 1
    for seen in filters:
        for _channel in seen:
            for _position in product(*(axis[0] for axis in axes)):
                count["weights"] += 1
    return count


def biased(output: Shape, bias: bool) -> Counter[str]:
    """One bias a channel, added to each of the channel's values."""
    count: Counter[str] = Counter()
    if bias:
        for _ in range(output["c"]):
            count["biases"] += 1
        for _ in cells(output):
            count["add"] += 1
    return count


def slide(x: Shape, axes: list[list[list[int]]], *, out: int, groups: int = 1, bias: bool = True) -> Run:
    """Each filter sees the input channels of its own group."""
    inputs, outputs = dealt(x["c"], groups), dealt(out, groups)
    filters = [seen for seen, made in zip(inputs, outputs, strict=True) for _ in made]
    y = slid(x, len(filters), axes)
    return y, convolve(x["n"], filters, axes) + biased(y, bias) + moved([x], y)


def conv1d(x: Shape, *, kernel: Any = 1, stride: Any = 1, padding: Any = 0, dilation: Any = 1, **fields: Any) -> Run:
    """Filters over one side."""
    only(x, 1)
    return slide(x, windows(x, kernel, stride, padding, dilation), **fields)


def conv2d(x: Shape, *, kernel: Any = 1, stride: Any = 1, padding: Any = 0, dilation: Any = 1, **fields: Any) -> Run:
    """Filters over two sides."""
    only(x, 2)
    return slide(x, windows(x, kernel, stride, padding, dilation), **fields)


def conv3d(x: Shape, *, kernel: Any = 1, stride: Any = 1, padding: Any = 0, dilation: Any = 1, **fields: Any) -> Run:
    """Filters over three sides."""
    only(x, 3)
    return slide(x, windows(x, kernel, stride, padding, dilation), **fields)


def depthwise(
    x: Shape, *, kernel: Any, stride: Any = 1, padding: Any = 0, dilation: Any = 1, multiplier: int = 1, bias: bool = True
) -> Run:
    """Each filter sees one input channel, `multiplier` filters the same one."""
    axes = windows(x, kernel, stride, padding, dilation)
    filters = [[channel] for channel in range(x["c"]) for _ in range(multiplier)]
    y = slid(x, len(filters), axes)
    return y, convolve(x["n"], filters, axes) + biased(y, bias) + moved([x], y)


def separable(
    x: Shape,
    *,
    out: int,
    kernel: Any,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    multiplier: int = 1,
    bias: bool = True,
) -> Run:
    """A depthwise convolution without bias; each filter after it sees all channels at one position."""
    between, first = depthwise(
        x, kernel=kernel, stride=stride, padding=padding, dilation=dilation, multiplier=multiplier, bias=False
    )
    y, second = slide(between, windows(between, 1, 1, 0), out=out, bias=bias)
    return y, first + second


ODOMETERS = (conv1d, conv2d, conv3d, depthwise, separable)
