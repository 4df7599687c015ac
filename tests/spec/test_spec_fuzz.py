"""Whatever is written, a spec is costed or refused in words: no other error, no silence, no endless work."""

import random
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import costmodel
from costmodel.library import bundled

EVERYTHING = """\
name: T
params: {scale: 1, k: [3, 3], act: relu, r: 32, depths: [1, 2]}
let: {width: {by: scale, cases: {0.5: 48, 1: 116, 1.5: 176}}}
input: {image: [3, r, r], depth: [1, r, r]}
blocks:
  fuse:
    inputs: [fine, coarse]
    params: {out, k: [1, 1]}
    let: {half: c_in // 2 + 1}
    layers:
      - {concat: [fine, coarse], name: joined}
      - conv2d: {out, kernel: k, padding: same}
      - {relu, when: half > 1}
  unit:
    params: {out: c_in, act: relu}
    layers:
      - residual: {when: c_in == out, layers: [{conv2d: out}, {activation: act, repeat: 2}]}
ops:
  blur:
    fields: {size: 3, out: c_in}
    let: {taps: size ** 2}
    output: {c: out}
    params: taps * out
    mult_adds: {by: size, cases: {3: taps * out * h_in * w_in, 5: 0}}
    reads: c_in * h_in * w_in
layers:
  - {fuse: 8, from: [image, depth], name: a}
  - add: {main: [{conv2d: 8}], skip: identity}
  - table:
      - [name, c, n]
      - [s1, width, 1]
      - [s2, width * 2, 3]
    let: {d: c * 2}
    each:
      - {unit: d, repeat: n}
      - {layers: [batch_norm, {relu6, when: last}], repeat: n}
  - table: {name: [t1, t2], n: depths, d: [8, c_in * 2]}
    each: [{blur: {out: d}, repeat: n}]
  - {concat: [a, previous], when: scale > 0.3, name: joined}
  - {linear: 10, when: false}
  - global_avg_pool
  - {linear: 10, name: logits}
outputs: [joined, logits]
variants: {table: [[name, scale, depths], [b, 0.5, [2, 1]]]}
published:
  - {variant: b, mult_adds: 3M, source: x}
  - {table: [[scale, params], [1, 4k]]}
"""
TEXTS = [EVERYTHING, *(path.read_text(encoding="utf-8") for path in bundled().values())]
PIECES = [
    *"[]{}:,-?&*!|>'\"%@`#\t\n \\~=()0123456789.+/<>^é\0\x85\u2028",
    *(
        ": ",
        "- ",
        "  ",
        "\n  ",
        "\n    ",
        " if ",
        " else ",
        "**",
        "9" * 20,
        "1e9",
        "-1",
        "max(",
        "floor(",
        "true",
        "none",
        "same",
    ),
    *("index", "c_in", "h_in", "previous", "input", "repeat: 3", "when: ", "name: a", "from: [a, b]", "from: a", "residual"),
    *("outputs: [a]", "ops", "fields", "output", "mult_adds", "[1, 2]", "depths"),
    *("concat", "table", "each", "layers", "let", "by", "cases", "conv2d", "linear: 3", "relu", "flatten", "global_avg_pool"),
]


def mutated(text: str, chance: random.Random) -> str:
    """A text with one slip."""
    lines, kind = text.split("\n"), chance.randrange(6)
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    if kind == 0:
        del lines[i]
    elif kind == 1:
        lines.insert(j, lines[i])
    elif kind == 2:
        lines[i], lines[j] = lines[j], lines[i]
    elif kind == 3:
        lines[i] = " " * chance.randrange(9) + lines[i].strip()
    elif kind == 4 and (words := [m.span() for m in re.finditer(r"[\w.]+", text)]):
        (start, end), other = chance.choice(words), chance.choice(words)
        return text[:start] + text[slice(*other)] + text[end:]
    else:
        at = chance.randrange(len(text) + 1)
        return text[:at] + chance.choice(PIECES) + text[at + chance.choice([0, 1, 1, 4]) :]
    return "\n".join(lines)


def survives(text: str) -> None:
    """Load and cost a text; every refusal is printed, as a user would see it."""
    started = time.perf_counter()
    printed = "costed"
    try:
        spec = costmodel.loads(text)
        spec.analyze()
        for variant in spec.network.variants:
            spec.analyze(variant=variant)
    except costmodel.SpecError as error:
        printed = str(error)
    assert printed
    assert time.perf_counter() - started < 8


@settings(max_examples=350, deadline=None, suppress_health_check=[HealthCheck.large_base_example, HealthCheck.too_slow])
@given(st.sampled_from(TEXTS), st.integers(1, 4), st.integers(0, 2**32))
def test_a_spec_with_slips(text: str, slips: int, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(slips):
        text = mutated(text, chance)
    survives(text)


KEYS = [
    "name",
    "input",
    "layers",
    "params",
    "let",
    "blocks",
    "ops",
    "outputs",
    "fields",
    "output",
    "mult_adds",
    "variants",
    "published",
    "table",
    "each",
    "residual",
    "when",
    "repeat",
]
VALUES = st.recursive(
    st.one_of(st.sampled_from([*PIECES, *KEYS]), st.integers(-3, 99).map(str), st.just("")),
    lambda part: st.one_of(
        st.lists(part, max_size=4).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(st.sampled_from([*KEYS, "conv2d", "b", "from", "out"]), part), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        ),
    ),
    max_leaves=12,
)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_any_structure(sections: dict[str, str]) -> None:
    whole = {"name": "T", "input": "[3, 8, 8]", "layers": "[relu]"} | sections
    survives("".join(f"{key}: {value}\n" for key, value in whole.items()))


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(st.sampled_from([*PIECES, *KEYS]), max_size=20).map("".join)))
def test_any_text(text: str) -> None:
    survives(text)


@settings(max_examples=150, deadline=None)
@given(
    VALUES, st.sampled_from(["conv2d: {out: 8, kernel: %s}", "%s", "{relu, repeat: %s}", "concat: %s", "residual: %s", "b: %s"])
)
def test_any_value_in_a_layer(value: str, layer: str) -> None:
    head = "name: T\ninput: [3, 8, 8]\nblocks: {b: {params: {out: 3, k: 1}, layers: [{conv2d: {out, kernel: k}}]}}\n"
    survives(f"{head}layers:\n  - {layer.replace('%s', value)}\n")


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=60))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "net.yaml"
    Path(path).write_bytes(data)
    with pytest.raises(costmodel.SpecError):
        costmodel.load(path)
