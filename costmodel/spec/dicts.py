"""A spec given as nested dicts and lists, written out as the text that says the same.

The text is then read like any file, so that a mistake in it has a place.
"""

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from math import isfinite
from numbers import Rational, Real
from typing import Any, TypeAlias

from costmodel.problems import Problem, Problems, SpecError
from costmodel.spec.source import MAX_BYTES, MAX_DEPTH

CALLED = "dict"
"""What the text of a dict is called where a mistake has its place."""

_Way: TypeAlias = tuple[Any, ...]

_PLAIN = re.compile(r"(?:[A-Za-z0-9_(]|-(?=[\w(]))[\w ()+*/.<>=!%-]*(?<! )", re.ASCII)
"""Text that needs no quotes wherever it stands."""
_WIDE = 80
"""Characters up to which a collection of plain values stands on one line."""
_HOLDS = "a spec is made of dicts, lists, text, numbers, True, False and None"


def written(data: Mapping[Any, Any]) -> str:
    """The text of a spec given as data. Raises `SpecError` with everything in it that a spec cannot hold.

    >>> print(written({"name": "T", "params": {"alpha": 1.4}, "layers": [{"conv2d": {"out": 8, "kernel": None}}]}), end="")
    name: T
    params: {alpha: 1.4}
    layers:
      - conv2d: {out: 8, kernel}
    """
    writer, lines, length = _Writer(), [], 0
    for line in writer.lines(data, "", ()) if data else ["{}"]:
        lines.append(line)
        length += len(line) + 1
        if length > MAX_BYTES:
            raise SpecError([Problem(None, f"the dict comes to more than {MAX_BYTES:,} bytes: too long for a spec")])
    writer.problems.check()
    return "\n".join([*lines, ""])


class _Writer:
    def __init__(self) -> None:
        self.problems = Problems()
        self.open: list[int] = []

    def lines(self, data: Any, indent: str, way: _Way) -> Iterator[str]:
        """A collection with a line an item, save those that are short enough to share one."""
        if id(data) in self.open:
            self.refuse(way, "contains itself")
            return
        if len(self.open) == MAX_DEPTH:
            self.refuse(way, f"nests deeper than {MAX_DEPTH} levels")
            return
        self.open.append(id(data))
        for key, item in data.items() if isinstance(data, Mapping) else enumerate(data):
            head, here = "-", (*way, key)
            if isinstance(data, Mapping):
                head = f"{self.key(key, way)}:"
            if (short := self.short(item, here)) is not None:
                yield f"{indent}{head} {short}".rstrip(" ")
                continue
            below = self.lines(item, f"{indent}  ", here)
            if head == "-":
                yield f"{indent}- {next(below, '').lstrip(' ')}"
            else:
                yield f"{indent}{head}"
            yield from below
        self.open.pop()

    def short(self, item: Any, way: _Way) -> str | None:
        """An item on one line, or None where it needs several."""
        if not isinstance(item, Mapping | list | tuple):
            return self.scalar(item, way)
        if len(item) > _WIDE or any(isinstance(part, Mapping | list | tuple) for part in _parts(item)):
            return None
        if isinstance(item, Mapping):
            pairs = ((self.key(key, way), self.scalar(value, (*way, key))) for key, value in item.items())
            line = "{" + ", ".join(f"{key}: {value}" if value else key for key, value in pairs) + "}"
        elif any(value is None for value in item):
            return None
        else:
            line = "[" + ", ".join(self.scalar(value, (*way, place)) for place, value in enumerate(item)) + "]"
        return line if len(line) <= _WIDE or not item else None

    def key(self, key: Any, way: _Way) -> str:
        """A key of a mapping."""
        if key is None or not isinstance(key, str | Rational | Real):
            self.refuse(way, f"has a key of type {type(key).__name__}, and a key is a text or a number")
            return "_"
        return self.scalar(key, way)

    def scalar(self, value: Any, way: _Way) -> str:
        """A value that is no collection; nothing for None."""
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, str):
            return str(value) if _PLAIN.fullmatch(value) else _quoted(value)
        if isinstance(value, Rational):
            return self.number(Fraction(int(value.numerator), int(value.denominator)), way)
        if isinstance(value, Real) and isfinite(value):
            exact = Fraction(str(value))  # its shortest decimal: the number that its author wrote
            return self.number(exact, way) if exact.denominator == 1 else str(value)
        what = f"is {value}" if isinstance(value, Real) else f"is of type {type(value).__name__}"
        self.refuse(way, f"{what}, and {_HOLDS}")
        return "_"

    def number(self, value: Fraction, way: _Way) -> str:
        """A whole number or a fraction."""
        if max(abs(value.numerator), value.denominator) < 10**100:
            return str(value)
        self.refuse(way, "is out of range: a number has at most 18 digits")
        return "_"

    def refuse(self, way: _Way, what: str) -> None:
        """Note what a spec cannot hold, with the way to it."""
        path = "".join(f"[{key!r}]" if isinstance(key, str | int) else f"[{key}]" for key in way)
        self.problems.add(None, f"spec{path if len(path) <= 200 else '[…]'} {what}")


def _parts(item: Any) -> Any:
    return item.values() if isinstance(item, Mapping) else item


def _quoted(text: str) -> str:
    """A text in double quotes, on one line."""
    for sign, stands in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t")):
        text = text.replace(sign, stands)
    return '"' + re.sub("[\x85\u2028\u2029]", lambda found: f"\\u{ord(found[0]):04x}", text) + '"'
