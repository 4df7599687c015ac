"""Ops of ATen that slide a window: convolutions, pools, paddings and resizing."""

from collections.abc import Sequence
from typing import Any

from costmodel.importing.aten.call import Call, Handler, Left


def each(values: Any, sides: int) -> list[Any]:
    """A value for each side, of a list or of one for all."""
    found = [*values] if isinstance(values, Sequence) else [values]
    return found * sides if len(found) == 1 else found


def _batched(call: Call, rank: int) -> tuple[str, bool]:
    """The values with an axis for samples, and whether that had to be put in."""
    x = call.value("input")
    return (x, False) if call.rank() == rank else (call.unsqueezed(x, 0), True)


def _unbatched(call: Call, x: str, was_put_in: bool) -> str:
    return call.squeezed(x, 0) if was_put_in else x


def conv(call: Call) -> str:
    """conv1d to conv3d, by numbers or by a word for the padding."""
    return _conv(call, each(call["groups"] or 1, 1)[0], transposed=False)


def conv_transpose(call: Call) -> str:
    """conv_transpose1d to conv_transpose3d."""
    return _conv(call, call["groups"] or 1, transposed=True)


def convolution(call: Call) -> str:
    """The convolution of the core set: of every kind."""
    return _conv(call, call["groups"], transposed=bool(call["transposed"]))


def _conv(call: Call, groups: int, *, transposed: bool) -> str:
    kernel = [*call.like("weight").shape[2:]]
    sides = len(kernel)
    x, put_in = _batched(call, sides + 2)
    stride, dilation = each(call["stride"] or 1, sides), each(call["dilation"] or 1, sides)
    attributes: dict[str, Any] = {"kernel_shape": kernel, "strides": stride, "dilations": dilation, "group": groups}
    attributes["pads"] = _pads(call["padding"], kernel, dilation)
    extra = each(call["output_padding"] or 0, sides)
    if transposed and any(extra):
        attributes["output_padding"] = extra
    op = "ConvTranspose" if transposed else "Conv"
    return _unbatched(call, call.emit(op, x, call.value("weight"), call.value("bias"), **attributes), put_in)


def _pads(padding: Any, kernel: list[int], dilation: list[int]) -> list[int]:
    """The padding before each side, and behind it: `same` puts what is odd behind."""
    if padding == "same":
        whole = [d * (k - 1) for d, k in zip(dilation, kernel, strict=True)]
        return [one // 2 for one in whole] + [one - one // 2 for one in whole]
    pads = [0] * len(kernel) if padding in (None, "valid") else each(padding, len(kernel))
    return pads * 2


def _window(call: Call, sides: int) -> dict[str, Any]:
    kernel = each(call["kernel_size"], sides)
    found: dict[str, Any] = {"kernel_shape": kernel, "strides": each(call["stride"] or kernel, sides)}
    found["pads"] = each(call["padding"] or 0, sides) * 2
    return found | ({"ceil_mode": 1} if call["ceil_mode"] else {})


def max_pool(sides: int, *, with_places: bool = False) -> Handler:
    """Max pools: `with_places` gives where the largest values were too."""

    def handle(call: Call) -> Any:
        x, put_in = _batched(call, sides + 2)
        attributes = _window(call, sides) | {"dilations": each(call["dilation"] or 1, sides)}
        if not with_places or not any(user.args[1] == 1 for user in call.node.users):
            found = _unbatched(call, call.emit("MaxPool", x, **attributes), put_in)
            return [found, None] if with_places else found
        raise Left  # the places that ONNX gives count from the first sample

    return handle


def avg_pool(sides: int) -> Handler:
    """Average pools."""

    def handle(call: Call) -> str:
        if call["divisor_override"]:
            raise Left
        x, put_in = _batched(call, sides + 2)
        attributes = _window(call, sides)
        if call["count_include_pad"] is not False:
            attributes["count_include_pad"] = 1
        return _unbatched(call, call.emit("AveragePool", x, **attributes), put_in)

    return handle


def adaptive(sides: int, op: str, *, with_places: bool = False) -> Handler:
    """Pools whose windows are spread evenly; over all places they are ONNX's global ones."""

    def handle(call: Call) -> Any:
        x, put_in = _batched(call, sides + 2)
        wanted = [*call["output_size"]] if isinstance(call["output_size"], Sequence) else [call["output_size"]] * sides
        if not all(isinstance(size, int | None) for size in wanted):
            raise Left
        if with_places and any(user.args[1] == 1 for user in call.node.users):
            raise Left
        if all(size == 1 for size in wanted):
            found = call.emit(f"Global{op}Pool", x)
        else:
            found = call.emit(f"Adaptive{op}Pool", x, domain="costmodel", output_size=wanted)
        found = _unbatched(call, found, put_in)
        return [found, None] if with_places else found

    return handle


_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def pad(mode: str = "") -> Handler:
    """Paddings, given from the last axis on; negative ones cut off."""

    def handle(call: Call) -> str:
        ends = [*(call["pad"] if call["pad"] is not None else call["padding"])]
        rank, word = call.rank(), mode or call["mode"] or "constant"
        before = [0] * (rank - len(ends) // 2) + ends[::2][::-1]
        behind = [0] * (rank - len(ends) // 2) + ends[1::2][::-1]
        if not all(isinstance(end, int) for end in ends):
            raise Left
        x = call.value("input")
        for axis in range(rank):
            if min(before[axis], behind[axis]) < 0:
                last = behind[axis] if behind[axis] < 0 else 2**63 - 1
                x = call.cut(x, axis, max(-before[axis], 0), last)
        pads = [max(end, 0) for end in (*before, *behind)]
        if not any(pads):
            return x
        value = call["value"] or 0
        more = [call.number(value, call.out.dtype)] if word == "constant" and value else []
        return call.emit("Pad", x, call.ints(*pads), *more, mode=_MODES[word])

    return handle


def resize(mode: str, *, nearest: str = "") -> Handler:
    """Interpolation: sides brought to sizes, or multiplied by factors."""

    def handle(call: Call) -> str:
        rank = call.rank()
        axes = [*range(2, rank)]
        attributes: dict[str, Any] = {"mode": mode, "axes": axes}
        attributes["coordinate_transformation_mode"] = (
            "asymmetric" if nearest == "floor" else "align_corners" if call["align_corners"] else "half_pixel"
        )
        attributes |= {"nearest_mode": nearest} if nearest else {}
        attributes |= {"cubic_coeff_a": -0.75} if mode == "cubic" else {}
        scales = call["scale_factors"] or _given([call["scales"] or call[f"scales_{side}"] for side in "dhw"])
        if call["output_size"] is not None and (not scales or call["scale_factors"] is None):
            return call.emit("Resize", call.value("input"), "", "", call.sizes(call["output_size"]), **attributes)
        if not scales or not all(isinstance(scale, int | float) for scale in scales):
            raise Left
        factors = call.writer.number([float(scale) for scale in scales], "float32", (len(axes),))
        return call.emit("Resize", call.value("input"), "", factors, **attributes)

    return handle


def _given(values: list[Any]) -> list[Any]:
    return [value for value in values if value is not None]


def pixel_shuffle(call: Call) -> str:
    """Channels to positions."""
    if call.rank() != 4:
        raise Left
    return call.emit("DepthToSpace", call.value("input"), blocksize=call["upscale_factor"], mode="CRD")


def pixel_unshuffle(call: Call) -> str:
    """Positions to channels: the channel stays outermost, unlike in ONNX's SpaceToDepth."""
    if call.rank() != 4:
        raise Left
    return call.emit("PixelUnshuffle", call.value("input"), domain="costmodel", blocksize=call["downscale_factor"])


def channel_shuffle(call: Call) -> str:
    """Channels of groups dealt out in turn."""
    sizes = [call.size("input", at) for at in range(call.rank())]
    groups, channels = call["groups"], call.like("input").shape[1]
    apart = call.reshaped(call.value("input"), [sizes[0], groups, channels // groups, *sizes[2:]])
    order = [0, 2, 1, *range(3, len(sizes) + 1)]
    return call.reshaped(call.emit("Transpose", apart, perm=order), sizes)


def unfold(call: Call) -> str:
    """im2col: what each window sees, as a column; a slice a tap, put behind one another."""
    kernel, dilation, padding, stride = (each(call[word], 2) for word in ("kernel_size", "dilation", "padding", "stride"))
    x, shape = call.value("input"), call.like("input").shape
    if len(shape) != 4 or not all(isinstance(size, int) for size in shape[1:]):
        raise Left
    if any(padding):
        x = call.emit("Pad", x, call.ints(0, 0, *padding, 0, 0, *padding), mode="constant")
    reach = [
        (size + 2 * pad - gap * (k - 1) - 1) // step * step + 1
        for size, k, gap, pad, step in zip(shape[2:], kernel, dilation, padding, stride, strict=True)
    ]
    taps = []
    for row in range(kernel[0]):
        line = call.cut(x, 2, row * dilation[0], row * dilation[0] + reach[0], stride[0])
        for column in range(kernel[1]):
            first = column * dilation[1]
            taps.append(call.unsqueezed(call.cut(line, 3, first, first + reach[1], stride[1]), 2))
    joined = call.emit("Concat", *taps, axis=2) if len(taps) > 1 else taps[0]
    return call.reshaped(joined, [call.size("input", 0), shape[1] * len(taps), -1])


HANDLERS: dict[str, Handler] = {
    **{f"conv{sides}d": conv for sides in (1, 2, 3)},
    **{f"conv_transpose{sides}d": conv_transpose for sides in (1, 2, 3)},
    "convolution": convolution,
    **{f"max_pool{sides}d": max_pool(sides) for sides in (1, 2, 3)},
    **{f"max_pool{sides}d_with_indices": max_pool(sides, with_places=True) for sides in (1, 2, 3)},
    **{f"avg_pool{sides}d": avg_pool(sides) for sides in (1, 2, 3)},
    **{f"adaptive_avg_pool{sides}d": adaptive(sides, "Average") for sides in (1, 2, 3)},
    **{f"_adaptive_avg_pool{sides}d": adaptive(sides, "Average") for sides in (2, 3)},
    **{f"adaptive_max_pool{sides}d": adaptive(sides, "Max", with_places=True) for sides in (1, 2, 3)},
    "pad": pad(),
    "constant_pad_nd": pad("constant"),
    **{f"reflection_pad{sides}d": pad("reflect") for sides in (1, 2, 3)},
    **{f"replication_pad{sides}d": pad("replicate") for sides in (1, 2, 3)},
    "_pad_circular": pad("circular"),
    **{f"upsample_nearest{sides}d": resize("nearest", nearest="floor") for sides in (1, 2, 3)},
    **{f"_upsample_nearest_exact{sides}d": resize("nearest", nearest="round_prefer_ceil") for sides in (1, 2, 3)},
    **{f"upsample_{word}": resize("linear") for word in ("linear1d", "bilinear2d", "trilinear3d")},
    "upsample_bicubic2d": resize("cubic"),
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
    "native_channel_shuffle": channel_shuffle,
    "im2col": unfold,
}
"""How each op of a window becomes nodes."""
