"""`costmodel compare`: figures side by side as each network's own report has them, and differences that add up."""

import csv
import io
import json
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel.accuracy import top1
from costmodel.commands.subjects import subject
from costmodel.compare import Difference, aligned
from costmodel.layers import unit_of
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.reports.differing import runs
from costmodel.traffic import CONV, FUSED, UNFUSED

Runner = Callable[..., Any]
NETWORKS = [name for name in bundled() if "/" not in name]


def ledger(text: str) -> Ledger:
    asked = subject(text)
    return costmodel.load(asked.spec).cost(asked.settings, asked.variant)


# --- side by side ------------------------------------------------------------------------------------------------------------


def test_figures_are_those_of_each_network(run: Runner) -> None:
    names = ["mobilenet", "mobilenetv2@x1.4", "shufflenetv2@x0.5,resolution=160"]
    found = json.loads(run("compare", *names, "--traffic", "fused", "--dtype", "int8", "--format", "json")[1])["networks"]
    for name, one in zip(names, found, strict=True):
        other = ledger(name)
        totals, moves = other.sums(None, traffic=FUSED), other.moved(None, FUSED)
        assert (one["network"], one["mult_adds"], one["params"], one["access"]) == (name, *totals)
        assert (one["reads"], one["writes"], one["loads"]) == moves
        assert (one["kernels"], one["access_bytes"], one["weight_bytes"]) == (
            len(other.kernels(FUSED)),
            totals.access,
            totals.params,
        )


def test_sorted_cut_and_normalised(run: Runner) -> None:
    given = ("compare", "mobilenet", "shufflenetv2", "mobilenetv2", "--columns", "mult_adds,access")
    rows = list(csv.DictReader(io.StringIO(run(*given, "--sort", "access", "--format", "csv")[1])))
    assert [row["network"] for row in rows] == ["mobilenetv2", "mobilenet", "shufflenetv2"]
    rising = run(*given, "--sort", "+access", "--top", "1", "--format", "csv")[1].splitlines()
    assert len(rising) == 2
    assert rising[1].startswith("shufflenetv2,")
    out = run(*given, "--normalise", "mobilenet")[1]
    ratios = {line.split()[0]: line.split()[1:] for line in out.splitlines() if line.endswith("×")}
    assert ratios["mobilenet"] == ["1.000", "×", "1.000", "×"]
    assert ratios["mobilenetv2"] == [f"{300_774_272 / 568_740_352:.3f}", "×", f"{16_917_072 / 14_397_840:.3f}", "×"]
    assert run(*given, "--normalise", "first")[1] == out


def test_every_variant(run: Runner) -> None:
    rows = list(csv.DictReader(io.StringIO(run("compare", "resnext", "--variants", "--format", "csv")[1])))
    assert [row["network"] for row in rows] == [f"resnext@{name}" for name in costmodel.load("resnext").network.variants]


def test_top1_stands_beside_cost_with_its_source(run: Runner) -> None:
    out = run("compare", "mobilenetv2", "mobilenetv2@x1.4", "vgg16")[1]
    assert "72.0" in out
    assert "74.7" in out
    assert "mobilenetv2@x1.4: error 25.3 in arXiv:1807.11164 table 8" in out
    assert "in the specs of vgg16 at these settings" in out


def test_top1_is_of_its_settings_alone() -> None:
    spec = costmodel.load("mobilenet")
    assert [one.text for one in top1(spec, spec.analyze(alpha="0.5"))] == ["36.3"]
    assert top1(spec, spec.analyze(alpha="0.6")) == []
    assert top1(spec, spec.analyze(resolution=160)) == []
    assert [one.text for one in top1(spec, spec.analyze(batch=8))] == ["29.4"]


def test_top1_is_held_against_nothing() -> None:
    from costmodel.published import reconcile

    spec = costmodel.load("condensenet")
    assert {one.metric for one in reconcile(spec)} <= {"mult_adds", "params", ""}


@pytest.mark.parametrize(
    "given", ["mobilenet mobilenetv2", "shufflenetv2 --variants --normalise first", "vit swin --traffic unfused"]
)
def test_json_is_under_its_schema(run: Runner, given: str) -> None:
    assert kinds("compare", run("compare", *given.split(), "--format", "json")[1]) == ["compare"]


def test_inputs_that_differ_are_said(run: Runner) -> None:
    assert "inputs differ    3×224×224 for mobilenet; 3×299×299 for xception" in run("compare", "mobilenet", "xception")[1]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mobilenet mobilenetv3@nope xception@q=1", ("has no variant 'nope'", "has no parameter 'q'")),
        ("mobilenet --diff", ("--diff compares two networks, and gets 1",)),
        ("mobilenet mobilenetv2 --variants", ("--variants is of one spec, and gets 2",)),
        ("mobilenet mobilenetv2 --diff --sort access", ("--sort: a difference is of every unit",)),
        ("mobilenet mobilenetv2 --normalise xception", ("is none of the networks",)),
        ("mobilenet mobilenetv2 --diff --dtype int8", ("--dtype: a difference is of every unit",)),
        ("mobilenet mobilenetv2 --set nope=1", ("none of these networks has a parameter 'nope'",)),
        ("mobilenet mobilenetv2 --columns acces", ("no column is called 'acces'", "did you mean 'access'")),
        ("mobilenet@x0.5,x0.25 mobilenetv2@alpha=", ("would be a second variant", "a setting is NAME=VALUE")),
        ("units/fire mobilenet", ("have no default",)),
        ("grouped --variants", ("has no variants",)),
        ("nothere mobilenet", ("nothere",)),
    ],
)
def test_mistakes_are_all_named(run: Runner, given: str, said: tuple[str, ...]) -> None:
    code, out, err = run("compare", *given.split())
    assert (code, out) == (2, "")
    assert all(words in err for words in said), err


def test_a_mistake_of_all_networks_is_said_once(run: Runner) -> None:
    assert run("compare", "mobilenet", "mobilenetv2", "--set", "alpha=x")[2].count("is neither a number nor a word") == 1


def test_lists_in_references() -> None:
    found = subject("condensenet@74-c4g4,growths=[8, 16, 32, 64, 64],groups=4")
    assert (found.variant, {name: str(value) for name, value in found.settings.items()}) == (
        "74-c4g4",
        {"growths": "[8, 16, 32, 64, 64]", "groups": "4"},
    )


# --- differences -------------------------------------------------------------------------------------------------------------

PAIRS = [*combinations(["mobilenet", "mobilenetv2", "shufflenet@g8", "googlenet", "densenet", "vit", "grouped"], 2)]


@pytest.mark.parametrize(("one", "other"), PAIRS)
@pytest.mark.parametrize("traffic", [CONV, UNFUSED, FUSED], ids=lambda model: str(model.name))
def test_deltas_add_up_to_the_difference_of_the_totals(one: str, other: str, traffic: Any) -> None:
    """Of units, and of their layers; every line of both networks is in one of them."""
    found = Difference(ledger(one), ledger(other), traffic)
    deltas = [found.delta(pair.before, pair.after) for pair in found.pairs]
    layers = [found.delta(change.before, change.after) for pair in found.pairs for change in pair.changes]
    folded = [run.delta for run in runs(found)]
    expected = tuple(
        b - a for a, b in zip(*(ledger.sums(None, traffic=traffic) for ledger in (found.before, found.after)), strict=True)
    )
    for parts in (deltas, layers, folded):
        assert tuple(map(sum, zip(*parts, strict=True))) == expected
    assert [line for pair in found.pairs for line in pair.before] == found.before.lines
    assert [line for pair in found.pairs for line in pair.after] == found.after.lines


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_differs_from_itself(name: str) -> None:
    found = Difference(ledger(name), ledger(name))
    assert not any(cause for pair in found.pairs for cause in pair.causes)
    assert all(pair.before and pair.after for pair in found.pairs)
    assert not any(any(run.delta) for run in runs(found))


def causes(one: str, other: str) -> dict[str, list[str]]:
    found = Difference(ledger(one), ledger(other))
    return {str(unit_of((pair.after or pair.before)[0])): pair.causes for pair in found.pairs}


def test_each_kind_of_cause_is_named() -> None:
    found = causes("resnet50", "resnext")
    assert found["conv2/unit.2"] == ["channels 64 → 128", "groups 1 → 32"]
    assert causes("mobilenetv2", "mobilenetv2@x1.4")["fc"] == ["input channels 1280 → 1792"]
    assert causes("mobilenet", "mobilenet@resolution=160")["pair.3"] == ["map 56×56 → 40×40"]
    deeper = causes("mobilenetv2", "mobilenetv2@depth=2")
    assert list(deeper.values()).count(["new"]) == 17
    assert causes("mobilenetv2@depth=2", "mobilenetv2").popitem()
    assert "kernel 7 → 3" in causes("googlenet", "inceptionv3")["conv 1a"]


def test_a_stride_of_its_own_and_maps_that_follow() -> None:
    text = "name: T\ninput: [8, 32, 32]\nlayers:\n  - conv2d: {{out: 8, kernel: 3, padding: 1, stride: {}}}\n  - conv2d: 16\n"
    one, other = (costmodel.loads(text.format(stride)).analyze() for stride in (1, 2))
    found = [pair.causes for pair in Difference(one, other).pairs]
    assert found == [["stride 1 → 2"], ["map 32×32 → 16×16"]]


FIELDS = """name: T
input: [8, 33, 33]
layers:
  - conv2d: {{out: 8, kernel: 3, padding: {padding}}}
  - {{depthwise: {{kernel: {kernel}, padding: same, multiplier: {multiplier}}}, name: filter}}
  - concat:
      a: [{{conv2d: 8}}]
      b: [{{conv2d: {width}}}]
  - {{reshape: {{t: h_in * w_in, c: c_in}}}}
  - attention: {heads}
"""
USUAL = {"padding": "1", "kernel": "3", "multiplier": 1, "width": 16, "heads": 2}


def changed(**fields: Any) -> dict[str, list[str]]:
    before, after = (costmodel.loads(FIELDS.format_map(USUAL | one)).analyze() for one in ({}, fields))
    found = Difference(before, after)
    return {str(unit_of(pair.before[0])): found.causes(pair) for pair in found.pairs if found.causes(pair)}


def test_every_field_is_a_cause() -> None:
    assert changed(padding="0")["conv2d"] == ["padding 1 → 0"]
    assert changed(multiplier=2)["filter"] == ["multiplier 1 → 2"]
    assert changed(heads=4) == {"attention": ["heads 2 → 4"]}
    assert changed(kernel="[3, 5]")["filter"] == ["kernel 3 → 3×5"]
    assert changed(width=24)["attention"] == ["input channels 24 → 32"]


def test_what_only_is_written_otherwise_is_no_cause() -> None:
    assert changed(padding="same", kernel="[3, 3]") == {}


def test_a_unit_that_moves_more_by_what_stands_around_it_is_not_the_same(run: Runner) -> None:
    out = run("compare", "convnext", "swin", "--diff", "--traffic", "block", "--format", "json")[1]
    (stem,) = (unit for unit in json.loads(out)["units"] if unit["before"] == "stage1/stem")
    assert (stem["delta"]["access"], stem["causes"]) == (602112, ["fused or copied otherwise"])


def test_units_of_two_stages_are_no_run(run: Runner) -> None:
    out = run("compare", "resnet50", "resnet50@classes=10", "--diff")[1]
    assert [f"conv{stage}/bottleneck.1–{last}" in out for stage, last in ((2, 3), (3, 4), (4, 6), (5, 3))] == [True] * 4
    assert "16 ×" not in out


UNKNOWN = "name: U\ninput: [3, 32, 32]\nlayers:\n  - conv2d: 8\n  - unknown: {op: Mystery, shape: [8, 32, 32]}\n"


def test_what_is_not_known_is_in_no_sum_and_no_ratio(run: Runner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    known, unknown = "known.yaml", "unknown.yaml"
    Path(known).write_text(UNKNOWN.partition("  - unknown")[0], encoding="utf-8")
    Path(unknown).write_text(UNKNOWN, encoding="utf-8")
    lines = run("compare", unknown, known, "--diff")[1].splitlines()
    assert [line.split() for line in lines if line.startswith("total")] == [["total", "?", "?", "?"]]
    assert [line.split()[1:] for line in lines if line.startswith("mult-adds ")] == [["≥24,576", "→", "24,576,", "?"]]
    assert json.loads(run("compare", unknown, known, "--diff", "--format", "json")[1])["complete"] is False
    rows = [line.split() for line in run("compare", unknown, known, "--normalise", "first")[1].splitlines() if ".yaml " in line]
    assert [row[1:6] for row in rows[:2]] == [["1.000", "×", "1.000", "×", "1.000"], ["?", "?", "?", "?", "–"]]


def test_alignment_is_the_best_there_is() -> None:
    """Against every way to align short lists."""

    def alike(a: str, b: str) -> float:
        return float(a == b)

    def most(a: str, b: str) -> int:
        if not a or not b:
            return 0
        return max(most(a[1:], b), most(a, b[1:]), (a[0] == b[0]) + most(a[1:], b[1:]))

    for a in ("", "a", "abab", "abcde", "xaybz"):
        for b in ("", "b", "baba", "aebdc", "abz"):
            pairs = aligned(a, b, alike)
            assert "".join(one for one, _ in pairs if one) == a
            assert "".join(other for _, other in pairs if other) == b
            assert sum(one == other for one, other in pairs) == most(a, b)


@pytest.mark.parametrize("given", ["mobilenet mobilenetv2", "resnet50 resnext --traffic unfused", "googlenet inceptionv3"])
def test_a_difference_is_under_its_schema(run: Runner, given: str) -> None:
    code, out, err = run("compare", *given.split(), "--diff", "--format", "json")
    assert (code, err, kinds("compare", out)) == (0, "", ["difference"])
    assert "| total |" in run("compare", *given.split(), "--diff", "--format", "markdown")[1]


def test_runs_of_units_that_differ_alike_are_folded(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    out = run("compare", "resnet50", "resnext", "--diff")[1]
    assert "conv4/bottleneck.2–6  conv4/unit.2–6   5 ×    +8,028,160" in out
    assert "total                                       +141,295,616  −528,128  +6,029,824" in out
