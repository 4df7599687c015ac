"""The terms that the schema of specs is put together from."""

from typing import Any

from costmodel.spec.words import MAX_LENGTH

Schema = dict[str, Any]

SIGNS = "numbers, names, + - * / // % **, comparisons, and or not, a if c else b, floor ceil max min divisible"
FORMULA: Schema = {
    "pattern": r"^[\w .+\-*/%()<>=!,]*$",
    "patternErrorMessage": f"a formula is made of {SIGNS}",
    "maxLength": MAX_LENGTH,
}
"""What a string must be to be a formula, as far as characters tell; the message is what editors then say."""
NAME = {"pattern": r"^[A-Za-z_][A-Za-z0-9_]*$"}
SCALAR = ["string", "number", "boolean"]


def ref(name: str) -> Schema:
    """Another part of the schema."""
    return {"$ref": f"#/definitions/{name}"}


def either(kind: str, then: Schema, otherwise: Schema) -> Schema:
    """One schema for a kind of data, another for all else: an editor then says what is wrong with the one that is meant."""
    return {"if": {"type": kind}, "then": then, "else": otherwise}
