"""Fully connected layers and products of matrices."""

from itertools import product

from odometer.conv import biased, convolve
from odometer.counting import Impossible, Run, Shape, moved


def linear(x: Shape, *, out: int, bias: bool = True) -> Run:
    """Each output channel sees every input channel of one position; tokens are positions."""
    if any(x.get(side, 1) > 1 for side in "dhw"):
        raise Impossible("a map is no vector")
    y = {name: out if name == "c" else size for name, size in x.items() if name not in "dhw"}
    tokens = [[token] for token in range(x.get("t", 1))]
    return y, convolve(x["n"], [list(range(x["c"]))] * out, [tokens]) + biased(y, bias) + moved([x], y)


def matmul(a: Shape, b: Shape, *, transpose: bool = False) -> Run:
    """Each row of a matrix meets each column of its partner, value by value."""
    *before, rows, inner = (range(size) for size in a.values())
    *others, first, last = (range(size) for size in b.values())
    if transpose:
        first, last = last, first
    if not before or before != others or inner != first:
        raise Impossible("the matrices do not fit")
    y = dict(zip(a, map(len, (*before, rows, last)), strict=True))
    count = moved([a, b], y)
    for _pair in product(*before):
        for _row, _column in product(rows, last):
            for _ in inner:
                count["fma"] += 1
    return y, count


ODOMETERS = (linear, matmul)
