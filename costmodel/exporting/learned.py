"""Learned values in ONNX: factors, offsets, tokens, tables."""

from math import prod

from costmodel.exporting.run import Run, Writer


def learned(op: str) -> Writer:
    """Learned values, or constants, that values are multiplied by or added to."""

    def write(run: Run) -> str:
        over, many = run.field("over"), run.field("learned")
        shape = [size if name in over else 1 for name, size in run.x.dims.items()]
        places = prod(shape)
        if many in (None, places):
            return run.node(op, run.parameter(shape, "weight", like="scale" if op == "Mul" else "shift"))
        if many == 0:
            held = run.parameter(shape, "constant", like="scale", learned=False)
            return run.node(op, held)
        table = run.parameter([many], "table", like="shift")
        index = run.constant([place % many for place in range(places)], "index")
        return run.node(op, run.reshaped(run.node("Gather", index, of=[table], part="looked up"), shape, "values"))

    return write


def tokens(run: Run) -> str:
    """Learned tokens in front of a sequence, the same for all samples."""
    x, count = run.x, run.field("count")
    held = run.parameter([1, count, x.c], "weight", like="shift")
    wide = run.constant([x.n, count, x.c], "wide.shape")
    shown = run.node("Expand", wide, of=[held], part="wide")
    return run.model.node("Concat", [shown, run.inputs[0]], run.at, axis=1)


def embedding(run: Run) -> str:
    """Rows of a table by number; what enters is a number as a float, as all inputs are."""
    whole = run.node("Cast", part="whole", to=7)
    seen = run.reshaped(whole, [run.y.n, run.y.t], "numbers")
    table = run.parameter([run.field("entries"), run.y.c], "weight")
    return run.model.node("Gather", [table, seen], run.at, axis=0)


def parameters(run: Run) -> str:
    """Values that no node reads: the one that lets pass what enters says which they are."""
    held = run.parameter([run.field("count")], "parameters", like="scale")
    return run.model.node("Identity", run.inputs, run.at, holds=held)


WRITERS: dict[str, Writer] = {
    "scale": learned("Mul"),
    "shift": learned("Add"),
    "tokens": tokens,
    "embedding": embedding,
    "parameters": parameters,
}
"""How learned values are written."""
