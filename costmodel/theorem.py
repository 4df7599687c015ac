"""The bound on a convolution's memory access, derived: the steps of `costmodel verify --prove`.

It extends ShuffleNetV2 (arXiv:1807.11164), section 2, equations 1 and 2, from 1×1 convolutions of stride 1 to all.
`hᵢwᵢ` and `hₒwₒ` are single symbols: the positions of the map that enters and of the map that leaves.
"""

from collections.abc import Mapping
from typing import Any

from sympy import Derivative, Function, Integer, Sum, ceiling, sqrt, symbols

from costmodel.proof import Claim, Step

kh, kw, k, g, entering, leaving, hw, c1, c2, q = symbols("kh kw k g hᵢwᵢ hₒwₒ hw c1 c2 q", positive=True)
B, L, weights, access, bound, literal = symbols("B L weights access bound literal", positive=True)
i, j, p = symbols("i j p", positive=True)
access_at = Function("access", positive=True)

DOMAIN = (
    "Any kernel of kh by kw taps, stride, padding and dilation, any g groups, from c1 to c2 channels; depthwise is g = c1.",
    "hᵢwᵢ are the positions of the map that enters, hₒwₒ of the map that leaves: over any number of sides, and the batch.",
    "B are mult-adds, one per multiply-add, those on padding among them.",
    "Each element of both maps and of the weights is moved once; of a cache nothing is assumed.",
    "Biases are left out of both sides.",
    "The bound is of one layer: a sum of bounds is not a bound of a network.",
)
"""What the theorem is about, in sentences."""

_ONE = Integer(1)
_POINTWISE: Mapping[Any, Any] = {kh: _ONE, kw: _ONE, entering: hw, leaving: hw}
_PAPER: Mapping[Any, Any] = {kh: _ONE, kw: _ONE, g: _ONE, entering: hw, leaving: hw}
_SQUARE: Mapping[Any, Any] = {kh: k, kw: k, g: _ONE, entering: hw, leaving: hw}
_FC: Mapping[Any, Any] = dict.fromkeys((kh, kw, g, entering, leaving), _ONE)
_WIDTHS: Mapping[Any, Any] = {kh: Integer(3), kw: Integer(3), g: _ONE, c1: Integer(64), c2: Integer(64)}
_POSITIONS = Integer(56**2)

_least = 2 * sqrt(g * entering * B) / sqrt(kh * kw)
_difference = entering * c1 - leaving * c2
_by_mult_adds = entering * c1 + g * B / (kh * kw * c1) + B / leaving
_by_widths = entering * c1 + leaving * c2 + kh * kw * c1 * c2 / g

IN_INTEGERS = Claim("square", kh * kw * L**2 - 4 * g * entering * B, kh * kw * _difference**2)
"""The theorem without a root: what is decided for a layer of whole sizes."""
GAP = Claim("square", access - bound, (sqrt(entering * c1) - sqrt(leaving * c2)) ** 2)
"""What a layer moves above its bound."""

STEPS = (
    Step(
        "What is counted",
        "Each of g groups has a weight for every tap, every channel that enters it and every one that leaves it. Each "
        "weight is used once at every position that leaves. Access is both maps, channel by channel, and the weights.",
        {weights: kh * kw * c1 * c2 / g, B: leaving * weights, access: entering * c1 + leaving * c2 + weights},
        (
            Claim("identity", weights, Sum(kh * kw * (c1 / g) * (c2 / g), (j, 1, g))),
            Claim("identity", B, Sum(weights, (p, 1, leaving))),
            Claim("identity", access, Sum(entering, (i, 1, c1)) + Sum(leaving, (j, 1, c2)) + weights),
        ),
    ),
    Step(
        "The weights follow from B",
        "Given B and the map that leaves, the weights are settled; only the maps can still change.",
        {L: entering * c1 + leaving * c2},
        (
            Claim("identity", weights, B / leaving),
            Claim("identity", access, L + B / leaving),
        ),
    ),
    Step(
        "The product of the two maps follows from B",
        "So the maps have a sum L that is to be small, and a product that is given.",
        {},
        (Claim("identity", (entering * c1) * (leaving * c2), g * entering * B / (kh * kw)),),
    ),
    Step(
        "The square (AM-GM)",
        "The square of a sum is four times the product and the square of the difference, which is never negative. Times the "
        "taps it is a statement in whole numbers.",
        {},
        (
            Claim("square", L**2 - 4 * entering * leaving * c1 * c2, _difference**2),
            IN_INTEGERS,
        ),
    ),
    Step(
        "The bound",
        "What the last step takes from the square of L is, but for the taps, the square of a root. L less that root is the "
        "difference of the two squares over L plus the root, which is positive: access is at least the bound.",
        {bound: _least + B / leaving},
        (Claim("square", access - bound, _difference**2 / (L + _least)),),
    ),
    Step(
        "The gap",
        "What a layer moves above its bound is the square of the difference of the maps' roots.",
        {},
        (GAP,),
    ),
    Step(
        "When it is tight",
        "The gap is the square of the maps' difference times a positive number: none exactly where both maps are equally "
        "large, which on a strided layer is not where both widths are equal.",
        {},
        (
            Claim(
                "equality",
                access - bound,
                _difference**2 / (sqrt(entering * c1) + sqrt(leaving * c2)) ** 2,
                exactly=(entering * c1, leaving * c2),
            ),
        ),
    ),
    Step(
        "The paper's form",
        "ShuffleNetV2 (arXiv:1807.11164, section 2, equation 2, guideline G1) prints the literal form: the bound for one tap, "
        "one group and stride 1. Two maps of as many positions are equally large exactly where the widths are equal.",
        {literal: 2 * sqrt(hw * B) + B / hw},
        (
            Claim("identity", bound, literal, at=_PAPER),
            Claim(
                "equality",
                access - bound,
                hw * (c1 - c2) ** 2 / (sqrt(c1) + sqrt(c2)) ** 2,
                exactly=(c1, c2),
                at={entering: hw, leaving: hw},
            ),
        ),
    ),
    Step(
        "A fully connected layer",
        "An FC layer is a convolution of one tap on maps of one position.",
        {},
        (
            Claim("identity", access, c1 + c2 + c1 * c2, at=_FC),
            Claim("identity", bound, 2 * sqrt(B) + B, at=_FC),
        ),
    ),
    Step(
        "Groups (guideline G2), in both forms",
        "ShuffleNetV2 writes the access of one tap at stride 1 by its widths, or by the width that enters and the mult-adds.",
        {},
        (
            Claim("identity", access, hw * (c1 + c2) + c1 * c2 / g, at=_POINTWISE),
            Claim("identity", hw * (c1 + c2) + c1 * c2 / g, hw * c1 + g * B / c1 + B / hw, at=_POINTWISE),
        ),
    ),
    Step(
        "At fixed input and fixed B, access rises with g",
        "With any kernel and stride: more groups leave room for more output channels at the same mult-adds, and those are "
        "moved.",
        {access_at(g): _by_mult_adds},
        (
            Claim("identity", access_at(g), access),
            Claim("rising", Derivative(access_at(g), g), B / (kh * kw * c1)),
            Claim("rising", access_at(g + 1) - access_at(g), B / (kh * kw * c1)),
        ),
    ),
    Step(
        "At fixed widths, access falls with g",
        "With any kernel and stride: the maps stay, and there are fewer weights (and fewer mult-adds).",
        {access_at(g): _by_widths},
        (
            Claim("identity", access_at(g), access),
            Claim("falling", Derivative(access_at(g), g), -kh * kw * c1 * c2 / g**2),
            Claim("falling", access_at(g + 1) - access_at(g), -kh * kw * c1 * c2 / (g * (g + 1))),
        ),
    ),
    Step(
        "Where the literal form fails: larger kernels",
        "With k by k taps, one group and stride 1, access is below the literal form, unless one width is the square of q times "
        "the other or more.",
        {q: k + sqrt(k**2 - 1)},
        (
            Claim("above", (q - 1 / q) ** 2, (k - 1) * (k + 1) * 4, exactly=(k, _ONE)),
            Claim(
                "between",
                access - literal,
                hw * (sqrt(c1) - q * sqrt(c2)) * (sqrt(c1) - sqrt(c2) / q),
                exactly=(1 / q**2, c1 / c2, q**2),
                at=_SQUARE,
            ),
            Claim("identity", ceiling(q**2), Integer(34), at={k: Integer(3)}),
            Claim("identity", access, Integer(438_272), at={**_WIDTHS, entering: _POSITIONS, leaving: _POSITIONS}),
            Claim("identity", literal, Integer(1_241_088), at={**_WIDTHS, leaving: _POSITIONS, hw: _POSITIONS}),
        ),
    ),
    Step(
        "Where the literal form is loose: groups",
        "With groups and one tap, at stride 1, the literal form is true, and below the bound.",
        {},
        (Claim("above", bound - literal, (sqrt(g) - 1) * sqrt(hw * B) * 2, exactly=(g, _ONE), at=_POINTWISE),),
    ),
    Step(
        "Where the literal form fails: two operations per mult-add",
        "With twice the mult-adds for B, a layer whose bound is tight would be below it.",
        {literal: 2 * sqrt(hw * 2 * B) + 2 * B / hw},
        (Claim("falling", access - literal, hw * c1 * (1 - sqrt(2)) * 2 - c1**2, at={**_PAPER, c2: c1}),),
    ),
    Step(
        "A transposed convolution",
        "Each weight is used once at every position that enters: the same theorem with the two maps exchanged.",
        {B: entering * weights, bound: 2 * sqrt(g * leaving * B) / sqrt(kh * kw) + B / entering},
        (
            Claim("square", kh * kw * L**2 - 4 * g * leaving * B, kh * kw * _difference**2),
            GAP,
        ),
    ),
)
"""The proof. A definition is in force until the name is defined anew."""
