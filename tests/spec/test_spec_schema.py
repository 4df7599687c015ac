"""The schema for editors: fresh, true to the grammar, and neither too strict for what is right nor blind to common slips."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from grammar import specs
from hypothesis import HealthCheck, given, settings
from test_spec_fuzz import TEXTS

from costmodel.ops import OPS
from costmodel.spec import definitions, parse
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS

FILE = Path(parse.__file__).with_name("spec.schema.json")
CHECK = jsonschema.Draft7Validator(json.loads(FILE.read_text(encoding="utf-8")))


def wrong(text: str) -> list[str]:
    """What the schema has against a spec, its YAML read as editors read it."""
    return [error.message for error in CHECK.iter_errors(_named(yaml.safe_load(text)))]


def _named(data: Any) -> Any:
    """The data with texts for keys, as editors have them."""
    if isinstance(data, dict):
        return {str(key): _named(item) for key, item in data.items()}
    return [_named(item) for item in data] if isinstance(data, list) else data


def spec(layer: str, head: str = "") -> str:
    return f"name: T\n{head}input: [3, 8, 8]\nlayers:\n  - {layer}\n"


def test_the_file_is_what_the_command_prints(run: Callable[..., tuple[int, str, str]]) -> None:
    """`costmodel specs --schema > costmodel/spec/spec.schema.json` makes it anew."""
    assert run("specs", "--schema") == (0, FILE.read_text(encoding="utf-8"), "")


def test_it_is_a_schema_that_names_every_key_of_the_grammar() -> None:
    CHECK.check_schema(CHECK.schema)
    layer = CHECK.schema["definitions"]["layer"]["anyOf"][1]["properties"]
    assert set(layer) >= {*OPS, *CONSTRUCTS, *MODIFIERS, *TABLE_KEYS}
    assert set(CHECK.schema["properties"]) == set(parse._HEADER)
    assert set(CHECK.schema["definitions"]["block"]["properties"]) == set(definitions._BLOCK)
    assert set(CHECK.schema["definitions"]["own op"]["properties"]) == set(definitions._OP)


@pytest.mark.parametrize("name", OPS)
def test_every_field_of_every_op_is_described(name: str) -> None:
    found = CHECK.schema["definitions"]["layer"]["anyOf"][1]["properties"]
    verb = found[name].get("anyOf", [found[name]])[0]
    fields = found if OPS[name].joins else verb["then"].get("else", verb["then"])["properties"]
    assert verb["description"] == OPS[name].doc
    assert all(fields[field].get("anyOf", [fields[field]])[-1]["description"] for field in OPS[name].fields)


@pytest.mark.parametrize("text", TEXTS)
def test_specs_pass(text: str) -> None:
    assert wrong(text) == []


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_random_specs_pass(text: str) -> None:
    assert wrong(text) == []


RIGHT = [
    "relu",
    "some_block",
    "some_block: {t, out: c * 2, k: [3, 3]}",
    "some_block: 3",
    "{some_block, repeat: n - 1}",
    "conv2d: {out, stride, kernel: [3, c_in], padding: [[0, 1], [0, 1]], bias: true if s == 2 else false}",
    "conv2d: {out: {by: s, cases: {1: 2, 2: [3, 4]}}}",
    "conv2d: {by: s, cases: {1: 2}}",
    "{relu, from: [a], when: true, repeat: 3, name: 7}",
    "{concat, from: [a, b]}",
    "concat: [a, previous]",
    "concat: {1x1: {conv2d: 8}, 3: [relu, relu], past: identity}",
    "residual: relu",
    "residual: {conv2d: 3}",
    "residual: {when: c_in == out, layers: [relu]}",
    "{layers: [relu, relu6], repeat: n}",
    "{table: [[name, c], [stage 2/x, 1], [b, 'max(1, 2)']], let: {d: c}, each: relu}",
    "{table: {name: [a, b/c], n: [1, 2], k: depths}, each: relu}",
    "activation: act",
    "activation: {kind: relu}",
]
SLIPS = [
    "conv2d",
    "conv2d:",
    "linear: {bias: false}",
    "conv2d: {out: 64, strid: 2}",
    "conv2d: {out: 64, stride: 0}",
    "conv2d: {out: 64, stride: 1.5}",
    "conv2d: {out: 64, bias: 1}",
    "conv2d: {out: 64, groups: [2, 2]}",
    "conv2d: {out: a && b}",
    "conv2d: {out: {by: s}}",
    "{conv2d: 8, bias: false}",
    "{conv2d: 8, relu}",
    "{relu, repaet: 3}",
    "{relu, repeat: [3]}",
    "{name: a, when: b}",
    "relu: 3",
    "add",
    "add: relu",
    "add: {a: relu}",
    "concat: [a]",
    "concat: [a, {conv2d: 3}]",
    "residual",
    "residual: []",
    "residual: {when: x}",
    "residual: {wehn: x, layers: [relu]}",
    "{residual: [relu], when: x}",
    "{table: [[a], [1]]}",
    "{table: [[a]], each: [relu]}",
    "{table: {a: []}, each: [relu]}",
    "{table: {}, each: [relu]}",
    "{relu, each: [relu]}",
    "{relu, from: {a: b}}",
    "identity: 3",
    "[relu]",
    "3",
]


@pytest.mark.parametrize("layer", RIGHT)
def test_right_layers_pass(layer: str) -> None:
    assert wrong(spec(layer)) == []


@pytest.mark.parametrize("layer", SLIPS)
def test_slips_in_layers_do_not(layer: str) -> None:
    assert wrong(spec(layer))


HEADS = [
    ("parms: {a: 1}\n", False),
    ("params: [a]\n", False),
    ("params: {c_in: 1}\n", False),
    ("params: {a-b: 1}\n", False),
    ("params: {a, b: 1, c: [1, 2], d: relu}\n", True),
    ("let: {a}\n", False),
    ("blocks: {b: [relu]}\n", False),
    ("blocks: {b: {params: {a}}}\n", False),
    ("blocks: {b: {param: {a}, layers: [relu]}}\n", False),
    ("blocks: {relu: {layers: [relu]}}\n", False),
    ("blocks: {b: {params: {a}, inputs: [x, y], layers: relu}}\n", True),
    ("ops: {scan: {fields: {out}, output: {c: out}, params: c_in * out, mult_adds: 0, reads: c_in}}\n", True),
    ("ops: {scan: {params: 0, mult_adds: 0}}\noutputs: [a, 2]\n", True),
    ("ops: {scan: {mult_adds: 0}}\n", False),
    ("ops: {scan: {params: 0, mult_add: 0}}\n", False),
    ("ops: {relu: {params: 0, mult_adds: 0}}\n", False),
    ("outputs: []\n", False),
    ("outputs: a\n", True),
    ("variants: {a: 3}\n", False),
    ("variants: {table: [[name, a], [b, 1]]}\n", True),
    ("published: {params: 3M, convention: papers}\n", False),
    ("published: {source: x}\n", False),
    ("published: [{mult_adds: 3MM}]\n", False),
    ("published: [{mult_adds: about 3}]\n", False),
    ("published: [{mult_adds: ~3.1 million, params: 25.5e6}, {params: 50x, than: mobilenet, name: '1'}]\n", True),
    ("published: [{mult_adds: 94.86%, part: depthwise, without: [a, b], unit: MACs}, {params: 9 * c / g}]\n", True),
    ("published: [{not_modelled: a detector}]\n", True),
    ("published: [{mult_adds: 3.2M, alpha: 1, digits: cut, differs: a misprint}, {params: 12}]\n", True),
]


@pytest.mark.parametrize(("head", "is_right"), HEADS)
def test_the_other_sections(head: str, is_right: bool) -> None:
    assert (wrong(spec("relu", head)) == []) is is_right


@pytest.mark.parametrize(("size", "is_right"), [("[]", False), ("3", False), ("{h: 3}", True), ("{t: 3, c: n}", True)])
def test_inputs(size: str, is_right: bool) -> None:
    assert (wrong(f"name: T\ninput: {size}\nlayers: relu\n") == []) is is_right


def test_what_the_schema_passes_the_reader_names(run: Callable[..., Any], tmp_path: Path) -> None:
    """Names are the reader's: the schema takes any word for a block."""
    path = tmp_path / "net.yaml"
    path.write_text(spec("rleu"), encoding="utf-8")
    assert wrong(spec("rleu")) == []
    assert "did you mean 'relu'?" in run("analyze", str(path))[2]
