"""The memory-access bound of ShuffleNetV2's guideline G1, in exact numbers."""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

DIGITS = 2
"""Decimals to which irrational values are worked out."""


@dataclass(frozen=True, slots=True)
class PointwiseBound:
    """A 1×1 convolution, stride 1, one group, no bias, on an h×w map from c1 to c2 channels, and its bound.

    With B mult-adds, memory access in elements is at least `2√(hwB) + B/hw` (ShuffleNetV2, arXiv:1807.11164,
    section 2, equation 2), with equality exactly when c1 = c2. All four sizes are whole and at least 1; raises
    `ValueError` for others.

    >>> layer = PointwiseBound(h=56, w=56, c1=24, c2=144)
    >>> layer.mult_adds, layer.access, layer.holds, layer.is_tight
    (10838016, 530304, True, False)
    """

    h: int
    w: int
    c1: int
    c2: int

    def __post_init__(self) -> None:
        for name in ("h", "w", "c1", "c2"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ValueError(f"{name} must be a whole number, at least 1, and is {value}")

    @property
    def area(self) -> int:
        """h·w, in positions."""
        return self.h * self.w

    @property
    def mult_adds(self) -> int:
        """B = h·w·c1·c2."""
        return self.area * self.c1 * self.c2

    @property
    def access(self) -> int:
        """h·w·(c1 + c2) + c1·c2 elements: both maps and the weights, each once."""
        return self.area * (self.c1 + self.c2) + self.c1 * self.c2

    @property
    def bound(self) -> Fraction:
        """2√(h·w·B) + B/(h·w) elements, the root cut after `DIGITS` decimals."""
        return root(4 * self.area * self.mult_adds) + Fraction(self.mult_adds, self.area)

    @property
    def gap(self) -> Fraction:
        """Access − bound = h·w·(√c1 − √c2)², to the precision of the bound."""
        return self.access - self.bound

    @property
    def holds(self) -> bool:
        """Whether the access is at least the bound, decided in integers: L² ≥ 4·h·w·B with L = h·w·(c1 + c2)."""
        maps = self.area * (self.c1 + self.c2)
        return maps * maps >= 4 * self.area * self.mult_adds

    @property
    def is_tight(self) -> bool:
        """Whether the access is the bound, decided in integers."""
        maps = self.area * (self.c1 + self.c2)
        return maps * maps == 4 * self.area * self.mult_adds

    @property
    def balanced(self) -> Fraction:
        """√(c1·c2): the width that both sides would have at the same mult-adds and no gap."""
        return root(self.c1 * self.c2)


def root(square: int) -> Fraction:
    """√square, cut after `DIGITS` decimals; exact for square numbers."""
    scale = 10**DIGITS
    return Fraction(isqrt(square * scale * scale), scale)
