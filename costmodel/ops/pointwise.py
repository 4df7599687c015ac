"""Ops that treat each value on its own. A division counts as a multiplication."""

from costmodel.cost import Cost
from costmodel.ops.fields import Flag
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


@op
def prelu(x: Tensor, *, shared: Flag = True) -> tuple[Tensor, Cost]:
    """Scale each negative value down by a learned slope.

    Output as input (arXiv:1502.01852, equation 1); one comparison and one multiplication a value. As in PyTorch all
    channels share one slope unless `shared: false`; slopes are counted with the norms' scales.
    """
    return x, Cost(cmp=x.size, mul=x.size, affine=1 if shared else x.c)


@op
def elu(x: Tensor) -> tuple[Tensor, Cost]:
    """Replace each negative value by α·(eˣ − 1).

    Output as input (arXiv:1511.07289, section 3); every value counted as though it were negative: a comparison, an
    exponential, a difference and a multiplication.
    """
    return x, Cost(cmp=x.size, exp=x.size, add=x.size, mul=x.size)


@op
def sigmoid(x: Tensor) -> tuple[Tensor, Cost]:
    """Squeeze each value into 0 … 1: 1/(1 + e⁻ˣ). Output as input; an exponential, an addition and a division a value."""
    return x, Cost(exp=x.size, add=x.size, mul=x.size)


@op
def tanh(x: Tensor) -> tuple[Tensor, Cost]:
    """Squeeze each value into −1 … 1. Output as input; one hyperbolic tangent a value, as one transcendental evaluation."""
    return x, Cost(exp=x.size)


@op
def silu(x: Tensor) -> tuple[Tensor, Cost]:
    """Scale each value by its sigmoid, x/(1 + e⁻ˣ): SiLU, or swish.

    Output as input (arXiv:1702.03118, arXiv:1710.05941); what a sigmoid costs, and one multiplication a value more.
    """
    return x, Cost(exp=x.size, add=x.size, mul=2 * x.size)


@op
def gelu(x: Tensor) -> tuple[Tensor, Cost]:
    """Scale each value by the chance that a normal variable is below it, x/2·(1 + erf(x/√2)).

    Output as input (arXiv:1606.08415, section 2); an error function, an addition and three multiplications a value. The
    approximation by a hyperbolic tangent takes other counts.
    """
    return x, Cost(exp=x.size, add=x.size, mul=3 * x.size)


@op
def hardsigmoid(x: Tensor) -> tuple[Tensor, Cost]:
    """Squeeze each value into 0 … 1 by straight lines: relu6(x + 3)/6.

    Output as input (MobileNetV3, arXiv:1905.02244, section 5.2); an addition, two comparisons and a multiplication a
    value.
    """
    return x, Cost(add=x.size, cmp=2 * x.size, mul=x.size)


@op
def hardswish(x: Tensor) -> tuple[Tensor, Cost]:
    """Scale each value by its hard sigmoid, x·relu6(x + 3)/6.

    Output as input (MobileNetV3, arXiv:1905.02244, section 5.2); an addition, two comparisons and two multiplications a
    value.
    """
    return x, Cost(add=x.size, cmp=2 * x.size, mul=2 * x.size)
