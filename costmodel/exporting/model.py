"""An ONNX model as it is written: nodes, the values between them, and the parameters, seeded or left out."""

from collections.abc import Sequence
from math import prod, sqrt
from typing import Any

import numpy as np
from onnx import GraphProto, ModelProto, TensorProto, helper, numpy_helper

BASE = 18
"""The operator set that is written unless an op needs a later one."""
IR = {18: 8, 19: 9, 20: 9, 21: 10, 22: 10, 23: 11}
"""The version of the format that came with each operator set."""


PLACE = "costmodel.place"
"""Under what a node says where its layer stands, for a model that is imported again."""

HOLDS = "costmodel.holds"
"""Under what a node says which parameter it stands for that no node reads."""


class Model:
    """Nodes in their order; `seed` draws the parameters, and without one their values are missing."""

    def __init__(self, seed: int | None) -> None:
        self.seed, self.opset = seed, BASE
        self.nodes: list[Any] = []
        self.parameters: list[TensorProto] = []
        self.known: list[Any] = []
        """Values between ops whose shapes are said, where inference would not find them."""
        self.learned = 0
        """Elements of all learned parameters."""
        self.place = ""
        """Where the layer stands that is written."""
        self.held: dict[Any, list[tuple[str, list[int], str]]] = {}
        """The parameters of each line that was written: what each is for it, its shape, its name."""
        self._names: dict[str, int] = {}

    def name(self, wanted: str) -> str:
        """A name that nothing else has: the wanted one, or with a number behind it."""
        times = self._names[wanted] = self._names.get(wanted, 0) + 1
        return wanted if times == 1 else self.name(f"{wanted}_{times}")

    def node(self, op: str, inputs: Sequence[str], at: str, *, since: int = BASE, holds: str = "", **attributes: Any) -> str:
        """Run an op, which there is since some operator set; the name of what it gives.

        `holds` is a parameter that it stands for and does not read.
        """
        self.opset = max(self.opset, since)
        output = self.name(at)
        node = helper.make_node(op, [*inputs], [output], name=output, **attributes)
        node.metadata_props.add(key=PLACE, value=self.place)
        if holds:
            node.metadata_props.add(key=HOLDS, value=holds)
        self.nodes.append(node)
        return output

    def said(self, name: str, shape: Sequence[int]) -> str:
        """Say the shape of a value."""
        self.known.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [*shape]))
        return name

    def constant(self, values: Sequence[int] | Sequence[float], at: str) -> str:
        """Numbers that an op reads beside its tensors: whole ones as int64, others as float32."""
        kind = np.int64 if all(isinstance(value, int) for value in values) else np.float32
        name = self.name(at)
        self.parameters.append(numpy_helper.from_array(np.array(values, dtype=kind), name))
        return name

    def ones(self, shape: Sequence[int], at: str) -> str:
        """Ones of a shape."""
        name = self.name(at)
        self.parameters.append(numpy_helper.from_array(np.ones(shape, dtype=np.float32), name))
        return name

    def scalar(self, value: float, at: str) -> str:
        """One number."""
        name = self.name(at)
        self.parameters.append(numpy_helper.from_array(np.array(value, dtype=np.float32), name))
        return name

    def byte(self, at: str) -> str:
        """A zero of eight bits."""
        name = self.name(at)
        self.parameters.append(numpy_helper.from_array(np.array(0, dtype=np.int8), name))
        return name

    def parameter(self, shape: Sequence[int], at: str, *, like: str = "weight", learned: bool = True) -> str:
        """A parameter: `weight` normal by He et al. (arXiv:1502.01852), `scale` and `variance` near 1, `shift` near 0."""
        name, size = self.name(at), prod(shape)
        self.learned += size if learned else 0
        if self.seed is None:
            self.parameters.append(_missing(name, shape, size))
            return name
        draw = np.random.default_rng([self.seed, len(self.parameters)])
        values = draw.standard_normal(size, dtype=np.float32) * np.float32(_SPREAD.get(like, sqrt(2 / max(prod(shape[1:]), 1))))
        values = (values + np.float32(1 if like in ("scale", "variance") else 0)).reshape(shape)
        self.parameters.append(numpy_helper.from_array(np.abs(values) if like == "variance" else values, name))
        return name

    def done(self, name: str, inputs: Sequence[Any], outputs: Sequence[Any], said: str) -> ModelProto:
        """The whole model; inputs and outputs are values with their shapes."""
        graph: GraphProto = helper.make_graph(
            self.nodes, name, inputs, outputs, initializer=self.parameters, value_info=self.known
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", self.opset)], producer_name="costmodel")
        model.ir_version, model.doc_string = IR[self.opset], said
        return model


_SPREAD = {"scale": 0.1, "variance": 0.1, "shift": 0.1}
MISSING = "weights.bin"
"""The file in which values would lie that are left out."""


def _missing(name: str, shape: Sequence[int], size: int) -> TensorProto:
    """A parameter whose values lie in a file that is not written."""
    tensor = TensorProto(name=name, dims=shape, data_type=TensorProto.FLOAT, data_location=TensorProto.EXTERNAL)
    for key, value in (("location", MISSING), ("offset", "0"), ("length", str(4 * size))):
        tensor.external_data.add(key=key, value=value)
    return tensor
