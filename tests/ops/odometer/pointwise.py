"""Ops that treat each value on its own."""

from odometer.counting import Run, Shape, each


def relu(x: Shape) -> Run:
    """Each value compared with 0."""
    return each(x, "cmp")


def relu6(x: Shape) -> Run:
    """Each value compared with 0 and with 6."""
    return each(x, "cmp", "cmp")


def prelu(x: Shape, *, shared: bool = True) -> Run:
    """Each value compared with 0 and scaled by a slope that is learned."""
    y, count = each(x, "cmp", "mul")
    for _ in range(1 if shared else x["c"]):
        count["affine"] += 1
    return y, count


def elu(x: Shape) -> Run:
    """Each value compared with 0, raised, less 1, scaled."""
    return each(x, "cmp", "exp", "add", "mul")


def sigmoid(x: Shape) -> Run:
    """Each value raised, 1 added, 1 divided by that."""
    return each(x, "exp", "add", "mul")


def tanh(x: Shape) -> Run:
    """One hyperbolic tangent of each value."""
    return each(x, "exp")


def silu(x: Shape) -> Run:
    """A sigmoid, then the product with the value."""
    return each(x, "exp", "add", "mul", "mul")


def gelu(x: Shape) -> Run:
    """Each value scaled by 1/√2, its error function, 1 added, scaled by the value and by 1/2."""
    return each(x, "mul", "exp", "add", "mul", "mul")


def hardsigmoid(x: Shape) -> Run:
    """3 added to each value, compared with 0 and with 6, scaled by 1/6."""
    return each(x, "add", "cmp", "cmp", "mul")


def hardswish(x: Shape) -> Run:
    """A hard sigmoid, then the product with the value."""
    return each(x, "add", "cmp", "cmp", "mul", "mul")


ODOMETERS = (relu, relu6, prelu, elu, sigmoid, tanh, silu, gelu, hardsigmoid, hardswish)
