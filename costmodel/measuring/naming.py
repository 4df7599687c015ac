"""Nodes that onnxruntime leaves without a name, as the parts of an op that it writes out: called after what they give."""

import re
from collections.abc import Sequence

import onnx

from costmodel.measuring.running import Event, saved

Nodes = list[tuple[Event, list[float]]]
_NUMBERED = re.compile(r"[A-Za-z]+_\d+")
_INNER = "_inlfunc_"
"""How values inside an op begin that was written out."""


def named(nodes: Sequence[tuple[Event, list[float]]], model: bytes) -> Nodes:
    """Nodes with their seconds; one that has no name in the graph, and in the profile its op and a number, gets one."""
    if not any(_NUMBERED.fullmatch(event.name) for event, _ in nodes):
        return [*nodes]
    graph = onnx.load_from_string(saved(model))
    known = {node.name for node in graph.graph.node}
    waiting: dict[str, list[str]] = {}
    for op, name in nameless(graph):
        waiting.setdefault(op, []).append(name)
    found: Nodes = []
    for event, seconds in nodes:
        names = waiting.get(event.op) if event.name not in known else None
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
