"""`costmodel solve --maximise`: the best within limits, against all there are; intervals of real numbers, against scans."""

import json
import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel import algebra
from costmodel.budget import METRICS, budget
from costmodel.cells import Uncut, cuts
from costmodel.commands.solving import FIGURES
from costmodel.domains import domain, given
from costmodel.goals import Goal, Objective, objective
from costmodel.library import Spec
from costmodel.searching import Asked, Best, best
from costmodel.verdict import Rules, judged

Runner = Callable[..., Any]
MOST, LEAST = (objective("mult_adds", "--maximise", is_most=most) for most in (True, False))


def found(spec: Spec, levels: dict[str, list[Any]], limits: list[str], of: Objective = MOST) -> Best:
    return best(Asked(spec, Goal(tuple(map(budget, limits)), of)), [given(name, values) for name, values in levels.items()])


def brute(spec: Spec, levels: dict[str, list[Any]], limits: list[str], of: Objective) -> list[dict[str, Any]]:
    """The points that reach the best, each evaluated by itself, in the order of the domain."""
    reached: dict[Fraction, list[dict[str, Any]]] = {}
    for row in product(*levels.values()):
        values = dict(zip(levels, row, strict=True))
        try:
            ledger = spec.analyze(**values)
        except costmodel.SpecError:
            continue
        if all(judged(budget(text), ledger, Rules()).passes for text in limits):
            reached.setdefault(judged(of.of, ledger, Rules()).value, []).append(values)
    return reached[(max if of.is_most else min)(reached)] if reached else []


TENTHS = [Fraction(n, 20) for n in range(5, 29)]


@pytest.mark.parametrize(
    ("name", "levels", "limits", "of"),
    [
        ("mobilenet", {"alpha": TENTHS}, ["params<=3M"], MOST),
        ("mobilenet", {"alpha": TENTHS, "shallow": [False, True]}, ["params<=3M", "access<=9M"], MOST),
        ("mobilenetv2", {"alpha": TENTHS, "resolution": [128, 160, 192]}, ["params<=4M", "peak@int8<=512KiB"], MOST),
        ("mobilenetv2", {"alpha": TENTHS, "resolution": [128, 160, 192]}, ["params>=3M", "params<=3.3M"], LEAST),
        ("grouped", {"groups": [1, 2, 3, 4, 8], "channels": [96, 128, 256]}, ["access<=1M"], MOST),
        (
            "mobilenetv2",
            {"alpha": TENTHS, "resolution": [96, 128]},
            ["access@fused,int8<=4MiB"],
            MOST,
        ),
    ],
)
def test_the_best_is_the_best_of_all(name: str, levels: dict[str, list[Any]], limits: list[str], of: Objective) -> None:
    spec = costmodel.load(name)
    one, all_ = found(spec, levels, limits, of), brute(spec, levels, limits, of)
    assert one.is_found
    assert one.values == all_[0]
    assert one.ties == len(all_)
    assert all(limit.verdict.passes for limit in one.limits)


def test_a_limit_that_is_relaxed_as_said_lets_in_what_is_said_and_no_less_does() -> None:
    spec, levels = costmodel.load("mobilenetv2"), {"alpha": TENTHS, "resolution": [*range(96, 289, 32)]}
    limits = ["params<=4M", "peak@int8<=512KiB", "access<=20M"]
    one = found(spec, levels, limits)
    needed = [limit.needed for limit in one.limits]
    assert needed[2] is None, "access does not bind"
    for place, limit in enumerate(one.limits[:2]):
        assert limit.needed is not None
        unit = "bytes" if limit.verdict.budget.in_bytes else ""
        for amount, reached in ((limit.needed, limit.reaches), (limit.needed - 1, one.value)):
            other = [*limits]
            other[place] = f"{limits[place].partition('<=')[0]}<={amount} {unit}".strip()
            assert found(spec, levels, other).value == reached


def test_where_nothing_keeps_all_limits_the_nearest_is_shown_with_what_would_be_enough() -> None:
    spec, levels, limits = (
        costmodel.load("mobilenet"),
        {"alpha": TENTHS, "resolution": [128, 224]},
        ["params<=1M", "mult_adds>=200M"],
    )
    one = found(spec, levels, limits)
    assert not one.is_found
    assert one.value is None
    misses = {}
    for alpha, resolution in product(*levels.values()):
        totals = spec.analyze(alpha=alpha, resolution=resolution).totals
        over = max(Fraction(totals.params - 10**6, 10**6), Fraction(2 * 10**8 - totals.mult_adds, 2 * 10**8))
        misses[alpha, resolution] = over
    assert misses[one.values["alpha"], one.values["resolution"]] == min(misses.values())
    for place, limit in enumerate(one.limits):
        assert limit.needed is not None
        sign = limit.verdict.budget.sign
        enough, less = ([*limits], [*limits])
        enough[place] = f"{limit.verdict.budget.metric}{sign}{limit.needed}"
        less[place] = f"{limit.verdict.budget.metric}{sign}{limit.needed + (-1 if sign == '<=' else 1)}"
        assert found(spec, levels, enough).is_found
        assert not found(spec, levels, less).is_found


# --- every number of a range -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "by", "limits"),
    [
        ("mobilenet", "alpha", ["params<=3M"]),
        ("mobilenetv2", "alpha", ["params<=3M", "access<=12M"]),
        ("mobilenetv3", "alpha", ["mult_adds<=150M"]),
        ("efficientnet", "depth", ["params<=7M"]),
    ],
)
def test_no_number_of_a_range_is_better(name: str, by: str, limits: list[str]) -> None:
    """Thousands of numbers at random, and those right beside where it changes, give nothing better; its stretch the same."""
    spec, draw = costmodel.load(name), random.Random(name)
    ends = Fraction(1, 2), Fraction(2)
    one = best(Asked(spec, Goal(tuple(map(budget, limits)), MOST)), [domain(spec, by, {}, None, ends)])
    assert one.domains[0].kind == "every"
    low, high = one.around[by]
    inside = [low + (high - low) * Fraction(n, 9) for n in range(1, 9)]
    assert {spec.analyze(**{by: value}).totals.mult_adds for value in inside} == {one.value}
    places = [*one.domains[0].values[::2]]
    tried = [Fraction(draw.randint(500_000, 2_000_000), 10**6) for _ in range(150)]
    tried += [place + Fraction(sign, 10**9) for place in draw.sample(places, min(12, len(places))) for sign in (-1, 1)]
    tried += [end + Fraction(sign, 10**9) for end in (low, high) for sign in (-1, 1)]
    for value in tried:
        ledger = spec.analyze(**{by: value})
        if all(judged(budget(text), ledger, Rules()).passes for text in limits):
            assert ledger.totals.mult_adds <= one.value


def test_between_two_cuts_no_layer_changes() -> None:
    """Each stretch of a hundred and its ends: the same widths at two numbers inside it."""
    spec, draw = costmodel.load("mobilenetv3"), random.Random(3)
    one = best(Asked(spec, Goal((), MOST)), [domain(spec, "alpha", {}, None, (Fraction(1, 2), Fraction(3, 2)))])
    places = one.domains[0].values[::2]
    for at in draw.sample(range(len(places) - 1), 60):
        low, high = places[at], places[at + 1]
        shapes = [
            [line.output.dims for line in spec.analyze(alpha=low + (high - low) * Fraction(n, 1000)).lines]
            for n in (1, 500, 999)
        ]
        assert shapes[0] == shapes[1] == shapes[2]


def test_what_is_no_straight_line_has_no_cuts() -> None:
    alpha, other = algebra.closed("alpha"), algebra.closed("other", whole=True)
    for value in (algebra.floor(alpha * alpha), alpha * 3, algebra.floor(alpha * other)):
        with pytest.raises(Uncut):
            cuts([value], alpha, Fraction(1), Fraction(2))
    assert cuts([algebra.floor(3 * alpha) * other >= 7 * other], alpha, Fraction(1), Fraction(2)) == {
        1,
        Fraction(4, 3),
        Fraction(5, 3),
        2,
    }


def test_a_range_that_was_not_given_grows_until_the_best_lies_inside() -> None:
    spec = costmodel.load("mobilenet")
    one = best(Asked(spec, Goal((budget("params<=300M"),), MOST)), [domain(spec, "alpha", {}, None)])
    assert one.values["alpha"] > 8
    assert one.at_end == []


def test_a_range_that_never_ends_the_search_is_said_to_end_there(run: Runner) -> None:
    out = run("solve", "grouped", "--maximise", "mult_adds", "--by", "channels").out
    assert "at the end       of what was searched: channels" in out
    out = run("solve", "grouped", "--maximise", "mult_adds", "--by", "channels=1:64").out
    assert "at the end" not in out


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_screen_says_what_was_searched_and_what_binds(run: Runner) -> None:
    given_ = ("--at-most", "params=4M", "--at-most", "peak@int8=512KiB", "--by", "alpha=0.25:1.4:0.05,resolution=128:320:32")
    out = run("solve", "mobilenetv2", "--maximise", "mult_adds", *given_).out
    assert " 1.05         128  105,127,424" in out
    assert "4,074,280 lets in 111,298,816 mult_adds" in out
    assert "752,640 bytes lets in 106,668,416 mult_adds" in out
    assert "no others" in out


def test_limits_that_nothing_keeps_are_a_report_and_exit_code_1(run: Runner) -> None:
    ended = run("solve", "mobilenet", "--minimise", "access", "--at-most", "params=10k", "--by", "alpha=0.25,0.5")
    assert ended.code == 1
    assert ended.err == ""
    assert "470,072 is enough, for 3,125,184 access" in ended.out
    assert "no network keeps all limits" in ended.out


def test_what_nobody_knows_is_never_the_best(run: Runner, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    layers = "layers: [{conv2d: width}, {unknown: {op: Sort, shape: [4, 4, 4]}}]"
    path.write_text(f"name: T\nparams: {{width: 8}}\ninput: [3, 8, 8]\n{layers}\n", encoding="utf-8")
    ended = run("solve", str(path), "--maximise", "mult_adds", "--by", "width=1:8")
    assert ended.code == 2
    assert "ops whose cost nobody knows" in ended.err
    ended = run("solve", str(path), "--maximise", "mult_adds", "--at-most", "params=1M", "--by", "width=1:8")
    assert ended.code == 1
    assert "≥" in ended.out
    assert "not known" in ended.out


@pytest.mark.parametrize(
    "asked",
    [
        "mobilenet --maximise mult_adds --at-most params=3M --by alpha",
        "mobilenet --maximise mult_adds --at-most params=3k --by alpha=0.5,1,shallow",
        "mobilenetv2 --maximise params --at-most access@int4=5MB --by resolution=64:128",
    ],
)
def test_json_is_under_its_schema(run: Runner, asked: str) -> None:
    assert kinds("solve", run("solve", *asked.split(), "--format", "json").out) == ["best"]


def test_json_has_every_figure_exact(run: Runner) -> None:
    given_ = ("--maximise", "mult_adds", "--at-most", "params=3M", "--by", "alpha", "--format", "json")
    document = json.loads(run("solve", "mobilenet", *given_).out)
    assert (document["met"], document["value"], document["values"]) == (True, 383866904, {"alpha": "41/50"})
    assert document["limits"][0]["relaxed"] == "3008853"
    assert document["searched"][0]["kind"] == "every"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--maximise", "mult_adds"], "--maximise needs to know what may change"),
        (["--by", "alpha"], "nothing is asked for"),
        (["--by", "alpha", "--maximise", "speed"], "no metric is called 'speed'\n 1 | speed\n"),
        (["--by", "alpha", "--maximise", "mult_adds=3"], "--maximise takes a figure, and gets 'mult_adds=3'"),
        (["--by", "alpha", "--maximise", ""], "--maximise takes a figure, and gets ''"),
        (["--by", "alpha", "--maximise", "params", "--at-most", "params=0"], "a limit is above zero, and here is 0"),
        (["--by", "alpha", "--maximise", "params", "--at-most", "params=-3"], "'-3' is no limit"),
        (
            ["--by", "alpha", "--maximise", "params", "--at-most", "mult_adds=4KiB"],
            "mult_adds is counted",
        ),
        (["--by", "alpha", "--maximise", "params", "--at-least", "params<=4M"], "--at-least says by itself what <= would"),
        (
            ["--by", "alpha", "--maximise", "params", "--at-most", "params=3M", "--at-least", "params=4M"],
            "no network keeps both params>=4M and params<=3M",
        ),
        (
            ["--by", "alpha", "--maximise", "params", "--target", "params=3M"],
            "--target asks for one value",
        ),
        (["--by", "alpha,rho", "--target", "params=3M"], "--target is met by one parameter"),
        (["--by", "alpha", "--maximise", "params", "--minimise", "access"], "--maximise asks for one thing, and --minimise"),
        (["--by", "alpha", "--maximise", "params", "--seed", "3"], "--seed chooses the networks of --sample"),
        (["--by", "alpha", "--count"], "--count is of networks that are chosen by rows"),
        (["--by", "alhpa", "--maximise", "params"], "did you mean 'alpha'?"),
        (["--by", "alpha=", "--maximise", "params"], "a parameter or a value is missing here"),
        (["--by", "alpha=0.5,,1", "--maximise", "params"], "a parameter or a value is missing here"),
        (["--by", "alpha=2:1", "--maximise", "params"], "the range 2:1 goes down"),
        (["--by", "alpha=0:1", "--maximise", "params"], "the range 0:1 starts at zero"),
        (["--by", "alpha=-1,1", "--maximise", "params"], "the parameter 'alpha' is -1, and cannot be negative"),
        (["--by", "alpha=0.5,1,alpha", "--maximise", "params"], "--by gives 'alpha' twice"),
        (["--by", "alpha=x,1", "--maximise", "params"], "'x' is neither a number nor a word of specs"),
        (["--by", "alpha", "--set", "alpha=1", "--maximise", "params"], "'alpha' is set, and solved for too"),
        (["--by", "resolution=1:100000,classes=1:100000", "--maximise", "params"], "points would be searched, and at most"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: list[str], said: str) -> None:
    ended = run("solve", "mobilenet", *given)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_the_figures_that_complete_are_those_of_budgets() -> None:
    assert {*FIGURES} == {*METRICS}
