"""The ledger of one evaluation: one line a node, and the totals that reports, checks and sweeps read."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from costmodel.algebra import Num, Truth
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.cost import Cost
from costmodel.fusion import Fusion
from costmodel.line import Line, labels
from costmodel.problems import Mark
from costmodel.spec.network import Implementation
from costmodel.tensor import Tensor
from costmodel.traffic import CONV, Moves, Traffic, total


class Condition(NamedTuple):
    """Something the result rests on: for symbols an assumption, for points a mask of those it holds for.

    `is_choice` tells what decides the structure, and would lead to another network where it does not hold, from what must
    hold for any to be built.
    """

    truth: Truth
    text: str
    mark: Mark | None
    is_choice: bool = False


class Totals(NamedTuple):
    """The sums over some lines: mult-adds, parameters under a convention, elements moved under a traffic model."""

    mult_adds: Num
    params: Num
    access: Num


@dataclass(slots=True, eq=False, repr=False)
class Ledger:
    """Every node of a network with its cost, for the settings it was evaluated with."""

    name: str
    source: str
    settings: dict[str, Any]
    batch: Num
    lines: list[Line]
    outputs: list[int]
    conditions: list[Condition] = field(default_factory=list)
    inputs: dict[str, Tensor] = field(default_factory=dict)
    """The network's inputs by name; those that lines call −1, −2, … in this order."""
    implementation: Implementation = Implementation()  # noqa: RUF009 - a tuple
    runs: dict[Traffic, Fusion] = field(default_factory=dict)
    """How the lines run under the traffic models that were asked for."""

    def __repr__(self) -> str:
        return f"<Ledger {self.name}: {len(self.lines)} lines>"

    @property
    def totals(self) -> Totals:
        """Totals by the papers' convention and the default traffic model."""
        return self.sums()

    @property
    def cost(self) -> Cost:
        """Everything that happens, kept apart by kind, over all lines."""
        return sum((replace(line.owned, given=()) for line in self.lines), Cost(read=0, write=0))

    @property
    def unknown(self) -> list[Line]:
        """The lines whose cost nobody knows; with any of them, every total is a lower bound."""
        return [line for line in self.lines if not line.known]

    @property
    def multiplying(self) -> list[str]:
        """What counts beside convolutions and FC layers, by name: attention, matrix products, ops of the spec's own."""
        found = (line.rule for line in self.lines if line.rule.counted)
        return list(dict.fromkeys(rule.name for rule in found if rule.family != "conv" and rule.name != "linear"))

    @property
    def uncounted(self) -> list[tuple[str, str]]:
        """The path of each of them, and the name that its op has elsewhere."""
        return [(line.path, line.fields["op"]) for line in self.unknown]

    def sums(
        self,
        lines: Iterable[Line] | None = None,
        convention: Convention = CONVENTIONS["paper"],
        traffic: Traffic = CONV,
    ) -> Totals:
        """Totals over some lines, or over all, by a convention and a traffic model."""
        lines = self.lines if lines is None else list(lines)
        mult_adds, params = 0, 0
        for line in lines:
            mult_adds = mult_adds + line.cost.fma
            params = params + convention.params(line)
        return Totals(mult_adds, params, self.moved(lines, traffic).access)

    def operations(self, lines: Iterable[Line] | None = None, convention: Convention = CONVENTIONS["paper"]) -> Num:
        """The operations of some lines, or of all, in the convention's unit."""
        lines = self.lines if lines is None else lines
        if convention.counts_mult_adds:
            return sum(line.cost.fma for line in lines)
        return sum(convention.figure(line, self.spelling(line)) for line in lines)

    def spelling(self, line: Line) -> str:
        """How the network's public code writes a line's op."""
        return self.implementation.of(line.op, *labels(line))

    def moves(self, traffic: Traffic = CONV) -> dict[Line, Moves]:
        """What each line moves under a traffic model."""
        return self._run(traffic).moves

    def kernels(self, traffic: Traffic = CONV) -> list[list[Line]]:
        """The lines that run as one under a traffic model, in order; those that move and compute nothing are in none."""
        return self._run(traffic).kernels

    def moved(self, lines: Iterable[Line] | None = None, traffic: Traffic = CONV) -> Moves:
        """What some lines move, or all, under a traffic model."""
        moves = self.moves(traffic)
        return total([moves[line] for line in (self.lines if lines is None else lines)])

    def _run(self, traffic: Traffic) -> Fusion:
        if traffic not in self.runs:
            self.runs[traffic] = Fusion(self.lines, [*self.inputs.values()], self.outputs, traffic)
        return self.runs[traffic]
