"""Rewrites: each is applied, read again and evaluated again, over the whole zoo, and checked without the search's own code."""

import re
from collections.abc import Mapping
from fractions import Fraction
from math import isqrt, sqrt

import pytest

import costmodel
from costmodel.bounds import bounded
from costmodel.holes import numbers_in
from costmodel.layers import unit_of
from costmodel.ledger import Ledger
from costmodel.library import bundled, find
from costmodel.pinning import pinned
from costmodel.probing import Open
from costmodel.reports.rewrites import SHAPE, diff, patch, reshaped
from costmodel.rewriting import WITHIN, Answer, Rewriting, applied
from costmodel.traffic import TRAFFIC

TRAFFIC_MODEL = TRAFFIC["unfused"]
NETWORKS = [(name, None) for name in bundled() if "/" not in name]
VARIANTS = [("mobilenetv2", "x1.4"), ("shufflenet", "g8"), ("resnext", "101-32x8d"), ("condensenet", "74-c8g8")]


def prices(ledger: Ledger) -> Mapping[str, Fraction]:
    """G1: the gaps of free 1×1 layers. G2: what grouped layers move over what they would at g = 1, mult-adds as they are."""
    found = {"G1": Fraction(), "G2": Fraction()}
    why = pinned(ledger.lines, ledger.outputs)
    for line in ledger.lines:
        for layer, reason in zip(bounded(line), why[line], strict=True):
            if layer.taps == 1 and not reason:
                a, b = layer.entering * layer.c1, layer.leaving * layer.c2
                found["G1"] += Fraction(a + b) - Fraction(isqrt(4 * a * b * 10**4), 100)
            if 1 < layer.groups < layer.c1:
                found["G2"] += layer.leaving * layer.c2 * (1 - Fraction(1, layer.groups))
    return found


def searched(name: str, most: int = 3, variant: str | None = None) -> tuple[Rewriting, list[Answer], int]:
    text = find(name).read_text(encoding="utf-8")
    rewriting = Rewriting(text, f"{name}.yaml", {}, variant, 1, TRAFFIC_MODEL, prices)
    lines = rewriting.reference.lines
    wanted = [at for at, line in enumerate(lines) if any(layer.taps == 1 or layer.groups > 1 for layer in bounded(line))]
    found = rewriting.answers(wanted, most)
    return rewriting, found.answers, found.left


def cost(ledger: Ledger, guideline: str) -> float:
    """What a guideline costs, in floating point."""
    total, why = 0.0, pinned(ledger.lines, ledger.outputs)
    for line in ledger.lines:
        for layer, reason in zip(bounded(line), why[line], strict=True):
            if guideline == "G1" and layer.taps == 1 and not reason:
                total += (sqrt(layer.entering * layer.c1) - sqrt(layer.leaving * layer.c2)) ** 2
            if guideline == "G2" and 1 < layer.groups < layer.c1:
                total += layer.leaving * layer.c2 * (1 - 1 / layer.groups)
    return total


def given(ledger: Ledger) -> list[str]:
    """What units give one another, in order."""
    units = [unit_of(line) for line in ledger.lines]
    return [
        f"{ledger.lines[source].path} {ledger.lines[source].output}"
        for at, line in enumerate(ledger.lines)
        for source in line.sources
        if source >= 0 and units[source] is not units[at]
    ]


@pytest.mark.parametrize(("name", "variant"), [*NETWORKS, *VARIANTS])
def test_every_rewrite_builds_at_equal_mult_adds_and_lower_access(name: str, variant: str | None) -> None:
    rewriting, answers, _ = searched(name, variant=variant)
    before = costmodel.load(name).analyze(variant=variant)
    for rewrite in (rewrite for answer in answers for rewrite in answer.rewrites):
        after = costmodel.loads(rewrite.text).analyze(variant=variant)
        assert abs(Fraction(after.totals.mult_adds, before.totals.mult_adds) - 1) <= WITHIN[-1]
        old, new = (ledger.sums(None, traffic=TRAFFIC_MODEL) for ledger in (before, after))
        assert (rewrite.before, rewrite.after) == (old, new)
        assert new.access < old.access
        assert cost(after, rewrite.guideline) < cost(before, rewrite.guideline)
        assert [(line.path, line.op) for line in after.lines] == [(line.path, line.op) for line in before.lines]
        assert [str(after.lines[at].output) for at in after.outputs] == [str(before.lines[at].output) for at in before.outputs]
        assert (given(after) == given(before)) is rewrite.keeps
        assert patched(rewriting.text, diff(rewriting.text, rewrite, name, 3)) == rewrite.text


def patched(text: str, lines: list[str]) -> str:
    """A text with a unified diff applied."""
    old, new, at = text.splitlines(), list[str](), 0
    for line in lines[2:]:
        if found := re.match(r"@@ -(\d+)", line):
            start = int(found[1]) - 1
            new += old[at:start]
            at = start
        elif line[0] == "+":
            new.append(line[1:])
        else:
            assert old[at] == line[1:]
            new += [line[1:]] if line[0] == " " else []
            at += 1
    return "\n".join([*new, *old[at:]]) + "\n"


def changes(name: str, most: int = 3) -> set[tuple[str, str, bool, str]]:
    return {
        (
            rewrite.guideline,
            answer.part.name,
            rewrite.keeps,
            ", ".join(f"{n.label} {n.value} to {to}" for n, to in rewrite.changes),
        )
        for answer in searched(name, most)[1]
        for rewrite in answer.rewrites
    }


def test_resnext_without_groups_is_a_resnet() -> None:
    """G2's remedy of 32×4d is 1×66d: between ResNet-50's 1×64d and what costs 1 % more, its units giving what they gave."""
    assert ("G2", "the parameters", True, "cardinality 32 to 1, width 4 to 66") in changes("resnext", 9)


def test_an_inverted_residual_has_no_rewrite_of_its_shape() -> None:
    found = [one for one in changes("mobilenetv2", 9) if "row" in one[1]]
    assert found
    assert not any(keeps for _, _, keeps, _ in found)


def test_a_fire_module_trades_its_branches_and_keeps_its_shape() -> None:
    assert any(keeps and "row" in part for _, part, keeps, _ in changes("squeezenet"))


def test_a_number_alone_is_no_rewrite() -> None:
    """A row of MobileNet V1 has one width, and nothing beside it that could make up for another."""
    _, answers, left = searched("mobilenet")
    assert left == 0
    assert all(not answer.has_pairs and not answer.rewrites for answer in answers)
    assert "row 3 of the table, line 35" in [answer.part.name for answer in answers]


def test_parts_that_are_not_searched_are_counted() -> None:
    _, few, left = searched("squeezenet", 2)
    _, all_, none = searched("squeezenet", 99)
    assert (len(few) + left, none) == (len(all_), 0)
    assert left > 0


SPEC = """\
name: T
params: {wide: 32, mid: 8, step: 8, unused: 3}
input: [3, 16, 16]
blocks:
  unit:
    params: {mid, out: 4 * mid}
    layers: [{conv2d: mid}, {conv2d: {out, kernel: 3, padding: 1}}]
layers:
  - conv2d: divisible(wide, step)
  - {unit: {mid, out: wide if mid > 7 else 2 * wide}}
  - global_avg_pool
  - linear: 10
"""


def test_numbers_of_a_spec_are_found_where_they_stand() -> None:
    """None that is compared, makes a window, or is a step to round to."""
    numbers = Open(SPEC, "t.yaml", {}, None, 1).numbers
    assert [(number.label, number.value, number.part) for number in numbers] == [
        ("wide", 32, "the parameters"),
        ("mid", 8, "the parameters"),
        ("unused", 3, "the parameters"),
        ("4 in out", 4, "the block unit"),
        ("2 in out", 2, "unit, line 10"),
        ("out", 10, "linear, line 12"),
    ]
    for number in numbers:
        assert SPEC.splitlines()[number.mark.line - 1][number.mark.col - 1 :].startswith(str(number.value))


def test_numbers_in_formulas() -> None:
    assert numbers_in("2 ** 3 * c // 4 + (5 if c > 6 else max(7, 8))") == {0: "2", 14: "4", 19: "5", 39: "7", 42: "8"}
    assert numbers_in("1.5 * c + 0") == {}


@pytest.mark.parametrize("name", ["mobilenetv2", "shufflenet", "resnext", "googlenet", "condensenet"])
def test_values_that_are_tried_together_cost_what_they_cost_alone(name: str) -> None:
    """Each place of a list that is walked at once is the network that its numbers make one by one."""
    open_ = Open(find(name).read_text(encoding="utf-8"), name, {}, None, 1)
    numbers = [number for number in open_.numbers if number.value > 1][:12]
    for one in numbers:
        values = [max(one.value // 2, 1), one.value, one.value + 1, 2 * one.value, 3 * one.value]
        seen: dict[int, int] = {}
        for probed in open_.tried({one: values}):
            figures = costmodel.algebra.listed(probed.ledger.totals.access, len(probed.places))
            seen |= {place: figures[at] for at, place in enumerate(probed.places) if probed.sound[at]}
        for place, value in enumerate(values):
            one.open(value)
            try:
                alone = open_.ledger().totals.access
            except costmodel.SpecError:
                alone = None
            one.open(one.value)
            assert seen.get(place) == alone, (one.label, value)


@pytest.mark.parametrize("name", ["squeezenet", "condensenet", "mobilenetv2"])
def test_no_rewrite_is_said_to_keep_the_shape_only_where_none_does(name: str) -> None:
    _, answers, _ = searched(name)
    for answer in (answer for answer in answers if answer.rewrites):
        said = [reshaped(rewrite, answer.rewrites) for rewrite in answer.rewrites]
        keeping = [rewrite.keeps for rewrite in answer.rewrites]
        assert [not words for words in said] == keeping
        assert any(SHAPE in words for words in said) == (not any(keeping))


def test_a_diff_keeps_the_ends_of_lines() -> None:
    """Of a spec from another system, and of one whose last line is not ended."""
    for ends, last in (("\r\n", ""), ("\n", "\n"), ("\n", "")):
        text = ends.join(["name: T", "input: [24, 56, 56]", "params: {a: 24, b: 144}", "layers:", "  - conv2d: 24"])
        text += ends + "  - repeat: 3" + ends + "    layers: [{conv2d: b}, {conv2d: a}]" + ends + "  - conv2d: 8" + last
        rewriting = Rewriting(text, "t.yaml", {}, None, 1, TRAFFIC_MODEL, prices)
        rewrite = next(one for answer in rewriting.answers([1, 2], 3).answers for one in answer.rewrites)
        lines = patch(text, rewrite, "t.yaml").splitlines(keepends=True)
        assert sum(line.startswith("-") for line in lines[2:]) == sum(line.startswith("+") for line in lines[2:]) > 0
        assert all(line[1:].removesuffix("\n") in text for line in lines[2:] if line[0] in " -")
        assert (ends in lines[4]) is True


def test_a_change_is_written_where_the_number_stands() -> None:
    rewriting, answers, _ = searched("mobilenetv2")
    rewrite = next(rewrite for answer in answers for rewrite in answer.rewrites)
    assert applied(rewriting.text, rewrite.changes) == rewrite.text
    assert rewriting.text == find("mobilenetv2").read_text(encoding="utf-8")
