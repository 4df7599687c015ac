"""Warnings: what is legal and probably not meant is found without running, once, and nothing else is."""

import pytest
from writing import load

import costmodel
from costmodel.library import bundled


def warnings(layers: str, head: str = "") -> list[str]:
    return [f"{w.mark.line}:{w.mark.col} {w.message.removeprefix('warning: ')}" for w in load(layers, head).warnings if w.mark]


@pytest.mark.parametrize("name", list(bundled()))
def test_no_bundled_spec_warns(name: str) -> None:
    assert costmodel.load(name).warnings == ()


def test_what_no_formula_reads() -> None:
    head = "params: {a: 1, b: a}\nlet: {c: b, d: 2}\n"
    assert warnings("conv2d: c", head) == ["3:13 no formula reads the let 'd'"]
    block = "blocks:\n  b:\n    params: {out, stride: 1}\n    let: {half: out, rest: half}\n    layers: [conv2d: out]\n"
    assert warnings("b: 8\nb: {out: 8, stride: 2}", block) == [
        "4:19 no formula reads the parameter 'stride'",
        "5:22 no formula reads the let 'rest'",
    ]
    table = "table: [[name, c, s], [a, 8, 1]]\n    let: {d: c, e: d}\n    each: [{conv2d: d}]"
    assert warnings(table) == ["4:23 no formula reads the column 's'", "5:17 no formula reads the let 'e'"]


def test_a_block_that_is_never_called_is_checked_all_the_same() -> None:
    assert warnings("relu", "blocks: {a: {layers: [relu]}, b: {layers: [a]}}\n") == [
        "2:31 no layer calls the block 'b'",
    ]
    with pytest.raises(costmodel.SpecError, match="no name 'x' here"):
        load("relu", "blocks: {a: {layers: [{conv2d: x}]}}\n")


@pytest.mark.parametrize(
    "layers",
    [
        "{relu, when: a > 0}",
        "{relu, repeat: a}",
        "conv2d: {by: a, cases: {1: 8}}",
        "conv2d: {by: c_in, cases: {3: a}}",
        "conv2d: {out: 8, kernel: [1, a]}",
        "residual: {when: a == 1, layers: [relu]}",
        "table: [[c], [a]]\n    each: [{conv2d: c}]",
        "activation: relu if a == 1 else none",
    ],
)
def test_every_place_that_reads_a_name_counts(layers: str) -> None:
    assert warnings(layers, "params: {a: 1}\n") == []


def test_reading_in_the_input_and_in_a_default_counts() -> None:
    assert [w.message for w in load("relu", "params: {r: 8, s: r}\n", "[3, s, 8]").warnings] == []


def test_a_layer_that_nobody_reads() -> None:
    assert warnings("relu\n{conv2d: 8, from: input}") == ["4:5 no layer reads what this relu gives"]
    assert warnings("{relu, name: a}\n{conv2d: 8, from: input}\nadd: [previous, previous]") == [
        "4:6 no layer reads what this relu gives",
    ]
    for read in (
        "{relu, name: a}\n{relu6, from: input}\nadd: [a, previous]",
        "{relu, name: a}\n{relu6, from: input, name: b}\nrelu\n{layers: [{concat: [a, b, previous]}]}",
        "{relu, name: a}\n{add: [previous, a]}\nconcat: {x: identity, y: relu}",
    ):
        assert warnings(read) == []
