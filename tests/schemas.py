"""Schemas of JSON reports, read without room for keys that they do not name."""

import json
from pathlib import Path
from typing import Any

import jsonschema

import costmodel

REPORTS = Path(costmodel.__file__).parent / "reports"


def strict(schema: Any) -> Any:
    """The schema without room for keys that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema and "additionalProperties" not in schema else {}
    return {name: strict(part) for name, part in schema.items()} | closed


def kinds(name: str, document: str) -> list[str]:
    """The documents of a schema that a report is, strictly read."""
    schema = json.loads((REPORTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    found = []
    for part in schema["anyOf"]:
        one = strict({**schema, "anyOf": [part]})
        if jsonschema.Draft202012Validator(one).is_valid(json.loads(document)):
            found.append(part["$ref"].rpartition("/")[2])
    return found
