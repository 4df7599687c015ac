"""Ops that make one value of many along some dimensions."""

from typing import Annotated, Any, TypeAlias

from costmodel.algebra import Num, prod
from costmodel.cost import Cost
from costmodel.ops.fields import Axes, Flag, choice
from costmodel.ops.functions import REDUCED
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def mean(x: Tensor, *, over: Axes = None, keep: Flag = False) -> tuple[Tensor, Cost]:
    """Average over some dimensions and drop them.

    Over all but the channels unless given; `keep` leaves each at size 1. Output n·c; with m values in each average, m −
    1 additions and one multiplication an output value.
    """
    y, many, given = _made(x, over, keep, "mean")
    return y, Cost(add=y.size * (many - 1), mul=y.size, given=given)


Reduction: TypeAlias = Annotated[str, choice(*REDUCED, reads="text")]
"""What is made of many values."""


@op
def reduce(x: Tensor, *, function: Reduction, over: Axes = None, keep: Flag = False) -> tuple[Tensor, Cost]:
    """Make one value of many along some dimensions: their largest, their sum, their norm.

    `over` and `keep` as of `mean`. Output n·c; of m values each, m − 1 comparisons for `max`, `min` and their places, m − 1
    additions for `sum`, m − 1 multiplications for `product`; a `norm` is m squares, m − 1 additions and a root, `norm1` looks
    at m signs; `logsumexp` takes the largest value off first, as a softmax does.
    """
    y, many, given = _made(x, over, keep, "reduce")
    each, others, end = REDUCED[function]
    counts = {
        name: y.size * (many * getattr(each, name) + (many - 1) * getattr(others, name) + getattr(end, name))
        for name in each._fields
    }
    return y, Cost(**counts, given=given)


def _made(x: Tensor, over: Any, keep: Any, called: str) -> tuple[Tensor, Num, tuple[Any, ...]]:
    """What comes out, the values in each of it, and the condition that channels are left."""
    over = [name for name in x.dims if name not in ("n", "c")] if over is None else over
    many = prod(x.along(name) for name in over)
    y = x.but(**dict.fromkeys(over, 1)) if keep else x.without(*over)
    stays = (keep or "c" not in over, f"{called} over the channels leaves a tensor none; `keep: true` leaves it one")
    return y, many, (stays,)
