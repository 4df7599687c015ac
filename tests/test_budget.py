"""Budgets: each figure as other reports have it, limits to the unit, and what is not known within none of them."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import costmodel
from costmodel.budget import METRICS, budget
from costmodel.dtypes import Dtypes
from costmodel.problems import Mark
from costmodel.reports.remarks import Remark, github, sarif
from costmodel.verdict import Rules, judged

Runner = Callable[..., Any]
V2 = costmodel.load("mobilenetv2").analyze()


def status(text: str, ledger: Any = V2) -> str:
    return judged(budget(text), ledger, Rules()).status


def test_a_limit_is_kept_to_the_unit() -> None:
    assert status("mult_adds<=300774272") == "within"
    assert status("mult_adds<300774272") == "over"
    assert status("mult_adds<=300774271") == "over"
    assert status("mult_adds>=300774272") == "within"
    assert status("mult_adds > 300774272") == "over"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("mult_adds<=1", 300_774_272),
        ("mult-adds<=1", 300_774_272),
        ("params<=1", 3_504_872),
        ("params@weights-only<=1", 3_469_760),
        ("params@int8<=1KiB", 3_504_872),
        ("params<=1 bytes", 4 * 3_504_872),
        ("access<=1", 16_917_072),
        ("access@conv<=1", 16_917_072),
        ("access@unfused<=1", 43_198_032),
        ("access@conv,fp16<=1MB", 2 * 16_917_072),
        ("peak@int8,separate<=1", 2352 * 1024),
        ("peak@int8<=1KiB", 1470 * 1024),
        ("peak@int8,depthwise-in-place<=1KiB", 1372 * 1024),
        ("kernels@unfused<=1", 151),
        ("kernels<=1", 53),
    ],
)
def test_figures_are_those_of_other_reports(text: str, value: int) -> None:
    """The counts of the papers, of `analyze`, of `analyze --memory`."""
    assert judged(budget(text), V2, Rules()).value == value


def test_access_is_reads_writes_and_loads() -> None:
    parts = [judged(budget(f"{name}@fused<=1"), V2, Rules()).value for name in ("access", "reads", "writes", "loads")]
    assert parts[0] == sum(parts[1:]) > 0


def test_a_convention_counts_operations() -> None:
    fvcore = judged(budget("operations@fvcore<=1G"), V2, Rules())
    assert fvcore.value == V2.operations(None, costmodel.conventions.CONVENTIONS["fvcore"])
    assert fvcore.value != V2.totals.mult_adds


def test_bytes_are_of_the_data_types_that_are_asked_for() -> None:
    rules = Rules(Dtypes("int4", "int8", "int32"))
    assert judged(budget("params<=1bytes"), V2, rules).value == Fraction(3_504_872, 2)
    assert judged(budget("access@weights=fp32,activations=fp32<=1bytes"), V2, rules).value == 4 * 16_917_072


UNKNOWN = "name: T\ninput: [8, 8, 8]\nlayers:\n  - conv2d: 16\n  - unknown: {op: Magic, shape: [16, 8, 8]}\n"


def test_what_is_not_known_is_never_within(run: Runner, tmp_path: Path) -> None:
    ledger = costmodel.loads(UNKNOWN).analyze()
    for metric in METRICS:
        assert status(f"{metric}<=1G", ledger) == "unknown"
        assert status(f"{metric}<1", ledger) == "over"
        assert status(f"{metric}>=1", ledger) == "within", "what is known is enough"
        assert status(f"{metric}>=1G", ledger) == "unknown"
    spec = tmp_path / "magic.yaml"
    spec.write_text(UNKNOWN, encoding="utf-8")
    code, out, _ = run("check", str(spec), "--budget", "mult_adds<=1G")
    assert (code, "unknown" in out, "Magic" in out) == (1, True, True)


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["mult_adds<=301M"], 0),
        (["mult_adds<=300M"], 1),
        (["mult_adds<=301M", "params<=3M"], 1),
        (["mult_adds<=301M", "parms<=3M"], 2),
        (["mult_adds"], 2),
    ],
)
@pytest.mark.parametrize("form", ["table", "json", "markdown", "github", "sarif"])
def test_the_exit_code_is_the_verdict(run: Runner, given: list[str], code: int, form: str) -> None:
    options = [part for text in given for part in ("--budget", text)]
    found, out, _ = run("check", "mobilenetv2", "--rewrites", "0", "--format", form, *options)
    assert found == code
    assert bool(out) is (code != 2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "'' is no budget"),
        ("mult_adds", "'mult_adds' is no budget"),
        ("mult_ads<=3M", "no metric is called 'mult_ads'"),
        ("mult_adds=3M", "a budget is a limit"),
        ("mult_adds<=", "'' is no limit"),
        ("mult_adds<=3 bananas", "'3 bananas' is no limit"),
        ("mult_adds<=-3", "'-3' is no limit"),
        ("mult_adds<=50%", "a limit is a count or a size, and here is '50%'"),
        ("mult_adds<=3x", "a limit is a count or a size, and here is '3x'"),
        ("mult_adds<=~3M", "a limit is a count or a size, and here is '~3M'"),
        ("mult_adds<=3KiB", "mult_adds is counted, and has no size in KiB"),
        ("mult_adds@fused<=3M", "mult_adds is not counted by 'fused'"),
        ("access@fvcore<=3M", "access is not counted by 'fvcore'"),
        ("access@fused,unfused<=3M", "'unfused' is a second traffic beside 'fused'"),
        ("peak@int9<=3MiB", "peak is not counted by 'int9'"),
        ("peak@<=3MiB", "peak is not counted by ''"),
        ("params<=3B", "'3B' may be bytes or thousands of millions"),
        ("mult_adds<=" + "9" * 300, "a budget is at most 200 characters on one line"),
        ("mult_adds<=3M\n", "a budget is at most 200 characters on one line"),
        ("mult_adds<=３M", "is no limit"),
    ],
)
def test_what_is_no_budget(text: str, said: str) -> None:
    with pytest.raises(costmodel.SpecError) as error:
        budget(text)
    assert said in str(error.value)


def test_every_bad_budget_is_named_at_once(run: Runner) -> None:
    code, out, err = run("check", "mobilenetv2", "--budget", "a<=1", "--budget", "params<=x", "--fail-on", "G7")
    assert (code, out) == (2, "")
    assert all(words in err for words in ("no metric is called 'a'", "'x' is no limit", "no guideline is called 'G7'"))


def test_an_over_budget_names_what_costs_most(run: Runner) -> None:
    out = run("check", "mobilenetv2", "--budget", "params<=3M", "--format", "json", "--rewrites", "0")[1]
    (verdict,) = json.loads(out)["budgets"]
    assert verdict["most"][0]["path"] == "fc"
    assert verdict["most"][0]["value"] == "1281000"
    assert (verdict["status"], verdict["passes"]) == ("over", False)


# --- remarks -----------------------------------------------------------------------------------------------------------------

REMARKS = [
    Remark("error", "over", "100 %: a,b\nc", Mark("nets/a:b,c.yaml", 3, 7, "")),
    Remark("warning", "G1", "wide", Mark("/elsewhere/ä b.yaml", 1, 1, "")),
    Remark("note", "G2", "nowhere", None),
]


def test_workflow_commands_are_escaped() -> None:
    assert github(REMARKS).splitlines() == [
        "::error file=nets/a%3Ab%2Cc.yaml,line=3,col=7,title=over::100 %25: a,b c",
        "::warning file=/elsewhere/ä b.yaml,line=1,col=1,title=G1::wide",
        "::notice title=G2::nowhere",
    ]


def test_sarif_has_rules_places_and_levels() -> None:
    log = json.loads(sarif(REMARKS, {"G1": "one", "G2": "two", "over": "much", "unused": ""}, "1.2"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == ["G1", "G2", "over"]
    assert [(one["level"], rules[one["ruleIndex"]], one["ruleId"]) for one in run["results"]] == [
        ("error", "over", "over"),
        ("warning", "G1", "G1"),
        ("note", "G2", "G2"),
    ]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 3, "startColumn": 7}
    assert place["artifactLocation"]["uri"] == "nets/a%3Ab%2Cc.yaml"
    assert run["results"][1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith("file:///elsewhere/")
    assert "locations" not in run["results"][2]


def test_every_finding_is_a_remark_on_a_line_of_its_spec(run: Runner) -> None:
    found = json.loads(run("check", "mobilenetv2", "--format", "json", "--rewrites", "0", "--top", "999")[1])["findings"]
    lines = run("check", "mobilenetv2", "--format", "github", "--fail-on", "G1")[1].splitlines()
    assert len(lines) == len(found)
    for line, finding in zip(lines, found, strict=True):
        level = "error" if finding["guideline"] == "G1" else "warning"
        assert line.startswith(f"::{level} file=")
        assert f"mobilenetv2.yaml,line={finding['line']},col={finding['column']},title={finding['guideline']}::" in line
