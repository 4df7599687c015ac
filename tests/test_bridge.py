"""What other programs print for a network, against what they were seen to print; every step a count of the ledger."""

import csv
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import costmodel
from costmodel import algebra
from costmodel.bridge import bridge
from costmodel.conventions import CONVENTIONS, programs
from costmodel.counts import COUNTS
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.problems import width
from costmodel.reports import bridging

Runner = Callable[..., tuple[int, str, str]]

with (Path(__file__).parent / "reference" / "counters.csv").open(encoding="utf-8") as stream:
    ROWS = list(csv.DictReader(stream))
CODE = {name: costmodel.load(path).network.implementation.source for name, path in bundled().items()}


def called(row: dict[str, str]) -> str:
    return f"{row['network']}-{row['input']}"


PRINTED = [
    pytest.param(row, name, id=f"{called(row)}-{name}")
    for row in ROWS
    for name in CONVENTIONS
    if row.get(name) and row["implementation"] == CODE[row["spec"]]
]


def counted(row: dict[str, str]) -> Ledger:
    return evaluated(row["spec"], row["variant"], row["settings"])


@cache
def evaluated(name: str, variant: str, settings: str) -> Ledger:
    spec = costmodel.load(name)
    return spec.evaluate(spec.settings(dict(setting.split("=", 1) for setting in settings.split()), variant or None))


@pytest.mark.parametrize("row", ROWS, ids=called)
def test_the_network_is_the_one_that_was_counted(row: dict[str, str]) -> None:
    totals = counted(row).totals
    assert (str(totals.mult_adds), str(totals.params)) == (row["mult_adds"], row["params"])


@pytest.mark.parametrize(("row", "name"), PRINTED)
def test_a_program_prints_what_the_bridge_leads_to(row: dict[str, str], name: str) -> None:
    found = bridge(counted(row), CONVENTIONS[name])
    assert found.total == int(row[name])
    assert sum(step.factor * step.amount for step in found.steps) == found.total


def test_every_program_was_seen_to_print_for_most_networks() -> None:
    seen = [name for row, name in (param.values for param in PRINTED)]
    assert all(seen.count(rule.name) > 50 for rule in programs() if rule.name != "condensenet")


@pytest.mark.parametrize(
    ("settings", "printed"),
    [
        ({}, 529_328_264),
        ({"variant": "74-c8g8"}, 274_233_480),
        ({"variant": "cifar-50"}, 28_641_834),
        ({"variant": "cifar-86"}, 65_816_394),
        ({"variant": "cifar-110"}, 98_238_474),
        ({"variant": "cifar-182"}, 512_671_594),
    ],
)
def test_what_the_authors_of_condensenet_measure(settings: dict[str, Any], printed: int) -> None:
    assert bridge(costmodel.load("condensenet").analyze(**settings), CONVENTIONS["condensenet"]).total == printed


PLAIN = [rule for rule in programs() if rule.name != "condensenet"]
ONE = "name: T\ninput: {}\nlayers: [{}]\n"


@pytest.mark.parametrize(
    ("input", "layer", "figures"),
    [
        # 3→1 channels, kernel 2, stride 2, on 2×2; depthwise on 8×8 to 16×16
        (
            "[3, 2, 2]",
            "conv_transpose2d: {out: 1, kernel: 2, stride: 2}",
            {"fvcore": 48, "torch": 96, "ptflops": 64, "ptflops-aten": 64, "thop": 192, "torchinfo": 208, "calflops": 48},
        ),
        (
            "[4, 8, 8]",
            "conv_transpose2d: {out: 4, kernel: 3, stride: 2, padding: same, groups: 4, bias: false}",
            {"fvcore": 2304, "torch": 4608, "ptflops": 2304, "thop": 9216, "torchinfo": 9216, "calflops": 0},
        ),
        ("[64, 56, 56]", "batch_norm", {"fvcore": 401_408, "ptflops": 401_408, "thop": 802_816, "torchinfo": 128, "torch": 0}),
        ("[64, 8, 8]", "group_norm: 8", {"fvcore": 20_480, "ptflops": 8192, "thop": 0, "torchinfo": 128}),
        ("[64, 8, 8]", "group_norm: {groups: 8, affine: false}", {"fvcore": 16_384, "ptflops": 4096, "thop": 0}),
        ("[64, 8, 8]", "instance_norm", {"fvcore": 16_384, "ptflops": 4096, "thop": 8192, "torchinfo": 0}),
        ("[64, 8, 8]", "upsample: 2", {"fvcore": 16_384, "ptflops": 32_768, "thop": 16_384}),
        ("[64, 8, 8]", "upsample: {scale: 2, mode: bilinear}", {"fvcore": 65_536, "ptflops": 32_768, "thop": 180_224}),
        ("[64, 8, 8]", "prelu", {"fvcore": 0, "ptflops": 8192, "thop": 4096, "torchinfo": 1}),
        ("[64, 8, 8]", "softmax", {"ptflops": 4096, "thop": 3 * 4096 - 64}),
        ("[64, 8, 8]", "silu", {"ptflops": 4096, "thop": 0}),
        ("[64, 8, 8]", "hardswish", {"ptflops": 0, "thop": 0}),
        ("[64, 8]", "{adaptive_avg_pool: 1}", {"fvcore": 0, "ptflops": 1024, "thop": 512 + 64}),
        ("[6, 9]", "upsample: 2", {"fvcore": 0, "ptflops": 216, "thop": 108}),
        ("{t: 10, c: 8}", "attention: {heads: 2, bias: false}", {"ptflops": 4520, "ptflops-aten": 2560, "thop": 0}),
        # scores that are fused are seen by nobody
        ("[2, 7, 16]", "scaled_dot_product: [input, input, input]", dict.fromkeys((rule.name for rule in PLAIN), 0)),
        (
            "{t: 7, c: 16}",
            "lstm: 24",
            {
                "fvcore": 0,
                "torch": 0,
                "ptflops": 29_904,
                "ptflops-aten": 0,
                "thop": 29_568,
                "torchinfo": 28_224,
                "calflops": 0,
            },
        ),
        ("{t: 7, c: 16}", "lstm: {out: 24, bias: false}", {"ptflops": 28_560, "thop": 28_224, "torchinfo": 26_880}),
        ("{t: 7, c: 16}", "lstm: {out: 24, directions: 2}", {"ptflops": 59_808, "thop": 59_136, "torchinfo": 56_448}),
        (
            "{t: 7, c: 16}",
            "gru: 24",
            {
                "fvcore": 0,
                "torch": 40_320,
                "ptflops": 22_344,
                "ptflops-aten": 21_168,
                "thop": 22_344,
                "torchinfo": 21_168,
                "calflops": 0,
            },
        ),
        (
            "{t: 7, c: 16}",
            "rnn: 24",
            {"fvcore": 0, "torch": 13_440, "ptflops": 7224, "ptflops-aten": 7056, "thop": 7224, "torchinfo": 7056},
        ),
        ("[7]", "embedding: {entries: 50, out: 16}", {"fvcore": 0, "torch": 0, "ptflops": 0, "thop": 0, "torchinfo": 800}),
    ],
)
def test_single_ops_as_measured(input: str, layer: str, figures: dict[str, int]) -> None:
    ledger = costmodel.loads(
        ONE.format(input, layer if layer.startswith("{") else f"{{{layer}}}" if ":" in layer else layer)
    ).analyze()
    assert {name: bridge(ledger, CONVENTIONS[name]).total for name in figures} == figures


@pytest.mark.parametrize(
    ("input", "layer", "spelled", "figures"),
    [
        (
            "[10, 8]",
            "{conv1d: {out: 12, kernel: 3}}",
            "conv1d: function",
            {"fvcore": 2160, "torch": 4320, "ptflops": 0, "ptflops-aten": 2232, "thop": 0, "torchinfo": 0, "calflops": 2160},
        ),
        (
            "[3, 10]",
            "{conv_transpose1d: {out: 1, kernel: 2}}",
            "conv_transpose1d: function",
            {"fvcore": 60, "ptflops": 0, "ptflops-aten": 71, "thop": 0, "torchinfo": 0, "calflops": 60},
        ),
        (
            "[3, 10]",
            "{conv_transpose1d: {out: 1, kernel: 2}}",
            "conv_transpose1d: subclass",
            {"ptflops": 0, "ptflops-aten": 71, "thop": 0, "torchinfo": 77, "calflops": 60},
        ),
        (
            "{t: 10, c: 8}",
            "{dropout: 0, name: a}, {matmul: [a, previous], transpose: true}",
            "matmul: module",
            {"fvcore": 800, "torch": 1600, "ptflops": 0, "ptflops-aten": 800, "thop": 0, "torchinfo": 0, "calflops": 0},
        ),
        (
            "{t: 10, c: 8}",
            "{dropout: 0, name: a}, {matmul: [a, previous], transpose: true}",
            "matmul: function",
            {"fvcore": 800, "torch": 1600, "ptflops": 800, "ptflops-aten": 800, "thop": 0, "torchinfo": 0, "calflops": 800},
        ),
    ],
)
def test_spelled_ops_as_measured(input: str, layer: str, spelled: str, figures: dict[str, int]) -> None:
    ledger = costmodel.loads(ONE.format(input, layer) + f"implementation: {{{spelled}}}\n").analyze()
    assert {name: bridge(ledger, CONVENTIONS[name]).total for name in figures} == figures


def test_two_images_as_measured() -> None:
    attention = costmodel.loads(ONE.format("{t: 10, c: 8}", "{attention: {heads: 2}}"))
    upsampled = costmodel.loads(ONE.format("[6, 9, 10]", "{upsample: 2}"))
    assert bridge(attention.analyze(batch=2), CONVENTIONS["ptflops-aten"]).total == 5280
    assert bridge(upsampled.analyze(batch=2), CONVENTIONS["ptflops"]).total == 6480
    n = algebra.symbol("n")
    total = bridge(attention.analyze(batch=n), CONVENTIONS["ptflops-aten"]).total
    assert [total.subs(n, images).doit() for images in (1, 2)] == [2880, 5280]


def test_a_residual_add_and_a_functional_relu_are_seen_by_nobody_but_one() -> None:
    text = ONE.format("[64, 56, 56]", "{residual: [identity]}, relu") + "implementation: {relu: function}\n"
    ledger = costmodel.loads(text).analyze()
    assert {rule.name: bridge(ledger, rule).total for rule in programs()} == {
        **dict.fromkeys((rule.name for rule in programs()), 0),
        "ptflops": 200_704,
        "condensenet": 200_704,
    }


def test_every_count_is_of_use_and_every_slip_has_one() -> None:
    used = {name for rule in CONVENTIONS.values() for name in (*rule.operations, *rule.parameters)}
    assert used == set(COUNTS)
    assert all(set(rule.slips) <= set(rule.operations) for rule in CONVENTIONS.values())


def test_a_label_is_the_layers_own_or_that_of_the_place_which_holds_it() -> None:
    text = """
        name: T
        input: [8, 4, 4]
        blocks: {unit: {layers: [relu, {layers: [relu]}]}}
        layers: [unit, relu, {relu, name: last}]
        implementation: {relu: {unit: function, last: function}}
    """
    ledger = costmodel.loads(text).analyze()
    assert [ledger.spelling(line) for line in ledger.lines] == ["function", "function", "module", "function"]


def test_symbols_and_points_have_bridges_too() -> None:
    alpha = algebra.symbol("alpha")
    spec = costmodel.load("mobilenetv2")
    total = bridge(spec.analyze(alpha=alpha), CONVENTIONS["fvcore"]).total
    assert total.subs(alpha, 1).doit() == 314_193_216


def test_a_screen_fits(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in (80, 100, 140):
        monkeypatch.setenv("COLUMNS", str(columns))
        code, out, err = run("reconcile", "mobilenetv2", "convnext", "--with", "counters")
        assert (code, err) == (0, "")
        assert max(map(width, out.splitlines())) <= columns
        assert all(f"{figure:,}" in out for figure in (314_193_216, 601_548_544, 320_300_008, 300_775_272, 327_486_720))


def test_formats_say_the_same(run: Runner) -> None:
    options = ("reconcile", "mobilenetv2", "vit", "--with", "counters", "--batch", "2")
    document = json.loads(run(*options, "--format", "json")[1])
    schema = Path(bridging.__file__).with_name("counters.schema.json").read_text(encoding="utf-8")
    jsonschema.validate(document, json.loads(schema))
    in_json = [
        (spec["spec"], counter["name"], step["count"], step["factor"] * step["amount"], counter["figure"])
        for spec in document["specs"]
        for counter in spec["counters"]
        for step in counter["steps"]
    ]
    rows = list(csv.DictReader(io.StringIO(run(*options, "--format", "csv")[1])))
    assert in_json == [(r["spec"], r["counter"], r["count"], int(r["value"]), int(r["figure"])) for r in rows]
    markdown = run(*options, "--format", "markdown")[1]
    assert all(f"{figure:,}" in markdown for *_, figure in in_json)


def test_a_label_without_such_an_op_is_said(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    text = ONE.format("[8, 4, 4]", "{unit}") + "blocks: {unit: {layers: [{residual: [relu]}, {conv2d: 8}]}}\n"
    file.write_text(text + "implementation: {relu: {unit: function, conv2d: function}}\n", encoding="utf-8")
    out = run("reconcile", str(file), "--with", "counters")[1]
    assert "not there" in out
    assert "relu in conv2d: no such op" in " ".join(out.split())


def test_settings_choose_what_is_counted(run: Runner) -> None:
    code, out, err = run(
        "reconcile", "mobilenetv2", "--with", "counters", "--counter", "fvcore", "--variant", "x1.4", "--set", "classes=1000"
    )
    assert (code, err) == (0, "")
    assert "601,430,480" in out
    assert "thop" not in out


def test_an_op_that_nobody_knows_makes_figures_lower_bounds(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(ONE.format("[8, 4, 4]", "{conv2d: 8}, {unknown: {op: Roll, shape: [8, 4, 4]}}"), encoding="utf-8")
    out = run("reconcile", str(file), "--with", "counters")[1]
    assert "≥1,024" in out
    assert "not counted" in out
    assert not json.loads(run("reconcile", str(file), "--with", "counters", "--format", "json")[1])["specs"][0]["complete"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--with", "counter"), "did you mean 'counters'?"),
        (("--with", "counters", "--counter", "fvcor"), "did you mean 'fvcore'?"),
        (("--with", "counters", "--status", "off"), "--status: only published figures have a verdict"),
        (
            ("--with", "papers", "--counter", "thop", "--set", "alpha=1"),
            "--set, --counter: published figures have settings of their own",
        ),
        (("--with", "counters", "--set", "alpha=x"), "'x' is neither a number nor a word of specs"),
        (("--status", "wrong"), "no verdict is called 'wrong'"),
        (("--with", "fvcore"), "= --counter fvcore"),
        (("--counter", "thop", "--counter", "fvcore"), "--counter is given 2 times, and has one value"),
        (("--variant", "x1.4", "--variant=x0.5"), "--variant is given 2 times, and has one value"),
    ],
)
def test_what_cannot_be_asked(options: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("reconcile", "mobilenetv2", *options)
    assert (code, out) == (2, "")
    assert said in err
    assert "Traceback" not in err


def test_settings_are_those_of_specs_that_are_named(run: Runner) -> None:
    code, out, err = run("reconcile", "--with", "counters", "--set", "alpha=0.5", "--variant", "x0.5")
    assert (code, out) == (2, "")
    assert "--set, --variant: each spec has parameters and variants of its own" in err


def test_what_cannot_be_built_is_said_of_every_spec(run: Runner) -> None:
    code, out, err = run("reconcile", "units/fire", "mobilenetv2", "units/conv", "--with", "counters")
    assert (code, out) == (2, "")
    assert err.count("have no default") == 2
