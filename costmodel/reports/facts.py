"""A finding in words: the fact behind it, and what could be done."""

from fractions import Fraction
from typing import Any

from costmodel.elementwise import Parts
from costmodel.fragments import Merge, Shape
from costmodel.guidelines import Finding
from costmodel.layers import op_label, unit_of
from costmodel.line import Line
from costmodel.reports.bounding import exact, number
from costmodel.reports.words import count, share


def fact(found: Finding) -> str:
    """What is the case: `c1:c2 = 24:144, 56×56`; of a unit how fragmented it is, or what of it is element-wise."""
    facts = found.facts
    if found.guideline == "G1":
        return f"c1:c2 = {facts['c1']}:{facts['c2']}, {maps(found.lines[0])}"
    if found.guideline == "G2":
        return f"g = {facts['groups']}, {facts['c1']}:{facts['c2']}, {maps(found.lines[0])}"
    if found.guideline == "G3":
        shape = facts["fragments"]
        return f"{_several(shape.nodes, 'fragment')}, {_width(shape)} wide"
    parts, launches = facts["parts"], facts["kernels"]
    return f"{share(parts.counted, parts.total)} %, {launches.counted}/{launches.total} kernels"


def where(first: Finding) -> str:
    """The place of a finding: its unit, and of a layer what holds it and its op."""
    if first.guideline in ("G3", "G4"):
        return first.path
    unit, op = str(unit_of(first.lines[0]) or ""), first.op.partition(" g=")[0]
    inner = first.path.removesuffix(f"/{first.lines[0].op}").removeprefix(unit).rpartition("/")[2]
    return " ".join(part for part in (f"{unit}/{inner}" if inner else unit, op) if part)


def remedy(found: Finding) -> str:
    """What could be done, and what that would do."""
    facts = found.facts
    if found.guideline == "G1":
        c1, c2 = facts["pair"]
        even = " and ".join(dict.fromkeys(number(width) for width in facts["balanced"]))
        return f"least at {even}: {c1} → {c2} is next to it"
    if found.guideline == "G2":
        more, less = count(-facts["fixed_width"]), count(found.price)
        return f"one group: {less} less at its mult-adds; at its width {more} more, and {facts['groups']} × the mult-adds"
    if found.guideline == "G3":
        merged = "".join(f"; {merging(merge)}" for merge in facts["merges"])
        launches = _several(facts["kernels"].nodes - 1, "launch", "es")
        return f"{kernels(facts['kernels'])}; {fragments(facts['fragments'])}; as one kernel {launches} less{merged}"
    return f"fused: {_several(facts['launches'], 'launch', 'es')} less"


def merging(merge: Merge) -> str:
    """Convolutions that are one."""
    return f"{len(merge.lines)} {op_label(merge.lines[0])} of one input merge: {count(merge.saved)} less"


def kernels(shape: Shape) -> str:
    """How kernels hang together."""
    return f"{_several(shape.nodes, 'kernel')}, path {shape.longest}, width {_width(shape)}, {_mean(shape.parallelism)} at once"


def fragments(shape: Shape) -> str:
    """How a unit is fragmented."""
    if not shape.nodes:
        return "no fragments"
    return f"{_several(shape.nodes, 'fragment')}: {shape.longest} in series, {_width(shape)} in parallel"


def _several(amount: int, noun: str, plural: str = "s") -> str:
    return f"{count(amount)} {noun}{'' if amount == 1 else plural}"


def _width(shape: Shape) -> str:
    return "?" if shape.width is None else count(shape.width)


def _mean(value: Fraction) -> str:
    return f"{float(value):.2f}"


def maps(line: Line) -> str:
    """The sides of the map that enters, and of the one that leaves where they differ."""
    x, y = (str(tensor.without("n", "c")) or "1" for tensor in (line.inputs[0], line.output))
    return x if x == y else f"{x} → {y}"


def plain(found: Finding) -> dict[str, Any]:
    """The facts of a finding for JSON."""
    facts = found.facts
    if found.guideline in ("G1", "G2"):
        return {name: [*map(exact, value)] if isinstance(value, tuple) else exact(value) for name, value in facts.items()}
    if found.guideline == "G3":
        return {
            "kernels": plain_shape(facts["kernels"]),
            "fragments": plain_shape(facts["fragments"]),
            "merges": [{"layers": [line.path for line in merge.lines], "saved": merge.saved} for merge in facts["merges"]],
        }
    return {"access": plain_parts(facts["parts"]), "kernels": plain_parts(facts["kernels"]), "launches": facts["launches"]}


def plain_shape(shape: Shape) -> dict[str, Any]:
    """How kernels or fragments hang together, for JSON."""
    return {"count": shape.nodes, "longest_path": shape.longest, "width": shape.width, "parallelism": exact(shape.parallelism)}


def plain_parts(parts: Parts) -> dict[str, Any]:
    """Traffic or kernels by what is done, for JSON."""
    return {name: exact(value) for name, value in parts._asdict().items()}
