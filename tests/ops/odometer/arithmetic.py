"""Functions of values, each step of each written out."""

from odometer.counting import Impossible, Run, Shape, each, moved
from odometer.join import multiply

STEPS = {
    "exp": "exp",
    "log": "exp",
    "sqrt": "exp",
    "rsqrt": "exp",
    "erf": "exp",
    "sin": "exp",
    "cos": "exp",
    "tan": "exp",
    "power": "exp",
    "scale": "mul",
    "reciprocal": "mul",
    "square": "mul",
    "shift": "add",
    "abs": "cmp",
    "negate": "cmp",
    "sign": "cmp",
    "floor": "cmp",
    "ceil": "cmp",
    "round": "cmp",
    "not": "cmp",
    "compare": "cmp",
    "maximum": "cmp",
    "minimum": "cmp",
    "clip": "cmp cmp",
    "leaky_relu": "cmp mul",
    "softsign": "cmp add mul",  # |x|, 1 + |x|, x over that
    "softplus": "exp add exp",  # eˣ, 1 + eˣ, its logarithm
    "log_sigmoid": "exp add exp add",  # x less the softplus of it
    "mish": "exp add exp exp mul",  # softplus, its hyperbolic tangent, times x
    "selu": "cmp exp add mul mul",
    "celu": "cmp mul exp add mul",  # x/α, its exponential, less 1, times α
    "gelu_tanh": "mul mul mul add mul exp add mul mul",  # x², x³, scaled, + x, scaled, tanh, + 1, times x, halved
    "quantize": "mul cmp add cmp cmp",  # over the step, rounded, + zero point, clipped
    "dequantize": "add mul",
    "cast": "",
}


def map(x: Shape, *, function: str) -> Run:  # noqa: A001
    """The steps of a function for each value."""
    return each(x, *STEPS[function].split())


JOINED = {
    "add": "add",
    "subtract": "add",
    "divide": "mul",
    "mod": "mul",
    "power": "exp",
    **dict.fromkeys(("maximum", "minimum", "equal", "less", "greater", "and", "or", "xor", "where"), "cmp"),
}


def combine(first: Shape, *others: Shape, function: str) -> Run:
    """As a product of tensors, with another step; a choice is one for each value that comes out."""
    y, count = multiply(first, *others)
    if function == "where" and len(others) not in (1, 2):
        raise Impossible("a choice is between two")
    steps = count.pop("mul")
    if function == "where":
        steps = moved([], y)["write"]
    for _ in range(steps):
        count[JOINED[function]] += 1
    return y, count


ODOMETERS = (map, combine)
