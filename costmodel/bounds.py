"""The least memory access that a convolution's mult-adds allow: one theorem, in exact numbers."""

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import isqrt
from typing import Any, NamedTuple, TypeAlias

from costmodel.algebra import prod
from costmodel.line import Line
from costmodel.ops.window import a_side
from costmodel.tensor import Tensor

DIGITS = 2
"""Decimals to which irrational values are worked out."""

Size: TypeAlias = int | Fraction
"""A whole number; a fraction only where a layer cannot be built."""


@dataclass(frozen=True)
class ConvBound:
    """A convolution from c1 to c2 channels in g groups, without its biases, and the least it could move.

    `entering` and `leaving` are the positions of the maps that enter and leave, n·hᵢ·wᵢ and n·hₒ·wₒ, over any number of
    sides and the batch; `taps` is kh·kw. With B mult-adds, memory access in elements, each map and the weights moved
    once, is at least

        (2/√(kh·kw))·√(g·hᵢwᵢ·B) + B/(hₒwₒ)

    for any kernel, stride, padding, dilation and groups: equality exactly when hᵢwᵢ·c1 = hₒwₒ·c2. For k = 1, g = 1 and
    stride 1 this is `2√(hwB) + B/hw` (ShuffleNetV2, arXiv:1807.11164, section 2, equation 2); an FC layer has h = w = 1.
    A transposed convolution multiplies at each position that enters: the same with the two maps exchanged. Sizes are
    whole and at least 1; channels may be fractions, of a layer that cannot be built. Raises `ValueError` for others.

    >>> layer = ConvBound(entering=56 * 56, leaving=56 * 56, taps=1, c1=24, c2=144)
    >>> layer.mult_adds, layer.access, layer.holds, layer.is_tight
    (10838016, 530304, True, False)
    >>> strided = ConvBound(entering=56 * 56, leaving=28 * 28, taps=9, c1=64, c2=256)
    >>> strided.is_tight, strided.gap
    (True, Fraction(0, 1))
    """

    entering: int
    leaving: int
    taps: int
    c1: Size
    c2: Size
    groups: int = 1
    transposed: bool = False

    def __post_init__(self) -> None:
        for name in ("entering", "leaving", "taps", "groups"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} must be a whole number, at least 1, and is {value}")
        for name in ("c1", "c2"):
            value = getattr(self, name)
            if type(value) not in (int, Fraction) or value <= 0:
                raise ValueError(f"{name} must be a number above 0, and is {value}")

    @property
    def is_buildable(self) -> bool:
        """Whether both widths are whole, and the groups divide them."""
        return all(type(c) is int and c % self.groups == 0 for c in (self.c1, self.c2))

    @property
    def is_depthwise(self) -> bool:
        """Whether each channel is filtered on its own."""
        return self.groups == self.c1 and self.groups > 1

    @property
    def weights(self) -> Size:
        """kh·kw·c1·c2/g."""
        return _whole(Fraction(self.taps * self.c1 * self.c2) / self.groups)

    @property
    def mult_adds(self) -> Size:
        """B = hₒ·wₒ·kh·kw·c1·c2/g; hᵢ·wᵢ for hₒ·wₒ where it is transposed."""
        return self._at * self.weights

    @property
    def maps(self) -> Size:
        """L = hᵢwᵢ·c1 + hₒwₒ·c2: the elements of both maps."""
        return self.entering * self.c1 + self.leaving * self.c2

    @property
    def access(self) -> Size:
        """hᵢwᵢ·c1 + hₒwₒ·c2 + kh·kw·c1·c2/g elements: both maps and the weights, each once."""
        return self.maps + self.weights

    @cached_property
    def bound(self) -> Fraction:
        """(2/√(kh·kw))·√(g·hᵢwᵢ·B) + B/(hₒwₒ) elements, the root cut after `DIGITS` decimals."""
        return root(self._square) + Fraction(self.mult_adds) / self._at

    @property
    def gap(self) -> Fraction:
        """Access − bound = (√(hᵢwᵢ·c1) − √(hₒwₒ·c2))², to the precision of the bound."""
        return self.access - self.bound

    @property
    def holds(self) -> bool:
        """Whether the access is at least the bound, decided in whole numbers: kh·kw·L² ≥ 4·g·hᵢwᵢ·B."""
        return self.taps * self.maps**2 >= 4 * self.groups * self._other * self.mult_adds

    @property
    def is_tight(self) -> bool:
        """Whether the access is the bound, decided in whole numbers."""
        return self.taps * self.maps**2 == 4 * self.groups * self._other * self.mult_adds

    @property
    def balanced(self) -> tuple[Fraction, Fraction]:
        """The widths (c1, c2) with no gap at the same mult-adds: hᵢwᵢ·c1 = hₒwₒ·c2 and c1·c2 as it is."""
        both = Fraction(self.c1 * self.c2)
        return root(both * self.leaving / self.entering), root(both * self.entering / self.leaving)

    @property
    def pair(self) -> tuple[int, int]:
        """The pair of whole widths that can be built next to `balanced`, whose mult-adds are nearest.

        >>> ConvBound(entering=56 * 56, leaving=56 * 56, taps=1, c1=24, c2=144).pair
        (59, 59)
        """
        near = [{max(int(width / self.groups) + up, 1) * self.groups for up in (0, 1)} for width in self.balanced]
        pairs = [(c1, c2) for c1 in near[0] for c2 in near[1]]
        return min(pairs, key=lambda pair: (abs(pair[0] * pair[1] - self.c1 * self.c2), pair))

    def but(self, c1: Size, c2: Size) -> "ConvBound":
        """The same layer between other widths."""
        return replace(self, c1=c1, c2=c2)

    @property
    def _at(self) -> int:
        """The positions at which every weight is used: those that leave, or enter where it is transposed."""
        return self.entering if self.transposed else self.leaving

    @property
    def _other(self) -> int:
        return self.leaving if self.transposed else self.entering

    @property
    def _square(self) -> Fraction:
        """(2/√(kh·kw))²·g·hᵢwᵢ·B."""
        return Fraction(4 * self.groups * self._other * self.mult_adds) / self.taps


class Literal(NamedTuple):
    """The paper's form as it is printed, 2√(hw·B) + B/hw, for a layer that it may not be made for.

    `figure` is cut like a root; `reasons` say why the form does not apply, none where it does; it may hold all the same.
    """

    figure: Fraction
    reasons: tuple[str, ...]
    holds: bool


def literal(layer: ConvBound, per_mult_add: Size = 1) -> Literal:
    """The paper's form for a layer, hw the map that leaves (enters, where transposed), `per_mult_add` operations in B each.

    It is made for k = 1, stride 1 and one group, B in mult-adds (ShuffleNetV2, arXiv:1807.11164, equation 2). For groups,
    and for a map that shrinks at k = 1, it stays true and is loose; for k > 1, or B counted twice, it is false for most
    widths: on maps of one size for every ratio of widths below (k + √(k² − 1))².

    >>> literal(ConvBound(entering=3136, leaving=3136, taps=9, c1=64, c2=64))
    Literal(figure=Fraction(1241088, 1), reasons=('k > 1',), holds=False)
    """
    area = layer.entering if layer.transposed else layer.leaving
    b = Fraction(layer.mult_adds * per_mult_add)
    reasons = {
        "k > 1": layer.taps > 1,
        "map shrinks": layer.entering > layer.leaving and not layer.transposed,
        "map grows": layer.entering < layer.leaving and not layer.transposed,
        "transposed": layer.transposed and layer.entering != layer.leaving,
        "groups": layer.groups > 1,
        "B counted two per mult-add": per_mult_add >= 2,
        "B is not the mult-adds": per_mult_add < 2 and per_mult_add != 1,
    }
    rest = layer.access - b / area
    holds = rest >= 0 and rest**2 >= 4 * area * b
    return Literal(root(4 * area * b) + b / area, tuple(name for name, is_so in reasons.items() if is_so), holds)


def bounded(line: Line) -> list[ConvBound]:
    """The convolutions that one line is: one of a convolution or FC layer, two of a `separable`, none of other ops."""
    if line.op == "linear":
        return [_dense(line.inputs[0], line.output)]
    if line.rule.family != "conv":
        return []
    x, y, fields = line.inputs[0], line.output, line.fields
    taps = prod(a_side(x.sides, "kernel", fields.get("kernel", 1)))
    if line.op == "separable":
        between = x.c * fields.get("multiplier", 1)
        over = _positions(y)
        return [
            ConvBound(_positions(x), over, taps, x.c, between, x.c),
            ConvBound(over, over, 1, between, y.c),
        ]
    groups = x.c if line.op == "depthwise" else fields.get("groups", 1)
    transposed = line.op.startswith("conv_transpose")
    return [ConvBound(_positions(x), _positions(y), taps, x.c, y.c, groups, transposed)]


def halves(line: Line) -> tuple[str, ...]:
    """What the convolutions that a line is, of `bounded`, are called beside its op: nothing where it is one."""
    return ("depthwise", "pointwise") if line.op == "separable" else ("",) * len(bounded(line))


def _dense(x: Tensor, y: Tensor) -> ConvBound:
    over = prod(y.without("c").shape)
    return ConvBound(over, over, 1, x.c, y.c)


def _positions(x: Tensor) -> Any:
    return prod(x.without("c").shape)


def root(square: Size) -> Fraction:
    """√square, cut after `DIGITS` decimals; exact for the squares of numbers of so many."""
    scale = 10**DIGITS
    return Fraction(isqrt(int(square * scale * scale)), scale)


def _whole(value: Fraction) -> Size:
    return value.numerator if value.denominator == 1 else value
