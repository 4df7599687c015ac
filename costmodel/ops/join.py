"""Ops that bring tensors together."""

from collections.abc import Sequence

from costmodel.algebra import Num, Truth, both, either, equal, maximum
from costmodel.cost import Condition, Cost
from costmodel.ops.fields import Axis
from costmodel.ops.registry import op
from costmodel.tensor import DIMENSIONS, Tensor


@op
def add(*xs: Tensor) -> tuple[Tensor, Cost]:
    """Sum tensors of one shape. Output as each input; one addition a value for each input after the first."""
    y = xs[0]
    return y, Cost(add=(len(xs) - 1) * y.size, given=_alike("add takes tensors of one shape", xs))


@op
def multiply(*xs: Tensor) -> tuple[Tensor, Cost]:
    """Multiply tensors value by value; a dimension that is 1, or not there, stretches to that of the others.

    So a gate of c channels, as a vector or a 1×1 map, scales the whole map c×h×w (squeeze-and-excitation,
    arXiv:1709.01507, equation 4). Output of the larger shape; one multiplication a value of it for each input after the
    first, each input read once at its own size.
    """
    y, values, given = stretched("multiply", xs)
    return y, Cost(mul=values, given=tuple(given))


@op
def concat(*xs: Tensor, axis: Axis = "c") -> tuple[Tensor, Cost]:
    """Stack tensors along their channels, or along another dimension, copying each.

    Output n·(c1 + c2 + …)·h·w; no arithmetic.
    """
    y = xs[0].but(**{axis: sum(x.along(axis) for x in xs)})
    return y, Cost(given=_alike(f"concat takes tensors alike but for their {DIMENSIONS[axis]}", xs, but=axis))


def _alike(wanted: str, xs: tuple[Tensor, ...], but: str = "") -> tuple[Condition, ...]:
    """One condition for each tensor after the first: every dimension as the first has it, save the one left out."""
    text = f"{wanted}, and gets {{}} and {{}}"
    return tuple([(_same(xs[0], x, but), text, xs[0], x) for x in xs[1:]])


def _same(a: Tensor, b: Tensor, but: str) -> Truth:
    truth: Truth = True
    for name in (a.dims | b.dims).keys() - {but}:
        truth = both(truth, equal(a.dims.get(name, 0), b.dims.get(name, 0)))
    return truth


def stretched(op: str, xs: Sequence[Tensor]) -> tuple[Tensor, Num, list[Condition]]:
    """The shape to which tensors stretch, the values that joining them one after the other gives, and the conditions."""
    y, values, given = xs[0], 0, list[Condition]()
    text = f"{op} takes tensors of one shape, where 1 fits any size, and gets {{}} and {{}}"
    for x in xs[1:]:
        given.append((_stretches(y, x), text, y, x))
        y = _stretched(y, x)
        values = values + y.size
    return y, values, given


def _stretches(a: Tensor, b: Tensor) -> Truth:
    """Whether all that both have is of one size, or 1 on one side."""
    truth: Truth = True
    for name in a.dims.keys() & b.dims.keys():
        p, q = a.dims[name], b.dims[name]
        truth = both(truth, either(equal(p, q), either(equal(p, 1), equal(q, 1))))
    return truth


def _stretched(a: Tensor, b: Tensor) -> Tensor:
    """The shape that both stretch to, its dimensions in their order in memory."""
    names = [name for name in ("n", *DIMENSIONS) if a.has(name) or b.has(name)]
    return Tensor(**{name: maximum(a.dims.get(name, 1), b.dims.get(name, 1)) for name in names})
