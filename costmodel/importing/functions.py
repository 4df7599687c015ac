"""Functions of a model written out where they are called, with names of their own."""

from dataclasses import replace
from typing import Any

from costmodel.importing.model import Constant, Graph, Node
from costmodel.importing.wire import Malformed

MOST_NODES = 1_000_000
"""How many nodes a model may have when all its functions are written out."""
DEEPEST = 50
"""How deep functions may call one another."""


class Functions:
    """The functions of a model by domain and name."""

    def __init__(self, found: list[dict[str, Any]]) -> None:
        self.found = {function["key"]: function for function in found}
        self.nodes = 0
        self.calls = 0

    def written_out(self, graph: Graph) -> tuple[list[Node], dict[str, Constant]]:
        """The nodes of a graph without calls, and its constants with those of the functions. Raises `Malformed`."""
        constants = {**graph.constants}
        nodes: list[Node] = []
        for node in graph.nodes:
            self._write(node, nodes, constants, 0)
        return nodes, constants

    def _write(self, node: Node, nodes: list[Node], constants: dict[str, Constant], depth: int) -> None:
        function = self.found.get((node.domain, node.op)) or (self.found.get(("ai.onnx", node.op)) if not node.domain else None)
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise Malformed(f"it has more than {MOST_NODES:,} nodes when its functions are written out")
        if function is None:
            nodes.append(node)
            return
        if depth >= DEEPEST:
            raise Malformed(f"its functions call one another more than {DEEPEST} deep, as '{node.op}' does")
        self.calls += 1
        for inner in self._body(function, node, constants):
            self._write(inner, nodes, constants, depth + 1)

    def _body(self, function: dict[str, Any], call: Node, constants: dict[str, Constant]) -> list[Node]:
        """The nodes of one call."""
        stem = f"{call.name or call.op}#{self.calls}"
        inputs = [*call.inputs, *[""] * (len(function["inputs"]) - len(call.inputs))]
        names = dict(zip(function["inputs"], inputs, strict=False)) | {"": ""}
        given = dict(zip(function["outputs"], call.outputs, strict=False))
        passed = {name: given[name] for name in given.keys() & names.keys() - {""} if given[name]}
        names |= {name: value for name, value in given.items() if value and name not in names}
        usual = {**function["usual"], **call.attributes}

        def named(name: str) -> str:
            found: str = names.setdefault(name, f"{stem}/{name}")
            return found

        for name, value in function["constants"].items():
            constants[named(name)] = value._replace(name=named(name))
        place = (*call.place, call.name) if call.name and not call.name.startswith("/") else call.place
        body = [
            replace(
                node,
                inputs=[named(name) for name in node.inputs],
                outputs=[named(name) for name in node.outputs],
                attributes=_given(node.attributes, usual, named),
                name=f"{call.name or call.op}/{node.name or node.op}",
                place=node.place or place,
            )
            for node in function["nodes"]
        ]
        return body + [Node("Identity", [names[name]], [value], {}, f"{stem}/{name}") for name, value in passed.items()]


def _given(attributes: dict[str, Any], usual: dict[str, Any], named: Any) -> dict[str, Any]:
    """Attributes with those of the call in place of references; one that nobody gives is left out."""
    found = {}
    for name, value in attributes.items():
        if type(value).__name__ == "Reference":
            if value in usual:
                found[name] = usual[value]
        else:
            found[name] = _renamed(value, named) if isinstance(value, Graph) else value
    return found


def _renamed(graph: Graph, named: Any) -> Graph:
    """A body whose names are those of one call."""
    nodes = [
        replace(
            node,
            inputs=[named(name) for name in node.inputs],
            outputs=[named(name) for name in node.outputs],
            attributes={
                key: _renamed(value, named) if isinstance(value, Graph) else value for key, value in node.attributes.items()
            },
        )
        for node in graph.nodes
    ]
    inputs = [entry._replace(name=named(entry.name)) for entry in graph.inputs]
    outputs = [entry._replace(name=named(entry.name)) for entry in graph.outputs]
    constants = {named(name): value._replace(name=named(name)) for name, value in graph.constants.items()}
    return Graph(nodes, inputs, outputs, constants, {named(name): entry for name, entry in graph.said.items()})
