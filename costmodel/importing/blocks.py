"""Lines that are alike but for their numbers as blocks, and calls that are alike as repeats."""

from dataclasses import dataclass, field
from typing import Any

from costmodel.importing.likeness import (
    Name,
    alike,
    all_lines,
    default,
    heights,
    is_open,
    is_tied_outside,
    key,
    numbers,
    places,
    ties,
)
from costmodel.importing.lines import Line
from costmodel.importing.modules import all_lists
from costmodel.ops import OPS
from costmodel.ops.registry import REQUIRED


@dataclass(slots=True)
class Made:
    """A block: its name, its parameters with their defaults, its lines."""

    name: str
    params: dict[str, Any]
    body: list[Line]
    has_names: bool
    """Whether lines in it read one another, or what enters, by name."""


@dataclass(slots=True)
class Folder:
    """Makes blocks of lines that are alike."""

    blocks: list[Made] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def fold(self, lines: list[Line]) -> None:
        """Make blocks, those inside others first."""
        by_height: dict[int, list[Line]] = {}
        heights(lines, by_height)
        for height in sorted(by_height):
            for line in by_height[height]:
                for part in line.inside:
                    repeated(part)
            groups: dict[Any, list[Line]] = {}
            for line in by_height[height]:
                groups.setdefault(key(line), []).append(line)
            for found in groups.values():
                if (len(found) > 1 or found[0].is_graph) and not is_tied_outside(found[0]):
                    self.make(found)
        repeated(lines)
        self.unfold(lines)

    def unfold(self, lines: list[Line]) -> None:
        """Write a block out where it is called, if that is one place alone, in another block."""
        for made in [*self.blocks]:
            bodies = [lines, *(other.body for other in self.blocks)]
            calls = [
                (at, one) for body in bodies for one in all_lists(body) for at, line in enumerate(one) if line.verb == made.name
            ]
            if len(calls) != 1 or made.has_names:
                continue
            at, held = calls[0]
            call = held[at]
            values = {name: call.fields.get(name, usual) for name, usual in made.params.items()}
            for inner in all_lists(made.body):
                for line in inner:
                    line.fields = {name: _put(value, values) for name, value in line.fields.items()}
            self.blocks.remove(made)
            if len(made.body) == 1 and call.repeat == 1 and not made.body[0].label:
                inner_line = made.body[0]
                call.kind, call.verb, call.fields = inner_line.kind, inner_line.verb, inner_line.fields
                call.body, call.branches, call.step = inner_line.body, inner_line.branches, inner_line.step
                call.repeat, inner_line.twin, call.tied = inner_line.repeat, call, call.tied or inner_line.tied
                call.held = None
            else:
                call.kind, call.verb, call.fields, call.body = "group", "", {}, made.body

    def make(self, found: list[Line]) -> None:
        """Make a block of lines that are alike, and calls of it of the lines."""
        first = found[0]
        given = [numbers(line) for line in found]
        names: dict[tuple[Any, ...], str] = {}
        params: dict[str, Any] = {}
        args: list[dict[str, Any]] = [{} for _ in found]
        used: set[str] = set()
        for place, (line, name) in enumerate(places(first)):
            values = tuple(each[place] for each in given)
            if all(alike(value, values[0]) for value in values) and not is_open(values[0]):
                continue
            said = tuple(map(str, values))
            if said not in names:
                names[said] = _new(name, used)
                usual = default(line, name)
                params[names[said]] = usual if any(alike(value, usual) for value in values) else REQUIRED
                for arg, value in zip(args, values, strict=True):
                    if params[names[said]] is REQUIRED or not alike(value, usual):
                        arg[names[said]] = value
            line.fields[name] = Name(names[said])
        ordered = {name: value for name, value in params.items() if value is REQUIRED}
        ordered |= {name: value for name, value in params.items() if value is not REQUIRED}
        body = _body_of(first)
        held_line = None if first.kind == "group" else body[0]
        if held_line is not None:
            held_line.is_named = any(line.is_named for line in found)
        block = Made(self.name(first), ordered, body, first.is_graph)
        self.blocks.append(block)
        for line in found[1:]:
            for mine, its in zip(all_lines(line), all_lines(first), strict=True):
                mine.twin, its.is_named = its, its.is_named or mine.is_named
        for line, arg in zip(found, args, strict=True):
            line.kind, line.verb, line.is_graph = "call", block.name, False
            line.fields = {name: arg[name] for name in ordered if name in arg}
            line.body, line.branches = [], []
            line.held = held_line

    def name(self, line: Line) -> str:
        """A name for a block, by what it holds."""
        stem = _stem(line)
        name, number = stem, 1
        while name in self.taken or name in OPS:
            number += 1
            name = f"{stem}{number}"
        self.taken.add(name)
        return name


def _put(value: Any, values: dict[str, Any]) -> Any:
    return values[value.name] if isinstance(value, Name) else value


LONGEST = 8
"""The most lines that are repeated together."""


def repeated(lines: list[Line]) -> None:
    """Make one line of lines that follow one another again and again."""
    at = 0
    while at < len(lines):
        period, times = max(((many, _times(lines, at, many)) for many in range(1, LONGEST + 1)), key=_worth)
        if times > 1:
            _repeat(lines, at, period, times)
        at += 1


def _worth(found: tuple[int, int]) -> tuple[int, int]:
    """The lines that a repeat saves; of two that save as many, the shorter."""
    period, times = found
    return (period * (times - 1), -period)


def _times(lines: list[Line], at: int, period: int) -> int:
    """How often lines follow one another from a place on, none of them read by name."""
    times = 1
    while (end := at + (times + 1) * period) <= len(lines):
        part = range(at + times * period, end)
        if not all(_same_line(lines[place - period], lines[place]) for place in part):
            break
        if any(_read_from(lines, lines[place - 1]) for place in part):
            break
        times += 1
    return times


def _repeat(lines: list[Line], at: int, period: int, times: int) -> None:
    """Put one line for several."""
    first, last = lines[at : at + period], lines[at + (times - 1) * period : at + times * period]
    if period == 1:
        line = first[0]
        line.label = _range(line.label, last[0].label) if line.label and last[0].label else line.label
    else:
        line = Line("group", "", body=first, reads=first[0].reads, path=first[0].path[:-1])
        first[0].reads = []
    line.repeat, line.outer = times, last[-1].outer
    for place in range(at, at + times * period):
        if lines[place] is not line:
            lines[place].outer = line
    lines[at : at + times * period] = [line]


def _read_from(lines: list[Line], line: Line) -> bool:
    return any(read.seen is line for other in lines for read in other.reads)


def _range(first: str, last: str) -> str:
    """One name for several whose names differ in one part: 3–5, or features.8–10.conv."""
    pairs = [*zip(first.split("."), last.split("."), strict=False)]
    unlike = [at for at, (one, other) in enumerate(pairs) if one != other]
    if len(unlike) != 1 or first.count(".") != last.count("."):
        return f"{first}–{last}"
    return ".".join(one if one == other else f"{one}–{other}" for one, other in pairs)


def _same_line(a: Line, b: Line) -> bool:
    """Whether two lines cost and are written the same, but for their names."""
    if a.kind != b.kind or a.verb != b.verb or b.reads or a.repeat != b.repeat or a.kind not in ("call", "op"):
        return False
    if a.is_named or b.is_named or ties(a) != ties(b):
        return False
    return a.fields.keys() == b.fields.keys() and all(alike(a.fields[name], b.fields[name]) for name in a.fields)


def _new(name: str, used: set[str]) -> str:
    found, number = name, 1
    while found in used:
        number += 1
        found = f"{name}{number}"
    used.add(found)
    return found


def _body_of(line: Line) -> list[Line]:
    """What a block holds: the lines of a group, or the line itself."""
    if line.kind == "group":
        return line.body
    return [Line(line.kind, line.verb, line.fields, line.body, line.branches, path=line.path, step=line.step)]


def _stem(line: Line) -> str:
    """What a block could be called."""
    lines = line.body if line.kind == "group" else [line]
    verbs = [inner.verb for inner in lines if inner.kind == "op"]
    if len(verbs) == len(lines) and len(verbs) <= 3 and verbs:
        short = {"batch_norm": "bn", "layer_norm": "ln", "conv2d": "conv", "conv1d": "conv", "conv3d": "conv"}
        return "_".join(short.get(verb, verb) for verb in verbs)
    gates = [inner for inner in lines if inner.kind == "join" and inner.verb == "multiply"]
    if len(lines) == 1 and gates:
        return "gate"
    return "unit" if line.is_graph or any(inner.kind in ("residual", "join") for inner in lines) else "part"
