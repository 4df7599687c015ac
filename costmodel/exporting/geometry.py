"""What a window's padding comes to, in numbers."""

from collections.abc import Sequence
from typing import Any

from costmodel.line import Line
from costmodel.ops.window import a_side, before


def pads(line: Line) -> tuple[list[int], list[int]]:
    """Before and behind each side what a window's padding puts there, as far as it is used; what a transposed one cuts off."""
    x, y = line.inputs[0], line.output
    is_spread = line.op.startswith("conv_transpose")

    def sides(name: str) -> Sequence[Any]:
        return a_side(x.sides, name, line.fields.get(name, line.rule.fields[name].default))

    kernels = sides("kernel")
    strides = kernels if line.fields.get("stride", line.rule.fields["stride"].default) is None else sides("stride")
    dilations = sides("dilation") if "dilation" in line.rule.fields else [1] * len(kernels)
    found = []
    for side, k, s, d, p in zip(x.sides, kernels, strides, dilations, sides("padding"), strict=True):
        reach = d * (k - 1) + 1
        long, short = (y.dims[side], x.dims[side]) if is_spread else (x.dims[side], y.dims[side])
        start = (reach - 1) // 2 if p == "same_torch" else before(long, short, reach, s, p)
        found.append((start, (short - 1) * s + reach - long - start))
    return [start for start, _ in found], [end if is_spread else max(end, 0) for _, end in found]
