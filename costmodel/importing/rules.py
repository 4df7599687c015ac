"""What nodes give whose inputs are numbers: shapes and the arithmetic on them, as arrays of Python objects."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from costmodel import algebra
from costmodel.importing.draft import Cannot
from costmodel.importing.model import Node

MOST = 10**7
"""The most elements of an array that is made to find a shape by."""


def objects(numbers: Any, shape: Any) -> Any:
    """Numbers as an array of Python objects."""
    found = np.empty(len(numbers), dtype=object)
    found[:] = list(numbers)
    return found.reshape(shape)


_each = np.frompyfunc
_BITS = 128
"""The longest whole number: twice as long as those that a model holds."""
_TERMS = 100
"""The most terms of a size that is open."""


def _floor_div(a: Any, b: Any) -> Any:
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    if isinstance(a, int) and isinstance(b, int):
        return int(a / b) if abs(a) < 2**53 and (a < 0) != (b < 0) else a // b
    return algebra.floor_div(a, b)


def _largest(a: Any, b: Any) -> Any:
    return max(a, b) if _are_plain(a, b) else algebra.maximum(a, b)


def _smallest(a: Any, b: Any) -> Any:
    return min(a, b) if _are_plain(a, b) else algebra.minimum(a, b)


def _are_plain(*values: Any) -> bool:
    return all(isinstance(value, int | float) for value in values)


def _equal(a: Any, b: Any) -> bool:
    return algebra.decide(algebra.equal(a, b)) is True


def _less(a: Any, b: Any) -> bool:
    truth = algebra.decide(a < b)
    if truth is None:
        raise Cannot(f"whether {a} is below {b} is open")
    return truth


def _power(a: Any, b: Any) -> Any:
    bits = a.bit_length() if isinstance(a, int) else 1
    if not isinstance(a, float) and isinstance(b, int) and b * bits > _BITS:
        raise Cannot(f"a power of {b}")
    return _bounded(a**b)


def _times(a: Any, b: Any) -> Any:
    return _bounded(a * b)


def _bounded(number: Any) -> Any:
    """A number, or a size that is open, as it is. Raises `Cannot` for what no shape is worked out with, and grows and grows."""
    if algebra.is_symbol(number):
        terms = number.terms.values()
        if len(terms) > _TERMS or any(isinstance(one, int) and one.bit_length() > _BITS for one in terms):
            raise Cannot("a size of ever more terms")
    elif isinstance(number, int) and number.bit_length() > _BITS:
        raise Cannot("a number of ever more digits")
    return number


def _root(a: Any) -> Any:
    return math.sqrt(a) if isinstance(a, int | float) else a**0.5


def _whole(a: Any) -> Any:
    """A number cut to a whole one; what is none is the least there is, as processors make it."""
    if isinstance(a, float) and not math.isfinite(a):
        return -(2**63)
    return int(a) if isinstance(a, float | bool) else a


def _cast(node: Node, x: Any) -> Any:
    to = node.attributes.get("to", 0)
    if to in (6, 7, 2, 3, 4, 5, 12, 13):
        return _each(_whole, 1, 1)(x)
    return _each(bool, 1, 1)(x) if to == 9 else x


def axes_of(node: Node, given: Any) -> list[int] | None:
    """The axes that a node names, or is given; None for all."""
    axes = node.attributes.get("axes") if given is None else [*given.reshape(-1)]
    return None if axes is None else [*axes]


def _squeeze(node: Node, x: Any, axes: Any = None) -> Any:
    places = axes_of(node, axes)
    return np.squeeze(x, tuple(places) if places is not None else None)


def _unsqueeze(node: Node, x: Any, axes: Any = None) -> Any:
    return np.expand_dims(x, tuple(axes_of(node, axes) or ()))


def _gather_nd(node: Node, x: Any, at: Any) -> Any:
    """Places by all their leading indices at once, the last axis of `at`."""
    if node.attributes.get("batch_dims", 0):
        raise Cannot("it takes places of each of several tables")
    return x[tuple(np.moveaxis(at.astype(np.int64), -1, 0))]


def _gather(node: Node, x: Any, at: Any) -> Any:
    return np.take(x, at.astype(np.int64), axis=node.attributes.get("axis", 0))


def _slice(node: Node, x: Any, starts: Any = None, ends: Any = None, axes: Any = None, steps: Any = None) -> Any:
    first, last = (node.attributes[k] if v is None else [*v] for k, v in (("starts", starts), ("ends", ends)))
    along = node.attributes.get("axes", range(len(first))) if axes is None else [*axes]
    by = [1] * len(first) if steps is None else [*steps]
    cut: list[Any] = [slice(None)] * x.ndim
    for a, start, end, step in zip(along, first, last, by, strict=True):
        cut[a] = slice(_bound(start), _bound(end), step)
    return x[tuple(cut)]


def _bound(value: Any) -> Any:
    if not isinstance(value, int):
        raise Cannot("a part of a shape is taken up to a size that is open")
    return value


def _reshape(node: Node, x: Any, shape: Any = None) -> Any:
    wanted = [*(node.attributes.get("shape") or [])] if shape is None else [*shape]
    return x.reshape(solved(wanted, x.shape))


def solved(wanted: list[Any], shape: Any) -> list[Any]:
    """A shape with 0 (as it was) and −1 (what is left) worked out."""
    sizes = [shape[at] if _equal(size, 0) else size for at, size in enumerate(wanted)]
    if -1 in [size for size in sizes if isinstance(size, int)]:
        rest = math.prod(size for size in sizes if not _equal(size, -1))
        sizes[sizes.index(-1)] = algebra.ratio(math.prod(shape), rest)
    return sizes


def _concat(node: Node, *xs: Any) -> Any:
    return np.concatenate([np.atleast_1d(x) for x in xs], axis=node.attributes.get("axis", 0))


def _split(node: Node, x: Any, parts: Any = None) -> Any:
    axis, many = node.attributes.get("axis", 0), len(node.outputs)
    sizes = node.attributes.get("split") if parts is None else [*parts]
    if sizes is None:
        each = -(-x.shape[axis] // many)
        ends = [min(each * place, x.shape[axis]) for place in range(1, many)]
    else:
        ends = [*np.cumsum(sizes)[:-1]]
    return np.split(x, ends, axis=axis)


def _fill(node: Node, shape: Any) -> Any:
    value = node.attributes.get("value")
    filler = value.data[0] if value is not None and value.data else 0.0
    sizes = [*shape.reshape(-1)]
    many = math.prod(sizes)
    if not isinstance(many, int) or not all(isinstance(size, int) for size in sizes):
        raise Cannot("a constant of open size")
    if many > MOST:
        raise Cannot(f"a constant of {many:,} elements")
    return objects([filler] * many, [*sizes])


def _range(_node: Node, start: Any, stop: Any, step: Any) -> Any:
    ends = [x.reshape(-1)[0] for x in (start, stop, step)]
    if not all(isinstance(end, int | float) for end in ends) or not ends[2]:
        raise Cannot("a range of open length")
    many = max(math.ceil((ends[1] - ends[0]) / ends[2]), 0)
    if many > MOST:
        raise Cannot(f"a range of {many:,} numbers")
    return objects([ends[0] + place * ends[2] for place in range(many)], (many,))


def _expand(_node: Node, x: Any, shape: Any) -> Any:
    sizes = [*shape.reshape(-1)]
    if x.size == 1 and not all(isinstance(size, int) for size in sizes):
        raise Cannot("a constant of open size")
    return np.broadcast_to(x, np.broadcast_shapes(x.shape, tuple(sizes)))


def _clip(_node: Node, x: Any, low: Any = None, high: Any = None) -> Any:
    if low is not None:
        x = _each(_largest, 2, 1)(x, low)
    return x if high is None else _each(_smallest, 2, 1)(x, high)


def cut(shape: Any, node: Node) -> Any:
    """The part of a shape that a node asks for."""
    return shape[node.attributes.get("start", 0) : node.attributes.get("end", len(shape))]


def _reduced(by: Callable[..., Any]) -> Callable[..., Any]:
    def rule(node: Node, x: Any, axes: Any = None) -> Any:
        places = axes_of(node, axes)
        keeps = bool(node.attributes.get("keepdims", 1))
        return by(x, axis=tuple(places) if places is not None else None, keepdims=keeps)

    return rule


def _multiplied(x: Any, axis: tuple[int, ...] | None, *, keepdims: bool) -> Any:
    for at in range(x.ndim) if axis is None else axis:
        x = _each(_times, 2, 1).reduce(x, axis=at, keepdims=True, initial=1)
    return x if keepdims else np.squeeze(x, axis)


def _two(by: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    each = _each(by, 2, 1)
    return lambda _node, a, b: each(a, b)


def _one(by: Callable[[Any], Any]) -> Callable[..., Any]:
    each = _each(by, 1, 1)
    return lambda _node, x: each(x)


def _many(by: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    each = _each(by, 2, 1)

    def rule(_node: Node, first: Any, *rest: Any) -> Any:
        for x in rest:
            first = each(first, x)
        return first

    return rule


RULES: dict[str, Callable[..., Any]] = {
    "Shape": lambda node, x: cut(objects(x.shape, (x.ndim,)), node),
    "Size": lambda _node, x: objects([x.size], ()),
    "Identity": lambda _node, x: x,
    "Dropout": lambda _node, x, *_: x,
    "Cast": _cast,
    "CastLike": lambda _node, x, _like: x,
    "Gather": _gather,
    "GatherND": _gather_nd,
    "GatherElements": lambda node, x, at: np.take_along_axis(x, at.astype(np.int64), node.attributes.get("axis", 0)),
    "IsNaN": _one(lambda a: isinstance(a, float) and math.isnan(a)),
    "IsInf": _one(lambda a: isinstance(a, float) and math.isinf(a)),
    "Slice": _slice,
    "Concat": _concat,
    "Split": _split,
    "Squeeze": _squeeze,
    "Unsqueeze": _unsqueeze,
    "Reshape": _reshape,
    "Flatten": lambda node, x: x.reshape((math.prod(x.shape[: node.attributes.get("axis", 1)]), -1)),
    "Transpose": lambda node, x: x.transpose(node.attributes.get("perm")),
    "Expand": _expand,
    "Tile": lambda _node, x, times: np.tile(x, tuple(times)),
    "ConstantOfShape": _fill,
    "Range": _range,
    "Add": _two(lambda a, b: a + b),
    "Sub": _two(lambda a, b: a - b),
    "Mul": _two(_times),
    "Div": _two(_floor_div),
    "Mod": _two(lambda a, b: a % b),
    "Pow": _two(_power),
    "Equal": _two(_equal),
    "Less": _two(_less),
    "Greater": _two(lambda a, b: _less(b, a)),
    "LessOrEqual": _two(lambda a, b: not _less(b, a)),
    "GreaterOrEqual": _two(lambda a, b: not _less(a, b)),
    "And": _two(lambda a, b: bool(a and b)),
    "Or": _two(lambda a, b: bool(a or b)),
    "Xor": _two(lambda a, b: bool(a) != bool(b)),
    "Not": _one(lambda a: not a),
    "Where": lambda _node, c, a, b: np.where(c.astype(bool), a, b),
    "Min": _many(_smallest),
    "Max": _many(_largest),
    "Sum": _many(lambda a, b: a + b),
    "Neg": _one(lambda a: -a),
    "Abs": _one(abs),
    "Sqrt": _one(_root),
    "Exp": _one(math.exp),
    "Log": _one(lambda a: math.log(a) if a > 0 else -math.inf),
    "Sin": _one(math.sin),
    "Cos": _one(math.cos),
    "Reciprocal": _one(lambda a: 1 / a),
    "Floor": _one(lambda a: math.floor(a) if isinstance(a, float) else a),
    "Ceil": _one(lambda a: math.ceil(a) if isinstance(a, float) else a),
    "Round": _one(round),
    "Sigmoid": _one(lambda a: 1 / (1 + math.exp(-a))),
    "Tanh": _one(math.tanh),
    "ReduceProd": _reduced(_multiplied),
    "ReduceSum": _reduced(np.sum),
    "ReduceMax": _reduced(np.max),
    "ReduceMin": _reduced(np.min),
    "ReduceL1": _reduced(lambda x, **more: np.sum(_each(abs, 1, 1)(x), **more)),
    "ReduceL2": _reduced(lambda x, **more: _each(_root, 1, 1)(np.sum(x * x, **more))),
    "ReduceMean": _reduced(
        lambda x, **more: np.sum(x, **more) / np.prod([x.shape[a] for a in (more["axis"] or range(x.ndim))])
    ),
    "MatMul": lambda _node, a, b: _each(_bounded, 1, 1)(np.matmul(a, b)),
    "Trilu": lambda node, x, k=None: (np.triu if node.attributes.get("upper", 1) else np.tril)(
        x, int(k.reshape(-1)[0]) if k is not None else 0
    ),
    "CumSum": lambda _node, x, axis: np.cumsum(x, axis=int(axis.reshape(-1)[0])),
    "Clip": _clip,
}
"""How each op that shapes are worked out with treats arrays."""
