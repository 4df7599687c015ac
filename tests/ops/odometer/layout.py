"""Ops that bring tensors together or lay them out anew."""

from collections import Counter

from odometer.counting import Impossible, Run, Shape, cells, moved


def add(first: Shape, *others: Shape) -> Run:
    """A running sum, that each input after the first is added to."""
    if any(x != first for x in others):
        raise Impossible("shapes differ")
    count = moved([first, *others], first)
    for x in others:
        for _ in cells(x):
            count["add"] += 1
    return first, count


def concat(first: Shape, *others: Shape) -> Run:
    """The channels of all inputs, one after the other."""
    if any({**x, "c": 0} != {**first, "c": 0} for x in others):
        raise Impossible("shapes differ beside their channels")
    channels = [channel for x in (first, *others) for channel in range(x["c"])]
    y = {**first, "c": len(channels)}
    return y, moved([first, *others], y)


def flatten(x: Shape) -> Run:
    """A view: each value of an image has an index of its own, and stays where it is."""
    return {"n": x["n"], "c": len(list(cells({**x, "n": 1})))}, Counter()


ODOMETERS = (add, concat, flatten)
