"""Ops that make one value of many along some dimensions."""

from typing import Any

from odometer.counting import Impossible, Run, Shape, moved, sets


def mean(x: Shape, *, over: Any = None, keep: bool = False) -> Run:
    """The values of each average are summed, and the sum multiplied by one over their number."""
    over = [name for name in x if name not in "nc"] if over is None else over
    averaged = sets(x, over)
    if "c" in over and not keep:
        raise Impossible("no channels are left")
    y = {name: 1 if name in over else size for name, size in x.items() if keep or name not in over}
    count = moved([x], y)
    for _first, *others in averaged.values():
        for _ in others:
            count["add"] += 1
        count["mul"] += 1
    return y, count


def reduce(x: Shape, *, function: str, over: Any = None, keep: bool = False) -> Run:
    """The values of each set looked at one by one, joined one by one, and what comes out finished."""
    each, other, end = STEPS[function]
    over = [name for name in x if name not in "nc"] if over is None else over
    found = sets(x, over)
    if "c" in over and not keep:
        raise Impossible("no channels are left")
    y = {name: 1 if name in over else size for name, size in x.items() if keep or name not in over}
    count = moved([x], y)
    for values in found.values():
        for _ in values:
            count.update(each.split())
        for _ in values[1:]:
            count.update(other.split())
        count.update(end.split())
    return y, count


STEPS = {
    **dict.fromkeys(("max", "min", "argmax", "argmin"), ("", "cmp", "")),
    "sum": ("", "add", ""),
    "product": ("", "mul", ""),
    "norm": ("mul", "add", "exp"),
    "norm1": ("cmp", "add", ""),
    "sum_square": ("mul", "add", ""),
    "logsumexp": ("add exp", "cmp add", "exp add"),
}

ODOMETERS = (mean, reduce)
