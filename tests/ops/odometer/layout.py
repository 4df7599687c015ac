"""Ops that lay a tensor out anew."""

from collections import Counter
from typing import Any

from odometer.conv import dealt
from odometer.counting import Impossible, Run, Shape, cells, has, moved


def copied(x: Shape, axis: str, places: list[int]) -> Run:
    """Some places along one dimension, read and written."""
    if not places:
        raise Impossible("nothing is left")
    y = {**x, axis: len(places)}
    return y, moved([y], y)


def slice(x: Shape, *, start: int = 0, stop: int | None = None, step: int = 1, axis: str = "c") -> Run:  # noqa: A001
    """From one place to another, all of which must be there."""
    has(x, axis)
    places = range(x[axis])
    asked = range(start, len(places) if stop is None else stop)
    if not set(asked) <= set(places):
        raise Impossible("a place is not there")
    return copied(x, axis, [place for turn, place in enumerate(asked) if turn % step == 0])


def split(x: Shape, *, parts: int, take: int, axis: str = "c") -> Run:
    """One hand of the places dealt to all parts."""
    has(x, axis)
    hands = dealt(x[axis], parts)
    if take >= len(hands):
        raise Impossible("there is no such part")
    return copied(x, axis, hands[take])


def shuffle(x: Shape, *, groups: int) -> Run:
    """All channels move but those of a single group."""
    dealt(x["c"], groups)
    return x, moved([x], x) if groups > 1 else Counter()


def index_select(x: Shape, *, out: int, axis: str = "c") -> Run:
    """Places looked up in an index, over and over if need be."""
    has(x, axis)
    index = [place % x[axis] for place in range(out)]
    y, count = copied(x, axis, index)
    for _ in index:
        count["buffers"] += 1
    return y, count


def transpose(x: Shape, *, axes: list[str]) -> Run:
    """Each value goes to another place."""
    has(x, *axes)
    other = dict(zip(axes, reversed(axes), strict=True))
    y = {name: x[other.get(name, name)] for name in x}
    return y, moved([x], y)


def permute(x: Shape, *, order: list[str]) -> Run:
    """Each value goes to another place, unless all stay."""
    names = [name for name in x if name != "n"]
    if sorted(order) != sorted(names):
        raise Impossible("a dimension is missing, or is none")
    y = {"n": x["n"], **{name: x[source] for name, source in zip(names, order, strict=True)}}
    return y, Counter() if [*order] == names else moved([x], y)


def tile(x: Shape, *, shape: dict[str, Any]) -> Run:
    """A tensor over and over, side by side."""
    if [*x] != ["n", *shape] or any(shape[name] not in range(0, shape[name] + 1, x[name]) for name in shape):
        raise Impossible("it does not come out even")
    y = {"n": x["n"], **shape}
    return y, moved([x], y)


def flatten(x: Shape) -> Run:
    """A view: each value of an image has an index of its own, and stays where it is."""
    return {"n": x["n"], "c": len(list(cells({**x, "n": 1})))}, Counter()


def reshape(x: Shape, *, shape: dict[str, Any]) -> Run:
    """A view: each value has a place of its own in the other shape."""
    y = {"n": x["n"], **shape}
    if len(list(cells(x))) != len(list(cells(y))):
        raise Impossible("values are left over")
    return y, Counter()


def dropout(x: Shape, *, rate: Any = 0) -> Run:
    """Nothing is dropped."""
    return x, Counter()


ODOMETERS = (slice, split, shuffle, index_select, transpose, permute, tile, flatten, reshape, dropout)
