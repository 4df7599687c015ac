"""Arithmetic on sizes, as a program writes it down: each size is a list of one whole number."""

from collections.abc import Callable
from typing import Any

from costmodel.importing.aten.call import Call, Left


def size(call: Call) -> Any:
    """A size of a tensor."""
    return call.size("input", call["dim"])


def elements(call: Call) -> str:
    """How many elements a tensor has."""
    return call.reshaped(call.emit("Size", call.value("input")), [1])


def both(op: str) -> Callable[[Call], str]:
    """Two numbers."""
    return lambda call: call.emit(op, _one(call, 0), _one(call, 1))


def floor_divided(call: Call) -> str:
    """The largest whole number not above a quotient; ONNX cuts it towards 0, so what may be negative loses the rest first."""
    first, second = _one(call, 0), _one(call, 1)
    if not all(map(_is_no_less_than_0, call.node.args)):
        first = call.emit("Sub", first, call.emit("Mod", first, second))
    return call.emit("Div", first, second)


def _is_no_less_than_0(argument: Any) -> bool:
    value = argument.meta["val"] if hasattr(argument, "meta") else argument
    if isinstance(value, int):
        return value >= 0
    from torch.utils._sympy.value_ranges import bound_sympy

    node = value.node
    bound = bound_sympy(node.expr, node.shape_env.var_to_range).lower
    return bool(bound >= 0)


def negated(call: Call) -> str:
    """A number below 0."""
    return call.emit("Neg", _one(call, 0))


def _one(call: Call, place: int) -> str:
    """An argument as a list of one whole number. Raises `Left` for others."""
    argument = call.node.args[place]
    value = call.writer.values[argument] if hasattr(argument, "meta") else argument
    if isinstance(value, bool | float):
        raise Left
    return call.ints(value) if isinstance(value, int) else call.named(value)


OPERATORS: dict[str, Callable[[Call], Any]] = {
    "add": both("Add"),
    "sub": both("Sub"),
    "mul": both("Mul"),
    "mod": both("Mod"),
    "floordiv": floor_divided,
    "neg": negated,
    "sym_max": both("Max"),
    "sym_min": both("Min"),
}
"""How each of Python's operators on sizes becomes nodes."""
HANDLERS = {"sym_size": size, "sym_numel": elements}
"""How each op that asks for a size becomes nodes."""
