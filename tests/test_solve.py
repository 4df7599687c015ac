"""`costmodel solve` and `sweep --hold`: the networks next to a target, found against scans of all values."""

import json
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel.holding import Hold, holding
from costmodel.solving import shortest, simplest, solved

Runner = Callable[..., Any]


def test_mobilenet_for_300_million_mult_adds(run: Runner) -> None:
    found = solved(costmodel.load("mobilenet"), "mult_adds", 300_000_000, "alpha")
    assert found.root is not None
    assert f"{float(found.root):.4f}" == "0.7191"
    assert found.below is not None
    assert found.above is not None
    assert (found.below.value, found.below.figure) == (Fraction(18, 25), 299_816_242)
    out = run("solve", "mobilenet", "--target", "mult_adds=300M", "--by", "alpha").out
    assert "alpha = 0.719092" in out
    assert out.splitlines()[5].split()[:6] == ["not", "over", "0.72", "299,816,242", "−0.06", "%"]


@pytest.mark.parametrize(
    ("name", "figure", "by", "given"),
    [
        ("mobilenet", "mult_adds", "alpha", {}),
        ("mobilenetv2", "params", "alpha", {}),
        ("mobilenetv2", "mult_adds", "alpha", {"resolution": 192}),
        ("efficientnet", "access", "width", {}),
    ],
)
def test_sides_are_the_networks_next_to_a_target(name: str, figure: str, by: str, given: dict[str, Any]) -> None:
    """Of a scan in thousandths none is between them, and each side's whole interval gives the very network."""
    spec, draw = costmodel.load(name), random.Random(name + by)
    usual = getattr(spec.analyze(**given).totals, figure)
    for _ in range(3):
        target = int(usual * Fraction(draw.randint(30, 150), 100))
        found = solved(spec, figure, target, by, given)
        assert found.below is not None
        assert found.above is not None
        assert found.below.figure <= target < found.above.figure
        for side in (found.below, found.above):
            assert getattr(spec.analyze(**given, **{by: side.value}).totals, figure) == side.figure
            assert side.low is not None
            assert side.high is not None
            inside = [side.low + (side.high - side.low) * Fraction(n, 9) for n in range(1, 9)]
            assert {getattr(spec.analyze(**given, **{by: v}).totals, figure) for v in inside} == {side.figure}
        met = [getattr(spec.analyze(**given, **{by: Fraction(n, 1000)}).totals, figure) for n in range(100, 2000, 7)]
        assert not any(found.below.figure < one < found.above.figure for one in met)


def test_whole_numbers_are_the_nearest_that_can_be_built() -> None:
    found = solved(costmodel.load("shufflenetv2"), "mult_adds", 10**8, "width")
    values = [(w, costmodel.load("shufflenetv2").analyze(width=w).totals.mult_adds) for w in range(60, 140, 2)]
    assert found.below is not None
    assert found.above is not None
    assert (found.below.value, found.below.figure) == max(pair for pair in values if pair[1] <= 10**8)
    assert (found.above.value, found.above.figure) == min(pair for pair in values if pair[1] > 10**8)


def test_a_target_that_is_never_met_says_so(run: Runner) -> None:
    out = run("solve", "grouped", "--target", "access=800000", "--by", "groups").out
    assert "no network was found that is not over" in out


def test_simplest_and_shortest() -> None:
    draw = random.Random(1)
    for _ in range(200):
        low = Fraction(draw.randint(0, 400), draw.randint(1, 60))
        high = low + Fraction(draw.randint(1, 50), draw.randint(1, 900))
        one, short = simplest(low, high), shortest(low, high)
        assert low < one <= high
        assert low < short < high
        smaller = (Fraction(high.numerator * d // high.denominator, d) for d in range(1, one.denominator))
        assert not any(low < other <= high for other in smaller)


def test_groups_at_fixed_mult_adds_and_at_fixed_width_give_opposite_answers() -> None:
    """ShuffleNetV2, section 2, guideline G2."""
    spec, groups = costmodel.load("grouped"), [1, 2, 4, 8]
    held = [p.totals for p in holding(spec, {"groups": groups}, {}, Hold("mult_adds", 51_380_224, "channels"))]
    fixed = [spec.analyze(groups=g).totals for g in groups]
    assert all(one is not None and abs(one.mult_adds - 51_380_224) < 600_000 for one in held)
    assert [one.access for one in held if one] == sorted(one.access for one in held if one)
    assert [one.access for one in fixed] == sorted((one.access for one in fixed), reverse=True)


def test_a_report_says_what_is_held(run: Runner) -> None:
    given = ("sweep", "grouped", "--over", "groups=1,2,3", "--hold", "mult_adds", "--by", "channels")
    out = run(*given).out
    assert "held fixed: mult_adds next to 51,380,224 by channels" in out
    document = json.loads(run(*given, "--format", "json").out)
    assert document["held"] == {"figure": "mult_adds", "target": 51_380_224, "by": "channels"}
    assert [point["settings"]["channels"] for point in document["points"]] == [128, 182, 222]


@pytest.mark.parametrize(
    "given", ["mobilenet --target mult_adds=300M --by alpha", "grouped --target access=800000 --by groups"]
)
def test_json_is_under_its_schema(run: Runner, given: str) -> None:
    assert kinds("solve", run("solve", *given.split(), "--format", "json").out) == ["solved"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("solve mobilenet --target mult_adds --by alpha", "--target mult_adds has no value"),
        ("solve mobilenet --target speed=3 --by alpha", "no figure is called 'speed'"),
        ("solve mobilenet --target params=x --by alpha", "'x' is no figure"),
        ("solve mobilenet --target params=0.5 --by alpha", "1:8: params is a whole number, at least 1, and here is 0.5"),
        ("solve mobilenet --target params=3M --by alhpa", "did you mean 'alpha'?"),
        ("solve mobilenet --target params=3M --by full", "only a number can be free"),
        ("solve mobilenet --target params=3M --by resolution", "params does not hang on resolution"),
        ("sweep mobilenet --over alpha=1,2 --hold params", "--hold keeps a figure by another parameter"),
        ("sweep mobilenet --over alpha=1,2 --by alpha", "--by says what is solved for"),
        ("sweep mobilenet --over alpha=1,2 --hold params --by alpha", "'alpha' is swept, and solved for too"),
        ("sweep mobilenet --over alpha=1,2 --hold params --by nope", "has no parameter 'nope'"),
        ("sweep mobilenet --over alpha=1,2 --hold params --by classes --where params<=3M", "--hold goes with --over alone"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: str, said: str) -> None:
    ended = run(*given.split())
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err
