"""Micro-benchmarks: short chains of layers of one kind, drawn by a seed over sizes, channels, groups and strides.

A chain is a spec like any other, so that what it runs and what a network runs are counted alike; the profiler times each of its
kernels. No network is among them.
"""

from collections.abc import Iterator
from math import prod
from random import Random
from typing import Any, NamedTuple

Layer = dict[str, Any] | str
SIDES = (112, 56, 28, 14, 7)
"""The sides of maps."""
_ROUND = (
    8,
    16,
    24,
    32,
    40,
    48,
    64,
    72,
    80,
    96,
    112,
    120,
    128,
    144,
    160,
    176,
    192,
    224,
    256,
    320,
    352,
    384,
    448,
    512,
    640,
    768,
    1024,
)
"""Channels that come in multiples of four, and lie in blocks."""
_ODD = (6, 10, 14, 22, 26, 30, 38, 46, 58, 62, 74, 90, 106, 122, 154, 182, 246, 314)
"""Channels that do not."""
_BEHIND: tuple[list[Layer], ...] = ([], ["relu"], ["relu6"], ["relu"], ["hardswish"], ["sigmoid"], [], ["hardsigmoid"])
"""What may stand behind a convolution, and runs as one with it."""
_MOST = 60e6
"""Mult-adds of a layer, at most."""


class Chain(NamedTuple):
    """Layers one behind the other, and what enters."""

    name: str
    input: list[int]
    layers: list[Layer]

    @property
    def spec(self) -> dict[str, Any]:
        """As a spec; maps are brought to one place at the end, for what leaves a network is small."""
        is_map = self.input[-1] > 1 and not any("reshape" in layer for layer in self.layers)
        layers = [*self.layers, "global_avg_pool"] if is_map else self.layers
        return {"name": self.name, "source": "micro-benchmark", "input": self.input, "layers": layers}


def chains(seed: int = 0, length: int = 12) -> Iterator[Chain]:
    """Every chain."""
    draw = Random(seed)  # noqa: S311 - shapes, no secrets
    for side in SIDES:
        for turn in range(2):
            yield _convolutions(f"1×1 at {side}.{turn}", side, _ROUND, [1], length, draw)
            yield _convolutions(f"k×k at {side}.{turn}", side, _ROUND, [3, 3, 3, 5, [1, 7], [7, 1]], length, draw)
        yield _convolutions(f"1×1 in rows at {side}", side, _ODD, [1], length, draw)
        yield _convolutions(f"k×k in rows at {side}", side, _ODD, [3], length // 2, draw)
        yield from _depthwise(side, length, draw)
        yield from _grouped(side, length, draw)
        yield from _element_wise(side, draw)
        yield from _laid_out(side, draw)
    yield from _strided(draw)
    yield from _stems(draw)
    yield from _small(draw)
    yield from _linear()
    yield from _matrices(draw)


def _width(draw: Random, widths: tuple[int, ...], most: float) -> int:
    """Some channels, all legal ones as likely as another."""
    return draw.choice([c for c in widths if c <= most] or [widths[0]])


def _most(side: int) -> float:
    """The channels of a map of a side, at most: a map has two million values."""
    return min(1024, 2**21 / side**2)


def _area(kernel: Any) -> int:
    return prod(kernel) if isinstance(kernel, list) else kernel**2


def _convolutions(name: str, side: int, widths: tuple[int, ...], kernels: list[Any], length: int, draw: Random) -> Chain:
    """Convolutions of every width after every other, half of them with an activation."""
    entering = c = _width(draw, widths[3:], _most(side) / 2)
    layers: list[Layer] = []
    for _ in range(length):
        kernel = draw.choice(kernels)
        c_out = _width(draw, widths, min(_most(side), _MOST / (side**2 * c * _area(kernel))))
        layers += [{"conv2d": {"out": c_out, "kernel": kernel, "padding": "same"}}, *draw.choice(_BEHIND)]
        c = c_out
    return Chain(name, [entering, side, side], layers)


def _depthwise(side: int, length: int, draw: Random) -> Iterator[Chain]:
    """Depthwise convolutions of one width each, between 1×1 convolutions where the width changes."""
    for name, widths in (("depthwise", _ROUND), ("depthwise in rows", _ODD)):
        layers: list[Layer] = []
        for _ in range(length // 2):
            c = _width(draw, widths, min(_most(side), 960))
            kernel = draw.choice([3, 3, 5])
            deep: Layer = {"depthwise": {"kernel": kernel, "padding": "same"}}
            layers += [{"conv2d": c}, deep, *draw.choice(_BEHIND), deep, *draw.choice(_BEHIND)]
        yield Chain(f"{name} at {side}", [32, side, side], layers)


def _grouped(side: int, length: int, draw: Random) -> Iterator[Chain]:
    """Convolutions in groups, of few channels each and of many."""
    for kernel in (1, 3):
        layers: list[Layer] = []
        for _ in range(length):
            taken, given = (draw.choice([2, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 80]) for _ in range(2))
            most = min(_most(side) / max(taken, given), _MOST / (side**2 * taken * given * kernel**2))
            groups = draw.choice([g for g in (2, 3, 4, 8, 16, 32) if g <= max(most, 2)])
            grouped = {"out": given * groups, "kernel": kernel, "groups": groups, "padding": "same"}
            layers += [{"conv2d": taken * groups}, {"conv2d": grouped}, "relu"]
        yield Chain(f"{kernel}×{kernel} in groups at {side}", [32, side, side], layers)


def _strided(draw: Random) -> Iterator[Chain]:
    """Convolutions of stride 2, depthwise ones and not, and pools."""
    for kind, widths in (
        ("1×1", _ROUND),
        ("k×k", _ROUND),
        ("depthwise", _ROUND),
        ("depthwise in rows", _ODD),
        ("in groups", _ROUND),
    ):
        for turn in range(4):
            layers: list[Layer] = []
            c = 32
            for side in SIDES[:-1]:
                wide = _width(draw, widths, min(_most(side), 512))
                out = _width(draw, widths, min(_most(side), _MOST / (side**2 / 4 * 9 * wide)))
                layers.append({"conv2d": wide})
                if kind in ("1×1", "k×k"):
                    layers.append(
                        {
                            "conv2d": {
                                "out": out,
                                "kernel": 1 if kind == "1×1" else 3,
                                "stride": 2,
                                "padding": 0 if kind == "1×1" else 1,
                            }
                        }
                    )
                elif kind == "in groups":
                    each = draw.choice([each for each in (4, 8, 16, 24) if wide % each == 0])
                    layers.append({"conv2d": {"out": wide, "kernel": 3, "stride": 2, "padding": 1, "groups": wide // each}})
                else:
                    kernel = draw.choice([3, 5])
                    layers.append({"depthwise": {"kernel": kernel, "stride": 2, "padding": kernel // 2}})
                layers.append("relu")
            yield Chain(f"{kind}, stride 2.{turn}", [c, 112, 112], layers)


def _stems(draw: Random) -> Iterator[Chain]:
    """First convolutions: of three channels, and of other few ones."""
    for number in range(24):
        kernel, stride = draw.choice([(3, 2), (3, 1), (7, 2), (3, 2), (5, 2), (11, 4)])
        side = draw.choice([32, 96, 128, 160, 192, 224, 240])
        out = draw.choice([8, 16, 24, 32, 48, 64, 96])
        layers: list[Layer] = [
            {"conv2d": {"out": out, "kernel": kernel, "stride": stride, "padding": kernel // 2}},
            *draw.choice(_BEHIND),
        ]
        few = draw.choice([4, 8, 12])
        layers += [{"conv2d": few}, {"conv2d": draw.choice([16, 32, 48, 64])}, "relu"]
        yield Chain(f"stem {number}", [3, side, side], layers)


def _small(draw: Random) -> Iterator[Chain]:
    """Convolutions of one place, as gates have them."""
    for turn in range(3):
        entering = draw.choice(_ROUND[6:])
        layers: list[Layer] = []
        for _ in range(12):
            layers += [{"conv2d": draw.choice(_ROUND)}, draw.choice(["relu", "sigmoid", "hardsigmoid"])]
        yield Chain(f"gates.{turn}", [entering, 1, 1], layers)


def _element_wise(side: int, draw: Random) -> Iterator[Chain]:
    """Activations, norms, sums, gates and pools, in blocks and in rows.

    A GELU is not among them: it needs an operator set whose average pools onnxruntime runs another way, far slower.
    """
    for name, turn in ((name, turn) for name in ("blocks", "rows") for turn in range(2)):
        most = min(_most(side), 512)
        c = _width(draw, tuple(range(16, 528, 16)), most) if name == "blocks" else _width(draw, _ODD[3:], most)
        smaller = {"kernel": 2, "stride": 2} if side > 7 else {"kernel": 3, "stride": 2, "padding": 1}
        layers: list[Layer] = [
            {"conv2d": c, "name": "a"},
            {"name": "b", "relu": {}},
            {"name": "c", "add": ["a", "b"]},
            "silu",
            {"max_pool": {"kernel": 3, "stride": 1, "padding": 1}},
            {"avg_pool": {"kernel": 3, "stride": 1, "padding": 1}},
            "batch_norm",
            {"name": "d", "relu": {}},
            {"multiply": ["c", "d"]},
            {"multiply": {"x": "identity", "gate": ["global_avg_pool", {"conv2d": c}, "sigmoid"]}},
            "prelu",
            {"multiply": {"x": "identity", "gate": ["global_avg_pool", {"conv2d": c}, "hardsigmoid"]}},
            "batch_norm",
            "relu",
            "hardswish",
            {"max_pool": smaller},
            {"avg_pool": {"kernel": 3, "stride": 2, "padding": 1}},
        ]
        yield Chain(f"element-wise in {name} at {side}.{turn}", [c, side, side], layers)


def _laid_out(side: int, draw: Random) -> Iterator[Chain]:
    """Splits, concats, shuffles and gathers, in blocks and in rows."""
    for turn in range(3):
        c = _width(draw, (16, 24, 32, 48, 64, 96, 116, 128, 176, 240, 256, 352, 480), _most(side) / 2)
        layers: list[Layer] = []
        for _ in range(3):
            half = "c_in / 2"
            layers += [
                {"concat": {"pass": {"slice": {"stop": half}}, "main": [{"slice": half}, "relu"]}},
                {"shuffle": 2},
                {"index_select": "c_in"},
                {"shuffle": 4},
                "relu",
            ]
        layers += [{"concat": {"past": "identity", "new": {"conv2d": draw.choice([16, 32, 64])}}}, {"conv2d": c}]
        layers += [{"concat": {"past": "identity", "new": {"conv2d": c}}}, "relu"]
        yield Chain(f"laid out at {side}.{turn}", [c, side, side], layers)


def _linear() -> Iterator[Chain]:
    """Matrices times a vector, from a few that stay in the nearest caches to many that do not."""
    for mebibytes in (1, 2, 4, 8, 16, 32, 64):
        pairs = max(mebibytes // 16, 1)
        wide = mebibytes * 2**18 // (2 * pairs * 1024)
        layers: list[Layer] = [{"linear": wide}, "relu", {"linear": 1024}]
        yield Chain(f"linear, {mebibytes} MiB", [1024, 1, 1], layers * pairs)


def _matrices(draw: Random) -> Iterator[Chain]:
    """Matrices times the tokens of a sequence, and what stands between them."""
    for side in (7, 14, 28):
        for heads in (3, 6):
            c = 64 * heads
            layers: list[Layer] = [
                {"conv2d": c},
                {"reshape": {"t": "h_in * w_in", "c": "c_in"}},
                "layer_norm",
                {"attention": {"heads": heads}},
                "layer_norm",
                {"linear": draw.choice([2, 4]) * c},
                "gelu",
                {"linear": c},
                "softmax",
            ]
            yield Chain(f"{side**2} tokens, {heads} heads", [32, side, side], layers)
