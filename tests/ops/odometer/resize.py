"""Ops that change the sides: what moves, and what each value between others is made of."""

from itertools import product
from typing import Any

from odometer.conv import dealt
from odometer.counting import Impossible, Run, Shape, cells, moved
from odometer.windows import an_axis, only, resized, sides

NEIGHBOURS = {"linear": 2, "bilinear": 2, "trilinear": 2, "bicubic": 4}
"""The values of each side that one between them is made of."""
SIDES_OF = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}


def pad(x: Shape, *, padding: Any) -> Run:
    """Rows of zeros before and after."""
    only(x, 1, 2, 3)
    sizes = []
    for size, edges in zip(sides(x), an_axis(padding, len(sides(x))), strict=True):
        before, after = an_axis(edges, 2)
        sizes.append(len([0] * before + [1] * size + [0] * after))
    y = resized(x, sizes)
    return y, moved([x], y)


def interpolated(x: Shape, sizes: list[int], mode: str) -> Run:
    """Each value of the output is a copy, or a sum of its neighbours, each times a weight."""
    only(x, 1, 2, 3) if mode == "nearest" else only(x, SIDES_OF[mode])
    y = resized(x, sizes)
    count = moved([x], y)
    if mode != "nearest":
        for _ in cells(y):
            for number, _neighbour in enumerate(product(*[range(NEIGHBOURS[mode])] * len(sizes))):
                count["mul"] += 1
                if number:
                    count["add"] += 1
    return y, count


def upsample(x: Shape, *, scale: Any, mode: str = "nearest") -> Run:
    """Each position becomes several."""
    axes = zip(sides(x), an_axis(scale, len(sides(x))), strict=True)
    return interpolated(x, [len([(at, copy) for at in range(size) for copy in range(by)]) for size, by in axes], mode)


def resize(x: Shape, *, size: Any, mode: str = "nearest") -> Run:
    """The sizes are given."""
    return interpolated(x, an_axis(size, len(sides(x))), mode)


def pixel_shuffle(x: Shape, *, factor: int) -> Run:
    """Channels taken a square at a time, and laid out around each position."""
    only(x, 2)
    left, squares = list(range(x["c"])), 0
    while left:
        for _ in product(range(factor), range(factor)):
            if not left:
                raise Impossible("the last square has holes")
            left.pop()
        squares += 1
    y = resized(x, [len(list(product(range(size), range(factor)))) for size in sides(x)], c=squares)
    return y, moved([x], y)


def pixel_unshuffle(x: Shape, *, factor: int) -> Run:
    """Each side dealt into `factor` shares of one size; a channel for each pair of shares."""
    only(x, 2)
    shares = [dealt(size, factor) for size in sides(x)]
    if not all(share for axis in shares for share in axis):
        raise Impossible("some shares are empty")
    channels = len(list(product(range(x["c"]), *shares)))
    y = resized(x, [len(axis[0]) for axis in shares], c=channels)
    return y, moved([x], y)


ODOMETERS = (pad, upsample, resize, pixel_shuffle, pixel_unshuffle)
