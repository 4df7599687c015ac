"""One node of a model on its way into layers: what enters it, what it says, and the layers that it becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.importing.draft import Cannot, Flow, Known, Step, Value, run, same
from costmodel.importing.labels import lettered, sized
from costmodel.importing.model import Constant, Node
from costmodel.tensor import Tensor


@dataclass(slots=True)
class Run:
    """A node, the values that enter it, the version of the operator set, and the batch."""

    node: Node
    inputs: list[Value | None]
    opset: int
    samples: Num
    made: list[Known] = field(default_factory=list)
    """What layers hold that was made of several learned values beforehand."""

    def attribute(self, name: str, default: Any = None) -> Any:
        """What the node says under a name."""
        return self.node.attributes.get(name, default)

    def on(self, op: str, *inputs: Value | None, **attributes: Any) -> "Run":
        """Another node in the place of this one."""
        node = Node(op, [], self.node.outputs, attributes, self.node.name, place=self.node.place)
        return Run(node, [*inputs], self.opset, self.samples, self.made)

    @property
    def x(self) -> Flow:
        """The first input, which the network computes."""
        return self.flow(0)

    def there(self, place: int) -> bool:
        """Whether there is such an input."""
        return place < len(self.inputs) and self.inputs[place] is not None

    def flow(self, place: int) -> Flow:
        """An input that the network computes. Raises `Cannot`."""
        value = self.inputs[place] if place < len(self.inputs) else None
        if not isinstance(value, Flow):
            raise Cannot(
                f"its input {place + 1} is {'missing' if value is None else 'a constant'}, and it works on what enters"
            )
        return value

    def known(self, place: int) -> Known:
        """An input that does not hang on what enters. Raises `Cannot`."""
        value = self.inputs[place] if place < len(self.inputs) else None
        if not isinstance(value, Known):
            raise Cannot(f"its input {place + 1} is {'missing' if value is None else 'worked out from what enters'}")
        return value

    def numbers(self, place: int, attribute: str = "", default: Any = None) -> Any:
        """Numbers that came as an input, or in older operator sets as an attribute."""
        if self.there(place):
            return self.known(place).numbers()
        found = self.attribute(attribute, default) if attribute else default
        return found.data if isinstance(found, Constant) else found

    def emit(self, verb: str, *sources: Step, constants: Sequence[Known] = (), **fields: Any) -> Step:
        """A layer on what these give. Raises `Cannot` where it cannot take that."""
        if missing := [name for name, value in fields.items() if value is None]:
            raise Cannot(f"it says no {missing[0]}")
        tensors = [source.output for source in sources if source.output is not None]
        if len(tensors) < len(sources):
            raise Cannot("its input's shape is not known")
        output = run(verb, tensors, fields)
        held = frozenset(name for known in constants for name in known.origins)
        if "learned" not in fields:
            self.made += [constant for constant in constants if len(constant.origins) > 1]
        return Step(verb, fields, [*sources], output, self.node.place, self.node, held)

    def alike(self, verb: str, flow: Flow | None = None, constants: Sequence[Known] = (), **fields: Any) -> Flow:
        """A layer that gives the shape that it takes, whatever its dimensions are called."""
        flow = self.x if flow is None else flow
        return Flow(self.emit(verb, flow.step, constants=constants, **fields), flow.axes, flow.batch)

    def over(self, flow: Flow, axes: Sequence[int]) -> tuple[Step, dict[int, str], list[str]]:
        """The values with a letter for each axis, and those of some axes. Raises `Cannot` for the samples' own axis."""
        step, letters = lettered(flow)
        if any(at not in letters and at == flow.batch and not same(self.samples, 1) for at in axes):
            raise Cannot("it mixes the samples of a batch")
        return step, letters, [letters[at] for at in axes if at in letters]

    def shape(self, flow: Flow) -> tuple[Num, ...]:
        """The axes of a flow with the batch in them."""
        return tuple([size * self.samples if at == flow.batch else size for at, size in enumerate(flow.axes)])

    def result(self, step: Step, letters: dict[int, str], flow: Flow) -> Flow:
        """What a layer gives that keeps the letters of the axes of what it took."""
        assert step.output is not None
        return Flow(step, tuple(sized(step.output, letters, flow)), flow.batch)


Given: TypeAlias = Value | Sequence[Value | None]
"""What a node gives: one output, or several."""
Handler: TypeAlias = Callable[[Run], Given]
"""Makes layers of a node; gives its outputs."""


def a_side(values: Sequence[Any]) -> Any:
    """A value for all sides where they are alike, else a list of one a side."""
    return values[0] if all(value == values[0] for value in values) else [*values]


def is_whole(value: Any) -> bool:
    """Whether a number is a count that may be open."""
    return not isinstance(value, float) and algebra.is_number(value)


def dims(tensor: Tensor) -> dict[str, Num]:
    """The dimensions for one sample."""
    return {name: size for name, size in tensor.dims.items() if name != "n"}
