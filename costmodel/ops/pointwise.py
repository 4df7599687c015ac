"""Ops that treat each value on its own."""

from costmodel.cost import Cost
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def relu(x: Tensor) -> tuple[Tensor, Cost]:
    """Replace each negative value by zero. Output as input; one comparison a value."""
    return x, Cost(cmp=x.size)


@op
def relu6(x: Tensor) -> tuple[Tensor, Cost]:
    """Clip each value to 0 … 6 (MobileNetV2, arXiv:1801.04381). Output as input; two comparisons a value."""
    return x, Cost(cmp=2 * x.size)
