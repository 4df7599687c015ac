"""What hangs on no input: shapes, the arithmetic on them, and weights laid out anew.

Numbers are arrays of Python objects, so a size that is open (a polynomial) goes through sums and slices as a number does.
Of a weight only the shape is worked out.
"""

import math
from typing import Any

import numpy as np

from costmodel.importing.draft import Cannot, Known
from costmodel.importing.labels import common
from costmodel.importing.model import Constant, Node
from costmodel.importing.rules import MOST, RULES, axes_of, cut, objects, solved


def known(constant: Constant) -> Known:
    """A value that a model holds."""
    data = None if constant.data is None else objects(constant.data, constant.shape)
    is_float = "float" in constant.dtype
    return Known(constant.shape, data, _origin(constant, is_float), is_float)


def _origin(constant: Constant, is_float: bool) -> dict[str, int]:
    """A weight is learned; numbers of shapes are not."""
    return {constant.name: math.prod(constant.shape)} if constant.learned and is_float else {}


def folded(node: Node, inputs: list[Known | None]) -> list[Known]:
    """What a node gives whose inputs are all known. Raises `Cannot` for an op that has no rule here."""
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
        return [Known(shape, None, origins, is_float) for shape in _shapes(node, inputs)]
    arrays = _applied(node, [None if x is None else x.data for x in inputs])
    return [Known(array.shape, array, origins, is_float) for array in map(_array, arrays)]


def _applied(node: Node, inputs: list[Any]) -> list[Any]:
    """What the rule of a node gives. Raises `Cannot` for numbers that it is not for."""
    try:
        with np.errstate(all="ignore"):  # masks hold infinities
            found = RULES[node.op](node, *inputs)
    except (ValueError, IndexError, TypeError, AttributeError, ArithmeticError, KeyError, MemoryError) as error:
        raise Cannot(f"its numbers do not go together ({error})") from None
    return found if isinstance(found, list) else [found]


def _array(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value if value.dtype == object else objects([*value.reshape(-1).tolist()], value.shape)
    return objects([value], ())


def _shapes(node: Node, inputs: list[Known | None]) -> list[tuple[Any, ...]]:
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
    sizes = [x.size for x in inputs if x is not None and x.data is None]
    if any(not isinstance(size, int) for size in sizes) or sum(sizes) > MOST:
        if node.op == "Reshape" and first and inputs[1]:
            return [tuple(solved([*inputs[1].numbers()], first.shape))]
        raise Cannot("a weight is laid out anew that is too large to follow")
    stand_ins = [_stand_in(x, at, node) for at, x in enumerate(inputs)]
    return [np.shape(array) for array in _applied(node, stand_ins)]


def _stand_in(x: Known | None, at: int, node: Node) -> Any:
    if x is None:
        return None
    if x.data is not None and (at > 0 or not x.is_float):
        return x.data
    if x.data is None and at > 0 and node.op in ("Reshape", "Expand", "Slice", "Tile"):
        raise Cannot("a shape is worked out from weights")
    return np.ones(tuple(map(int, x.shape)), dtype=np.int8 if x.data is None else object)
