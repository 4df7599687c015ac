"""Random networks whose layers share values: what is learned is counted once, wherever the layers stand."""

import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from costmodel.importing.door import imported
from costmodel.library import loads

WIDE = 8


class Drawn:
    """A network of products, norms and sums that takes its values from a few."""

    def __init__(self, seed: int, names: dict[str, str]) -> None:
        self.draw, self.names = random.Random(seed), names
        self.nodes: list[Any] = []
        self.used: set[str] = set()
        self.products = 0

    def node(self, op: str, *inputs: str) -> str:
        output = f"t{len(self.nodes)}"
        self.used |= {name for name in inputs if name[0] in "wbs"}
        self.nodes.append(helper.make_node(op, [self.names.get(name, name) for name in inputs], [output]))
        return output

    def product(self, x: str) -> str:
        self.products += 1
        x = self.node("MatMul", x, self.draw.choice(["w0", "w1", "w2"]))
        return self.node("Add", x, self.draw.choice(["b0", "b1"])) if self.draw.random() < 0.6 else x

    def part(self, x: str, depth: int) -> str:
        for _ in range(self.draw.randint(1, 3)):
            kind = self.draw.choice(["product", "product", "norm", "relu", *["residual", "branches"] * (depth > 0)])
            if kind == "product":
                x = self.product(x)
            elif kind == "norm":
                x = self.node("LayerNormalization", x, "s0", "s1")
            elif kind == "relu":
                x = self.node("Relu", x)
            else:
                other = x if kind == "residual" else self.part(x, depth - 1)
                x = self.node("Add", other, self.part(self.node("Relu", x), depth - 1))
        return x

    def model(self) -> Any:
        x = "x"
        for _ in range(self.draw.randint(1, 3)):
            state = self.draw.getstate()
            x = self.product(self.part(x, 2))
            if self.draw.random() < 0.5:  # the same again
                self.draw.setstate(state)
                x = self.product(self.part(x, 2))
        graph = helper.make_graph(
            self.nodes,
            "drawn",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, WIDE])],
            [helper.make_tensor_value_info(x, TensorProto.FLOAT, None)],
            [numpy_helper.from_array(value, self.names.get(name, name)) for name, value in held().items()],
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def held() -> dict[str, Any]:
    draw = np.random.default_rng(0)
    names = {name: (WIDE, WIDE) if name[0] == "w" else (WIDE,) for name in ("w0", "w1", "w2", "b0", "b1", "s0", "s1")}
    return {name: draw.standard_normal(shape).astype(np.float32) for name, shape in names.items()}


MODULES = {"w0": "net.a.0.w", "w1": "net.a.1.w", "w2": "net.a.w", "b0": "net.a.1.b", "b1": "net.b"}
"""The same values in modules, of which one is called as another with a number behind it."""


@pytest.mark.parametrize("names", [{}, MODULES], ids=["plain", "modules"])
@pytest.mark.parametrize("seed", range(100))
def test_what_layers_share_is_counted_once_wherever_they_stand(seed: int, names: dict[str, str], tmp_path: Path) -> None:
    drawn = Drawn(seed, names)
    path = tmp_path / "m.onnx"
    path.write_bytes(drawn.model().SerializeToString())
    totals = loads(imported(path, path.name), path.name).analyze().totals
    assert totals.mult_adds == drawn.products * 3 * WIDE * WIDE
    assert totals.params == sum(held()[name].size for name in drawn.used)
