"""What every op is spelled with in PyTorch: its module, its call, and tensors brought to one rank."""

from typing import NamedTuple

from costmodel.exporting.taken import Taken
from costmodel.tensor import DIMENSIONS, Tensor


class Spelled(NamedTuple):
    """An op in PyTorch: how its module is made, and an expression of what it gives, in which `{m}` is the module."""

    made: str
    call: str


class Op(Taken):
    """A line, and the names of what enters it."""

    @property
    def rank(self) -> int:
        """How many sides what enters has."""
        return len(self.x.sides)


def stretched(op: Op) -> list[str]:
    """What enters, each with a size of 1 for every dimension that others have."""
    names = [name for name in ("n", *DIMENSIONS) if op.y.has(name)]

    def seen(x: Tensor, name: str) -> str:
        sizes = ", ".join(str(x.dims.get(one, 1)) for one in names[1:])
        return name if [*x.dims] == names else f"{name}.reshape(-1, {sizes})"

    return [*map(seen, op.line.inputs, op.inputs)]
