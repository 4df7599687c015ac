"""The papers' building units: closed forms beside the papers' formulas, what these assume, and numbers beside both."""

import itertools
import random
from collections.abc import Callable
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import costmodel
from costmodel import SpecError, algebra
from costmodel.bounds import ConvBound
from costmodel.conventions import CONVENTIONS
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.traffic import UNFUSED

Runner = Callable[..., tuple[int, str, str]]


class Unit(NamedTuple):
    """What a unit costs in the letters of its parameters: mult-adds, weights, memory access of convolutions and FC layers.

    `assumes` is what these formulas rest on; `fixed` the settings with which they hold.
    """

    mult_adds: str
    weights: str
    access: str
    assumes: str = "True"
    fixed: dict[str, Any] = {}  # noqa: RUF012 - nobody changes it


UNITS = {
    # MobileNet, arXiv:1704.04861, equations 2 to 7
    "conv": Unit(
        "D_K*D_K * M * N * D_F*D_F",
        "D_K*D_K * M * N",
        "D_F*D_F * (M + N) + D_K*D_K * M * N",
    ),
    "separable": Unit(
        "D_K*D_K * alpha*M * rho*D_F * rho*D_F + alpha*M * alpha*N * rho*D_F * rho*D_F",
        "D_K*D_K * alpha*M + alpha*M * alpha*N",
        "rho*D_F * rho*D_F * (3*alpha*M + alpha*N) + D_K*D_K * alpha*M + alpha*M * alpha*N",
        "alpha*M % 1 == alpha*N % 1 == rho*D_F % 1 == 0",
    ),
    # ShuffleNetV2, arXiv:1807.11164, section 2: guidelines G1 and G2, and the blocks that were timed
    "pointwise": Unit("h*w * c1*c2 / g", "c1*c2 / g", "h*w * (c1 + c2) + c1*c2 / g", "c1 % g == c2 % g == 0"),
    "studies/table1": Unit("20 * h*w * c1*c2", "20 * c1*c2", "20 * (h*w * (c1 + c2) + c1*c2)", fixed={"n": 10, "scale": 1}),
    "studies/table2": Unit(
        "10 * h*w * c*c / g", "10 * c*c / g", "10 * (h*w * 2*c + c*c / g)", "c % g == 0", {"n": 10, "scale": 1}
    ),
    "shufflenetv2": Unit(
        "h*w * (2 * (c/2)**2 + 9 * c/2)", "2 * (c/2)**2 + 9 * c/2", "h*w * 6 * c/2 + 2 * (c/2)**2 + 9 * c/2", "c % 2 == 0"
    ),
    "shufflenetv2_stride2": Unit(
        "h*w * (9*c + c*keep + 4*c * out/2 + 9 * out/2 + out/2 * (out - keep))",
        "9*c + c*keep + c * out/2 + 9 * out/2 + out/2 * (out - keep)",
        "h*w * (5*c + c + keep + 4 * (c + out/2) + 5 * out/2 + out/2 + out - keep)"
        " + 9*c + c*keep + c * out/2 + 9 * out/2 + out/2 * (out - keep)",
        "out % 2 == 0 and keep < out",
    ),
    # ShuffleNet, arXiv:1707.01083, section 3.2, on ResNet's and ResNeXt's blocks and its own
    "resnet_bottleneck": Unit("h*w * (2*c*m + 9*m*m)", "2*c*m + 9*m*m", "h*w * (2*c + 4*m) + 2*c*m + 9*m*m"),
    "resnext": Unit("h*w * (2*c*m + 9*m*m/g)", "2*c*m + 9*m*m/g", "h*w * (2*c + 4*m) + 2*c*m + 9*m*m/g", "m % g == 0"),
    "shufflenet": Unit("h*w * (2*c*m/g + 9*m)", "2*c*m/g + 9*m", "h*w * (2*c + 4*m) + 2*c*m/g + 9*m", "c % g == m % g == 0"),
    "shufflenet_stride2": Unit(
        "h*w * (4*c*m/g + 9*m + m*(out - c)/g)",
        "c*m/g + 9*m + m*(out - c)/g",
        "h*w * (4 * (c + m) + 5*m + m + out - c) + c*m/g + 9*m + m*(out - c)/g",
        "c % g == m % g == out % g == 0 and c < out",
    ),
    "resnet_basic": Unit("h*w * 18 * c*c", "18 * c*c", "h*w * 4*c + 18 * c*c"),
    # SqueezeNet, arXiv:1602.07360, section 3.1
    "fire": Unit(
        "h*w * (c*s1x1 + s1x1*e1x1 + 9*s1x1*e3x3)",
        "c*s1x1 + s1x1*e1x1 + 9*s1x1*e3x3",
        "h*w * (c + 3*s1x1 + e1x1 + e3x3) + c*s1x1 + s1x1*e1x1 + 9*s1x1*e3x3 + s1x1 + e1x1 + e3x3",
    ),
    # MobileNetV2, arXiv:1801.04381, section 3.3
    "inverted_residual": Unit(
        "h*w * d1 * t * (d1 + k**2 + d2)",
        "d1 * t * (d1 + k**2 + d2)",
        "h*w * (d1 + 4*t*d1 + d2) + d1 * t * (d1 + k**2 + d2)",
        "d1 == d2 and t != 1",
        {"s": 1, "shortcut": True},
    ),
    # SENet, arXiv:1709.01507, equation 5
    "squeeze_excite": Unit("2 * c**2 / r", "2 * c**2 / r", "2 * c + 2 * c/r + 2 * c**2 / r", "c % r == 0", {"bias": False}),
    # EfficientNet, arXiv:1905.11946: MobileNetV2's unit and SENet's on its t·c channels, squeezed to c/r
    "mbconv": Unit(
        "h*w * c*t * (c + k**2 + out) + 2 * t*c * c/r",
        "c*t * (c + k**2 + out) + 2 * t*c * c/r",
        "h*w * (c + 4*t*c + out) + c*t * (c + k**2 + out) + 2 * t*c * c/r + 3 * (t*c + c/r)",
        "c % r == 0 and c == out and t != 1",
        {"s": 1, "shortcut": True},
    ),
    # CondenseNet, arXiv:1711.09224, sections 3.1 and 3.3: a C-th of the 1×1 weights, a G-th of the 3×3 ones
    "condensenet": Unit(
        "h*w * (c * 4*k / C + 9 * 4*k / G * k)",
        "c * 4*k / C + 9 * 4*k / G * k",
        "h*w * (c*G/C + 9*k) + c * 4*k / C + 9 * 4*k / G * k",
        "c % C == k % G == 0",
    ),
}
RATIOS = ("alpha", "rho")

EVERY = pytest.mark.parametrize("name", UNITS)
PARTS = [name for name in UNITS if "/" not in name]
"""The units; what was timed is a study of its own, whose letters have defaults."""


def symbols(name: str) -> dict[str, Any]:
    """A symbol for each parameter that the formulas speak of."""
    params = load(name).network.params
    return {str(p): algebra.symbol(p, whole=p not in RATIOS) for p in params if p not in UNITS[name].fixed}


@cache
def load(name: str) -> costmodel.Spec:
    return costmodel.load(name if "/" in name else f"units/{name}")


@cache
def closed(name: str) -> Ledger:
    return load(name).analyze(**symbols(name), **UNITS[name].fixed)


def figures(ledger: Ledger) -> tuple[Any, Any, Any]:
    """Mult-adds, weights, memory access."""
    return ledger.totals.mult_adds, ledger.sums(convention=CONVENTIONS["weights-only"]).params, ledger.totals.access


def at(formula: str, values: dict[str, Any]) -> Any:
    return eval(formula, {}, values)


def numbers(name: str, draw: Callable[[list[Any]], Any]) -> dict[str, Any]:
    """A value for each parameter, mostly with many divisors."""
    few, sides, many = [1, 2, 3, 4, 6], [1, 2, 3, 7, 14, 55], [1, 2, 3, 4, 6, 8, 12, 24, 36, 48, 60, 96, 240]
    kinds = {"h": sides, "w": sides, "D_F": sides, "D_K": few, "k": few, "g": few, "C": few, "G": few, "r": few, "t": few}
    ratios = {p: [1, 1, Fraction(1, 2), Fraction(3, 4), Fraction(2, 7)] for p in RATIOS}
    found = {p: draw((kinds | ratios).get(p, many)) for p in symbols(name)}
    for one, other in (("d1", "d2"), ("c", "out")):
        if UNITS[name].fixed.get("shortcut") and one in found:  # equal, mostly
            found[other] = draw([found[one]] * 3 + [found[other]])
    return found


def test_every_unit_has_its_formulas_here() -> None:
    assert set(PARTS) == {name.removeprefix("units/") for name in bundled() if name.startswith("units/")}


@pytest.mark.parametrize("name", PARTS)
def test_what_papers_leave_free_has_no_default(name: str) -> None:
    params = load(name).network.params
    free = [p for p, default in params.items() if default is None]
    assert free
    with pytest.raises(SpecError) as caught:
        load(name).analyze()
    (problem,) = caught.value.problems
    assert f"the parameters {', '.join(free)} have no default" in problem.message
    assert " ".join(f"--set {p}=…" for p in free) in problem.hint


@EVERY
def test_the_closed_form_is_the_papers_formula(name: str) -> None:
    letters = symbols(name)
    expected = [at(formula, letters) for formula in UNITS[name][:3]]
    assert [sympy.expand(f - e) for f, e in zip(figures(closed(name)), expected, strict=True)] == [0, 0, 0]


@EVERY
def test_the_conditions_are_what_the_paper_assumes_and_no_more(name: str) -> None:
    """Each setting meets the conditions of the closed form if and only if it meets the assumption."""
    rng, letters, truths = random.Random(name), symbols(name), [c.truth for c in closed(name).conditions]
    for _ in range(60):
        values = numbers(name, rng.choice)
        held = all(algebra.decide(truth, {letters[p]: _exact(v) for p, v in values.items()}) for truth in truths)
        assert held is at(UNITS[name].assumes, values), values


def _exact(value: Any) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


@cache
def compiled(name: str) -> list[Any]:
    """The figures of the closed form as Python code, for exact numbers."""
    return [compile(str(sympy.expand(figure)), name, "eval") for figure in figures(closed(name))]


@EVERY
@settings(max_examples=100, deadline=None)
@given(st.data())
def test_numbers_give_what_the_closed_form_gives_and_cannot_be_built_elsewhere(name: str, data: st.DataObject) -> None:
    unit, values = UNITS[name], numbers(name, lambda of: data.draw(st.sampled_from(of)))
    assume(values.get("t") != 1)
    spec = load(name)
    if not at(unit.assumes, values):
        with pytest.raises(SpecError):
            spec.analyze(**values, **unit.fixed)
        return
    exact = {p: Fraction(v) for p, v in values.items()}
    expected = [eval(code, {}, exact) for code in compiled(name)]
    assert list(figures(spec.analyze(**values, **unit.fixed))) == expected


@EVERY
def test_every_op_moved_too_and_an_array_of_settings(name: str) -> None:
    rng, letters, unit, spec = random.Random(name), symbols(name), UNITS[name], load(name)
    drawn = (numbers(name, rng.choice) for _ in itertools.count())
    legal = list(itertools.islice((v for v in drawn if at(unit.assumes, v)), 5))
    every = closed(name).sums(traffic=UNFUSED).access
    for values in legal:
        found = spec.analyze(**values, **unit.fixed).sums(traffic=UNFUSED).access
        assert found == algebra.substitute(every, {letters[p]: _exact(v) for p, v in values.items()})
    points = {p: np.array([v[p] for v in legal], dtype=object) for p in letters}
    swept = figures(spec.analyze(**points, **unit.fixed))
    assert [s.tolist() for s in swept] == [
        list(of) for of in zip(*(figures(spec.analyze(**v, **unit.fixed)) for v in legal), strict=True)
    ]


# --- what the papers say beside their formulas ------------------------------------------------------------------------


def test_a_separable_convolution_is_cheaper_by_what_equation_5_says() -> None:
    letters = symbols("conv")
    ratio = load("separable").analyze(**letters).totals.mult_adds / closed("conv").totals.mult_adds
    assert sympy.simplify(ratio - (1 / letters["N"] + 1 / letters["D_K"] ** 2)) == 0


@pytest.mark.parametrize(
    ("variant", "weights"), [("1x64d", 69_632), ("2x40d", 69_760), ("4x24d", 69_888), ("8x14d", 71_456), ("32x4d", 70_144)]
)
def test_resnexts_template(variant: str, weights: int) -> None:
    """Table 2's pairs of cardinality C and width d, by equation 4: about 70k parameters and 0.22 billion mult-adds each."""
    cardinality, d = map(int, variant.removesuffix("d").split("x"))
    found = load("resnext").analyze(variant=variant)
    assert (found.settings["g"], found.settings["m"]) == (cardinality, cardinality * d)
    assert cardinality * (256 * d + 3 * 3 * d * d + d * 256) == weights
    assert figures(found)[:2] == (weights * 56 * 56, weights)


def test_one_group_leaves_the_block_that_had_none() -> None:
    letters = symbols("resnet_bottleneck")
    assert figures(load("resnext").analyze(**letters, g=1)) == figures(closed("resnet_bottleneck"))
    ungrouped = load("shufflenet").analyze(variant="figure2a", **letters)
    assert sympy.expand(ungrouped.totals.mult_adds - at("h*w * (2*c*m + 9*m)", letters)) == 0
    assert not ungrouped.conditions
    assert ungrouped.cost.read == sum(line.cost.read for line in ungrouped.lines if line.op != "shuffle")


@pytest.mark.parametrize(
    ("unit", "variant", "mult_adds", "access"),
    [
        ("studies/table1", "1to1", 1_027_604_480, 16_384_000),
        ("studies/table1", "1to2", 1_016_064_000, 17_258_400),
        ("studies/table1", "1to6", 1_017_569_280, 23_154_560),
        ("studies/table1", "1to12", 975_421_440, 29_664_000),
        ("studies/table1", "1to1-arm", 64_225_280, 4_034_560),
        ("studies/table1", "1to2-arm", 60_712_960, 4_158_880),
        ("studies/table1", "1to6-arm", 63_598_080, 5_727_800),
        ("studies/table1", "1to12-arm", 60_963_840, 7_357_680),
        ("studies/table2", "g1", 513_802_240, 8_192_000),
        ("studies/table2", "g2", 508_032_000, 11_451_600),
        ("studies/table2", "g4", 513_802_240, 16_220_160),
        ("studies/table2", "g8", 508_032_000, 22_741_200),
        ("studies/table2", "g1-cpu", 128_450_560, 4_055_040),
        ("studies/table2", "g2-cpu", 127_008_000, 5_685_300),
        ("studies/table2", "g4-cpu", 128_450_560, 8_069_120),
    ],
)
def test_the_blocks_that_shufflenetv2_timed(unit: str, variant: str, mult_adds: int, access: int) -> None:
    """Tables 1 and 2 print speeds alone: counts of the blocks they describe, worked out apart from this code."""
    totals = load(unit).analyze(variant=variant).totals
    assert (totals.mult_adds, totals.access) == (mult_adds, access)


def test_a_row_of_table_2_that_cannot_be() -> None:
    """The last one for the CPU prints 180 channels in 8 groups; twice and four times as many can be."""
    with pytest.raises(SpecError, match=r"groups \(8\) must divide the input channels \(180\)"):
        load("studies/table2").analyze(variant="g8-cpu")
    assert load("studies/table2").analyze(variant="g8-cpu", scale=2).totals.access == 10 * (2 * 56**2 * 360 + 360**2 // 8)


def test_the_bound_speaks_of_the_same_convolution() -> None:
    totals = load("pointwise").analyze(h=56, w=28, c1=24, c2=144).totals
    layer = ConvBound(56 * 28, 56 * 28, 1, 24, 144)
    assert (totals.mult_adds, totals.access) == (layer.mult_adds, layer.access)


@pytest.mark.parametrize("name", ["inverted_residual", "mbconv"])
def test_a_stride_or_other_channels_leave_the_shortcut_out(name: str) -> None:
    """The expansion runs on the map that enters, s times as high and wide; nothing is assumed of the channels."""
    letters = symbols(name)
    spec = load(name)
    plain = spec.analyze(**letters, shortcut=False)
    assert [c.text for c in plain.conditions if "add" in c.text] == []
    assert sympy.expand(plain.totals.mult_adds - closed(name).totals.mult_adds) == 0
    halved = spec.analyze(**letters, s=2)
    assert [line.op for line in halved.lines if line.op == "add"] == []
    wide = letters.get("d1", letters.get("c"))
    expansion = letters["h"] * letters["w"] * letters["t"] * wide**2
    assert sympy.expand(halved.totals.mult_adds - closed(name).totals.mult_adds - 3 * expansion) == 0


@pytest.mark.parametrize("name", ["inverted_residual", "mbconv"])
def test_nothing_is_expanded_by_1(name: str) -> None:
    letters = symbols(name) | {"t": 1}
    found = load(name).analyze(**letters, shortcut=False).totals.mult_adds
    expansion = letters["h"] * letters["w"] * letters.get("d1", letters.get("c")) ** 2
    assert sympy.expand(closed(name).totals.mult_adds.subs(symbols(name)["t"], 1) - found - expansion) == 0


# --- units on the command line ----------------------------------------------------------------------------------------


def test_group_counts_that_do_not_divide_stand_under_the_table(run: Runner) -> None:
    settings = [f"--set={name}={value}" for name, value in {"h": 28, "w": 28, "c": 240, "m": 60}.items()]
    code, out, err = run("sweep", "units/shufflenet", "--over", "g=1,2,3,4,8", *settings)
    assert (code, err) == (0, "")
    assert [line.split()[:2] for line in out.splitlines() if line[:1].isdigit()] == [
        ["1", "23,002,560"],
        ["2", "11,712,960"],
        ["3", "7,949,760"],
        ["4", "6,068,160"],
    ]
    assert "cannot be built: g 8: groups (8) must divide the output channels (60)" in out


def test_a_variant_that_gives_all_is_offered(run: Runner) -> None:
    code, _, err = run("analyze", "units/resnext", "--set", "h=28")
    assert code == 2
    assert "the parameters w, c, m, g have no default, and no values are given" in err
    assert "--set w=… --set c=… --set m=… --set g=…, or take a variant: 1x64d, 2x40d, 4x24d, 8x14d, 32x4d" in err
    assert "variant" not in run("analyze", "units/shufflenet", "--variant", "figure2a").err.split("=", 1)[1]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("fire", "units/fire"),
        ("fire_module", "units/fire"),
        ("shufflenet_unit", "units/shufflenet"),
        ("units/shuflenet", "units/shufflenet"),
        ("unit/mbconv.yaml", "units/mbconv"),
        ("bottleneck", "units/resnet_bottleneck"),
        ("basic_block", "units/resnet_basic"),
        ("resnet_block", "units/resnet_basic"),
        ("InvertedResidual", "units/inverted_residual"),
        ("depthwise_separable", "units/separable"),
        ("se_block", "units/squeeze_excite"),
        ("mobilenet_v2", "mobilenetv2"),
        ("some/where/mobilnet.yaml", "mobilenet"),
    ],
)
def test_the_name_of_a_unit_leads_to_it(given: str, meant: str, run: Runner) -> None:
    code, _, err = run("analyze", given)
    assert (code, f"did you mean '{meant}'?" in err) == (2, True)


def test_where_nothing_is_near_the_list_is_named(run: Runner) -> None:
    assert "= `costmodel specs` lists the bundled specs\n" in run("analyze", "xyz")[2]
    assert f"specs of that kind are {', '.join(f'units/{name}' for name in sorted(PARTS))}\n" in run("analyze", "units")[2]
