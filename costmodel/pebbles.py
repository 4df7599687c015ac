"""The least that a convolution moves through an on-chip memory of finite size: what it touches, and the pebble game."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import isqrt, prod
from typing import Any

from costmodel.line import Line
from costmodel.ops import Op
from costmodel.ops.window import a_side, before
from costmodel.sides import Facts, Side, facts
from costmodel.tensor import Tensor


@dataclass(frozen=True)
class Convolution:
    """A convolution or FC layer with its windows in place, and the least it moves through S elements on chip.

    `sides` are the batch and the sides that windows slide over. Every figure is in elements, biases left out, and

        access ≥ max(touched, 2·B/√(R·S) − 2·S)

    with B the products of an input and a weight (those with padding are none), R the most windows that share an input.

    *Touched*: an input that a window reads and a weight that meets one are loaded at least once, and every output is
    stored. *Pebbles*: cut a schedule into phases of 2S events, an event being a load, or the first partial sum that a phase
    begins for an output of which none was on chip when the phase started or was loaded since. What a phase uses was there
    (S) or came by an event (2S): I inputs, W weights and O outputs, I + W + O ≤ 3S. In the unfolded matrix product an
    input stands R times at most, so by Loomis and Whitney a phase has no more than √(R·I·W·O) ≤ √R·S^(3/2) products; over
    groups the roots add up to no more, by Cauchy and Schwarz. Hence at least B/(√R·S^(3/2)) phases, all but the last of
    2S events. Between two such beginnings of one output what the first began was stored, and after the last one the output
    was, so there are no more of them than stores, and loads and stores are at least 2·B/√(R·S) − 2·S.

    It holds for every order of the products, and partial sums split and merged at will, as long as each product is computed
    once, as a product, with both factors on chip, and inputs, weights and outputs start and end off it. A transposed
    convolution exchanges inputs and outputs: an output then stands R times. The game is of Hong and Kung (STOC 1981), the
    constant of Smith et al. (arXiv:1702.02017), its form for convolutions of Demmel and Dinh (arXiv:1802.06905) and
    Chen et al. (arXiv:1911.05662).

    >>> layer = Convolution((Side(1, 1), Side(56, 56, 3, 1, 1), Side(56, 56, 3, 1, 1)), c1=64, c2=64)
    >>> layer.touched, layer.shared, layer.pebbles(8192), layer.bound(8192)
    (438272, 9, 814977, 814977)
    """

    sides: tuple[Side, ...]
    c1: int
    c2: int
    groups: int = 1
    transposed: bool = False

    @cached_property
    def _facts(self) -> Facts:
        return Facts(*map(prod, zip(*map(facts, self.sides), strict=True)))

    @property
    def read(self) -> int:
        """The inputs that some window reads."""
        return (self._facts.used if self.transposed else self._facts.read) * self.c1

    @property
    def unread(self) -> int:
        """The inputs that no window reads, which traffic model `conv` counts all the same."""
        return prod(side.windows if self.transposed else side.size for side in self.sides) * self.c1 - self.read

    @property
    def taps(self) -> int:
        """The taps of a filter that ever lie inside the map."""
        return self._facts.live

    @property
    def weights(self) -> int:
        """The weights that meet an input somewhere."""
        return self._filters * self.taps

    @property
    def idle(self) -> int:
        """The weights that meet padding alone, which traffic model `conv` counts all the same."""
        return self._filters * prod(side.kernel for side in self.sides) - self.weights

    @property
    def outputs(self) -> int:
        """The elements of the map that leaves."""
        return prod(side.size if self.transposed else side.windows for side in self.sides) * self.c2

    @property
    def touched(self) -> int:
        """What moves at least once, with any memory on chip: inputs that are read, weights that are used, outputs."""
        return self.read + self.weights + self.outputs

    @property
    def products(self) -> int:
        """B: the products of an input and a weight; products with padding are none."""
        return self._facts.products * self._filters

    @property
    def shared(self) -> int:
        """R: the most windows that share an input, at one tap each."""
        return max(self._facts.shared, 1)

    @property
    def _filters(self) -> int:
        return self.c1 * self.c2 // self.groups

    def pebbles(self, memory: int) -> int:
        """2·B/√(R·S) − 2·S, the root cut to a whole number; it may be below 0. `memory` is S, at least 1."""
        return isqrt(4 * self.products**2 // (self.shared * memory)) - 2 * memory

    def bound(self, memory: int) -> int:
        """The least access through `memory` elements on chip, at least 1: the larger of the two."""
        return max(self.touched, self.pebbles(memory))


def convolutions(line: Line) -> list[Convolution]:
    """The convolutions that one line is: one of a convolution or FC layer, two of a `separable`, none of other ops."""
    return placed(line.rule, line.inputs[0], line.output, line.fields) if line.inputs else []


def placed(op: Op, x: Tensor, y: Tensor, fields: Mapping[str, Any]) -> list[Convolution]:
    """What `op` does from `x` to `y`, as `convolutions`; sizes must be numbers. Fields left out have their defaults."""
    if op.name == "linear":
        return [Convolution((_plain(prod(x.without("c").shape)),), x.c, y.c)]
    if op.family != "conv":
        return []
    transposed = op.name.startswith("conv_transpose")
    sides = _sides(op, x, y, fields, transposed)
    if op.name == "separable":
        between = x.c * fields.get("multiplier", 1)
        over = tuple(_plain(side.windows) for side in sides)
        return [Convolution(sides, x.c, between, x.c), Convolution(over, between, y.c)]
    groups = x.c if op.name == "depthwise" else fields.get("groups", 1)
    return [Convolution(sides, x.c, y.c, groups, transposed)]


def _plain(size: int) -> Side:
    return Side(size, size)


def _sides(op: Op, x: Tensor, y: Tensor, fields: Mapping[str, Any], transposed: bool) -> tuple[Side, ...]:
    """The batch and each side, the map that windows slide over first: of a transposed convolution the one that leaves."""
    given = {name: fields.get(name, op.fields[name].default) for name in ("kernel", "stride", "padding", "dilation")}
    over, windows = (y, x) if transposed else (x, y)
    found = [_plain(x.n)]
    for name, *values in zip(x.sides, *(a_side(x.sides, field, value) for field, value in given.items()), strict=True):
        kernel, stride, padding, dilation = values
        size, count = over.along(name), windows.along(name)
        start = before(size, count, dilation * (kernel - 1) + 1, stride, padding)
        found.append(Side(size, count, kernel, stride, start, dilation))
    return tuple(found)
