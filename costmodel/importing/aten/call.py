"""One op of an exported program on its way into nodes: what it was given, and the nodes that it becomes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any, NamedTuple, TypeAlias

from costmodel.importing.model import SMALL, Constant, Node
from costmodel.importing.tensors import TYPES

NUMBER_OF = {name: number for number, name in TYPES.items()}
"""The number of each data type in the format of ONNX."""


class Left(Exception):
    """An op, or a way to call it, that has no nodes here: it is left as it is, for whoever reads the model to report."""


class Fixed(NamedTuple):
    """A value that hangs neither on what enters nor on parameters; `tensor` is None where its numbers are not at hand."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    tensor: Any = None


@dataclass(slots=True)
class Writer:
    """The nodes and constants made so far. `values` has what each node of the program gives: names, or fixed values."""

    nodes: list[Node] = field(default_factory=list)
    constants: dict[str, Constant] = field(default_factory=dict)
    values: dict[Any, Any] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    numbers: dict[Any, str] = field(default_factory=dict)
    apart: set[Any] = field(default_factory=set)
    """Nodes of the program whose values already have the axes that the views behind them give them."""

    def unique(self, name: str) -> str:
        """The name, or one like it, that no value has yet."""
        found, times = name, 1
        while found in self.taken:
            found, times = f"{name}.{times}", times + 1
        self.taken.add(found)
        return found

    def number(self, data: Sequence[Any], dtype: str, shape: tuple[int, ...]) -> str:
        """The name of a constant with these numbers."""
        key = (*data,), dtype, shape, str(data)  # 1, 1.0 and True are equal
        if key not in self.numbers:
            name = self.numbers[key] = self.unique(f"constant_{len(self.numbers)}")
            self.constants[name] = Constant(name, dtype, shape, (*data,))
        return self.numbers[key]

    def fixed(self, value: Fixed) -> str:
        """The name of the constant that a fixed value is."""
        if value.name not in self.constants:
            has_numbers = value.tensor is not None and prod(value.shape) <= SMALL and not value.tensor.is_complex()
            data = (*value.tensor.reshape(-1).tolist(),) if has_numbers else None
            self.constants[value.name] = Constant(value.name, value.dtype, value.shape, data)
        return value.name


@dataclass(slots=True)
class Call:
    """A node of the program: its arguments by the names of its op's schema, what it gives, the module that it came from."""

    writer: Writer
    node: Any
    arguments: dict[str, Any]
    place: tuple[str, ...]

    def __getitem__(self, name: str) -> Any:
        return self.arguments.get(name)

    @property
    def out(self) -> Any:
        """What it gives, as a tensor without numbers; of several the first that is one."""
        found = self.node.meta["val"]
        return found if not isinstance(found, tuple | list) else next(one for one in found if hasattr(one, "dtype"))

    def like(self, of: Any) -> Any:
        """An argument as a tensor without numbers, or as it is."""
        found: Any = self.arguments.get(of) if isinstance(of, str) else of
        return found.meta["val"] if hasattr(found, "meta") else found

    def rank(self, of: Any = "input") -> int:
        """How many axes an argument has."""
        return len(self.like(of).shape)

    def axis(self, at: int, of: Any = "input") -> int:
        """An axis that may be counted from the end."""
        return at % max(self.rank(of), 1)

    # --- values --------------------------------------------------------------------------------------------------------

    def value(self, of: Any) -> str:
        """The name of what an argument is; '' where it was left out. Raises `Left` for what is no tensor."""
        found = self.arguments.get(of) if isinstance(of, str) else of
        if found is None:
            return ""
        return self.named(self.writer.values[found] if hasattr(found, "meta") else found)

    def named(self, value: Any) -> str:
        """The name of a value. Raises `Left` for what is no tensor."""
        if isinstance(value, Fixed):
            return self.writer.fixed(value)
        if isinstance(value, bool | int | float):
            return self.number(value, "bool" if isinstance(value, bool) else dtype_of(value))
        if not isinstance(value, str):
            raise Left
        return value

    def cast(self, of: Any, dtype: Any) -> str:
        """The name of an argument as this data type: a number becomes a constant, a tensor of another is converted."""
        found = self.arguments.get(of) if isinstance(of, str) else of
        value = self.writer.values[found] if hasattr(found, "meta") else found
        word = name_of(dtype)
        if isinstance(value, bool | int | float):
            return self.number(value, word)
        like = self.like(found)
        return self.converted(self.named(value), name_of(like.dtype) if hasattr(like, "dtype") else "int64", word)

    def converted(self, name: str, given: str, wanted: str) -> str:
        """A value as another data type. Raises `Left` for types that ONNX has not."""
        if given == wanted:
            return name
        if wanted not in NUMBER_OF or "complex" in (given + wanted):
            raise Left
        return self.emit("Cast", name, to=NUMBER_OF[wanted])

    def number(self, value: Any, dtype: Any) -> str:
        """The name of a constant of one number."""
        word = name_of(dtype)
        kind = bool if word == "bool" else int if "int" in word else float
        return self.writer.number([kind(value)], word, ())

    def ints(self, *values: int) -> str:
        """The name of a constant of whole numbers: sizes, axes."""
        return self.writer.number([int(value) for value in values], "int64", (len(values),))

    def filled(self, value: float, shape: Sequence[int], dtype: Any) -> str:
        """The name of a constant that is one number throughout."""
        many = prod(shape)
        if many > SMALL:
            raise Left
        return self.writer.number([value] * many, name_of(dtype), tuple(shape))

    # --- sizes ---------------------------------------------------------------------------------------------------------

    def size(self, of: Any, axis: int) -> Any:
        """A size of an argument: a number, or the name of a value where it is open."""
        size = self.like(of).shape[axis]
        if isinstance(size, int):
            return size
        axis = self.axis(axis, of)
        return self.emit("Shape", self.value(of), start=axis, end=axis + 1)

    def sizes(self, values: Sequence[Any]) -> str:
        """The name of a list of sizes, some of which may be values of the program, or names of values."""
        found = [self.writer.values[one] if hasattr(one, "meta") else one for one in values]
        if all(isinstance(one, int) for one in found):
            return self.ints(*found)
        parts = [one if isinstance(one, str) else self.ints(one) for one in found]
        return parts[0] if len(parts) == 1 else self.emit("Concat", *parts, axis=0)

    # --- nodes ---------------------------------------------------------------------------------------------------------

    def emit(self, op: str, *inputs: str, domain: str = "", **attributes: Any) -> str:
        """A node that gives one value, and the name of that."""
        return self.several(op, 1, *inputs, domain=domain, **attributes)[0]

    def several(self, op: str, many: int, *inputs: str, domain: str = "", **attributes: Any) -> list[str]:
        """A node that gives several values, and their names."""
        given = [*inputs]
        while given and not given[-1]:
            given.pop()
        outputs = [self.writer.unique(self.node.name) for _ in range(many)]
        self.writer.nodes.append(Node(op, given, outputs, attributes, domain=domain, place=self.place))
        return outputs

    def reshaped(self, x: str, sizes: Sequence[Any]) -> str:
        """A value with other axes; one size that is worked out from open ones is what is left."""
        known = [self.writer.values[one] if hasattr(one, "meta") else one for one in sizes]
        open_ = [at for at, one in enumerate(known) if not isinstance(one, int) or one == -1]
        if len(open_) == 1 and 0 not in known:
            known[open_[0]] = -1
        return self.emit("Reshape", x, self.sizes(known))

    def squeezed(self, x: str, *axes: int) -> str:
        """A value without some axes of size 1."""
        return self.emit("Squeeze", x, self.ints(*axes))

    def unsqueezed(self, x: str, *axes: int) -> str:
        """A value with more axes of size 1."""
        return self.emit("Unsqueeze", x, self.ints(*axes))

    def cut(self, x: str, axis: int, start: Any, end: Any, step: int = 1) -> str:
        """A part of an axis."""
        more = [] if step == 1 else [self.ints(step)]
        return self.emit("Slice", x, self.sizes([start]), self.sizes([end]), self.ints(axis), *more)


Handler: TypeAlias = Callable[[Call], Any]
"""Makes nodes of a call; gives the name of its value, a list of names, or a fixed value."""


def name_of(dtype: Any) -> str:
    """A data type as a word."""
    return str(dtype).removeprefix("torch.")


def dtype_of(value: Any) -> str:
    """The data type of a number by itself."""
    return "bool" if isinstance(value, bool) else "int64" if isinstance(value, int) else "float32"
