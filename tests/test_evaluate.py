"""The walk: edges, paths and what is left out; one walk for integers, arrays and symbols; limits that hold in time."""

import time
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import costmodel
from costmodel import SpecError, algebra
from costmodel.ledger import Ledger
from costmodel.walk import MAX_LINES, MAX_STEPS

V1, V2 = costmodel.load("mobilenet"), costmodel.load("mobilenetv2")
ALPHAS = st.fractions(Fraction(1, 8), 2, max_denominator=20)
SIZES = st.integers(8, 300)


def loads(layers: str, head: str = "", size: str = "[3, 32, 32]") -> costmodel.Spec:
    return costmodel.loads(f"name: T\n{head}input: {size}\nlayers: {layers}\n", "net.yaml")


def edges(ledger: Ledger) -> list[tuple[str, tuple[int, ...]]]:
    return [(line.path, line.sources) for line in ledger.lines]


def counts(ledger: Ledger) -> list[list[Any]]:
    """Every number of every line."""
    return [[*line.output.shape, *(getattr(line.cost, name) for name in ("fma", "add", "mul", "cmp"))] for line in ledger.lines]


def outcome(spec: costmodel.Spec, **settings: Any) -> Any:
    """The ledger, or why there is none."""
    try:
        return spec.analyze(**settings)
    except SpecError as error:
        return error


# --- the list of nodes ----------------------------------------------------------------------------------------------


def test_a_chain_is_a_chain() -> None:
    ledger = V1.analyze()
    assert [line.sources for line in ledger.lines] == [(i - 1,) for i in range(len(ledger.lines))]
    assert ledger.outputs == [len(ledger.lines) - 1]


def test_paths_say_where_a_line_stands() -> None:
    paths = [line.path for line in V1.analyze().lines]
    assert paths[:4] == ["conv", "batch_norm", "relu6", "pair.1/depthwise"]
    assert {"pair.7/depthwise", "pair.13/conv2d", "pair.7/batch_norm.2", "fc"} <= set(paths)
    assert len(set(paths)) == len(paths)


def test_a_residual_takes_its_input_again() -> None:
    ledger = V2.analyze()
    adds = [line for line in ledger.lines if line.op == "add"]
    assert len(adds) == 10
    for line in adds:
        body, door = line.sources
        assert body > door
        assert ledger.lines[door].output.shape == ledger.lines[body].output.shape == line.output.shape


def test_every_line_takes_what_lines_above_gave() -> None:
    for spec in (V1, V2):
        ledger = spec.analyze()
        for place, line in enumerate(ledger.lines):
            assert all(-1 <= source < place for source in line.sources)
            assert [line_input.shape for line_input in line.inputs] == [
                ledger.lines[s].output.shape if s >= 0 else [1, 3, 224, 224] for s in line.sources
            ]


def test_what_is_left_out_makes_no_line_and_no_edge() -> None:
    ledger = loads("[relu, {conv2d: 8, when: false}, {relu6, repeat: 0}, {layers: [relu], when: 1 > 2}, batch_norm]").analyze()
    assert edges(ledger) == [("relu", (-1,)), ("batch_norm", (0,))]


def test_a_residual_without_its_shortcut_is_its_body() -> None:
    ledger = loads("[{residual: {when: c_in == 4, layers: [relu, {conv2d: 4}]}, name: a}, {residual: [relu]}]").analyze()
    assert edges(ledger) == [("relu.1", (-1,)), ("conv2d", (0,)), ("relu.2", (1,)), ("add", (2, 1))]


def test_a_branch_that_is_nothing_is_an_edge_to_the_input() -> None:
    ledger = loads("[relu, {add: {a: identity, b: [{conv2d: 3, when: false}], c: relu6}}]").analyze()
    assert edges(ledger) == [("relu", (-1,)), ("add/c/relu6", (0,)), ("add", (0, 0, 1))]


def test_a_network_of_nothing_gives_its_input() -> None:
    ledger = loads("[identity]").analyze()
    assert (ledger.lines, ledger.outputs, ledger.totals) == ([], [-1], (0, 0, 0))


def test_marks_point_at_the_verb_that_made_a_line() -> None:
    for line in V2.analyze().lines:
        assert line.mark.text[line.mark.col - 1 :].startswith(
            ("residual" if line.op == "add" else line.op, "activation", "relu6")
        )


# --- one walk for three kinds of number -----------------------------------------------------------------------------


@settings(max_examples=12, deadline=None)
@given(st.lists(st.tuples(ALPHAS, SIZES), min_size=2, max_size=5))
@pytest.mark.parametrize("spec", [V1, V2], ids=["v1", "v2"])
def test_an_array_of_settings_gives_what_each_gives(spec: costmodel.Spec, points: list[tuple[Fraction, int]]) -> None:
    np = pytest.importorskip("numpy")
    alphas, sizes = ([point[i] for point in points] for i in (0, 1))
    single = [spec.analyze(alpha=a, resolution=r).totals for a, r in points]
    swept = outcome(spec, alpha=np.array(alphas, dtype=object), resolution=np.array(sizes))
    if isinstance(swept, SpecError):
        # a shortcut that some widths have and others have not: refused in words, never averaged
        assert spec is V2
        assert all(problem.message.endswith("is not the same for all values given") for problem in swept.problems)
        return
    for name, total in swept.totals._asdict().items():
        assert total.tolist() == [getattr(one, name) for one in single]


@settings(max_examples=6, deadline=None)
@given(SIZES, st.integers(1, 9))
@pytest.mark.parametrize("spec", [V1, V2], ids=["v1", "v2"])
def test_symbols_with_numbers_put_in_give_what_the_numbers_give(spec: costmodel.Spec, size: int, batch: int) -> None:
    r, n = algebra.symbol("r", whole=True), algebra.symbol("n", whole=True)
    ledger = CLOSED.setdefault(spec, spec.analyze(resolution=r, batch=n))
    assert counts(spec.analyze(resolution=size, batch=batch)) == [
        [algebra.substitute(number, {r: size, n: batch}) for number in line] for line in counts(ledger)
    ]


CLOSED: dict[costmodel.Spec, Ledger] = {}


@settings(max_examples=8, deadline=None)
@given(ALPHAS)
def test_a_symbol_for_the_width_too(alpha: Fraction) -> None:
    a = algebra.symbol("a", whole=False)
    ledger = WIDTHS.setdefault(V1, V1.analyze(alpha=a))
    import sympy

    rational = sympy.Rational(alpha.numerator, alpha.denominator)
    assert algebra.substitute(ledger.totals.mult_adds, {a: rational}) == V1.analyze(alpha=alpha).totals.mult_adds


WIDTHS: dict[costmodel.Spec, Ledger] = {}


def test_what_a_symbol_leaves_open_is_noted_at_its_place() -> None:
    spec = loads(
        "[{conv2d: 8, groups: g}, {relu, when: g > 1}, {relu6, repeat: g}]".replace("8, groups: g", "{out: 8, groups: g}"),
        "params: {g: 2}\n",
        "[8, 4, 4]",
    )
    ledger = spec.analyze(g=algebra.symbol("g", whole=True))
    noted = [(c.text, c.mark.line) for c in ledger.conditions if c.mark]
    assert ("g > 1 is true", 4) in noted
    assert ("g = 2", 4) in noted
    assert any(text.startswith("groups (g) must divide the input channels (8)") for text, _ in noted)
    assert [line.op for line in ledger.lines] == ["conv2d", "relu", "relu6", "relu6"]


def test_a_default_decides_at_the_numbers_given_and_not_at_others_that_symbols_stand_for() -> None:
    spec = loads("[{conv2d: b}, {relu, when: b > 4}]", "params: {a, b: 2 * a}\n")
    a, b = algebra.symbol("a", whole=True), algebra.symbol("b", whole=True)
    for number, ops in ((5, ["conv2d", "relu"]), (2, ["conv2d"])):
        assert [line.op for line in spec.analyze(a=number, b=b).lines] == ops
    for open_ in ({"a": a}, {"a": a, "b": b}):
        with pytest.raises(SpecError, match="b > 4"):
            spec.analyze(**open_)


# --- mistakes and limits --------------------------------------------------------------------------------------------


def test_one_bad_point_of_an_array_is_refused_and_named() -> None:
    np = pytest.importorskip("numpy")
    spec = loads("[{conv2d: {out: 8, groups: g}}]", "params: {g: 1}\n", "[8, 4, 4]")
    assert spec.analyze(g=np.array([1, 2, 4])).totals.mult_adds.tolist() == [1024, 512, 256]
    with pytest.raises(SpecError, match=r"groups \(3\) must divide the input channels \(8\); this fails at point 1"):
        spec.analyze(g=np.array([1, 3, 4]))
    joined = loads("[{add: {a: {conv2d: g}, b: identity}}]", "params: {g: 8}\n", "[8, 4, 4]")
    with pytest.raises(SpecError, match="gets 3×4×4 and 8×4×4; this fails at point 1"):
        joined.analyze(g=np.array([8, 3]))
    with pytest.raises(SpecError, match="groups"):
        spec.analyze(g=np.array([3, 5]))


def test_the_way_to_a_mistake_names_blocks_rows_and_passes() -> None:
    head = "blocks: {b: {params: {g}, layers: [{conv2d: {out: 64, groups: g}}]}}\n"
    with pytest.raises(SpecError) as caught:
        loads("[{table: [[g], [1], [5]], each: [{b: g + index, repeat: 2}]}]", head, "[64, 4, 4]").analyze()
    first = caught.value.problems[0]
    called = "called at net.yaml:4:43: …b: g + index, repeat: 2}]}]"
    assert first.calls == (f"in b (g: 5), {called}", "in row 2 of the table, net.yaml:4:29")
    assert first.times == 2


@pytest.mark.parametrize(
    ("layers", "limit"),
    [
        ("[{relu, repeat: 1e9}]", "repeat must be at most 100,000"),
        ("[{layers: [{layers: [{relu, repeat: 1e5}], repeat: 1e5}], repeat: 1e5}]", f"more than {MAX_LINES:,} nodes"),
        ("[{layers: [{layers: [{identity, repeat: 1e5}], repeat: 1e5}], repeat: 1e5}]", f"more than {MAX_STEPS:,} layers"),
        ("[{concat: {a: identity, b: identity}, repeat: 1e5}]", "a tensor has at most 10^18 elements"),
        ("[{depthwise: {kernel: 1, multiplier: 1e9}, repeat: 1e5}]", "a tensor has at most 10^18 elements"),
        ("[{conv2d: {out: 1e18, groups: 5e17}}]", "groups (500000000000000000) must divide the input channels (3)"),
        ("[b0]", f"more than {MAX_LINES:,} nodes"),
    ],
)
def test_what_is_absurd_is_refused_in_time(layers: str, limit: str) -> None:
    doubling = "".join(f"  b{i}: {{layers: [b{i + 1}, b{i + 1}]}}\n" for i in range(40)) + "  b40: {layers: [relu]}\n"
    started = time.perf_counter()
    with pytest.raises(SpecError) as caught:
        loads(layers, f"blocks:\n{doubling}" if layers == "[b0]" else "").analyze()
    assert limit in str(caught.value)
    assert time.perf_counter() - started < 10


def test_formulas_too_deep_for_sympy_are_refused_for_symbols_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of ceilings in one another exhaust sympy's stack, after half a minute; here at once."""

    def exhausted(*_: object) -> None:
        raise RecursionError

    spec = loads("[{max_pool: {kernel: 3, padding: same}}]", "params: {r: 64}\n", "[3, r, r]")
    monkeypatch.setattr("costmodel.walk.Walk.run", exhausted)
    with pytest.raises(SpecError, match="nest too deep to be worked out for symbols"):
        spec.analyze(r=algebra.symbol("r", whole=True))
    with pytest.raises(RecursionError):
        spec.analyze()


def test_an_activation_that_is_a_number_is_refused_for_every_kind_of_number() -> None:
    np = pytest.importorskip("numpy")
    spec = loads("[{activation: a}]", "params: {a: 1}\n")
    for value in (1, Fraction(1, 2), np.array([1, 2]), algebra.symbol("a")):
        with pytest.raises(SpecError, match="an activation is a word such as relu, and here is"):
            spec.analyze(a=value)


def test_as_many_nodes_as_are_allowed_are_walked() -> None:
    assert len(loads("[{layers: [{relu, repeat: 1e3}], repeat: 100}]").analyze().lines) == MAX_LINES


def test_a_point_that_cannot_be_built_is_no_number() -> None:
    with pytest.raises(costmodel.SpecError, match="this fails at point 1"):
        costmodel.load("mobilenet").analyze(resolution=np.array([224, 224.5]))
    for field in ("{out: 4, groups: a}", "{out: 4, kernel: 2, stride: a}", "{out: 4, kernel: [1, 2], stride: [a, 1]}"):
        net = loads(f"[{{conv2d: {field}}}]", "params: {a: 1}\n")
        with pytest.raises(costmodel.SpecError, match="must be whole and in its range; this fails at point 0"):
            net.analyze(a=np.array([0.5, 1]))
    with pytest.raises(costmodel.SpecError, match=r"groups .* must divide the input channels \(128\); this fails at point 1"):
        costmodel.load("grouped").analyze(groups=np.array([1, 3]))


def test_a_default_that_gives_way_need_not_be_workable() -> None:
    # its default lists the widths of five group counts, and 5 is none of them
    assert costmodel.load("shufflenet").analyze(groups=5, width=320).totals.params == 2_257_315
    with pytest.raises(costmodel.SpecError, match="'groups' is 5, and the cases are 1, 2, 3, 4, 8"):
        costmodel.load("shufflenet").analyze(groups=5)


@pytest.mark.parametrize("batch", [[1, 1.5], [2, 0], [4, -1]])
def test_a_batch_that_is_none_at_one_point_is_refused(batch: list[float]) -> None:
    with pytest.raises(SpecError, match="the batch must be a whole number, at least 1; this fails at point 1"):
        loads("[relu]").analyze(batch=np.array(batch))


def test_a_batch_that_may_not_be_whole_is_noted() -> None:
    open_, whole = algebra.symbol("b"), algebra.symbol("n", whole=True)
    assert [c.text for c in loads("[relu]").analyze(batch=open_).conditions] == ["the batch must be a whole number, at least 1"]
    assert loads("[relu]").analyze(batch=whole).conditions == []


def test_arrays_go_together_point_by_point() -> None:
    net = costmodel.load("mobilenet")
    with pytest.raises(costmodel.SpecError, match="differ in length: 2 for 'alpha', 3 for 'resolution'"):
        net.analyze(alpha=np.array([0.5, 1]), resolution=np.array([128, 192, 224]))
    with pytest.raises(costmodel.SpecError, match="here are both"):
        net.analyze(alpha=np.array([0.5, 1]), resolution=algebra.symbol("r", whole=True))
    with pytest.raises(costmodel.SpecError, match="the parameter 'alpha' is a number, a word or a list"):
        net.analyze(alpha=np.array([[0.5, 1]]))
    with pytest.raises(costmodel.SpecError, match="the parameter 'alpha' is an array without points"):
        net.analyze(alpha=np.array([]))


def test_a_whole_symbol_for_a_ratio_is_refused_and_another_keeps_the_rounding() -> None:
    net = costmodel.load("mobilenetv2")
    with pytest.raises(costmodel.SpecError, match=r"takes values such as 1\.4"):
        net.analyze(alpha=algebra.symbol("a", whole=True))
    a = algebra.symbol("a")
    closed = net.analyze(alpha=a).totals.mult_adds
    assert closed.subs(a, Fraction(1, 2)) == net.analyze(alpha="0.5").totals.mult_adds == 97_131_840
