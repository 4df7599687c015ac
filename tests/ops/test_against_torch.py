"""Windows, pools and resizing beside PyTorch: the same shapes, parameters and mult-adds at settings drawn at random.

PyTorch runs each setting and counts with its own `FlopCounterMode` (2 a multiply-add). What PyTorch refuses must be refused
here. To print how much was compared:
`pytest tests/ops/test_against_torch.py -s`.
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.tensor import Tensor

torch = pytest.importorskip(
    "torch", reason="PyTorch is not installed (pip install torch), and its own counts are compared with ours"
)

SEED, SETTINGS = 20260, 40
"""Settings an op."""

SIDES = {1: "w", 2: "hw", 3: "dhw"}
Fields = dict[str, Any]
Draw = random.Random


def numbers(draw: Draw, sides: int, *among: int) -> Any:
    """One number, or one a side."""
    return draw.choice(among) if draw.random() < 0.5 else [draw.choice(among) for _ in range(sides)]


def given(fields: Fields, sides: int, *names: str) -> Fields:
    """Fields in PyTorch's spelling: a tuple a side."""
    return {name: (tuple(v) if isinstance(v, list) else (v,) * sides) for name, v in fields.items() if name in names}


def convolution(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
    """Settings of a convolution, and the module."""
    fields = {
        "out": draw.choice([1, 2, 4, 6]),
        "kernel": numbers(draw, sides, 1, 2, 3, 5),
        "stride": numbers(draw, sides, 1, 1, 2, 3),
        "padding": draw.choice(["same_torch", "valid", *[numbers(draw, sides, 0, 1, 2)] * 4]),
        "dilation": numbers(draw, sides, 1, 1, 2),
        "groups": draw.choice([1, 1, 2, 3]),
        "bias": draw.random() < 0.5,
    }
    return fields, lambda: conv(channels, fields, sides)


def conv(channels: int, fields: Fields, sides: int) -> Any:
    module = getattr(torch.nn, f"Conv{sides}d")
    padding = fields["padding"]
    if isinstance(padding, list):
        padding = tuple(padding)
    return module(
        channels,
        fields["out"],
        *given(fields, sides, "kernel").values(),
        padding=padding.removesuffix("_torch") if isinstance(padding, str) else padding,
        groups=fields["groups"],
        bias=fields["bias"],
        **given(fields, sides, "stride", "dilation"),
    )


def depthwise(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
    fields, _ = convolution(draw, sides, channels)
    multiplier = draw.choice([1, 1, 2, 3])
    whole = fields | {"out": multiplier * channels, "groups": channels}
    del fields["out"], fields["groups"]
    return fields | {"multiplier": multiplier}, lambda: conv(channels, whole, sides)


def separable(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
    fields, _ = convolution(draw, sides, channels)
    multiplier = draw.choice([1, 1, 2, 3])
    first = fields | {"out": multiplier * channels, "groups": channels, "bias": False}
    second = {"out": fields["out"], "kernel": 1, "padding": 0, "groups": 1, "bias": fields["bias"]}
    del fields["groups"]
    fields["multiplier"] = multiplier
    return fields, lambda: torch.nn.Sequential(conv(channels, first, sides), conv(multiplier * channels, second, sides))


def transposed(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
    fields = {
        "out": draw.choice([1, 2, 4, 6]),
        "kernel": numbers(draw, sides, 1, 2, 3, 4),
        "stride": numbers(draw, sides, 1, 2, 3),
        "padding": numbers(draw, sides, 0, 0, 1, 2),
        "output_padding": numbers(draw, sides, 0, 0, 0, 1, 2),
        "dilation": numbers(draw, sides, 1, 1, 2),
        "groups": draw.choice([1, 1, 2, 3]),
        "bias": draw.random() < 0.5,
    }
    names = ("stride", "padding", "output_padding", "dilation")
    return fields, lambda: getattr(torch.nn, f"ConvTranspose{sides}d")(
        channels,
        fields["out"],
        *given(fields, sides, "kernel").values(),
        groups=fields["groups"],
        bias=fields["bias"],
        **given(fields, sides, *names),
    )


def pool(kind: str) -> Callable[..., tuple[Fields, Any]]:
    def drawn(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
        kernel = draw.choice([1, 2, 3, 4, 5])
        fields = {
            "kernel": kernel,
            "stride": numbers(draw, sides, 1, 2, 3, 4),
            "padding": draw.choice(range(kernel // 2 + 1)),
            "ceil": draw.random() < 0.6,
        }
        if kind == "Max":
            fields["dilation"] = numbers(draw, sides, 1, 1, 2)
        if draw.random() < 0.3:
            del fields["stride"]
        rest = given(fields, sides, "stride", "padding", *(("dilation",) if kind == "Max" else ()))
        return fields, lambda: getattr(torch.nn, f"{kind}Pool{sides}d")((kernel,) * sides, ceil_mode=fields["ceil"], **rest)

    return drawn


def adaptive(kind: str) -> Callable[..., tuple[Fields, Any]]:
    def drawn(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
        out = numbers(draw, sides, 1, 2, 3, 5, 7, 9)
        module = getattr(torch.nn, f"Adaptive{kind}Pool{sides}d")
        return {"out": out}, lambda: module(tuple(out) if isinstance(out, list) else out)

    return drawn


def whole(kind: str) -> Callable[..., tuple[Fields, Any]]:
    return lambda draw, sides, channels: ({}, lambda: getattr(torch.nn, f"Adaptive{kind}Pool{sides}d")(1))


def pad(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
    edges = [[draw.randrange(3), draw.randrange(3)] for _ in range(sides)]
    last_first = [end for side in reversed(edges) for end in side]
    return {"padding": edges}, lambda: lambda x: torch.nn.functional.pad(x, last_first)


def interpolated(field: str) -> Callable[..., tuple[Fields, Any]]:
    modes = {1: ["nearest", "linear"], 2: ["nearest", "bilinear", "bicubic"], 3: ["nearest", "trilinear"]}

    def drawn(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
        value, mode = numbers(draw, sides, 1, 2, 3), draw.choice([m for ms in modes.values() for m in ms] + modes[sides] * 3)
        name = "scale_factor" if field == "scale" else field
        return (
            {field: value, "mode": mode},
            lambda: (
                lambda x: torch.nn.functional.interpolate(
                    x, mode=mode, **{name: tuple(value) if isinstance(value, list) else value}
                )
            ),
        )

    return drawn


def shuffled(module: str) -> Callable[..., tuple[Fields, Any]]:
    def drawn(draw: Draw, sides: int, channels: int) -> tuple[Fields, Any]:
        factor = draw.choice([1, 2, 2, 3])
        return {"factor": factor}, lambda: getattr(torch.nn, module)(factor)

    return drawn


CASES: dict[str, tuple[Callable[..., tuple[Fields, Any]], tuple[int, ...]]] = {
    **{f"conv{sides}d": (convolution, (sides,)) for sides in SIDES},
    **{f"conv_transpose{sides}d": (transposed, (sides,)) for sides in SIDES},
    "depthwise": (depthwise, (1, 2, 3)),
    "separable": (separable, (1, 2, 3)),
    "max_pool": (pool("Max"), (1, 2, 3)),
    "avg_pool": (pool("Avg"), (1, 2)),  # of volumes PyTorch wants the input itself, unpadded, to be as large as the window
    "adaptive_max_pool": (adaptive("Max"), (1, 2, 3)),
    "adaptive_avg_pool": (adaptive("Avg"), (1, 2, 3)),
    "global_max_pool": (whole("Max"), (1, 2, 3)),
    "global_avg_pool": (whole("Avg"), (1, 2, 3)),
    "pad": (pad, (1, 2, 3)),
    "upsample": (interpolated("scale"), (1, 2, 3)),
    "resize": (interpolated("size"), (1, 2, 3)),
    "pixel_shuffle": (shuffled("PixelShuffle"), (2,)),
    "pixel_unshuffle": (shuffled("PixelUnshuffle"), (2,)),
}


def theirs(shape: list[int], build: Callable[[], Any]) -> tuple[list[int], int, int] | None:
    """PyTorch's output shape, parameters and multiply-adds; None where it refuses."""
    from torch.utils.flop_counter import FlopCounterMode

    try:
        module = build()
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            y = module(torch.zeros(shape))
    except (RuntimeError, ValueError, NotImplementedError):
        return None
    if not y.numel():
        return None  # an output of nothing is refused here
    params = sum(p.numel() for p in module.parameters()) if isinstance(module, torch.nn.Module) else 0
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return list(y.shape), params, flops // 2


def ours(name: str, dims: dict[str, int], fields: Fields) -> tuple[list[int], int, int] | None:
    """Ours; None where a condition fails."""
    try:
        output, cost = OPS[name]([Tensor(**dims)], fields)
    except Misfit:
        return None
    if any(truth is False for truth, *_ in cost.given):
        return None
    return output.shape, cost.params, cost.fma


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("name", CASES)
def test_as_torch(name: str) -> None:
    """Shape, parameters and mult-adds are PyTorch's, and so is what cannot run."""
    draw, (settings, ranks) = random.Random(f"{SEED} {name}"), CASES[name]
    refused = 0
    for _ in range(SETTINGS):
        sides, channels = draw.choice(ranks), draw.choice([1, 4, 6, 12])
        dims = {"n": draw.choice([1, 2]), "c": channels, **{side: draw.choice([1, 4, 6, 7, 9]) for side in SIDES[sides]}}
        fields, build = settings(draw, sides, channels)
        expected = theirs(list(dims.values()), build)
        refused += expected is None
        assert ours(name, dims, fields) == expected, (dims, fields)
    assert refused < SETTINGS * 3 / 4
    print(f"{name}: {SETTINGS} settings, of which PyTorch refuses {refused}; seed {SEED}")
