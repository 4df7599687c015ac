"""Peak activation memory: which tensors are alive while each op runs, in elements, under a named convention."""

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from costmodel.dataflow import CHANNELS, VALUES, Dataflow
from costmodel.ledger import Ledger


class Reuse(NamedTuple):
    """A convention of memory: which ops write over their input, and its sentence in reports."""

    name: str
    reuses: frozenset[str]
    meaning: str


SEPARATE = Reuse("separate", frozenset(), "every op writes a new buffer")
IN_PLACE = Reuse("in-place", frozenset({VALUES}), "norms and activations write over an input that nobody else needs")
"""The default."""
DEPTHWISE_IN_PLACE = Reuse(
    "depthwise-in-place",
    frozenset({VALUES, CHANNELS}),
    "norms, activations and depthwise convolutions write over an input that nobody else needs, the latter channel by "
    "channel with one channel of one image aside (arXiv:2110.15352)",
)
"""MCUNetV2's."""
REUSES = {one.name: one for one in (SEPARATE, IN_PLACE, DEPTHWISE_IN_PLACE)}
"""The conventions by name."""
SHARED = "views share their input's buffer; split, slice, concat and shuffle copy"
"""What holds under every convention."""


class Step(NamedTuple):
    """One op as it runs: the elements alive, those of its own inputs and output among them, what it frees."""

    node: int
    alive: int
    own: int
    freed: tuple[int, ...]
    overwrites: bool

    @property
    def waiting(self) -> int:
        """The elements alive that it neither reads nor writes: residuals, branches, outputs."""
        return self.alive - self.own


class Alive(NamedTuple):
    """A tensor that is alive while an op runs, and why: the op's input, overwritten or not, its output, or neither.

    It then `waits` for the node `next`, or is `kept`, an output of the network.
    """

    of: int
    role: str
    next: int | None = None


def steps(flow: Dataflow, reuse: Reuse, order: Sequence[int]) -> list[Step]:
    """Liveness: the elements alive while each op of an order runs.

    A tensor lives from the op that makes it to the last that reads it or a view of it; a network's inputs from the start,
    its outputs to the end. A tensor that nobody reads lives while it is made.
    """
    left = {of: len(readers) for of, readers in flow.readers.items()}
    alive, found = flow.entering, []
    for number in order:
        reads = flow.reads[number]
        for of in reads:
            left[of] -= 1
        freed = tuple([of for of in reads if not left[of] and of not in flow.kept])
        more, after, overwrites = flow.effect(number, reuse.reuses, freed)
        found.append(Step(number, alive + more, sum(flow.sizes[of] for of in reads) + more, freed, overwrites))
        alive += after
    return found


class Memory:
    """The elements alive while each op of a ledger runs, in the order given or in another.

    Weights are no part of it, nor what an op keeps beside its tensors, as unfolded patches; an op that is several
    (`separable`, `attention`) is all of these. Raises `SpecError` for a ledger of points or symbols.

    >>> from costmodel.library import load
    >>> Memory(load("mobilenetv2").analyze()).elements
    1505280
    """

    def __init__(self, ledger: Ledger, reuse: Reuse = IN_PLACE, order: Sequence[int] | None = None) -> None:
        self.ledger, self.reuse = ledger, reuse
        self.flow = Dataflow(ledger)
        self.order = range(len(self.flow.nodes)) if order is None else order
        self.steps = steps(self.flow, reuse, self.order)

    @cached_property
    def peak(self) -> Step | None:
        """The first step at which most is alive; none where nothing runs."""
        return max(self.steps, key=lambda step: step.alive, default=None)

    @property
    def elements(self) -> int:
        """The elements alive at the peak."""
        return self.peak.alive if self.peak is not None else self.flow.entering

    @property
    def at(self) -> str:
        """The path of the op that runs at the peak; nothing where none runs."""
        return self.flow.path(self.peak.node) if self.peak is not None else ""

    @property
    def largest(self) -> int:
        """The largest tensor, whatever the convention: the node that made it."""
        return max(self.flow.sizes, key=lambda of: self.flow.sizes[of])

    @property
    def widest(self) -> Step | None:
        """The step whose own inputs and output take most."""
        return max(self.steps, key=lambda step: step.own, default=None)

    @cached_property
    def by_line(self) -> list[Step]:
        """For each line of the ledger, the step at which most is alive."""
        found: dict[int, Step] = {}
        for step in self.steps:
            line = self.flow.nodes[step.node].line
            if line not in found or step.alive > found[line].alive:
                found[line] = step
        return [found[line] for line in range(len(self.ledger.lines))]

    def alive(self, step: Step) -> list[Alive]:
        """The tensors alive at a step: what it reads, what it writes, and what waits, oldest first.

        Where it writes over its input, there is no other output. What it holds `aside` meanwhile is no tensor.
        """
        now, reads = self._places[step.node], self.flow.reads[step.node]
        found = [Alive(of, "overwritten" if step.overwrites else "input") for of in reads]
        if step.node in self.flow.tensors and not step.overwrites:
            found.append(Alive(step.node, "output"))
        for of, readers in self.flow.readers.items():
            if of in reads or of == step.node or (of >= 0 and self._places[of] > now):
                continue
            later = [reader for reader in readers if self._places[reader] > now]
            if later:
                found.append(Alive(of, "waits", min(later, key=self._places.__getitem__)))
            elif of in self.flow.kept:
                found.append(Alive(of, "kept"))
        return found

    def aside(self, step: Step) -> int:
        """The elements that an op holds aside while it writes over its input."""
        return self.flow.nodes[step.node].aside if step.overwrites else 0

    @cached_property
    def _places(self) -> dict[int, int]:
        return {number: place for place, number in enumerate(self.order)}
