"""Fully connected layers and products of matrices."""

from typing import Any

from costmodel.algebra import Truth, both, equal
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Flag
from costmodel.ops.registry import op
from costmodel.tensor import SIDES, Tensor


@op
def linear(x: Tensor, *, out: Count, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Connect every input channel with every output: of a vector, a 1×1 map, or each token.

    Output n·out, of a sequence n·t·out; mult-adds c for each output value; a bias adds one addition to each.
    """
    sides = tuple((equal(x.dims[side], 1), _WANTS_VECTOR, x) for side in x.sides)
    y = x.without(*SIDES).but(c=out)
    return y, Cost(
        fma=y.size * x.c,
        add=y.size if bias else 0,
        weights=out * x.c,
        biases=out if bias else 0,
        given=sides,
    )


_WANTS_VECTOR = "linear takes a vector or a 1×1 map, and {} enters; flatten or global_avg_pool makes one"


@op
def matmul(a: Tensor, b: Tensor, *, transpose: Flag = False) -> tuple[Tensor, Cost]:
    """Multiply the matrices of two tensors.

    Matrices are the last two dimensions in memory order, one for each place in those before, which must be alike. r×k
    and k×p give r×p, named as in the first; r·k·p mult-adds a pair. With `transpose` the second tensor holds p×k, as
    keys do in q·kᵀ (arXiv:1706.03762, equation 1).
    """
    *batch, _, inner = a.shape
    *others, first, last = b.shape
    shared, columns = (last, first) if transpose else (first, last)
    y = a.but(**{[*a.dims][-1]: columns})
    matrices = bool(batch and others)  # else the batch itself would be a side
    meets = f"the columns of the first matrix ({{}}) must be the {'columns' if transpose else 'rows'} of the second ({{}})"
    return y, Cost(
        fma=y.size * inner,
        given=(
            (matrices, "matmul takes tensors of two dimensions and more, and gets {} and {}", a, b),
            (_alike(batch, others), "matmul takes tensors alike but for their last two dimensions, and gets {} and {}", a, b),
            (equal(inner, shared) if matrices else True, meets, inner, shared),
        ),
    )


def _alike(sizes: list[Any], others: list[Any]) -> Truth:
    truth: Truth = equal(len(sizes), len(others))
    for size, other in zip(sizes, others, strict=False):
        truth = both(truth, equal(size, other))
    return truth
