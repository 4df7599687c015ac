"""The fields of ops for editors, found by asking each kind's own check what it takes."""

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import cache
from typing import Any

from costmodel.ops import OPS, Op
from costmodel.ops.fields import Kind, Unfit, spoken
from costmodel.ops.registry import Field
from costmodel.spec.schema.terms import FORMULA, SCALAR, Schema, either, ref
from costmodel.tensor import DIMENSIONS


def required_fields(op: Op) -> list[str]:
    """The fields that must be given; of a join at least its inputs, which bare words do not say."""
    return [field.name for field in op.fields.values() if field.required] or (["…"] if op.joins else [])


def op_schema(op: Op) -> Schema:
    """What an op is given: its fields, the first one's value, nothing where none is needed; branches for a join."""
    described = {"description": op.doc, "markdownDescription": op.doc}
    if op.joins:
        return (
            described
            | {
                "type": ["array", "object", "null"],
                "items": {"type": SCALAR},
                "minItems": 2,
                "minProperties": 2,
                "additionalProperties": ref("layers"),
            }
            | ({"maxItems": op.most, "maxProperties": op.most} if op.most else {})
        )
    fields = {
        "type": "object",
        "properties": {name: field_schema(field) for name, field in op.fields.items()},
        "required": required_fields(op),
        "additionalProperties": False,
    }
    first = next(iter(op.fields.values()), None)
    alone: Schema = {"type": "null"}
    if first is not None:
        alone = ref(kinds()[first.kind])
        if not required_fields(op):
            alone = either("null", {}, alone)
    if first is None:
        return described | either("object", fields, alone)
    if first.kind.reads == "shape":
        sized: Schema = {"if": {"anyOf": [{"required": [name]} for name in DIMENSIONS]}, "then": alone, "else": fields}
        return described | either("object", sized, alone)
    choice = {"if": {"required": ["by", "cases"]}, "then": ref("choice"), "else": fields}
    return described | either("object", choice, alone)


def field_schema(field: Field) -> Schema:
    """A field's value, nothing for the name in scope, and its default."""
    words = {"examples": listed} if (listed := _words(field.kind)) else {}
    default = {} if field.required or field.default is None else {"default": _plain(field.default)}
    said = "required" if field.required else f"default {spoken(field.default)}" if field.default is not None else "optional"
    return either("null", {}, ref(kinds()[field.kind])) | words | default | {"description": f"{_takes(field.kind)}; {said}."}


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | str | list) else spoken(value)


@cache
def kinds() -> dict[Kind, str]:
    """Every kind of field with the name of its definition; two that are called alike are told apart by number."""
    kinds = dict.fromkeys(field.kind for op in OPS.values() for field in op.fields.values())
    found: dict[Kind, str] = {}
    for kind in kinds:
        alike = sum(other.name == kind.name for other in found)
        found[kind] = f"kind {kind.name}" + (f" {alike + 1}" if alike else "")
    return found


_WHOLE = (-1, 0, 1)
"""Numbers that show where a kind's numbers begin."""


def kind_schema(kind: Kind) -> Schema:
    """The values of a kind, found by asking its own check."""
    if kind.reads == "shape":
        return ref("shape")
    if kind.reads == "text":
        return _text_schema(kind)
    numbers = [n for n in _WHOLE if _accepts(kind, n)]
    types: list[str] = ["string"]
    found: Schema = {}
    if numbers:
        types.append("number" if _accepts(kind, Fraction(1, 2)) else "integer")
        found |= {} if _WHOLE[0] in numbers else {"minimum": min(numbers)}
    if _accepts(kind, value=True):
        types.append("boolean")
    if any(_accepts(kind, [part] * length) for part in (1, 2) for length in (1, 2, 3, 4)):
        types.append("array")
        found |= {"items": ref("value")}
    return either("object", ref("choice"), {"type": types, **FORMULA, **found})


def _text_schema(kind: Kind) -> Schema:
    """A text that means itself, or a list of such."""
    words = _words(kind)
    item: Schema = {"type": SCALAR, **({"pattern": f"^({'|'.join(map(re.escape, words))})$"} if words else {})}
    takes_one = any(_accepts(kind, word) for word in (*words, _ANY_WORD))
    takes_lists = any(_accepts(kind, list((words or [_ANY_WORD])[:length])) for length in (1, 2, 3, 4))
    if not takes_lists:
        return item
    return either("array", {"items": item}, item if takes_one else {"type": "array"})


_ANY_WORD = "any word"


def _words(kind: Kind) -> list[str]:
    """The words that a kind takes beside numbers, or alone; none where any will do."""
    if kind.reads != "text":
        return list(kind.words)
    known = dict.fromkeys((*kind.words, *DIMENSIONS))
    takes_any = _accepts(kind, _ANY_WORD) or _accepts(kind, [_ANY_WORD])
    return [] if takes_any else [word for word in known if any(_accepts(kind, given) for given in _alone_or_not(word, known))]


def _alone_or_not(word: str, others: Iterable[str]) -> list[Any]:
    """A word, a list of it, and lists of it and another."""
    return [word, [word], *([word, other] for other in others if other != word)]


def _accepts(kind: Kind, value: Any) -> bool:
    try:
        return kind.check(value)[1] is not False
    except Unfit:
        return False


def _takes(kind: Kind) -> str:
    """What a kind takes, in words."""
    if kind.reads == "shape":
        return "a shape"
    if kind.reads == "text":
        return ", ".join(_words(kind)) or "a word"
    types = kind_schema(kind)["else"]["type"]
    said = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}
    return ", ".join([*(said[name] for name in said if name in types), *kind.words, *(["a list"] if "array" in types else [])])
