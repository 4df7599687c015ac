"""What an editor shows of a spec: completions, hovers and marks, asked of a YAML language server without a screen.

Runs where node is and `yaml-language-server` is on the path (`npm install -g yaml-language-server`), or where
YAML_LANGUAGE_SERVER names its command.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from editor import Editor, server
from test_spec_fuzz import TEXTS

from costmodel.ops import OPS
from costmodel.spec import parse

COMMAND = server()
if COMMAND is None:
    why = "no yaml-language-server on the path: npm install -g yaml-language-server, or set YAML_LANGUAGE_SERVER"
    pytest.skip(why, allow_module_level=True)

HEAD = "name: T\ninput: [3, 8, 8]\n"


@pytest.fixture(scope="module")
def editor() -> Iterator[Editor]:
    assert COMMAND
    with Editor(COMMAND, Path(parse.__file__).with_name("spec.schema.json")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layers:\n  - conv2d: {out: 64, str|}\n", {"stride", "kernel", "groups"}),
        ("layers:\n  - conv2d:\n      out: 64\n      |\n", {"stride", "kernel", "groups"}),
        ("layers:\n  - |\n", {*OPS, "residual", "table", "repeat"}),
        ("layers:\n  - residual:\n      - dep|\n", {*OPS, "residual", "table", "repeat"}),
        ("layers:\n  - conv2d: {out: 64, padding: |}\n", {"same", "valid"}),
        ("layers:\n  - activation: |\n", {"relu", "none"}),
        ("|\n", {"params", "blocks", "layers", "variants", "published"}),
        ("blocks:\n  unit:\n    |\n", {"params", "let", "inputs", "layers"}),
        ("layers: [relu]\npublished:\n  - |\n", {"mult_adds", "convention", "table"}),
    ],
)
def test_it_completes(text: str, expected: set[str], editor: Editor) -> None:
    assert expected <= set(editor.completions(HEAD + text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("layers:\n  - con|v2d: 64\n", "Slide `out` filters over the image"),
        ("layers:\n  - rel|u\n", "Replace each negative value by zero"),
        ("layers:\n  - conv2d: {out: 64, stri|de: 2}\n", "default 1"),
        ("layers:\n  - {relu, rep|eat: 2}\n", "How often the layer stands in a row"),
    ],
)
def test_it_explains(text: str, expected: str, editor: Editor) -> None:
    assert expected in editor.hover(HEAD + text)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("layers:\n  - relu\n  - conv2d: {out: 64, strid: 2}\n", 5, "Property strid is not allowed"),
        ("layers:\n  - conv2d: {stride: 2}\n", 4, 'Missing property "out"'),
        ("layers:\n  - conv2d: {out: a && b}\n", 4, "a formula is made of numbers, names"),
        ("layers:\n  - {conv2d: 64, bias: false}\n", 4, "Value is not accepted"),
        ("layers: [relu]\nparms: {a: 1}\n", 4, "Property parms is not allowed"),
    ],
)
def test_it_marks_slips(text: str, line: int, message: str, editor: Editor) -> None:
    found = editor.diagnostics(HEAD + text)
    assert [(at, message in said) for at, said in found] == [(line, True)], found


@pytest.mark.parametrize("text", TEXTS)
def test_it_marks_nothing_in_sound_specs(text: str, editor: Editor) -> None:
    assert editor.diagnostics(text) == []


def test_a_spec_may_name_the_schema_in_its_first_line(editor: Editor, tmp_path: Path) -> None:
    """Here one that knows another key, so that it is seen to be taken."""
    path = tmp_path / "other.schema.json"
    path.write_text('{"properties": {"colour": {"type": "string"}}}', encoding="utf-8")
    assert editor.completions(f"# yaml-language-server: $schema={path.as_uri()}\ncol|\n") == ["colour"]
