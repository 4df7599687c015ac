"""Pooling: what is done under each window of each channel."""

from collections.abc import Iterator
from itertools import product
from typing import Any

from odometer.counting import Run, Shape, moved
from odometer.windows import an_axis, only, sides, slid, windows


def under(output: Shape, axes: list[list[list[int]]]) -> Iterator[list[tuple[int, ...]]]:
    """The positions under the window of each output value."""
    for _ in product(range(output["n"]), range(output["c"])):
        for window in product(*axes):
            yield list(product(*window))


def largest(x: Shape, axes: list[list[list[int]]]) -> Run:
    """The first value under a window is the largest so far; each other one is compared with that."""
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


def max_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1, ceil: bool = False) -> Run:
    """The largest under each window."""
    return largest(x, windows(x, kernel, stride or kernel, padding, dilation, ceil))


def avg_pool(x: Shape, *, kernel: Any, stride: Any = None, padding: Any = 0, ceil: bool = False) -> Run:
    """The mean under each window."""
    return averaged(x, windows(x, kernel, stride or kernel, padding, 1, ceil))


def over_all(x: Shape) -> list[list[list[int]]]:
    """One window that covers everything."""
    only(x, 1, 2, 3)
    return [[list(range(size))] for size in sides(x)]


def global_max_pool(x: Shape) -> Run:
    """The largest of all."""
    return largest(x, over_all(x))


def global_avg_pool(x: Shape) -> Run:
    """The mean of all."""
    return averaged(x, over_all(x))


def adapted(x: Shape, out: Any) -> list[list[list[int]]]:
    """The axis cut into equal parts, wherever the cuts fall: under a window lies each position that its part touches."""
    only(x, 1, 2, 3)
    return [
        [
            [at for at in range(size) if at * parts < (part + 1) * size and (at + 1) * parts > part * size]
            for part in range(parts)
        ]
        for size, parts in zip(sides(x), an_axis(out, len(sides(x))), strict=True)
    ]


def adaptive_max_pool(x: Shape, *, out: Any) -> Run:
    """The largest under each part."""
    return largest(x, adapted(x, out))


def adaptive_avg_pool(x: Shape, *, out: Any) -> Run:
    """The mean under each part."""
    return averaged(x, adapted(x, out))


ODOMETERS = (max_pool, avg_pool, global_max_pool, global_avg_pool, adaptive_max_pool, adaptive_avg_pool)
