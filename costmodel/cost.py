"""What one op does, kept apart by kind; conventions and traffic models make totals of it later."""

from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from costmodel.algebra import Num

Condition: TypeAlias = tuple[Any, ...]
"""A condition of an op: its truth, a sentence with `{}` for values, the values."""


@dataclass(slots=True)
class Cost:
    """Counts of what happens in one forward pass of one op, over the whole batch, in operations and in elements.

    `fma` is one multiply-add (the papers' mult-adds); the other operation counts are those that come on top. A difference
    is an `add`, a division a `mul`; an `exp` is one value of a function that no single operation gives: an exponential, a
    hyperbolic tangent, an error function, a root or its reciprocal.
    `weights` are factors of products, `affine` all else that is learned and no bias: scales and shifts, tokens, tables.
    `read` and `write` count elements of feature maps alone; None means "each input once, each output once".
    Costs add: counts are summed, conditions are collected.

    >>> (Cost(fma=6, weights=3) + Cost(add=2, biases=1)).params
    4
    """

    fma: Num = 0
    add: Num = 0
    mul: Num = 0
    cmp: Num = 0
    exp: Num = 0
    weights: Num = 0
    biases: Num = 0
    affine: Num = 0
    buffers: Num = 0
    read: Num = None
    write: Num = None
    given: tuple[Condition, ...] = ()

    @property
    def params(self) -> Num:
        """Everything that is learned: weights, biases, and scales and shifts as of norms; buffers are beside."""
        return self.weights + self.biases + self.affine

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(*(_sum(getattr(self, name), getattr(other, name)) for name in _NAMES))


_NAMES = tuple(field.name for field in fields(Cost))
COUNTS = tuple(name for name in _NAMES if name != "given")
"""The names of the counts, in order."""
LEARNED = ("weights", "biases", "affine", "buffers")
"""The names of those of parameters, and of buffers beside them."""


def _sum(a: Any, b: Any) -> Any:
    return b if a is None else a if b is None else a + b
