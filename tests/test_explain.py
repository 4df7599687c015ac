"""`explain`: what is printed as a formula gives, worked out again from the text, the number that is printed."""

import json
import math
import random
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import costmodel
from costmodel.bounds import bounded
from costmodel.commands.explain import explainer
from costmodel.explaining import Explainer, folded
from costmodel.layers import under
from costmodel.library import bundled
from costmodel.replacing import replaced
from costmodel.reports.explaining import bound_steps, worked
from costmodel.reports.steps import Step
from costmodel.single import Sizes, line_of
from costmodel.traffic import CONV, TRAFFIC
from costmodel.working import Working

Runner = Callable[..., tuple[int, str, str]]
NETWORKS = [name for name in bundled() if not name.startswith(("units/", "studies/"))]
UNITS = [name for name in bundled() if name.startswith("units/")]


@cache
def of(name: str, traffic: str = "conv", **settings: Any) -> Explainer:
    return explainer(costmodel.load(name), settings, None, 1, TRAFFIC[traffic])


_POWERS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")


def value(text: str, numbers: dict[str, int] | None = None) -> Fraction:
    """A printed formula worked out, from its text alone."""
    text = re.sub(r"(?<=\d),(?=\d{3})", "", text).replace("·", "*").replace("−", "-").replace("/", "//over//")
    text = re.sub(r"[⁰¹²³⁴⁵⁶⁷⁸⁹]+", lambda raised: f"**{raised[0].translate(_POWERS)}", text)
    text = re.sub(r"([^\W\d_][\w]*)('*)", lambda name: name[1] + "_prime" * len(name[2]), text)
    text = text.replace("⌊", "floor(").replace("⌋", ")").replace("⌈", "ceil(").replace("⌉", ")")
    text = re.sub(r"(?<![\w.])(\d+(?:\.\d+)?)(?!\w)", r"F('\1')", text).replace("//over//", "/")
    known = {f"{name.rstrip(chr(39))}{'_prime' * name.count(chr(39))}": Fraction(n) for name, n in (numbers or {}).items()}
    functions = {"F": Fraction, "floor": math.floor, "ceil": math.ceil, "min": min, "max": max, "gcd": math.gcd}
    return Fraction(eval(text, {"__builtins__": {}}, {**functions, **known}))


def check(step: Step, working: Working) -> None:
    """Formula and numbers of a figure, read again."""
    if not step.is_worked:
        return
    numbers = {symbol.name: number for symbol, number in working.numbers.items()}
    assert value(step.said, numbers) == step.value, (working.path, step.said)
    assert value(step.substituted) == step.value, (working.path, step.substituted)


def layers(found: Explainer) -> Iterator[Working]:
    """Each layer of a network that differs from all before it."""
    from costmodel.explaining import Found

    for group in folded(Found(line.place, (line,)) for line in found.ledger.lines):
        yield found.working(group)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_of_every_network_has_formulas_that_give_its_figures(name: str) -> None:
    found = of(name)
    for working in layers(found):
        steps = worked(working)
        for step in steps:
            check(step, working)
        line = working.lines[0]
        if line.known:
            assert (steps[0].value, steps[1].value) == (line.cost.fma, line.cost.params)
            assert all(step.formula is not None for step in steps if step.value and step.name != "access"), (line, steps)


@pytest.mark.parametrize("traffic", ["unfused", "folded", "fused", "block"])
@pytest.mark.parametrize("name", ["mobilenet", "shufflenetv2", "googlenet", "swin"])
def test_access_is_that_of_the_traffic_model(name: str, traffic: str) -> None:
    found = of(name, traffic)
    for working in layers(found):
        assert working.figures["access"].value == found.ledger.moves(TRAFFIC[traffic])[working.lines[0]].access
        for step in worked(working):
            check(step, working)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_block_has_formulas_in_its_parameters_that_give_its_sums(name: str) -> None:
    found = of(name)
    assert found.blocks is not None
    formed = 0
    seen = set()
    for place in found.blocks.calls:
        lines = tuple(line for line in found.ledger.lines if place in line.place.chain())
        key = tuple((line.op, str(line.fields), str(line.inputs)) for line in lines)
        if not lines or key in seen or len(seen) > 25:
            continue
        seen.add(key)
        working = found.block(place, lines)
        totals = found.ledger.sums(lines)
        assert [working.figures[figure].value for figure in totals._fields] == [*totals]
        for step in worked(working):
            check(step, working)
        formed += worked(working)[0].is_worked
    assert formed or not seen


@pytest.mark.parametrize(
    ("unit", "paper"),
    [
        ("shufflenet", "h·w·(2·c·m/g + 9·m)"),
        ("resnet_bottleneck", "h·w·(2·c·m + 9·m²)"),
        ("resnext", "h·w·(2·c·m + 9·m²/g)"),
        ("pointwise", "h·w·c1·c2"),
        ("conv", "D_F²·D_K²·M·N"),
        ("separable", "D_F²·(D_K²·M + M·N)"),
        ("squeeze_excite", "2·c²/r"),
    ],
)
def test_a_unit_prints_the_formula_of_its_paper(unit: str, paper: str) -> None:
    assert worked(of(f"units/{unit}").whole())[0].said == paper


def test_a_unit_in_two_widths_prints_mobilenetv2s_formula() -> None:
    found = of("units/inverted_residual", d2=96, d1=64, h=14, w=14, shortcut="false")
    assert worked(found.whole())[0].said == "h·w·d1·t·(d1 + d2 + k²)"
    assert found.whole().figures["mult_adds"].value == 12719616


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_worked_out_with_and_without_numbers(unit: str, run: Runner) -> None:
    code, out, err = run("explain", unit)
    assert (code, err) == (0, "")
    assert "mult-adds" in out
    spec = costmodel.load(unit)
    rows = [row for row in spec.network.published if row.settings and not row.not_modelled and row.part is None]
    for row in rows[:3]:
        settings = {str(name): setting.evaluate({}) for name, setting in row.settings.items()}
        found = explainer(spec, settings, None, 1, CONV)
        ledger = spec.analyze(**settings)
        for step in worked(found.whole()):
            check(step, found.whole())
        assert found.whole().figures["mult_adds"].value == ledger.totals.mult_adds


@pytest.mark.parametrize("unit", UNITS)
def test_what_papers_print_of_a_unit_is_what_is_computed(unit: str) -> None:
    letters = of(unit).letters
    assert letters is not None
    assert [one.text for one in letters.printed if not one.is_equal] == []


def test_side_by_side_is_the_exam(run: Runner) -> None:
    units = ["units/shufflenet", "--against", "units/resnet_bottleneck", "--against", "units/resnext"]
    numbers = ["--set", "h=28", "--set", "w=28", "--set", "c=240", "--set", "m=60", "--set", "g=3"]
    code, out, err = run("explain", *units, *numbers)
    assert (code, err) == (0, "")
    for said in ("= 28·28·(2·240·60/3 + 9·60)", "= 7,949,760", "= 47,980,800", "= 31,046,400", "× 0.166", "× 0.256"):
        assert said in out
    symbols = run("explain", *units)[1]
    assert "(2·c + 9·g)/(g·(2·c + 9·m))" in symbols
    assert "7,949,760" not in symbols


# --- against the standard convolution ----------------------------------------------------------------------------


def test_the_checked_example_of_a_separable_convolution(run: Runner) -> None:
    out = run("explain", "mobilenet", "pair.3")[1]
    assert re.search(r"mult-adds +54,992,896 +462,422,016 +1/c2 \+ 1/k² = × 0.119", out)
    assert re.search(r"access +1,623,168 +950,272 +× 1.71", out)
    assert "saved from 786 channels out on" in out


@pytest.mark.parametrize(("side", "first"), [(56, 786), (28, 198), (14, 51), (7, 14)])
def test_the_width_from_which_access_is_saved(side: int, first: int) -> None:
    one = line_of(Sizes(h=side, w=side, c1=64, c2=64, k=3, groups=64))
    two = line_of(Sizes(h=side, w=side, c1=64, c2=64))
    found = replaced(one, two)
    assert found is not None
    assert found.threshold is not None
    assert found.threshold.first == first == (2 * side * side + 9) // 8 + 1


def test_the_width_holds_for_other_widths_strides_and_multipliers_and_below_it_nothing_is_saved() -> None:
    rng = random.Random(3)
    fields = "kernel: {k}, stride: {s}, padding: same, bias: {b}{more}"
    text = f"{{{{name: A, input: [{{c}}, {{h}}, {{h}}], layers: [{{{{{{op}}: {{{{{fields}}}}}}}}}{{rest}}]}}}}"
    met = 0
    for _ in range(60):
        at = {"c": rng.choice([3, 8, 40]), "h": rng.choice([5, 7, 12]), "k": rng.choice([2, 3, 5]), "s": rng.choice([1, 2, 3])}
        at |= {"b": rng.choice(["true", "false"]), "m": rng.choice([1, 2, 3])}

        def access(kind: str, out: int, at: dict[str, Any] = at) -> Any:
            rest = f", {{conv2d: {{out: {out}, bias: {at['b']}}}}}" if kind == "depthwise" else ""
            more = f", multiplier: {at['m']}" if kind == "depthwise" else f", out: {out}"
            return costmodel.loads(text.format(**at, op=kind, more=more, rest=rest)).analyze()

        lines = access("depthwise", 16).lines
        found = replaced(lines[0], lines[1])
        assert found is not None
        assert found.threshold is not None
        if found.threshold.first is None:
            assert found.threshold.never
            assert at["m"] >= at["k"] ** 2
            continue
        met += 1
        for out in (found.threshold.first, found.threshold.first - 1):
            if out:
                saved = access("conv2d", out).totals.access - access("depthwise", out).totals.access
                assert (saved > 0) == (out == found.threshold.first), (at, out)
    assert met > 30


def test_where_access_is_saved_at_no_width_no_formula_is_printed(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "one.yaml"
    spec.write_text("name: A\ninput: [8, 9, 9]\nlayers: [{separable: {out: 4, kernel: 1}}]\n", encoding="utf-8")
    out = run("explain", str(spec), "separable")[1]
    assert "saved at no width: the 1×1 convolution has as many weights as the standard one" in " ".join(out.split())
    assert "zoo" not in out
    (instead,) = json.loads(run("explain", str(spec), "separable", "--format", "json")[1])["workings"][0]["instead"]
    assert instead["saves_access_above"] == {"formula": None, "first": None, "never": True}


def test_biases_are_of_the_half_that_has_them(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "one.yaml"
    spec.write_text("name: A\ninput: [8, 9, 9]\nlayers: [{separable: {out: 4, kernel: 3}}]\n", encoding="utf-8")
    first, second = run("explain", str(spec), "separable")[1].split("that its mult-adds allow, ")[1:]
    assert (first.partition("\n")[0], "biases" in first) == ("depthwise", False)
    assert (second.partition("\n")[0], "its 4 biases" in second) == ("pointwise", True)


def test_sizes_are_explained_where_they_stand_in_a_formula(run: Runner) -> None:
    assert "\nh'  " in run("explain", "mobilenet", "pair.2")[1]  # its width is above (2·h'·w' + k²)/(k² − 1)
    assert "\nh'  " not in run("explain", "mobilenet", "pair.2/depthwise")[1]


UNKNOWN = """name: U
input: [3, 32, 32]
blocks:
  b: {params: {out}, layers: [{conv2d: out}, {unknown: {op: Mystery, shape: [8, 32, 32]}}]}
layers: [{b: 8}]
"""


def test_a_sum_with_something_unknown_is_a_lower_bound_wherever_it_stands(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "u.yaml"
    spec.write_text(UNKNOWN, encoding="utf-8")
    for given in ((), ("b",), ("--against", "mobilenet"), ("b", "--format", "markdown")):
        out = run("explain", str(spec), *given)[1]
        assert out.count("24,576") == out.count("≥ 24,576") + ("conv2d" in out), given
    assert r"&\ge 24{,}576" in run("explain", str(spec), "b", "--latex")[1]
    assert "×" not in run("explain", str(spec), "--against", "mobilenet")[1].partition("side by side")[0]
    assert "shape: {c: 8, h: 32, w: 32}" in run("explain", str(spec), "unknown")[1]
    document = json.loads(run("explain", str(spec), "--against", "mobilenet", "--format", "json")[1])
    assert [unit["working"]["complete"] for unit in document["side_by_side"]] == [False, True]
    assert document["ratios"][0]["mult_adds"]["value"] is None


def test_groups_stand_beside_one_group() -> None:
    line = line_of(Sizes(h=14, w=14, c1=240, c2=120, k=3, groups=4))
    found = replaced(line)
    assert found is not None
    assert found.at(found.other.mult_adds) == 4 * line.cost.fma
    assert str(found.ratio("mult_adds")) == "1/g"


@pytest.mark.parametrize("name", ["mobilenet", "resnext", "alexnet", "convnext", "vit"])
def test_the_bound_is_printed_as_it_is_derived(name: str) -> None:
    seen = 0
    for working in layers(of(name)):
        line = working.lines[0]
        for layer in bounded(line)[:1] if line.op != "separable" else ():
            kernel = line.fields.get("kernel", 1)
            (bound, gap) = bound_steps(
                layer, kernel if isinstance(kernel, list) else [kernel] * len(line.inputs[0].sides or [1])
            )
            numbers = {symbol.name: number for symbol, number in bound.numbers.items()}
            with_roots = re.sub(r"√(\([^)]*\)|[\d,]+)", lambda root: f"({_root(root[1])})", bound.substituted)
            assert abs(value(with_roots) - layer.bound) < Fraction(1, 10) * max(layer.groups, 1), (
                working.path,
                bound.substituted,
            )
            assert numbers["B"] == layer.mult_adds
            assert gap.result.startswith(("0:", f"{int(layer.gap):,}"))
            seen += 1
    assert seen


def _root(text: str) -> str:
    square = value(text)
    return f"{math.isqrt(int(square * 10**12)) / 10**6:.6f}"


# --- what can be asked for ---------------------------------------------------------------------------------------


def test_a_part_is_named_as_elsewhere(run: Runner) -> None:
    ledger = costmodel.load("mobilenet").analyze()
    for part in ("pair.7", "pair.7/depthwise", "fc"):
        found = of("mobilenet").asked(part)
        assert [line.path for line in found[0].lines] == [line.path for line in under(ledger.lines, part)]
    assert "5 × alike: pair.7, pair.8" in run("explain", "mobilenet", "pair.7")[1]
    assert [one.times for one in of("mobilenet").asked("depthwise")] == [1, 1, 1, 1, 1, 1, 5, 1, 1]
    assert sum(one.times for one in of("mobilenet").asked("1×1 conv")) == 13


def test_a_wrong_name_is_answered(run: Runner) -> None:
    code, out, err = run("explain", "mobilenet", "piar.7")
    assert (code, out) == (2, "")
    assert "nothing in MobileNet V1 is called 'piar.7'" in err
    assert "did you mean 'pair.7'?" in err


def test_an_op_that_nobody_knows_has_no_figure(run: Runner, tmp_path: Any) -> None:
    spec = tmp_path / "a.yaml"
    unknown = "{op: NonMaxSuppression, shape: [4, 10, 1]}"
    spec.write_text(f"name: A\ninput: [3, 8, 8]\nlayers:\n  - {{conv2d: 8, name: stem}}\n  - unknown: {unknown}\n")
    out = run("explain", str(spec), "unknown")[1]
    assert "?" in out
    assert "what NonMaxSuppression costs" in out
    document = json.loads(run("explain", str(spec), "--format", "json")[1])
    assert document["complete"] is False
    assert "≥" in run("explain", str(spec))[1]


def test_an_op_of_the_specs_own_is_worked_out(run: Runner, tmp_path: Any) -> None:
    spec = tmp_path / "a.yaml"
    own = "ops:\n  mix: {fields: {r}, mult_adds: h_in * w_in * c_in * r, params: r}\n"
    spec.write_text(f"name: A\ninput: [8, 6, 6]\n{own}layers: [{{mix: 5}}]\n")
    code, out, err = run("explain", str(spec), "mix")
    assert (code, err) == (0, "")
    assert "h·w·c·r" in out
    assert "= 1,440" in out


@pytest.mark.parametrize("columns", ["80", "140"])
@pytest.mark.parametrize("given", ["mobilenet", "mobilenet pair.7", "units/condensenet", "efficientnet mbconv", "swin block.1"])
def test_no_line_is_wider_than_the_screen(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: str, given: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    code, out, _ = run("explain", *given.split())
    if code == 0:
        assert [line for line in out.splitlines() if len(line) > int(columns)] == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("units/shufflenet", "--set", "g=0"), "g"),
        (("mobilenet", "--seed", "3"), "--seed chooses the questions of --quiz"),
        (("mobilenet", "--quiz", "0"), "--quiz must be a whole number, at least 1"),
        (("mobilenet", "--quiz", "1000"), "--quiz asks at most 100"),
        (("mobilenet", "--latex", "--format", "json"), "--latex is a format of its own"),
        (("units/shufflenet", "conv2d", "--against", "units/resnext"), "--against sets whole units side by side"),
        (("units/shufflenet", "--against", "units/resnext", "--set", "zz=3"), "none of these has a parameter 'zz'"),
        (("units/shufflenet", "--set", "c=240", "--set", "g=7"), "groups (7) must divide the input channels (240)"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: tuple[str, ...], said: str) -> None:
    code, out, err = run("explain", *given)
    assert (code, out) == (2, "")
    assert said in err
