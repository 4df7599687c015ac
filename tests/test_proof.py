"""The proof of the bound: every step holds, none with another number in it, and all of it speaks of the layers we count."""

import json
import re
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import reduce
from typing import Any

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from costmodel import theorem
from costmodel.bounds import ConvBound
from costmodel.proof import KINDS, Claim, Finding, Step, check, checked, put_in
from costmodel.reports.derivation import PLAIN, figures, meanings
from costmodel.theorem import STEPS

Expr = Any
Runner = Callable[..., tuple[int, str, str]]
SIZES = st.integers(1, 512)
EVERY = pytest.mark.parametrize("number", range(len(STEPS)), ids=lambda number: STEPS[number].title)
a, b = sympy.symbols("a b", positive=True)


def altered(value: Expr) -> Iterator[Expr]:
    """An expression with one of its numbers one more or one less, for every number in it."""
    if value.is_Number:
        yield from (value + 1, value - 1)
    for place, part in enumerate(value.args):
        for other in altered(part):
            yield value.func(*value.args[:place], other, *value.args[place + 1 :])


def altered_claims(claim: Claim) -> Iterator[Claim]:
    yield from (claim._replace(left=left) for left in altered(claim.left))
    yield from (claim._replace(right=right) for right in altered(claim.right))
    for place, part in enumerate(claim.exactly):
        for other in altered(part):
            yield claim._replace(exactly=(*claim.exactly[:place], other, *claim.exactly[place + 1 :]))
    for symbol, value in claim.at.items():
        yield from (claim._replace(at={**claim.at, symbol: other}) for other in altered(value))


def altered_steps(step: Step) -> Iterator[Step]:
    for name, meaning in step.lets.items():
        yield from (step._replace(lets={**step.lets, name: other}) for other in altered(meaning))
    for place, claim in enumerate(step.claims):
        for other in altered_claims(claim):
            yield step._replace(claims=(*step.claims[:place], other, *step.claims[place + 1 :]))


def findings(number: int, step: Step) -> list[Finding]:
    """The claims of a step, checked in the place of that number: under the definitions that stand before it."""
    before = reduce(lambda lets, other: {**lets, **other.lets}, STEPS[:number], {})
    _, (_, found) = checked([Step("", "", before, ()), step])
    return found


READ = (
    (r"√(\w+)", r"sqrt(\1)"),
    (r"√\(", "sqrt("),
    (r"⌈(.*)⌉", r"ceiling(\1)"),
    (r"∂(.*?)/∂(\w)", r"Derivative(\1, \2)"),
    (r"∑\[(\w) = (\w+) … (\w+)\] (\w+|\(.*?\))", r"Sum(\4, (\1, \2, \3))"),
    (r"access\(", "access_at("),
    ("²", "**2"),
    ("·", "*"),
    ("−", "-"),
    (",(?=[0-9]{3})", ""),
    ("ᵢ", "i"),
    ("ₒ", "o"),
)
"""How a line of text is read as a formula of sympy's."""


NAMES = {
    str(value).replace("ᵢ", "i").replace("ₒ", "o"): value for value in vars(theorem).values() if isinstance(value, sympy.Symbol)
} | {"access_at": theorem.access_at}


def read(printed: str) -> Expr:
    for found, meant in READ:
        printed = re.sub(found, meant, printed)
    return sympy.sympify(printed, locals=NAMES)


@EVERY
def test_what_is_printed_means_what_is_checked(number: int) -> None:
    step = STEPS[number]
    sides = [side for claim in step.claims for side in (claim.left, claim.right, *claim.exactly, *claim.at.values())]
    for expression in (*step.lets, *step.lets.values(), *sides):
        assert sympy.expand(read(PLAIN(expression)) - expression) == 0


@EVERY
def test_the_step_holds(number: int) -> None:
    found = findings(number, STEPS[number])
    assert found
    assert [claim for claim, holds, _ in found if not holds] == []


@EVERY
def test_the_step_fails_with_any_number_in_it_altered(number: int) -> None:
    others = list(altered_steps(STEPS[number]))
    assert others
    assert [other for other in others if all(found.holds for found in findings(number, other))] == []


def test_numbers_are_altered_wherever_they_stand() -> None:
    # 2, −1 and 1/2 in it, one more and one less
    assert set(altered(2 * sympy.sqrt(a) / b)) == {
        *(3 * sympy.sqrt(a) / b, sympy.sqrt(a) / b),
        *(2 * sympy.sqrt(a), 2 * sympy.sqrt(a) / b**2),
        *(2 * sympy.sqrt(a) ** 3 / b, 2 / sympy.sqrt(a) / b),
    }


@pytest.mark.parametrize(
    ("kind", "right", "exactly"),
    [
        ("square", a * b - b**2, ()),
        ("square", -((a - b) ** 2), ()),
        ("rising", a - b, ()),
        ("rising", -a, ()),
        ("falling", a, ()),
        ("equality", (a - b) ** 2, (a, 2 * b)),
        ("equality", -((a - b) ** 2), (a, b)),
        ("above", a - b, (b, a)),
        ("above", a**2 - b, (a, b)),
        ("between", (a - 1) * (a - b), (b, a, sympy.Integer(2))),
        ("between", (1 - a) * (a - b), (sympy.Integer(1), a, b)),
    ],
)
def test_an_equation_is_not_enough_where_a_sign_is_claimed(kind: str, right: Expr, exactly: tuple[Expr, ...]) -> None:
    assert check(Claim("identity", right, right), {}).holds
    assert check(Claim(kind, right, right, exactly), {})[1:] == (False, 0)


def test_every_kind_of_claim_is_used() -> None:
    assert {claim.kind for step in STEPS for claim in step.claims} == set(KINDS)


def layers(taps: Any = SIZES) -> st.SearchStrategy[ConvBound]:
    return st.builds(ConvBound, entering=SIZES, leaving=SIZES, taps=taps, c1=SIZES, c2=SIZES, groups=st.integers(1, 8))


@given(layers())
def test_the_names_of_the_theorem_are_the_figures_of_a_layer(layer: ConvBound) -> None:
    sizes = {theorem.kh: layer.taps, theorem.kw: 1, theorem.g: layer.groups, theorem.c1: layer.c1, theorem.c2: layer.c2}
    sizes |= {theorem.entering: layer.entering, theorem.leaving: layer.leaving}
    values = sizes | {theorem.weights: layer.weights, theorem.B: layer.mult_adds, theorem.L: layer.maps}
    for name, figure in [*list(values.items())[len(sizes) :], (theorem.access, layer.access)]:
        found = put_in(meanings()[name], values)
        assert Fraction(int(found.p), int(found.q)) == figure
    assert abs(float(put_in(meanings()[theorem.bound], values)) - float(layer.bound)) < 0.02
    assert abs(float(put_in(theorem.GAP.right, values)) - float(layer.gap)) < 0.02
    assert (put_in(theorem.IN_INTEGERS.left, values) == 0) == layer.is_tight
    assert layer.holds
    assert [figure.value.replace(",", "") for figure in figures(layer)][-2:] == [figures(layer)[-1].value.replace(",", "")] * 2


@given(st.integers(2, 12), SIZES, SIZES, SIZES)
def test_where_the_literal_form_fails_by_counting(k: int, hw: int, c1: int, c2: int) -> None:
    layer = ConvBound(hw, hw, k * k, c1, c2)
    # access < 2√(hw·B) + B/hw, both sides squared; B/hw is the weights
    fails = layer.maps**2 < 4 * hw * layer.mult_adds
    largest = (k + sympy.sqrt(k * k - 1)) ** 2
    assert fails == bool(sympy.Rational(max(c1, c2), min(c1, c2)) < largest)


def test_the_proof_on_the_screen(run: Runner) -> None:
    code, out, err = run("verify", "--prove")
    assert (code, err) == (0, "")
    claims = sum(len(step.claims) for step in STEPS)
    assert (out.count("    ✓ "), out.count("✗")) == (claims, 0)
    assert all(f"{place:>2}  {step.title}\n" in out for place, step in enumerate(STEPS, 1))
    assert out.startswith(
        "The least memory access of a convolution, derived\naccess ≥ bound = 2·√(g·hᵢwᵢ·B)/√(kh·kw) + B/hₒwₒ\n"
    )
    assert "✓ kh·kw·L² − 4·g·hᵢwᵢ·B = kh·kw·(hᵢwᵢ·c1 − hₒwₒ·c2)² ≥ 0\n" in out
    assert "✓ hw·(c1 + c2) + c1·c2/g = hw·c1 + g·B/c1 + B/hw for kh = kw = 1, hᵢwᵢ = hₒwₒ = hw\n" in out
    assert f"✓ proved: {len(STEPS)} steps, {claims} claims, each checked by sympy " in out.splitlines()[-1]


def test_the_numbers_are_those_of_verify(run: Runner) -> None:
    sizes = ("--h", "7", "--w", "5", "--c1", "3", "--c2", "1000")
    proved, verified = (run("verify", *sizes, "--format", "json", *more)[1] for more in (("--prove",), ()))
    found = {figure["name"]: figure["value"] for figure in json.loads(proved)["numbers"]}
    plain = json.loads(verified)
    assert (found["B"], found["access"]) == (plain["mult_adds"], plain["access"])
    assert (found["bound"], found["access − bound"]) == (plain["bound"], plain["gap"])
    assert json.loads(proved)["proved"] is True


@pytest.mark.parametrize("room", [40, 60, 80, 140])
def test_the_screen_keeps_to_its_width(room: int, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(room))
    assert max(map(len, run("verify", "--prove")[1].splitlines())) <= room


@pytest.mark.parametrize("form", ["table", "markdown", "json"])
def test_a_step_that_fails_is_shown_with_what_is_left(form: str, run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = STEPS[3]._replace(claims=(Claim("identity", theorem.L**2, theorem.L**2 + theorem.c1 / 3), *STEPS[3].claims[1:]))
    monkeypatch.setattr(theorem, "STEPS", (*STEPS[:3], wrong, *STEPS[4:]))
    code, out, err = run("verify", "--prove", "--format", form)
    assert (code, err) == (1, "")
    if form == "json":
        assert '"proved": false' in out
        assert '"rest": "−c1/3"' in out
    else:
        assert out.count("✗") == 2
        assert "(left − right = −c1/3)" in out
        assert "✗ not proved: 1 of " in out


def test_a_step_that_fails_is_said_so_in_latex(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = STEPS[3]._replace(claims=(Claim("rising", a, a),), lets={}), Step("x", "x", {}, (Claim("rising", -a, -a),))
    monkeypatch.setattr(theorem, "STEPS", (*STEPS, *wrong))
    code, out, _ = run("verify", "--prove", "--latex")
    assert code == 1
    assert out.count(" is not proved\n") == 1
    assert f"% step {len(STEPS) + 2} is not proved\n" in out


def test_the_largest_layer_that_options_take_and_the_smallest(run: Runner) -> None:
    most = "999999"
    code, out, err = run("verify", "--prove", "--h", most, "--w", most, "--c1", most, "--c2", "8")
    assert (code, err) == (0, "")
    # (999,999²·(999,999 − 8))²
    assert f" = {(999_999**2 * (999_999 - 8)) ** 2:,}\n" in out
    assert (
        "bound   = 2·√(g·hᵢwᵢ·B)/√(kh·kw) + B/hₒwₒ = 3\n"
        in run("verify", "--prove", *["--h", "1", "--w", "1", "--c1", "1", "--c2", "1"])[1]
    )


def test_the_numbers_of_a_layer_with_a_kernel_a_stride_and_groups(run: Runner) -> None:
    out = run("verify", "--prove", *["--k", "3x5", "--stride", "2", "--groups", "4", "--c1", "32", "--c2", "64"])[1]
    assert "    At kh·kw = 15, g = 4, hᵢwᵢ = 3,136, hₒwₒ = 784, c1 = 32, c2 = 64\n" in out
    assert "access  = hᵢwᵢ·c1 + hₒwₒ·c2 + weights = 3,136·32 + 784·64 + 7,680 = 158,208\n" in out
    # 15·(3,136·32 − 784·64)²
    assert "15·150,528² − 4·4·3,136·6,021,120 = 37,764,464,640\n" in out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--latex",), "--latex is for the derivation"),
        (("--prove", "--latex", "--format", "json"), "--latex and --format json exclude each other"),
        (("--prove", "-i"), "--prove and -i ask for different reports"),
        (("--prove", "--literal"), "--prove and --literal ask for different reports"),
        (("mobilenet", "--prove"), "--prove and SPEC ask for different reports"),
        (("--prove", "--format", "csv"), "csv is for the layers of a spec, and one layer is asked for"),
        (("--prove", "--c1", "0"), "--c1 must be at least 1, and is 0"),
        (("--prove", "-o", "."), "-o . is a directory, and a report is a file"),
    ],
)
def test_what_does_not_go_with_a_proof(arguments: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("verify", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"costmodel: {said}")
