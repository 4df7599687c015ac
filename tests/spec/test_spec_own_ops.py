"""Ops of a spec's own: called like any op, costed by their formulas in all three number systems."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from writing import load, paths, shapes, spec
from writing import run as analyzed

import costmodel
from costmodel import algebra

DEFORM = """\
ops:
  deform:
    fields: {out, kernel: 3, groups: 1}
    let: {taps: kernel ** 2 * c_in / groups}
    output: {c: out}
    params: taps * out + out
    mult_adds: taps * out * h_in * w_in
"""


def test_it_is_called_like_any_op() -> None:
    ledger = analyzed(
        "deform: 8\ndeform: {out: 16, kernel: 1, groups: 2}\n{deform: {kernel: 5, out: c_in}, name: last, repeat: 2}", DEFORM
    )
    assert shapes(ledger) == ["8×32×32", "16×32×32", "16×32×32", "16×32×32"]
    assert paths(ledger) == ["deform.1", "deform.2", "last.1", "last.2"]
    first, second, *_ = ledger.lines
    assert (first.op, first.fields) == ("deform", {"out": 8, "kernel": 3, "groups": 1})
    assert (first.cost.fma, first.cost.params) == (9 * 3 * 8 * 32 * 32, 9 * 3 * 8 + 8)
    assert (second.cost.fma, second.cost.params) == (8 // 2 * 16 * 32 * 32, 8 // 2 * 16 + 16)


def test_it_costs_what_the_op_of_the_vocabulary_costs() -> None:
    own = analyzed("deform: 8", DEFORM).lines[0].cost
    conv = analyzed("conv2d: {out: 8, kernel: 3, padding: same}").lines[0].cost
    assert (own.fma, own.params, own.read, own.write) == (conv.fma, conv.params, conv.read, conv.write)


def test_the_batch_multiplies_all_but_parameters() -> None:
    head = "ops: {a: {params: 5, mult_adds: 7, reads: 11, writes: 13}, b: {params: 0, mult_adds: 1}}\n"
    for batch in (1, 4):
        a, b = (line.cost for line in analyzed("a\nb", head, batch=batch).lines)
        assert (a.params, a.fma, a.read, a.write) == (5, 7 * batch, 11 * batch, 13 * batch)
        assert (b.read, b.write) == (3 * 32 * 32 * batch, 3 * 32 * 32 * batch)


@pytest.mark.parametrize(
    ("size", "output", "left"),
    [
        ("[3, 32, 16]", "", "3×32×16"),
        ("[3, 32, 16]", "output: {c: 8}, ", "8×32×16"),
        ("[3, 32, 16]", "output: {w: w_in * 2, h: h_in // 3}, ", "3×10×32"),
        ("[3, 32, 16]", "output: [10]", "10"),
        ("[3, 32, 16]", "output: [c_in, h_in / 2, 5]", "3×16×5"),
        ("[3, 32, 16]", "output: {t: h_in * w_in, c: 768}", "512×768"),
        ("{t: 196, c: 64}", "output: {c: 32}", "196×32"),
        ("{t: 196, c: 64}", "output: {h: 14, w: t_in / 14}", "64×14×14"),
        ("[64]", "output: {c: c_in * 2}", "128"),
        ("[4, 8, 8, 8]", "output: {d: d_in / 2}", "4×4×8×8"),
    ],
)
def test_the_shape_that_leaves(size: str, output: str, left: str) -> None:
    head = f"ops: {{a: {{{output.removesuffix(', ') or 'output: '}, params: 0, mult_adds: 0}}}}\n"
    assert shapes(analyzed("a", head, size)) == [left]


def test_it_counts_as_convolutions_do_where_it_multiplies() -> None:
    ops = "a: {params: 1, mult_adds: 7}, b: {params: 1, mult_adds: 0}, c: {fields: {n}, params: 0, mult_adds: n}"
    head = f"params: {{n: 0}}\nops: {{{ops}}}\n"
    ledger = analyzed("a\nb\nc: n", head)
    assert [line.rule.counted for line in ledger.lines] == [True, False, True]
    assert ledger.totals.params == 2
    assert ledger.totals.access == 2 * (2 * 3 * 32 * 32) + 1


def test_arrays_and_symbols() -> None:
    np = pytest.importorskip("numpy")
    net = load("deform: width * 2\ndeform: {out: 4, groups: 2}", f"params: {{width: 4}}\n{DEFORM}", "[2, 8, 8]")
    each = [net.analyze(width=n, batch=3).totals for n in (3, 4, 5)]
    swept = net.analyze(width=np.array([3, 4, 5]), batch=3).totals
    assert [found.tolist() for found in swept] == [list(column) for column in zip(*each, strict=True)]
    w = algebra.symbol("w", whole=True)
    closed = net.analyze(width=w, batch=3).totals
    assert [tuple(found.subs(w, n) for found in closed) for n in (3, 4, 5)] == [tuple(t) for t in each]


def test_a_choice_by_a_symbol_is_decided_at_the_default_and_noted() -> None:
    head = "params: {n: 2}\nops: {a: {fields: {n}, params: 0, mult_adds: {by: n, cases: {1: 10, 2: n * 20}}}}\n"
    n = algebra.symbol("n", whole=True)
    ledger = analyzed("a: n", head, n=n)
    assert ledger.totals.mult_adds == 20 * n
    assert [c.text for c in ledger.conditions] == ["n == 2 is true"]


def test_what_symbols_leave_open_is_noted() -> None:
    c = algebra.symbol("c", whole=True)
    ledger = analyzed(
        "a", "params: {c: 4}\nops: {a: {output: {c: c_in / 2}, params: 0, mult_adds: c_in / 3}}\n", "[c, 8, 8]", c=c
    )
    assert [found.text for found in ledger.conditions] == [
        "the channels of the output must be whole and in its range",
        "mult_adds must be whole and in its range",
    ]


def test_a_point_that_cannot_be_built_is_named() -> None:
    np = pytest.importorskip("numpy")
    head = "params: {c: 4}\nops: {a: {output: {c: c_in / 2}, params: 0, mult_adds: 0}}\n"
    with pytest.raises(costmodel.SpecError, match=r"the channels of the output must be whole .* fails at point 1"):
        analyzed("a", head, "[c, 8, 8]", c=np.array([4, 5, 6]))


def test_it_works_in_blocks_tables_branches_and_residuals() -> None:
    head = DEFORM + "blocks: {unit: {params: {out}, layers: [{residual: [{deform: out}]}]}}\n"
    ledger = analyzed("unit: 3\nconcat: {a: {deform: 5}, b: identity}\ntable: [[c], [4], [6]]\n    each: [{deform: c}]", head)
    assert shapes(ledger) == ["3×32×32", "3×32×32", "5×32×32", "8×32×32", "4×32×32", "6×32×32"]


def test_fields_may_be_words_lists_and_truths() -> None:
    head = (
        "ops: {a: {fields: {act, k: [1, 1], bias: true}, let: {taps: {by: act, cases: {relu: 3, none: 5}}},"
        " params: 1 if bias else 0, mult_adds: taps}, b: {fields: {k}, params: 0, mult_adds: 0}}\n"
    )
    ledger = analyzed("a: relu\na: {act: none, bias: false, k: [3, 3]}\nb: {k: 2}", head)
    assert [(line.cost.fma, line.cost.params) for line in ledger.lines[:2]] == [(3, 1), (5, 0)]
    assert ledger.lines[1].fields == {"act": "none", "k": [3, 3], "bias": False}


def test_reports_show_it(tmp_path: Path, run: Callable[..., tuple[int, str, str]]) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(spec("deform: 8\nrelu", DEFORM), encoding="utf-8")
    code, out, err = run("analyze", str(path), "--format", "json", "--by", "layer")
    assert (code, err) == (0, "")
    (layer,) = json.loads(out)["layers"]
    assert (layer["op"], layer["then"], layer["mult_adds"]) == ("deform", ["relu"], 9 * 3 * 8 * 32 * 32)
    screen = run("analyze", str(path))[1]
    assert re.search(r"^deform +deform +3×32×32 +8×32×32 +224 ", screen, re.MULTILINE), screen
    assert re.search(r"^deform +1 +224 +100.0 ", screen, re.MULTILINE), screen
