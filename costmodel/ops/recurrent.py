"""Recurrent layers: what comes of each step of a sequence is read again at the next.

Memory access is that of steps run one after the other: weights are moved once, all states of a step are read and written
once, and what lies between, the gates, stays on the chip.
"""

from costmodel.algebra import Num
from costmodel.cost import Cost
from costmodel.ops.fields import Count, Flag, Misfit
from costmodel.ops.functions import Steps
from costmodel.ops.inputs import Sequence
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@op
def lstm(x: Sequence, *, out: Count, directions: Count = 1, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Run a sequence through cells with three gates: a long short-term memory.

    Each step sees the token, c wide, and the `out` values of the step before it, and keeps as many (Hochreiter and
    Schmidhuber, Neural Computation 9, 1997; with forget gates, Gers et al., 2000, and no peepholes). Of 2 `directions` one
    runs from the end, with weights of its own. Output n·t·(directions·out).

    Mult-adds a step and direction 4·out·(c + out), weights as many; with `bias`, 8·out biases, two a gate and candidate as
    PyTorch has them, each one addition a step. A unit and step takes three sigmoids, two hyperbolic tangents, three
    products and a sum. Its state and its output are read and written once a step, the weights once.
    """
    return _steps(x, out, directions, bias, gates=4, states=2, unit=Steps(exp=5, add=4, mul=6))


@op
def gru(x: Sequence, *, out: Count, directions: Count = 1, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Run a sequence through cells with two gates: gated recurrent units.

    As `lstm` with three products for its four (arXiv:1406.1078, equations 5 to 8): mult-adds a step and direction
    3·out·(c + out), 6·out biases. The reset gate scales what the product with the last step gives, as PyTorch and cuDNN have
    it. A unit and step takes two sigmoids, a hyperbolic tangent, two sums and a difference, three products.
    """
    return _steps(x, out, directions, bias, gates=3, states=1, unit=Steps(exp=3, add=5, mul=5))


@op
def rnn(x: Sequence, *, out: Count, directions: Count = 1, bias: Flag = True) -> tuple[Tensor, Cost]:
    """Run a sequence through cells without gates: tanh(W·x + U·h).

    As `lstm` with one product (Elman, Cognitive Science 14, 1990): mult-adds a step and direction out·(c + out), 2·out biases,
    a hyperbolic tangent a unit and step.
    """
    return _steps(x, out, directions, bias, gates=1, states=1, unit=Steps(exp=1))


def _steps(x: Tensor, out: Num, directions: Num, bias: bool, *, gates: int, states: int, unit: Steps) -> tuple[Tensor, Cost]:
    """A layer of cells: products a unit, values that a unit keeps, and what else one takes a step."""
    if x.sides:
        raise Misfit("recurrent layers take a sequence of tokens with channels alone, and {} enters", x.said)
    y = x.but(c=directions * out)
    seen, weights = directions * x.n * x.t, directions * gates * out * (x.c + out)
    return y, Cost(
        fma=x.n * x.t * weights,
        add=(unit.add + (2 * gates if bias else 0)) * y.size,
        mul=unit.mul * y.size,
        exp=unit.exp * y.size,
        weights=weights,
        biases=2 * gates * directions * out if bias else 0,
        read=seen * x.c + states * y.size,
        write=states * y.size,
        given=((directions <= 2, "directions ({}) must be 1 or 2", directions),),
    )
