"""What the odometers share: shapes, cells and what moves. They only count what they do, one by one."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

Shape = dict[str, int]
"""Sizes by the name of the dimension, in their order in memory."""
Run = tuple[Shape, Counter[str]]
"""The output's shape and the counts."""


class Impossible(Exception):
    """No such op can run: no window fits, channels are left over, or shapes disagree."""


def cells(shape: Shape) -> Iterator[tuple[int, ...]]:
    """Every element of a tensor."""
    return product(*(range(size) for size in shape.values()))


def moved(inputs: Iterable[Shape], output: Shape) -> Counter[str]:
    """Each input read once, each output written once."""
    count: Counter[str] = Counter()
    for shape in inputs:
        for _ in cells(shape):
            count["read"] += 1
    for _ in cells(output):
        count["write"] += 1
    return count


def each(shape: Shape, *kinds: str) -> Run:
    """A tensor of the same shape, with the counts named for each of its elements."""
    count = moved([shape], shape)
    for _ in cells(shape):
        for kind in kinds:
            count[kind] += 1
    return shape, count


def has(shape: Shape, *names: str) -> None:
    """See that dimensions are there."""
    if not set(names) <= set(shape):
        raise Impossible("a dimension is not there")


def sets(shape: Shape, over: Iterable[str]) -> dict[tuple[int, ...], list[Any]]:
    """The elements of a tensor, put together where they differ in nothing but the dimensions named."""
    has(shape, *over)
    found: dict[tuple[int, ...], list[Any]] = {}
    for cell in cells(shape):
        place = tuple(at for name, at in zip(shape, cell, strict=True) if name not in over)
        found.setdefault(place, []).append(cell)
    return found
