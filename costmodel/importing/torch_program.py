"""What the nodes of an exported program say of themselves: shapes, arguments, the modules that they came from."""

import re
from collections import Counter
from collections.abc import Callable
from itertools import accumulate
from typing import Any

from costmodel.importing.model import Entry, Node


def held_by(module: Any) -> list[tuple[str, Any]]:
    """Parameters and buffers with their names; what is shared stands there as often as it has one."""
    return [*module.named_parameters(remove_duplicate=False), *module.named_buffers(remove_duplicate=False)]


def is_number(value: Any) -> bool:
    """Whether a value is a size, or another number that is worked out from sizes."""
    return type(value).__name__ in ("SymInt", "SymFloat", "SymBool")


def is_open(value: Any) -> bool:
    """Whether a size hangs on what enters."""
    return is_number(value) and not value.node.expr.is_number


def is_fixed(like: Any) -> bool:
    """Whether something is a tensor none of whose sizes is open."""
    return hasattr(like, "shape") and not any(map(is_open, like.shape))


def stays_open(value: Any) -> bool:
    """Whether several values hang, some of them, on what enters or on parameters."""
    return isinstance(value, list) and any(one is None or isinstance(one, str) for one in value)


def has_numbers(tensor: Any) -> bool:
    """Whether a tensor has its numbers at hand: it is neither on the device `meta` nor one that only says its shape."""
    import torch

    return type(tensor) in (torch.Tensor, torch.nn.Parameter, torch.nn.Buffer) and tensor.device.type != "meta"


def reaching(graph: Any) -> set[Any]:
    """The nodes that the output hangs on; checks of sizes are none of them."""
    waiting, found = [node for node in graph.nodes if node.op == "output"], set()
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += node.all_input_nodes
    return found


def read(nodes: list[Node], outputs: list[Entry]) -> list[Node]:
    """The nodes that an output hangs on."""
    wanted, kept = {entry.name for entry in outputs}, []
    for node in reversed(nodes):
        if wanted.intersection(node.outputs):
            wanted.update(node.inputs)
            kept.append(node)
    return kept[::-1]


def computed(node: Any, number: Callable[[Any], Any]) -> list[Any] | None:
    """The numbers that an op gives for those of its inputs; None where PyTorch cannot work them out here."""
    import torch
    from torch.fx import map_arg

    try:
        with torch.no_grad():
            found = node.target(*map_arg(node.args, number), **map_arg(node.kwargs, number))
    except (RuntimeError, NotImplementedError, TypeError, AssertionError):
        return None
    listed = [*found] if isinstance(found, tuple | list) else [found]
    return listed if all(map(has_numbers, listed)) else None


def ranges(node: Any) -> tuple[int, list[tuple[int, int]]] | None:
    """The axis of its input that a node takes parts of, and where each begins and ends; None for what takes none."""
    schema, like = getattr(node.target, "_schema", None), node.meta.get("val")
    name = schema.name.removeprefix("aten::") if schema else ""
    if name not in ("split", "split_with_sizes", "chunk", "tensor_split", "slice", "narrow"):
        return None
    given, source = bound(node, schema), node.args[0].meta["val"]
    axis = (given["dim"] or 0) % len(source.shape)
    sizes = [one.shape[axis] for one in (like if isinstance(like, tuple | list) else [like])]
    if not all(isinstance(size, int) for size in (source.shape[axis], *sizes)) or given.get("step", 1) != 1:
        return None
    start = given.get("start") or 0
    if not isinstance(start, int):
        return None
    start = max(start + source.shape[axis], 0) if start < 0 else start
    ends = [start + size for size in accumulate(sizes)]
    return axis, [(end - size, end) for size, end in zip(sizes, ends, strict=True)]


def bound(node: Any, schema: Any) -> dict[str, Any]:
    """The arguments by their names in the schema, `self` as `input`, with the defaults of those that are not given."""
    if schema is None:
        return {}
    found: dict[str, Any] = {}
    for place, argument in enumerate(schema.arguments):
        name = "input" if argument.name == "self" else argument.name
        if place < len(node.args):
            found[name] = node.args[place]
        elif argument.name in node.kwargs:
            found[name] = node.kwargs[argument.name]
        else:
            found[name] = argument.default_value
    return found


def place_of(node: Any) -> tuple[str, ...]:
    """The modules around a node, outermost first; a module that runs again has the path that it had."""
    stack = [re.sub(r"@\d+", "", path) for path, _ in (node.meta.get("nn_module_stack") or {}).values()]
    return tuple(dict.fromkeys(path for path in stack if path and not path.startswith("_empty_nn_module_stack")))


def name_nodes(nodes: list[Node]) -> None:
    """Name nodes by their modules; where a module is several, by what they do too."""
    many = Counter(node.place[-1] for node in nodes if node.place)
    taken: Counter[str] = Counter()
    for node in nodes:
        module = node.place[-1] if node.place else ""
        name = module if many[module] == 1 else f"{module}/{node.op}" if module else node.op
        taken[name] += 1
        node.name = name if taken[name] == 1 else f"{name}_{taken[name]}"
