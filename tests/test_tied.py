"""Parameters that several layers have: counted once, read by each, and kept in every form that a network takes."""

import csv
import io
import json
from typing import Any

import numpy as np
import onnx
import pytest

from costmodel import algebra
from costmodel.conventions import CONVENTIONS
from costmodel.expand import expanded
from costmodel.exporting.torch_source import source
from costmodel.exporting.writing import exported
from costmodel.library import loads
from costmodel.spec.printing import printed
from costmodel.traffic import UNFUSED

WORDS = """
name: words
params: {d: 24, entries: 100, depth: 3}
input: [7]
layers:
  - {embedding: {entries: entries, out: d}, name: words}
  - {linear: d, name: layer}
  - {linear: d, tied: layer, repeat: depth}
  - {linear: entries, tied: {weights: words}}
"""
BLOCKS = """
name: blocks
params: {d: 24}
input: [d, 6, 6]
blocks:
  unit:
    params: {out}
    layers:
      - residual:
          - {conv2d: {out: out, kernel: 3, padding: 1}, name: a}
          - batch_norm
          - {conv2d: {out: out, kernel: 3, padding: 1}, tied: {weights: a}}
layers:
  - {unit: d, name: first}
  - {unit: d, tied: first, repeat: 2}
  - {conv2d: {out: d, kernel: 3, padding: 1}, tied: first/a}
"""


def test_parameters_are_counted_where_they_stand_first() -> None:
    ledger = loads(WORDS).analyze()
    table, layer, biases = 100 * 24, 24 * 24 + 24, 100
    assert ledger.totals.params == table + layer + biases
    assert ledger.totals.mult_adds == 7 * (4 * 24 * 24 + 24 * 100)
    assert [ledger.sums([line]).params for line in ledger.lines] == [table, layer, 0, 0, 0, biases]


def test_they_are_read_wherever_they_are_used() -> None:
    ledger, free = loads(WORDS).analyze(), loads(WORDS.replace("tied: layer, ", "")).analyze()
    assert ledger.totals.access == free.totals.access
    assert ledger.moved(traffic=UNFUSED) == free.moved(traffic=UNFUSED)
    assert ledger.cost.fma == free.cost.fma
    assert ledger.cost.weights < free.cost.weights


def test_layers_of_a_block_are_paired() -> None:
    ledger = loads(BLOCKS).analyze()
    weights, biases, norm = 24 * 24 * 9, 24, 2 * 24
    assert ledger.totals.params == weights + 2 * biases + norm
    assert ledger.cost.buffers == 2 * 24
    assert ledger.totals.mult_adds == 36 * 7 * weights


@pytest.mark.parametrize("convention", ["paper", "weights-only", "keras", "tf-slim"])
def test_each_convention_counts_them_once(convention: str) -> None:
    counted = {"paper": 5184 + 48 + 48, "weights-only": 5184, "keras": 5184 + 48 + 48 + 48, "tf-slim": 5184 + 48 + 48 + 24}
    rule = CONVENTIONS[convention]
    assert loads(BLOCKS).analyze().sums(convention=rule).params == counted[convention]


@pytest.mark.parametrize("text", [WORDS, BLOCKS])
def test_printed_and_written_out_they_are_tied_still(text: str) -> None:
    spec = loads(text)
    ledger = spec.analyze()
    again = printed(spec.network)
    assert loads(again).analyze().totals == ledger.totals
    assert printed(loads(again).network) == again
    flat = loads(printed(expanded(ledger))).analyze()
    assert flat.totals == ledger.totals
    assert [line.tied for line in flat.lines] == [line.tied for line in ledger.lines]


@pytest.mark.parametrize("text", [WORDS, BLOCKS])
def test_symbols_points_and_numbers_agree(text: str) -> None:
    spec = loads(text)
    d = algebra.closed("d", whole=True, low=1)
    found = spec.analyze(d=d).totals.params
    for value in (8, 24, 40):
        assert algebra.substitute(found, {d: value}) == spec.analyze(d=value).totals.params
    swept = spec.analyze(d=algebra.points([8, 24, 40])).totals.params
    assert algebra.listed(swept, 3) == [spec.analyze(d=value).totals.params for value in (8, 24, 40)]


@pytest.mark.parametrize("text", [WORDS, BLOCKS])
def test_a_model_has_them_once(text: str) -> None:
    ledger = loads(text).analyze()
    made = exported(ledger)
    learned = [one for one in made.graph.initializer if not one.name.endswith((".shape", "running_mean", "running_var"))]
    assert sum(onnx.numpy_helper.to_array(one).size for one in learned) == ledger.totals.params
    session = pytest.importorskip("onnxruntime").InferenceSession(made.SerializeToString())
    entering = {one.name: np.zeros(one.shape, dtype=np.float32) for one in session.get_inputs()}
    assert [*session.run(None, entering)[0].shape] == [*ledger.lines[-1].output.shape]


def test_a_module_has_them_once() -> None:
    text = source(loads(WORDS).analyze())
    assert "self.linear_1 = self.layer" in text
    assert "self.linear_4.weight = self.words.weight" in text


def test_a_row_says_that_it_has_none_of_its_own(run: Any, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(WORDS)
    _, out, _ = run("analyze", str(path))
    assert "linear, tied" in out
    _, out, _ = run("explain", str(path), "linear.1")
    assert "parameters       0" in out


def test_rows_add_up_and_say_whose_parameters_they_have(run: Any, tmp_path: Any) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(WORDS)
    report = json.loads(run("analyze", str(path), "--format", "json")[1])
    rows = [*csv.DictReader(io.StringIO(run("analyze", str(path), "--format", "csv")[1]))]
    for kind in ("weights", "biases", "affine", "buffers"):
        assert sum(int(row[kind]) for row in rows) == report["totals"]["counts"][kind]
    assert [layer.get("tied") for layer in report["layers"]] == [
        None, None, *[{"weights": "layer", "biases": "layer"}] * 3, {"weights": "words"},
    ]  # fmt: skip
