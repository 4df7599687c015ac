"""What hangs on no input: shapes, the arithmetic on them, and weights laid out anew.

Numbers are arrays of Python objects, so a size that is open (a polynomial) goes through sums and slices as a number does.
Of a weight only the shape is worked out.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from costmodel.importing import together
from costmodel.importing.draft import Cannot, Known
from costmodel.importing.labels import common
from costmodel.importing.model import Constant, Node
from costmodel.importing.rules import MOST, RULES, axes_of, cut, objects, solved

_VIEWS = ("Identity", "Reshape", "Transpose", "Squeeze", "Unsqueeze", "Flatten", "Slice", "Split")
"""Nodes that copy nothing, most often."""
MOST_IN_ALL = 5 * MOST
"""The most numbers that are worked out for one model."""


def known(constant: Constant) -> Known:
    """A value that a model holds."""
    data = None if constant.data is None else objects(constant.data, constant.shape)
    is_float = "float" in constant.dtype
    return Known(constant.shape, data, _origin(constant, is_float), is_float)


def _origin(constant: Constant, is_float: bool) -> dict[str, int]:
    """A weight is learned; numbers of shapes are not."""
    return {constant.name: math.prod(constant.shape)} if constant.learned and is_float else {}


@dataclass(slots=True)
class Work:
    """How many numbers may still be worked out: a model has a few thousand, masks of long texts some millions."""

    left: int = MOST_IN_ALL

    def take(self, many: int) -> None:
        """Count some. Raises `Cannot` for too many at once, and where there were too many before."""
        if many > MOST:
            raise Cannot(f"{many:,} numbers are worked out at once")
        self.left -= many
        if self.left < 0:
            raise Cannot(f"more than {MOST_IN_ALL:,} numbers are worked out before anything runs")


def folded(node: Node, inputs: list[Known | None], work: Work) -> list[Known]:
    """What a node gives whose inputs are all known. Raises `Cannot` for an op that has no rule here, and for too much work."""
    if node.op not in RULES:
        raise Cannot("it is worked out from weights alone, and there is no rule for that")
    there = [x for x in inputs if x is not None]
    origins = {name: size for x in there for name, size in x.origins.items()}
    is_open = any(x.data is None for x in there)
    is_float = node.op != "Shape" and any(x.is_float for x in there)
    if is_open and node.op in ("Shape", "Size"):
        assert there
        shape = there[0].shape
        data = objects(shape, (len(shape),)) if node.op == "Shape" else objects([math.prod(shape)], ())
        return [Known(data.shape, cut(data, node) if node.op == "Shape" else data, {}, is_float=False)]
    is_wide = node.op == "Expand" and inputs[1] is not None and not all(isinstance(size, int) for size in inputs[1].numbers())
    if is_wide and inputs[0] is not None:
        inputs = [Known(inputs[0].shape), *inputs[1:]]  # its numbers are not written out so often as an open size says
    if is_open or is_wide:
        return [Known(shape, None, origins, is_float) for shape in _shapes(node, inputs, work)]
    arrays = _applied(node, [None if x is None else x.data for x in inputs], work)
    work.take(sum(np.size(array) for array in arrays) if node.op not in _VIEWS else 0)
    return [Known(array.shape, array, origins, is_float) for array in map(_array, arrays)]


def _applied(node: Node, inputs: list[Any], work: Work) -> list[Any]:
    """What the rule of a node gives. Raises `Cannot` for numbers that it is not for."""
    try:
        work.take(_steps(node, inputs))
        with np.errstate(all="ignore"):  # masks hold infinities
            found = RULES[node.op](node, *inputs)
    except (ValueError, IndexError, TypeError, AttributeError, ArithmeticError, KeyError, MemoryError) as error:
        raise Cannot(f"its numbers do not go together ({error})") from None
    return found if isinstance(found, list) else [found]


def _steps(node: Node, inputs: list[Any]) -> int:
    """How many numbers a node looks at or makes, at most."""
    shapes = [x.shape for x in inputs if x is not None]
    if node.op in _VIEWS:
        return 0 if inputs[0].dtype == np.int8 else math.prod(shapes[0]) // 16  # weights are stood in for, by one number
    if node.op == "Gather":
        return int(math.prod(shapes[1]) * int(math.prod(shapes[0]) // max(shapes[0][node.attributes.get("axis", 0)], 1)))
    if node.op == "MatMul":
        many = math.prod(np.broadcast_shapes(*(shape[:-2] for shape in shapes)))
        return int(many * math.prod(shapes[0][-2:]) * shapes[1][-1])
    if node.op in ("Tile", "Expand"):
        return int(math.prod(shapes[0]) * math.prod(int(size) for size in inputs[1].reshape(-1)))
    if node.op in together.HANDLERS:
        return int(math.prod(np.broadcast_shapes(*shapes)))
    return sum(map(math.prod, shapes))


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value if value.dtype == object else objects([*value.reshape(-1).tolist()], value.shape)
    return objects([value], ())


def _shapes(node: Node, inputs: list[Known | None], work: Work) -> list[tuple[Any, ...]]:
    """The shapes of what is worked out from weights, whose numbers are not read."""
    first = inputs[0]
    if node.op in ("Identity", "Cast", "Neg", "Sqrt", "Exp", "Abs", "Reciprocal", "Sigmoid", "Tanh", "Softmax") and first:
        return [first.shape]
    if node.op == "Transpose" and first:
        order = node.attributes.get("perm") or [*reversed(range(len(first.shape)))]
        return [tuple([first.shape[at] for at in order])]
    if node.op == "Expand" and first and first.data is None and inputs[1]:
        return [tuple(common([first.shape, inputs[1].numbers()]))]
    if node.op in ("Add", "Sub", "Mul", "Div", "Pow"):
        return [tuple(common([x.shape for x in inputs if x is not None]))]
    if node.op.startswith("Reduce") and first and first.data is None:
        given = inputs[1].data if len(inputs) > 1 and inputs[1] is not None else None
        axes = axes_of(node, given) or [*range(len(first.shape))]
        gone = {at % len(first.shape) for at in axes}
        keeps = node.attributes.get("keepdims", 1)
        return [tuple([1 if at in gone else size for at, size in enumerate(first.shape) if keeps or at not in gone])]
    if node.op == "Reshape" and first and first.data is None and len(inputs) > 1 and inputs[1]:
        return [tuple(solved([*inputs[1].numbers()], first.shape))]
    if any(not isinstance(x.size, int) for x in inputs if x is not None and x.data is None):
        raise Cannot("what is worked out from weights is of open size")
    stand_ins = [_stand_in(x, at, node) for at, x in enumerate(inputs)]
    return [np.shape(array) for array in _applied(node, stand_ins, work)]


def _stand_in(x: Known | None, at: int, node: Node) -> Any:
    if x is None:
        return None
    if x.data is not None and (at > 0 or not x.is_float):
        return x.data
    if x.data is None and at > 0 and node.op in ("Reshape", "Expand", "Slice", "Tile"):
        raise Cannot("a shape is worked out from weights")
    shape = tuple(map(int, x.shape))
    return np.broadcast_to(np.int8(1), shape) if x.data is None else np.ones(shape, dtype=object)
