"""How counts become the figures that papers print: one row a convention."""

from typing import NamedTuple

from costmodel.algebra import Num
from costmodel.cost import Cost


class Convention(NamedTuple):
    """Coefficients that turn a `Cost` into one operation figure and one parameter figure."""

    name: str
    operations: dict[str, int]
    parameters: tuple[str, ...]
    meaning: str

    def mult_adds(self, cost: Cost) -> Num:
        """The operations of a cost under this convention."""
        return sum(factor * getattr(cost, count) for count, factor in self.operations.items())

    def params(self, cost: Cost) -> Num:
        """The parameters of a cost under this convention."""
        return sum(getattr(cost, kind) for kind in self.parameters)


CONVENTIONS = {
    row.name: row
    for row in (
        Convention("paper", {"fma": 1}, ("weights", "biases", "affine"), "conv + FC, one per multiply-add"),
        Convention("weights-only", {"fma": 1}, ("weights",), "conv + FC, one per multiply-add; biases and norms left out"),
    )
}
"""Every convention by name. `paper`: ShuffleNetV2 (arXiv:1807.11164) and most of the field."""
