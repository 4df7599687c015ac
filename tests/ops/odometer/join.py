"""Ops that bring tensors together."""

from odometer.counting import Impossible, Run, Shape, cells, has, moved


def add(first: Shape, *others: Shape) -> Run:
    """A running sum, that each input after the first is added to."""
    if any(x != first for x in others):
        raise Impossible("shapes differ")
    count = moved([first, *others], first)
    for x in others:
        for _ in cells(x):
            count["add"] += 1
    return first, count


def multiply(first: Shape, *others: Shape) -> Run:
    """A running product, spread over each input after the first."""
    y, products = first, 0
    for x in others:
        sizes = {name: {tensor[name] for tensor in (y, x) if name in tensor} for name in "ntcdhw" if name in {**y, **x}}
        if any(len(found - {1}) > 1 for found in sizes.values()):
            raise Impossible("sizes differ, and neither is 1")
        y = {name: max(found) for name, found in sizes.items()}
        for _ in cells(y):
            products += 1
    count = moved([first, *others], y)
    count["mul"] = products
    return y, count


def concat(first: Shape, *others: Shape, axis: str = "c") -> Run:
    """The places along one dimension of all inputs, one after the other."""
    for x in (first, *others):
        has(x, axis)
        if {**x, axis: 0} != {**first, axis: 0}:
            raise Impossible("shapes differ in another dimension")
    places = [place for x in (first, *others) for place in range(x[axis])]
    y = {**first, axis: len(places)}
    return y, moved([first, *others], y)


ODOMETERS = (add, multiply, concat)
