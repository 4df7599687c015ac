"""Micro-benchmarks: short chains of layers of one kind, drawn by a seed over sizes, channels, groups and strides.

A chain is a spec like any other, so that what it runs and what a network runs are counted alike; the profiler times each of its
kernels. No network is among them.
"""

from collections.abc import Iterator
from math import prod
from random import Random
from typing import Any

from costmodel.measuring.benches_beside import element_wise, laid_out, linear, matrices
from costmodel.measuring.chains import BEHIND, MOST, ODD, ROUND, SIDES, Chain, Layer, most, width


def chains(seed: int = 0, length: int = 12) -> Iterator[Chain]:
    """Every chain."""
    draw = Random(seed)  # noqa: S311 - shapes, no secrets
    for side in SIDES:
        for turn in range(2):
            yield _convolutions(f"1×1 at {side}.{turn}", side, ROUND, [1], length, draw)
            yield _convolutions(f"k×k at {side}.{turn}", side, ROUND, [3, 3, 3, 5, [1, 7], [7, 1]], length, draw)
        yield _convolutions(f"1×1 in rows at {side}", side, ODD, [1], length, draw)
        yield _convolutions(f"k×k in rows at {side}", side, ODD, [3], length // 2, draw)
        yield from _depthwise(side, length, draw)
        yield from _grouped(side, length, draw)
        yield from element_wise(side, draw)
        yield from laid_out(side, draw)
    yield from _strided(draw)
    yield from _stems(draw)
    yield from _small(draw)
    yield from linear()
    yield from matrices(draw)


def _area(kernel: Any) -> int:
    return prod(kernel) if isinstance(kernel, list) else kernel**2


def _convolutions(name: str, side: int, widths: tuple[int, ...], kernels: list[Any], length: int, draw: Random) -> Chain:
    """Convolutions of every width after every other, half of them with an activation."""
    entering = c = width(draw, widths[3:], most(side) / 2)
    layers: list[Layer] = []
    for _ in range(length):
        kernel = draw.choice(kernels)
        c_out = width(draw, widths, min(most(side), MOST / (side**2 * c * _area(kernel))))
        layers += [{"conv2d": {"out": c_out, "kernel": kernel, "padding": "same"}}, *draw.choice(BEHIND)]
        c = c_out
    return Chain(name, [entering, side, side], layers)


def _depthwise(side: int, length: int, draw: Random) -> Iterator[Chain]:
    """Depthwise convolutions of one width each, between 1×1 convolutions where the width changes."""
    for name, widths in (("depthwise", ROUND), ("depthwise in rows", ODD)):
        layers: list[Layer] = []
        for _ in range(length // 2):
            c = width(draw, widths, min(most(side), 960))
            kernel = draw.choice([3, 3, 5])
            deep: Layer = {"depthwise": {"kernel": kernel, "padding": "same"}}
            layers += [{"conv2d": c}, deep, *draw.choice(BEHIND), deep, *draw.choice(BEHIND)]
        yield Chain(f"{name} at {side}", [32, side, side], layers)


def _grouped(side: int, length: int, draw: Random) -> Iterator[Chain]:
    """Convolutions in groups, of few channels each and of many."""
    for kernel in (1, 3):
        layers: list[Layer] = []
        for _ in range(length):
            taken, given = (draw.choice([2, 4, 6, 8, 12, 16, 20, 24, 32, 48, 64, 80]) for _ in range(2))
            limit = min(most(side) / max(taken, given), MOST / (side**2 * taken * given * kernel**2))
            groups = draw.choice([g for g in (2, 3, 4, 8, 16, 32) if g <= max(limit, 2)])
            grouped = {"out": given * groups, "kernel": kernel, "groups": groups, "padding": "same"}
            layers += [{"conv2d": taken * groups}, {"conv2d": grouped}, "relu"]
        yield Chain(f"{kernel}×{kernel} in groups at {side}", [32, side, side], layers)


def _strided(draw: Random) -> Iterator[Chain]:
    """Convolutions of stride 2, depthwise ones and not, and pools."""
    for kind, widths in (
        ("1×1", ROUND),
        ("k×k", ROUND),
        ("depthwise", ROUND),
        ("depthwise in rows", ODD),
        ("in groups", ROUND),
    ):
        for turn in range(4):
            layers: list[Layer] = []
            c = 32
            for side in SIDES[:-1]:
                wide = width(draw, widths, min(most(side), 512))
                out = width(draw, widths, min(most(side), MOST / (side**2 / 4 * 9 * wide)))
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
            *draw.choice(BEHIND),
        ]
        few = draw.choice([4, 8, 12])
        layers += [{"conv2d": few}, {"conv2d": draw.choice([16, 32, 48, 64])}, "relu"]
        yield Chain(f"stem {number}", [3, side, side], layers)


def _small(draw: Random) -> Iterator[Chain]:
    """Convolutions of one place, as gates have them."""
    for turn in range(3):
        entering = draw.choice(ROUND[6:])
        layers: list[Layer] = []
        for _ in range(12):
            layers += [{"conv2d": draw.choice(ROUND)}, draw.choice(["relu", "sigmoid", "hardsigmoid"])]
        yield Chain(f"gates.{turn}", [entering, 1, 1], layers)
