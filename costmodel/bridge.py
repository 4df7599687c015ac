"""From our mult-adds to what another program prints for the same network: every step a count of the ledger."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from costmodel.algebra import is_single
from costmodel.conventions import Convention
from costmodel.counts import COUNTS
from costmodel.ledger import Ledger
from costmodel.line import Line


class Step(NamedTuple):
    """One term of a figure: a coefficient, a count with its amount and its name, and what is wrong about counting it."""

    factor: int
    name: str
    amount: Any
    said: str
    slip: str

    @property
    def value(self) -> Any:
        """What it adds to the figure."""
        return self.factor * self.amount


class Bridge(NamedTuple):
    """The steps to one program's figure, mult-adds first, those left out of which there are none."""

    convention: Convention
    steps: list[Step]
    total: Any
    params: Any


def bridge(ledger: Ledger, convention: Convention) -> Bridge:
    """The steps whose values add up to the convention's figure for a ledger.

    >>> from costmodel.conventions import CONVENTIONS
    >>> from costmodel.library import load
    >>> found = bridge(load("mobilenetv2").analyze(), CONVENTIONS["fvcore"])
    >>> [(step.factor, step.amount, step.said) for step in found.steps]
    [(1, 300774272, 'conv + FC'), (2, 6678112, 'batch norm'), (1, 62720, 'inputs of global_avg_pool')]
    >>> found.total
    314193216
    """
    spelled = [(line, ledger.spelling(line)) for line in ledger.lines]
    steps = [_step(name, factor, spelled, convention) for name, factor in convention.operations.items()]
    kept = [step for step in steps if not is_single(step.amount) or step.amount]
    return Bridge(convention, kept, sum(step.value for step in steps), ledger.sums(convention=convention).params)


def _step(name: str, factor: int, lines: Sequence[tuple[Line, str]], convention: Convention) -> Step:
    count = COUNTS[name]
    amounts = [(line.op, count.at(line, spelling)) for line, spelling in lines]
    ops = dict.fromkeys(op for op, amount in amounts if not is_single(amount) or amount)
    said = count.said.format(", ".join(ops))
    return Step(factor, name, sum(amount for _, amount in amounts), said, convention.slips.get(name, ""))
