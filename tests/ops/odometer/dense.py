"""Fully connected layers."""

from odometer.conv import biased, convolve
from odometer.counting import Impossible, Run, Shape, moved


def linear(x: Shape, *, out: int, bias: bool = True) -> Run:
    """Each output channel sees every input channel of one position."""
    if any(x.get(side, 1) > 1 for side in "dhw"):
        raise Impossible("a map is no vector")
    y = {name: out if name == "c" else size for name, size in x.items() if name not in "dhw"}
    return y, convolve(x["n"], [list(range(x["c"]))] * out, [[[0]]]) + biased(y, bias) + moved([x], y)


ODOMETERS = (linear,)
