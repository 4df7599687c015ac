"""The JSON of `verify` keeps its contract: every key that is written is described, and none that is required is missing."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from costmodel.reports import verifying_data

Runner = Callable[..., tuple[int, str, str]]
SCHEMA = json.loads(Path(verifying_data.__file__).with_name("verify.schema.json").read_text(encoding="utf-8"))


def strict(schema: Any) -> Any:
    """The schema without room for keys that it does not name."""
    if isinstance(schema, list):
        return [strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"additionalProperties": False} if "properties" in schema and "additionalProperties" not in schema else {}
    return {name: strict(part) for name, part in schema.items()} | closed


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("layer", "--h 56 --w 56 --c1 24 --c2 144"),
        ("layer", "--k 3x5 --stride 2x1 --padding 1 --groups 24 --literal"),
        ("network", "mobilenet"),
        ("network", "shufflenet --literal --sort gap --top 3"),
        ("network", "efficientnet"),
        ("network", "grouped"),
        ("cached_layer", "--cache 64KiB"),
        ("cached_layer", "--cache 16 --k 5 --dtype int8"),
        ("cached_layer", "--cache 4 --k 5"),
        ("cached_network", "mobilenet --cache 64KiB"),
        ("cached_network", "xception --cache 1KiB --dtype weights=int8"),
        ("proof", "--prove --k 3 --stride 2 --groups 8"),
    ],
)
def test_it_is_under_its_schema(run: Runner, kind: str, given: str) -> None:
    code, out, err = run("verify", *given.split(), "--format", "json")
    assert (code, err) == (0, "")
    documents = [part["$ref"].rpartition("/")[2] for part in SCHEMA["anyOf"]]
    fits = []
    for name in documents:
        one = strict({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]})
        fits += [name] if jsonschema.Draft202012Validator(one).is_valid(json.loads(out)) else []
    assert fits == [kind]
