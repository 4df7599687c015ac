"""One op of a network on its way into an ONNX model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from costmodel.exporting.taken import Taken

if TYPE_CHECKING:
    from costmodel.exporting.model import Model
    from costmodel.line import Line


@dataclass(frozen=True)
class Run(Taken):
    """A line, and the model that it is written to."""

    model: "Model"
    holders: "Mapping[str, Line]" = field(default_factory=dict)
    """The lines whose parameters it has, by kind."""

    @property
    def at(self) -> str:
        """What it is called."""
        return self.line.path

    def node(self, op: str, *more: str, part: str = "", of: Sequence[str] | None = None, **attributes: Any) -> str:
        """An op of ONNX on what enters and more; `part` is behind the line's name where it is one of several."""
        inputs = [*(self.inputs if of is None else of), *more]
        return self.model.node(op, inputs, self.at + (f"/{part}" if part else ""), **attributes)

    def parameter(self, shape: Sequence[int], kind: str, *, like: str = "weight", learned: bool = True) -> str:
        """A parameter of the line, or that of the line whose parameters it has."""
        holder = self.holders.get(counted(self.line, kind, learned))
        if holder is not None and (found := self._held(holder, shape, kind)):
            return found
        name = self.model.parameter(shape, f"{self.at}.{kind}", like=like, learned=learned)
        self.model.held.setdefault(self.line, []).append((kind, [*shape], name))
        return name

    def _held(self, holder: "Line", shape: Sequence[int], kind: str) -> str:
        """The parameter of another line that is this one, seen in this one's shape."""
        written = self.model.held.get(holder, [])
        alike = [entry for entry in written if prod(entry[1]) == prod(shape)]
        if not alike:
            return ""
        _, its, name = min(alike, key=lambda entry: entry[0] != kind)
        if its != [*shape]:
            turned = its[::-1] == [*shape] and len(its) == 2
            name = self.swapped(name, [1, 0], f"{kind}.turned") if turned else self.reshaped(name, shape, f"{kind}.seen")
        self.model.held.setdefault(self.line, []).append((kind, [*shape], name))
        return name

    def constant(self, values: Sequence[Any], kind: str) -> str:
        """Numbers beside the tensors."""
        return self.model.constant(values, f"{self.at}.{kind}")

    def reshaped(self, name: str, shape: Sequence[int], part: str) -> str:
        """A tensor in another shape."""
        return self.node("Reshape", self.constant([*shape], f"{part}.shape"), of=[name], part=part)

    def swapped(self, name: str, order: Sequence[int], part: str) -> str:
        """A tensor with its dimensions in another order."""
        return self.node("Transpose", of=[name], part=part, perm=[*order])


def counted(line: "Line", kind: str, learned: bool = True) -> str:
    """Among which parameters of its line one is counted."""
    if not learned:
        return "buffers"
    if not line.cost.weights or kind == "position_bias":
        return "affine"
    return "biases" if kind.endswith("bias") else "weights"


Writer = Callable[[Run], str]
"""Writes an op; the name of what it gives."""
