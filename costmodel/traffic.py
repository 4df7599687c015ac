"""Traffic models: which of a network's reads and writes a memory-access figure counts, in elements."""

from collections.abc import Sequence
from typing import NamedTuple

from costmodel.algebra import Num
from costmodel.cost import Cost
from costmodel.line import Line

COPY, VIEW = "copy", "view"
POLICIES = (COPY, VIEW)
"""How an op may lay data out anew: by reading and writing it, or by saying where it lies."""
LAID_OUT = ("split", "concat", "shuffle")
"""The ops that a model has such a policy for; `slice` goes with `split`."""


class Moves(NamedTuple):
    """What moves between memory and arithmetic, in elements: of feature maps in and out, of weights and biases in."""

    read: Num = 0
    written: Num = 0
    loaded: Num = 0

    @property
    def maps(self) -> Num:
        """The elements of feature maps."""
        return self.read + self.written

    @property
    def access(self) -> Num:
        """All of them."""
        return self.read + self.written + self.loaded

    def plus(self, other: "Moves") -> "Moves":
        """Both together, each kind on its own."""
        return Moves(*(a + b for a, b in zip(self, other, strict=True)))


class Traffic(NamedTuple):
    """A traffic model: what a network is taken to move.

    `counted` leaves out every op but convolutions, FC layers and what else papers count; `folds` batch norm into the
    convolution or FC layer that makes its input; `fuses` batch norm, activations and residual adds into whatever makes
    their input, where nothing else reads that; `keeps` a unit's inner feature maps on the chip. A norm's per-channel values
    are never counted: folded or not, they stay beside the arithmetic.
    """

    name: str
    meaning: str
    counted: bool = False
    folds: bool = False
    fuses: bool = False
    keeps: bool = False
    split: str = COPY
    concat: str = COPY
    shuffle: str = COPY

    @property
    def policy(self) -> str:
        """What becomes of split, concat and shuffle: `split is a view; concat, shuffle are copies`."""
        if self.counted:
            return ""
        ways = {way: [name for name in LAID_OUT if getattr(self, name) == way] for way in POLICIES}
        said = {COPY: ("is a copy", "are copies"), VIEW: ("is a view", "are views")}
        return "; ".join(f"{', '.join(names)} {said[way][len(names) > 1]}" for way, names in ways.items() if names)

    @property
    def said(self) -> str:
        """The model in one sentence, its policy with it."""
        return "; ".join(part for part in (self.meaning, self.policy) if part)

    @property
    def spelled(self) -> str:
        """Its name as an option takes it, with what is changed of its policy."""
        own = TRAFFIC[self.name]
        changed = (f"{name}={getattr(self, name)}" for name in LAID_OUT if getattr(self, name) != getattr(own, name))
        return ",".join([self.name, *changed])

    def views(self, line: Line) -> bool:
        """Whether a line only says where data lies."""
        name = "split" if line.op == "slice" else line.op
        return line.op in ALWAYS_VIEWS or (name in LAID_OUT and getattr(self, name) == VIEW)


ALWAYS_VIEWS = ("flatten", "reshape", "dropout", "parameters")
"""Ops that no model lets move anything."""
CONV = Traffic("conv", "conv + FC, each element once", counted=True)
"""ShuffleNetV2's memory access cost (arXiv:1807.11164, section 2): the default."""
UNFUSED = Traffic("unfused", "every op reads its inputs and writes its outputs")
"""Nothing fused: every op on its own, batch norm unfolded."""
FOLDED = Traffic("folded", "batch norm folded into its convolution, every other op on its own", folds=True)
FUSED = Traffic(
    "fused", "batch norm, activation, residual add fused into what makes their input", folds=True, fuses=True, split=VIEW
)
BLOCK = Traffic(
    "block",
    "a unit's inner feature maps never leave the cache; the rest fused",
    folds=True,
    fuses=True,
    keeps=True,
    split=VIEW,
)
TRAFFIC = {model.name: model for model in (CONV, UNFUSED, FOLDED, FUSED, BLOCK)}
"""Every model by name."""


def alone(cost: Cost) -> Moves:
    """What an op moves on its own: feature maps as its rule says, weights and biases once."""
    return Moves(cost.read, cost.write, cost.weights + cost.biases)


def total(moves: Sequence[Moves]) -> Moves:
    """What several move, each kind on its own."""
    return Moves(*map(sum, zip(*moves, strict=True))) if moves else Moves()
