"""`costmodel verify`: the worked bound, and the loop that asks for changes."""

import csv
import io
import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

EXAMPLE = """\
memory access ≥ 2√(h·w·B) + B/(h·w), in elements; B counts mult-adds
domain: 1×1 convolution, stride 1, one group, no bias
source: ShuffleNetV2 (arXiv:1807.11164), section 2, guideline G1

mult-adds B    h·w·c1·c2
             = 56·56·24·144
             = 10,838,016
access         h·w·(c1 + c2) + c1·c2
             = 56·56·(24 + 144) + 24·144
             = 530,304
bound          2√(h·w·B) + B/(h·w)
             = 2√(3,136·10,838,016) + 10,838,016/3,136
             = 372,172.79
gap            h·w·(√c1 − √c2)²
             = 3,136·(√24 − √144)²
             = 158,131.21, 29.8 % of the access
intensity      B/access
             = 10,838,016/530,304
             = 20.4 mult-adds an element

verdict        holds: 530,304 ≥ 372,172.79
               equality needs c1 = c2: both 58.78 at the same mult-adds
               next to it, nearest in mult-adds: c1 59, c2 59 with 1.007 × the mult-adds, access
               373,529, no gap
"""


def test_formula_substituted_numbers_verdict(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("verify", "--h", "56", "--w", "56", "--c1", "24", "--c2", "144") == (0, EXAMPLE, "")


def test_equal_widths_reach_the_bound(run: Callable[..., tuple[int, str, str]]) -> None:
    out = run("verify", "--c1", "64", "--c2", "64")[1]
    assert out.endswith("verdict        holds with equality: 405,504 = 405,504, since c1 = c2\n")


def test_a_width_is_never_said_to_be_none(run: Callable[..., tuple[int, str, str]]) -> None:
    out = " ".join(run("verify", "--padding", "999999")[1].split())
    assert "c1 2,099,619.32 and c2 below 0.01 at the same mult-adds" in out


def test_a_convention_that_is_none_is_one_problem(run: Callable[..., tuple[int, str, str]]) -> None:
    code, _, err = run("verify", "--convention", "papr")
    assert (code, err.count("costmodel: ")) == (2, 1)
    assert "--convention fvcore: B counts mult-adds" in run("verify", "--convention", "fvcore")[2]


def test_every_bad_size_is_named(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = run("verify", "--h", "0", "--c2", "-3")
    assert (code, out) == (2, "")
    assert "--h must be at least 1, and is 0\n  = the nearest is 1" in err
    assert "--c2 must be at least 1, and is -3" in err


def talk(monkeypatch: pytest.MonkeyPatch, answers: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(answers))


def verdicts(out: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in out.splitlines() if line.startswith("verdict")]


@pytest.mark.parametrize("leaving", ["", "\n", "q\n", "quit\n", "EXIT\n"])
def test_the_loop_answers_until_the_user_leaves(
    leaving: str, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    talk(monkeypatch, f"c2 = 24\nh=7, w =7 c1= 1024\n{leaving}")
    code, out, err = run("verify", "-i")
    assert code == 0
    assert verdicts(out) == [
        "holds: 530,304 ≥ 372,172.79",
        "holds with equality: 151,104 = 151,104, since c1 = c2",
        "holds: 75,928 ≥ 39,939.19",
    ]
    assert err.count("change (such as c2=24; empty line leaves): ") == 3


@pytest.mark.parametrize(
    ("answer", "explained"),
    [
        ("c3=4", "'c3' is not one of h, w, c1, c2"),
        ("c1=0", "c1 must be at least 1, and is 0\n  = the nearest is 1"),
        ("c1=2.5", "c1 must be a whole number, and is 2.5"),
        ("c1", "c1 has no value\n  = write c1=24"),
        ("c1 = ", "c1 has no value\n  = write c1=24"),
        ("h=²", "h must be a whole number, and is '²'"),
    ],
)
def test_the_loop_explains_what_it_cannot_do_and_goes_on(
    answer: str, explained: str, monkeypatch: pytest.MonkeyPatch, run: Callable[..., tuple[int, str, str]]
) -> None:
    talk(monkeypatch, f"{answer}\nc2=24\n")
    code, out, err = run("verify", "-i")
    assert code == 0
    assert explained in err
    assert len(verdicts(out)) == 2


# --- any kernel, stride and groups ------------------------------------------------------------------------------------

Runner = Callable[..., tuple[int, str, str]]


def test_a_strided_layer_is_told_that_equal_widths_are_not_it(run: Runner) -> None:
    out = run("verify", "--k", "3", "--stride", "2", "--groups", "4")[1]
    words = " ".join(out.split())
    assert "= 28·28·3·3·24·144/4 = 6,096,384" in words
    assert "56·56·24 + 28·28·144 + 3·3·24·144/4 = 195,936" in words
    assert "equality needs hᵢwᵢ·c1 = hₒwₒ·c2: c1 29.39 and c2 117.57" in words
    assert "equal widths are not it: the maps have 3,136 and 784 positions" in words
    assert "c1 28, c2 120" in words


def test_kernels_and_strides_of_two_sides(run: Runner) -> None:
    document = json.loads(run("verify", "--k", "3x5", "--stride", "2x1", "--padding", "1", "--format", "json")[1])
    assert document["layer"] == {
        "h": 56,
        "w": 56,
        "c1": 24,
        "c2": 144,
        "k": "3x5",
        "groups": 1,
        "stride": "2x1",
        "padding": 1,
    }
    assert document["output"] == [28, 54]
    assert document["mult_adds"] == 28 * 54 * 15 * 24 * 144


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("--groups", "5"), "groups (5) must divide the input channels (24)"),
        (("--groups", "5"), "cannot be built; --groups 4 or 6 can"),
        (("--c1", "180", "--c2", "180", "--groups", "8"), "cannot be built; --groups 6 or 9 can"),
        (("--c1", "180", "--c2", "180", "--groups", "8"), "in fractions of channels B is 12700800 and the access 1133010"),
        (("--k", "99", "--padding", "0"), "cannot be built; --k 56 can"),
        (("--k", "99", "--padding", "0", "--groups", "5"), "cannot be built; --groups 4 or 6 with --k 56 can"),
        (("--k", "99", "--padding", "valid"), "the window (99) must fit into the padded height (56 + 0)"),
        (("--stride", "0"), "--stride must be at least 1, and is 0\n  = the nearest is 1"),
        (("--c2", "1e9"), "--c2 must be a whole number, and is '1e9'"),
        (("--c2", "99999999"), "--c2 may be 999,999 at most here"),
        (("--c2", "9999999999999999"), "--c2 may be 999,999 at most here, and is 9999999999999999\n  = the nearest is 999999"),
        (("--padding", "9" * 5000), "--padding may be 999,999 at most here, and is 99999"),
        (("--padding", "smae"), "--padding "),
        (("--k", "3x"), "--k must be a whole number, or two such as 3x5, and is '3x'"),
        (("--k", "x"), "--k must be a whole number, or two such as 3x5, and is 'x'"),
        (("--stride", "1x2x3"), "--stride must be a whole number, or two such as 3x5, and is '1x2x3'"),
    ],
)
def test_what_cannot_be_built_gets_the_nearest_legal_values(given: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("verify", *given)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("mobilenet", "--c1", "8"), "--c1: the layers of mobilenet have sizes of their own"),
        (("--set", "alpha=1", "--top", "3"), "--set, --top: no spec is given"),
        (("--format", "csv"), "csv is for the layers of a spec"),
        (("--convention", "arithmetic"), "--literal takes B as printed by a convention"),
        (("mobilenet", "--sort", "gp"), "did you mean 'gap'?"),
    ],
)
def test_options_that_do_not_go_together(given: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run("verify", *given)
    assert (code, out) == (2, "")
    assert said in err


def test_a_depthwise_layer_is_pinned(run: Runner) -> None:
    words = run("verify", "--c1", "64", "--c2", "64", "--groups", "64", "--k", "3", "--stride", "2")[1]
    assert "pinned: the widths of a depthwise layer hang together" in words
    assert "nearest in mult-adds" not in words


def test_a_tight_depthwise_layer_has_no_gap_to_close(run: Runner) -> None:
    words = run("verify", "--c1", "64", "--c2", "64", "--groups", "64", "--k", "3")[1]
    assert "holds with equality" in words
    assert "pinned" not in words


def test_what_a_schedule_may_skip_is_said(run: Runner) -> None:
    words = " ".join(run("verify", "--h", "147", "--w", "147", "--c1", "64", "--c2", "128", "--stride", "2")[1].split())
    assert f"both sides count {(147**2 - 74**2) * 64:,} inputs that no window reads: a schedule" in words
    words = " ".join(run("verify", "--h", "1", "--w", "1", "--c1", "8", "--c2", "8", "--k", "3")[1].split())
    assert f"both sides count {8 * 8 * 8} weights that meet padding alone: a schedule" in words
    assert "both sides count" not in run("verify", "--stride", "2", "--k", "3")[1]


# --- a network --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "csv"])
def test_every_layer_of_a_spec_adds_up(form: str, run: Runner) -> None:
    out = run("verify", "mobilenet", "--format", form)[1]
    if form == "json":
        document = json.loads(out)
        rows = document["layers"]
        assert {name: part["gap"] for name, part in document["sums"].items()} == {
            "free": "133437.07",
            "pinned classifier": "0.15",
            "pinned depthwise": "0",
            "pinned dw strided": "376320",
            "pinned stem": "60313.62",
            "total": "570070.84",
        }
        assert document["note"].startswith("a sum of layers' bounds is no bound of the network")
    else:
        rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 28
    assert sum(int(row["access"]) for row in rows) == 14_397_840 - 1_000
    assert sum(Fraction(row["gap"]) for row in rows) == Fraction("570070.84")
    for row in rows:
        assert Fraction(row["access"]) - Fraction(row["bound"]) == Fraction(row["gap"])


@pytest.mark.parametrize("room", ["80", "140"])
def test_a_screen_of_layers_totals_the_pinned_ones_apart(room: str, monkeypatch: pytest.MonkeyPatch, run: Runner) -> None:
    monkeypatch.setenv("COLUMNS", room)
    out = run("verify", "mobilenet")[1]
    assert max(map(len, out.splitlines())) <= int(room)
    words = " ".join(out.split())
    assert "a sum of layers' bounds is no bound of the network" in words
    assert "strided 66.0 %" in words
    assert "14,397,840 elements in analyze's conv + FC, of which 1,000 biases stand in neither column" in words


def test_a_network_of_pinned_layers_alone_has_none_that_are_free(run: Runner) -> None:
    assert json.loads(run("verify", "grouped", "--format", "json")[1])["sums"]["free"]["layers"] == 0
    assert "free         0" in run("verify", "grouped")[1]


def test_a_network_without_convolutions_is_no_report_of_zeros(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "pools.yaml"
    spec.write_text("name: Pools\ninput: [3, 8, 8]\nlayers: [relu, global_avg_pool]\n", encoding="utf-8")
    for form in ("table", "json", "csv", "markdown"):
        message = "costmodel: Pools has no convolution and no FC layer to hold against a bound\n"
        assert run("verify", str(spec), "--format", form) == (2, "", message)


def test_layers_are_sorted_and_cut(run: Runner) -> None:
    out = run("verify", "mobilenetv2", "--sort", "gap", "--top", "2", "--format", "json")[1]
    gaps = [Fraction(layer["gap"]) for layer in json.loads(out)["layers"]]
    every = [Fraction(layer["gap"]) for layer in json.loads(run("verify", "mobilenetv2", "--format", "json")[1])["layers"]]
    assert gaps == sorted(every, reverse=True)[:2]
    assert "51 more layers" not in out
    assert "more layers, which the sums hold" in " ".join(run("verify", "mobilenetv2", "--top", "2")[1].split())


def test_ops_that_are_no_convolutions_are_named(run: Runner) -> None:
    assert "12 attention: neither convolutions nor FC layers" in run("verify", "vit")[1]


# --- the form as printed ----------------------------------------------------------------------------------------------


def test_the_form_as_printed_says_where_it_does_not_apply(run: Runner) -> None:
    words = " ".join(run("verify", "--c1", "64", "--c2", "64", "--k", "3", "--literal")[1].split())
    assert "1,241,088, does not apply: k > 1 (more than the access)" in words
    assert "holds with equality: 438,272 = 438,272" in words
    assert "372,172.79, applies" in run("verify", "--literal")[1]
    twice = " ".join(run("verify", "--literal", "--convention", "arithmetic", "--c1", "64", "--c2", "64")[1].split())
    assert "does not apply: B counted two per mult-add (more than the access)" in twice


def test_the_form_as_printed_names_no_stride_where_there_is_none(run: Runner) -> None:
    """Windows that stay inside shrink a map at stride 1, too, and padding lets one grow."""
    assert "does not apply: k > 1, map shrinks (" in run("verify", "--k", "3", "--padding", "valid", "--literal")[1]
    assert "does not apply: map shrinks (" in run("verify", "--stride", "2", "--literal")[1]
    assert "does not apply: map grows (" in run("verify", "--padding", "1", "--literal")[1]


def test_the_form_as_printed_layer_by_layer(run: Runner) -> None:
    layers = json.loads(run("verify", "shufflenet", "--literal", "--format", "json")[1])["layers"]
    reasons = {tuple(layer["literal"]["reasons"]) for layer in layers}
    assert {("groups",), ("k > 1", "groups"), ("k > 1", "map shrinks")} <= reasons
    assert all(layer["literal"]["holds"] for layer in layers if layer["literal"]["applies"])
    words = " ".join(run("verify", "mobilenet", "--literal")[1].split())
    assert "is made for 14 of 28 layers; elsewhere it is more than the access of 1" in words
    assert "violated" not in words


def test_a_unit_with_free_symbols_asks_for_its_sizes(run: Runner) -> None:
    code, _, err = run("verify", "units/shufflenet")
    assert code == 2
    assert "--set" in err
