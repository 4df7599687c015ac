"""Pooling: what is done under each window of each channel."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from odometer.counting import Run, Shape, moved
from odometer.windows import sides, slid, windows


def under(output: Shape, axes: list[list[list[int]]]) -> Iterator[list[tuple[int, ...]]]:
    """The positions under the window of each output value."""
    for _ in product(range(output["n"]), range(output["c"])):
        for window in product(*axes):
            yield list(product(*window))


def max_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1) -> Run:
    """The first value under a window is the largest so far; each other one is compared with that."""
    axes = windows(x, kernel, stride or kernel, padding, dilation)
    y = slid(x, x["c"], axes)
    count = moved([x], y)
    for _first, *others in under(y, axes):
        for _ in others:
            count["cmp"] += 1
    return y, count


def averaged(x: Shape, axes: list[list[list[int]]]) -> Run:
    """The values under a window are summed, and the sum multiplied by one over their number."""
    y = slid(x, x["c"], axes)
    count = moved([x], y)
    for _first, *others in under(y, axes):
        for _ in others:
            count["add"] += 1
        count["mul"] += 1
    return y, count


def avg_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0) -> Run:
    """The mean under each window."""
    return averaged(x, windows(x, kernel, stride or kernel, padding))


def global_avg_pool(x: Shape) -> Run:
    """The mean under one window that covers the image."""
    return averaged(x, [[list(range(size))] for size in sides(x)])


ODOMETERS = (max_pool, avg_pool, global_avg_pool)
