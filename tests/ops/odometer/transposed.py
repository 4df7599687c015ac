"""Transposed convolutions: each input value is set down under each filter, and what lands beyond the output is cut off."""

from collections import Counter
from itertools import product
from typing import Any

from odometer.conv import biased, dealt
from odometer.counting import Impossible, Run, Shape, moved
from odometer.windows import an_axis, only, resized, sides


def landed(size: int, kernel: int, stride: int, padding: Any, extra: int, dilation: int) -> list[int]:
    """The output's positions on one axis, counted from where the first value's first product lands."""
    reached = list(range(max(start * stride + tap * dilation for start in range(size) for tap in range(kernel)) + 1))
    owned = [start * stride + step for start in range(size) for step in range(stride)]
    if isinstance(padding, str):
        if extra:
            raise Impossible("the word says the size already")
        return owned if padding == "same" else max(reached, owned, key=len)
    if extra >= stride and extra >= dilation:
        raise Impossible("the last positions would be out of every step's reach")
    before, after = an_axis(padding, 2)
    grown = reached + [len(reached) + step for step in range(extra)]
    left = grown[before : max(len(grown) - after, 0)]
    if not left:
        raise Impossible("nothing is left")
    return left


def spread(
    x: Shape,
    *,
    out: int,
    kernel: Any = 1,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
    bias: bool = True,
) -> Run:
    """Each value meets the filters of its channel's group, each at every position of the kernel."""
    sizes = sides(x)
    kernels, *others = (an_axis(v, len(sizes)) for v in (kernel, stride, padding, output_padding, dilation))
    y = resized(x, [len(landed(*axis)) for axis in zip(sizes, kernels, *others, strict=True)], c=out)
    taps = [range(width) for width in kernels]
    count: Counter[str] = Counter()
    for seeing, made in zip(dealt(x["c"], groups), dealt(out, groups), strict=True):
        for _channel, _filter in product(seeing, made):
            for _tap in product(*taps):
                count["weights"] += 1
                for _value in product(range(x["n"]), *map(range, sizes)):
                    count["fma"] += 1
    return y, count + biased(y, bias) + moved([x], y)


def conv_transpose1d(x: Shape, **fields: Any) -> Run:
    """Values of one side spread."""
    only(x, 1)
    return spread(x, **fields)


def conv_transpose2d(x: Shape, **fields: Any) -> Run:
    """Values of two sides spread."""
    only(x, 2)
    return spread(x, **fields)


def conv_transpose3d(x: Shape, **fields: Any) -> Run:
    """Values of three sides spread."""
    only(x, 3)
    return spread(x, **fields)


ODOMETERS = (conv_transpose1d, conv_transpose2d, conv_transpose3d)
