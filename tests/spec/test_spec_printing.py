"""Specs as text: what is printed reads as the same network, in the house style; expanded, it costs the same line by line.

COSTMODEL_SPECS=5000 draws as many random specs instead of a hundred or so:

    COSTMODEL_SPECS=5000 pytest tests/spec/test_spec_printing.py
"""

import os
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from grammar import specs
from hypothesis import HealthCheck, given, settings
from test_spec_fuzz import TEXTS
from writing import needed

import costmodel
from costmodel import algebra
from costmodel.cost import COUNTS
from costmodel.expand import expanded
from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.problems import Mark, SpecError
from costmodel.spec.emit import ROOM
from costmodel.spec.network import Network
from costmodel.spec.printing import printed
from costmodel.spec.values import Choice, Formula, Items, Sizes, Word

DRAWN = int(os.environ.get("COSTMODEL_SPECS", "120"))
"""Random specs a test."""
BUILDABLE = 0.8
"""The share of them that must have a cost, or the laws below would say little."""


def plain(part: Any) -> Any:
    """Data without places: what a network says, to be compared."""
    if isinstance(part, Mark):
        return None
    if isinstance(part, Formula | Items | Choice | Word | Sizes):
        kept = [name for name in type(part).__slots__ if name not in ("alone", "columns", "mark", "run")]
        return type(part).__name__, [plain(getattr(part, name)) for name in kept]
    if isinstance(part, dict):
        return [(str(key), plain(value)) for key, value in part.items()]
    if is_dataclass(part):
        return [plain(getattr(part, field.name)) for field in fields(part)]
    if isinstance(part, Network):
        part = part._replace(file="")
    if isinstance(part, list | tuple):
        return [plain(item) for item in part]
    return str(part) if isinstance(part, str) else part


def reads_as_itself(network: Network) -> str:
    """The printed text, once it is seen to read as the same network and to print as the same text."""
    text = printed(network)
    again = costmodel.loads(text).network
    assert plain(again) == plain(network)
    assert printed(again) == text
    return text


def lines(ledger: Ledger) -> list[Any]:
    """What each line is and costs."""
    return [
        (line.op, line.sources, line.output.dims, [getattr(line.cost, name) for name in COUNTS], line.inputs[0].dims)
        for line in ledger.lines
    ]


def costed(spec: costmodel.Spec, **given: Any) -> Ledger | None:
    """The ledger of a spec that was drawn, or None where its numbers do not fit together."""
    try:
        return spec.analyze(**given)
    except SpecError:
        return None


def costs_the_same_expanded(ledger: Ledger) -> None:
    flat = expanded(ledger)
    again = costmodel.loads(reads_as_itself(flat)).analyze(batch=ledger.batch)
    assert lines(again) == lines(ledger)
    assert again.totals == ledger.totals
    assert [again.outputs, again.inputs.keys()] == [ledger.outputs, ledger.inputs.keys()]
    assert all(type(layer.fields) is dict and not layer.body and not layer.branches for layer in flat.layers)


# --- random specs ----------------------------------------------------------------------------------------------------


def test_random_specs_read_as_printed_and_cost_the_same_again_and_expanded() -> None:
    built: list[bool] = []

    @settings(max_examples=DRAWN, deadline=None, suppress_health_check=list(HealthCheck))
    @given(specs())
    def holds(text: str) -> None:
        spec = costmodel.loads(text)
        reads_as_itself(spec.network)
        ledger = costed(spec, batch=2)
        built.append(ledger is not None)
        if ledger is not None:
            assert spec.analyze(batch=2).totals == ledger.totals
            costs_the_same_expanded(ledger)

    holds()
    share = sum(built) / len(built)
    print(f"{len(built)} specs drawn, {share:.0%} of them with a cost")
    assert share >= BUILDABLE


@settings(max_examples=DRAWN // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_variants_of_random_specs_too(text: str) -> None:
    spec = costmodel.loads(text)
    for name in spec.network.variants:
        if ledger := costed(spec, variant=name):
            costs_the_same_expanded(ledger)


@settings(max_examples=DRAWN // 3, deadline=None, suppress_health_check=list(HealthCheck))
@given(specs())
def test_an_array_gives_what_each_of_its_points_gives(text: str) -> None:
    """Where it is not refused: points that disagree about a choice are."""
    spec = costmodel.loads(text)
    points = {"s": [1, 2, 3], "w": [8, 12], "r": ["0.5", "1.4"]}
    for name, value in spec.settings({}).items():
        if algebra.is_number(value) and (ledger := costed(spec, **{name: points[name[0]]})):
            totals = [spec.analyze(**{name: point}).totals for point in points[name[0]]]
            for metric in ("mult_adds", "params", "access"):
                found = getattr(ledger.totals, metric)
                each = [getattr(total, metric) for total in totals]
                assert (found.tolist() if hasattr(found, "tolist") else [found] * len(each)) == each


# --- what is bundled -------------------------------------------------------------------------------------------------


UNBUILT = {("ShuffleNetV2's table 2, group convolution (G2)", "g8-cpu")}
"""Variants that print settings which cannot be."""


@pytest.mark.parametrize("text", TEXTS)
def test_whole_specs(text: str) -> None:
    spec = costmodel.loads(text)
    printed = reads_as_itself(spec.network)
    assert max(map(len, printed.splitlines())) <= ROOM
    costs_the_same_expanded(spec.analyze(**needed(spec)))
    for name, sets in spec.network.variants.items():
        if (spec.network.name, name) in UNBUILT:
            with pytest.raises(SpecError, match="must divide"):
                spec.analyze(variant=name)
            continue
        left = {param: value for param, value in needed(spec).items() if param not in sets}
        costs_the_same_expanded(spec.analyze(variant=name, **left))


@pytest.mark.parametrize("name", ["xception", "shufflenetv2-50", "units/shufflenet"])
def test_the_house_style_is_that_of_the_bundled_specs(name: str) -> None:
    """They print as they are written, comments left out."""
    text = bundled()[name].read_text(encoding="utf-8")
    written = [bare for line in text.splitlines() if (bare := line.partition(" #")[0].rstrip()) or not line]
    upto = written.index("published:")
    assert printed(costmodel.loads(text).network).splitlines()[:upto] == written[:upto]


HARD = """\
name: "a: b # c"
source: "- d"
params: {k: "max(1, 2)", s: -1, long_name_of_a_parameter: 1, another_long_name: 2, yet_another_long_name: 3, needed: 4}
input: {c: k, h: 8, w: 8}
blocks:
  b: {params: {out, act: none}, layers: [{conv2d: out}, {activation: act, when: "max(out, 2) > 1"}]}
layers:
  - {b: "max(k, 3)", repeat: 2}
  - {b: {out: 3, act: relu}, repeat: 2, name: "true"}
  - concat: {"1x1: a": [b: 3], "b, c": [{conv2d: {out: {by: s, cases: {-1: 3, 1/3: 4}}}}, relu], c: identity}
  - {residual: [relu], name: "[x]"}
  - residual: {when: false, layers: [{residual: [{residual: relu}]}]}
  - {concat: ["true", "[x]", previous]}
  - {conv2d: 8, from: "[x]"}
  - table: [[name, u, v], ["a, b", 1, relu], [c, "max(1, 2)", none]]
    each: {activation: v, repeat: u}
  - depthwise: {kernel: [k, long_name_of_a_parameter], padding: [[0, 1], [0, 1]], stride: another_long_name,
      multiplier: needed, bias: false}
variants: {"x: 1": {k: 2}, b: {}}
published:
  - {source: "a, b", params: "1,248", k: 2, convention: paper, differs: "x: y"}
  - {source: "a, b", params: "1,248", k: 1, convention: paper, differs: "x: y"}
"""

HARD_PRINTED = """\
name: "a: b # c"
source: "- d"
params: {k: "max(1, 2)", s: -1, long_name_of_a_parameter: 1, another_long_name: 2, yet_another_long_name: 3, needed: 4}
input: [k, 8, 8]

blocks:
  b:
    params: {out, act: none}
    layers:
      - conv2d: out
      - activation: act
        when: max(out, 2) > 1

layers:
  - b: max(k, 3)
    repeat: 2
  - b: {out: 3, act: relu}
    repeat: 2
    name: true
  - concat:
      "1x1: a": {b: 3}
      "b, c": [{conv2d: {by: s, cases: {-1: 3, 1/3: 4}}}, relu]
      c: identity
  - {residual: [relu], name: "[x]"}
  - residual:
      when: false
      layers:
        - residual:
            - residual: [relu]
  - concat: [true, "[x]", previous]
  - {conv2d: 8, from: "[x]"}
  - table:
      - [name,   u,           v]
      - ["a, b", 1,           relu]
      - [c,      "max(1, 2)", none]
    each:
      - {activation: v, repeat: u}
  - depthwise:
      kernel: [k, long_name_of_a_parameter]
      padding: [[0, 1], [0, 1]]
      stride: another_long_name
      multiplier: needed
      bias: false

variants:
  "x: 1": {k: 2}
  b: {}
published:
  - source: a, b
    differs: "x: y"
    table:
      - [k, params]
      - [2, "1,248"]
      - [1, "1,248"]
"""


def test_what_yaml_would_misread_stands_in_quotes_and_what_is_long_on_lines_of_its_own() -> None:
    spec = costmodel.loads(HARD)
    assert reads_as_itself(spec.network) == HARD_PRINTED


COMPACT = """\
name: T
params: {r: 16}
input: {image: [3, r, r], depth: [1, r, r]}
blocks:
  unit:
    params: {n}
    layers:
      - {max_pool: {kernel: 2, stride: 2 if n == 0 else 1}}
      - {relu, when: false}
      - residual: {when: n == 0, layers: [{conv2d: c_in, repeat: 1 - n}]}
layers:
  - concat: [image, depth]
  - {conv2d: {bias: false, padding: 1, stride: 1, kernel: 3, out: 8}, name: stem}
  - batch_norm
  - {unit: index, repeat: 2}
  - {activation: relu, from: stem, name: end}
  - {global_avg_pool, when: r > 8}
  - {identity, from: end}
"""
EXPANDED = """\
# expanded at r 32
name: T
input: {image: [3, 32, 32], depth: [1, 32, 32]}

layers:
  - concat: [image, depth]
  - {conv2d: {out: 8, kernel: 3, padding: 1, bias: false}, name: stem}
  - batch_norm
  - {max_pool: {kernel: 2, stride: 2}, name: unit.1.max_pool}
  - conv2d: 8
  - add: [previous, unit.1.max_pool]
  - max_pool: {kernel: 2, stride: 1}
  - {relu, from: stem, name: relu}
  - global_avg_pool

outputs: [relu]
"""


def test_expanded_a_network_is_a_line_a_node_with_numbers_only(run: Callable[..., Any], tmp_path: Path) -> None:
    """Names where another than the next line reads, defaults left out, fields in the signature's order."""
    path = tmp_path / "net.yaml"
    path.write_text(COMPACT, encoding="utf-8")
    assert run("specs", str(path), "--expanded", "--set", "r=32", "--quiet") == (0, EXPANDED, "")


def test_a_network_that_gives_its_input_back_expands_to_one_that_does() -> None:
    spec = costmodel.loads("name: T\ninput: {a: [3, 8, 8], b: [1, 8, 8]}\nlayers: [{relu, when: false}, {identity, from: b}]\n")
    assert printed(expanded(spec.analyze())).endswith("layers:\n  - identity\n\noutputs: [b]\n")
    costs_the_same_expanded(spec.analyze())


def test_only_plain_numbers_expand() -> None:
    spec = costmodel.loads(COMPACT)
    for value in (np.array([32, 64]), algebra.symbol("r", whole=True)):
        with pytest.raises(SpecError, match="only a network of plain numbers can be expanded"):
            expanded(spec.analyze(r=value))
