"""The whole spec: inputs, parameters, variants and published figures, and the values that a program may give."""

from fractions import Fraction
from pathlib import Path

import pytest
from writing import load, run, shapes, spec

import costmodel
from costmodel import SpecError
from costmodel.library import bundled, find

HEAD = "params: {alpha: 1, act: relu, wide: alpha * 8, k: [3, 3]}\n"
BODY = "conv2d: {out: wide, kernel: k}\nactivation: act"
VARIANTS = "variants: {slim: {alpha: 0.5}, bare: {act: none, wide: 2}}\n"


def messages(text: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        costmodel.loads(text).analyze()
    return [p.message for p in caught.value.problems]


def given(**settings: object) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load(BODY, HEAD + VARIANTS).analyze(**settings)
    return [str(p) for p in caught.value.problems]


def test_a_default_may_use_the_parameters_before_it_at_the_values_given() -> None:
    assert shapes(run(BODY, HEAD, alpha=2))[0] == "16×30×30"
    assert shapes(run(BODY, HEAD, alpha=2, wide=5))[0] == "5×30×30"


def test_variants_set_parameters_and_settings_come_after_them() -> None:
    net = load(BODY, HEAD + VARIANTS)
    assert shapes(net.analyze(variant="slim")) == ["4×30×30", "4×30×30"]
    assert shapes(net.analyze(variant="bare")) == ["2×30×30"]
    assert shapes(net.analyze(variant="bare", wide=7, act="relu6")) == ["7×30×30", "7×30×30"]
    assert list(net.network.variants) == ["slim", "bare"]


def test_variants_in_a_table_are_the_same() -> None:
    table = "variants:\n  table:\n    - [name, alpha, act]\n    - [slim, 1 / 2, none]\n    - [wide, 2, relu]\n"
    assert shapes(load(BODY, HEAD + table).analyze(variant="slim")) == ["4×30×30"]


@pytest.mark.parametrize("value", ["0.5", 0.5, Fraction(1, 2), "1/2", "1 / 2", "5e-1"])
def test_a_setting_is_text_as_in_a_spec_or_a_number(value: object) -> None:
    assert load(BODY, HEAD).settings({"alpha": value})["alpha"] == Fraction(1, 2)


def test_numbers_of_numpy_and_floats_that_are_whole_are_whole() -> None:
    np = pytest.importorskip("numpy")
    for value in (2.0, np.int64(2), np.float64(2), "2.0"):
        found = load(BODY, HEAD).settings({"alpha": value})["alpha"]
        assert (found, type(found)) == (2, int)


def test_a_list_may_be_set_from_a_program() -> None:
    assert shapes(run(BODY, HEAD, k=[1, 5]))[0] == "8×32×28"


@pytest.mark.parametrize("value", [None, object(), {}, float("nan"), float("inf"), b"1", {1, 2}, 1j])
def test_what_is_no_number_is_refused(value: object) -> None:
    (printed,) = given(alpha=value)
    assert printed.startswith("costmodel: the parameter 'alpha' is a number, a word or a list of these, and here is ")


def test_what_is_too_large_or_of_another_kind_is_refused() -> None:
    assert given(alpha=10**5000) == ["costmodel: the parameter 'alpha' has more than 18 digits"]
    assert given(alpha=True) == ["costmodel: the parameter 'alpha' is a number, and true is true or false"]
    assert given(alpha=[1, 2]) == ["costmodel: the parameter 'alpha' is a number, and [1, 2] is a list"]
    assert given(act=3) == ["costmodel: the parameter 'act' is a word, and 3 is a number"]
    assert given(alpha="b") == ["alpha:1:1: 'b' is neither a number nor a word of specs\n 1 | b\n   | ^"]
    assert given(beta=1, gamma=2)[0].startswith("costmodel: T has no parameter 'beta'")
    assert len(given(beta=1, gamma=2)) == 2


@pytest.mark.parametrize("batch", [0, -1, 1.5, "2.5", None, [1, 2], True, float("nan"), "x"])
def test_a_batch_is_a_whole_number_of_images(batch: object) -> None:
    with pytest.raises(SpecError, match="the batch"):
        load("relu").analyze(batch=batch)


def test_a_batch_has_at_most_eighteen_digits() -> None:
    with pytest.raises(SpecError, match="the batch has more than 18 digits"):
        load("relu").analyze(batch=10**5000)


def test_a_batch_may_be_an_array() -> None:
    np = pytest.importorskip("numpy")
    net = load("conv2d: 8")
    totals = net.analyze(batch=np.array([1, 2])).totals.mult_adds
    assert totals.tolist() == [net.analyze(batch=n).totals.mult_adds for n in (1, 2)]


def test_a_variant_has_a_name_of_its_own() -> None:
    """`default` in a published row is the network without a variant; a label stands on a line, without a slash."""
    called = "a variant cannot be called 'default': that is the network without a variant"
    assert messages(spec("relu", "variants: {default: {}}\n")) == [called]
    assert messages(spec("conv2d: a", "params: {a: 1}\nvariants: {table: [[name, a], [default, 2]]}\n")) == [called]
    assert len(messages(spec("relu", "variants: {a/b: {}, '': {}}\n"))) == 2
    assert messages(spec("relu", "variants: {table: [[[]], [1]]}\n")) == [
        "the first row names the columns, and here is no name"
    ]


def test_a_parameter_without_a_value_asks_for_one_and_for_nothing_that_hangs_on_it() -> None:
    assert messages(spec("conv2d: wide", "params: {alpha, wide: alpha * 8}\n")) == [
        "the parameter 'alpha' has no default, and no value is given"
    ]
    assert shapes(run("conv2d: wide", "params: {alpha, wide: alpha * 8}\n", alpha=2)) == ["16×32×32"]


def test_published_rows_are_read_by_rows_and_by_table() -> None:
    rows = "published:\n  - {variant: slim, mult_adds: 1.2M, source: a, digits: cut}\n"
    rows += "  - {source: b, convention: weights-only, table: [[alpha, params], [1, 4k], [2, 8k]]}\n"
    found = load(BODY, HEAD + VARIANTS + rows).network.published
    assert [(str(row.variant), row.source, row.convention, row.cut) for row in found] == [
        ("slim", "a", "paper", True),
        ("default", "b", "weights-only", False),
        ("default", "b", "weights-only", False),
    ]
    assert [{name: f.text for name, f in row.figures.items()} for row in found] == [
        {"mult_adds": "1.2M"},
        {"params": "4k"},
        {"params": "8k"},
    ]
    assert [{str(k): v.evaluate({}) for k, v in row.settings.items()} for row in found] == [{}, {"alpha": 1}, {"alpha": 2}]


def test_problems_of_reading_linking_and_settings_come_together_in_order() -> None:
    text = spec("conv2d: {out: widht, strid: 2}\nrelu9", "params: {width: 8}\nvariants: {a: {width: same}, b: {depth: 1}}\n")
    assert messages(text) == [
        "the parameter 'width' is a number, and same is a word",
        "the network has no parameter 'depth'",
        "no name 'widht' here",
        "conv2d has no field 'strid'",
        "no op or block is called 'relu9'",
    ]


def test_one_slip_is_one_problem() -> None:
    """What follows from a mistake is not reported beside it."""
    assert len(messages(spec("{conv2.d: 8, name: stem}\n{relu, from: stem}"))) == 1
    assert len(messages(spec("conv2d: width", "params: {width: 8 +}\n"))) == 1
    assert len(messages(spec("table: [[c, n], [8]]\n    each: [{conv2d: c, repeat: n}]"))) == 1
    assert len(messages(spec("b: 8", "blocks: {b: [relu]}\n"))) == 1
    assert len(messages(spec("conv2d: 7.5\nconv2d: {out: 4, groups: c_in}\nresidual: [{conv2d: 9}]"))) == 1
    assert len(messages(spec("relu", "let: {half:3}\n"))) == 1
    assert len(messages(spec("relu", "let: {half c: 3}\n"))) == 1
    assert len(messages(spec("conv2d: alpha", "params: {alpha: 1}\nvariants: {a: {alpha:2}}\n"))) == 1
    assert len(messages(spec("{fuze, from: [input, previous]}"))) == 1
    assert len(messages("name: T\ninputs: [3, 8, 8]\nlayers: [relu]")) == 1
    assert len(messages(spec("relu", "published: {mult_adds: 1,248,424}\n"))) == 1
    assert len(messages(spec("blur", "ops: {blur: {param: 0, mult_adds: 0}}\n"))) == 1
    assert len(messages(spec("max_pool: 99\nconv2d: {out: 4, kernel: 50}\nlinear: 3"))) == 2


BLOCK = "blocks: {b: {params: {out, kernel: 1}, layers: [{conv2d: {out, kernel}}]}}\n"


@pytest.mark.parametrize("verb", ["conv2d", "b"])
@pytest.mark.parametrize(
    ("fields", "hint"),
    [
        ("{outt: 8}", "did you mean 'out'?"),
        ("{filters: wide, kernel: 3}", "did you mean 'out'?"),
        ("{out:8, kernel: 3}", "put a space after the colon"),
        ("{8, kernel: 3}", "write `out: 8`"),
        ("{wide, kernel: 3}", "write `out: wide`"),
    ],
)
def test_a_value_under_another_name_is_not_missing_too(verb: str, fields: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        load(f"{verb}: {fields}\nb: 8", BLOCK)
    assert [problem.hint for problem in caught.value.problems] == [hint]


def test_what_stands_beside_a_verb_takes_no_fields_place() -> None:
    assert len(messages(spec("conv2d: {name: a}"))) == 2
    assert len(messages(spec("conv2d: {kernel: 3, 8}"))) == 2


def test_files_come_before_bundled_specs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find("mobilenet") == find("mobilenet.yaml") == bundled()["mobilenet"]
    (tmp_path / "mobilenet.yaml").write_text(spec("relu"), encoding="utf-8")
    assert find("mobilenet") == find("mobilenet.yaml") == Path("mobilenet.yaml")
    assert costmodel.load("mobilenet").network.name == "T"


@pytest.mark.parametrize("name", ["", " ", "\0", "a\0b", "x" * 300, "/proc/self/mem/x", "a/" * 3000])
def test_a_name_that_no_file_has_is_answered(name: str) -> None:
    with pytest.raises(SpecError):
        costmodel.load(name)
