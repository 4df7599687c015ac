"""A network on its way into a spec: layers of the vocabulary, and the values that run between the nodes of a model.

A value is `Known`, a weight or a number that shapes are worked out with, or a `Flow`, what the network computes. A flow is a
view of what a layer gives: views (a reshape, a squeeze) cost nothing and are written only where an op needs other dimensions.
"""

from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.cost import Cost
from costmodel.importing.model import Node
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.tensor import MissingDimension, Tensor


class Cannot(Exception):
    """A node that no layer of the vocabulary stands for, with the reason."""


@dataclass(slots=True, eq=False)
class Step:
    """A layer: its verb and fields, the layers it takes its inputs from, what it gives for one sample.

    An input of the network is a step without a verb. `path` is the module that it came from, as names from the outermost to
    the innermost; `node` is what it stands for. `output` is None where nobody knows its shape.
    """

    verb: str
    fields: dict[str, Any]
    sources: "list[Step]"
    output: Tensor | None
    path: tuple[str, ...] = ()
    node: Node | None = None
    constants: "frozenset[str]" = frozenset()
    """The names of the learned values that it holds."""
    order: int = field(default_factory=count(step=2).__next__)
    """When it was made: a layer is made after those that it takes from. There is room for another before each."""
    views: "dict[Any, Step]" = field(default_factory=dict)
    """It seen with other dimensions, by these."""
    notes: dict[str, Any] = field(default_factory=dict)
    """What a pass wants to know of its numbers: the constant that values are scaled by."""


@dataclass(slots=True, eq=False)
class Flow:
    """What a step gives, seen with the axes that a model gives it.

    `sizes` are those of the axes for one sample: the axis `batch` holds as many times the batch, nearly always 1. The order
    of the values in memory is that of the axes, the batch left out. `sizes` is None where nobody knows.
    """

    step: Step
    sizes: tuple[Num, ...] | None
    batch: int | None = 0

    @property
    def axes(self) -> tuple[Num, ...]:
        """The sizes. Raises `Cannot` where they are not known."""
        if self.sizes is None:
            raise Cannot(f"the shape of what '{self.step.fields.get('op', self.step.verb)}' gives is not known")
        return self.sizes

    @property
    def rank(self) -> int:
        """How many axes there are."""
        return len(self.axes)

    @property
    def tensor(self) -> Tensor:
        """What the step gives."""
        if self.step.output is None:
            raise Cannot("its input's shape is not known")
        return self.step.output

    def axis(self, at: int) -> int:
        """An axis that may be counted from the end. Raises `Cannot`."""
        if not -self.rank <= at < self.rank:
            raise Cannot(f"axis {at} of a tensor with {self.rank}")
        return at % self.rank

    def seen(self, sizes: "list[Num] | tuple[Num, ...]", batch: int | None) -> "Flow":
        """The same values with other axes."""
        return Flow(self.step, tuple(sizes), batch)


@dataclass(slots=True, eq=False)
class Known:
    """A value that does not hang on what enters: its shape, its numbers as an array of objects where they are at hand.

    `origins` are the learned values that it was made from, each with its elements.
    """

    shape: tuple[Num, ...]
    data: Any = None
    origins: dict[str, int] = field(default_factory=dict)
    is_float: bool = True

    @property
    def size(self) -> Num:
        """How many elements."""
        return algebra.prod(self.shape)

    @property
    def learned(self) -> int:
        """How many learned values it was made from."""
        return sum(self.origins.values())

    def numbers(self) -> list[Any]:
        """Its numbers in row-major order. Raises `Cannot` where they are not at hand."""
        if self.data is None:
            raise Cannot("a number that the shapes hang on is a weight, or is worked out from what enters")
        return [*self.data.reshape(-1)]

    def number(self) -> Any:
        """Its one number. Raises `Cannot` for several, or none at hand."""
        numbers = self.numbers()
        if len(numbers) != 1:
            raise Cannot(f"one number is wanted, and here are {len(numbers)}")
        return numbers[0]


Value: TypeAlias = Known | Flow


def same(a: Num, b: Num) -> bool:
    """Whether two sizes are equal, for certain."""
    return algebra.decide(algebra.equal(a, b)) is True


def all_same(a: "tuple[Num, ...] | list[Num]", b: "tuple[Num, ...] | list[Num]") -> bool:
    """Whether shapes are equal, for certain."""
    return len(a) == len(b) and all(map(same, a, b))


def run(verb: str, inputs: list[Tensor], fields: dict[str, Any]) -> Tensor:
    """What an op of the vocabulary gives. Raises `Cannot` where it cannot take that."""
    return rated(verb, inputs, fields)[0]


def rated(verb: str, inputs: list[Tensor], fields: dict[str, Any]) -> tuple[Tensor, Cost]:
    """What an op of the vocabulary gives, and what it costs. Raises `Cannot` where it cannot take that."""
    try:
        output, cost = OPS[verb](inputs, fields)
    except Misfit as error:
        raise Cannot(str(error)) from None
    except MissingDimension as error:
        raise Cannot(f"{verb} wants the dimension {error.name}, and {error.tensor.said} enters") from None
    for truth, text, *values in cost.given:
        if algebra.decide(truth) is False:
            raise Cannot(text.format(*values))
    return output, cost
