"""How much of a network's traffic and of its kernels is element-wise, as ShuffleNetV2's guideline G4 counts."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.bounds import bounded
from costmodel.layers import main_line
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.traffic import BLOCK, FUSED, Traffic

ELEMENT_WISE = ("norm", "pointwise", "arithmetic", "learned", "join", "layout")
"""The families whose ops are element-wise: norms, activations, other functions of values, adds, concats, splits, shuffles."""


class Parts(NamedTuple):
    """What some lines move, in elements, or launch, in kernels: by what is done with it.

    `biases` are added inside the convolution or FC layer that they belong to, so that only their values move. The paper
    counts depthwise convolutions among element-wise ops (arXiv:1807.11164, section 2, G4), for they do few mult-adds an
    element, too; here they stand apart.
    """

    dense: Any = 0
    """Convolutions and FC layers whose outputs see many inputs, attention and matrix products."""
    depthwise: Any = 0
    element_wise: Any = 0
    biases: Any = 0
    others: Any = 0
    """Pools, resampling and what else is neither."""

    @property
    def total(self) -> int:
        """All of it, which is whole whatever the shares of a separable convolution's halves."""
        return int(sum(self))

    @property
    def counted(self) -> Any:
        """What the paper counts as element-wise: with biases and depthwise convolutions."""
        return self.depthwise + self.element_wise + self.biases

    @property
    def outside(self) -> Any:
        """What is neither a convolution nor an FC layer nor their biases."""
        return self.element_wise + self.others

    def plus(self, other: "Parts") -> "Parts":
        """Both together."""
        return Parts(*(a + b for a, b in zip(self, other, strict=True)))


def traffic_of(ledger: Ledger, lines: Iterable[Line], model: Traffic) -> Parts:
    """What some lines move under a traffic model; a unit that runs as one moves what its convolution does."""
    moves, found = ledger.moves(model), Parts()
    mains = {line: _main(kernel) for kernel in ledger.kernels(model) for line in kernel} if model.keeps else {}
    for line in lines:
        access, main = moves[line].access, mains.get(line, line)
        biases = min(line.cost.biases, moves[line].loaded)
        found = found.plus(_parted(main, access - biases)).plus(Parts(biases=biases))
    return found


def kernels_of(ledger: Ledger, lines: Iterable[Line], model: Traffic) -> Parts:
    """The kernels that start in some lines under a traffic model, each for the convolution or FC layer in it, if any."""
    inside, found = set(lines), Parts()
    for kernel in ledger.kernels(model):
        if kernel[0] in inside:
            main = _main(kernel)
            found = found.plus(Parts(depthwise=1) if _depthwise(main) == 1 else Parts(**{_kind(main): 1}))
    return found


def _main(kernel: list[Line]) -> Line:
    """The line that a kernel is named after: a dense convolution or FC layer before a depthwise one."""
    return next((line for line in kernel if _kind(line) == "dense" and _depthwise(line) < 1), main_line(kernel))


def _parted(line: Line, amount: Any) -> Parts:
    """So much of what a line does; a separable convolution's two halves have their share of it."""
    if _kind(line) != "dense":
        return Parts(**{_kind(line): amount})
    share = _depthwise(line)
    deep = amount * share if 0 < share < 1 else amount if share else 0
    return Parts(dense=amount - deep, depthwise=deep)


def fused_with(model: Traffic) -> Traffic:
    """The model in which element-wise ops are fused, too; units kept on the chip, concat and shuffle stay as they are."""
    return (BLOCK if model.keeps else FUSED)._replace(concat=model.concat, shuffle=model.shuffle)


def _kind(line: Line) -> str:
    if line.rule.counted or line.rule.family == "conv":
        return "dense"
    return "element_wise" if line.rule.family in ELEMENT_WISE else "others"


def _depthwise(line: Line) -> Fraction:
    """The share of a line's access that depthwise convolution has: all, none, or of a separable one its half's."""
    layers = bounded(line)
    deep = sum(layer.access for layer in layers if layer.is_depthwise)
    return Fraction(deep, sum(layer.access for layer in layers)) if deep else Fraction(0)
