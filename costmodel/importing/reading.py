"""The door through which ONNX files come in: what a file says, as a `Model`. No other file is opened, no weight is read."""

import mmap
import os
import stat
from ast import literal_eval
from math import prod
from pathlib import Path
from typing import Any

from costmodel.importing.functions import Functions
from costmodel.importing.model import Constant, Dim, Entry, Graph, Model, Node
from costmodel.importing.ordering import check_names, ordered
from costmodel.importing.tensors import TYPES, constant, first
from costmodel.importing.wire import Budget, Malformed, Message, decoded
from costmodel.problems import Problem, SpecError

OLDEST, NEWEST = 7, 28
"""The operator sets that are read."""
PLACE = "costmodel.place"
"""Beside a node that an export wrote: where its layer stands."""
HOLDS = "costmodel.holds"
"""And beside one that lets pass what enters: a parameter that it stands for, and no node reads."""
_SAID = 400
"""How much is said of a mistake: names in a file may be as long as it pleases."""
_BODY = 8 * 1024
"""How many characters of a module's path are read."""

MESSAGES: dict[str, Message] = {
    "model": {1: ("ir_version", "int"), 2: ("producer", "text"), 3: ("version", "text"), 7: ("graph", "graph"),
              8: ("opsets", "opset"), 25: ("functions", "function")},
    "opset": {1: ("domain", "text"), 2: ("version", "int")},
    "graph": {1: ("nodes", "node"), 2: ("name", "text"), 5: ("tensors", "tensor"), 11: ("inputs", "value"),
              12: ("outputs", "value"), 13: ("said", "value"), 15: ("sparse", "sparse")},
    "node": {1: ("inputs", "text"), 2: ("outputs", "text"), 3: ("name", "text"), 4: ("op", "text"),
             5: ("attributes", "attribute"), 7: ("domain", "text"), 8: ("overload", "text"), 9: ("props", "pair")},
    "attribute": {1: ("name", "text"), 2: ("f", "float"), 3: ("i", "int"), 4: ("s", "bytes"), 5: ("t", "tensor"),
                  6: ("g", "graph"), 7: ("floats", "float"), 8: ("ints", "int"), 9: ("strings", "bytes"),
                  10: ("tensors", "tensor"), 11: ("graphs", "graph"), 20: ("type", "int"), 21: ("ref", "text"),
                  22: ("sparse", "sparse")},
    "tensor": {1: ("dims", "int"), 2: ("data_type", "int"), 4: ("floats", "data"), 5: ("int32s", "data"),
               6: ("strings", "data"), 7: ("int64s", "data"), 8: ("name", "text"), 9: ("raw", "data"),
               10: ("doubles", "data"), 11: ("uint64s", "data"), 13: ("external_data", "pair"), 14: ("data_location", "int")},
    "sparse": {1: ("values", "tensor"), 3: ("dims", "int")},
    "value": {1: ("name", "text"), 2: ("type", "type")},
    "type": {1: ("tensor", "tensor type"), 8: ("tensor", "tensor type")},
    "tensor type": {1: ("dtype", "int"), 2: ("shape", "shape")},
    "shape": {1: ("dims", "dim")},
    "dim": {1: ("size", "int"), 2: ("name", "text")},
    "pair": {1: ("key", "text"), 2: ("value", "text")},
    "function": {1: ("name", "text"), 4: ("inputs", "text"), 5: ("outputs", "text"), 6: ("attributes", "text"),
                 7: ("nodes", "node"), 9: ("opsets", "opset"), 10: ("domain", "text"), 11: ("usual", "attribute"),
                 13: ("overload", "text")},
}  # fmt: skip
"""What is read of each message of the format (onnx.proto), by the numbers of its fields."""


def read_model(path: Path, shown: str) -> Model:
    """An ONNX file as a model; `shown` is its name in messages.

    Values with many numbers are not read, files of weights beside it not opened. Functions are written out, nodes brought
    into an order in which they can run. Raises `SpecError` for what is no whole ONNX file, for more than can be read, and for
    one whose nodes cannot run.
    """
    try:
        data = _mapped(path, shown)
        return _read(memoryview(data), shown)
    except (Malformed, RecursionError) as error:
        said = str(error) if isinstance(error, Malformed) else "it stands too deep in itself"
        raise SpecError([Problem(None, f"{shown} is no ONNX model that can be read: {said[:_SAID]}")]) from None
    except (OSError, ValueError) as error:
        raise SpecError([Problem(None, f"{shown}: {(getattr(error, 'strerror', None) or str(error)).lower()}")]) from None


def _mapped(path: Path, shown: str) -> mmap.mmap:
    """The bytes of a file, read as they are asked for. Raises `SpecError` for a device or a pipe, which would be waited for."""
    opened = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode):
            kind = "directory" if stat.S_ISDIR(found.st_mode) else "special file"
            raise SpecError([Problem(None, f"{shown} is a {kind}, and an ONNX model is a file")])
        if not found.st_size:
            raise SpecError([Problem(None, f"{shown} is empty, and an ONNX model is not")])
        return mmap.mmap(opened, 0, access=mmap.ACCESS_READ)
    finally:
        os.close(opened)


def _read(view: memoryview, shown: str) -> Model:
    reader = _Reader()
    found = decoded(view, "model", MESSAGES, Budget())
    graphs = found.get("graph", [])
    if not graphs or not found.get("opsets"):
        raise Malformed("it has no graph" if not graphs else "it names no operator set")
    opsets = {first(opset, "domain", "").replace("ai.onnx", "") or "": first(opset, "version", 0) for opset in found["opsets"]}
    if "" in opsets and not OLDEST <= opsets[""] <= NEWEST:
        raise Malformed(f"it is of operator set {opsets['']}, and those from {OLDEST} to {NEWEST} are read")
    functions = Functions([reader.function(one) for one in found.get("functions", [])])
    graph = reader.graph(graphs[-1])
    nodes, constants = functions.written_out(graph)
    graph = graph._replace(nodes=ordered(nodes, graph.inputs, constants), constants=constants)
    check_names(graph)
    made = f"{first(found, 'producer', '')} {first(found, 'version', '')}".strip()
    return Model(graph, first(graphs[-1], "name", ""), made, opsets, shown)


class _Reader:
    """Makes of decoded messages what a model has."""

    def graph(self, found: dict[str, list[Any]]) -> Graph:
        tensors = [constant(tensor, learned=True) for tensor in found.get("tensors", [])]
        # single numbers that an exporter has stored beside the weights are no weights
        constants = {one.name: one if prod(one.shape) > 1 else one._replace(learned=False) for one in tensors}
        for sparse in found.get("sparse", []):
            one = self.sparse(sparse)
            constants[one.name] = one
        nodes = []
        for message in found.get("nodes", []):
            node = self.node(message)
            if node.op == "Constant" and not node.domain and node.outputs:
                constants[node.outputs[0]] = self.stated(node)
            else:
                nodes.append(node)
        entries = [self.entry(value) for value in found.get("inputs", [])]
        leaving = [self.entry(value) for value in found.get("outputs", [])]
        said = [self.entry(value) for value in found.get("said", [])]
        return Graph(
            nodes,
            [entry for entry in entries if entry.name not in constants],
            leaving,
            constants,
            {entry.name: entry for entry in (*said, *leaving)},
        )

    def sparse(self, found: dict[str, list[Any]]) -> Constant:
        """A sparse tensor, as the dense one that it stands for."""
        values = constant(first(found, "values", {}), learned=True)
        return values._replace(shape=tuple(found.get("dims", [])), data=None)

    def node(self, found: dict[str, list[Any]]) -> Node:
        domain, op = first(found, "domain", ""), first(found, "op", "")
        name, inputs = first(found, "name", ""), found.get("inputs", [])
        said = {first(pair, "key", ""): first(pair, "value", "") for pair in found.get("props", [])}
        if held := said.get(HOLDS):
            domain, op, inputs = "costmodel", "Parameters", [*inputs, held]
        return Node(
            op,
            inputs,
            found.get("outputs", []),
            dict(self.attribute(one) for one in found.get("attributes", [])),
            name,
            "" if domain == "ai.onnx" else domain,
            _place(name, said),
        )

    def attribute(self, found: dict[str, list[Any]]) -> tuple[str, Any]:
        """A name and a value; one that stands for an attribute of the function around it is a `Reference`."""
        name = first(found, "name", "")
        if ref := first(found, "ref", ""):
            return name, Reference(ref)
        kind = first(found, "type", 0) or next((_KINDS[field] for field in found if field in _KINDS), 0)
        if kind not in _FIELDS:
            return name, None
        field, many = _FIELDS[kind]
        values = [self.value(field, value) for value in found.get(field, [])]
        return name, values if many else values[-1] if values else _EMPTY.get(kind)

    def value(self, field: str, value: Any) -> Any:
        if field in ("s", "strings"):
            return bytes(value).decode("utf-8", "replace")
        if field in ("t", "tensors"):
            return constant(value, learned=False)
        if field == "sparse":
            return self.sparse(value)._replace(learned=False)
        return self.graph(value) if field in ("g", "graphs") else value

    def stated(self, node: Node) -> Constant:
        """What a node says that states a constant."""
        for kind, value in node.attributes.items():
            if isinstance(value, Constant):
                return value._replace(name=node.outputs[0], learned=False)
            if kind.startswith("value_"):
                values = tuple(value) if isinstance(value, list) else (value,)
                dtype = {"f": "float32", "i": "int64", "s": "string"}[kind[6]]
                return Constant(node.outputs[0], dtype, (len(values),) if isinstance(value, list) else (), values)
        raise Malformed(f"the constant '{node.outputs[0]}' has no value")

    def entry(self, found: dict[str, list[Any]]) -> Entry:
        kind = first(first(found, "type", {}), "tensor", {})
        shape = first(kind, "shape", None)
        dims = None if shape is None else tuple([_dim(dim) for dim in shape.get("dims", [])])
        return Entry(first(found, "name", ""), TYPES.get(first(kind, "dtype", 0), ""), dims)

    def function(self, found: dict[str, list[Any]]) -> dict[str, Any]:
        """A function of the model: its name, what it takes and gives, the attributes with a usual value, its nodes."""
        body = self.graph({"nodes": found.get("nodes", [])})
        return {
            "key": (first(found, "domain", ""), first(found, "name", "")),
            "inputs": found.get("inputs", []),
            "outputs": found.get("outputs", []),
            "usual": dict(self.attribute(one) for one in found.get("usual", [])),
            "nodes": body.nodes,
            "constants": body.constants,
        }


class Reference(str):
    """The name of an attribute of the function around a node, whose value it takes."""

    __slots__ = ()


_FIELDS = {
    1: ("f", False),
    2: ("i", False),
    3: ("s", False),
    4: ("t", False),
    5: ("g", False),
    6: ("floats", True),
    7: ("ints", True),
    8: ("strings", True),
    9: ("tensors", True),
    10: ("graphs", True),
    11: ("sparse", False),
}
_KINDS = {field: kind for kind, (field, _) in _FIELDS.items()}
_EMPTY = {1: 0.0, 2: 0, 3: ""}


def _dim(found: dict[str, list[Any]]) -> Dim:
    """A size; 0 and less stand for one that is not said."""
    size = first(found, "size", None)
    if size is not None:
        return size if size >= 0 else None
    return first(found, "name", "") or None


def _place(name: str, said: dict[str, str]) -> tuple[str, ...]:
    """The path of a node's module, as PyTorch's exporters say it: beside the node, or in its name."""
    if (place := said.get(PLACE)) is not None:
        return tuple(part for part in place[:_BODY].split("/") if part)
    if scopes := said.get("pkg.torch.onnx.name_scopes", "")[:_BODY]:
        try:
            parts = literal_eval(scopes)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            parts = []
        return tuple(part for part in parts[:-1] if isinstance(part, str) and part) if isinstance(parts, list) else ()
    if space := said.get("namespace", "")[:_BODY]:
        parts = [part.partition(":")[0].strip() for part in space.split("/")]
        return tuple(part for part in parts[:-1] if part)
    return tuple(part for part in name[:_BODY].split("/")[:-1] if part)
