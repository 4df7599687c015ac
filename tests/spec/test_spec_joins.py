"""Joins with fields, and the graphs that joins make: whatever op takes several tensors joins, if it needs no field."""

from collections.abc import Iterator

import pytest
from writing import paths, refusals, run, shapes

from costmodel.cost import Cost
from costmodel.ops import OPS
from costmodel.ops.fields import Count
from costmodel.ops.registry import op
from costmodel.tensor import Tensor


@pytest.fixture(autouse=True)
def made_up_ops() -> Iterator[None]:
    """A join with a field, one of two tensors, and one that takes a part of the channels."""

    @op
    def stacked(*xs: Tensor, times: Count = 1) -> tuple[Tensor, Cost]:
        """Stack."""
        return xs[0].but(c=times * sum(x.c for x in xs)), Cost()

    @op
    def gated(x: Tensor, gate: Tensor) -> tuple[Tensor, Cost]:
        """Scale each channel."""
        return x, Cost(mul=x.size)

    @op
    def part(x: Tensor, *, start: Count, stop: Count) -> tuple[Tensor, Cost]:
        """Take some channels."""
        return x.but(c=stop - start + 1), Cost()

    yield
    for name in ("stacked", "gated", "part"):
        del OPS[name]


def test_fields_stand_beside_a_join() -> None:
    for layer in (
        "{stacked: {a: identity, b: {conv2d: 5}}, times: 2}",
        "{times: c_in - 1, name: x, stacked: {a: identity, b: {conv2d: 5}}, when: c_in == 3}",
    ):
        assert shapes(run(layer)) == ["5×32×32", "16×32×32"]
    assert shapes(run("{conv2d: 5, name: a}\n{stacked: [a, previous], times: 3}")) == ["5×32×32", "30×32×32"]


def test_branches_may_be_called_what_they_will() -> None:
    labels = ("times", "name", "from", "when", "repeat", "relu", "identity", "layers", "c_in", "1x1", "previous")
    branches = ", ".join(f"{label}: {{conv2d: 2}}" for label in labels)
    ledger = run(f"{{stacked: {{{branches}}}, times: 2, name: j}}")
    assert paths(ledger) == [*(f"j/{label}/conv2d" for label in labels), "j"]
    assert shapes(ledger)[-1] == f"{2 * 2 * len(labels)}×32×32"


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ("{stacked: {a: identity, b: relu}, time: 2}", "one layer has two keys, 'stacked' and 'time'"),
        ("{stacked: {a: identity, b: relu}, times: 0}", "times must be at least 1, and is 0"),
        ("{stacked: {a: identity, b: relu, times: 2}}", "`times` belongs beside stacked, not among its branches"),
        ("{concat: {a: identity, b: relu}, times: 2}", "one layer has two keys, 'concat' and 'times'"),
        ("gated: {a: identity, b: relu, c: relu6}", "gated joins 2 tensors, and gets 3"),
        ("gated", "gated joins two or more tensors"),
        ("{gated, from: input}", "gated joins two or more tensors"),
        ("{gated: {a: relu, b: relu}, repeat: 2, from: [input, input]}", "gated takes one tensor, and gets 2"),
    ],
)
def test_what_a_join_refuses(layer: str, said: str) -> None:
    assert refusals(layer) == [said]


def test_dense_connectivity() -> None:
    ledger = run("{concat: {past: identity, new: [batch_norm, relu, {conv2d: 4}]}, repeat: 3}")
    assert [s for s, line in zip(shapes(ledger), ledger.lines, strict=True) if line.op == "concat"] == [
        *("7×32×32", "11×32×32", "15×32×32"),
    ]
    assert [line.sources for line in ledger.lines if line.op == "concat"] == [(-1, 2), (3, 6), (7, 10)]


def test_a_gate_on_what_enters() -> None:
    ledger = run("conv2d: 16\ngated: {x: identity, gate: [global_avg_pool, {conv2d: c_in / 4}, relu, {conv2d: 16}]}")
    assert (paths(ledger)[-1], shapes(ledger)[-1], ledger.lines[-1].sources) == ("gated", "16×32×32", (0, 4))


def test_a_channel_split_is_two_parts() -> None:
    head = "blocks:\n  unit:\n    let: {half: c_in / 2}\n    layers:\n      - concat:\n"
    head += "          pass: {part: {start: 1, stop: half}}\n"
    head += "          main: [{part: {start: half + 1, stop: c_in}}, {conv2d: half}]\n"
    ledger = run("conv2d: 16\n{unit, repeat: 2}", head)
    assert shapes(ledger)[1:5] == ["8×32×32", "8×32×32", "8×32×32", "16×32×32"]
    assert [line.sources for line in ledger.lines[5:]] == [(4,), (4,), (6,), (5, 7)]


def test_names_across_a_bottleneck() -> None:
    layers = (
        "{conv2d: 8, name: a}\nmax_pool: 2\n{conv2d: 16, name: b}\n{residual: [relu]}\nconcat: [b, previous]\n{relu, from: a}"
    )
    assert [line.sources for line in run(layers).lines][-2:] == [(2, 4), (0,)]


def test_several_tensors_go_into_a_block_by_name() -> None:
    layers = "[{stacked: [fine, coarse], times: 2}, {conv2d: out}]"
    head = f"blocks: {{fuse: {{params: {{out}}, inputs: [fine, coarse], layers: {layers}}}}}\n"
    ledger = run("{conv2d: 5, name: a}\n{conv2d: 7, name: b}\n{fuse: 9, from: [b, a]}", head)
    assert ([line.sources for line in ledger.lines], shapes(ledger)[2:]) == (
        [(-1,), (0,), (1, 0), (2,)],
        ["24×32×32", "9×32×32"],
    )
