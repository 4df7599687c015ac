"""Lines that belong together: a convolution with its norm and activation, and what came from one module."""

from collections import Counter
from collections.abc import Iterable

from costmodel.importing.lines import Line, shared
from costmodel.ops import OPS

OFTEN = 3
"""How often a convolution stands with the same norm and activation before the three are a block."""


def found_paths(lines: list[Line]) -> None:
    """Give a line that says no module that of the lines around it."""
    before: Line | None = None
    for line in lines:
        for inner in line.inside:
            found_paths(inner)
        if not line.path and line.kind == "op":
            sources = [read.path for read in line.reads if read.path] or ([before.path] if before else [])
            line.path = shared([path[:-1] for path in sources]) if sources else ()
        before = line


def _is_window(line: Line) -> bool:
    return line.kind == "op" and OPS[line.verb].counted and OPS[line.verb].most == 1


def _follows(line: Line, family: str) -> bool:
    return line.kind == "op" and OPS[line.verb].family == family and not line.reads and OPS[line.verb].most == 1


def motifs(lists: list[list[Line]], read: set[int]) -> None:
    """Make of a convolution and what follows it, a norm, an activation, one line where they do so often."""
    found = [(lines, at, many) for lines in lists for at, many in _in_list(lines, read)]
    times = Counter(_verbs(lines, at, many) for lines, at, many in found)
    for lines, at, many in reversed(found):
        if times[_verbs(lines, at, many)] >= OFTEN and many > 1:
            part = lines[at : at + many]
            lines[at : at + many] = [_grouped(part, part[0].path)]


def _verbs(lines: list[Line], at: int, many: int) -> tuple[str, ...]:
    return tuple(line.verb for line in lines[at : at + many])


def _in_list(lines: list[Line], read: set[int]) -> Iterable[tuple[int, int]]:
    for at, line in enumerate(lines):
        if not _is_window(line):
            continue
        many = 1
        for family in ("norm", "pointwise"):
            behind = at + many
            if behind < len(lines) and _follows(lines[behind], family) and id(lines[behind - 1]) not in read:
                many += 1
        yield at, many


def _grouped(part: list[Line], path: tuple[str, ...], label: str = "") -> Line:
    """Lines under one name; the first reads what it read, the others the line above."""
    group = Line("group", "", body=part, path=path, label=label, reads=part[0].reads)
    part[0].reads = []
    for line in part:
        line.outer = group if line is part[-1] else line.outer
    return group


def modules(lines: list[Line], read: set[int], depth: int = 0) -> list[Line]:
    """Lines of one module as one, in lists of chains; its name is what the module is called."""
    done: list[Line] = []
    at = 0
    while at < len(lines):
        end = _run(lines, at, depth, read)
        part = lines[at:end]
        at = end
        name = part[0].path[depth] if len(part[0].path) > depth else ""
        for line in part:
            if len(part) == 1 or len(line.path) <= depth + 1:
                _into(line, read, max(len(line.path), depth))
        if len(part) == 1:
            part[0].label = part[0].label or ".".join(part[0].path[depth:]) or ""
            done.append(part[0])
            continue
        inner = modules(part, read, depth + 1)
        if len(inner) == 1:
            inner[0].label = f"{name}.{inner[0].label}".rstrip(".") if inner[0].label else name
            done.append(inner[0])
            continue
        done.append(_grouped(inner, part[0].path[: depth + 1], name))
    return done


def opened(lines: list[Line]) -> list[Line]:
    """The lines of a network, those of a module that holds most of them in its place: a backbone, called features."""
    many = [_many(line) for line in lines]
    for at, line in enumerate(lines):
        if line.kind == "group" and not line.is_graph and 2 * many[at] > sum(many):
            for inner in line.body:
                inner.label = f"{line.label}.{inner.label}" if line.label and inner.label else inner.label
                inner.outer = None
            line.body[0].reads = line.reads
            line.outer = line.body[-1]
            return [*lines[:at], *line.body, *lines[at + 1 :]]
    return lines


def _many(line: Line) -> int:
    return sum(_many(inner) for part in line.inside for inner in part) or 1


def _into(line: Line, read: set[int], depth: int) -> None:
    """The lines inside one, by module."""
    if line.kind == "group" and line.is_graph:
        for inner in line.body:
            _into(inner, read, depth)
            inner.label = inner.label or ".".join(inner.path[depth:])
        return
    if line.kind == "group":
        base = len(shared([inner.path for inner in line.body]))
        for inner in line.body:
            inner.label = ".".join(inner.path[base:])
        return
    if line.body:
        line.body = modules(line.body, read, depth)
    line.branches = [modules(branch, read, depth) for branch in line.branches]


def _run(lines: list[Line], at: int, depth: int, read: set[int]) -> int:
    """Where the lines end that are of one module with a line, each read by the next alone."""
    first = lines[at]
    end = at + 1
    if len(first.path) <= depth or len(first.reads) > 1:  # lines under one name take one tensor
        return end
    while end < len(lines):
        line = lines[end]
        if line.reads or id(lines[end - 1]) in read or line.path[depth : depth + 1] != first.path[depth : depth + 1]:
            break
        end += 1
    return end


def all_lists(lines: list[Line]) -> list[list[Line]]:
    """A list of lines, and all lists in it."""
    return [lines, *(inner for line in lines for part in line.inside for inner in all_lists(part))]


def read_by_name(lists: list[list[Line]]) -> set[int]:
    """The lines that others read by name, by identity."""
    return {id(read) for lines in lists for line in lines for read in line.reads}
