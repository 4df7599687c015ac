"""Scope and evaluation: the thirteen rules of the language, each shown by what it allows and what it refuses."""

import pytest
from writing import load, paths, refusals, run, shapes

import costmodel
from costmodel import algebra

UNIT = "blocks:\n  unit:\n    params: {out, mid: out // 2, keep: c_in}\n    let: {wide: c_in + mid}\n    layers:\n"


def test_1_a_file_is_walked_with_whatever_numbers_are_given() -> None:
    np = pytest.importorskip("numpy")
    spec = load("conv2d: width * 2\nlinear: 1", "params: {width: 4}\n", "[3, 1, 1]")
    counted = [spec.analyze(width=n).totals.mult_adds for n in (4, 5)]
    assert spec.analyze(width=np.array([4, 5])).totals.mult_adds.tolist() == counted
    width = algebra.symbol("width", whole=True)
    assert spec.analyze(width=width).totals.mult_adds.subs(width, 5) == counted[1]


def test_2_the_shape_that_enters_is_that_of_the_layer_itself() -> None:
    assert shapes(run("conv2d: 8\nconv2d: c_in + 1\nmax_pool: 2\nconv2d: h_in")) == [
        "8×32×32",
        "9×32×32",
        "9×16×16",
        "16×16×16",
    ]
    inside = UNIT + "      - conv2d: c_in * 2\n      - conv2d: {out: c_in + wide + mid + keep}\n"
    assert shapes(run("unit: 8", inside)) == ["6×32×32", f"{6 + 7 + 4 + 3}×32×32"]


def test_2_a_residual_asks_at_its_door_and_a_row_at_its_own() -> None:
    assert paths(run("residual: {when: c_in == 3, layers: [{conv2d: 9}, {conv2d: 3}]}"))[-1] == "add"
    assert shapes(run("table: [[c], [c_in * 2], [c_in * 2]]\n    each: [{conv2d: c}]")) == ["6×32×32", "12×32×32"]


def test_3_arguments_are_worked_out_where_the_call_stands() -> None:
    head = "blocks:\n  late: {params: {out}, layers: [{conv2d: 50}, {conv2d: out}]}\n"
    assert shapes(run("conv2d: 8\nlate: c_in", head)) == ["8×32×32", "50×32×32", "8×32×32"]


def test_4_a_block_sees_only_its_own() -> None:
    head = "params: {alpha: 1}\nlet: {width: 8}\n" + UNIT + "      - conv2d: out * alpha + width\n"
    assert refusals("unit: 8", head) == ["no name 'alpha' here", "no name 'width' here"]
    assert "no name 'index' here" in refusals("{unit: 8, repeat: 2}", UNIT + "      - conv2d: index\n")


def test_5_layers_outside_see_parameters_lets_columns_and_passes() -> None:
    head = "params: {a: 1}\nlet: {b: a * 10}\n"
    table = "table: [[c], [100]]\n    let: {d: c * 10}\n    each: [{conv2d: a + b + c + d + index, repeat: 2}]"
    assert shapes(run(table, head)) == ["1111×32×32", "1112×32×32"]


@pytest.mark.parametrize(
    ("layers", "head", "taken"),
    [
        ("relu", "params: {a: 1}\nlet: {a: 2}\n", "a parameter"),
        ("table: [[a], [1]]\n    each: [relu]", "params: {a: 1}\n", "a parameter"),
        ("table: [[a], [1]]\n    let: {a: 2}\n    each: [relu]", "", "a column"),
        ("table: [[a], [1]]\n    each: [{table: [[a], [2]], each: [relu]}]", "", "a column"),
        ("b", "blocks: {b: {params: {a: 1}, let: {a: 2}, layers: [relu]}}\n", "a parameter"),
    ],
)
def test_6_nothing_is_shadowed(layers: str, head: str, taken: str) -> None:
    (message,) = refusals(layers, head)
    assert message.startswith(f"the name 'a' is taken by {taken} (line ")


def test_6_but_a_block_may_use_the_names_of_the_network_and_passes_are_counted_anew() -> None:
    assert shapes(run("unit: {out: 9}", "params: {out: 1}\n" + UNIT + "      - conv2d: out\n")) == ["9×32×32"]
    nested = "{layers: [{conv2d: index + 1, repeat: 2}, {conv2d: 10 * index + 5}], repeat: 2}"
    assert [s.split("×")[0] for s in shapes(run(nested))] == ["1", "2", "5", "1", "2", "15"]


def test_7_let_keeps_the_shape_of_the_door() -> None:
    head = "blocks:\n  b:\n    let: {door: c_in}\n    layers: [{conv2d: 9}, {conv2d: door}, {conv2d: c_in}]\n"
    assert shapes(run("b", head)) == ["9×32×32", "3×32×32", "3×32×32"]


def test_8_repeat_is_outermost() -> None:
    ledger = run("{conv2d: 5, name: a}\nrelu\n{conv2d: c_in + 1, from: a, repeat: 3, when: index != 1}")
    assert shapes(ledger)[2:] == ["6×32×32", "7×32×32"]
    assert [line.sources for line in ledger.lines[2:]] == [(0,), (2,)]


def test_9_a_name_is_known_below_in_its_list_and_in_lists_nested_there() -> None:
    assert refusals("{relu, name: a}\n{layers: [{relu6, from: a}]}\n{relu, from: a}") == []
    assert refusals("{relu, from: a}\n{relu, name: a}") == ["no layer above is named 'a'"]
    assert refusals("{layers: [{relu, name: a}]}\n{relu, from: a}") == ["no layer above is named 'a'"]
    assert refusals("{relu, name: a}\nunit: 8", UNIT + "      - {relu, from: a}\n")[0] == "no layer above is named 'a'"
    assert refusals("{add: {x: {relu, name: a}, y: {relu6, from: a}}}") == ["no layer above is named 'a'"]


def test_9_a_left_out_layers_name_means_what_passed_by_and_input_what_entered() -> None:
    assert run("conv2d: 5\n{conv2d: 8, when: false, name: a}\nrelu\n{relu6, from: a}").lines[-1].sources == (0,)
    head = "blocks: {b: {layers: [{conv2d: 9}, {conv2d: 3, from: input}]}}\n"
    assert [line.sources for line in run("relu\nb", head).lines] == [(-1,), (0,), (0,)]


def test_9_of_several_tensors_the_one_above_passes_by() -> None:
    """A `concat` that is left out is not there: what goes on is `previous`, wherever it stands among the names."""
    head = "blocks: {fuse: {inputs: [x, y], layers: [{concat: [x, y]}]}}\n"
    for layer in ("{concat: [a, previous], when: false}", "{fuse, from: [a, previous], when: false}"):
        assert run(f"{{conv2d: 5, name: a}}\nconv2d: 6\n{layer}\nrelu", head).lines[-1].sources == (1,)
    assert refusals("{relu, name: a}\n{relu, name: b}\n{concat: [a, b], when: false}") == [
        "concat takes 2 tensors and cannot be left out: `previous`, which would pass by, is none of them"
    ]


def test_10_what_counts_is_whole() -> None:
    assert shapes(run("conv2d: 24 * alpha", "params: {alpha: 1.5}\n")) == ["36×32×32"]
    assert refusals("conv2d: 24 * alpha", "params: {alpha: 0.7}\n") == ["out must be a whole number, and is 16.8"]
    assert shapes(run("conv2d: 24 * alpha // 1", "params: {alpha: 0.7}\n")) == ["16×32×32"]
    ledger = run("conv2d: width / 4", "params: {width: 8}\n", width=algebra.symbol("width", whole=True))
    assert ledger.conditions[0].text == "out must be whole and in its range"
    assert "width/4" in str(ledger.lines[0].output)


def test_11_what_decides_the_structure_is_decided() -> None:
    width = algebra.symbol("width", whole=True)
    spec = load("{conv2d: 5, when: width > 4}\n{relu, repeat: width - 6}", "params: {width: 8}\n")
    ledger = spec.analyze(width=width)
    assert [line.op for line in ledger.lines] == ["conv2d", "relu", "relu"]
    assert [c.text for c in ledger.conditions] == ["width > 4 is true", "width - 6 = 2"]
    with pytest.raises(costmodel.SpecError, match="'width > 4' is open: it hangs on a symbol that has no reference value"):
        load("{conv2d: 5, when: width > 4}", "params: {width}\n").analyze(width=width)


def test_11_a_case_may_be_a_truth_that_a_symbol_leaves_open() -> None:
    width = algebra.symbol("width", whole=True)
    layer = "{activation: {by: width > 4, cases: {true: relu, false: silu}}}"
    for default, op, said in ((8, "relu", "width > 4 is true"), (4, "silu", "not (width > 4) is true")):
        ledger = load(layer, f"params: {{width: {default}}}\n").analyze(width=width)
        assert [line.op for line in ledger.lines] == [op]
        assert [c.text for c in ledger.conditions] == [said]
    with pytest.raises(costmodel.SpecError, match="decides between what are not two numbers") as caught:
        load("activation: relu if width > 4 else silu", "params: {width: 8}\n").analyze(width=width)
    assert caught.value.problems[0].hint.startswith("{by: width > 4, cases: {true: …, false: …}}")


@pytest.mark.parametrize(
    "layer", ["{relu, when: width > 4}", "{relu, repeat: width}", "conv2d: {by: width, cases: {3: 1, 5: 2}}"]
)
def test_11_points_that_disagree_are_refused(layer: str) -> None:
    np = pytest.importorskip("numpy")
    spec = load(layer, "params: {width: 8}\n")
    with pytest.raises(costmodel.SpecError, match="is not the same for all values given") as caught:
        spec.analyze(width=np.array([3, 5]))
    assert caught.value.problems[0].hint == "evaluate them one by one"


def test_12_joins_check_their_shapes() -> None:
    assert refusals("concat: {a: {conv2d: 5}, b: identity}") == []
    assert refusals("add: {a: {conv2d: 5}, b: identity}") == ["add takes tensors of one shape, and gets 5×32×32 and 3×32×32"]


def test_13_what_is_nothing_already_costs_nothing() -> None:
    assert run("activation: none\n{relu, repeat: 0}\nidentity").lines == []
