"""`costmodel check`: what it prints, in which order, and what a spec accepts."""

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from schemas import kinds

import costmodel

Runner = Callable[..., Any]
SPEC = """\
name: T
input: [3, 64, 64]
blocks:
  expand:
    params: {{out}}
    layers: [{{conv2d: {{out: 6 * c_in, bias: false}}}}, relu6, {{conv2d: {{out, bias: false}}}}]
layers:
  - {{conv2d: {{out: 16, kernel: 3, padding: 1}}}}
  - table:
      - [name, out]
      - [a,     16]
      - [b,     24]
    each:
      - expand: {{out}}
  - {{conv2d: {{out: 48, groups: 4}}}}
  - global_avg_pool
  - linear: 10
{}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Callable[[str], str]:
    def write(section: str) -> str:
        path = tmp_path / "net.yaml"
        path.write_text(SPEC.format(section), encoding="utf-8")
        return str(path)

    return write


def document(run: Runner, *given: str) -> Any:
    code, out, err = run("check", *given, "--format", "json")
    assert (code, err) == (0, "")
    return json.loads(out)


def test_the_most_expensive_comes_first_with_its_line(run: Runner, spec: Callable[[str], str]) -> None:
    found = document(run, spec(""), "--rewrites", "0")["findings"]
    assert [float(one["elements"]) for one in found] == sorted((float(one["elements"]) for one in found), reverse=True)
    lines = {path: one["line"] for one in found for path in one["paths"]}
    assert lines["a/expand/conv2d.1"] == 11, "the row of the table, outside the block"
    assert lines["conv2d.2"] == 15
    facts = {(one["guideline"], one["paths"][0]): one["fact"] for one in found}
    assert facts["G1", "b/expand/conv2d.2"] == "c1:c2 = 96:24, 64×64"
    assert facts["G2", "conv2d.2"] == "g = 4, 24:48, 64×64"


def test_a_price_is_elements_bytes_and_a_share(run: Runner) -> None:
    for kind, bits in (("int8", 8), ("fp32", 32)):
        found = document(run, "mobilenetv2", "--dtype", kind, "--rewrites", "0", "--top", "99")
        for one in found["findings"]:
            assert Fraction(one["elements"]) == pytest.approx(Fraction(one["price"]) * one["times"], abs=0.1)
            assert float(one["bytes"]) == pytest.approx(float(one["elements"]) * bits / 8, abs=0.1)
            assert one["share"] == pytest.approx(float(one["elements"]) / found["access"], rel=1e-4)


@pytest.mark.parametrize(
    "given", ["mobilenetv2", "shufflenet --traffic fused", "googlenet --guideline G3", "vit --traffic conv"]
)
def test_rows_and_sums_agree(run: Runner, given: str) -> None:
    found = document(run, *given.split(), "--rewrites", "0", "--top", "999")
    for total in found["guidelines"]:
        for part, entries in (("listed", "findings"), ("below_threshold", "below_threshold")):
            mine = [one for one in found[entries] if one["guideline"] == total["guideline"]]
            assert total[part]["findings"] == sum(one["times"] for one in mine)
            assert float(total[part]["elements"]) == pytest.approx(
                sum(float(one["elements"]) for one in mine), abs=0.1 * len(mine) + 0.1
            )


@pytest.mark.parametrize(
    "given",
    [
        "mobilenetv2",
        "shufflenet@g8",
        "resnext --rewrites 9 --budget params<=3M",
        "mobilenet --traffic conv",
        "xception --guideline G1,G4 --batch 8 --dtype int4",
        "grouped",
    ],
)
def test_json_is_under_its_schema(run: Runner, given: str) -> None:
    _, out, _ = run("check", *given.split(), "--format", "json")
    assert kinds("check", out) == ["check"]


def test_thresholds_are_the_specs(run: Runner, spec: Callable[[str], str]) -> None:
    every = document(run, spec("check: {thresholds: {G1: 0%, G2: 0%, G3: 0%, G4: 0%}}"), "--rewrites", "0")
    assert every["below_threshold"] == []
    none = document(run, spec("check: {thresholds: {G1: 100%, G2: 100%, G3: 100%, G4: 100%}}"), "--rewrites", "0")
    assert none["findings"] == []
    assert len(none["below_threshold"]) == len(every["findings"])


ACCEPTED = "check:\n  suppress:\n    - {guideline: G1, part: expand, reason: it expands by design}"


def test_what_is_accepted_stands_apart_with_its_reason(run: Runner, spec: Callable[[str], str]) -> None:
    plain, accepted = document(run, spec(""), "--rewrites", "0"), document(run, spec(ACCEPTED), "--rewrites", "0")
    assert {one["reason"] for one in accepted["accepted"]} == {"it expands by design"}
    assert {one["guideline"] for one in accepted["accepted"]} == {"G1"}
    assert not any("expand" in one["paths"][0] for one in accepted["findings"] if one["guideline"] == "G1")
    for before, after in zip(plain["guidelines"], accepted["guidelines"], strict=True):
        parts = ("listed", "below_threshold", "accepted")
        assert sum(before[part]["findings"] for part in parts) == sum(after[part]["findings"] for part in parts)
    assert "it expands by design" in run("check", spec(ACCEPTED), "--rewrites", "0")[1]


def test_only_what_is_not_accepted_fails(run: Runner, spec: Callable[[str], str]) -> None:
    assert run("check", spec(""))[0] == 0, "findings alone do not fail"
    assert run("check", spec(""), "--fail-on", "G1")[0] == 1
    assert run("check", spec(ACCEPTED), "--fail-on", "G1")[0] == 1, "one outside the part is left"
    everywhere = ACCEPTED.replace("part: expand, ", "")
    assert run("check", spec(everywhere), "--fail-on", "G1")[0] == 0
    assert run("check", spec(everywhere), "--fail-on", "G1,G2")[0] == 1


def test_what_fails_is_looked_for(run: Runner) -> None:
    code, _, err = run("check", "shufflenet", "--guideline", "G1", "--fail-on", "G1,G2")
    assert code == 2
    assert "--fail-on G2 is none of --guideline G1" in err


def test_a_suppression_that_hides_nothing_is_said(run: Runner, spec: Callable[[str], str]) -> None:
    idle = "check:\n  suppress:\n    - {guideline: G2, part: expand, reason: none there}"
    code, _, err = run("check", spec(idle), "--rewrites", "0")
    assert code == 0
    assert "this suppression of G2 suppresses nothing" in err
    assert run("check", spec(idle), "--rewrites", "0", "--quiet")[2] == ""


def test_a_part_that_is_not_there(run: Runner, spec: Callable[[str], str]) -> None:
    code, out, err = run("check", spec("check:\n  suppress:\n    - {guideline: G1, part: expnd, reason: x}"))
    assert (code, out) == (2, "")
    assert "nothing in T is called 'expnd' at these settings" in err
    assert "did you mean 'expand'?" in err


def test_a_spec_says_it_again_when_it_is_printed() -> None:
    from costmodel.spec.printing import printed

    text = SPEC.format("check:\n  thresholds: {G1: 0.25%}\n  suppress:\n    - {guideline: G4, reason: known}\n" + "")
    network = costmodel.loads(text).network
    again = costmodel.loads(printed(network)).network
    assert again.check.thresholds == network.check.thresholds == {"G1": Fraction(1, 400)}
    assert [one[1:] for one in again.check.suppress] == [one[1:] for one in network.check.suppress] == [("G4", None, "known")]


@pytest.mark.parametrize("columns", [80, 140])
def test_screens_fit(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    for name in ("mobilenetv2", "shufflenet", "inceptionv3", "condensenet", "vit"):
        monkeypatch.setenv("COLUMNS", str(columns))
        out = run("check", name, "--rewrites", "1")[1]
        diffs = [line for line in out.splitlines() if line.startswith(("  +", "  -"))]
        assert max(len(line) for line in out.splitlines() if line not in diffs) <= columns, name


def test_rewrites_are_diffs_of_the_spec(run: Runner) -> None:
    out = run("check", "resnext", "--rewrites", "9")[1]
    assert "  -  cardinality: 32" in out
    assert "  +  cardinality: 1" in out
    plain = document(run, "resnext", "--rewrites", "9")["rewrites"]["parts"]
    (part,) = [part for part in plain if part["part"] == "the parameters"]
    (rewrite,) = part["rewrites"]
    assert rewrite["after"]["access"] < rewrite["before"]["access"]
    assert [(one["from"], one["to"]) for one in rewrite["changes"]] == [(32, 1), (4, 66)]
    assert document(run, "resnext", "--rewrites", "0")["rewrites"] is None


def test_markdown_has_every_table(run: Runner) -> None:
    out = run("check", "shufflenet", "--format", "markdown", "--budget", "params<=9M")[1]
    assert out.count("| :--") >= 4
    assert all(words in out for words in ("### Budgets", "### Rewrites at equal mult-adds", "```diff", "could be"))


def test_parameters_without_a_value_are_asked_for(run: Runner) -> None:
    code, out, err = run("check", "units/shufflenet")
    assert (code, out) == (2, "")
    assert "have no default, and no values are given" in err
    assert run("check", "units/shufflenet@h=28,w=28,c=240,m=60,g=3", "--rewrites", "0")[0] == 0


def test_a_reference_has_a_variant_and_settings(run: Runner) -> None:
    one = document(run, "shufflenet@g8,resolution=160", "--rewrites", "0")
    assert (one["settings"]["groups"], one["settings"]["resolution"]) == (8, 160)
    assert one == document(run, "shufflenet", "--variant", "g8", "--set", "resolution=160", "--rewrites", "0")


def test_unread_csv_is_refused(run: Runner) -> None:
    code, _, err = run("check", "mobilenet", "--format", "csv")
    assert code == 2
    assert "no format is called 'csv'" in err


def test_a_traffic_model_of_ones_own_stands_below_its_name(run: Runner) -> None:
    said = run("check", "shufflenet", "--traffic", "folded,concat=view,split=view", "--guideline", "G4").out
    names = [re.split(r"\s{2,}", row.strip())[0] for row in said.splitlines()]
    first = names.index("folded")
    assert names[first + 1 : first + 5] == ["split as view", "all views", "split, concat as view", "fused"]
