"""`costmodel solve --by "table[*].t in 3,4,6"`: dynamic programming, against every combination evaluated by itself."""

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

import pytest
from schemas import kinds

import costmodel
from costmodel.budget import budget
from costmodel.choosing import Choice, Choosing, choices
from costmodel.evaluate import evaluate
from costmodel.goals import Goal, Objective, objective
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.problems import Mark, Problems, SpecError
from costmodel.spec.source import Text
from costmodel.staging import Staged, Staging
from costmodel.verdict import Rules, judged

Runner = Callable[..., Any]
ROWS = """
name: Rows
params: {resolution: 24}
input: [3, resolution, resolution]
blocks:
  conv_bn:
    params: {out, kernel: 1, stride: 1, groups: 1}
    layers: [{conv2d: {out, kernel, stride, groups, padding: same, bias: false}}, batch_norm, relu]
  unit:
    params: {t, out, stride: 1, kernel: 3}
    let: {wide: t * c_in}
    layers:
      - residual:
          when: stride == 1 and c_in == out
          layers: [{conv_bn: {out: wide}}, {conv_bn: {out: wide, kernel, stride, groups: wide}}, {conv_bn: out}]
layers:
  - {conv_bn: {out: 8, kernel: 3, stride: 2}, name: stem}
  - name: stages
    table:
      - [name, t, c, n, s, k]
      - [low,  2, 8, 1, 1, 3]
      - [mid,  3, 16, 2, 2, 3]
      - [high, 3, 24, 2, 1, 5]
    each:
      - {unit: {t, out: c, stride: s if first else 1, kernel: k}, repeat: n}
  - global_avg_pool
  - linear: 10
"""
NAMED = """
name: Named
input: [3, 16, 16]
blocks:
  twice:
    params: {out, kernel: 3}
    layers: [{conv2d: {out, kernel, padding: same}}, relu, {conv2d: {out, kernel, padding: same}}]
layers:
  - {twice: 8, name: a}
  - max_pool: 2
  - {twice: 16, name: b}
  - upsample: 2
  - concat: [a, previous]
  - table: {c: [8, 12], g: [1, 1]}
    each: [{conv2d: {out: c, groups: g}}, {layers: [relu, {conv2d: 2 * c}], when: c > 8}]
  - global_avg_pool
  - linear: 4
"""


def asked(
    text: str, *picks: tuple[str, str, str, tuple[Any, ...]], limits: Sequence[str] = (), of: Objective | None = None
) -> Staging:
    spec = costmodel.library.loads(text)
    return Staging(Staged(spec, tuple(wanted(spec, picks)), Goal(tuple(map(budget, limits)), of)))


def wanted(spec: Spec, picks: Any) -> list[Choice]:
    return [
        choice
        for of, which, name, values in picks
        for choice in choices(spec.network, _text(of), which, _text(name), values, f"{of}[{which}].{name}")
    ]


def _text(words: str) -> Text:
    return Text(words, Mark("--by", 1, 1, words))


def every(spec: Spec, chosen: list[Choice]) -> Iterator[tuple[list[Any], Ledger]]:
    """Every combination that can be built, in order: the network walked whole, each answer after the other."""
    tried: list[list[int]] = [[]]
    while tried:
        script, sizes = tried.pop(), list[int]()

        def ask(choice: Choice, script: list[int] = script, sizes: list[int] = sizes) -> Any:
            sizes.append(len(choice.values))
            return choice.values[script[len(sizes) - 1] if len(sizes) <= len(script) else 0]

        walk = Choosing({}, Problems(), choices=chosen, ask=ask)
        try:
            yield_ = evaluate(spec.graph, spec.settings({}), 1, walk=walk)
        except SpecError:
            yield_ = None
        full = [*script, *[0] * (len(sizes) - len(script))]
        for place in range(len(script), len(sizes)):
            tried += [[*full[:place], other] for other in range(1, sizes[place])]
        if yield_ is not None:
            yield [one.value for one in walk.picked], yield_


SPACES: list[tuple[str, list[tuple[str, str, str, tuple[Any, ...]]]]] = [
    (ROWS, [("stages", "*", "t", (1, 2, 4))]),
    (ROWS, [("stages", "*", "n", (0, 1, 2)), ("stages", "high", "k", (3, 5))]),
    (ROWS, [("stages", "*", "c", (8, 12, 16)), ("stages", "2", "t", (2, 3))]),
    (ROWS, [("unit", "*", "t", (1, 3)), ("stages", "mid", "n", (1, 2, 3))]),
    (ROWS, [("unit", "*", "kernel", (3, 5)), ("*", "*", "t", (2, 3))]),
    (ROWS, [("stages", "mid", "n", (0, 1)), ("stages", "high", "n", (0,)), ("conv_bn", "*", "kernel", (1, 3))]),
    (NAMED, [("twice", "*", "kernel", (1, 3, 5)), ("table", "*", "g", (1, 2, 3))]),
    (NAMED, [("table", "*", "c", (6, 8, 12, 15)), ("table", "2", "g", (1, 3, 4))]),
]


@pytest.mark.parametrize(("text", "picks"), SPACES)
def test_counts_and_the_best_are_those_of_all_combinations(text: str, picks: Any) -> None:
    spec = costmodel.library.loads(text)
    all_ = list(every(spec, wanted(spec, picks)))
    costs = [ledger.totals for _, ledger in all_]
    assert asked(text, *picks).counted().of == len(all_)
    draw = random.Random(len(all_))
    for _ in range(3):
        limit = draw.choice(costs)
        limits = [f"mult_adds<={limit.mult_adds}", f"access<={draw.choice(costs).access}"][: draw.randint(1, 2)]
        kept = [(values, one) for values, one in all_ if _keeps(one, limits)]
        assert asked(text, *picks, limits=limits).counted().kept == len(kept)
        for figure, is_most in (("params", True), ("params", False), ("mult_adds", True)):
            goal = objective(figure, "--maximise", is_most=is_most)
            found = asked(text, *picks, limits=limits, of=goal).chosen()
            if not kept:
                assert found.value is None
                continue
            ranked = sorted(kept, key=lambda pair: _rank(pair[1], goal, limits))
            first = [values for values, one in ranked if _rank(one, goal, limits) == _rank(ranked[0][1], goal, limits)]
            order = [[_place(value, picks) for value in values] for values in first]
            assert found.value == getattr(ranked[0][1].totals, figure)
            assert [one.value for one in found.network.picked] in first
            assert [_place(one.value, picks) for one in found.network.picked] == min(order) or len(picks) > 1


def _place(value: Any, picks: Any) -> int:
    return int(next((values.index(value) for *_, values in picks if value in values), 0))


def _keeps(ledger: Ledger, limits: list[str]) -> bool:
    return all(judged(budget(text), ledger, Rules()).passes for text in limits)


def _rank(ledger: Ledger, goal: Objective, limits: list[str]) -> list[Fraction]:
    """The objective, then the limited figures in their order, the smaller the better."""
    value = judged(goal.of, ledger, Rules()).value
    return [-value if goal.is_most else value, *(judged(budget(text), ledger, Rules()).value for text in limits)]


def test_relaxing_a_limit_as_said_lets_in_what_is_said_and_no_less_does() -> None:
    picks = SPACES[0][1]
    spec = costmodel.library.loads(ROWS)
    totals = sorted(ledger.totals for _, ledger in every(spec, wanted(spec, picks)))[13]
    limits = [f"mult_adds<={totals.mult_adds}", f"access<={totals.access}"]
    goal = objective("params", "--maximise", is_most=True)
    found = asked(ROWS, *picks, limits=limits, of=goal).chosen()
    assert found.value is not None
    assert any(limit.needed is not None for limit in found.limits)
    for place, limit in enumerate(found.limits):
        if limit.needed is None:
            continue
        for amount, reached in ((limit.needed, limit.reaches), (limit.needed - 1, found.value)):
            other = [*limits]
            other[place] = f"{limit.verdict.budget.metric}<={amount}"
            assert asked(ROWS, *picks, limits=other, of=goal).chosen().value == reached


def test_where_no_network_keeps_the_limits_the_nearest_is_the_one_of_the_least_largest_miss() -> None:
    picks = SPACES[3][1]
    limits = ["mult_adds<=300k", "params>=9k"]
    found = asked(ROWS, *picks, limits=limits, of=objective("access", "--minimise", is_most=False)).chosen()
    assert found.value is None
    spec = costmodel.library.loads(ROWS)

    def miss(ledger: Ledger) -> Fraction:
        totals = ledger.totals
        return max(Fraction(totals.mult_adds - 300_000, 300_000), Fraction(9000 - totals.params, 9000))

    all_ = [ledger for _, ledger in every(spec, wanted(spec, picks))]
    assert miss(found.network.ledger) == min(map(miss, all_))
    for place, limit in enumerate(found.limits):
        values = [(one.totals.mult_adds, one.totals.params) for one in all_]
        kept = [pair for pair in values if (pair[1] >= 9000 if place == 0 else pair[0] <= 300_000)]
        assert limit.needed == (min(pair[0] for pair in kept) if place == 0 else max(pair[1] for pair in kept))


def test_every_network_is_as_likely_as_any_other() -> None:
    """A chi-squared test over the networks of a small space: 64 networks, and their deviation is that of chance."""
    limits = ["mult_adds<=1M"]
    staging = asked(ROWS, *SPACES[3][1], limits=limits)
    kept = staging.counted().kept
    paths = staging.paths(staging.goal.limits, None, ())
    draw, drawn = random.Random(7), Counter[tuple[int, ...]]()
    times = 100 * kept
    for _ in range(times):
        drawn[tuple(pick for edge in paths.drawn(draw) for pick in edge.picks)] += 1
    spec = costmodel.library.loads(ROWS)
    assert len(drawn) == kept == sum(_keeps(one, limits) for _, one in every(spec, wanted(spec, SPACES[3][1])))
    assert kept > 20
    squares = sum((count - 100) ** 2 / 100 for count in drawn.values())
    freedom = kept - 1
    assert abs(squares - freedom) < 4 * (2 * freedom) ** 0.5


def test_a_sample_is_within_the_limits_and_the_same_for_a_seed() -> None:
    staging = asked(ROWS, *SPACES[2][1], limits=["params<=9k"])
    one, again, other = (staging.counted(12, seed).drawn for seed in (1, 1, 2))
    assert len(one) == 12
    assert all(network.ledger.totals.params <= 9000 for network in one)
    assert [[p.value for p in n.picked] for n in one] == [[p.value for p in n.picked] for n in again]
    assert [[p.value for p in n.picked] for n in one] != [[p.value for p in n.picked] for n in other]


def test_a_space_of_trillions_is_counted_to_the_unit() -> None:
    """Every call of MobileNetV2's bottleneck by itself, the depth of every row by itself."""
    spec = costmodel.load("mobilenetv2")
    picks = [("bottleneck", "*", "t", (3, 4, 6)), ("table", "*", "n", (2, 3, 4))]
    staging = Staging(Staged(spec, tuple(wanted(spec, picks)), Goal()))
    assert staging.counted().of == (3**2 + 3**3 + 3**4) ** 7


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_screen_has_a_row_for_each_place(run: Runner) -> None:
    out = run("solve", "mobilenetv2", "--maximise", "params", "--at-most", "mult_adds=250M", "--by", "table[*].t in 3,4,6").out
    assert "row 6  4\nrow 7  6\n" in out
    assert "253,384,608 lets in 3,003,560 params" in out


def test_a_count_and_a_sample(run: Runner) -> None:
    given = ("mobilenetv2", "--at-most", "mult_adds=250M", "--by", "*.t in 3,4,6")
    assert "34 of 2,187 networks" in run("solve", *given, "--count").out
    assert "34 of 2,187 networks" in run("solve", *given[:-1], "*.t=3,4,6", "--count").out
    document = json.loads(run("solve", *given, "--sample", "3", "--seed", "5", "--format", "json").out)
    assert (document["kept"], document["networks"], len(document["drawn"])) == (34, 2187, 3)
    assert all(one["mult_adds"] <= 250_000_000 for one in document["drawn"])
    none = run("solve", "mobilenetv2", "--at-most", "mult_adds=1M", "--by", "*.t in 3,4,6", "--sample", "3")
    assert none.code == 1
    assert "0 of 2,187 networks" in none.out


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (("--maximise", "params", "--at-most", "mult_adds=250M"), "chosen"),
        (("--maximise", "params", "--at-most", "mult_adds=25M"), "chosen"),
        (("--count",), "counted"),
        (("--sample", "2"), "counted"),
    ],
)
def test_json_is_under_its_schema(run: Runner, given: tuple[str, ...], kind: str) -> None:
    out = run("solve", "mobilenetv2", *given, "--by", "table[*].t in 3,4,6", "--format", "json").out
    assert kinds("solve", out) == [kind]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--by", "tabel[*].t in 3,4", "--count"], "did you mean 'table'?"),
        (["--by", "table[*].x in 3,4", "--count"], "table has no column 'x'"),
        (["--by", "*.zz in 3,4", "--count"], "there are t, c, n, s, d, out, kernel, stride, act"),
        (["--by", "table[9].t in 3,4", "--count"], "they are numbered from 1 to 7; * means all"),
        (["--by", "bottleneck[2].t in 3,4", "--count"], "bottleneck is a block, and every call of it chooses"),
        (["--by", "table[*].t in", "--count"], "a value is missing here"),
        (["--by", "table[*].t in 3,,4", "--count"], "a value is missing here"),
        (["--by", "table[*].t in 3,3", "--count"], "a value stands here twice: 3,3"),
        (["--by", "table[*].t in foo", "--count"], "'foo' is neither a number nor a word of specs"),
        (["--by", "table[*].t", "--count"], "'table[*].t' does not say what is chosen"),
        (["--by", "table.t in 3,4", "--by", "table[2].t in 3,6", "--count"], "'t' of table is chosen twice"),
        (["--by", "table.t in 3,4", "--by", "alpha", "--maximise", "params"], "--by has parameters, and choices by rows too"),
        (
            ["--by", "table.t in 3,4", "--maximise", "peak"],
            "peak is the most that is alive at once",
        ),
        (["--by", "table.t in 3,4", "--count", "--at-most", "access@fused=3M"], "under fused a layer may be fused"),
        (["--by", "table.t in 3,4", "--count", "--at-most", "kernels=30"], "does not add up row by row"),
        (["--by", "table.t in 0", "--count"], "none of these choices can be built"),
        (["--by", "table.t in 3,4", "--sample", "0"], "--sample must be a whole number, at least 1, and is 0"),
        (["--by", "table.t in 3,4", "--sample", "3", "--maximise", "params"], "--maximise asks for one thing, and --sample"),
    ],
)
def test_what_cannot_be_is_said(run: Runner, given: list[str], said: str) -> None:
    ended = run("solve", "mobilenetv2", *given)
    assert (ended.code, ended.out) == (2, "")
    assert said in ended.err


def test_two_tables_without_names_are_numbered() -> None:
    text = NAMED.replace("  - linear", "  - table: {c: [4, 6]}\n    each: [{linear: c}]\n  - linear")
    with pytest.raises(SpecError, match="its tables and blocks are table1, table2, twice"):
        asked(text, ("stages", "*", "c", (4, 6)))
    assert asked(text, ("table2", "1", "c", (4, 6))).counted().of == 2
    assert asked(text, ("*", "*", "c", (4, 6))).counted().of == 16


def test_operations_of_a_convention_add_up_too() -> None:
    """By programs that count what public code spells in its own way, under names of places."""
    spec = costmodel.load("shufflenetv2")
    goal = Goal((budget("operations@thop<=150M"),), objective("operations@fvcore", "--maximise", is_most=True))
    found = Staging(Staged(spec, tuple(wanted(spec, [("*", "*", "n", (2, 4, 6))])), goal)).chosen()
    assert (
        found.value == judged(goal.limits[0]._replace(qualifiers={"convention": "fvcore"}), found.network.ledger, Rules()).value
    )
