"""Several networks side by side: the figures worked out in another way, and exactly where the paper's claims come out."""

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel.argument import CLAIMS, FIGURES, Network, held
from costmodel.bounds import bounded
from costmodel.ledger import Ledger
from costmodel.pinning import pinned
from costmodel.reports.arguing import called
from costmodel.reports.behind import MODELS
from costmodel.traffic import BLOCK, CONV, FOLDED, UNFUSED, VIEW

Runner = Callable[..., Any]
NAMES = ("shufflenet", "mobilenetv2", "shufflenetv2")


def network(name: str, variant: str | None = None) -> Network:
    return Network(name, name, costmodel.load(name).analyze(variant=variant), MODELS)


@pytest.fixture(scope="module")
def networks() -> list[Network]:
    return [network(name) for name in NAMES]


# --- figures ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "variant", "share"),
    [("mobilenetv2", None, 10.8), ("shufflenet", None, 9.9), ("shufflenetv2", None, 0.5), ("shufflenetv2", "torchvision", 0.5)],
)
def test_gaps_of_1x1_layers_as_a_share_of_conv_and_fc_access(name: str, variant: str | None, share: float) -> None:
    found = network(name, variant).figure("G1", CONV)
    assert found is not None
    assert round(float(found), 1) == share


@pytest.mark.parametrize(
    ("name", "variant", "folded", "unfolded"),
    [
        ("mobilenet", None, 41.3, 58.4),
        ("mobilenetv2", None, 43.3, 60.8),
        ("shufflenetv2", "torchvision", 56.1, 65.6),
    ],
)
def test_shares_that_are_not_conv_or_fc(name: str, variant: str | None, folded: float, unfolded: float) -> None:
    one = network(name, variant)
    for model, share in ((FOLDED, folded), (UNFUSED, unfolded)):
        parts = one.standings[model].parts
        assert round(float(100 * Fraction(parts.outside, parts.total)), 1) == share
    if name == "shufflenetv2":
        parts = one.standings[FOLDED._replace(split=VIEW)].parts
        assert round(float(100 * Fraction(parts.outside, parts.total)), 1) == 51.6


def gaps(ledger: Ledger) -> float:
    """G1's price with floating-point roots: (√(hᵢwᵢ·c1) − √(hₒwₒ·c2))² of each free 1×1 layer."""
    why, total = pinned(ledger.lines, ledger.outputs), 0.0
    for line in ledger.lines:
        for layer, reason in zip(bounded(line), why[line], strict=True):
            if layer.taps == 1 and not reason:
                total += ((layer.entering * layer.c1) ** 0.5 - (layer.leaving * layer.c2) ** 0.5) ** 2
    return total


def is_depthwise(line: Any) -> bool:
    return bool(line.op == "depthwise" or (line.op == "conv2d" and 1 < line.fields.get("groups", 1) == line.inputs[0].c))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("model", [model for model in MODELS if model != BLOCK], ids=called)
def test_figures_are_what_the_lines_say(name: str, model: Any) -> None:
    one = network(name)
    ledger, figures = one.ledger, one.standings[model].figures
    moves, kernels = ledger.moves(model), ledger.kernels(model)
    access = sum(move.access for move in moves.values())
    assert float(figures["G1"] or 0) == pytest.approx(100 * gaps(ledger) / access, rel=1e-5)
    element_wise = sum(
        moves[line].access if line.rule.family in ("norm", "pointwise", "join", "layout") else line.cost.biases
        for line in ledger.lines
    )
    depthwise = sum(moves[line].access for line in ledger.lines if is_depthwise(line))
    assert figures["G4 no dw"] == Fraction(100 * element_wise, access)
    assert figures["G4"] == Fraction(100 * (element_wise + depthwise), access)
    assert figures["G3 kernels"] == len(kernels)
    deep = sum(any(map(is_depthwise, kernel)) for kernel in kernels)
    bare = sum(all(line.rule.family in ("norm", "pointwise", "join", "layout") for line in kernel) for kernel in kernels)
    assert figures["G4 launches no dw"] == Fraction(100 * bare, len(kernels))
    assert figures["G4 launches"] == Fraction(100 * (bare + deep), len(kernels))


def test_groups_of_shufflenet_cost_what_equation_3_says(networks: list[Network]) -> None:
    """Bg/c1 + hw·c1 + B/hw: one group gives c2/g channels at the same mult-adds, and weighs as much."""
    ledger, price = networks[0].ledger, 0
    for line in ledger.lines:
        g = line.fields.get("groups", 1) if line.op == "conv2d" else 1
        if 1 < g < line.inputs[0].c:
            mult_adds, c1, area = line.cost.fma, line.inputs[0].c, line.output.h * line.output.w
            price += mult_adds * g // c1 - mult_adds // c1
            assert line.output.size == area * line.output.c == mult_adds * g // c1
    assert networks[0].price["G2"] == price
    assert networks[1].price["G2"] == networks[2].price["G2"] == 0


# --- claims -----------------------------------------------------------------------------------------------------------

CALLED = tuple(map(called, MODELS))
ALL = ["conv", "unfused", "folded", "split", "views", "fused", "fused-views", "block"]
"""The models in few letters."""


def said(networks: list[Network]) -> dict[tuple[str, str, str], list[str]]:
    """The models under which each claim does not come out, by its network, what it says and the figure."""
    return {
        (one.claim.subject, f"{'breaks' if one.claim.breaks else 'follows'} {one.claim.guideline}", one.claim.figure): [
            name for name, verdict in zip(ALL, one.verdicts, strict=True) if not verdict.comes_out
        ]
        for one in held(networks, MODELS)
    }


def test_where_the_papers_claims_do_not_come_out(networks: list[Network]) -> None:
    """G1 and G2 come out everywhere. G4 of ShuffleNetV2 does where split, at least, is free, and unfused by a hair."""
    assert said(networks) == {
        ("shufflenet", "breaks G1", "G1"): [],
        ("shufflenet", "breaks G2", "G2"): [],
        ("mobilenetv2", "breaks G1", "G1"): [],
        ("mobilenetv2", "breaks G4", "G4"): ["fused"],
        ("shufflenetv2", "follows G1", "G1"): [],
        ("shufflenetv2", "follows G2", "G2"): [],
        ("shufflenetv2", "follows G3", "G3 fragments"): ALL,
        ("shufflenetv2", "follows G3", "G3 width"): ALL,
        ("shufflenetv2", "follows G4", "G4"): ["conv", "folded", "fused", "fused-views", "block"],
        ("shufflenetv2", "follows G4", "G4 no dw"): ["conv", "unfused", "folded", "split", "fused", "fused-views", "block"],
        ("shufflenetv2", "follows G4", "G4 launches"): ALL,
    }


def test_equal_halves_change_one_verdict() -> None:
    """The other reading of the stride-2 unit; where a unit stays on the chip, the biases of FC layers are all that is left."""
    first = said([network("shufflenet"), network("mobilenetv2"), network("shufflenetv2")])
    other = said([network("shufflenet"), network("mobilenetv2"), network("shufflenetv2", "torchvision")])
    changed = {claim: other[claim] for claim, where in first.items() if other[claim] != where}
    assert changed == {("mobilenetv2", "breaks G4", "G4"): ["fused", "block"]}


def test_a_claim_needs_its_networks(networks: list[Network]) -> None:
    assert held(networks[:1], MODELS) == []
    assert held([network("vgg16"), network("resnet50")], MODELS) == []
    found = held(networks[1:], MODELS)
    assert [one.claim.subject for one in found].count("mobilenetv2") == 2
    assert all(one.against == [networks[1]] or one.against == [networks[2]] for one in found)
    assert len(held(networks, MODELS)) == len(CLAIMS)
    assert all(claim.figure in FIGURES for claim in CLAIMS)


def test_of_several_settings_the_first_counts(networks: list[Network]) -> None:
    wide = Network("mobilenetv2@x1.4", "mobilenetv2", costmodel.load("mobilenetv2").analyze(variant="x1.4"), MODELS)
    found = held([wide, *networks], MODELS)
    assert {one.subject.label for one in found if one.claim.subject == "mobilenetv2"} == {"mobilenetv2@x1.4"}


def test_a_verdict_is_the_order_of_its_figures(networks: list[Network]) -> None:
    for one in held(networks, MODELS):
        for verdict in one.verdicts:
            assert verdict.own == one.subject.figure(one.claim.figure, verdict.traffic)
            known = [value for value in verdict.others if value is not None]
            assert verdict.own is not None
            extreme = max(known) if one.claim.breaks else min(known)
            assert verdict.comes_out == (verdict.own > extreme if one.claim.breaks else verdict.own < extreme)


def test_what_is_not_known_is_no_verdict(networks: list[Network]) -> None:
    text = "name: U\ninput: [8, 16, 16]\nlayers: [{conv2d: 16}, {unknown: {op: NonMaxSuppression, shape: [16, 8, 8]}}]\n"
    strange = Network("u", "mobilenetv2", costmodel.loads(text).analyze(), MODELS)
    found = held([strange, networks[2]], MODELS)
    assert found
    assert all(verdict.comes_out is None for one in found for verdict in one.verdicts)


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_table_and_the_claims(run: Runner) -> None:
    code, out, err = run("check", *NAMES)
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    at = lines.index(["unfused"])
    assert lines[at + 1] == ["shufflenet", "25,918,240", "3.0", "5.4", "169", "166", "2", "70.8", "66.5", "76.9", "67.5"]
    assert lines[at + 3] == ["shufflenetv2", "18,147,900", "0.2", "0.0", "210", "182", "2", "70.6", "63.2", "81.0", "71.9"]
    assert "does not         under every model 3.4 ≮ 3.2, 2.9" in out
    assert "nothing is held against it" in out


def test_ones_own_network_has_no_claims(run: Runner, tmp_path: Path) -> None:
    mine = tmp_path / "mobilenetv2.yaml"
    mine.write_text("name: mine\ninput: [8, 16, 16]\nlayers: [{conv2d: 16}, relu, {conv2d: 8}]\n", encoding="utf-8")
    out = run("check", str(mine), "shufflenetv2")[1]
    assert "claims" not in out
    assert "mine" not in [line for line in out.splitlines() if "breaks" in line]


@pytest.mark.parametrize("given", ["shufflenet mobilenetv2@x1.4 shufflenetv2", "vgg16 grouped --guideline G2,G4"])
def test_json_is_under_its_schema_and_agrees_with_itself(run: Runner, given: str) -> None:
    code, out, _ = run("check", *given.split(), "--format", "json", "--budget", "params<=999M")
    assert (code, kinds("check", out)) == (0, ["argument"])
    document = json.loads(out)
    figures = {(one["network"], under["traffic"]): under for one in document["networks"] for under in one["under"]}
    for claim in document["claims"]:
        for verdict in claim["verdicts"]:
            assert figures[claim["network"], verdict["traffic"]][claim["figure"]] == verdict["own"]
            values = [figures[name, verdict["traffic"]][claim["figure"]] for name in claim["against"]]
            assert values == verdict["others"]
            order = Fraction.__gt__ if claim["claim"] == "breaks" else Fraction.__lt__
            assert verdict["comes_out"] == all(order(Fraction(verdict["own"]), Fraction(value)) for value in values)
    if "G2,G4" in given:
        assert set(document["guidelines"]) == {"G2", "G4"}
        assert not any(name.startswith("G3") for under in figures.values() for name in under)


def test_budgets_and_fail_on_are_of_each(run: Runner) -> None:
    code, out, _ = run("check", *NAMES, "--budget", "mult_adds<=200M")
    assert code == 1
    assert out.count("mult_adds<=200M") == 3
    assert run("check", "grouped", "grouped", "--fail-on", "G1")[0] == 0
    assert run("check", "grouped", "mobilenetv2", "--fail-on", "G1")[0] == 1


def test_markdown_has_every_row(run: Runner) -> None:
    out = run("check", *NAMES, "--format", "markdown")[1]
    assert sum(line.startswith("| ") for line in out.splitlines()) == 2 + len(MODELS) * len(NAMES)
    assert out.count("comes out:") + out.count("does not:") == 8 + 6


@pytest.mark.parametrize("columns", [80, 140])
def test_screens_fit(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for given in (NAMES, ("vit", "googlenet", "mobilenet@alpha=0.5,resolution=160")):
        out = run("check", *given)[1]
        assert max(map(len, out.splitlines())) <= columns
