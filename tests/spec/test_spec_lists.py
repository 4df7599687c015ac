"""Lists as values: in parameters, variants, published rows and arguments; as the columns of tables and as pairs."""

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from writing import load, paths, refusals, shapes, spec
from writing import run as analyzed

import costmodel
from costmodel import algebra
from costmodel.published import published
from costmodel.spec.values import MAX_ITEMS

DEPTHS = "params: {depths: [1, 2]}\n"
TABLE = "table: {n: depths, c: [8, 16]}\n    each: [{conv2d: c, repeat: n}]"


def test_a_table_by_columns_is_the_table_by_rows() -> None:
    rows = "table: [[name, c, n], [a, c_in * 2, 1], [b, c_in * 2, 2]]"
    columns = "table: {name: [a, b], c: [c_in * 2, c_in * 2], n: [1, 2]}"
    below = "\n    let: {d: c + row}\n    each: [{conv2d: d, repeat: n}]"
    one, other = analyzed(rows + below), analyzed(columns + below)
    assert (paths(one), shapes(one)) == (paths(other), shapes(other))
    assert shapes(one) == ["6×32×32", "13×32×32", "13×32×32"]


def test_a_column_may_be_a_list_of_another_place() -> None:
    ledger = analyzed(TABLE, DEPTHS)
    assert shapes(ledger) == ["8×32×32", "16×32×32", "16×32×32"]
    assert len(analyzed(TABLE, DEPTHS, depths=(3, 4)).lines) == 7
    only = "table: {n: depths}\n    each: [{relu, repeat: n}]"
    assert len(analyzed(only, DEPTHS, depths=[1, 1, 1]).lines) == 3
    assert paths(analyzed("table: {name: [a, b]}\n    each: [relu]")) == ["a/relu", "b/relu"]
    choice = "table: {n: {by: variant_, cases: {18: [1, 1], 50: [2, 3]}}, name: [a, b]}\n    each: [{relu, repeat: n}]"
    assert paths(analyzed(choice, "params: {variant_: 18}\n")) == ["a/relu", "b/relu"]
    assert len(analyzed(choice, "params: {variant_: 18}\n", variant_=50).lines) == 5


def test_a_list_goes_through_lets_and_blocks() -> None:
    head = "params: {depths: [1, 2]}\nlet: {again: depths}\nblocks:\n  stages:\n    params: {n, k: [1, 1]}\n    layers:\n"
    body = "      - {table: {d: n, c: [4, 8]}, each: [{conv2d: {out: c, kernel: k}, repeat: d}]}\n"
    assert shapes(analyzed("stages: again\nstages: {n: depths, k: [3, 1]}", head + body)) == [
        *("4×32×32", "8×32×32", "8×32×32", "4×30×32", "8×28×32", "8×26×32"),
    ]


def test_a_list_fills_a_field_for_both_sides() -> None:
    head = "params: {k: [3, 1], pad: [[1, 0], [2, 0]]}\n"
    assert shapes(analyzed("conv2d: {out: 8, kernel: k}\nconv2d: {out: 8, padding: pad}", head)) == ["8×30×32", "8×31×34"]
    assert shapes(analyzed("conv2d: {out: 8, kernel: k}", head.replace(", pad: [[1, 0], [2, 0]]", ""), k=[5, 5])) == ["8×28×28"]


def test_items_are_formulas_and_exact() -> None:
    ledger = analyzed(TABLE, "params: {a: 2, depths: [a, a * 1.5]}\n")
    assert ledger.settings["depths"] == [2, 3]
    assert len(analyzed(TABLE, DEPTHS, depths=[Fraction(2), 3.0]).lines) == 5
    assert refusals(TABLE, DEPTHS, depths=[1, 0.5]) == ["repeat must be a whole number, and is 0.5"]


def test_variants_and_published_rows_set_lists() -> None:
    tail = (
        "variants: {deep: {depths: [2, 2]}, table_like: {depths: [1, 1]}}\npublished:\n"
        "  - table: [[variant, params], [default, 448], [deep, 520]]\n  - {depths: [3, 3], params: 864}\n"
    )
    net = costmodel.loads(spec(TABLE, DEPTHS) + tail)
    for settings in ({}, {"variant": "deep"}, {"depths": [3, 3]}, {"depths": "[3, 3]"}):
        (found,) = published(net, net.analyze(**settings))
        assert found.met, (settings, found.computed)
    rows = "variants:\n  table:\n    - [name, depths]\n    - [a, [1, 1]]\n    - [b, [2, 3]]\n"
    net = costmodel.loads(spec(TABLE, DEPTHS) + rows)
    assert [len(net.analyze(variant=name).lines) for name in ("a", "b")] == [2, 5]


def test_lists_are_swept_and_shown(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spec(TABLE, DEPTHS), encoding="utf-8")
    over = ("sweep", str(path), "--over", "depths=[1,2], [3, 4]")
    assert "\n[3, 4] " in run(*over)[1]
    assert [row["depths"] for row in csv.DictReader(io.StringIO(run(*over, "--format", "csv")[1]))] == ["[1, 2]", "[3, 4]"]
    points = json.loads(run(*over, "--format", "json")[1])["points"]
    assert [point["settings"] for point in points] == [{"depths": [1, 2]}, {"depths": [3, 4]}]
    path.write_text(spec("conv2d: {out: 8, padding: pad}", "params: {pad: [[0, 0], [1, 1]]}\n"), encoding="utf-8")
    over = ("sweep", str(path), "--over", "pad=[[0,0],[1,1]],[[2,1],[0,0]]", "--format", "json")
    points = json.loads(run(*over)[1])["points"]
    assert [point["settings"] for point in points] == [{"pad": [[0, 0], [1, 1]]}, {"pad": [[2, 1], [0, 0]]}]
    path.write_text(spec(TABLE, DEPTHS), encoding="utf-8")
    code, out, err = run("analyze", str(path), "--set", "depths=[3, 4]", "--format", "json")
    assert (code, err, json.loads(out)["settings"]["depths"]) == (0, "", [3, 4])


def test_a_list_holds_plain_values_alone() -> None:
    np = pytest.importorskip("numpy")
    for item in (np.array([1, 2]), algebra.symbol("n", whole=True)):
        said = refusals(TABLE, DEPTHS, depths=[1, item])
        assert said == ["the parameter 'depths' is a list, and a list holds neither arrays nor symbols"]
    assert refusals(TABLE, DEPTHS, depths=[1, None])[0].startswith(
        "the parameter 'depths' is a number, a word or a list of these"
    )
    assert refusals(TABLE, DEPTHS, depths=[1, 10**19]) == ["the parameter 'depths' has more than 18 digits"]
    assert refusals(TABLE, DEPTHS, depths=np.array([1, 2])) == [
        "the parameter 'depths' is a list, and an array is a number a point"
    ]


def test_lists_are_bounded() -> None:
    loop: list[object] = []
    loop.append(loop)
    deep: list[object] = [1]
    for _ in range(5000):
        deep = [deep]
    for given, said in (
        ([1] * 1_000_000, f"is a list of more than {MAX_ITEMS:,} values"),
        ([[1] * 6000, [1] * 6000], f"is a list of more than {MAX_ITEMS:,} values"),
        (loop, "is a list that nests deeper than 8 levels"),
        (deep, "is a list that nests deeper than 8 levels"),
    ):
        assert refusals(TABLE, DEPTHS, depths=given) == [f"the parameter 'depths' {said}"]
    many = f"[{'1, ' * 10_000}1]"
    assert refusals(TABLE, f"params: {{depths: {many}}}\n")[0] == "a list has at most 10,000 values, and this one has 10,001"
    assert refusals(TABLE, DEPTHS, depths=many) == ["a list has at most 10,000 values, and this one has 10,001"]
    million = f"[{'1, ' * 1_000_000}1]"
    assert refusals(TABLE, f"params: {{depths: {million}}}\n") == ["the file has more than 200,000 values: too long for a spec"]
    assert refusals(TABLE, DEPTHS, depths=million) == ["the file has more than 200,000 values: too long for a spec"]
    nested = "[" * 3000 + "]" * 3000
    assert refusals(TABLE, DEPTHS, depths=nested) == ["the file nests deeper than 60 levels"]


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("conv2d: depths", "out must be a whole number, and [1, 2] is not a number"),
        ("conv2d: depths + 1", "'depths' is [1, 2], and a number is needed"),
        ("conv2d: divisible(depths)", "'depths' is [1, 2], and a number is needed"),
        ("{relu, when: depths == 1 or depths}", "'depths' is [1, 2], and must be true or false"),
        ("{relu, when: depths > 1}", "'depths' is [1, 2], and a number is needed"),
        ("activation: depths", "an activation is a word such as relu, and here is [1, 2]"),
        ("conv2d: {out: 8, bias: depths}", "bias must be true or false, and is [1, 2]"),
    ],
)
def test_lists_have_no_arithmetic(layer: str, said: str) -> None:
    assert refusals(layer, DEPTHS) == [said]


def test_what_is_wrong_with_columns_is_said_once() -> None:
    assert load(TABLE, DEPTHS).warnings == ()
    assert refusals("table: {c: [8], n: , name: }\n    each: [{conv2d: c, repeat: n}]") == [
        "the column 'n' takes a list of values, such as [8, 16], or the name of a list",
        "the column 'name' takes a list of names, such as [stage1, stage2]",
    ]
