"""Figures as sources print them: how they are read, what meets them, and what a row says of them."""

from fractions import Fraction

import pytest
from writing import load

from costmodel.spec.figures import figure
from costmodel.spec.values import Formula

PLAIN = {"share": False, "ratio": False, "nominal": False}


@pytest.mark.parametrize(
    ("text", "value", "unit", "marks"),
    [
        ("569M", 569_000_000, 10**6, set()),
        ("568,740,352", 568_740_352, 1, set()),
        ("4.2M", 4_200_000, 10**5, set()),
        ("4.24 million", 4_240_000, 10**4, set()),
        ("1.25 billion", 1_250_000_000, 10**7, set()),
        ("36.9k", 36_900, 100, set()),
        ("70 thousand", 70_000, 1000, set()),
        ("0.39B", 390_000_000, 10**7, set()),
        ("0.819G", 819_000_000, 10**6, set()),
        ("25.5e6", 25_500_000, 10**5, set()),
        ("7.8e+9", 7_800_000_000, 10**8, set()),
        ("~4.1 billion", 4_100_000_000, 10**8, {"nominal"}),
        ("~25M", 25_000_000, 10**6, {"nominal"}),
        ("94.86%", Fraction(9486, 100), Fraction(1, 100), {"share"}),
        ("3 %", 3, 1, {"share"}),
        ("50x", 50, 1, {"ratio"}),
        ("2.4×", Fraction(12, 5), Fraction(1, 10), {"ratio"}),
        ("0.5", Fraction(1, 2), Fraction(1, 10), set()),
    ],
)
def test_a_figure_has_a_value_and_a_last_digit(text: str, value: object, unit: object, marks: set[str]) -> None:
    found = figure(text)
    assert (found.text, found.value, found.unit) == (text, value, unit)
    assert {name for name in PLAIN if getattr(found, name)} == marks


@pytest.mark.parametrize(
    "text",
    [
        "",
        "about 4",
        "3MM",
        "3m",
        "3.M",
        ".5M",
        "-3M",
        "3 million things",
        "1e",
        "1e-3",
        "~",
        "%",
        "4.2.1",
        "3/4",
        "٣M",
        "5,1k",
        "1,02M",
        "1,2345",
    ],
)
def test_anything_else_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a figure such as"):
        figure(text)


@pytest.mark.parametrize(
    ("text", "computed", "rounded", "cut", "exact"),
    [
        ("569M", 568_740_352, True, False, False),
        ("568M", 568_740_352, False, True, False),
        ("290M", 290_675_200, False, True, False),
        ("4.24 million", 4_242_920, True, True, False),
        ("25.5e6", 25_502_912, True, True, False),
        ("~4.1 billion", 4_089_184_256, True, False, False),
        ("~4.1 billion", 4_230_479_872, False, False, False),
        ("1,248,424", 1_248_424, True, True, True),
        ("1,248,424", 1_248_425, False, False, False),
        ("1.248424M", 1_248_424, True, True, True),
        ("4k", 4000, True, True, False),
        ("2.5k", 2450, True, False, False),  # half of the last digit is rounded up
        ("94.86%", Fraction(100 * 539_492_352, 568_740_352), True, False, False),
        ("1.19%", Fraction(100 * 10_838_016, 568_740_352), False, False, False),
        ("50x", Fraction(62_378_344, 1_248_424), True, False, False),
        ("50x", 50, True, True, False),
    ],
)
def test_what_meets_a_figure(text: str, computed: int | Fraction, rounded: bool, cut: bool, exact: bool) -> None:
    found = figure(text)
    assert (found.met(computed, cut=False), found.met(computed, cut=True), found.exact(computed)) == (rounded, cut, exact)


def test_a_row_says_what_its_figures_are_of() -> None:
    rows = """\
published:
  - source: table 2
    unit: Million Mult-Adds
    without: [stem, fc]
    convention: weights-only
    table:
      - [name, part, mult_adds, params]
      - [first, conv2d, 94.86%, 3 × a]
      - [second, a/b.2, 3%, ~]
      - [~, –, "", 4]
  - {than: mobilenet, mult_adds: 50x, without: , digits: }
  - {not_modelled: a detector}
"""
    first, second, blank, third, fourth = load("conv2d: 8 * a", "params: {a: 1}\n" + rows.replace("×", "*")).network.published
    assert (first.name, first.part, first.without, first.unit) == ("first", "conv2d", ("stem", "fc"), "Million Mult-Adds")
    assert isinstance(first.figures["params"], Formula)
    assert (second.name, second.part, list(second.figures)) == ("second", "a/b.2", ["mult_adds"])
    assert (blank.name, blank.part, list(blank.figures)) == ("", None, ["params"])
    assert (third.than, third.without, third.cut, third.source) == ("mobilenet", (), False, "")
    assert (fourth.not_modelled, fourth.figures) == ("a detector", {})


def test_a_figure_is_no_formula_though_a_parameter_is_called_like_its_scale() -> None:
    (row,) = load("conv2d: 8 * M", "params: {M: 1, k: 2}\npublished: {mult_adds: 4M, params: 4 * M}\n").network.published
    assert row.figures["mult_adds"] == figure("4M")
    assert isinstance(row.figures["params"], Formula)
