"""Convolutions and pools in ONNX: every padding as numbers, so that each output has the size that is counted."""

from math import inf
from typing import Any

from costmodel.exporting.run import Run, Writer


def _geometry(run: Run, *, dilated: bool = True) -> dict[str, Any]:
    """Kernel, strides, pads and dilations of a window that slides."""
    starts, ends = run.pads()
    found: dict[str, Any] = {"kernel_shape": [*run.sides("kernel")], "strides": [*run.strides], "pads": [*starts, *ends]}
    return {**found, "dilations": [*run.sides("dilation")]} if dilated else found


def _biased(run: Run, out: int) -> list[str]:
    return [run.parameter([out], "bias", like="shift")] if run.field("bias") else []


def conv(run: Run) -> str:
    """A convolution."""
    groups, out = run.field("groups"), run.y.c
    weights = run.parameter([out, run.x.c // groups, *run.sides("kernel")], "weight")
    return run.node("Conv", weights, *_biased(run, out), group=groups, **_geometry(run))


def depthwise(run: Run) -> str:
    """A convolution of each channel on its own."""
    weights = run.parameter([run.y.c, 1, *run.sides("kernel")], "weight")
    return run.node("Conv", weights, *_biased(run, run.y.c), group=run.x.c, **_geometry(run))


def separable(run: Run) -> str:
    """Two convolutions, the bias in the second."""
    between = run.x.c * run.field("multiplier")
    deep = run.parameter([between, 1, *run.sides("kernel")], "depthwise.weight")
    middle = run.node("Conv", deep, part="depthwise", group=run.x.c, **_geometry(run))
    weights = run.parameter([run.y.c, between, *[1] * len(run.x.sides)], "pointwise.weight")
    return run.node("Conv", weights, *_biased(run, run.y.c), of=[middle])


def conv_transpose(run: Run) -> str:
    """A transposed convolution; an end that would be cut off by less than nothing is grown instead.

    Where it grows by a stride or more, runtimes refuse: there its ends are cut off, or zeros put there, behind it.
    """
    starts, ends = run.pads()
    extra, strides = [max(-end, 0) for end in ends], [*run.strides]
    is_far = any(more >= stride for more, stride in zip(extra, strides, strict=True))
    weights = run.parameter([run.x.c, run.y.c // run.field("groups"), *run.sides("kernel")], "weight")
    grown: dict[str, Any] = {
        "kernel_shape": [*run.sides("kernel")],
        "strides": strides,
        "dilations": [*run.sides("dilation")],
        "pads": [0] * 2 * len(ends) if is_far else [*starts, *(max(end, 0) for end in ends)],
        "output_padding": [0] * len(extra) if is_far else extra,
    }
    more, groups = [weights, *_biased(run, run.y.c)], run.field("groups")
    found = run.node("ConvTranspose", *more, part="spread" if is_far else "", group=groups, **grown)
    if not is_far:
        return found
    around = [0, 0, *(-start for start in starts), 0, 0, *(-end for end in ends)]
    return run.node("Pad", run.constant(around, "pads"), of=[found], mode="constant")


def max_pool(run: Run) -> str:
    """The largest value under each window."""
    entering, shape = _within(run, _geometry(run), -inf)
    return run.node("MaxPool", of=[entering], **shape)


def avg_pool(run: Run) -> str:
    """The mean under each window, padded places counted."""
    entering, shape = _within(run, _geometry(run, dilated=False), 0.0)
    return run.node("AveragePool", of=[entering], **shape, count_include_pad=1)


def _within(run: Run, shape: dict[str, Any], fill: float) -> tuple[str, dict[str, Any]]:
    """What a pool takes: padded beforehand where a window could lie in the padding alone, which runtimes refuse."""
    ends = shape["pads"]
    if all(end < k for end, k in zip(ends, 2 * shape["kernel_shape"], strict=True)):
        return run.inputs[0], shape
    half = len(ends) // 2
    around = run.constant([0, 0, *ends[:half], 0, 0, *ends[half:]], "pads")
    padded = run.node("Pad", around, run.model.scalar(fill, f"{run.at}.fill"), part="padded", mode="constant")
    return padded, {**shape, "pads": [0] * len(ends)}


def adaptive(op: str) -> Writer:
    """Windows spread evenly: one op where all are alike, else one for each."""

    def write(run: Run) -> str:
        sizes = [(run.x.dims[side], run.y.dims[side]) for side in run.x.sides]
        if all(size % out == 0 for size, out in sizes):
            kernels = [size // out for size, out in sizes]
            shape: dict[str, Any] = {"kernel_shape": kernels, "strides": kernels}
            return run.node(op, **shape)
        reduce, name = {"MaxPool": "ReduceMax", "AveragePool": "ReduceMean"}[op], run.inputs[0]
        for place, (size, out) in enumerate(sizes, 2):
            along = run.constant([place], f"side {place}")
            parts = []
            for at in range(out):
                ends = [run.constant([end], f"side {place}.{at}") for end in (at * size // out, -(-(at + 1) * size // out))]
                window = run.node("Slice", *ends, along, of=[name], part=f"side {place}.{at}")
                parts.append(run.node(reduce, along, of=[window], part=f"side {place}.{at}", keepdims=1))
            name = run.node("Concat", of=parts, part="" if place == len(sizes) + 1 else f"side {place}", axis=place)
        return name

    return write


WRITERS: dict[str, Writer] = {
    **dict.fromkeys(("conv1d", "conv2d", "conv3d"), conv),
    "depthwise": depthwise,
    "separable": separable,
    **dict.fromkeys(("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"), conv_transpose),
    "max_pool": max_pool,
    "avg_pool": avg_pool,
    "adaptive_max_pool": adaptive("MaxPool"),
    "adaptive_avg_pool": adaptive("AveragePool"),
    "global_max_pool": lambda run: run.node("GlobalMaxPool"),
    "global_avg_pool": lambda run: run.node("GlobalAveragePool"),
}
"""How each op of a window is written."""
