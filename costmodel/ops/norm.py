"""Normalisation. A root counts as one transcendental evaluation, a division as a multiplication."""

from costmodel.algebra import Num, divides, prod
from costmodel.cost import Cost
from costmodel.ops.fields import Axes, Axis, Count, Flag
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def batch_norm(x: Tensor) -> tuple[Tensor, Cost]:
    """Scale and shift each channel by statistics fixed after training (arXiv:1502.03167).

    Output as input; one multiplication and one addition a value, the four values a channel being folded into two
    beforehand; 2·c learned parameters, and 2·c running statistics as buffers.
    """
    return x, Cost(mul=x.size, add=x.size, affine=2 * x.c, buffers=2 * x.c)


@op
def layer_norm(x: Tensor, *, over: Axes = "c", affine: Flag = True, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Bring the channels of each position to mean 0 and variance 1, then scale and shift.

    Layer normalisation (arXiv:1607.06450), a token being a position. `over: [c, h, w]` normalises a whole map at once;
    each place of what is normalised together has a scale and a shift of its own: 2·c learned parameters, or 2·c·h·w;
    `bias: false` has no shift. Output as input. Statistics are computed as it runs: for m values, 3·m − 1 additions,
    2·m + 2 multiplications and one reciprocal root; the scale takes a multiplication, the shift an addition a value.
    """
    places = prod(x.along(name) for name in over)
    cost = _normalised(x, prod(x.without(*over).shape), places if affine else None)
    return x, cost + Cost(add=-x.size, affine=-places) if affine and not bias else cost


@op
def group_norm(x: Tensor, *, groups: Count, affine: Flag = True) -> tuple[Tensor, Cost]:
    """Bring each of `groups` groups of channels to mean 0 and variance 1, then scale and shift.

    Group normalisation (arXiv:1803.08494), over all positions. Output as input; operations as in layer_norm for each
    group of a sample; 2·c learned parameters.
    """
    cost = _normalised(x, x.n * groups, x.c if affine else None)
    cost.given = ((divides(groups, x.c), "groups ({}) must divide the channels ({})", groups, x.c),)
    return x, cost


@op
def instance_norm(x: Tensor, *, affine: Flag = False) -> tuple[Tensor, Cost]:
    """Bring each channel of each sample to mean 0 and variance 1.

    Instance normalisation (arXiv:1607.08022), over all positions. Output as input; operations as in layer_norm for each
    channel of a sample. As in PyTorch, nothing is learned unless `affine` asks for 2·c parameters.
    """
    return x, _normalised(x, x.n * x.c, x.c if affine else None)


@op
def rms_norm(x: Tensor, *, over: Axes = "c", affine: Flag = True) -> tuple[Tensor, Cost]:
    """Divide the channels of each position by their root mean square, then scale.

    Output as input (arXiv:1910.07467, equation 4); for m values m additions, 2·m + 1 multiplications and one reciprocal
    root; the scale takes one multiplication a value more: c learned parameters.
    """
    places, sets = prod(x.along(name) for name in over), prod(x.without(*over).shape)
    mul = (3 if affine else 2) * x.size + sets
    return x, Cost(add=x.size, mul=mul, exp=sets, affine=places if affine else 0)


@op
def softmax(x: Tensor, *, axis: Axis = "c") -> tuple[Tensor, Cost]:
    """Turn the channels, or another dimension, into shares of 1: eˣ over the sum of all eˣ.

    Output as input. The largest value is taken off first, so that nothing overflows: for m values m − 1 comparisons, m
    subtractions, m exponentials, m − 1 additions and m divisions.
    """
    m, rows = x.along(axis), prod(x.without(axis).shape)
    return x, Cost(cmp=rows * (m - 1), add=rows * (2 * m - 1), exp=x.size, mul=x.size)


@op
def local_norm(x: Tensor, *, size: Count = 5) -> tuple[Tensor, Cost]:
    """Divide each value by a power of the squares around it in `size` neighbouring channels.

    Local response normalisation (Krizhevsky, Sutskever and Hinton, NIPS 2012, section 3.3). Output as input; for each value
    a square, `size` − 1 additions, a product and an addition for the sum, a power, a division.
    """
    return x, Cost(mul=3 * x.size, add=size * x.size, exp=x.size)


def _normalised(x: Tensor, sets: Num, scales: Num | None) -> Cost:
    """Mean 0 and variance 1 for each of `sets` sets of values, then as many scales and shifts as there are, if any.

    A set of m values: m − 1 additions and a product for its mean, m differences, m squares, m − 1 additions and a
    product for its variance, one addition that keeps this from 0, one reciprocal root, m products.
    """
    cost = Cost(add=3 * x.size - sets, mul=2 * x.size + 2 * sets, exp=sets)
    return cost if scales is None else cost + Cost(add=x.size, mul=x.size, affine=2 * scales)
