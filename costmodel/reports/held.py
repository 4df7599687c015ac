"""The convolutions and FC layers of a network held against their bounds: which are pinned, and the sums."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.bounds import ConvBound, Literal, Size, bounded, halves, literal
from costmodel.conventions import Convention
from costmodel.layers import op_label
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.pinning import pinned
from costmodel.reports.bounding import per_mult_add
from costmodel.reports.columns import Order
from costmodel.reports.rows import Row, rows, unit_label


class Checked(NamedTuple):
    """One convolution or FC layer against its bound: its row, and which `half` of one op it is, as of a separable one."""

    row: Row
    layer: ConvBound
    half: str
    reason: str
    rule: Convention | None

    @property
    def line(self) -> Line:
        """The line that it is, or is a half of."""
        return self.row.main

    @property
    def name(self) -> str:
        """Where it stands in the network, and which half it is."""
        return f"{self.row.path} {self.half}".strip()

    @property
    def op(self) -> str:
        """Its op in few characters, and which half of that it is."""
        return f"{op_label(self.line)} {self.half}".strip()

    @property
    def mult_adds(self) -> Size:
        """B."""
        return self.layer.mult_adds

    @property
    def access(self) -> Size:
        """What is moved, biases left out."""
        return self.layer.access

    @property
    def bound(self) -> Fraction:
        """The least that it could be."""
        return self.layer.bound

    @property
    def gap(self) -> Fraction:
        """Access − bound."""
        return self.layer.gap

    @property
    def literal(self) -> Literal | None:
        """The paper's form as printed."""
        return None if self.rule is None else literal(self.layer, per_mult_add(self.rule, self.line))

    @property
    def widths(self) -> str:
        """c1 → c2."""
        return f"{self.layer.c1} → {self.layer.c2}"

    @property
    def maps(self) -> str:
        """The maps' sides, once where they stay."""
        x, y = (str(tensor.without("n", "c")) or "1" for tensor in (self.line.inputs[0], self.line.output))
        if self.line.op == "linear":
            return x
        return y if x == y or self.half == "pointwise" else f"{x} → {y}"


def checked(ledger: Ledger, rule: Convention | None = None) -> list[Checked]:
    """Every convolution and FC layer, in order; the paper's form as printed beside its bound where a rule for B is given."""
    reasons = pinned(ledger.lines, ledger.outputs)
    found = []
    for row in rows(ledger, "layer"):
        why = reasons[row.main]
        # `then` is what reports fold runs by: with it, a run of units breaks where one is pinned and the next is free
        apart = row._replace(then=[*row.then, *why])
        each = zip(bounded(row.main), halves(row.main), why, strict=True)
        found += [Checked(apart, layer, half, reason, rule) for layer, half, reason in each]
    return found


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
    """Those that are free, be there none, the pinned ones by reason, strided depthwise ones apart, and all layers."""
    groups: dict[str, list[Checked]] = {"free": []}
    for one in found:
        strided = one.reason == "depthwise" and one.layer.entering != one.layer.leaving
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
        return unit_label(one.row) if order.key == "layer" else one.op
    return one.row.times * getattr(one, order.key)


def listed(verified: Verified, found: list[Checked]) -> list[Checked]:
    """Every layer; sorted, and cut, where that is asked for."""
    order, top = verified.how
    ordered = found if order is None else sorted(found, key=lambda one: weight(one, order), reverse=order.falls)
    return ordered[:top]
