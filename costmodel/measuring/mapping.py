"""Which lines of a ledger a node of onnxruntime works for: by its name, which fusing changes in ways of its own."""

import re
from collections.abc import Iterable, Sequence

from costmodel.ledger import Ledger
from costmodel.measuring.kernels import REORDERS, Kernel
from costmodel.measuring.running import Event

_BEFORE = re.compile(r"^fused ")
_BEHIND = re.compile(r"(_bn)?(_nchwc)?$|/(GatherSliceToSplitFusion|QuickGeluFusion/?|MatMulAddFusion|MatMulScaleFusion/?)$")
_SPELLED = {"FusedConv": "Conv", "FusedGemm": "Gemm", "FusedMatMul": "MatMul"}
"""What an op is called before it takes others in."""


class Owners:
    """The lines of a ledger by the names that their nodes were given."""

    def __init__(self, ledger: Ledger) -> None:
        self._lines = {line.path: number for number, line in enumerate(ledger.lines)}

    def line(self, name: str) -> int | None:
        """The number of the line that a node works for, None of one that no line made.

        A node is called as its line, with `/part` behind it where a line makes several, and as the last that it took in.
        """
        name = _BEHIND.sub("", _BEFORE.sub("", name))
        while name and name not in self._lines:
            name = name.rpartition("/")[0]
        return self._lines.get(name)


def paired(ledger: Ledger, kernels: Sequence[Kernel], events: Sequence[Event]) -> list[tuple[int, Kernel]]:
    """The kernels that were foreseen beside the events that were seen, by their number; what has no counterpart is left out."""
    owners, left = Owners(ledger), list(kernels)
    found = []
    for number, event in enumerate(events):
        op = _SPELLED.get(event.op, event.op)
        kernel = _of(op, event, owners.line(event.name), left)
        if kernel is not None:
            left.remove(kernel)
            found.append((number, kernel))
    return found


def _of(op: str, event: Event, line: int | None, left: Iterable[Kernel]) -> Kernel | None:
    """The first kernel that is left of an op and a line; of a reorder, of a size."""
    ops = (op, "BatchNormalization") if op == "Conv" else (op,)  # a norm among blocks is run as a convolution
    alike = [kernel for kernel in left if kernel.op in ops]
    if op in REORDERS:
        size = event.read if op == "ReorderInput" else event.written
        return next((kernel for kernel in alike if kernel.bytes == 2 * size), None)
    return next((kernel for kernel in alike if line is None or line in kernel.lines), None)
