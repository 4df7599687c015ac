"""One op of a network on its way into an ONNX model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from costmodel.exporting.taken import Taken

if TYPE_CHECKING:
    from costmodel.exporting.model import Model


@dataclass(frozen=True)
class Run(Taken):
    """A line, and the model that it is written to."""

    model: "Model"

    @property
    def at(self) -> str:
        """What it is called."""
        return self.line.path

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
