"""The convolutions and FC layers of a network held against their bounds: which are pinned, and the sums."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from costmodel.bounds import ConvBound, Literal, Size, bounded, literal
from costmodel.conventions import Convention
from costmodel.layers import op_label
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.pinning import pinned
from costmodel.reports.bounding import per_mult_add
from costmodel.reports.columns import Order
from costmodel.reports.rows import Row, rows, unit_label


class Checked:
    """One line against its bound; of several convolutions in one op, as a separable one, the sums."""

    def __init__(self, row: Row, of: list[ConvBound], reason: str, rule: Convention | None) -> None:
        self.row, self.of, self.reason, self.rule = row, of, reason, rule

    @property
    def line(self) -> Line:
        """The line itself."""
        return self.row.main

    @property
    def mult_adds(self) -> Size:
        """B."""
        return sum(layer.mult_adds for layer in self.of)

    @property
    def access(self) -> Size:
        """What is moved, biases left out."""
        return sum(layer.access for layer in self.of)

    @cached_property
    def bound(self) -> Fraction:
        """The least that it could be."""
        return sum((layer.bound for layer in self.of), Fraction())

    @property
    def gap(self) -> Fraction:
        """Access − bound."""
        return self.access - self.bound

    @property
    def is_tight(self) -> bool:
        """Whether there is no gap, decided in whole numbers."""
        return all(layer.is_tight for layer in self.of)

    @property
    def holds(self) -> bool:
        """Whether the bound holds, decided in whole numbers."""
        return all(layer.holds for layer in self.of)

    @cached_property
    def literal(self) -> Literal | None:
        """The paper's form as printed; of the first convolution where it is several."""
        return None if self.rule is None else literal(self.of[0], per_mult_add(self.rule, self.line))

    @property
    def widths(self) -> str:
        """c1 → c2."""
        return f"{self.of[0].c1} → {self.of[-1].c2}"

    @property
    def maps(self) -> str:
        """The maps' sides, once where they stay."""
        x, y = (tensor.without("n", "c") for tensor in (self.line.inputs[0], self.line.output))
        sides = [str(tensor) or "1" for tensor in (x, y)]
        return sides[0] if self.line.op == "linear" or sides[0] == sides[1] else " → ".join(sides)


def checked(ledger: Ledger, rule: Convention | None = None) -> list[Checked]:
    """Every convolution and FC layer, in order; the paper's form as printed beside its bound where a rule for B is given."""
    reasons = pinned(ledger.lines, ledger.outputs)
    # `then` is what reports fold runs by: with it, a run of units breaks where one is pinned and the next is free
    found = [row._replace(then=[*row.then, reasons.get(row.main, "")]) for row in rows(ledger, "layer")]
    return [Checked(row, of, reasons.get(row.main, ""), rule) for row in found if (of := bounded(row.main))]


def beside(ledger: Ledger) -> dict[str, int]:
    """The ops that count and are neither convolutions nor FC layers, by name: nothing is known of their bounds here."""
    names = [line.op for line in ledger.lines if line.rule.counted and not bounded(line)]
    return {name: names.count(name) for name in dict.fromkeys(names)}


class Part(NamedTuple):
    """Some layers together."""

    name: str
    found: list[Checked]

    @property
    def access(self) -> Size:
        """What they move."""
        return sum(one.access for one in self.found)

    @property
    def bound(self) -> Fraction:
        """The sum of their bounds."""
        return sum((one.bound for one in self.found), Fraction())

    @property
    def gap(self) -> Fraction:
        """The sum of their gaps."""
        return self.access - self.bound


def parts(found: Sequence[Checked]) -> list[Part]:
    """All layers, those that are free, and the pinned ones by reason; strided depthwise ones apart."""
    groups: dict[str, list[Checked]] = {}
    for one in found:
        strided = one.reason == "depthwise" and one.of[0].entering != one.of[0].leaving
        groups.setdefault(f"pinned {'dw strided' if strided else one.reason}" if one.reason else "free", []).append(one)
    ordered = sorted(groups, key=lambda name: (name != "free", name))
    return [*(Part(name, groups[name]) for name in ordered), Part("total", list(found))]


TEXTS = ("layer", "op")
"""Columns of words to sort by."""
COLUMNS = (*TEXTS, "mult_adds", "access", "bound", "gap", "%gap")
"""What layers may be sorted by."""


class How(NamedTuple):
    """By what layers are sorted, and how many are shown."""

    sort: Order | None = None
    top: int | None = None


class Verified(NamedTuple):
    """A network whose layers are held against their bounds; by the paper's form as printed too where a rule for B is given."""

    ledger: Ledger
    rule: Convention | None = None
    how: How = How()


def weight(one: Checked, order: Order | None) -> Any:
    """What a layer is sorted by."""
    assert order is not None
    if order.key == "%gap":
        return one.gap / one.access
    if order.key in TEXTS:
        return unit_label(one.row) if order.key == "layer" else op_label(one.line)
    return one.row.times * getattr(one, order.key)


def listed(verified: Verified, found: list[Checked]) -> list[Checked]:
    """Every layer; sorted, and cut, where that is asked for."""
    order, top = verified.how
    ordered = found if order is None else sorted(found, key=lambda one: weight(one, order), reverse=order.falls)
    return ordered[:top]
