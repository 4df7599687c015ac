"""Which lines are alike but for their numbers, and which numbers these are."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.importing.lines import ENTRY, Line
from costmodel.ops import OPS
from costmodel.ops.registry import REQUIRED


@dataclass(slots=True, frozen=True)
class Name:
    """A parameter where a number stands."""

    name: str

    def __str__(self) -> str:
        return self.name


Place = tuple[Line, str]
"""A number of a line: the line and the name of its field."""


def heights(lines: list[Line], found: dict[int, list[Line]]) -> int:
    """Sort lines that hold others by how deep these stand in one another; the height of a list."""
    most = 0
    for line in lines:
        if not line.body and not line.branches:
            continue
        height = 1 + max(heights(part, found) for part in line.inside)
        found.setdefault(height, []).append(line)
        most = max(most, height)
    return most


def ties(line: Line) -> Any:
    """Whose parameters a line has."""
    return {kind: [id(one) for one in way.lines] for kind, way in line.tied.items()}


def all_lines(line: Line) -> list[Line]:
    """The lines in one, in order."""
    return [inner for part in line.inside for one in part for inner in (one, *all_lines(one))]


def is_tied_outside(line: Line) -> bool:
    """Whether a line in one has the parameters of a line outside, which a block does not see."""
    lines = all_lines(line)
    inside = {id(line), *map(id, lines)}
    return any(id(way.lines[0]) not in inside for one in lines for way in one.tied.values())


def _inner_ties(line: Line) -> Any:
    """Whose parameters the lines in one have: of its own lines by their places, of all others by identity."""
    lines = [line, *all_lines(line)]
    places = {id(one): at for at, one in enumerate(lines)}
    return tuple(
        (at, kind, tuple(places.get(id(one), id(one)) for one in way.lines))
        for at, mine in enumerate(lines[1:])
        for kind, way in mine.tied.items()
    )


def key(line: Line) -> Any:
    """What two lines have in common that are alike but for their numbers."""
    fields = tuple((name, _kind(value)) for name, value in sorted(all_fields(line).items()))
    inside = tuple(_list_key(part) for part in line.inside)
    return (line.kind, line.verb, fields, inside, bool(line.body), line.repeat, line.is_graph, _inner_ties(line))


def _list_key(lines: list[Line]) -> Any:
    places = {id(line): at for at, line in enumerate(lines)}
    return tuple(
        (key(line), tuple(-1 if read is ENTRY else places.get(id(read.seen), -2) for read in line.reads)) for line in lines
    )


def _kind(value: Any) -> Any:
    """A number as any other; all else as it is."""
    return "#" if _is_number(value) else _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return tuple((name, _plain(item)) for name, item in value.items())
    return tuple(map(_plain, value)) if isinstance(value, list) else str(value)


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int | Fraction | Name) or is_open(value))


def is_open(value: Any) -> bool:
    """Whether a size is open."""
    return algebra.is_symbol(value)


def alike(a: Any, b: Any) -> bool:
    """Whether two values are written alike."""
    return str(a) == str(b)


_TUNED = ("kernel", "stride", "padding", "dilation", "groups", "multiplier")
"""Numbers that are usual where they are not said, and by which blocks that are alike often differ."""


def all_fields(line: Line) -> dict[str, Any]:
    """The fields of a line, those that are as usual among them."""
    if line.kind != "op":
        return line.fields
    usual = {name: OPS[line.verb].fields[name].default for name in _TUNED if name in OPS[line.verb].fields}
    return {name: value for name, value in usual.items() if isinstance(value, int)} | line.fields


def default(line: Line, name: str) -> Any:
    """The number that a field has where nothing is said; `REQUIRED` where there is none."""
    found = OPS[line.verb].fields[name].default if line.kind == "op" else REQUIRED
    return found if isinstance(found, int) and not isinstance(found, bool) else REQUIRED


def places(line: Line) -> list[Place]:
    """The numbers in a line, in order."""
    fields = all_fields(line)
    mine = [(line, name) for name in sorted(fields, key=_signature(line)) if _is_number(fields[name])]
    return [*mine, *(place for part in line.inside for inner in part for place in places(inner))]


def _signature(line: Line) -> Any:
    order = {name: at for at, name in enumerate(OPS[line.verb].fields)} if line.kind == "op" else {}
    return lambda name: (order.get(name, 0), name) if order else (0, "")


def numbers(line: Line) -> list[Any]:
    """The numbers in a line."""
    return [all_fields(holder)[name] for holder, name in places(line)]
