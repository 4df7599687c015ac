"""Layers for editors: every verb, and what stands beside it."""

from costmodel.cost import LEARNED
from costmodel.ops import OPS
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS
from costmodel.spec.schema.fields import field_schema, op_schema, required_fields
from costmodel.spec.schema.terms import SCALAR, Schema, either, ref


def layer_schema() -> Schema:
    """A layer: a verb alone, or a mapping of a verb and what stands beside it."""
    verbs = {name: op_schema(op) for name, op in OPS.items()} | _constructs()
    beside = {name: tuple(op.fields) if op.joins else () for name, op in OPS.items()} | {"table": TABLE_KEYS}
    needed = [name for name, op in OPS.items() if required_fields(op)] + [name for name in CONSTRUCTS if name != "identity"]
    return {
        "anyOf": [
            {
                "type": "string",
                "anyOf": [
                    *(
                        {"const": verb, "description": said["description"]}
                        for verb, said in verbs.items()
                        if verb not in needed
                    ),
                    {"not": {"enum": needed}},
                ],
            },
            {
                "type": "object",
                "properties": _beside_verbs() | _modifiers() | {verb: _or_field(verb, said) for verb, said in verbs.items()},
                "additionalProperties": ref("arguments"),
                "not": {"propertyNames": {"enum": [*MODIFIERS, *TABLE_KEYS]}},
                "dependencies": {verb: {"propertyNames": {"enum": _with(verb, beside)}} for verb in verbs}
                | {"each": ["table"]},
                "if": {"required": ["table"]},
                "then": {"required": ["each"]},
            },
        ]
    }


def _with(verb: str, beside: dict[str, tuple[str, ...]]) -> list[str]:
    """The keys that a layer with a verb may have; where that is a field of a join too, those of the join."""
    modifiers = [key for key in MODIFIERS if verb != "residual" or key != "when"]
    joins = [key for join, fields in beside.items() if verb in fields for key in (join, *fields)]
    return list(dict.fromkeys([verb, *modifiers, *beside.get(verb, ()), *joins]))


def _or_field(verb: str, said: Schema) -> Schema:
    """What a verb is given, or what stands under its name beside a join that has a field of that name."""
    fields = [field_schema(op.fields[verb]) for op in OPS.values() if op.joins and verb in op.fields]
    return {"description": said["description"], "anyOf": [said, *fields]} if fields else said


def _modifiers() -> dict[str, Schema]:
    said = {
        "name": {
            "type": SCALAR,
            "pattern": "^[^/]*$",
            "description": "A name by which layers below take what this one gives.",
        },
        "from": ref("names") | {"description": "Take the output of these layers instead of the line above."},
        "when": ref("formula") | {"description": "Where it is false, the layer is not there and the tensor passes by."},
        "repeat": ref("formula") | {"description": "How often the layer stands in a row; inside: index, first, last."},
        "tied": {
            "description": "The layer above whose parameters this one has: of all kinds, or by kind.",
            "anyOf": [
                {"type": SCALAR},
                {"type": "object", "properties": {kind: {"type": SCALAR} for kind in LEARNED}, "additionalProperties": False},
            ],
        },
    }
    return {key: said[key] for key in MODIFIERS}


def _beside_verbs() -> dict[str, Schema]:
    """What stands beside `table`, and the fields that stand beside joins."""
    joins = {name: field_schema(field) for op in OPS.values() if op.joins for name, field in op.fields.items()}
    said = {
        "each": ref("layers") | {"description": "The layers that every row of the table makes."},
        "let": ref("let") | {"description": "Names derived from a row's cells."},
    }
    return joins | {key: said[key] for key in TABLE_KEYS}


def _constructs() -> dict[str, Schema]:
    """The verbs that are neither op nor block."""
    words = ["none", *(op.name for op in OPS.values() if op.family == "pointwise" and not op.fields)]
    said: dict[str, Schema] = {
        "residual": either(
            "object",
            {
                "if": {"anyOf": [{"required": ["layers"]}, {"required": ["when"]}]},
                "then": {
                    "properties": {"when": _modifiers()["when"], "layers": ref("layers")},
                    "required": ["layers"],
                    "additionalProperties": False,
                },
                "else": ref("layer"),
            },
            ref("layers"),
        )
        | {"description": "The layers' input is added to their output; `when` inside leaves out only the addition."},
        "table": either("object", ref("columns"), ref("rows")) | {"description": "Layers once a row, its cells as names."},
        "layers": ref("layers") | {"description": "Several layers under one `when` or `repeat`."},
        "activation": either("object", ref("arguments"), ref("formula"))
        | {"description": "The activation that a word names, or none.", "examples": words},
        "identity": {"type": "null", "description": "Nothing at all: the tensor passes."},
    }
    return {verb: said[verb] for verb in CONSTRUCTS}
