"""Ops of which nothing is known but their name and what they give."""

from costmodel.cost import Cost
from costmodel.ops.fields import Name, Shape
from costmodel.ops.registry import op as enter
from costmodel.tensor import Tensor


@enter
def unknown(*xs: Tensor, op: Name, shape: Shape = None) -> tuple[Tensor, Cost]:  # noqa: ARG001 - its name is for the reader
    """Stand for an op outside the vocabulary.

    `unknown: {op: NonMaxSuppression, shape: [4, 100, 1]}`, with any number of inputs. Output of the shape given; where
    nobody knows it, it stands as that of the first input. What the op costs is not known: it adds nothing to a total, and
    a total with such a line in it is a lower bound (`Ledger.unknown`).
    """
    return xs[0] if shape is None else Tensor(n=xs[0].n, **shape), Cost(read=0, write=0)
