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


ODOMETERS = (mean,)
