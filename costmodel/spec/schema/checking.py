"""The part of the schema that says which findings of guidelines are listed."""

from costmodel.spec.checking import GUIDELINES
from costmodel.spec.schema.terms import SCALAR, Schema


def check() -> Schema:
    """The key of that name."""
    entry = {
        "type": "object",
        "required": ["guideline", "reason"],
        "properties": {
            "guideline": {"enum": list(GUIDELINES)},
            "part": {"type": SCALAR, "description": "A place, by its label or path; the network where it is left out."},
            "reason": {"type": SCALAR, "description": "Why it is accepted."},
        },
        "additionalProperties": False,
    }
    shares = {name: {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,9})?\s*%$"} for name in GUIDELINES}
    return {
        "description": "What `costmodel check` lists: the least price of a finding, and those that are accepted.",
        "type": ["object", "null"],
        "properties": {
            "thresholds": {"type": ["object", "null"], "properties": shares, "additionalProperties": False},
            "suppress": {"type": ["array", "null"], "items": entry},
        },
        "additionalProperties": False,
    }
