"""Ops that bring tensors together, in ONNX."""

from costmodel.exporting.run import Run, Writer
from costmodel.exporting.taken import axis
from costmodel.tensor import DIMENSIONS, Tensor


def join(op: str) -> Writer:
    """Tensors value by value, each stretched to the dimensions of the result."""

    def write(run: Run) -> str:
        name, last = seen(run, 0), len(run.inputs) - 1
        for place in range(1, last + 1):
            name = run.node(op, of=[name, seen(run, place)], part="" if place == last else f"part {place}")
        return name if last else run.node("Identity")

    return write


def seen(run: Run, place: int) -> str:
    """What enters, with a size of 1 for each dimension that others have."""
    x: Tensor = run.line.inputs[place]
    names = [name for name in ("n", *DIMENSIONS) if run.y.has(name)]
    if [*x.dims] == names:
        return run.inputs[place]
    return run.reshaped(run.inputs[place], [x.dims.get(name, 1) for name in names], f"stretched {place}")


def concat(run: Run) -> str:
    """Tensors behind one another."""
    return run.node("Concat", axis=axis(run.x, run.field("axis")))


WRITERS: dict[str, Writer] = {"add": join("Add"), "multiply": join("Mul"), "concat": concat}
"""How each op that joins tensors is written."""
