"""Lines of a ledger as layers: which norms and activations go with which convolution, and what kind each is of."""

from collections import Counter
from typing import Any

from costmodel.line import Line, Place
from costmodel.tensor import times

FOLLOWERS = ("norm", "pointwise")
"""The families whose ops go with the convolution or FC layer before them."""


def main_line(lines: list[Line]) -> Line:
    """The line that a row is called after: its convolution or FC layer, or its first where it has none."""
    return next((line for line in lines if line.rule.counted), lines[0])


def unit_of(line: Line) -> Place | None:
    """The outermost place of a line that is not a mere stage: the unit that reports show it under."""
    return next((place for place in line.place.chain() if not place.is_stage), None)


def by_layer(lines: list[Line]) -> list[list[Line]]:
    """A convolution or FC layer takes in the norms and activations that follow it; all else stands alone.

    Those that a block starts with, before its convolution, go with that: networks that normalise first have such blocks.
    """
    taking, groups = _taking(lines), list[list[Line]]()
    for index, line in enumerate(lines):
        group = groups[-1] if groups else []
        if group and (_leads(group, line, index) or (_counts(group) and _follows(group, line, index, taking))):
            group.append(line)
        else:
            groups.append([line])
    return groups


def _counts(group: list[Line]) -> bool:
    return main_line(group).rule.counted


def _leads(group: list[Line], line: Line, index: int) -> bool:
    """Whether a block's first norms and activations go on with a line: another of them, or the convolution they are for."""
    if line.sources != (index - 1,) or unit_of(group[0]) is not unit_of(line):
        return False
    return all(one.rule.family in FOLLOWERS for one in group) and (line.rule.counted or line.rule.family in FOLLOWERS)


def _is_follower(line: Line, index: int) -> bool:
    """Whether it is a norm or an activation of what the line before it gives."""
    return bool(index) and line.sources == (index - 1,) and line.rule.family in FOLLOWERS


def _taking(lines: list[Line]) -> set[Place]:
    """The units that take in norms and activations which follow them outside all units.

    A single op does. A block does where one follows every block of its name: the norm behind the last of several is no
    part of it, and would set it apart from those like it.
    """
    followed = {
        unit
        for index, line in enumerate(lines)
        if _is_follower(line, index) and unit_of(line) is line.place and (unit := unit_of(lines[index - 1]))
    }
    found = Counter((unit.parent, unit.label) for unit in followed)
    return {unit for unit in followed if unit.seen is None or found[unit.parent, unit.label] == unit.namesakes}


def _follows(group: list[Line], line: Line, index: int, taking: set[Place]) -> bool:
    """Whether a norm or an activation takes what the group made, in the same unit or outside all units."""
    if not _is_follower(line, index):
        return False
    unit = unit_of(group[0])
    if unit is None or unit is unit_of(line):
        return True
    stages = line.place.chain()[:-1]
    return unit in taking and unit_of(line) is line.place and unit.chain()[: len(stages)] == stages


def by_unit(lines: list[Line]) -> list[list[Line]]:
    """Lines of one unit together; a norm or an activation outside all units joins the one before it."""
    taking, groups = _taking(lines), list[list[Line]]()
    for index, line in enumerate(lines):
        if groups and (unit_of(groups[-1][0]) is unit_of(line) or _follows(groups[-1], line, index, taking)):
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def op_label(line: Line) -> str:
    """An op as papers spell it: `3×3/2`, `dw 3×3`, `1×1`, `1d 3`, `3×3ᵀ/2`, `sep 3×3`; others by their name."""
    kind = _kernel(line)
    if kind is None:
        return line.op if line.known else str(line.fields["op"])
    stride = line.fields.get("stride")
    return kind if stride in (None, 1, [1], [1, 1], [1, 1, 1]) else f"{kind}/{_sides(stride)}"


def kind_label(line: Line) -> str:
    """The kind of op for subtotals: `1×1 conv`, `3×3 conv`, `depthwise`, `3×3 conv g=4`; other ops by their name."""
    kernel = _kernel(line)
    if kernel is None or line.op == "separable":
        return line.op
    if kernel.startswith("dw"):
        return "depthwise"
    size, _, groups = kernel.partition(" g=")
    return f"{size} conv g={groups}" if groups else f"{size} conv"


_CONVOLUTIONS = {
    "conv1d": "1d {}",
    "conv2d": "{}",
    "conv3d": "{}",
    "depthwise": "dw {}",
    "separable": "sep {}",
    "conv_transpose1d": "1d {}ᵀ",
    "conv_transpose2d": "{}ᵀ",
    "conv_transpose3d": "{}ᵀ",
}
"""Each convolution as papers spell it, around its kernel."""


def _kernel(line: Line) -> str | None:
    spelling = _CONVOLUTIONS.get(line.op)
    if spelling is None:
        return None
    kernel, groups = line.fields.get("kernel", 1), line.fields.get("groups", 1)
    size = spelling.format(times(kernel if isinstance(kernel, list) else [kernel] * len(line.inputs[0].sides)))
    if groups == line.inputs[0].c and groups != 1:
        return f"dw {size.removeprefix('1d ')}"
    return size if groups == 1 else f"{size} g={groups}"


def _sides(value: Any) -> str:
    return times(value) if isinstance(value, list) else str(value)


def kinds(lines: list[Line]) -> dict[str, list[Line]]:
    """The layers of each kind, with the norms and activations that go with them; `lines` are all lines of a ledger."""
    found: dict[str, list[Line]] = {}
    for layer in by_layer(lines):
        if (main := main_line(layer)).rule.counted:
            found.setdefault(kind_label(main), []).extend(layer)
    return found


def under(lines: list[Line], part: str) -> list[Line]:
    """The lines under the places so called.

    A place is called by its label, numbered or not, or by a piece of its path that tells it from others: `fire2`,
    `pair.7`, `pair.7/depthwise`.
    """
    wanted = part.split("/")
    return [line for line in lines if _is_under(line.place.chain(), wanted)]


def place_under(line: Line, part: str) -> Place | None:
    """The outermost place so called that a line is under; none where it is under none."""
    wanted, chain = part.split("/"), line.place.chain()
    ends = (end for end in range(len(wanted), len(chain) + 1) if all(map(_is_called, chain[end - len(wanted) : end], wanted)))
    return next((chain[end - 1] for end in ends), None)


def labels(lines: list[Line]) -> list[str]:
    """What places are called."""
    return list(dict.fromkeys(place.label for line in lines for place in line.place.chain()))


def _is_under(chain: list[Place], wanted: list[str]) -> bool:
    """Whether places that follow one another are called so."""
    ends = range(len(chain) - len(wanted) + 1)
    return any(all(map(_is_called, chain[at : at + len(wanted)], wanted)) for at in ends)


def _is_called(place: Place, name: str) -> bool:
    return name == place.label or (
        place.repeated and name in (f"{place.label}.{place.number}", f"{place.label} {place.number}")
    )
