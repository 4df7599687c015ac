"""`costmodel verify`: the worked bound, and the loop that asks for changes."""

import io
from collections.abc import Callable

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
               nearest that can be built: c1 59, c2 59 with 1.007 × the mult-adds, access 373,529,
               0.0 % gap
"""


def test_formula_substituted_numbers_verdict(run: Callable[..., tuple[int, str, str]]) -> None:
    assert run("verify", "--h", "56", "--w", "56", "--c1", "24", "--c2", "144") == (0, EXAMPLE, "")


def test_equal_widths_reach_the_bound(run: Callable[..., tuple[int, str, str]]) -> None:
    out = run("verify", "--c1", "64", "--c2", "64")[1]
    assert out.endswith("verdict        holds with equality: 405,504 = 405,504, since c1 = c2\n")


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
