"""`costmodel specs`: the list at 80 columns and as JSON, a file as it stands, the ways to misuse it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import costmodel
from costmodel.library import bundled

Runner = Callable[..., tuple[int, str, str]]


def test_the_list_names_every_bundled_spec_with_what_can_be_set(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for width in ("80", "140"):
        monkeypatch.setenv("COLUMNS", width)
        code, out, err = run("specs")
        assert (code, err) == (0, "")
        for name in bundled():
            network = costmodel.load(name).network
            assert f"\n{name} " in f"\n{out}"
            assert all(f"{param} " in " ".join(out.split()) for param in network.params)
            assert all(variant in out for variant in network.variants)
        assert max(map(len, out.splitlines())) <= int(width)


def test_the_list_as_json(run: Runner) -> None:
    code, out, _ = run("specs", "--format", "json")
    listed = {item["spec"]: item for item in json.loads(out)}
    assert (code, list(listed)) == (0, list(bundled()))
    usual = {"alpha": "1", "resolution": "224", "classes": "1000", "rho": "1", "full": "false", "shallow": "false"}
    assert listed["mobilenet"]["params"] == usual
    assert listed["mobilenet"]["variants"]["x0.5"] == {"alpha": "0.5"}


@pytest.mark.parametrize("name", bundled())
def test_a_spec_is_printed_as_it_stands(name: str, run: Runner, tmp_path: Path) -> None:
    text = bundled()[name].read_text(encoding="utf-8")
    assert run("specs", name) == (0, text, "")
    path = tmp_path / "mine.yaml"
    path.write_text(text, encoding="utf-8")
    assert run("specs", str(path)) == (0, text, "")


def test_expanded_at_a_variant_it_says_the_settings_and_costs_the_same(run: Runner, tmp_path: Path) -> None:
    code, out, err = run("specs", "mobilenetv2", "--expanded", "--variant", "x0.5", "--set", "classes=10")
    assert (code, err) == (0, "")
    usual = "depth 1, fixed_ends false, divisor 8"
    assert out.startswith(f"# expanded at alpha 0.5, resolution 224, classes 10, {usual}\nname: MobileNetV2\nsource: ")
    path = tmp_path / "flat.yaml"
    path.write_text(out, encoding="utf-8")
    expected = costmodel.load("mobilenetv2").analyze(variant="x0.5", classes=10)
    assert costmodel.load(path).analyze().totals == expected.totals


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("mobilenett",), "did you mean 'mobilenet'?"),
        (("mobilenett", "--expanded"), "did you mean 'mobilenet'?"),
        (("mobilenet", "--expanded", "--set", "aplha=1"), "did you mean 'alpha'?"),
        (("mobilenet", "--expanded", "--variant", "x2"), "has no variant 'x2'"),
        (("mobilenet", "--set", "alpha=1"), "--set and --variant go with --expanded"),
        (("--expanded",), "--expanded needs the name of a spec"),
        (("--variant", "x0.5"), "--set and --variant need the name of a spec"),
        (("--schema", "mobilenet"), "--schema stands alone"),
        (("mobilenet", "--format", "json"), "--format is for the list of specs"),
        (("",), "the name of the spec is empty"),
        ((".",), ". is a directory, and a spec is a file"),
    ],
)
def test_misuse_is_answered_in_words(arguments: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("specs", *arguments)
    assert (code, out) == (2, "")
    assert said in err
