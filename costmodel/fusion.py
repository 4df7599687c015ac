"""What each line of a network moves under a traffic model, and which lines run as one: what is fused, what stays on chip."""

from collections.abc import Sequence
from typing import TypeAlias

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.layers import unit_of
from costmodel.line import Line, Place
from costmodel.tensor import Tensor
from costmodel.traffic import ALWAYS_VIEWS, Moves, Traffic, alone

Number: TypeAlias = int
"""A line by its place in the ledger; −1, −2, … are the network's inputs."""


class Fusion:
    """The lines of a network as a traffic model runs them.

    `moves` says what each line moves, nothing where it is left out, a view, or fused; `kernels` which lines run as one, in
    order, those that do nothing left out. What is fused moves nothing but the other inputs that an add brings, and what it
    gives is written by the line that it is fused into, for both have one size.
    """

    def __init__(self, lines: Sequence[Line], inputs: Sequence[Tensor], outputs: Sequence[Number], model: Traffic) -> None:
        self.lines, self.inputs, self.outputs, self.model = lines, inputs, outputs, model
        self.uses = self._uses()
        self.units = [self._unit(line) for line in lines]
        self.leads = self._leads()
        self._left: dict[tuple[Place, Number], Num] = {}
        self._placed: set[Number] = set()
        self._lying: dict[Number, list[tuple[Number, Num]]] = {}
        """What each concat that is a view finds in its place, and how much of it."""
        self._waiting: dict[Number, Num] = {}
        self._leaving = self._escaping() if model.keeps else set[Number]()
        self.moves: dict[Line, Moves] = {line: self._moved(number, line) for number, line in enumerate(lines)}
        self.kernels = self._kernels()

    def _uses(self) -> list[int]:
        """How often each line's output is read, the network's outputs counted too."""
        uses = [0] * len(self.lines)
        for number in (*(source for line in self.lines for source in line.sources), *self.outputs):
            if number >= 0:
                uses[number] += 1
        return uses

    def _unit(self, line: Line) -> Place | None:
        """The unit whose maps stay on the chip, where the line is part of one of several ops."""
        unit = unit_of(line) if self.model.keeps else None
        return None if unit is line.place else unit

    # --- fused -----------------------------------------------------------------------------------------------------

    def _leads(self) -> list[Number]:
        """For each line the one that it is fused into; itself where it stands alone."""
        leads: list[Number] = []
        for number, line in enumerate(self.lines):
            maker = None if self.units[number] is not None else self._maker(line)
            leads.append(number if maker is None else leads[maker])
        return leads

    def _maker(self, line: Line) -> Number | None:
        """The line that makes an input, nobody else reading that, with which this one can be fused."""
        model, op = self.model, line.op
        if op == "batch_norm" and model.folds:
            legal = self._computes if model.fuses else self._filters
        elif (line.rule.value_wise or op == "add") and model.fuses:
            legal = self._computes
        else:
            return None
        makers = [self._behind_views(source) for source in line.sources]
        return max((maker for maker in makers if maker >= 0 and self.uses[maker] == 1 and legal(maker)), default=None)

    def _behind_views(self, number: Number) -> Number:
        """The line whose output, as it is, a line gives: through views that nobody else reads."""
        while number >= 0 and self.lines[number].op in ALWAYS_VIEWS and self.uses[number] == 1:
            number = self.lines[number].sources[0]
        return number

    def _computes(self, number: Number) -> bool:
        """Whether a line writes what it gives: a spec's own op may say otherwise, and a shuffle of one group does not."""
        line = self.lines[number]
        writes = line.known and line.rule.family != "own" and algebra.decide(algebra.equal(line.cost.write, 0)) is not True
        return writes and not self.model.views(line)

    def _filters(self, number: Number) -> bool:
        line = self.lines[number]
        return line.rule.family == "conv" or line.op == "linear"

    # --- kept on the chip ------------------------------------------------------------------------------------------

    def _origin(self, number: Number) -> Number:
        """The line that made what a line gives, or the network's input: views are looked through."""
        while number >= 0 and self.lines[number].op != "concat" and self.model.views(self.lines[number]):
            number = self.lines[number].sources[0]
        return number

    def _escaping(self) -> set[Number]:
        """The lines whose outputs leave their unit."""
        found = {self._origin(number) for number in self.outputs}
        for number, line in enumerate(self.lines):
            if self.model.views(line) and line.op != "concat":
                continue  # those that read what it shows are asked
            for source in line.sources:
                maker = self._origin(source)
                if maker >= 0 and self.units[maker] is not self.units[number]:
                    found.add(maker)
        return found

    def _moved(self, number: Number, line: Line) -> Moves:
        model, unit = self.model, self.units[number]
        if model.counted:
            return alone(line.cost) if line.rule.counted else Moves()
        if model.views(line):
            return self._placing(number, line) if line.op == "concat" else Moves()
        if unit is not None:
            return self._in_unit(number, line, unit)
        if self.leads[number] == number:
            return alone(line.cost)
        return Moves(read=sum(x.size for x in line.inputs[1:]))  # an add's others; all have one size

    def _in_unit(self, number: Number, line: Line, unit: Place) -> Moves:
        """Each map that enters a unit is read once, and written where something outside reads it; the rest stays."""
        read: Num = 0
        for source, x in zip(line.sources, line.inputs, strict=True):
            wanted = algebra.minimum(line.cost.read, x.size) if len(line.inputs) == 1 else x.size
            read = read + self._entering(unit, source, wanted)
        written = algebra.minimum(line.cost.write, line.output.size) if number in self._leaving else 0
        return Moves(read, written, alone(line.cost).loaded)

    def _entering(self, unit: Place, source: Number, wanted: Num) -> Num:
        """How much of what a line wants to read a unit has not read before."""
        origin = self._origin(source)
        if origin >= 0 and self.units[origin] is unit:
            lying = self._lying.get(origin, [])  # in the memory of a concat that is a view, and not on the chip
            return sum((self._entering(unit, part, algebra.minimum(wanted, size)) for part, size in lying), start=0)
        whole = self.lines[origin].output if origin >= 0 else self.inputs[-1 - origin]
        left = self._left.get((unit, origin), whole.size)
        taken = algebra.minimum(left, wanted)
        self._left[unit, origin] = left - taken
        return taken

    def _placing(self, number: Number, line: Line) -> Moves:
        """A concat that is a view: what was made for it was written where it belongs, and all else is copied there.

        What a unit makes for it waits on the chip, and is written with it where it leaves the unit.
        """
        unit, read, waiting = self.units[number], [], []
        for source, x in zip(line.sources, line.inputs, strict=True):
            origin = self._origin(source)
            if origin < 0 or origin in self._placed or origin != self._behind_views(source):
                read.append(x.size if unit is None else self._entering(unit, source, x.size))
                waiting.append(x.size)
                continue
            self._placed.add(origin)
            self._lying.setdefault(number, []).append((source, x.size))
            if unit is not None and self.units[origin] is unit and origin not in self._leaving:
                waiting.append(self._waiting.get(origin, x.size))
        if unit is not None and number not in self._leaving:
            self._waiting[number] = sum(waiting)
            return Moves(read=sum(read))
        return Moves(read=sum(read), written=sum(waiting))

    # --- run as one ------------------------------------------------------------------------------------------------

    def _kernels(self) -> list[list[Line]]:
        found: dict[Place | Number, list[Line]] = {}
        for number, line in enumerate(self.lines):
            if self._launched(line):
                lead = self.leads[number]
                unit = self.units[lead]
                found.setdefault(lead if unit is None else unit, []).append(line)
        return [lines for lines in found.values() if any(map(self._works, lines))]

    def _launched(self, line: Line) -> bool:
        """Whether a line is run at all: not where the model leaves it out, nor as a view that copies nothing."""
        if self.model.counted:
            return line.rule.counted
        return line.known and (not self.model.views(line) or self._works(line))

    def _works(self, line: Line) -> bool:
        """Whether a line moves or multiplies anything: a shuffle of one group does not."""
        done = (self.moves[line].access, line.cost.fma)
        return any(algebra.decide(algebra.equal(amount, 0)) is not True for amount in done)
