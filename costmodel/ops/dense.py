"""Fully connected layers."""

from costmodel.algebra import equal
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Flag
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def linear(x: Tensor, *, out: Count, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Connect every input channel with every output; a 1×1 map counts as a vector.

    Output n·out; mult-adds n·c·out; a bias adds one addition an output value.
    """
    sides = tuple((equal(x.dims[s], 1), _WANTS_VECTOR, x) for s in ("h", "w") if x.has(s))
    y = x.without("h", "w").but(c=out)
    return y, Cost(
        fma=y.size * x.c,
        add=y.size if bias else 0,
        weights=out * x.c,
        biases=out if bias else 0,
        given=sides,
    )


_WANTS_VECTOR = "linear takes a vector or a 1×1 map, and {} enters; flatten or global_avg_pool makes one"
