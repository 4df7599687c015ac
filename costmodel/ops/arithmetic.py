"""Plain functions of values, of which real networks hold many: a root, a quotient, a choice."""

from typing import Annotated, TypeAlias

from costmodel.algebra import Num, equal
from costmodel.cost import Cost
from costmodel.ops.fields import choice
from costmodel.ops.functions import COMBINED, FUNCTIONS, Steps
from costmodel.ops.join import stretched
from costmodel.ops.registry import op
from costmodel.tensor import Tensor

Function: TypeAlias = Annotated[str, choice(*FUNCTIONS, reads="text")]
"""A function of one value."""
Combination: TypeAlias = Annotated[str, choice(*COMBINED, reads="text")]
"""A function of several values."""


@op
def map(x: Tensor, *, function: Function) -> tuple[Tensor, Cost]:  # noqa: A001 - the field's word
    """Give a function of each value: a root, a logarithm, a product with a constant.

    Output as input. An exponential, a logarithm, a root, an error function, a power or a sine is one transcendental
    evaluation; `scale` (by a constant), `reciprocal` and `square` are a multiplication; `shift` (by a constant) an addition;
    what looks at a sign or rounds a comparison, `clip` two. `cast` is a copy. Others count the steps of their definitions.
    What a constant is changes no cost, and it is not given.
    """
    return x, taken(FUNCTIONS[function], x.size)


@op
def combine(*xs: Tensor, function: Combination) -> tuple[Tensor, Cost]:
    """Give a function of several tensors, value by value: a difference, a quotient, the larger of each two.

    A dimension that is 1, or not there, stretches to that of the others, as in `multiply`. Output of the larger shape; for
    each tensor after the first one addition, multiplication, comparison or transcendental evaluation a value, by the
    function. `where` looks at the first of three, or of two beside a constant: one comparison a value.
    """
    y, values, given = stretched("combine", xs)
    if equal(function, "where"):
        given.append((1 < len(xs) < 4, "where takes three tensors, or two beside a constant, and gets {}", len(xs)))
        values = y.size
    cost = taken(COMBINED[function], values)
    cost.given = tuple(given)
    return y, cost


def taken(steps: Steps, values: Num) -> Cost:
    """What these steps take on so many values."""
    return Cost(**{name: many * values for name, many in steps._asdict().items() if many})
