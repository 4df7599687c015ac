"""Reading: every scalar is text with its place, whatever the line ends, quotes, comments and letters around it."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from costmodel import SpecError
from costmodel.spec.files import read_file
from costmodel.spec.source import MAX_BYTES, MAX_DEPTH, Map, Seq, Text, read


def places(data: object) -> dict[str, tuple[int, int]]:
    """Each text with its line and column."""
    if isinstance(data, Text):
        return {str(data): (data.mark.line, data.mark.col)}
    parts = [x for pair in data.items() for x in pair] if isinstance(data, Map) else list(data)  # type: ignore[call-overload]
    return {text: place for part in parts for text, place in places(part).items()}


def refusal(text: str) -> str:
    with pytest.raises(SpecError) as caught:
        read(text, "f")
    return str(caught.value).split("\n", 1)[0]


def test_scalars_stay_text() -> None:
    data = read("a: 012\nb: yes\nc: 1e6\nd: ~\ne: 12:30\nf: 2024-01-01\ng: 0x1F\n", "f")
    assert list(data.values()) == ["012", "yes", "1e6", "~", "12:30", "2024-01-01", "0x1F"]
    assert all(type(value) is Text for value in data.values())


def test_marks_point_at_the_first_letter() -> None:
    data = read("a: one\nb:   \"two\"\nc: [three, 'four', {five: six}]\nd:\n  - seven\n", "f")
    first = {"a": (1, 1), "one": (1, 4), "b": (2, 1), "two": (2, 7), "c": (3, 1), "three": (3, 5), "four": (3, 13)}
    assert places(data) == first | {"five": (3, 21), "six": (3, 27), "d": (4, 1), "seven": (5, 5)}
    assert data.at("c").mark[1:3] == (3, 4)
    assert data.at("d").mark[1:3] == (5, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_every_line_end_that_yaml_knows_counts(end: str) -> None:
    data = read(end.join(["a: x", "# comment", "b: y", ""]), "f")
    assert places(data)["b"] == (3, 1)
    assert data.at("b").mark.text == "b: y"


def test_a_byte_order_mark_moves_nothing() -> None:
    assert places(read("\ufeffa: x", "f")) == places(read("a: x", "f"))


def test_columns_count_characters_not_bytes() -> None:
    assert places(read("größe: [é, ü, 网络, z]", "f"))["z"] == (1, 19)


def test_comments_are_not_text() -> None:
    assert read("a: x # y\nb: z#y\n", "f") == {"a": "x", "b": "z#y"}


def test_nothing_differs_from_an_empty_text() -> None:
    data = read('a:\nb: ""\nc: {d, e: }\n', "f")
    assert data.at("a").absent
    assert not data.at("b").absent
    assert data.at("c").at("d").absent
    assert data.at("c").at("e").absent


@pytest.mark.parametrize(
    ("text", "verbatim"),
    [
        ("a: x y", True),
        ("a: 'x y'", True),
        ('a: "x\\x20y"', False),
        ("a: 'it''s'", False),
        ("a: x\n  y", False),
        ("a: |\n  x", False),
    ],
)
def test_text_that_is_not_written_as_it_is_read_knows_it(text: str, verbatim: bool) -> None:
    assert read(text, "f").at("a").verbatim is verbatim


def test_order_is_kept() -> None:
    assert list(read("z: 1\na: 2\nm: 3\n", "f")) == ["z", "a", "m"]


@pytest.mark.parametrize("code", [0, 7, 0x1B, 0x7F, 0x9B, 0xD800, 0xFFFE, 0xFEFF])
def test_characters_that_are_no_text_are_refused_in_place(code: int) -> None:
    assert refusal(f"é: x\nb: y{chr(code)}z\n").endswith(f"the character U+{code:04X} has no place in a text")
    assert refusal(f"é: x\nb: y{chr(code)}z\n").startswith("f:2:5: ")


def test_depth_is_limited_before_memory_is() -> None:
    assert f"nests deeper than {MAX_DEPTH} levels" in refusal("a: " + "[" * 100_000)
    assert f"nests deeper than {MAX_DEPTH} levels" in refusal("a: " + "{b: " * 100_000)
    read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1), "f")


def test_a_billion_laughs_are_not_even_a_smile() -> None:
    text = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "specs have no anchors" in refusal(text)


def test_a_file_of_the_wrong_size_is_refused(tmp_path) -> None:
    path = tmp_path / "huge.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(SpecError, match="longer than 10,000,000 bytes"):
        read_file(path, "huge.yaml")


def test_the_byte_that_is_no_text_is_found_behind_others(tmp_path) -> None:
    path = tmp_path / "latin.yaml"
    path.write_bytes("ü: x\r\nname: Caf".encode() + b"\xe9 x\n")
    with pytest.raises(SpecError) as caught:
        read_file(path, "latin.yaml")
    assert caught.value.problems[0].mark == ("latin.yaml", 2, 10, "name: Caf� x")


def test_a_comma_inside_a_parenthesis_is_healed_so_that_one_slip_is_one_problem() -> None:
    for text in ("a: {out: max(8, floor(c, 2)), k: 3}", "a: [6, max(8, min(c, 2)), k]"):
        with pytest.raises(SpecError) as caught:
            read(text, "f")
        assert [p.message.split(":")[0] for p in caught.value.problems] == ["the comma ends this value inside its parenthesis"]
        assert caught.value.problems[0].hint.startswith('put the formula in quotes: "max(8, ')


@pytest.mark.parametrize("text", ["a: [max(8, c]", "a: {b: max(8, c: 3)}", "a: [max(8, [c)]]", "a: ['max(8', 'c)']"])
def test_what_no_comma_explains_is_left_to_the_formula(text: str) -> None:
    assert isinstance(read(text, "f").at("a"), Seq | Map)


SLIPS = [
    *("a: [1, 2", "a: {b: 1", "a: [1]]", 'a: "x', "a: 'x", "a:\n\t- b", "a:\n  - b\n c: d", "- b\n    c: d", "a:b\nc: d"),
    *(
        "a: b: c",
        "a: - b",
        "a: %b",
        "a: @b",
        "a: [b, , c]",
        "a: {b: c d: e}",
        "a: *",
        "a: &",
        "a: !x}",
        "a: b\n  c: d",
        "a\nb: c",
    ),
    *(
        "a: {b: [c}",
        "a: [b[0]]",
        "a: {b: c: d}",
        'a: "\\q"',
        "a: [b]\nc",
        "a: ? b",
        "a: {b: c}}",
        "a: |b\n  c",
        "---\na: b\n---\nc: d",
    ),
]


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="PyYAML was built without libyaml")
@pytest.mark.parametrize("text", SLIPS)
def test_both_parsers_of_pyyaml_lead_to_the_same_words(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fast = refusal(text)
    assert "this is not YAML" not in fast
    monkeypatch.setattr(yaml, "CSafeLoader", yaml.SafeLoader)
    assert refusal(text) == fast


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab:-[]{},'\"#&*!|>%@`?\n \t(1)\\"), max_size=40))
def test_any_text_is_read_or_refused_where_it_stands(text: str) -> None:
    try:
        read(text, "f")
    except SpecError as error:
        lines = text.replace("\r", "\n").split("\n")
        for problem in error.problems:
            assert problem.mark is not None
            assert 1 <= problem.mark.line <= len(lines) + 1
            assert 1 <= problem.mark.col <= len(problem.mark.text) + 2
            str(problem)
