"""Ops that make one value of many along some dimensions."""

from costmodel.algebra import prod
from costmodel.cost import Cost
from costmodel.ops.fields import Axes, Flag
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def mean(x: Tensor, *, over: Axes = None, keep: Flag = False) -> tuple[Tensor, Cost]:
    """Average over some dimensions and drop them.

    Over all but the channels unless given; `keep` leaves each at size 1. Output n·c; with m values in each average, m −
    1 additions and one multiplication an output value.
    """
    over = [name for name in x.dims if name not in ("n", "c")] if over is None else over
    many = prod(x.along(name) for name in over)
    y = x.but(**dict.fromkeys(over, 1)) if keep else x.without(*over)
    stays = (keep or "c" not in over, "mean over the channels leaves a tensor none; `keep: true` leaves it one")
    return y, Cost(add=y.size * (many - 1), mul=y.size, given=(stays,))
