"""`explain --quiz`: questions that can be answered, answers that are judged, mistakes that have a name."""

import json
import math
import re
import subprocess
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from terminal import Terminal

import costmodel
from costmodel.asking import questions
from costmodel.commands.explain import explainer
from costmodel.quiz import Question, Subject, read
from costmodel.traffic import CONV

Runner = Callable[..., tuple[int, str, str]]


def subject(name: str) -> Subject:
    spec = costmodel.load(name)
    return Subject(spec, explainer(spec, {}, None, 1, CONV), {}, None)


def drawn(name: str, count: int = 40, seed: int = 1, part: str | None = None, against: tuple[str, ...] = ()) -> list[Question]:
    return questions([subject(one) for one in (name, *against)], part, count, seed)


ALL = [
    *drawn("mobilenet"),
    *drawn("resnext", 20, 2),
    *drawn("alexnet", 20, 3),
    *drawn("xception", 20, 4),
    *drawn("units/shufflenet", 30, 5, against=("units/resnet_bottleneck", "units/resnext")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("300M", 300_000_000),
        ("7,949,760", 7_949_760),
        ("7.95e6", 7_950_000),
        ("8.4 ×", Fraction(42, 5)),
        ("x 8.4".replace("x", "×"), Fraction(42, 5)),
        ("1/9", Fraction(1, 9)),
        ("1.5/3", Fraction(1, 2)),
        ("12.5 %", Fraction(1, 8)),
        ("2 359 296", 2_359_296),
        ("= 786", 786),
        ("5.4 million", 5_400_000),
    ],
)
def test_answers_are_read_as_people_write_them(text: str, expected: Any) -> None:
    assert read(text) == expected


@pytest.mark.parametrize("text", ["", "abc", "1/0", "1/", "/2", "300 apples", "1e999", "--3", "1/2/3", "1/" * 5000 + "1"])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        read(text)


def test_every_kind_of_question_is_asked() -> None:
    assert {one.about for one in ALL} == {
        "mult_adds", "params", "access", "bound", "ratio", "width", "groups", "unit", "comparison",
    }  # fmt: skip


def test_the_same_seed_asks_the_same_and_another_does_not() -> None:
    assert [one.text for one in drawn("mobilenet", 9, 7)] == [one.text for one in drawn("mobilenet", 9, 7)]
    assert [one.text for one in drawn("mobilenet", 9, 7)] != [one.text for one in drawn("mobilenet", 9, 8)]
    assert len({one.text for one in ALL}) > 0.9 * len(ALL)


def test_right_answers_are_right_and_named_mistakes_are_wrong_and_named() -> None:
    named = 0
    for one in ALL:
        assert one.judged(one.answer).is_right
        assert one.answer > 0
        for mistake in one.mistakes:
            verdict = one.judged(mistake.value)
            assert not verdict.is_right, (one.text, mistake)
            assert verdict.mistake in {other.words for other in one.mistakes}
            named += 1
    assert named > 2 * len(ALL)


def test_answers_are_those_of_the_question_as_it_is_printed() -> None:
    """The numbers are taken from the sentence, and worked out by the papers' formulas."""
    seen = set()
    for one in ALL:
        layer = re.match(
            r"A (\d+)×(\d+) (depthwise )?convolution, (\d+)×(\d+)×(\d+) → (\d+)×(\d+)×(\d+)(?:, stride \d+(?:×\d+)?)?"
            r"(?:, (\d+) groups)?, (no|with a) bias\. ",
            one.text,
        )
        if layer and one.about in ("mult_adds", "params", "access"):
            kh, kw, c1, hi, wi, c2, ho, wo = (int(layer[n]) for n in (1, 2, 4, 5, 6, 7, 8, 9))
            g = c1 if layer[3] else int(layer[10] or 1)
            weights, biases = Fraction(kh * kw * c1 * c2, g), c2 if layer[11] == "with a" else 0
            expected = {
                "mult_adds": ho * wo * weights,
                "params": weights + biases,
                "access": hi * wi * c1 + ho * wo * c2 + weights + biases,
            }[one.about]
            assert one.answer == expected, one.text
            seen.add(one.about)
        if one.about == "width":
            k, side = (int(re.search(pattern, one.text)[1]) for pattern in (r"(\d+)×\d+ convolution", r"on a (\d+)×"))  # type: ignore[index]
            assert one.answer == (2 * side * side + k * k) // (k * k - 1) + 1
            seen.add("width")
        if one.about == "unit" and one.text.startswith("ShuffleNet unit"):
            h, w, c, m, g = (int(re.search(rf"\b{name} = (\d+)", one.text)[1]) for name in "hwcmg")  # type: ignore[index]
            assert one.answer == h * w * (Fraction(2 * c * m, g) + 9 * m)
            seen.add("unit")
    assert seen == {"mult_adds", "params", "access", "width", "unit"}


def test_a_pipe_answers_and_is_marked(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = json.loads(run("explain", "mobilenet", "--quiz", "3", "--seed", "7", "--format", "json")[1])["questions"]
    wrong = asked[1]["mistakes"][0]
    typed = f"{asked[0]['answer']}\nnonsense\n{wrong['answer']}\n"
    done = subprocess.run(
        [sys.executable, "-m", "costmodel", "explain", "mobilenet", "--quiz", "3", "--seed", "7"],
        input=typed, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0
    flat = " ".join(done.stdout.split())
    assert "--seed 7" in flat
    assert "score: 1 of 2 right, 1 not answered" in flat
    assert f"likely: {' '.join(wrong['mistake'].split())}" in flat
    assert "'nonsense' is not a figure" in done.stderr
    assert "answer (" not in done.stdout + done.stderr


def test_on_a_terminal_it_asks_and_ctrl_c_leaves_with_the_score(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "TERM": "dumb", "LANG": "C.UTF-8", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "costmodel", "explain", "mobilenet", "--quiz", "2", "--seed", "7"]
    screen = Terminal(command, tmp_path, environment)
    screen.until(lambda seen: "answer (" in seen)
    screen.type("1\r")
    screen.until(lambda seen: "wrong: 1 is not" in seen and "answer (" in seen)
    time.sleep(0.1)
    screen.type("\x03")
    assert "score: 0 of 1 right, 1 not answered" in screen.until(lambda seen: "score" in seen and "answered" in seen)
    assert screen.leave() == 130


def test_what_has_nothing_to_ask_says_so(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("name: A\ninput: [3, 8, 8]\nlayers: [relu]\n")
    code, out, err = run("explain", str(tmp_path / "a.yaml"), "--quiz", "1")
    assert (code, out) == (2, "")
    assert "there is nothing to ask about A" in err


OTHERS = """name: O
input: {input}
layers: [{layers}]
"""


@pytest.mark.parametrize(
    ("input", "layers", "said"),
    [
        ("{t: 50, c: 96}", "{linear: 8}, {linear: {out: 4, bias: false}}", r"A fully connected layer from 50×\d+ to 50×\d+, "),
        (
            "[8, 100]",
            "{conv1d: {out: 16, kernel: 7, stride: 3, padding: 2}}",
            r"A 7-tap convolution, \d+×100 → \d+×33, stride 3",
        ),
        ("[8, 9, 10, 11]", "{conv3d: {out: 16, kernel: 3}}", r"A 3×3×3 convolution, \d+×9×10×11 → \d+×7×8×9, "),
    ],
)
def test_sequences_signals_and_volumes_are_asked_about(input: str, layers: str, said: str) -> None:
    spec = costmodel.loads(OTHERS.format(input=input, layers=layers))
    asked = questions([Subject(spec, explainer(spec, {}, None, 1, CONV), {}, None)], None, 9, 1)
    assert {one.about for one in asked} == {"mult_adds", "params", "access"}
    for one in asked:
        assert re.match(said, one.text), one.text
        assert all(not one.judged(mistake.value).is_right for mistake in one.mistakes)
        assert any("padd" in mistake.words for mistake in one.mistakes) <= ("padding: 2" in layers)


def test_only_what_can_be_asked_is_offered(run: Runner, tmp_path: Path) -> None:
    spec = tmp_path / "t.yaml"
    spec.write_text(OTHERS.format(input="[8, 9, 9]", layers="{conv_transpose2d: 4}"), encoding="utf-8")
    assert "--quiz" not in run("explain", str(spec))[1]
    code, _, err = run("explain", str(spec), "--quiz", "1")
    assert (code, "on convolutions that are not transposed" in err) == (2, True)
    assert "--quiz 3" in run("explain", "mobilenet")[1]


def test_the_mistakes_on_groups_are_the_other_side() -> None:
    """By G2's own formula, `hw(c1 + c2) + c1·c2/g`: what holds at fixed width is not the answer at fixed mult-adds."""
    seen = set()
    for one in (one for one in drawn("mobilenet", 60, 3) if one.about == "groups"):
        found = re.search(r"→ (\d+)×(\d+)×\d+, no bias, is split into (\d+) groups (at the same width)?", one.text)
        assert found is not None
        c, side, g = (int(found[n]) for n in (1, 2, 3))
        at_fixed = {
            "mult-adds": 2 * side * side * c * Fraction(math.isqrt(g)) + c * c,
            "width": 2 * side * side * c + Fraction(c * c, g),
        }
        plain, asked, other = 2 * side * side * c + c * c, *(("width", "mult-adds") if found[4] else ("mult-adds", "width"))
        assert one.answer == at_fixed[asked] / plain
        named = {mistake.words: mistake.value for mistake in one.mistakes}
        assert named.get(f"this is at fixed {other}: here the other is fixed") == at_fixed[other] / plain
        seen.add(asked)
    assert seen == {"mult-adds", "width"}


def test_the_map_within_a_separable_convolution_is_written_and_read() -> None:
    spec = costmodel.loads(OTHERS.format(input="[8, 9, 9]", layers="{separable: {out: 4, kernel: 3, padding: 1, bias: false}}"))
    asked = questions([Subject(spec, explainer(spec, {}, None, 1, CONV), {}, None)], None, 30, 2)
    found = [one for one in asked if one.about == "access"]
    for one in found:
        assert "each input, output and parameter of its two convolutions moved once" in one.text
        layer = re.search(r"convolution, (\d+)×(\d+)×(\d+) → (\d+)×(\d+)×(\d+), ", one.text)
        assert layer is not None
        c1, hi, wi, c2, ho, wo = map(int, layer.groups())
        maps = hi * wi * c1 + 2 * ho * wo * c1 + ho * wo * c2
        assert one.answer == maps + 9 * c1 + c1 * c2
        (without,) = (mistake for mistake in one.mistakes if mistake.words.startswith("the map between is left out"))
        assert one.answer - without.value == 2 * ho * wo * c1
    assert found


def test_markdown_has_the_answers_below_the_questions(run: Runner) -> None:
    out = run("explain", "units/shufflenet", "--quiz", "2", "--seed", "3", "--format", "markdown")[1]
    assert out.index("## Questions") < out.index("2. ") < out.index("## Answers")
