"""Nodes that onnxruntime leaves without a name, as the parts of an op that it writes out: called after what they give."""

from collections.abc import Sequence

import onnx

from costmodel.measuring.running import Event, saved

Nodes = list[tuple[Event, list[float]]]
_INNER = "_inlfunc_"
"""How values inside an op begin that was written out."""


def named(nodes: Sequence[tuple[Event, list[float]]], model: bytes) -> Nodes:
    """Nodes with their seconds, each with a name: of one without it the value that it gives, or that is made of that."""
    if all(event.name for event, _ in nodes):
        return [*nodes]
    waiting: dict[str, list[str]] = {}
    for op, name in nameless(onnx.load_from_string(saved(model))):
        waiting.setdefault(op, []).append(name)
    found: Nodes = []
    for event, seconds in nodes:
        names = waiting.get(event.op) if not event.name else None
        found.append((event._replace(name=names.pop(0)) if names else event, seconds))
    return found


def nameless(model: onnx.ModelProto) -> list[tuple[str, str]]:
    """The op of each node without a name, in order, and the first value outside its op that is made of what it gives."""
    readers = {name: node for node in model.graph.node for name in node.input}
    found = []
    for node in model.graph.node:
        if not node.name:
            name = node.output[0]
            while name.startswith(_INNER) and name in readers:
                name = readers[name].output[0]
            found.append((node.op_type, name))
    return found
