"""Ops that bring tensors together or lay them out anew."""

from costmodel.algebra import Truth, both, equal, prod
from costmodel.cost import Condition, Cost
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def add(*xs: Tensor) -> tuple[Tensor, Cost]:
    """Sum tensors of one shape. Output as each input; one addition a value for each input after the first."""
    y = xs[0]
    return y, Cost(add=(len(xs) - 1) * y.size, given=_alike("add", xs))


@op
def concat(*xs: Tensor) -> tuple[Tensor, Cost]:
    """Stack tensors along their channels, copying each. Output n·(c1 + c2 + …)·h·w; no arithmetic."""
    y = xs[0].but(c=sum(x.c for x in xs))
    return y, Cost(given=_alike("concat", xs, but=frozenset("c")))


@op
def flatten(x: Tensor) -> tuple[Tensor, Cost]:
    """See a map as a vector. Output n·(c·h·w); a view: nothing is computed, nothing moves."""
    n = x.n
    return Tensor(n=n, c=prod(x.without("n").shape)), Cost(read=0, write=0)


def _alike(verb: str, xs: tuple[Tensor, ...], but: frozenset[str] = frozenset()) -> tuple[Condition, ...]:
    """One condition for each tensor after the first: every dimension as the first has it, save those left out."""
    text = f"{verb} takes tensors of one {'height and width' if but else 'shape'}, and gets {{}} and {{}}"
    return tuple([(_same(xs[0], x, but), text, xs[0], x) for x in xs[1:]])


def _same(a: Tensor, b: Tensor, but: frozenset[str]) -> Truth:
    truth: Truth = True
    for name in (a.dims | b.dims).keys() - but:
        truth = both(truth, equal(a.dims.get(name, 0), b.dims.get(name, 0)))
    return truth
