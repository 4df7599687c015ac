"""What is wrong with a text that is not YAML, in plain words: found from the place where the parser stopped."""

import re
from typing import NamedTuple

_START = "a value starts with a letter, a digit, ( or -, or stands in quotes"
_COLUMNS = "what belongs together starts in one column: the keys of a mapping, the items of a list"
_SIGNS = {
    "!": "write `not x` for negation",
    "&": "write `and`; a block can be used twice without an anchor",
    "*": "a product has a value on both sides; a block can be used twice without an alias",
}


class Fault(NamedTuple):
    """A place, line and column counted from 0, with a sentence and a hint."""

    line: int
    col: int
    message: str
    hint: str = ""


class Stop(NamedTuple):
    """Where and why a YAML parser stopped: its two sentences, the place, and the place where what it reads began."""

    problem: str
    context: str
    at: tuple[int, int]
    since: tuple[int, int]


def explain(stop: Stop, lines: list[str]) -> Fault:
    """The mistake behind a parser's stop."""
    (line, col), here = stop.at, _line(lines, stop.at[0])
    indent = len(here) - len(here.lstrip())
    if "\t" in here[: max(indent, col + 1)]:
        return Fault(line, here.index("\t"), "a tab stands here", "indent with spaces")
    if stop.context.startswith("while scanning"):
        return _unread(stop, lines)
    if (opened := open_bracket(lines, stop.at)) and not _is_closed(lines, opened):
        return Fault(*opened, f"the bracket '{lines[opened[0]][opened[1]]}' is not closed")
    if "escape" in stop.problem or "hex" in stop.problem:
        return _escape(line, col, lines)
    if "mapping values" in stop.problem:
        return _stray_colon(line, col, lines)
    if "sequence entries" in stop.problem:
        return Fault(line, col, "a list cannot start here", "start it on a line of its own, each item with `- `")
    if not here[col:].strip():
        return Fault(line, col, "the text ends too early")
    return (None if opened else _dash(line, col, lines)) or _misplaced(line, col, here, opened)


def _unread(stop: Stop, lines: list[str]) -> Fault:
    """Characters that start nothing, or that start what does not end."""
    at = stop.at if "for the next token" in stop.context or "plain" in stop.context else stop.since
    text = _line(lines, at[0])[at[1] :]
    sign = text[:1]
    if "quoted" in stop.context:
        if "end of stream" in stop.problem or "document separator" in stop.problem:
            return Fault(*at, f"the quote {sign} is not closed")
        return _escape(*stop.at, lines)
    if "simple key" in stop.context:
        hint = "put a space after the colon" if re.match(r"\w+:\S", text) else "a key, a colon and a space, and its value"
        return _dash(*at, lines) or Fault(*at, f"here a key is expected, and '{text.strip()}' is none", hint)
    if sign == ":":
        return Fault(*at, "a space is missing after this colon")
    return Fault(*at, f"a value cannot start with '{sign}'", _SIGNS.get(sign, _START))


def _escape(line: int, col: int, lines: list[str]) -> Fault:
    col = max(_line(lines, line).rfind("\\", 0, col + 1), 0)
    return Fault(line, col, "a backslash stands for another character in double quotes", "use single quotes")


def _stray_colon(line: int, col: int, lines: list[str]) -> Fault:
    """A key where a value has begun already."""
    here = _line(lines, line)
    key = here[:col].strip()
    if found := re.match(r"\s*(?:- )?(\w+):(?=[\[{])", here[:col]):
        return Fault(line, found.end() - 1, "a space is missing after this colon")
    if glued := _glued_dash(line, lines):
        return glued
    if re.search(r":\s", here[:col]):
        return Fault(line, col, "a second colon in one value", "put the value in quotes")
    above = next((i for i in range(line - 1, -1, -1) if lines[i].split("#")[0].strip()), None)
    start = len(here) - len(here.lstrip())
    if above is not None and (glued := _glued_dash(above, lines)):
        return glued
    if above is None or not re.fullmatch(r"[\w ]+", key):
        return Fault(line, col, "a colon has no place here")
    before = lines[above].split(" #")[0].rstrip()
    if found := re.match(r"\s*(?:- )?\w+:(?=\S)", before):
        return Fault(above, found.end() - 1, "a space is missing after this colon")
    if found := re.fullmatch(r"\s*- (\S+)", before):
        hint = f"write `- {{{found[1]}, {here.split(' #')[0].strip()}}}`"
        return Fault(line, start, f"the key '{key}' has no place below '{found[1]}', which has no colon", hint)
    if ":" in before:
        hint = "indent it as the key that it stands beside, or write all fields in braces: {…, …}"
        return Fault(line, start, f"the key '{key}' has no place here: the line above has its value already", hint)
    return Fault(line, start, f"the key '{key}' has no place here", f"a colon is missing after '{before.strip()}'")


def _misplaced(line: int, col: int, here: str, opened: tuple[int, int] | None) -> Fault:
    """Something readable in the wrong place."""
    sign, word = here[col], re.match(r"[^\s,\[\]{}]+", here[col:])
    if sign in "]}" and not opened:
        return Fault(line, col, f"the bracket '{sign}' closes nothing")
    if sign == "," and not opened:
        return Fault(line, col, "a comma has no place here", "lists and mappings with commas stand in brackets")
    if sign in ",]}":
        return Fault(line, col, f"a value is missing before this '{sign}'" if sign == "," else f"'{sign}' has no place here")
    if not here[:col].strip() and not opened:
        return Fault(line, col, "this line is indented like none that it could belong to", _COLUMNS)
    if sign == "[":
        return Fault(line, col, "a bracket has no place here", "formulas have no indexing")
    if sign == ":" and opened and (cut := re.search(r"[^\s,:{\[]\s+(\w+)$", here[:col])):
        return Fault(line, cut.start(1), f"a comma is missing before '{cut[1]}'")
    if sign == ":":
        return Fault(line, col, "a second colon in one value", "put the value in quotes")
    text = word[0] if word else sign
    return Fault(line, col, f"'{text}' has no place here", "a comma is missing before it" if opened else "")


def _dash(line: int, col: int, lines: list[str]) -> Fault | None:
    """A line that stands in the column of a list's items and is none, for its dash, or the space after it, is missing."""
    here = _line(lines, line)
    text = here[col:].split(" #")[0].rstrip()
    if here[:col].strip() or not re.match(r"-?\w+(:|$)", text):
        return None
    above = next((other for other in reversed(lines[:line]) if other.strip() and not other.startswith(" " * (col + 1))), "")
    if not re.match(rf" {{{col}}}- ", above):
        return None
    return _glued_dash(line, lines) or Fault(line, col, f"a dash is missing before '{text}'", f"write `- {text}`")


def _glued_dash(line: int, lines: list[str]) -> Fault | None:
    """A line that starts with a dash and no space."""
    found = re.match(r" *-(\w.*)", _line(lines, line))
    hint = f"write `- {found[1].split(' #')[0].rstrip()}`" if found else ""
    return Fault(line, found.start(1) - 1, "a space is missing after this dash", hint) if found else None


def open_bracket(lines: list[str], at: tuple[int, int]) -> tuple[int, int] | None:
    """The innermost bracket that is open at a place."""
    stack: list[tuple[int, int]] = []
    for line, text in enumerate(lines[: at[0] + 1]):
        for col, sign in _brackets(text if line < at[0] else text[: at[1]], len(stack)):
            if sign in "[{":
                stack.append((line, col))
            elif stack:
                stack.pop()
    return stack[-1] if stack else None


def _is_closed(lines: list[str], opened: tuple[int, int]) -> bool:
    depth = 0
    for line, text in enumerate(lines[opened[0] :]):
        skip = opened[1] if line == 0 else 0
        for _, sign in _brackets(" " * skip + text[skip:], 1):
            depth += 1 if sign in "[{" else -1
            if depth == 0:
                return True
    return False


def _brackets(text: str, depth: int) -> list[tuple[int, str]]:
    """A line's brackets that are neither quoted nor in a comment, nor amid a value that stands in no bracket."""
    found: list[tuple[int, str]] = []
    for match in re.finditer(r"(?<![^\s\[{,:])(\"(?:\\.|[^\"\\])*\"|'[^']*')|(?<!\S)#.*|[\[\]{}]", text):
        sign, before = match[0], text[: match.start()].rstrip()
        if sign not in "[]{}":
            continue
        if depth == 0 and sign in "[{" and before and before[-1] not in ":-?":
            continue
        depth = max(depth + (1 if sign in "[{" else -1), 0)
        found.append((match.start(), sign))
    return found


def _line(lines: list[str], number: int) -> str:
    return lines[number] if number < len(lines) else ""
