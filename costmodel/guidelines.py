"""ShuffleNetV2's guidelines G1 to G4 (arXiv:1807.11164, section 2) as findings, each with its price in memory access."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.bounds import ConvBound, Size, bounded, halves
from costmodel.elementwise import fused_with, kernels_of, traffic_of
from costmodel.fragments import Fragments
from costmodel.layers import by_unit, op_label, unit_of
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.pinning import pinned
from costmodel.problems import Mark, Problem, SpecError
from costmodel.traffic import BLOCK, UNFUSED, Traffic

SENTENCES = {
    "G1": "equal channel width minimises memory access cost",
    "G2": "excessive group convolution increases memory access cost",
    "G3": "network fragmentation reduces the degree of parallelism",
    "G4": "element-wise operations are non-negligible",
}
"""What each guideline says."""


class Finding(NamedTuple):
    """A layer or a unit that a guideline concerns, and what that costs.

    `price` is in elements of memory access: under G1 the gap to the layer's bound, under G2 what it moves more than with one
    group at the same mult-adds and input, under G3 what its unit would save as one kernel, under G4 what fusing would.
    `facts` are the numbers behind it, by name.
    """

    guideline: str
    lines: tuple[Line, ...]
    path: str
    op: str
    price: Size
    facts: Mapping[str, Any]

    @property
    def mark(self) -> Mark:
        """Where the spec says so: the row of a table, or the layer, outside all blocks."""
        unit = unit_of(self.lines[0])
        return unit.mark if unit is not None and unit.mark is not None else self.lines[0].mark


def findings(ledger: Ledger, traffic: Traffic = UNFUSED) -> list[Finding]:
    """Every finding, the most expensive first, whatever its price; G3 and G4 as the network runs under a traffic model.

    Raises `SpecError` for a ledger of points or symbols.

    >>> from costmodel.library import load
    >>> first = findings(load("mobilenetv2").analyze())[0]
    >>> first.guideline, first.path, first.price
    ('G4', 'bottleneck.2', 6171648)
    """
    if not all(algebra.is_single(line.output.size) for line in ledger.lines):
        message = "findings need plain numbers, and this network has points or symbols"
        raise SpecError([Problem(None, message, "evaluate the points one by one")])
    found = [*widths(ledger), *groups(ledger), *fragmented(ledger, traffic), *element_wise(ledger, traffic)]
    return sorted(found, key=lambda one: (-one.price, one.guideline))


class Layer(NamedTuple):
    """A convolution or FC layer against its bound: its line, which half of it it is, and why its widths are given."""

    line: Line
    half: str
    bound: ConvBound
    pinned: str

    @property
    def op(self) -> str:
        """Its op in few characters."""
        return f"{op_label(self.line)} {self.half}".strip()


def layers(ledger: Ledger) -> Iterator[Layer]:
    """Every convolution and FC layer, in order."""
    why = pinned(ledger.lines, ledger.outputs)
    for line in ledger.lines:
        yield from (Layer(line, *rest) for rest in zip(halves(line), bounded(line), why[line], strict=True))


def unequal(ledger: Ledger) -> Iterator[Layer]:
    """The 1×1 convolutions and FC layers above their bounds whose widths are free: what G1 is about."""
    return (layer for layer in layers(ledger) if layer.bound.taps == 1 and not layer.pinned and not layer.bound.is_tight)


def grouped(ledger: Ledger) -> Iterator[Layer]:
    """The convolutions in groups of several channels: what G2 is about; depthwise ones are G4's."""
    return (layer for layer in layers(ledger) if layer.bound.groups > 1 and not layer.bound.is_depthwise)


def surcharge(bound: ConvBound) -> Size:
    """What groups move more than one group does at the same mult-adds and the same input: c2/g channels leave instead of c2.

    The weights are as many either way, so that it is the map that leaves (ShuffleNetV2, arXiv:1807.11164, equation 3).

    >>> surcharge(ConvBound(entering=3136, leaving=3136, taps=1, c1=240, c2=240, groups=3))
    501760
    """
    return bound.leaving * (bound.c2 - bound.c2 // bound.groups)


def prices(ledger: Ledger) -> dict[str, Size]:
    """What G1 and G2 cost a network in all, in elements of memory access."""
    return {
        "G1": sum((layer.bound.gap for layer in unequal(ledger)), Fraction()),
        "G2": sum(surcharge(layer.bound) for layer in grouped(ledger)),
    }


def widths(ledger: Ledger) -> Iterator[Finding]:
    """G1: each free 1×1 layer, by its own optimum hᵢwᵢ·c1 = hₒwₒ·c2."""
    for layer in unequal(ledger):
        bound = layer.bound
        facts = {"c1": bound.c1, "c2": bound.c2, "groups": bound.groups, "balanced": bound.balanced, "pair": bound.pair}
        yield Finding("G1", (layer.line,), layer.line.path, layer.op, bound.gap, {**facts, **_maps(bound)})


def groups(ledger: Ledger) -> Iterator[Finding]:
    """G2: each layer in groups, against one group at the same mult-adds and input, and at fixed width."""
    for layer in grouped(ledger):
        bound = layer.bound
        more = bound.weights * (bound.groups - 1)
        facts = {"c1": bound.c1, "c2": bound.c2, "groups": bound.groups, "fixed_width": -more, "access": bound.access}
        yield Finding("G2", (layer.line,), layer.line.path, layer.op, surcharge(bound), {**facts, **_maps(bound)})


def _maps(bound: ConvBound) -> dict[str, Any]:
    return {"entering": bound.entering, "leaving": bound.leaving, "taps": bound.taps}


def fragmented(ledger: Ledger, traffic: Traffic) -> Iterator[Finding]:
    """G3: each unit of several kernels; as one kernel it would keep the maps between them on the chip."""
    if traffic.counted:
        return
    fused = fused_with(traffic)
    now, then = ledger.moves(fused), ledger.moves(BLOCK._replace(concat=traffic.concat, shuffle=traffic.shuffle))
    for unit in Fragments(ledger, traffic).units:
        price = sum(now[line].access - then[line].access for line in unit.lines)
        if unit.kernels.nodes > 1 and price:
            yield Finding("G3", tuple(unit.lines), str(unit.place or ""), "unit", price, unit._asdict())


def element_wise(ledger: Ledger, traffic: Traffic) -> Iterator[Finding]:
    """G4: each unit whose element-wise ops would move less if they were fused into what makes their input."""
    if traffic.counted:
        return
    fused = fused_with(traffic)
    now, then = ledger.moves(traffic), ledger.moves(fused)
    for lines in by_unit(ledger.lines):
        price = sum(now[line].access - then[line].access for line in lines)
        if price > 0:
            parts, kernels = traffic_of(ledger, lines, traffic), kernels_of(ledger, lines, traffic)
            saved = kernels.total - kernels_of(ledger, lines, fused).total
            facts = {"parts": parts, "kernels": kernels, "launches": saved}
            yield Finding("G4", tuple(lines), str(unit_of(lines[0]) or ""), "unit", price, facts)
