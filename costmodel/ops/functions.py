"""Functions of a value, and of several: what each takes of the operations that are counted.

A root, or a power, is one transcendental evaluation, a division a multiplication; what looks at a sign, rounds or compares is
one comparison.
"""

from typing import NamedTuple


class Steps(NamedTuple):
    """Operations on one value."""

    exp: int = 0
    add: int = 0
    mul: int = 0
    cmp: int = 0


_ONE_EXP, _ONE_CMP, _ONE_MUL, _ONE_ADD = Steps(exp=1), Steps(cmp=1), Steps(mul=1), Steps(add=1)

FUNCTIONS: dict[str, Steps] = {
    **dict.fromkeys(("exp", "log", "sqrt", "rsqrt", "erf", "sin", "cos", "tan", "power"), _ONE_EXP),
    **dict.fromkeys(("scale", "reciprocal", "square"), _ONE_MUL),
    "shift": _ONE_ADD,
    **dict.fromkeys(("abs", "negate", "sign", "floor", "ceil", "round", "not", "compare", "maximum", "minimum"), _ONE_CMP),
    "clip": Steps(cmp=2),  # the hard hyperbolic tangent, too
    "leaky_relu": Steps(cmp=1, mul=1),
    "softsign": Steps(cmp=1, add=1, mul=1),  # x/(1 + |x|)
    "softplus": Steps(exp=2, add=1),  # ln(1 + eˣ)
    "log_sigmoid": Steps(exp=2, add=2),  # x − ln(1 + eˣ)
    "mish": Steps(exp=3, add=1, mul=1),  # x·tanh(ln(1 + eˣ)), arXiv:1908.08681
    "selu": Steps(cmp=1, exp=1, add=1, mul=2),  # λ·x or λ·(α·(eˣ − 1)), arXiv:1706.02515, equation 2
    "celu": Steps(cmp=1, exp=1, add=1, mul=2),  # x or α·(exp(x/α) − 1), arXiv:1704.07483
    "gelu_tanh": Steps(exp=1, add=2, mul=6),  # x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³))), arXiv:1606.08415
    "quantize": Steps(mul=1, add=1, cmp=3),  # scaled, rounded, shifted, clipped
    "dequantize": Steps(add=1, mul=1),  # shifted, scaled
    "cast": Steps(),
}
"""What a function of one value takes."""

COMBINED: dict[str, Steps] = {
    **dict.fromkeys(("add", "subtract"), _ONE_ADD),
    **dict.fromkeys(("divide", "mod"), _ONE_MUL),
    "power": _ONE_EXP,
    **dict.fromkeys(("maximum", "minimum", "equal", "less", "greater", "and", "or", "xor"), _ONE_CMP),
    "where": _ONE_CMP,
}
"""What joining two values takes; `where` looks at the first of three, or of two beside a constant."""

REDUCED: dict[str, tuple[Steps, Steps, Steps]] = {
    **dict.fromkeys(("max", "min", "argmax", "argmin"), (Steps(), _ONE_CMP, Steps())),
    "sum": (Steps(), _ONE_ADD, Steps()),
    "product": (Steps(), _ONE_MUL, Steps()),
    "norm": (_ONE_MUL, _ONE_ADD, _ONE_EXP),
    "norm1": (_ONE_CMP, _ONE_ADD, Steps()),
    "sum_square": (_ONE_MUL, _ONE_ADD, Steps()),
    "logsumexp": (Steps(exp=1, add=1), Steps(cmp=1, add=1), Steps(exp=1, add=1)),
}
"""What making one value of many takes: of each, of each but the first, and of what comes out."""
