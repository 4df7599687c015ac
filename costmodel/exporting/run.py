"""One op of a network on its way into an ONNX model: its fields, what enters and leaves it, and what it is called."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from costmodel.exporting.model import Model
from costmodel.line import Line
from costmodel.tensor import Tensor


class Run(NamedTuple):
    """A line, the model that it is written to, and the names of what enters it."""

    model: Model
    line: Line
    inputs: tuple[str, ...]

    @property
    def at(self) -> str:
        """What it is called."""
        return self.line.path

    @property
    def x(self) -> Tensor:
        """What enters first."""
        return self.line.inputs[0]

    @property
    def y(self) -> Tensor:
        """What leaves."""
        return self.line.output

    def field(self, name: str) -> Any:
        """The value of a field, or its default."""
        return self.line.fields.get(name, self.line.rule.fields[name].default)

    def sides(self, name: str) -> list[Any]:
        """A field's value for each side."""
        value = self.field(name)
        return [*value] if isinstance(value, list) else [value] * len(self.x.sides)

    def node(self, op: str, *more: str, part: str = "", of: Sequence[str] | None = None, **attributes: Any) -> str:
        """An op of ONNX on what enters and more; `part` is behind the line's name where it is one of several."""
        inputs = [*(self.inputs if of is None else of), *more]
        return self.model.node(op, inputs, self.at + (f"/{part}" if part else ""), **attributes)

    def parameter(self, shape: Sequence[int], kind: str, *, like: str = "weight", learned: bool = True) -> str:
        """A parameter of the line."""
        return self.model.parameter(shape, f"{self.at}.{kind}", like=like, learned=learned)

    def constant(self, values: Sequence[Any], kind: str) -> str:
        """Numbers beside the tensors."""
        return self.model.constant(values, f"{self.at}.{kind}")

    def reshaped(self, name: str, shape: Sequence[int], part: str) -> str:
        """A tensor in another shape."""
        return self.node("Reshape", self.constant([*shape], f"{part}.shape"), of=[name], part=part)

    def swapped(self, name: str, order: Sequence[int], part: str) -> str:
        """A tensor with its dimensions in another order."""
        return self.node("Transpose", of=[name], part=part, perm=[*order])


Writer = Callable[[Run], str]
"""Writes an op; the name of what it gives."""


def axis(x: Tensor, name: str) -> int:
    """The place of a dimension."""
    return [*x.dims].index(name)
