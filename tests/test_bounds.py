"""The bound on memory access: a theorem in whole numbers for any convolution, and the paper's form, which is not."""

import math
import random
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

import costmodel
from costmodel.bounds import DIGITS, ConvBound, bounded, literal, root
from costmodel.library import bundled
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.pinning import pinned
from costmodel.problems import Mark
from costmodel.reports.held import Checked, checked, parts
from costmodel.tensor import Tensor
from costmodel.traffic import CONV, alone

LAYERS, SEED = 100_000, 20180730
ZOO = [name for name in bundled() if not name.startswith("units/")]
SIZES = st.integers(1, 2048)


# --- the theorem -------------------------------------------------------------------------------------------------------


def drawn(random: random.Random) -> Line | None:
    """A convolution of any kind, as the vocabulary runs it; None where the window does not fit."""
    name = random.choice(["conv2d"] * 6 + ["conv1d", "conv3d", "depthwise", "conv_transpose2d", "linear"])
    sides = {"conv1d": "w", "conv3d": "dhw"}.get(name, "hw")
    groups = random.choice([1, 1, 1, 2, 3, 4, 8])
    c1 = groups * random.randint(1, 64)
    x = Tensor(n=random.choice([1, 1, 4]), c=c1, **{side: random.randint(1, 64) for side in sides})

    def each(*values: int) -> list[int]:
        return [random.choice(values) for _ in sides]

    fields: dict[str, object] = {"bias": False}
    if name == "linear":
        x, fields["out"] = Tensor(n=x.n, c=c1), random.randint(1, 512)
    else:
        fields |= {
            "kernel": each(1, 1, 2, 3, 3, 4, 5, 7),
            "stride": each(1, 1, 2, 3, 4, 5, 6, 7),
            "padding": each(0, 0, 1, 2, 3),
        }
        fields["dilation"] = each(1, 1, 1, 2, 3)
    if name == "depthwise":
        fields["multiplier"] = random.choice([1, 1, 2])
    elif name != "linear":
        fields |= {"out": groups * random.randint(1, 64), "groups": groups}
    if random.random() < 0.02 and "kernel" in fields:  # equal maps are rare otherwise
        fields |= {"kernel": 1, "stride": 1, "padding": 0} | ({"out": c1} if "out" in fields else {"multiplier": 1})
    y, cost = OPS[name]([x], fields)
    if not all(truth for truth, *_ in cost.given) or any(size < 1 for size in y.shape):
        return None
    return Line(Place(None, ""), OPS[name], fields, (-1,), (x,), y, cost, Mark("", 0, 0, ""))


def held(line: Line) -> bool:
    """Whether a layer meets its bound exactly; the theorem is asserted in whole numbers, on the sizes that its op gives."""
    (layer,) = bounded(line)
    x, y = line.inputs[0], line.output
    assert (layer.mult_adds, layer.access) == (line.cost.fma, alone(line.cost).access)
    other = layer.leaving if layer.transposed else layer.entering
    square = layer.taps * (x.size - y.size) ** 2
    assert layer.taps * (x.size + y.size) ** 2 - 4 * layer.groups * other * line.cost.fma == square
    assert layer.holds
    assert layer.bound <= layer.access
    assert layer.is_tight == (x.size == y.size)
    return layer.is_tight


def test_the_theorem_holds_for_any_layer_in_whole_numbers() -> None:
    """`kh·kw·L² − 4·g·hᵢwᵢ·B = kh·kw·(hᵢwᵢ·c1 − hₒwₒ·c2)²`, which is never below 0."""
    draws, found, tight = random.Random(SEED), 0, 0
    while found < LAYERS:
        if (line := drawn(draws)) is not None:
            found += 1
            tight += held(line)
    assert 100 < tight < found // 10, "both cases are met often"


def test_the_form_as_printed_is_false_beyond_its_domain() -> None:
    """Counter-examples are found, and only where it says itself that it does not apply."""
    draws, false = random.Random(SEED), dict.fromkeys(("k > 1", "B counted two per mult-add"), 0)
    for _ in range(5000):
        if (line := drawn(draws)) is None:
            continue
        (layer,) = bounded(line)
        once, twice = literal(layer), literal(layer, 2)
        assert once.holds or "k > 1" in once.reasons or "map grows" in once.reasons or "transposed" in once.reasons
        false["k > 1"] += not once.holds and "k > 1" in once.reasons
        false["B counted two per mult-add"] += not twice.holds and once.holds
        if once.reasons and once.holds and layer.taps == 1 and not layer.transposed and layer.entering >= layer.leaving:
            assert once.figure <= layer.bound  # groups or a stride: true, and loose
    assert all(times > 100 for times in false.values()), false


def test_the_form_as_printed_on_the_example_of_a_3x3_kernel() -> None:
    layer = ConvBound(entering=56 * 56, leaving=56 * 56, taps=9, c1=64, c2=64)
    found = literal(layer)
    assert (layer.access, found.figure, found.reasons, found.holds) == (438_272, 1_241_088, ("k > 1",), False)
    assert layer.bound == layer.access  # and the theorem itself is met with equality


@pytest.mark.parametrize("k", [2, 3, 5, 7])
def test_it_fails_for_every_ratio_below_the_square_of_k_and_root(k: int) -> None:
    edge = (k + math.sqrt(k * k - 1)) ** 2
    for c1 in (1, 16):
        for c2 in range(c1, int(edge * c1) + 40 * c1):
            layer = ConvBound(49, 49, k * k, c1, c2)
            assert literal(layer).holds == (c2 / c1 >= edge), (c1, c2)


@given(SIZES, SIZES, SIZES, SIZES)
def test_the_papers_form_is_the_case_of_one_tap_and_one_group(h: int, w: int, c1: int, c2: int) -> None:
    layer = ConvBound(h * w, h * w, 1, c1, c2)
    assert literal(layer).figure == layer.bound
    assert literal(layer).reasons == ()
    assert layer.is_tight == (c1 == c2)
    assert float(layer.gap) == pytest.approx(h * w * (math.sqrt(c1) - math.sqrt(c2)) ** 2, rel=1e-6, abs=0.02)


@given(SIZES, SIZES, st.integers(1, 49), SIZES, SIZES)
def test_the_balanced_pair_has_the_same_mult_adds_and_no_gap(entering: int, leaving: int, taps: int, c1: int, c2: int) -> None:
    wide, narrow = ConvBound(entering, leaving, taps, c1, c2).balanced
    assert float(wide * narrow) == pytest.approx(c1 * c2, rel=0.02, abs=0.02 * max(wide, narrow))
    assert float(wide * entering) == pytest.approx(float(narrow * leaving), rel=0.01, abs=0.011 * max(entering, leaving))


@given(SIZES, SIZES, st.integers(1, 9), SIZES, SIZES, st.integers(1, 8))
def test_the_pair_next_to_it_can_be_built(entering: int, leaving: int, taps: int, c1: int, c2: int, groups: int) -> None:
    layer = ConvBound(entering, leaving, taps, groups * c1, groups * c2, groups)
    other = layer.but(*layer.pair)
    assert other.is_buildable
    for near, exactly in zip(layer.pair, layer.balanced, strict=True):
        assert abs(near - exactly) <= groups


@pytest.mark.parametrize("wrong", [0, -1, 2.0, True, "8"])
@pytest.mark.parametrize("name", ["entering", "leaving", "taps", "c1", "c2", "groups"])
def test_sizes_outside_the_domain_are_refused(name: str, wrong: object) -> None:
    sizes = {"entering": 7, "leaving": 7, "taps": 9, "c1": 8, "c2": 8, "groups": 1} | {name: wrong}
    with pytest.raises(ValueError, match=f"{name} must be a .*, and is {wrong}"):
        ConvBound(**sizes)  # type: ignore[arg-type]


@given(st.integers(0, 10**40))
def test_roots_are_cut_never_rounded_up(square: int) -> None:
    found = root(square)
    assert found**2 <= square < (found + Fraction(1, 10**DIGITS)) ** 2


# --- networks ------------------------------------------------------------------------------------------------------------


def test_the_gap_of_mobilenet_is_mostly_strided_depthwise() -> None:
    found = checked(costmodel.load("mobilenet").analyze())
    sums = {part.name: part for part in parts(found)}
    assert round(sums["total"].gap) == 570_071
    assert f"{float(100 * sums['total'].gap / 14_397_840):.1f}" == "4.0"
    assert f"{float(sums['pinned dw strided'].gap / sums['total'].gap):.2f}" == "0.66"
    assert sum(part.gap for part in sums.values()) == 2 * sums["total"].gap


@pytest.mark.parametrize(("name", "share"), [("mobilenetv2", "10.8"), ("shufflenet", "9.9"), ("shufflenetv2", "0.5")])
def test_gaps_of_1x1_layers(name: str, share: str) -> None:
    """As a share of the access of conv + FC."""
    ledger = costmodel.load(name).analyze()
    gap = sum(one.gap for one in checked(ledger) if one.layer.taps == 1 and one.line.op != "linear")
    assert f"{float(100 * gap / ledger.totals.access):.1f}" == share


@pytest.mark.parametrize("name", ZOO)
def test_layers_of_a_network_add_up_to_its_access(name: str) -> None:
    """Every convolution and FC layer is there, its biases aside; the inner map of a separable one is moved twice."""
    ledger = costmodel.load(name).analyze()
    moves = ledger.moves(CONV)
    by_line: dict[Line, list[Checked]] = {}
    for one in checked(ledger):
        assert one.layer.holds
        by_line.setdefault(one.line, []).append(one)
    for line, found in by_line.items():
        assert sum(one.access for one in found) + line.cost.biases == moves[line].access
        assert sum(one.mult_adds for one in found) == line.cost.fma
    bare = {line.op for line in ledger.lines if line.rule.counted} - {one.line.op for one in checked(ledger)}
    assert bare <= {"attention", "matmul"}


def test_what_pins_a_layer() -> None:
    layers = ["pad: 1", "conv2d: {out: 8, kernel: 3}", "relu", "conv2d: 8", "depthwise: {kernel: 3}"]
    layers += ["conv2d: {out: 8, kernel: 3, groups: 8}", "conv2d: 4", "global_avg_pool", "linear: 10", "softmax"]
    text = "name: T\ninput: [3, 32, 32]\nlayers:\n" + "".join(f"  - {layer}\n" for layer in layers)
    ledger = costmodel.loads(text).analyze()
    found = pinned(ledger.lines, ledger.outputs)
    assert [(line.op, line.fields.get("groups", 1), why) for line, whys in found.items() for why in whys if why] == [
        ("conv2d", 1, "stem"),
        ("depthwise", 1, "depthwise"),
        ("conv2d", 8, "depthwise"),
        ("linear", 1, "classifier"),
    ]


def test_a_separable_costs_and_is_pinned_as_the_two_layers_that_it_is() -> None:
    """One op is two rows, each with the figures that the layers have when they are written out."""
    depthwise, pointwise = "depthwise: {kernel: 3, stride: 2, padding: same, bias: false}", "conv2d: {out: 64, bias: false}"
    text = "name: T\ninput: [8, 32, 32]\nlayers:\n  - conv2d: 16\n"
    end = "  - conv2d: 4\n"
    one = costmodel.loads(
        f"{text}  - separable: {{out: 64, kernel: 3, stride: 2, padding: same, bias: false}}\n{end}"
    ).analyze()
    two = costmodel.loads(f"{text}  - {depthwise}\n  - {pointwise}\n{end}").analyze()
    assert [(part.layer, part.reason) for part in checked(one)] == [(part.layer, part.reason) for part in checked(two)]
    assert [part.half for part in checked(one)] == ["", "depthwise", "pointwise", ""]
    assert [part.reason for part in checked(one)] == ["stem", "depthwise", "", "classifier"]
    assert [(part.name, part.access, part.gap) for part in parts(checked(one))] == [
        (part.name, part.access, part.gap) for part in parts(checked(two))
    ]
