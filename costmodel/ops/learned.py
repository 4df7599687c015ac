"""Learned values that are no weights of a product: factors, offsets, tokens, tables.

They are counted with the norms' scales: as parameters, and as no traffic of their own.
"""

from costmodel.algebra import Num, choose, equal, prod
from costmodel.cost import Cost
from costmodel.ops.fields import Axes, Count, Index
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def scale(x: Tensor, *, over: Axes = "c", learned: Index = None) -> tuple[Tensor, Cost]:
    """Multiply by learned factors, one for each place along some dimensions.

    One a channel unless `over` names others (LayerScale, arXiv:2103.17239, equation 3). Output as input; one multiplication
    a value. `learned` says how many parameters there are where not each place has its own; of 0 the factors are constants,
    which are buffers.
    """
    return x, _learned(Cost(mul=x.size), x, over, learned)


@op
def shift(x: Tensor, *, over: Axes = "c", learned: Index = None) -> tuple[Tensor, Cost]:
    """Add learned offsets, one for each place along some dimensions: a position embedding by `over: [t, c]`.

    Output as input (ViT, arXiv:2010.11929, equation 1); one addition a value; `over` and `learned` as of `scale`.
    """
    return x, _learned(Cost(add=x.size), x, over, learned)


def _learned(cost: Cost, x: Tensor, over: list[str] | str, learned: Num | None) -> Cost:
    places = prod(x.along(name) for name in over)
    if learned is None:
        cost.affine = places
    else:
        cost.affine, cost.buffers = learned, choose(equal(learned, 0), places, 0)
    return cost


@op
def tokens(x: Tensor, *, count: Count = 1) -> tuple[Tensor, Cost]:
    """Put learned tokens in front of a sequence, as ViT's class token.

    Output n·(t + count)·c (arXiv:2010.11929, equation 1); count·c parameters; no arithmetic. The sequence is read, and what
    comes out written.
    """
    y = x.but(t=x.t + count)
    return y, Cost(affine=count * x.c)


@op
def embedding(x: Tensor, *, entries: Count, out: Count) -> tuple[Tensor, Cost]:
    """Look learned vectors up by number, one for each number that enters, as of `input: [128]`.

    Output n·t·out for t numbers a sample, whatever their dimensions (arXiv:1301.3781); a table of entries·out parameters, of
    which the vectors taken are read, each once for each number, and written; no arithmetic.
    """
    y = Tensor(n=x.n, t=prod(x.without("n").shape), c=out)
    return y, Cost(affine=entries * out, read=x.size + y.size)


@op
def parameters(x: Tensor, *, count: Count) -> tuple[Tensor, Cost]:
    """Hold learned values of which weights are made before anything runs, and let what enters pass.

    As the lengths of weight normalisation (g of w = g·v/‖v‖, arXiv:1602.07868, equation 2), one an output of a convolution
    beside it. Output as input; `count` parameters; nothing runs and nothing moves.
    """
    return x, Cost(affine=count, read=0, write=0)
