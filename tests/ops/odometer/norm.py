"""Normalisation: what is brought to one scale is gathered value by value, set by set."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from odometer.conv import dealt
from odometer.counting import Run, Shape, cells, each, moved, sets


def batch_norm(x: Shape) -> Run:
    """Each value scaled and shifted; a channel learns a scale and a shift, and keeps a mean and a variance."""
    y, count = each(x, "mul", "add")
    for _ in range(x["c"]):
        for kind in ("affine", "affine", "buffers", "buffers"):
            count[kind] += 1
    return y, count


def normalised(x: Shape, gathered: Iterable[list[Any]], places: int, *, shifted: bool = True) -> Run:
    """The steps for each set of values; then, for each of `places` places, a scale and a shift that are learned."""
    count = moved([x], x)
    for values in gathered:
        for _mean in values[1:]:
            count["add"] += 1
        count["mul"] += 1
        for _centred in values:
            count["add"] += 1
        for _squared in values:
            count["mul"] += 1
        for _variance in values[1:]:
            count["add"] += 1
        count["mul"] += 1
        count["add"] += 1  # epsilon
        count["exp"] += 1  # the reciprocal root
        for _ in values:
            count["mul"] += 1
            if places:
                count["mul"] += 1
                count["add"] += shifted
    for _ in range(places):
        count["affine"] += 1
        count["affine"] += shifted
    return x, count


def places(x: Shape, over: Any, affine: bool) -> int:
    """The places of what is normalised together, if there is something to learn at each."""
    return len(sets(x, [name for name in x if name not in over])) if affine else 0


def layer_norm(x: Shape, *, over: Any = "c", affine: bool = True, bias: bool = True) -> Run:
    """The sets are the positions: all values that agree in what is not normalised over."""
    return normalised(x, sets(x, over).values(), places(x, over, affine), shifted=bias)


def group_norm(x: Shape, *, groups: int, affine: bool = True) -> Run:
    """The sets are the groups of channels of each sample."""
    hands = dealt(x["c"], groups)
    by_channel = sets(x, [name for name in x if name not in "nc"])
    gathered = [
        [value for channel in hand for value in by_channel[image, channel]] for image in range(x["n"]) for hand in hands
    ]
    return normalised(x, gathered, places(x, "c", affine))


def instance_norm(x: Shape, *, affine: bool = False) -> Run:
    """The sets are the channels of each sample."""
    return normalised(x, sets(x, [name for name in x if name not in "nc"]).values(), places(x, "c", affine))


def rms_norm(x: Shape, *, over: Any = "c", affine: bool = True) -> Run:
    """No mean is taken off, and nothing shifted."""
    count = moved([x], x)
    for values in sets(x, over).values():
        for _squared in values:
            count["mul"] += 1
        for _sum in values[1:]:
            count["add"] += 1
        count["mul"] += 1
        count["add"] += 1  # epsilon
        count["exp"] += 1  # the reciprocal root
        for _ in values:
            count["mul"] += 1
            if affine:
                count["mul"] += 1
    for _ in range(places(x, over, affine)):
        count["affine"] += 1
    return x, count


def shared(values: list[Any]) -> Counter[str]:
    """Values turned into shares of 1: the largest found, taken off each, each raised, all summed, each divided."""
    count: Counter[str] = Counter()
    for _largest in values[1:]:
        count["cmp"] += 1
    for _ in values:
        count["add"] += 1
        count["exp"] += 1
    for _sum in values[1:]:
        count["add"] += 1
    for _divided in values:
        count["mul"] += 1
    return count


def softmax(x: Shape, *, axis: str = "c") -> Run:
    """Shares along one dimension, for each place in the others."""
    count = moved([x], x)
    for values in sets(x, axis).values():
        count += shared(values)
    return x, count


def local_norm(x: Shape, *, size: int = 5) -> Run:
    """Each value over a power of a sum of squares around it, each square worked out once."""
    count = moved([x], x)
    for _ in cells(x):
        count["mul"] += 1  # the square
        for _neighbour in range(size - 1):
            count["add"] += 1
        count["mul"] += 1  # by α
        count["add"] += 1  # k
        count["exp"] += 1  # the power
        count["mul"] += 1  # the quotient
    return x, count


ODOMETERS = (batch_norm, layer_norm, group_norm, instance_norm, rms_norm, softmax, local_norm)
