"""Which maps of a network must be equally wide, and what says how wide they are."""

from collections import Counter
from collections.abc import Sequence
from typing import TypeAlias

from costmodel.bounds import bounded
from costmodel.line import Line

Edits: TypeAlias = dict[int, dict[str, int]]
"""Fields to be written, by the number of their line."""


class Streams:
    """Which maps must be equally wide: those that an op which keeps the channels takes and gives, as a residual add."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self.lines, self.names = lines, names_of(lines)
        self.of: dict[int, set[int]] = {}
        for number, line in enumerate(lines):
            for source in line.sources:
                self.of.setdefault(source, {source})  # the network's inputs are no lines
            stream = {number}.union(*(self.of[source] for source in _kept(line)))
            for each in stream:
                self.of[each] = stream

    def stranger(self, number: int) -> str:
        """A line of a stream, or the network's input, whose width no field says; nothing where each says its own."""
        for each in sorted(self.of[number]):
            if each < 0:
                return "the network's input"
            if not _kept(self.lines[each]) and not _says(self.lines[each]):
                return f"{self.lines[each].op} {self.names[each]}"
        return ""

    def widened(self, number: int, size: int) -> Edits:
        """What makes all maps of a stream so wide; depthwise layers written as grouped ones stay depthwise."""
        edits: Edits = {}
        for each in self.of[number]:
            if _says(self.lines[each]):
                edits[each] = {"out": size} | ({"groups": size} if _kept(self.lines[each]) else {})
        return edits


def _says(line: Line) -> bool:
    """Whether a field of a line is the width of what it gives."""
    return "out" in line.rule.fields and line.rule.family in ("conv", "dense")


def _kept(line: Line) -> tuple[int, ...]:
    """The sources whose channels a line passes on."""
    if line.rule.family in ("conv", "dense"):
        layers = bounded(line)
        return line.sources[:1] if len(layers) == 1 and layers[0].is_depthwise and layers[0].c1 == layers[0].c2 else ()
    wide = line.output.dims.get("c")
    sources = zip(line.sources, line.inputs, strict=True)
    return tuple(source for source, x in sources if wide is not None and x.dims.get("c") == wide)


def names_of(lines: Sequence[Line]) -> list[str]:
    """What lines are called: their paths; a convolution's or FC layer's without its op's name, where that is one alone."""
    short = [_short(line) if bounded(line) else line.path for line in lines]
    times = Counter(short)
    return [name if times[name] == 1 else line.path for name, line in zip(short, lines, strict=True)]


def _short(line: Line) -> str:
    path, _, last = line.path.rpartition("/")
    return path if path and last == line.op else line.path
