"""Data types: the bytes that elements take. They scale bytes alone; element counts never change."""

from fractions import Fraction
from typing import Any, NamedTuple

DTYPES = {
    "fp64": 64,
    "fp32": 32,
    "tf32": 32,  # computes with 19 bits, and is stored in 32
    "fp16": 16,
    "bf16": 16,
    "fp8": 8,
    "int32": 32,
    "int16": 16,
    "int8": 8,
    "int4": 4,
}
"""Bits that an element takes in memory, by data type."""


class Dtypes(NamedTuple):
    """A data type for each kind of tensor.

    `accumulators` are partial sums. Every op here keeps them beside the arithmetic and moves none, so that they are
    named in reports and scale nothing.

    >>> str(Dtypes("int8", "int8", "int32"))
    'weights int8 · activations int8 · accumulators int32'
    >>> Dtypes("int4", "int8", "int32").bytes(weights=3, activations=2)
    Fraction(7, 2)
    """

    weights: str = "fp32"
    activations: str = "fp32"
    accumulators: str = "fp32"

    def bytes(self, weights: Any, activations: Any) -> Any:
        """The bytes of some elements of parameters and some of feature maps: exact, so half a byte for one of int4."""
        bits = weights * DTYPES[self.weights] + activations * DTYPES[self.activations]
        return bits // 8 if isinstance(bits, int) and bits % 8 == 0 else bits * Fraction(1, 8)

    @property
    def word(self) -> str | None:
        """The data type of all kinds, where it is one."""
        return self.weights if len(set(self)) == 1 else None

    def __str__(self) -> str:
        return self.word or " · ".join(f"{kind} {word}" for kind, word in zip(self._fields, self, strict=True))
