"""What of a network may change when its widths do: channels and groups inside it, and nothing else."""

from typing import Any

from costmodel import algebra
from costmodel.bounds import bounded
from costmodel.layers import unit_of
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.tensor import Tensor


class Shapes:
    """What of a network may change in a rewrite: the channels and the groups of its lines, and nothing else."""

    def __init__(self, reference: Ledger) -> None:
        self.lines = reference.lines
        self.outputs = reference.outputs
        self.inputs = reference.inputs
        self.convolutions = [number for number, line in enumerate(self.lines) if bounded(line)]
        units = [unit_of(line) for line in self.lines]
        pairs = [(source, number) for number, line in enumerate(self.lines) for source in line.sources if source >= 0]
        self.outer = {source for source, number in pairs if units[source] is not units[number]}

    def allowed(self, ledger: Ledger, count: int) -> list[bool]:
        """Whether a network is the same but for channels and groups inside it, at each of so many points."""
        others = ledger.lines
        if len(others) != len(self.lines) or any(a.rule is not b.rule for a, b in zip(self.lines, others, strict=True)):
            return [False] * count
        same: Any = True
        for one, other in zip(self.lines, others, strict=True):
            if one.sources != other.sources:
                return [False] * count
            same = algebra.both(same, _alike(one.output, other.output, but="c"))
            for name in _WINDOW & one.fields.keys():
                same = algebra.both(same, _same(one.fields[name], other.fields[name]))
        for number in self.outputs:
            same = algebra.both(same, _alike(self.lines[number].output, others[number].output))
        for name, x in self.inputs.items():
            same = algebra.both(same, _alike(x, ledger.inputs[name]))
        return algebra.truths(same, count) or [False] * count

    def kept(self, ledger: Ledger, count: int) -> list[bool]:
        """Whether all that one unit gives another is as large as it was, of a network that is allowed."""
        same: Any = True
        for number in self.outer:
            same = algebra.both(same, _alike(self.lines[number].output, ledger.lines[number].output))
        return algebra.truths(same, count) or [False] * count

    def touched(self, ledger: Ledger) -> tuple[set[int], set[int]]:
        """The convolutions whose channels are others, and those whose groups are, of a network that is allowed."""
        pairs = [(number, self.lines[number], ledger.lines[number]) for number in self.convolutions]
        widths = {number for number, one, other in pairs if not _same_widths(one, other)}
        return widths, {number for number, one, other in pairs if not _same_groups(one, other)}


_WINDOW = {"kernel", "stride", "dilation", "multiplier"}
"""Fields of a convolution that stay."""


def _alike(x: Tensor, y: Tensor, but: str = "") -> Any:
    """Whether two tensors are of one size, dimension by dimension."""
    if x.dims.keys() != y.dims.keys():
        return False
    same: Any = True
    for name, size in x.dims.items():
        if name != but and size is not y.dims[name]:
            same = algebra.both(same, algebra.equal(size, y.dims[name]))
    return same


def _same(one: Any, other: Any) -> Any:
    """Whether two values of a field are the same, side by side where there are several."""
    pairs = zip(one, other, strict=True) if isinstance(one, list) and isinstance(other, list) else [(one, other)]
    same: Any = True
    for a, b in pairs:
        same = algebra.both(same, algebra.equal(a, b))
    return same


def _same_widths(one: Line, other: Line) -> Any:
    return algebra.both(algebra.equal(one.inputs[0].c, other.inputs[0].c), algebra.equal(one.output.c, other.output.c))


def _same_groups(one: Line, other: Line) -> Any:
    """Whether groups that a spec gives are as many as before, so that a depthwise layer's are none of them."""
    if one.fields.get("groups", 1) == one.inputs[0].c:
        return True
    return algebra.equal(one.fields.get("groups", 1), other.fields.get("groups", 1))
