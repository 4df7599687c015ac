"""`costmodel formula`: closed forms against evaluation, against the papers, and as code that is run."""

import json
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel import SpecError, algebra
from costmodel.closed_form import FIGURES, Closed, closed
from costmodel.formulas import Formulas
from costmodel.library import bundled
from costmodel.memory import Memory
from costmodel.problems import Problems
from costmodel.settings import Settings

Runner = Callable[..., Any]
NETWORKS = [name for name in bundled() if "/" not in name]
UNITS = [name for name in bundled() if name.startswith("units/")]
SUMS = FIGURES[:3]
POINTS = 6
"""Random points at which a closed form is held against evaluation; `bench/closed_forms.py` takes as many as one likes."""


def numbers(name: str) -> dict[str, Any]:
    """The parameters of a spec that are numbers, with their defaults."""
    usual = Settings(costmodel.load(name).network, Problems()).resolve({}, None, complete=False)
    return {key: value for key, value in usual.items() if algebra.is_number(value)}


def near(value: Any, whole: bool, draw: random.Random) -> Any:
    """A random value not far from another."""
    if whole:
        return max(1, int(value * Fraction(draw.randint(20, 250), 100)) + draw.randint(-2, 2))
    return Fraction(draw.randint(20, 300), 100)


def points(found: Closed, draw: random.Random, count: int) -> Iterator[dict[str, Any]]:
    """Random values for the symbols, near the reference values."""
    for _ in range(count):
        yield {name: near(found.reference[s], s.whole, draw) for name, s in found.symbols.items()}


def sums_at(name: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """What evaluation gives for numbers; nothing where they cannot be built."""
    try:
        return tuple(costmodel.load(name).analyze(**values).totals)
    except SpecError:
        return None


# --- against evaluation ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_a_closed_form_is_what_evaluation_gives(name: str) -> None:
    """With each parameter free, and with all of them: wherever its conditions hold."""
    draw, spec, met = random.Random(name), costmodel.load(name), 0
    for free in (*([one] for one in numbers(name)), [*numbers(name)]):
        found = closed(spec, free)
        forms = [found.figure(figure) for figure in SUMS]
        for values in points(found, draw, POINTS):
            put = {found.symbols[one]: value for one, value in values.items()}
            if not all(algebra.decide(condition.truth, put) is True for condition in found.conditions):
                continue
            expected = sums_at(name, values)
            assert expected is not None, values
            assert tuple(algebra.substitute(form, put) for form in forms) == expected, values
            met += 1
    assert met


@pytest.mark.parametrize("name", NETWORKS)
def test_a_smooth_form_is_exact_on_its_domain(name: str) -> None:
    """At random points of the domain that the report prints."""
    draw, spec = random.Random(name), costmodel.load(name)
    for free in [[one] for one in numbers(name)]:
        formulas = Formulas(closed(spec, free), SUMS)
        found, domain = formulas.closed, formulas.domain
        for _ in range(POINTS):
            put = {}
            for symbol, step in domain.steps.items():
                low, high = domain.ranges[symbol]
                first = max(-(-Fraction(low) // (step or 1)), 1)
                put[symbol] = (first + draw.randint(0, 12)) * (step or Fraction(1, 7))
                put[symbol] = algebra.exact(min(put[symbol], Fraction(high)) if high != float("inf") else put[symbol])
            if not domain.holds(put):
                continue
            for row in formulas.rows[found.ledger.name]:
                assert algebra.substitute(row.smooth, put) == algebra.substitute(row.exact, put), (free, put, row.figure)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_peak_is_what_liveness_gives_at_the_reference(name: str) -> None:
    found = closed(costmodel.load(name), [*numbers(name)])
    assert algebra.substitute(found.peak, found.reference) == Memory(costmodel.load(name).analyze()).elements


@pytest.mark.parametrize("by", ["block", "layer"])
@pytest.mark.parametrize("name", ["mobilenetv2", "shufflenet", "vit", "densenet"])
def test_parts_add_up(name: str, by: str) -> None:
    found = closed(costmodel.load(name), [*numbers(name)])
    for figure in SUMS:
        parts = sum(len(part.paths) * found.figure(figure, part.lines) for part in found.parts(by))
        assert parts == found.figure(figure)


def test_the_batch_may_be_free() -> None:
    found = closed(costmodel.load("mobilenetv2"), ["batch", "alpha"])
    put = {found.symbols["batch"]: 8, found.symbols["alpha"]: Fraction(7, 5)}
    expected = costmodel.load("mobilenetv2").analyze(alpha="1.4", batch=8)
    assert tuple(algebra.substitute(found.figure(name), put) for name in SUMS) == expected.totals
    assert algebra.substitute(found.peak, put) == Memory(expected).elements


def test_a_multiplier_whose_default_is_whole_is_rounded_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(
        "{name: T, params: {alpha: 1, pad: 0}, input: [3, 8, 8], layers: [{conv2d: {out: floor(33 * alpha), padding: pad}}]}",
        encoding="utf-8",
    )
    spec = costmodel.load(tmp_path / "net.yaml")
    found = closed(spec, ["alpha", "pad"])
    for alpha, pad in ((Fraction(129, 100), 0), (2, 3)):
        put = {found.symbols["alpha"]: alpha, found.symbols["pad"]: pad}
        assert algebra.substitute(found.figure("access"), put) == spec.analyze(alpha=alpha, pad=pad).totals.access


# --- against the papers ------------------------------------------------------------------------------------------------------


def test_mobilenet_in_its_two_multipliers(run: Runner) -> None:
    out = run("formula", "mobilenet", "--free", "alpha,resolution", "--set", "alpha=0.72").out
    assert "10752·alpha²·resolution² + 562.5·alpha·resolution² + 1024000·alpha" in out
    rows = [line.split() for line in out.splitlines() if line.startswith("mult-adds  ")]
    assert rows[1][1:5] == ["300,731,395.3", "299,816,242", "+0.31", "%"]
    assert "alpha is a multiple of 1/32 and at least 0.25" in out
    assert "resolution is a multiple of 32" in out


@pytest.mark.parametrize(
    ("unit", "figure", "printed"),
    [
        ("shufflenet", "mult_adds", "h·w·(2·c·m/g + 9·m)"),
        ("resnet_bottleneck", "mult_adds", "h·w·(2·c·m + 9·m²)"),
        ("resnext", "mult_adds", "h·w·(2·c·m + 9·m²/g)"),
        ("inverted_residual", "mult_adds", "h·w·d1·t·(d1 + k² + d2)"),
        ("separable", "mult_adds", "D_K²·M·D_F² + M·N·D_F²"),
        ("pointwise", "access", "h·w·(c1 + c2) + c1·c2/g"),
    ],
)
def test_units_come_out_as_papers_print_them(unit: str, figure: str, printed: str, run: Runner) -> None:
    free = ("--free", "h,w,c1,c2,g") if unit == "pointwise" else ()
    out = run("formula", f"units/{unit}", "--of", figure, *free).out
    label = "mult-adds" if figure == "mult_adds" else figure
    assert next(line for line in out.splitlines() if line.startswith(f"{label} ")).split(None, 1)[1] == printed


@pytest.mark.parametrize("name", UNITS)
def test_a_unit_without_numbers_has_a_closed_form(name: str, run: Runner) -> None:
    ended = run("formula", name, "--format", "json")
    assert ended.code == 0, ended.err
    figures = json.loads(ended.out)["parts"][0]["figures"]
    assert all("⌊" not in figure["smooth"] for figure in figures.values())


def test_a_domain_says_what_is_whole(run: Runner) -> None:
    assert "exact where      depth is whole\n" in run("formula", "vit", "--free", "depth").out
    out = run("formula", "mobilenetv2", "--free", "classes,alpha,resolution", "--of", "params").out
    assert "exact where      classes, resolution are whole\n" in out


# --- repeats and sensitivities -----------------------------------------------------------------------------------------------


def test_a_repeat_count_stays_open_where_all_passes_but_the_first_are_alike() -> None:
    spec = costmodel.load("vit")
    found = closed(spec, ["depth"])
    assert found.conditions == []
    for depth in (1, 2, 3, 24):
        expected = spec.analyze(depth=depth).totals
        assert tuple(algebra.substitute(found.figure(name), {found.symbols["depth"]: depth}) for name in SUMS) == expected


GROWING = """\
name: T
params: {n: 3}
input: [4, 8, 8]
layers:
  - {conv2d: c_in + 4, repeat: n}
"""


def test_a_repeat_whose_passes_differ_is_decided_and_said(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "net.yaml").write_text(GROWING, encoding="utf-8")
    out = run("formula", str(tmp_path / "net.yaml"), "--free", "n").out
    assert "n = 3" in out
    expected = 64 * (4 * 8 + 8 * 12 + 12 * 16)
    assert next(line for line in out.splitlines() if line.startswith("mult-adds  ")).split()[1] == str(expected)


def test_sensitivities_are_slopes_of_logarithms() -> None:
    formulas = Formulas(closed(costmodel.load("mobilenet"), ["alpha"]), ["mult_adds"], "block")
    for (row,) in formulas.rows.values():
        (steep,) = formulas.steepness(row).values() or [None]
        a, step = algebra.closed("alpha"), Fraction(1, 10**6)
        up, down = (algebra.substitute(row.smooth, {a: 1 + sign * step}) for sign in (1, -1))
        if row.value:
            assert float(steep) == pytest.approx(float((up - down) / (2 * step) / row.near), abs=1e-5)


# --- as code -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["mobilenet", "mobilenetv2", "mobilenetv3", "resnet", "vit", "squeezenet", "regnet"])
def test_python_gives_the_same(name: str, run: Runner) -> None:
    free, draw = list(numbers(name)), random.Random(name)
    scope: dict[str, Any] = {}
    exec(run("formula", name, "--free", ",".join(free), "--exact", "--python").out, scope)
    found = closed(costmodel.load(name), free)
    for values in points(found, draw, POINTS):
        put = {found.symbols[one]: value for one, value in values.items()}
        for figure in SUMS:
            assert scope[figure](**values) == algebra.substitute(found.figure(figure), put)


def test_sympy_gives_the_same(run: Runner) -> None:
    scope: dict[str, Any] = {}
    exec(run("formula", "mobilenetv2", "--free", "alpha,resolution", "--exact", "--sympy").out, scope)
    values = {scope["alpha"]: Fraction(13, 10), scope["resolution"]: 195}
    totals = costmodel.load("mobilenetv2").analyze(alpha="1.3", resolution=195).totals
    assert tuple(int(scope[name].subs(values)) for name in SUMS) == totals


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not on the path, and JavaScript is not run")
@pytest.mark.parametrize("name", ["mobilenet", "mobilenetv2", "mobilenetv3", "resnet", "squeezenet"])
def test_javascript_gives_the_same(name: str, run: Runner) -> None:
    free, draw = list(numbers(name)), random.Random(name)
    code = run("formula", name, "--free", ",".join(free), "--exact", "--js").out
    found, calls, expected = closed(costmodel.load(name), free), [], []
    for values in points(found, draw, POINTS):
        put = {found.symbols[one]: value for one, value in values.items()}
        given = [
            v if found.symbols[n].whole else f"[{Fraction(v).numerator}, {Fraction(v).denominator}]" for n, v in values.items()
        ]
        calls += [f"console.log(String({figure}({', '.join(map(str, given))})))" for figure in SUMS]
        expected += [str(algebra.substitute(found.figure(figure), put)) for figure in SUMS]
    ended = subprocess.run(
        ["node", "-"], input="\n".join([code, *calls]), capture_output=True, text=True, timeout=60, check=True
    )
    assert ended.stdout.split() == expected


# --- the report --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["mobilenetv2 --free alpha --by block", "vit --free depth --of peak,params", "units/resnext"])
def test_json_is_under_its_schema(run: Runner, given: str) -> None:
    assert kinds("formula", run("formula", *given.split(), "--format", "json").out) == ["formula"]


@pytest.mark.parametrize("columns", [80, 140])
def test_screens_fit(run: Runner, monkeypatch: pytest.MonkeyPatch, columns: int) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    for given in ("mobilenetv2 --free alpha,resolution --exact", "shufflenet --free groups,resolution", "units/mbconv"):
        out = run("formula", *given.split()).out
        assert max(map(len, out.splitlines())) <= columns


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("mobilenet", "a closed form is in parameters that stay free, and none are named"),
        ("mobilenet --free resoluton", "did you mean 'resolution'?"),
        ("mobilenet --free full", "only a number can be free, and the parameter 'full' is false"),
        ("mobilenet --free alpha --by layer --of peak", "a peak is of the whole network"),
        ("mobilenet --free alpha --python --js", "one language at a time"),
        ("mobilenet --free alpha --latex --format json", "--latex is a format of its own"),
        ("mobilenet --free alpha --by block --python", "--python writes functions of the whole network"),
        ("units/shufflenet --of peak", "where the peak stands is decided by numbers"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: str, said: str) -> None:
    ended = run("formula", *given.split())
    assert ended.code == 2
    assert ended.out == ""
    assert said in ended.err
