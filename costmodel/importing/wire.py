"""The wire format of protocol buffers, read as far as a model's structure needs: payloads stay where they are.

A field is a number and a value: a whole number, four or eight bytes, or a run of bytes, which is a view into the file and
copies nothing. So a gigabyte of weights costs as much as an empty one. How many fields are read in all, and how deep messages
stand in one another, is bounded.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

DEEPEST = 64
"""How deep messages may stand in one another; a model of the standard needs a dozen, each body in a body four more."""
MOST_FIELDS = 5_000_000
"""How many fields are read of a file before it is given up."""


class Malformed(Exception):
    """Bytes that are no message of the format."""


@dataclass(slots=True)
class Budget:
    """How many fields may still be read."""

    left: int = MOST_FIELDS

    def take(self, many: int = 1) -> None:
        """Count some. Raises `Malformed` where it is spent."""
        self.left -= many
        if self.left < 0:
            raise Malformed(f"it holds more than {MOST_FIELDS:,} fields beside its weights")


Message = Mapping[int, tuple[str, str]]
"""The fields of a message by number: a name, and a kind: int, float, text, bytes, data (a payload), or another message."""


def varint(view: memoryview, at: int) -> tuple[int, int]:
    """A whole number of variable length, and where it ends. Raises `Malformed`."""
    value = shift = 0
    for place in range(at, min(at + 10, len(view))):
        byte = view[place]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFF_FFFF_FFFF_FFFF, place + 1
        shift += 7
    raise Malformed("a number in it does not end" if at + 10 <= len(view) else "it ends in the middle of a number")


def fields(view: memoryview, budget: Budget) -> Iterator[tuple[int, int, Any]]:
    """The fields of a message: number, wire type, and a whole number or a view of bytes. Raises `Malformed`."""
    at, end = 0, len(view)
    while at < end:
        budget.take()
        key, at = varint(view, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = varint(view, at)
            yield number, kind, value
            continue
        if kind == 2:
            size, at = varint(view, at)
        elif kind in (1, 5):
            size = 8 if kind == 1 else 4
        else:
            raise Malformed(f"a field of it has the wire type {kind}, which the format has not")
        if number == 0 or size > end - at:
            raise Malformed(f"it ends in the middle of a field: {size:,} bytes are said, and {end - at:,} are left")
        yield number, kind, view[at : at + size]
        at += size


def decoded(view: memoryview, of: str, messages: Mapping[str, Message], budget: Budget, depth: int = 0) -> dict[str, list[Any]]:
    """A message as lists of values by the names of its fields; what it does not name is passed over. Raises `Malformed`."""
    if depth > DEEPEST:
        raise Malformed(f"messages stand in one another more than {DEEPEST} deep")
    found: dict[str, list[Any]] = {}
    known = messages[of]
    for number, wire, value in fields(view, budget):
        if number not in known:
            continue
        name, kind = known[number]
        values = found.setdefault(name, [])
        if kind == "data":
            values.append((wire, value))
        elif kind == "int":
            values += [_signed(value)] if wire == 0 else _packed(value, wire, budget)
        elif kind == "float":
            values += _floats(value, wire, budget)
        elif wire != 2:
            raise Malformed(f"the field '{name}' of a {of} is a number")
        elif kind == "text":
            values.append(_text(value, f"the field '{name}' of a {of}"))
        elif kind == "bytes":
            values.append(value)
        else:
            values.append(decoded(value, kind, messages, budget, depth + 1))
    return found


def _signed(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


def _packed(view: Any, wire: int, budget: Budget) -> list[int]:
    if wire != 2:
        raise Malformed("a list of whole numbers holds something else")
    found, at = [], 0
    while at < len(view):
        budget.take()
        value, at = varint(view, at)
        found.append(_signed(value))
    return found


def _floats(view: Any, wire: int, budget: Budget) -> list[float]:
    if wire not in (2, 5) or len(view) % 4:
        raise Malformed("a list of numbers is cut off")
    budget.take(len(view) // 4)
    return [*struct.unpack(f"<{len(view) // 4}f", view)]


def _text(view: memoryview, what: str) -> str:
    try:
        return bytes(view).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(f"{what} is no text") from None
