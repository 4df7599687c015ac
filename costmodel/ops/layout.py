"""Ops that lay a tensor out anew: copies of all or of a part of it, and views, which cost nothing."""

from costmodel.algebra import ceil_div, choose, divides, equal, prod, ratio
from costmodel.cost import Cost
from costmodel.ops.fields import Axes, Axis, Count, Index, Misfit, Shape, Share, TwoAxes, spoken
from costmodel.ops.registry import op
from costmodel.tensor import DIMENSIONS, Tensor


@op
def slice(  # noqa: A001 - the field's word
    x: Tensor, *, start: Index = 0, stop: Index = None, step: Count = 1, axis: Axis = "c"
) -> tuple[Tensor, Cost]:
    """Copy the channels from `start` up to but not with `stop`, or a part of another dimension.

    Places are counted from 0; without `stop`, all that follow; every `step`-th of them. Output ⌈(stop − start)/step⌉
    along the axis; its own elements are read and written.
    """
    size, name = x.along(axis), DIMENSIONS[axis]
    end, ending = (size, f"the {name}") if stop is None else (stop, "stop")
    y = x.but(**{axis: ceil_div(end - start, step)})
    return y, Cost(
        read=y.size,
        given=(
            (end <= size, f"stop ({{}}) must be at most the {name} ({{}})", end, size),
            (
                start < end,
                f"start ({{}}) must be below {ending} ({{}})",
                start,
                end,
            ),
        ),
    )


@op
def split(x: Tensor, *, parts: Count, take: Index, axis: Axis = "c") -> tuple[Tensor, Cost]:
    """Copy one of equal parts of the channels, or of another dimension; `take` counts them from 0.

    Output c/parts; its own elements are read and written, so that all parts together move the input once
    (ShuffleNetV2's channel split, arXiv:1807.11164, section 3).
    """
    size = x.along(axis)
    y = x.but(**{axis: ratio(size, parts)})
    return y, Cost(
        read=y.size,
        given=(
            (divides(parts, size), f"parts ({{}}) must divide the {DIMENSIONS[axis]} ({{}})", parts, size),
            (take < parts, "take ({}) must be below parts ({}): it counts from 0", take, parts),
        ),
    )


@op
def shuffle(x: Tensor, *, groups: Count) -> tuple[Tensor, Cost]:
    """Deal the channels of each of `groups` groups to all of them in turn.

    ShuffleNet's (arXiv:1707.01083, section 3.1). Output as input; a copy: each value is read and written. One group
    leaves every channel in its place and costs nothing.
    """
    moved = choose(equal(groups, 1), 0, x.size)
    given = (divides(groups, x.c), "groups ({}) must divide the channels ({})", groups, x.c)
    return x, Cost(read=moved, write=moved, given=(given,))


@op
def index_select(x: Tensor, *, out: Count, axis: Axis = "c") -> tuple[Tensor, Cost]:
    """Copy `out` channels, each named by an index; a channel may be named more than once, or not at all.

    CondenseNet's learned groups at test time (arXiv:1711.09224, section 3.1); or places of another dimension. Output of
    `out` of them, read and written; the index is a buffer of `out` values, no parameter.
    """
    x.along(axis)
    y = x.but(**{axis: out})
    return y, Cost(read=y.size, buffers=out)


@op
def transpose(x: Tensor, *, axes: TwoAxes) -> tuple[Tensor, Cost]:
    """Swap two dimensions, as [h, w] or [t, c]. Output with their sizes swapped; a copy: each value is read and written."""
    a, b = axes
    return x.but(**{a: x.along(b), b: x.along(a)}), Cost()


@op
def permute(x: Tensor, *, order: Axes) -> tuple[Tensor, Cost]:
    """Bring the dimensions into another order, as [h, w, c] for a map.

    `order` names each of them once. The first dimension in memory gets the size of the first named, and so on: a map c×h×w
    becomes h×w×c. A copy: each value is read and written; an order that is the one in memory is none.
    """
    names = [*x.without("n").dims]
    if set(names).symmetric_difference(order):
        raise Misfit("order must name each dimension of {} once ({}), and is {}", x.said, ", ".join(names), spoken([*order]))
    y = x.but(**{name: x.along(source) for name, source in zip(names, order, strict=True)})
    return y, Cost(read=0, write=0) if equal([*order], names) else Cost()


@op
def tile(x: Tensor, *, shape: Shape) -> tuple[Tensor, Cost]:
    """Repeat a tensor until it has a larger shape.

    Output of the shape given, each of whose sizes is a multiple of what enters. A copy: the input is read once, the output
    written once.
    """
    names = [*x.without("n").dims]
    if not equal(names, [*shape]):
        raise Misfit("shape must name the dimensions of {} ({}), and names {}", x.said, ", ".join(names), ", ".join(shape))
    text = "shape must hold the {} ({{}}) a whole number of times, and is {{}} there"
    given = [(divides(x.along(n), size), text.format(DIMENSIONS[n]), x.along(n), size) for n, size in shape.items()]
    return x.but(**shape), Cost(given=tuple(given))


@op
def flatten(x: Tensor) -> tuple[Tensor, Cost]:
    """See a map, a sequence or a volume as a vector. Output n·(c·h·w); a view: nothing is computed, nothing moves."""
    n = x.n
    return Tensor(n=n, c=prod(x.without("n").shape)), Cost(read=0, write=0)


@op
def reshape(x: Tensor, *, shape: Shape) -> tuple[Tensor, Cost]:
    """See a tensor in another shape of as many elements.

    A map becomes tokens by `reshape: {t: h_in * w_in, c: c_in}`. Output of the shape given; a view, whatever the order
    of its dimensions: nothing is computed, nothing moves.
    """
    y = Tensor(n=x.n, **shape)
    before, after = prod(x.without("n").shape), prod(shape.values())
    text = "shape {} must hold as many elements as what enters, {}: it holds {}, and {} enter"
    return y, Cost(read=0, write=0, given=((equal(after, before), text, y, x, after, before),))


@op
def dropout(x: Tensor, *, rate: Share = 0) -> tuple[Tensor, Cost]:  # noqa: ARG001 - it means nothing once trained
    """Pass everything on: values are dropped in training alone. A view: no cost at any rate (JMLR 15, 2014)."""
    return x, Cost(read=0, write=0)
