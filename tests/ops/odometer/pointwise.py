"""Ops that treat each value on its own."""

from odometer.counting import Run, Shape, each


def relu(x: Shape) -> Run:
    """Each value compared with 0."""
    return each(x, "cmp")


def relu6(x: Shape) -> Run:
    """Each value compared with 0 and with 6."""
    return each(x, "cmp", "cmp")


ODOMETERS = (relu, relu6)
