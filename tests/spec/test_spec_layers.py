"""Layers: every construct of a spec does what the language says, seen in the lines that it makes."""

import pytest
from writing import load, paths, refusals, run, shapes


def test_an_op_bare_by_its_first_field_and_by_all_its_fields() -> None:
    ledger = run("batch_norm\nconv2d: 8\nconv2d: {out: 4, kernel: 3, stride: 2}\nmax_pool: 3")
    assert [line.op for line in ledger.lines] == ["batch_norm", "conv2d", "conv2d", "max_pool"]
    assert shapes(ledger) == ["3×32×32", "8×32×32", "4×15×15", "4×5×5"]


def test_a_single_layer_may_stand_for_a_list_of_one() -> None:
    assert shapes(run("- conv2d: 8")) == shapes(load("{layers: {conv2d: 8}}").analyze()) == ["8×32×32"]


def test_the_order_of_keys_means_nothing() -> None:
    one = run("{repeat: 2, when: c_in == 3, name: a, conv2d: 3}")
    other = run("{conv2d: 3, name: a, when: c_in == 3, repeat: 2}")
    assert paths(one) == paths(other) == ["a.1", "a.2"]


def test_when_leaves_a_layer_out_and_lets_the_tensor_pass() -> None:
    assert shapes(run("{conv2d: 8, when: c_in == 8}\n{conv2d: 4, when: c_in == 3}")) == ["4×32×32"]


def test_repeat_counts_from_zero_and_knows_its_ends() -> None:
    assert shapes(run("{conv2d: 10 * index + (5 if first else 0) + (7 if last else 0), repeat: 3}")) == [
        "5×32×32",
        "10×32×32",
        "27×32×32",
    ]
    assert shapes(run("{conv2d: 7 if first and last else 1, repeat: 1}")) == ["7×32×32"]


def test_repeat_zero_is_no_layer() -> None:
    assert shapes(run("{conv2d: 8, repeat: 0}\nrelu")) == ["3×32×32"]


def test_repeat_is_outermost() -> None:
    """`when` is asked in every pass, and fields are worked out anew."""
    assert shapes(run("{conv2d: c_in * 2, repeat: 4, when: not last}")) == ["6×32×32", "12×32×32", "24×32×32"]


def test_a_group_puts_layers_under_one_modifier() -> None:
    ledger = run("{layers: [relu, {conv2d: c_in + 1}], repeat: 2}")
    assert shapes(ledger) == ["3×32×32", "4×32×32", "4×32×32", "5×32×32"]
    assert paths(ledger) == ["relu.1", "conv2d.1", "relu.2", "conv2d.2"]
    assert paths(run("{layers: [relu], name: stem}")) == ["stem/relu"]


def test_identity_and_activation_none_make_no_line() -> None:
    assert shapes(run("identity\nactivation: none\nactivation: relu6")) == ["3×32×32"]


def test_what_is_written_into_identity_is_not_dropped_in_silence() -> None:
    assert refusals("identity: {conv2d: 4}") == refusals("identity: 4") == ["identity takes no value"]


# --- blocks ---------------------------------------------------------------------------------------------------------

CONV = (
    "blocks: {conv: {params: {out, k: 1, wide: out * k}, let: {door: c_in}, layers: [{conv2d: out}, {conv2d: door + wide}]}}\n"
)


def test_a_block_is_called_like_an_op() -> None:
    assert shapes(run("conv: 8\nconv: {out: 2, k: 5}\nconv: {k: 2, out: 1, wide: 9}", CONV)) == [
        *("8×32×32", "11×32×32"),
        *("2×32×32", "21×32×32"),
        *("1×32×32", "30×32×32"),
    ]


def test_paths_number_what_stands_twice() -> None:
    assert paths(run("conv: 8\n{conv: 8, name: last}\nconv: 8", CONV)) == [
        *("conv.1/conv2d.1", "conv.1/conv2d.2", "last/conv2d.1", "last/conv2d.2", "conv.2/conv2d.1", "conv.2/conv2d.2"),
    ]


def test_a_block_may_call_blocks() -> None:
    head = "blocks:\n  a: {params: {out}, layers: [{b: out * 2}]}\n  b: {params: {out}, layers: [{conv2d: out}]}\n"
    assert (shapes(run("a: 4", head)), paths(run("a: 4", head))) == (["8×32×32"], ["a/b/conv2d"])


def test_a_block_may_take_several_tensors() -> None:
    head = (
        "blocks: {fuse: {inputs: [fine, coarse], layers: [{conv2d: 8, from: coarse, name: x}, {concat: [fine, x, input]}]}}\n"
    )
    ledger = run("{conv2d: 5, name: a}\n{conv2d: 7, name: b}\n{fuse, from: [a, b]}", head)
    assert shapes(ledger) == ["5×32×32", "7×32×32", "8×32×32", "18×32×32"]
    assert [line.sources for line in ledger.lines] == [(-1,), (0,), (1,), (0, 2, 0)]


# --- tables ---------------------------------------------------------------------------------------------------------


def test_a_table_makes_its_layers_once_a_row() -> None:
    table = "table:\n      - [c, n]\n      - [c_in + 1, 2]\n      - [c_in * 10, 1]\n    each: [{conv2d: c, repeat: n}]"
    assert shapes(run(table)) == ["4×32×32", "4×32×32", "40×32×32"]


def test_rows_are_counted_and_named_and_may_have_lets() -> None:
    table = "table: [[name, c], [s1, 8], [s2, 16]]\n    let: {d: c * 2, e: d + row}\n    each: [{conv2d: e}]"
    ledger = run(table)
    assert shapes(ledger) == ["16×32×32", "33×32×32"]
    assert paths(ledger) == ["s1/conv2d", "s2/conv2d"]
    assert [line.place.chain()[0].is_stage for line in ledger.lines] == [True, True]


def test_a_cell_may_be_a_word_a_list_or_a_choice() -> None:
    rows = "[[act, k, c], [relu, [1, 3], {by: c_in, cases: {3: 6}}], [none, 5, 4]]"
    ledger = run(f"table: {rows}\n    each: [{{conv2d: {{out: c, kernel: k}}}}, {{activation: act}}]")
    assert shapes(ledger) == ["6×32×30", "6×32×30", "4×28×26"]


def test_tables_nest() -> None:
    inner = "[{table: [[b], [1], [2]], each: [{conv2d: 10 * a + b}]}]"
    assert [s.split("×")[0] for s in shapes(run(f"table: [[a], [1], [2]]\n    each: {inner}"))] == ["11", "12", "21", "22"]


# --- residuals and joins --------------------------------------------------------------------------------------------


def test_a_residual_adds_its_input() -> None:
    ledger = run("residual: [relu, {conv2d: 3}]")
    assert paths(ledger) == ["relu", "conv2d", "add"]
    assert ledger.lines[-1].sources == (1, -1)


def test_its_when_leaves_out_the_shortcut_alone_and_is_asked_at_its_door() -> None:
    assert paths(run("residual: {when: c_in == 3, layers: [{conv2d: 8}, {conv2d: 3}]}")) == ["conv2d.1", "conv2d.2", "add"]
    assert paths(run("residual: {when: c_in == 8, layers: [{conv2d: 8}]}")) == ["conv2d"]


def test_all_branches_get_the_same_input_and_keep_their_order() -> None:
    ledger = run("concat: {1x1: {conv2d: 4}, 3x3: [{conv2d: 2}, {conv2d: c_in + 1}], past: identity}")
    assert paths(ledger) == ["concat/1x1/conv2d", "concat/3x3/conv2d.1", "concat/3x3/conv2d.2", "concat"]
    assert shapes(ledger) == ["4×32×32", "2×32×32", "3×32×32", "10×32×32"]
    assert [line.sources for line in ledger.lines] == [(-1,), (-1,), (1,), (0, 2, -1)]


def test_a_projection_shortcut_may_be_nothing() -> None:
    head = "params: {out: 3}\n"
    layer = "add: {main: [{conv2d: out}], shortcut: [{conv2d: out, when: c_in != out}]}"
    assert [line.op for line in run(layer, head).lines] == ["conv2d", "add"]
    assert [line.op for line in run(layer, head, out=8).lines] == ["conv2d", "conv2d", "add"]


def test_a_join_takes_names_and_previous() -> None:
    ledger = run("{conv2d: 5, name: a}\nrelu\nconv2d: 7\nconcat: [a, previous, input]")
    assert ledger.lines[-1].sources == (0, 2, -1)
    assert shapes(ledger)[-1] == "15×32×32"
    assert run("{relu, name: a}\nrelu6\n{add, from: [a, previous]}").lines[-1].sources == (0, 1)


def test_from_feeds_a_layer_a_group_a_residual_and_all_branches() -> None:
    for layer, sources in (
        ("{conv2d: 3, from: a}", [(0,)]),
        ("{layers: [relu], from: a}", [(0,)]),
        ("{residual: [relu], from: a}", [(0,), (2, 0)]),
        ("{add: {x: relu, y: identity}, from: a}", [(0,), (2, 0)]),
        ("{activation: relu, from: a}", [(0,)]),
        ("{table: [[c], [4]], each: [{conv2d: c}], from: a}", [(0,)]),
    ):
        assert [line.sources for line in run(f"{{conv2d: 3, name: a}}\nrelu\n{layer}").lines][2:] == sources


def test_from_feeds_the_first_pass_alone() -> None:
    ledger = run("{relu, name: a}\nrelu6\n{conv2d: 3, from: a, repeat: 2}")
    assert [line.sources for line in ledger.lines] == [(-1,), (0,), (0,), (2,)]


def test_several_inputs_have_names() -> None:
    ledger = load("{conv2d: 8, from: depth}\nconcat: [image, previous]", size="{image: [3, 8, 8], depth: [1, 8, 8]}").analyze()
    assert [line.sources for line in ledger.lines] == [(-2,), (-1, 0)]


def test_an_input_may_be_a_vector() -> None:
    assert shapes(run("linear: 5", size="[64]")) == ["5"]


@pytest.mark.parametrize(
    ("verb", "rest"), [("einsum", ": {equation: x}"), ("rotary", ": 8"), ("custom", ": {op: NMS}"), ("~", "")]
)
def test_what_this_version_does_not_know_is_refused_and_never_free(verb: str, rest: str) -> None:
    assert refusals(verb + rest) == [f"no op or block is called '{verb}'"]
