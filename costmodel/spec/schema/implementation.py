"""The part of the schema that says how public code writes ops."""

from costmodel.ops import OPS
from costmodel.spec.implementation import spellings
from costmodel.spec.schema.terms import SCALAR, Schema, either, ref


def implementation() -> Schema:
    """The key of that name."""
    return {
        "description": "How the public code writes its ops; it decides what programs that count that code see.",
        "type": ["object", "null"],
        "properties": {
            "source": {"type": SCALAR, "description": "Whose code it is."},
            **{op: ref(_called(spellings(op))) for op in OPS},
        },
        "additionalProperties": False,
    }


def spelled() -> dict[str, Schema]:
    """A definition for each choice of words."""
    choices = dict.fromkeys(spellings(op) for op in OPS)
    return {
        _called(words): either("object", {"additionalProperties": {"enum": list(words)}}, {"enum": list(words)})
        for words in choices
    }


def _called(words: tuple[str, ...]) -> str:
    return f"written as {' or '.join(words)}"
