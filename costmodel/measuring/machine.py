"""The machine at hand, as far as its times hang on it: its processor, its runtime, and how that lays channels out."""

import platform
import re
from pathlib import Path

import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from costmodel.measuring.running import saved


def processor() -> str:
    """The name of the processor, as the system gives it."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.M)
    except OSError:
        found = None
    return (found[1].strip() if found else platform.processor()) or platform.machine()


def runtime() -> str:
    """The runtime with its version."""
    return f"onnxruntime {onnxruntime.__version__}"


def block() -> int:
    """How many channels lie side by side in a convolution here: those that a depthwise one of four is filled up to."""
    import numpy as np

    weights = numpy_helper.from_array(np.ones((4, 1, 1, 1), dtype=np.float32), "w")
    x, y = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, 4, 4, 4]) for name in "xy")
    graph = helper.make_graph([helper.make_node("Conv", ["x", "w"], ["y"], group=4)], "block", [x], [y], [weights])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])
    model.ir_version = 8
    optimised = onnx.load_from_string(saved(model.SerializeToString()))
    sizes = [one.dims[0] for one in optimised.graph.initializer if len(one.dims) == 4]
    in_blocks = any(node.op_type == "ReorderInput" for node in optimised.graph.node)
    return int(max(sizes)) if in_blocks and sizes else 1
