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
    choice = {"if": {"required": ["by", "cases"]}, "then": ref("choice"), "else": fields}
    return described | either("object", choice if first is not None else fields, alone)


def field_schema(field: Field) -> Schema:
    """A field's value, nothing for the name in scope, and its default."""
    words = {"examples": list(field.kind.words)} if field.kind.words else {}
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
        words = {} if _accepts(kind, "an unlikely word") else {"pattern": f"^({'|'.join(map(re.escape, kind.words))})$"}
        lists = {"items": {"type": SCALAR, **words}} if _lists(kind) else {}
        return {"type": [*SCALAR, *(["array"] if lists else [])], **words, **lists}
    numbers = [n for n in _WHOLE if _accepts(kind, n)]
    types: list[str] = ["string"]
    found: Schema = {}
    if numbers:
        types.append("number" if _accepts(kind, Fraction(1, 2)) else "integer")
        found |= {} if _WHOLE[0] in numbers else {"minimum": min(numbers)}
    if _accepts(kind, value=True):
        types.append("boolean")
    if _lists(kind):
        types.append("array")
        found |= {"items": ref("value")}
    return either("object", ref("choice"), {"type": types, **FORMULA, **found})


def _lists(kind: Kind) -> bool:
    parts: Iterable[Any] = kind.words[:1] if kind.reads == "text" and kind.words else (1, 2)
    return any(_accepts(kind, [part] * length) for part in parts for length in (1, 2, 3, 4))


def _accepts(kind: Kind, value: Any) -> bool:
    try:
        return kind.check(value)[1] is not False
    except Unfit:
        return False


def _takes(kind: Kind) -> str:
    """What a kind takes, in words."""
    found = kind_schema(kind)
    types = found.get("else", found).get("type", ())
    said = [
        *(["a whole number"] if "integer" in types else ["a number"] if "number" in types and kind.reads == "value" else []),
        *(["true or false"] if "boolean" in types and kind.reads == "value" else []),
        *kind.words,
        *(["a list"] if "array" in types else []),
    ]
    return ", ".join(said) if said else "a shape" if kind.reads == "shape" else "a word"
