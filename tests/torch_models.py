"""Models that came from PyTorch, run: as ONNX with the module's own weights, against what the module gives."""

import math
from typing import Any

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from costmodel.importing.aten import call
from costmodel.importing.model import Entry, Model, Node
from costmodel.importing.tensors import TYPES
from costmodel.importing.torch_graph import torch_model

NUMBERS = {word: number for number, word in TYPES.items()}


def left(model: Model) -> list[str]:
    """The ops that have no nodes of ONNX."""
    return sorted({f"{node.domain}.{node.op}" for node in model.graph.nodes if node.domain == "aten"})


def whole_model(module: Any, inputs: tuple[Any, ...], dynamic: Any = None, keywords: Any = None) -> Model:
    """The model of a module with the numbers of all its masks and tables, however large."""
    usual, call.SMALL = call.SMALL, 2**24
    try:
        return torch_model(module, inputs, dynamic, keywords)
    finally:
        call.SMALL = usual


def differences(module: Any, inputs: tuple[Any, ...], dynamic: Any = None, shown: tuple[Any, ...] | None = None) -> list[float]:
    """How far what ONNX Runtime gives lies from what the module gives, relative to the largest value, an output each.

    `shown` are the inputs by which the model is made, where they are others.
    """
    import torch
    from torch.utils._pytree import tree_leaves

    module.eval()
    model = whole_model(module, shown or inputs, dynamic)
    assert left(model) == []
    found = run(model, module, [one.numpy() for one in tree_leaves(inputs) if isinstance(one, torch.Tensor)])
    with torch.no_grad():
        wanted = [one.numpy() for one in tree_leaves(module(*inputs)) if isinstance(one, torch.Tensor)]
    assert [one.shape for one in found] == [one.shape for one in wanted]
    return [_apart(a, b) for a, b in zip(found, wanted, strict=True)]


def _apart(found: Any, wanted: Any) -> float:
    if not wanted.size:
        return 0.0
    found, wanted = found.astype(np.float64), wanted.astype(np.float64)
    assert np.array_equal(np.isfinite(found), np.isfinite(wanted))
    finite = np.isfinite(wanted)
    gap = np.abs(found - wanted)[finite]
    return float(gap.max(initial=0) / max(np.abs(wanted[finite]).max(initial=0), 1e-3))


def run(model: Model, module: Any, inputs: list[Any]) -> list[Any]:
    """What a model gives in ONNX Runtime."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    data = proto(model, module).SerializeToString()
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    names = [one.name for one in session.get_inputs()]
    return session.run(None, dict(zip(names, inputs, strict=True)))


def proto(model: Model, module: Any) -> Any:
    """A model as an ONNX model, with the weights of the module."""
    weights = {**dict(module.named_parameters(remove_duplicate=False)), **dict(module.named_buffers(remove_duplicate=False))}
    tensors = []
    for one in model.graph.constants.values():
        name, _, part = one.name.partition("[")
        if name in weights:
            weight = weights[name].detach().numpy()
            weight = weight[_part(part)] if part else weight
            assert weight.shape == one.shape
            tensors.append(numpy_helper.from_array(np.ascontiguousarray(weight).reshape(one.shape), one.name))
        else:
            assert one.data is not None, one.name
            kind = helper.tensor_dtype_to_np_dtype(NUMBERS[one.dtype])
            tensors.append(numpy_helper.from_array(np.array(one.data, dtype=kind).reshape(one.shape), one.name))
    writer = _Writer(model)
    nodes = [written for node in model.graph.nodes for written in writer.written(node)]
    ends = [[_value(entry) for entry in entries] for entries in (model.graph.inputs, model.graph.outputs)]
    graph = helper.make_graph(nodes, "graph", *ends, initializer=[*tensors, *writer.tensors])
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", model.opsets[""])], ir_version=10)
    onnx.checker.check_model(made)
    return made


def _part(text: str) -> tuple[slice, ...]:
    """What the name of a part of a weight says behind its bracket: `:, 0:8]`."""
    ends = [one.split(":") for one in text.rstrip("]").replace(" ", "").split(",")]
    return tuple(slice(*(int(end) if end else None for end in pair)) for pair in ends)


def _value(entry: Entry) -> Any:
    return helper.make_tensor_value_info(entry.name, NUMBERS[entry.dtype], entry.dims)


class _Writer:
    """Writes nodes; those that ONNX has not as several that it has."""

    def __init__(self, model: Model) -> None:
        self.model, self.tensors, self.many = model, [], 0

    def written(self, node: Node) -> list[Any]:
        special = {"AdaptiveAveragePool": self.adaptive, "AdaptiveMaxPool": self.adaptive, "PixelUnshuffle": self.unshuffle}
        if node.domain == "costmodel":
            return special[node.op](node)
        return [helper.make_node(node.op, node.inputs, node.outputs, node.name, **node.attributes)]

    def name(self) -> str:
        self.many += 1
        return f"made {self.many}"

    def ints(self, *values: int) -> str:
        name = self.name()
        self.tensors.append(numpy_helper.from_array(np.array(values, dtype=np.int64), name))
        return name

    def adaptive(self, node: Node) -> list[Any]:
        """A pool whose windows are spread evenly: side after side, window after window."""
        nodes, x = [], node.inputs[0]
        sizes = self.model.graph.said[x].dims if x in self.model.graph.said else self.size_of(x)
        reduce = "ReduceMean" if "Average" in node.op else "ReduceMax"
        for axis, wanted in enumerate(node.attributes["output_size"], 2):
            size, parts = sizes[axis], []
            for place in range(wanted or 0):
                start, end = place * size // wanted, math.ceil((place + 1) * size / wanted)
                cut, part = self.name(), self.name()
                nodes.append(helper.make_node("Slice", [x, self.ints(start), self.ints(end), self.ints(axis)], [cut]))
                nodes.append(helper.make_node(reduce, [cut, self.ints(axis)], [part]))
                parts.append(part)
            if parts:
                x = self.name()
                nodes.append(helper.make_node("Concat", parts, [x], axis=axis))
        return [*nodes, helper.make_node("Identity", [x], node.outputs)]

    def size_of(self, name: str) -> Any:
        entries = {entry.name: entry.dims for entry in self.model.graph.inputs}
        if name in entries:
            return entries[name]
        (maker,) = [node for node in self.model.graph.nodes if name in node.outputs]
        assert maker.op == "Unsqueeze"
        x = maker.inputs[0]
        return (1, *(self.model.graph.said[x].dims if x in self.model.graph.said else entries[x]))

    def unshuffle(self, node: Node) -> list[Any]:
        b = node.attributes["blocksize"]
        dims = (
            self.size_of(node.inputs[0])
            if node.inputs[0] not in self.model.graph.said
            else (self.model.graph.said[node.inputs[0]].dims)
        )
        _, c, h, w = dims
        apart, turned = self.name(), self.name()
        return [
            helper.make_node("Reshape", [node.inputs[0], self.ints(-1, c, h // b, b, w // b, b)], [apart]),
            helper.make_node("Transpose", [apart], [turned], perm=[0, 1, 3, 5, 2, 4]),
            helper.make_node("Reshape", [turned, self.ints(-1, c * b * b, h // b, w // b)], node.outputs),
        ]
