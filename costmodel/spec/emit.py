"""Data to YAML text in the house style: what fits a line stands in brackets, the rest on lines of its own."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

ROOM = 120
"""Columns of a line; a single value that is longer stands alone on one."""

Node: TypeAlias = "str | Sequence[Node] | Mapping[str, Node] | None"
"""A scalar, nothing at all (a name alone), a list or a mapping."""


class Long(list[Node]):
    """A list whose items stand on lines of their own."""


class Tall(dict[str, Node]):
    """A mapping whose pairs stand on lines of their own."""


class Grid(list[list[Node]]):
    """Rows of cells, a line each, in columns; the first row names them."""


_PLAIN = re.compile(r"(?:[^\W]|[(]|[-.](?=[\w(]))[^\t]*")
_BRACKETS = re.compile(r"[,\[\]{}]")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


def is_plain(text: str, inside: bool) -> bool:
    """Whether a text means itself without quotes, `inside` brackets or on a line of its own.

    >>> is_plain("max(8, c)", inside=False), is_plain("max(8, c)", inside=True)
    (True, False)
    """
    if not _PLAIN.fullmatch(text) or not text.isprintable() or text != text.strip():
        return False
    if ": " in text or " #" in text or text.endswith(":"):
        return False
    return not (inside and _BRACKETS.search(text))


def scalar(text: str, inside: bool) -> str:
    """A text as YAML, in quotes where it would not mean itself."""
    return text if is_plain(text, inside) else f'"{"".join(map(_escaped, text))}"'


def _escaped(character: str) -> str:
    if character in _ESCAPES or character.isprintable():
        return _ESCAPES.get(character, character)
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def flow(node: Node) -> str:
    """A node on one line."""
    if node is None:
        return ""
    if isinstance(node, str):
        return scalar(node, inside=True)
    if isinstance(node, Mapping):
        pairs = (f"{_key(key)}: {flow(item)}" if item is not None else _key(key) for key, item in node.items())
        return f"{{{', '.join(pairs)}}}"
    return f"[{', '.join(map(flow, node))}]"


def _key(key: str) -> str:
    return scalar(key, inside=True) if ":" not in key else f'"{"".join(map(_escaped, key))}"'


def _flows(node: Node) -> bool:
    """Whether a node may stand on one line."""
    if isinstance(node, Long | Tall | Grid):
        return False
    if isinstance(node, Mapping):
        return all(map(_flows, node.values()))
    return node is None or isinstance(node, str) or all(map(_flows, node))


def mapping(pairs: Mapping[str, Node], room: int = ROOM) -> list[str]:
    """A mapping, a key a line or more."""
    return [line for key, item in pairs.items() for line in _pair(key, item, room)]


def _pair(key: str, item: Node, room: int) -> list[str]:
    name = _key(key)
    if item is None:
        return [f"{name}:"]
    if isinstance(item, str):
        return [f"{name}: {scalar(item, inside=False)}"]
    if not item or (_flows(item) and len(name) + len(flow(item)) + 2 <= room):
        return [f"{name}: {flow(item)}"]
    return [f"{name}:", *_indented(_lines(item, room - 2))]


def _lines(item: Node, room: int) -> list[str]:
    """A list or a mapping on several lines."""
    if isinstance(item, Mapping):
        return mapping(item, room)
    if isinstance(item, Grid):
        return [f"- {row}" for row in _aligned(item)]
    assert isinstance(item, Sequence)
    return [line for part in item for line in _item(part, room)]


def _item(item: Node, room: int) -> list[str]:
    """An item of a list on lines of its own."""
    if isinstance(item, str):
        return [f"- {scalar(item, inside=False)}"]
    single = isinstance(item, Mapping) and len(item) == 1
    fits = _flows(item) and not single and not _gains(item) and len(flow(item)) + 2 <= room
    if fits or not item or not isinstance(item, Mapping):
        return [f"- {flow(item)}"]
    first, *rest = mapping(item, room - 2)
    return [f"- {first}", *_indented(rest)]


def _gains(item: Node) -> bool:
    """Whether a value of a mapping would need no quotes on a line of its own."""
    values = item.values() if isinstance(item, Mapping) else ()
    return any(isinstance(v, str) and is_plain(v, inside=False) and not is_plain(v, inside=True) for v in values)


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def _aligned(rows: Grid) -> list[str]:
    """Rows with their cells in columns; whole numbers stand to the right under a short title."""
    cells = [[flow(cell) for cell in row] for row in rows]
    last = len(cells[0]) - 1
    columns = []
    for place, column in enumerate(zip(*cells, strict=True)):
        ends = [cell + ("" if place == last else ",") for cell in column]
        width = max(map(len, ends))
        right = place > 0 and len(ends[0]) < width and all(cell.isdecimal() for cell in column[1:])
        columns.append([f"{cell:>{width}}" if right else f"{cell:<{width}}" if place < last else cell for cell in ends])
    return [f"[{' '.join(row)}]" for row in zip(*columns, strict=True)]
