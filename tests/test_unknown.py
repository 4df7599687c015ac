"""Ops of which nothing is known: they give a shape, add nothing to a total, and the ledger says which they are."""

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import costmodel
from costmodel.commands.options import GROUPINGS
from costmodel.reports import contract

Runner = Callable[..., tuple[int, str, str]]
SPEC = """
name: Detector
input: [16, 32, 32]
blocks:
  head:
    layers: [{conv2d: 4}, {unknown: {op: Sort, shape: [4, 10, 1]}}]
layers:
  - {relu, name: features}
  - {head, name: first}
  - {unknown: {op: NonMaxSuppression, shape: {t: 5, c: 4}}, from: [features, previous], name: kept}
  - linear: 2
"""


def test_the_ledger_lists_what_is_not_known() -> None:
    ledger = costmodel.loads(SPEC, "net.yaml").analyze()
    assert [(line.path, line.fields["op"], line.sources) for line in ledger.unknown] == [
        ("first/unknown", "Sort", (1,)),
        ("kept", "NonMaxSuppression", (0, 2)),
    ]
    assert [str(line.output) for line in ledger.unknown] == ["4×10×1", "5×4"]


def test_what_is_known_is_counted_beside_it() -> None:
    ledger = costmodel.loads(SPEC, "net.yaml").analyze(batch=3)
    assert ledger.totals.mult_adds == 3 * (4 * 32 * 32 * 16 + 5 * 2 * 4)


def test_a_network_of_known_ops_has_none() -> None:
    assert costmodel.load("mobilenet").analyze().unknown == []


FIRST, LAST = 4 * 32 * 32 * 16, 5 * 2 * 4
"""The mult-adds of the two ops that are known: a 1×1 convolution, and an FC layer over five tokens."""
MISSING = "1 Sort (first/unknown), 1 NonMaxSuppression (kept); figures after ≥ are lower bounds"
PUBLISHED = f"published: [{{mult_adds: {FIRST + LAST}, params: 78, source: table 2}}]\n"


@pytest.fixture
def report(tmp_path: Path, run: Runner) -> Callable[..., str]:
    """What a command says of the network above, whose counted part is all that is printed of it."""
    spec = tmp_path / "net.yaml"
    spec.write_text(SPEC + PUBLISHED, encoding="utf-8")

    def report(command: str, *options: str) -> str:
        code, out, err = run(command, str(spec), *options)
        assert (code, err) == (0, "")
        return out

    return report


def cells(out: str, start: str) -> list[str]:
    """The cells of the line that starts so."""
    return next(line.removeprefix(start).split() for line in out.splitlines() if line.startswith(start))


def test_a_screen_marks_what_is_not_known_and_every_sum_over_it(report: Callable[..., str]) -> None:
    out = report("analyze", "--columns", "layer,op,params,mult_adds,%mult_adds,access,bytes,per_access")
    assert cells(out, "kept") == ["NonMaxSuppression", *"??????"]
    moved = 32 * 32 * (16 + 4) + 68 + 5 * 4 + 5 * 2 + 10
    assert cells(out, "total") == ["≥78", f"≥{FIRST + LAST:,}", f"≥{moved:,}", f"≥{4 * moved:,}", "?"]
    words = " ".join(out.split())
    assert f"not counted {MISSING}, and shares are of what is counted" in words
    assert "every op moved ≥" in words
    assert f"access ≥{moved:,} elements (≥" in words
    assert re.search(r"≥[\d,]+ read, ≥[\d,]+ written, ≥[\d,]+ params", words)


def test_a_block_and_the_others_are_lower_bounds_where_they_have_some_of_it(report: Callable[..., str]) -> None:
    columns = ("--columns", "layer,mult_adds,per_access")
    assert cells(report("analyze", "--by", "block", *columns), "first") == [f"≥{FIRST:,}", "?"]
    cut = report("analyze", "--by", "block", "--sort", "mult_adds", "--top", "1", *columns)
    assert cells(cut, "others") == [f"≥{LAST}", "?"]
    assert cells(report("analyze", "--by", "op", *columns), "features") == ["0", "–"]


def test_a_unit_with_some_of_it_is_not_like_one_without(tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "units.yaml"
    unit = "{layers: [conv2d: 3, {unknown: {op: Sort, shape: [3, 2, 2]}, when: sorted}], params: {sorted}}"
    text = f"name: T\ninput: [3, 2, 2]\nblocks: {{unit: {unit}}}\nlayers: [{{unit: {{sorted: last}}, repeat: 3}}]\n"
    spec.write_text(text, encoding="utf-8")
    out = run("analyze", str(spec), "--by", "block", "--columns", "layer,op,mult_adds")[1]
    assert cells(out, "unit 1–2") == ["2", "×", "1×1", "36"]
    assert cells(out, "unit 3") == ["1×1", "+", "Sort", "≥36"]


def test_markdown_marks_it_too(report: Callable[..., str]) -> None:
    out = report("analyze", "--format", "markdown", "--columns", "layer,op,params")
    assert "| kept | NonMaxSuppression | ? |" in out
    assert "| **total** |  | **≥78** |" in out
    assert f"- not counted: {MISSING}" in out


def test_a_lower_bound_meets_no_published_figure(report: Callable[..., str]) -> None:
    """Though what is counted is what is printed, digit by digit."""
    out = " ".join(report("analyze").split())
    missed = (
        f"not met: {FIRST + LAST} in table 2 for ≥{FIRST + LAST:,} mult-adds, "
        "78 in table 2 for ≥78 params; some ops are not counted"
    )
    assert missed in out
    found = json.loads(report("analyze", "--format", "json"))["published"]
    assert [(c["computed"], c["met"]) for c in found] == [(FIRST + LAST, False), (78, False)]


@pytest.mark.parametrize("by", GROUPINGS)
def test_json_says_what_is_complete_and_what_is_not_counted(by: str, report: Callable[..., str]) -> None:
    document = json.loads(report("analyze", "--format", "json", "--by", by, "--top", "1"))
    schema = Path(contract.__file__).with_name("analyze.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(document, json.loads(schema))
    assert document["complete"] is False
    assert document["uncounted"] == [{"path": "first/unknown", "op": "Sort"}, {"path": "kept", "op": "NonMaxSuppression"}]
    assert document["layers"][0]["complete"] is (by != "network")
    assert document.get("others", {"complete": False})["complete"] is False


def test_json_and_csv_of_a_network_of_known_ops_are_complete(run: Runner) -> None:
    document = json.loads(run("analyze", "grouped", "--format", "json")[1])
    assert (document["complete"], document["uncounted"], document["layers"][0]["complete"]) == (True, [], True)
    assert [row["complete"] for row in table(run("analyze", "mobilenet", "--format", "csv", "--by", "block")[1])] == [
        "true"
    ] * 16


def table(out: str) -> list[dict[str, Any]]:
    """The rows of CSV."""
    return list(csv.DictReader(io.StringIO(out)))


def test_csv_leaves_empty_what_is_not_known_and_keeps_its_numbers_numeric(report: Callable[..., str]) -> None:
    asked = ("--format", "csv", "--columns", "path,mult_adds,%mult_adds,per_access")
    found = {row["path"]: [*list(row.values())[1:4], row["complete"]] for row in table(report("analyze", *asked))}
    assert found["kept"] == ["", "", "", "false"]
    assert found["linear"][0::3] == [str(LAST), "true"]
    (whole,) = table(report("analyze", *asked, "--by", "network"))
    assert (whole["mult_adds"], whole["per_access"], whole["complete"]) == (str(FIRST + LAST), "", "false")


def test_a_sweep_marks_it_in_every_format(report: Callable[..., str], tmp_path: Path, run: Runner) -> None:
    spec = tmp_path / "choice.yaml"
    end = "{unknown: {op: Sort, shape: [4, 10, 1]}, when: more == 2}"
    spec.write_text(f"name: T\nparams: {{more: 1}}\ninput: [4, 2, 2]\nlayers: [conv2d: 4, {end}]\n", encoding="utf-8")
    asked = ("sweep", str(spec), "--over", "more=1,2")
    out = run(*asked)[1].splitlines()
    assert [line.split() for line in out[-3:-1]] == [
        ["1", "64", "1.000", "20", "1.000", "52", "1.000", "1.2"],
        ["2", "≥64", "?", "≥20", "?", "≥52", "?", "?"],
    ]
    assert out[-1] == "not counted: 1 Sort (unknown); figures after ≥ are lower bounds"
    markdown = run(*asked, "--format", "markdown")[1]
    assert "| 2 | ≥64 | ? |" in markdown
    assert "- not counted: 1 Sort (unknown)" in markdown
    document = json.loads(run(*asked, "--format", "json")[1])
    assert [point["complete"] for point in document["points"]] == [True, False]
    assert document["uncounted"] == [{"path": "unknown", "op": "Sort"}]
    found = table(run(*asked, "--format", "csv", "--columns", "more,params,x:params")[1])
    assert [(row["params"], row["×params"], row["complete"]) for row in found] == [("20", "1.000", "true"), ("20", "", "false")]
