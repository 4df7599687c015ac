"""Which layers of a network have widths that nobody is free to choose."""

from collections.abc import Sequence

from costmodel.bounds import bounded
from costmodel.line import Line


def pinned(lines: Sequence[Line], outputs: Sequence[int]) -> dict[Line, tuple[str, ...]]:
    """Why nobody is free to choose the widths of the convolutions that each line is, of `bounded`; "" where they are free.

    A depthwise layer's widths are one; the image gives the first layers' c1, and the classes are the last one's c2. What
    stands between them and the network's end and changes no channel (norms, activations, pools, views) is looked through.
    """
    found = {}
    last = _ends(lines, outputs)
    first = _starts(lines)
    for number, line in enumerate(lines):
        layers = bounded(line)
        reasons = ["depthwise" if layer.is_depthwise else "" for layer in layers]
        if layers and number in first:
            reasons[0] = reasons[0] or "stem"
        if layers and number in last:
            reasons[-1] = reasons[-1] or "classifier"
        found[line] = tuple(reasons)
    return found


_KEEPING = ("norm", "pointwise", "pool", "layout", "resize")
"""The families whose ops pass channels on."""


def _keeps(line: Line) -> bool:
    return line.rule.family in _KEEPING or line.rule.value_wise


def _starts(lines: Sequence[Line]) -> set[int]:
    """The lines that a network's input enters, straight or through ops that keep its channels."""
    found = set()
    for number, line in enumerate(lines):
        passed = (source in found and _keeps(lines[source]) for source in line.sources)
        if any(source < 0 for source in line.sources) or any(passed):
            found.add(number)
    return found


def _ends(lines: Sequence[Line], outputs: Sequence[int]) -> set[int]:
    """The lines that give a network's output, straight or through ops that keep its channels."""
    found, waiting = set(), [number for number in outputs if number >= 0]
    while waiting:
        number = waiting.pop()
        if number in found:
            continue
        found.add(number)
        if _keeps(lines[number]):
            waiting += [source for source in lines[number].sources if source >= 0]
    return found
