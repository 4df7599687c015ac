"""A JSON Schema of specs for editors, made from the ops' own signatures and the grammar's lists of words.

An editor reads YAML's types where a spec keeps text: `2` is a number there, `c * 2` a string, `{out, stride}` has nulls.
What a file's own blocks are called and take is known to the reader alone.
"""

import json

from costmodel.conventions import CONVENTIONS
from costmodel.ops import OPS
from costmodel.spec.figures import PATTERN
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS
from costmodel.spec.names import RESERVED
from costmodel.spec.published import ACCURACY, METRICS
from costmodel.spec.schema.checking import check
from costmodel.spec.schema.fields import kind_schema, kinds
from costmodel.spec.schema.implementation import implementation, spelled
from costmodel.spec.schema.layers import layer_schema
from costmodel.spec.schema.terms import FORMULA, NAME, SCALAR, SIGNS, Schema, either, ref
from costmodel.tensor import BY_RANK, DIMENSIONS


def dumps() -> str:
    """The schema as the text of its file."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> Schema:
    """The schema of a spec, draft 7, which editors' YAML servers know best."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "costmodel spec",
        "description": "A neural network as a list of layers: a verb and its fields each, formulas for numbers.",
        "type": "object",
        "required": ["name", "input", "layers"],
        "properties": _header(),
        "additionalProperties": False,
        "definitions": _definitions(),
    }


def _header() -> dict[str, Schema]:
    """The keys of a spec."""
    verbs = NAME | {"not": {"enum": sorted({*OPS, *CONSTRUCTS, *MODIFIERS, *TABLE_KEYS, *RESERVED})}}
    return {
        "name": {"type": SCALAR, "description": "What the network is called."},
        "source": {"type": [*SCALAR, "null"], "description": "Where its architecture is described."},
        "params": ref("params"),
        "let": ref("let"),
        "input": {
            "description": "Its input without the batch: [channels, height, width], sizes by dimension, or several by name.",
            "type": ["array", "object"],
            "items": ref("value"),
            "minItems": 1,
            "maxItems": max(BY_RANK),
            "minProperties": 1,
            "propertyNames": NAME,
            "additionalProperties": either("array", ref("shape"), either("object", ref("shape"), ref("formula"))),
        },
        "blocks": {
            "description": "Groups of layers with parameters of their own, called like ops.",
            "type": ["object", "null"],
            "propertyNames": verbs,
            "additionalProperties": ref("block"),
        },
        "ops": {
            "description": "Ops of the spec's own: the shape that leaves them and their counts an image, as formulas.",
            "type": ["object", "null"],
            "propertyNames": verbs,
            "additionalProperties": ref("own op"),
        },
        "outputs": either("null", {}, ref("names"))
        | {"description": "The names of the layers that the network gives; the last line where they are left out."},
        "layers": ref("layers") | {"description": "The layers from the input to the output."},
        "variants": {
            "description": "Named settings of the parameters, such as x0.5: {alpha: 0.5}, or a table with a column `name`.",
            "type": ["object", "null"],
            "properties": {"table": ref("rows")},
            "additionalProperties": {"type": "object", "additionalProperties": ref("value")},
        },
        "check": check(),
        "implementation": implementation(),
        "published": either("array", {"items": ref("published")}, either("null", {}, ref("published")))
        | {"description": "Figures that sources print, to be compared with what is computed."},
    }


def _definitions() -> dict[str, Schema]:
    named = {"propertyNames": NAME | {"not": {"enum": sorted(RESERVED)}}}
    fields = {
        "type": "object",
        "required": ["by", "cases"],
        "properties": {
            "by": ref("formula") | {"description": "The value that decides."},
            "cases": {
                "type": "object",
                "minProperties": 1,
                "additionalProperties": ref("value"),
                "description": "A value for each case.",
            },
        },
        "additionalProperties": False,
    }
    return {
        "formula": {"type": SCALAR, **FORMULA, "description": f"A formula: {SIGNS}."},
        "value": either(
            "object", ref("choice"), either("array", {"items": ref("value"), "description": "A list."}, ref("formula"))
        ),
        "choice": fields,
        "shape": _shape(),
        **spelled(),
        "names": {"type": [*SCALAR, "array"], "items": {"type": SCALAR}, "minItems": 1},
        "params": {
            "description": "Parameters and their defaults; one without a value must be given.",
            "type": ["object", "null"],
            **named,
            "additionalProperties": either("null", {}, ref("value")),
        },
        "let": {
            "description": "Derived names and their values, in order.",
            "type": ["object", "null"],
            **named,
            "additionalProperties": ref("value"),
        },
        "block": {
            "type": "object",
            "required": ["layers"],
            "properties": {
                "params": ref("params"),
                "let": ref("let"),
                "inputs": {
                    "description": "Names for the several tensors that it takes.",
                    "type": "array",
                    "items": {"type": "string"} | NAME,
                    "minItems": 1,
                },
                "layers": ref("layers"),
            },
            "additionalProperties": False,
        },
        "own op": _own_op(),
        "columns": {
            "description": "Columns by name: lists, or a name that stands for one.",
            "type": "object",
            "minProperties": 1,
            "additionalProperties": either("array", {"minItems": 1, "items": _CELL}, ref("value")),
        },
        "rows": {
            "description": "Rows; the first names the columns.",
            "type": "array",
            "minItems": 2,
            "items": {"type": "array", "minItems": 1, "items": _CELL},
        },
        "published": _published(),
        "layers": either("array", {"type": "array", "items": ref("layer"), "minItems": 1}, ref("layer")),
        "layer": layer_schema(),
        "arguments": either(
            "object",
            {
                "if": {"required": ["by", "cases"]},
                "then": ref("choice"),
                "else": {"additionalProperties": either("null", {}, ref("value"))},
            },
            either("null", {}, ref("value")),
        ),
        **{name: kind_schema(kind) for kind, name in kinds().items()},
    }


_CELL = either("object", ref("choice"), {})
"""A cell of a table: a value or a label."""


def _own_op() -> Schema:
    count = ref("value")
    return {
        "type": "object",
        "required": ["params", "mult_adds"],
        "properties": {
            "fields": ref("params") | {"description": "What it is given, like the parameters of a block."},
            "let": ref("let"),
            "output": either("null", {}, {k: v for k, v in _shape().items() if k != "required"})
            | {"description": "The shape that leaves it, or the dimensions that change; as it enters where left out."},
            "params": count | {"description": "Its parameters."},
            "mult_adds": count | {"description": "Its mult-adds, an image."},
            "reads": count | {"description": "Elements of feature maps that it reads, an image."},
            "writes": count | {"description": "Elements of feature maps that it writes, an image."},
        },
        "additionalProperties": False,
    }


def _shape() -> Schema:
    dimensions = {short: either("null", {}, ref("value")) | {"description": long} for short, long in DIMENSIONS.items()}
    return {
        "description": "[channels, height, width], or sizes by the name of the dimension.",
        "type": ["array", "object"],
        "items": ref("value"),
        "minItems": 1,
        "maxItems": max(BY_RANK),
        "properties": dimensions,
        "required": ["c"],
        "additionalProperties": False,
    }


def _published() -> Schema:
    figure = {
        "type": ["string", "number", "null"],
        "anyOf": [{"pattern": rf"^{PATTERN}$"}, {"pattern": r"^[A-Za-z_]\w*$|^[\w .]*[-+*/(][\w .+\-*/%()<>=!,]*$"}],
        "description": "As printed, such as 569M, 4.24 million, ~4.1 billion, 94.86% or 50x; or a formula of the parameters.",
    }
    texts: dict[str, Schema] = {
        "name": {"type": SCALAR, "description": "What the source calls the row."},
        "source": {"type": SCALAR, "description": "Where the figures are printed."},
        "unit": {"type": SCALAR, "description": "What the source heads its column with."},
        "convention": {"enum": list(CONVENTIONS), "description": "By which convention they count."},
        "digits": {"enum": ["cut"], "description": "cut: the source truncates instead of rounding."},
        "part": {"type": SCALAR, "description": "The place or the kind of layer that they are of."},
        "without": ref("names") | {"description": "The places or kinds of layers that the source left out."},
        "than": {"type": SCALAR, "description": "The bundled spec whose counts a ratio divides by those of this one."},
        "differs": {"type": SCALAR, "description": "Why the figures are known to differ."},
        "not_modelled": {"type": SCALAR, "description": "Why the row is of something that this spec does not build."},
        "variant": {"type": SCALAR, "description": "The variant that they are printed for."},
        "table": ref("rows"),
    }
    return {
        "type": "object",
        "properties": texts | dict.fromkeys((*METRICS, *ACCURACY), figure),
        "anyOf": [{"required": [key]} for key in (*METRICS, *ACCURACY, "table", "not_modelled")],
        "additionalProperties": ref("value"),
    }
