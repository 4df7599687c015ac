"""How counts become the figures that papers print: one row a convention."""

from typing import NamedTuple

from costmodel.algebra import Num
from costmodel.cost import Cost


class Convention(NamedTuple):
    """Coefficients that turn a `Cost` into one operation figure and one parameter figure; `unit` names the former."""

    name: str
    operations: dict[str, int]
    parameters: tuple[str, ...]
    meaning: str
    unit: str = "mult-adds"

    def figure(self, cost: Cost) -> Num:
        """The operations of a cost under this convention, in its unit."""
        return sum(factor * getattr(cost, count) for count, factor in self.operations.items())

    @property
    def counts_mult_adds(self) -> bool:
        """Whether its figure is one per multiply-add, so that it is the mult-adds themselves."""
        return self.operations == {"fma": 1}

    def params(self, cost: Cost) -> Num:
        """The parameters of a cost under this convention."""
        return sum(getattr(cost, kind) for kind in self.parameters)


_LEARNED = ("weights", "biases", "affine")
_EVERY = {"fma": 2, "add": 1, "mul": 1, "cmp": 1, "exp": 1}

CONVENTIONS = {
    row.name: row
    for row in (
        Convention("paper", {"fma": 1}, _LEARNED, "conv + FC, one per multiply-add"),
        Convention("weights-only", {"fma": 1}, ("weights",), "conv + FC, one per multiply-add; biases and norms left out"),
        Convention("two-per-mult-add", {"fma": 2}, _LEARNED, "conv + FC, two per multiply-add", "operations"),
        Convention("arithmetic", _EVERY, _LEARNED, "every op, two per multiply-add, one for all else", "operations"),
    )
}
"""Every convention by name.

`paper`: ShuffleNetV2 (arXiv:1807.11164) and most of the field. `two-per-mult-add`: a multiplication and an addition each,
as SqueezeNet's repository and PyTorch's FlopCounterMode count convolutions and FC layers. `arithmetic`: in addition every
addition, multiplication, comparison and transcendental evaluation of biases, norms, activations, poolings and joins.
"""
