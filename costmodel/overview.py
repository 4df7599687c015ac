"""A network by the kinds of its layers and units: a formula for each, and sums that add up to the network's."""

from collections.abc import Sequence
from typing import NamedTuple

from costmodel.explaining import Explainer, Found, by_units, folded
from costmodel.layers import kind_label, op_label
from costmodel.ledger import Totals
from costmodel.working import Working


class Kind(NamedTuple):
    """Layers or units that one formula is of: what they are called, how many there are, the first of them, their sums."""

    label: str
    times: int
    first: Working
    totals: Totals
    lines: int


def layers(explainer: Explainer) -> list[Kind]:
    """Every op of a network, by its kind and its formulas, in the order in which they come."""
    groups = folded(Found(line.place, (line,)) for line in explainer.ledger.lines)
    return _kinds(explainer, [(_label(group[0]), group) for group in groups])


def units(explainer: Explainer) -> list[Kind]:
    """Every unit of a network, by its name and its formulas; ops that stand in none are units of their own."""
    groups = folded(by_units(explainer.ledger.lines))
    return _kinds(explainer, [(group[0].place.label, group) for group in groups])


def _label(one: Found) -> str:
    line = one.lines[0]
    if line.op == "linear" or line.rule.family != "conv":
        return op_label(line)
    label = op_label(line)
    return label if label[0] in "ds" else label.replace("/", " conv/") if "/" in label else kind_label(line)


def _kinds(explainer: Explainer, groups: Sequence[tuple[str, list[Found]]]) -> list[Kind]:
    found: dict[tuple[str, ...], Kind] = {}
    for label, group in groups:
        working = explainer.working(group)
        formulas = (str(working.figures[name].formula) for name in ("mult_adds", "params", "access") if working.figures[name])
        key = (label, *formulas, "" if working.block or working.is_line else working.path)
        lines = [line for one in group for line in one.lines]
        totals = explainer.ledger.sums(lines, traffic=explainer.traffic)
        if key in found:
            before = found[key]
            sums = Totals(*(a + b for a, b in zip(before.totals, totals, strict=True)))
            found[key] = before._replace(times=before.times + len(group), totals=sums, lines=before.lines + len(lines))
        else:
            found[key] = Kind(label, len(group), working, totals, len(lines))
    return [*found.values()]
