"""Chains of layers: what the micro-benchmarks are made of, and how large their layers may be."""

from random import Random
from typing import Any, NamedTuple

Layer = dict[str, Any] | str
SIDES = (112, 56, 28, 14, 7)
"""The sides of maps."""
ROUND = (
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
ODD = (6, 10, 14, 22, 26, 30, 38, 46, 58, 62, 74, 90, 106, 122, 154, 182, 246, 314)
"""Channels that do not."""
BEHIND: tuple[list[Layer], ...] = ([], ["relu"], ["relu6"], ["relu"], ["hardswish"], ["sigmoid"], [], ["hardsigmoid"])
"""What may stand behind a convolution, and runs as one with it."""
MOST = 60e6
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


def width(draw: Random, widths: tuple[int, ...], most: float) -> int:
    """Some channels, all legal ones as likely as another."""
    return draw.choice([c for c in widths if c <= most] or [widths[0]])


def most(side: int) -> float:
    """The channels of a map of a side, at most: a map has two million values."""
    return min(1024, 2**21 / side**2)
