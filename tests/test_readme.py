"""The documents: every command shown is run, and what it prints is what is shown; every Python example is a doctest."""

import doctest
import re
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import costmodel

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CHANGELOG.md")
BLOCK = re.compile(r"^```console\n(.*?)^```", re.DOTALL | re.MULTILINE)


def examples() -> list[tuple[str, str]]:
    """Each shown command with what is shown below it."""
    found = []
    for block in BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8")):
        for part in re.split(r"^\$ costmodel", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command.strip(), output.rstrip("\n")))
    return found


@pytest.mark.parametrize(("command", "shown"), examples(), ids=[command for command, _ in examples()])
def test_a_shown_command_prints_what_is_shown(command: str, shown: str, run: Callable[..., tuple[int, str, str]]) -> None:
    """A line `⋮` stands for lines that are left out."""
    _, out, err = run(*shlex.split(command))
    pattern = r"(?:.*\n)*".join(re.escape(part) for part in re.split(r"^⋮\n", f"{shown}\n", flags=re.MULTILINE))
    assert re.fullmatch(pattern, out + err), out + err


def test_there_are_three_examples_and_more() -> None:
    assert len(examples()) >= 3


@pytest.mark.parametrize("name", DOCUMENTS)
def test_python_examples_hold(name: str) -> None:
    failed, _ = doctest.testfile(str(ROOT / name), module_relative=False, encoding="utf-8")
    assert failed == 0


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:costmodel|specs|tests|bench)/[\w./-]*\w(?:\.\w+)?/?)`", text))
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def spec_of(name: str) -> str:
    """The shown spec of a network."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"^```yaml\n(name: {name}\n.*?)^```", text, re.DOTALL | re.MULTILINE)
    return str(found)


def test_the_first_network_costs_what_is_shown(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = re.search(r"^```text\n(layer .*?)^```", text, re.DOTALL | re.MULTILINE)[1]  # type: ignore[index]
    spec = tmp_path / "digits.yaml"
    spec.write_text(spec_of("Digits"), encoding="utf-8")
    code, out, err = run("analyze", str(spec))
    assert (code, err) == (0, "")
    assert shown in out
    wide = spec_of("Digits").replace("out: 16", "out: width").replace("out: 32", "out: 2 * width")
    net = costmodel.loads(wide.replace("layers:", "params: {width: 16}\nlayers:"))
    assert net.analyze().totals == costmodel.load(spec).analyze().totals


def test_the_shown_spec_and_its_shown_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    text, spec = (ROOT / "README.md").read_text(encoding="utf-8"), spec_of("Tiny")
    shown = re.search(r"^```text\n(tiny\.yaml:.*?)^```", text, re.DOTALL | re.MULTILINE)[1]  # type: ignore[index]
    monkeypatch.chdir(tmp_path)
    Path("tiny.yaml").write_text(spec, encoding="utf-8")
    assert run("analyze", "tiny.yaml")[0] == 0
    Path("tiny.yaml").write_text(spec.replace("stride, padding", "strid, padding"), encoding="utf-8")
    code, out, err = run("analyze", "tiny.yaml")
    assert (code, out) == (2, "")
    assert shown in err


HOST = {
    "name": "name: T",
    "input": "input: [3, 32, 32]",
    "params": "params: {alpha: 1, depths: [1, 1, 2, 1]}",
    "layers": "layers:\n  - {conv2d: 8 * alpha, name: early}\n  - {relu, name: late}",
    "variants": "variants: {slim: {alpha: 0.5}}",
}


def constructs() -> list[str]:
    """The examples in the table of the language."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    table = text.split("| construct | example | meaning |\n", 1)[1].split("\n\n", 1)[0]
    cells = [row.split(" | ")[1] for row in table.splitlines()[1:]]
    return ["\n".join(re.findall("`([^`]+)`", cell)) for cell in cells]


@pytest.mark.parametrize("example", constructs())
def test_an_example_of_the_language_can_be_costed(example: str) -> None:
    """A layer stands below others; all else takes the place of what a small spec says there."""
    keys = dict(HOST)
    if example.startswith("- "):
        keys["layers"] += "".join(f"\n  {line}" for line in example.splitlines())
    else:
        keys[example.partition(":")[0]] = example
    if example.startswith("params"):
        keys["params"] = example.replace("{", "{alpha: 1, ")
    net = costmodel.loads("\n".join(keys.values()) + "\n")
    assert net.analyze(batch=2).lines


def test_the_op_of_a_specs_own() -> None:
    """Offsets are a convolution beside the one that uses them."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    (own,) = [costmodel.loads(text) for text in blocks if "\nops:" in text]
    conv = {"kernel": 3, "padding": 1, "bias": False}
    both = {"concat": {"offsets": {"conv2d": {"out": 18, **conv}}, "values": {"conv2d": {"out": 64, **conv}}}}
    two = costmodel.load({"name": "T", "input": [3, 32, 32], "layers": [both]})
    assert own.analyze().totals[:2] == two.analyze().totals[:2]
