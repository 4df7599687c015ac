"""Nodes that slide a window: convolutions, pools, paddings and resizing."""

from typing import Any

from costmodel.algebra import divide
from costmodel.importing.draft import Cannot, Flow, Step, same
from costmodel.importing.labels import channels_first
from costmodel.importing.running import Handler, Run, a_side


def _padding(run: Run, sides: int) -> Any:
    """The padding as the vocabulary writes it. Raises `Cannot` for a negative one."""
    auto = run.attribute("auto_pad", "NOTSET")
    if auto in ("SAME_UPPER", "SAME_LOWER"):
        return "same"
    pads = [*(run.attribute("pads") or [0] * 2 * sides)] if auto == "NOTSET" else [0] * 2 * sides
    if len(pads) != 2 * sides:
        raise Cannot(f"it has {len(pads)} paddings for {sides} sides")
    if any(pad < 0 for pad in pads):
        raise Cannot(f"a padding is negative: {pads}")
    ends = [before if before == after else [before, after] for before, after in zip(pads[:sides], pads[sides:], strict=True)]
    return a_side(ends) if not isinstance(ends[0], list) else [*ends]


def _window(run: Run, kernel: Any, *, dilated: bool = True) -> dict[str, Any]:
    """Kernel, stride, padding and dilation, those left out that are as usual."""
    sides = len(kernel)
    fields = {
        "kernel": a_side(kernel),
        "stride": a_side(run.attribute("strides") or [1] * sides),
        "padding": _padding(run, sides),
        "dilation": a_side(run.attribute("dilations") or [1] * sides),
    }
    for name, value in fields.items():
        if isinstance(value, list) and len(value) != sides:
            raise Cannot(f"it has {len(value)} values of {name} for {sides} sides")
    if not dilated:
        del fields["dilation"]
    return {name: value for name, value in fields.items() if name == "kernel" or value != _USUAL[name]}


_USUAL = {"stride": 1, "padding": 0, "dilation": 1}


def conv(run: Run) -> Flow:
    """Conv: a convolution, or a depthwise one where each channel is a group of its own."""
    weight, groups = run.known(1), run.attribute("group", 1)
    x, letters = channels_first(run.x)
    assert x.output is not None
    out, inner, *kernel = weight.shape
    constants = [weight, *([run.known(2)] if run.there(2) else [])]
    if len(kernel) != run.x.rank - 2:
        raise Cannot(f"its weights have {len(kernel)} sides, and what enters {run.x.rank - 2}")
    if not same(inner * groups, x.output.c):
        raise Cannot(f"its weights take {inner * groups} channels, and {x.output.c} enter")
    fields = _window(run, kernel)
    bias = {} if run.there(2) else {"bias": False}
    if groups > 1 and same(groups, x.output.c):
        many = {} if out == groups else {"multiplier": divide(out, groups)}
        step = run.emit("depthwise", x, constants=constants, **fields, **many, **bias)
    else:
        group = {} if groups == 1 else {"groups": groups}
        step = run.emit(f"conv{len(kernel)}d", x, constants=constants, out=out, **_tidy(fields), **group, **bias)
    return run.result(step, letters, run.x)


def _tidy(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name != "kernel" or value != 1}


def conv_transpose(run: Run) -> Flow:
    """ConvTranspose."""
    weight, groups = run.known(1), run.attribute("group", 1)
    x, letters = channels_first(run.x)
    assert x.output is not None
    _, each, *kernel = weight.shape
    if len(kernel) != run.x.rank - 2 or not same(weight.shape[0], x.output.c):
        raise Cannot(f"its weights are {'×'.join(map(str, weight.shape))}, and {x.output.said} enters")
    extra = run.attribute("output_padding") or [0] * len(kernel)
    fields = _window(run, kernel)
    if wanted := run.attribute("output_shape"):
        fields["padding"] = _cut_to(run, x, wanted[-len(kernel) :], kernel, extra)
    if fields.get("padding") == "same":
        _check_same(run, kernel, extra)
    more: dict[str, Any] = {"output_padding": a_side(extra)} if any(extra) else {}
    more |= {} if groups == 1 else {"groups": groups}
    more |= {} if run.there(2) else {"bias": False}
    constants = [weight, *([run.known(2)] if run.there(2) else [])]
    verb = f"conv_transpose{len(kernel)}d"
    step = run.emit(verb, x, constants=constants, out=each * groups, **_tidy(fields), **more)
    return run.result(step, letters, run.x)


def _check_same(run: Run, kernel: list[int], extra: list[int]) -> None:
    """Raises `Cannot` where a padding that brings sides to multiples of the stride would be less than none."""
    if any(extra):
        raise Cannot("auto_pad and output_padding together")
    strides, dilations = (run.attribute(name) or [1] * len(kernel) for name in ("strides", "dilations"))
    if any(d * (k - 1) + 1 < s for k, d, s in zip(kernel, dilations, strides, strict=True)):
        raise Cannot("auto_pad with a window that is smaller than its stride, of which programs make sides of different sizes")


def _cut_to(run: Run, x: Step, wanted: list[int], kernel: list[int], extra: list[int]) -> Any:
    """The padding that leaves a side of the size wanted."""
    assert x.output is not None
    ends = []
    strides, dilations = (run.attribute(name) or [1] * len(kernel) for name in ("strides", "dilations"))
    for side, size, k, s, d, more in zip(x.output.sides, wanted, kernel, strides, dilations, extra, strict=True):
        cut = (x.output.dims[side] - 1) * s + d * (k - 1) + 1 + more - size
        if not isinstance(cut, int) or cut < 0:
            raise Cannot(f"its output_shape {wanted} is more than it gives")
        ends.append([cut // 2, cut - cut // 2])
    return ends


def max_pool(run: Run) -> list[Any]:
    """MaxPool; the places of the largest values, a second output, are no value of the network."""
    fields = _window(run, _kernel(run))
    return [_pool(run, "max_pool", fields)]


def avg_pool(run: Run) -> Flow:
    """AveragePool."""
    if any(by != 1 for by in run.attribute("dilations") or ()):
        raise Cannot("its windows have gaps, which no average here has")
    return _pool(run, "avg_pool", _window(run, _kernel(run), dilated=False))


def _kernel(run: Run) -> list[int]:
    kernel = run.attribute("kernel_shape")
    if not kernel:
        raise Cannot("it says no kernel_shape")
    return [*kernel]


def _pool(run: Run, verb: str, fields: dict[str, Any]) -> Flow:
    x, letters = channels_first(run.x)
    stride = run.attribute("strides") or [1] * len(_kernel(run))
    fields = {name: value for name, value in fields.items() if name != "stride"}
    if [*stride] != _kernel(run):
        fields["stride"] = a_side(stride)
    if run.attribute("ceil_mode", 0):
        fields["ceil"] = True
    ordered = {name: fields[name] for name in ("kernel", "stride", "padding", "dilation", "ceil") if name in fields}
    return run.result(run.emit(verb, x, **ordered), letters, run.x)


def over_all(verb: str) -> Handler:
    """A pool over all positions."""

    def handle(run: Run) -> Flow:
        x, letters = channels_first(run.x)
        return run.result(run.emit(verb, x), letters, run.x)

    return handle


def adaptive(verb: str) -> Handler:
    """A pool whose windows are spread evenly; a size that is not said stays."""

    def handle(run: Run) -> Flow:
        x, letters = channels_first(run.x)
        assert x.output is not None
        wanted = run.attribute("output_size")
        sizes = [x.output.dims[side] if size is None else size for side, size in zip(x.output.sides, wanted, strict=True)]
        if all(size == 1 for size in sizes):
            return run.result(run.emit(verb.replace("adaptive", "global"), x), letters, run.x)
        return run.result(run.emit(verb, x, out=a_side(sizes)), letters, run.x)

    return handle


HANDLERS: dict[str, Handler] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AveragePool": avg_pool,
    "GlobalAveragePool": over_all("global_avg_pool"),
    "GlobalMaxPool": over_all("global_max_pool"),
    "AdaptiveAveragePool": adaptive("adaptive_avg_pool"),
    "AdaptiveMaxPool": adaptive("adaptive_max_pool"),
}
"""How each node of a window becomes layers."""
