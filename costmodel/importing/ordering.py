"""Nodes in an order in which they can run, and names that are made once and before they are read."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
from typing import Any

from costmodel.importing.model import Entry, Graph, Node
from costmodel.importing.wire import Malformed


def ordered(nodes: list[Node], inputs: Iterable[Entry], constants: Mapping[str, Any]) -> list[Node]:
    """Nodes behind those that they read, as near to their own order as can be.

    Raises `Malformed` for a value that nothing makes, that two nodes make, and for nodes that wait for one another.
    """
    makers: dict[str, int] = {}
    ready = {entry.name for entry in inputs} | {*constants}
    for at, node in enumerate(nodes):
        for name in filter(None, node.outputs):
            if name in makers or name in ready:
                raise Malformed(f"the value '{name}' is made twice, by {called(node)} too")
            makers[name] = at
    waits: list[set[int]] = []
    readers: dict[int, list[int]] = {}
    for at, node in enumerate(nodes):
        needed = {name for name in (*node.inputs, *read_inside(node)) if name and name not in ready}
        if missing := sorted(needed - makers.keys()):
            raise Malformed(f"{called(node)} reads '{missing[0]}', which nothing makes")
        waits.append({makers[name] for name in needed})
        for source in waits[at]:
            readers.setdefault(source, []).append(at)
    return [nodes[at] for at in _sorted(nodes, waits, readers)]


def _sorted(nodes: list[Node], waits: list[set[int]], readers: dict[int, list[int]]) -> list[int]:
    left = [len(sources) for sources in waits]
    free = [at for at, many in enumerate(left) if not many]
    heapify(free)
    found = []
    while free:
        at = heappop(free)
        found.append(at)
        for reader in readers.get(at, ()):
            left[reader] -= 1
            if not left[reader]:
                heappush(free, reader)
    if len(found) < len(nodes):
        raise Malformed(f"its nodes wait for one another: {_cycle(nodes, waits, left)}")
    return found


def _cycle(nodes: list[Node], waits: list[set[int]], left: list[int]) -> str:
    """Nodes of which each reads the next, and the last the first."""
    at = next(place for place, many in enumerate(left) if many)
    met: list[int] = []
    while at not in met:
        met.append(at)
        at = next(source for source in sorted(waits[at]) if left[source])
    ring = met[met.index(at) :]
    names = [called(nodes[place]) for place in ring[:5]]
    return " reads ".join([*names, "…" if len(ring) > 5 else names[0]])


def check_names(graph: Graph) -> None:
    """Refuse a model that gives what nothing makes. Raises `Malformed`."""
    made = {name for node in graph.nodes for name in node.outputs} | {entry.name for entry in graph.inputs} | {*graph.constants}
    if missing := [entry.name for entry in graph.outputs if entry.name not in made]:
        raise Malformed(f"its output '{missing[0]}' is made by nothing")
    if not graph.outputs:
        raise Malformed("it gives nothing out")


def called(node: Node) -> str:
    """A node in a sentence."""
    return f"'{node.name or next(filter(None, node.outputs), '')}' ({node.op})"


def read_inside(node: Node) -> set[str]:
    """The values around a node that its bodies read."""
    found: set[str] = set()
    for body in (value for value in node.attributes.values() if isinstance(value, Graph)):
        mine = {entry.name for entry in body.inputs} | {*body.constants}
        for inner in body.nodes:
            found |= {name for name in (*inner.inputs, *read_inside(inner)) if name and name not in mine}
            mine |= {*inner.outputs}
        found |= {entry.name for entry in body.outputs if entry.name not in mine}
    return found


def reaching(graph: Graph) -> list[Node]:
    """The nodes that an output hangs on."""
    wanted = {entry.name for entry in graph.outputs}
    kept = []
    for node in reversed(graph.nodes):
        if wanted.intersection(node.outputs):
            kept.append(node)
            wanted.update(node.inputs)
            wanted.update(_read_inside(node))
    return kept[::-1]


def _read_inside(node: Node) -> set[str]:
    """Values that the bodies of a node read."""
    bodies = [value for value in node.attributes.values() if isinstance(value, Graph)]
    return {name for body in bodies for one in body.nodes for name in (*one.inputs, *_read_inside(one))} | {
        entry.name for body in bodies for entry in body.outputs
    }
