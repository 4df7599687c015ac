"""`costmodel ops`: the list of the vocabulary, a page for every word of it, and examples that run."""

import json
import keyword
import re
import textwrap
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from test_architecture import command, loaded

import costmodel
from costmodel.algebra import decide, substitute, symbol
from costmodel.ops import OPS, Op
from costmodel.reports import constructs, equations, language, manual, op_page, values
from costmodel.reports.layout import Screen, width_of
from costmodel.reports.symbolic import Closed, closed, named
from costmodel.spec import definitions, parse, published, words
from costmodel.spec.formula import FUNCTIONS
from costmodel.spec.layers import CONSTRUCTS, MODIFIERS, TABLE_KEYS
from costmodel.spec.names import RESERVED
from costmodel.spec.published import METRICS
from costmodel.tensor import DIMENSIONS, Tensor

Runner = Callable[..., tuple[int, str, str]]
WORDS = [*OPS, *language.entries()]
TOPICS = ("formulas", "names", "lists", "words")
"""The titles of pages that are no words of the language themselves."""
LANGUAGE = {
    *(parse._HEADER + definitions._BLOCK + definitions._OP + METRICS + published.TEXTS),
    *("variant", "by", "cases"),
    *(CONSTRUCTS + MODIFIERS + TABLE_KEYS),
    *(RESERVED - set(keyword.kwlist)),
    *words._OPERATORS,
    *DIMENSIONS,
}


def example(page: str) -> str:
    """The spec that a page shows."""
    found = re.search(r"^example\n((?:  .*\n)+)", page, re.M)
    assert found, page
    return textwrap.dedent(found[1])


def lines(screen: Screen) -> list[str]:
    return ["".join(cell.text for cell in line) for line in screen]


def test_every_word_is_listed_once_under_its_family(run: Runner) -> None:
    listed = [line.split()[0] for line in run("ops")[1].splitlines() if line.startswith("  ")]
    assert sorted(listed) == sorted(WORDS)
    assert listed[: len(OPS)] == [op.name for ops in manual.families().values() for op in ops]


def test_constructs_modifiers_and_functions_of_the_language_have_a_page() -> None:
    assert tuple(constructs.CONSTRUCTS) == CONSTRUCTS
    assert set(constructs.MODIFIERS) == {*MODIFIERS, *TABLE_KEYS}
    assert list(values.functions()) == list(FUNCTIONS)


@pytest.mark.parametrize("word", sorted(LANGUAGE - set(WORDS)))
def test_a_word_without_a_page_of_its_own_is_on_the_page_that_it_leads_to(word: str, run: Runner) -> None:
    code, page, err = run("ops", word)
    title, rest = page.split("\n", 1)
    assert (code, err) == (0, "")
    assert word in language.entries()[title].also
    assert re.search(rf"\b{word}\b", rest)


def test_a_word_leads_to_one_page() -> None:
    shared = [word for entry in language.entries().values() for word in entry.also]
    assert sorted(shared) == sorted({*shared} - {*WORDS})


@pytest.mark.parametrize("name", language.entries())
def test_a_page_of_the_language_fits(name: str) -> None:
    assert width_of(manual.page(name, 80)) <= 80


@pytest.mark.parametrize("room", [60, 80, 100, 140])
def test_the_list_has_one_line_a_word_and_fits(room: int) -> None:
    listed = manual.index(room)
    assert width_of(listed) <= room
    assert len([line for line in lines(listed) if line.startswith("  ")]) == len(WORDS)


@pytest.mark.parametrize("name", WORDS)
def test_the_example_of_a_page_runs_and_has_the_word(name: str, run: Runner) -> None:
    code, page, err = run("ops", name)
    assert (code, err, page.splitlines()[0]) == (0, "", name)
    spec = example(page)
    loaded = costmodel.loads(spec, "example.yaml")
    assert loaded.warnings == ()
    ledger = loaded.analyze()
    assert name in TOPICS or re.search(rf"\b{name}\b", spec.split("\n", 1)[1])
    if said := re.search(r"# gives (\S+)", spec):
        assert str(ledger.lines[-1].output) == said[1]


@pytest.mark.parametrize("name", OPS)
@pytest.mark.parametrize("room", [80, 140])
def test_an_op_has_a_page_with_its_fields_and_costs_that_fits(name: str, room: int) -> None:
    page = manual.page(name, room)
    written = lines(page)
    assert width_of(page) <= room
    assert [line for line in written if "Piecewise" in line] == []
    assert [line for line in written[written.index("example") :] if re.search(r"\[[^\]]*,$", line)] == []
    starts = [line.split("  ")[0] for line in written]
    costs = ("costs",) if OPS[name].family == "unknown" else ("parameters", "memory access")
    assert [part for part in ("example", "input", "output", *costs) if part not in starts] == []
    assert [field for field in OPS[name].fields if field not in starts] == []


@pytest.mark.parametrize(
    ("name", "formula"),
    [
        ("conv2d", "mult-adds                   n·h'·w'·c·out·k²/g"),
        ("conv2d", "weights                     c·out·k²/g"),
        ("conv2d", "  where h'                  ⌊(h + 2·p − d·(k − 1) − 1)/s⌋ + 1"),
        ("conv2d", "  padding: same             ⌈h/s⌉"),
        ("conv2d", "  padding: same_torch       h"),
        ("conv2d", "  padding: valid            ⌊(h − d·(k − 1) − 1)/s⌋ + 1"),
        ("conv_transpose2d", "  padding: same             h·s"),
        ("conv_transpose2d", "  padding: valid            max(0, d·(k − 1) + 1 − s) + h·s"),
        ("attention", "given                       windows must divide the tokens (t)"),
        ("shuffle", "memory access               (0 if g = 1; 2·n·h·w·c otherwise) elements"),
        ("conv2d", "with                        bias: true"),
        ("conv2d", "memory access               n·h·w·c + n·h'·w'·out + c·out·k²/g + out elements"),
        ("depthwise", "mult-adds                   n·h'·w'·c·k²·m"),
        ("linear", "input                       n×c"),
        ("linear", "mult-adds                   n·c·out"),
        ("batch_norm", "parameters                  2·c"),
        ("concat", "output                      n×(c₁ + c₂)×h×w"),
        ("concat", "memory access               2·n·h·w·(c₁ + c₂) elements"),
        ("add", "memory access               3·n·h·w·c elements"),
        ("flatten", "memory access               0 elements"),
        ("max_pool", "comparisons                 n·h'·w'·c·(k² − 1)"),
    ],
)
def test_the_formulas_of_the_field(name: str, formula: str, run: Runner) -> None:
    assert formula in run("ops", name)[1].splitlines()


@pytest.mark.parametrize("name", OPS)
def test_the_formulas_count_what_the_op_counts(name: str) -> None:
    """With numbers put in, the formulas of a page give what the op gives for those numbers."""
    found = closed(OPS[name])
    numbers = {
        symbol: number for x, y in zip(found.inputs, found.typical.inputs, strict=True) for symbol, number in pairs(x, y)
    }
    fields = holding(OPS[name], found)
    numbers |= {found.symbols[field]: number for field, number in fields.items()}
    numbers |= {symbol(letter, whole=True): substitute(size, numbers) for letter, size in found.where.items()}
    given = {field: plain(value, numbers) for field, value in found.chosen.items()} | fields
    output, cost = OPS[name](found.typical.inputs, given)
    assert [substitute(named(size, found.where), numbers) for size in found.output.shape] == output.shape
    for count in ("fma", "add", "mul", "cmp", "exp", "params", "read", "write"):
        assert substitute(named(getattr(found.cost, count), found.where), numbers) == getattr(cost, count)


def test_costs_that_nobody_knows_are_not_shown_as_nothing() -> None:
    stranger = OPS["flatten"]._replace(family="unknown")
    page = "\n".join(lines(op_page.screen(stranger, 100)))
    assert "costs                       not known" in page
    assert "memory access" not in page + equations.latex(stranger)
    assert op_page.data(stranger)["access"] is None


def holding(op: Op, found: Closed) -> dict[str, int]:
    """Numbers for the fields of an op that are given as symbols, with which all its conditions hold."""
    drawn = Random(op.name)
    for _ in range(5000):
        fields = {field: drawn.choice([1, 2, 3, 4, 8, 16, 32]) for field in found.symbols}
        numbers = {found.symbols[field]: number for field, number in fields.items()}
        for x, y in zip(found.inputs, found.typical.inputs, strict=True):
            numbers |= dict(pairs(x, y))
        if all(decide(truth, numbers) for truth, *_ in found.cost.given):
            return fields
    raise AssertionError(f"no numbers found with which the conditions of {op.name} hold")


def pairs(x: Tensor, y: Tensor) -> list[tuple[object, int]]:
    """The symbols of one tensor with the numbers of another."""
    return list(zip(x.shape, y.shape, strict=True))


def plain(value: Any, numbers: dict[Any, int]) -> Any:
    """A field's value with numbers for symbols."""
    return {name: substitute(size, numbers) for name, size in value.items()} if isinstance(value, dict) else value


def test_an_unknown_word_that_nothing_is_near_and_a_field(run: Runner) -> None:
    assert run("ops", "zzz")[2] == "costmodel: no op is called 'zzz'\n  = `costmodel ops` lists all words\n"
    assert run("ops", "multiplier")[2].startswith(
        "costmodel: no op is called 'multiplier'\n  = 'multiplier' is a field of depthwise"
    )


def test_a_function_is_explained_by_its_own_words(run: Runner) -> None:
    page = run("ops", "divisible")[1]
    assert "one step up if that loses more than a tenth." in page
    assert "  divisible(x, by = 8)\n" in page


@pytest.mark.parametrize(
    ("word", "meant"), [("conv2", "conv2d"), ("Residual", "residual"), ("make_divisible", "divisible"), ("repeats", "repeat")]
)
def test_an_unknown_word_is_answered_with_the_one_that_is_meant(word: str, meant: str, run: Runner) -> None:
    code, out, err = run("ops", word)
    assert (code, out) == (2, "")
    assert err == f"costmodel: no op is called '{word}'\n  = did you mean '{meant}'?\n"


@pytest.mark.parametrize("name", WORDS)
def test_json_says_what_the_page_says(name: str, run: Runner) -> None:
    page, found = run("ops", name)[1], json.loads(run("ops", name, "--format", "json")[1])
    assert found["example"] == example(page)
    if name in OPS:
        assert [field["name"] for field in found["fields"]] == list(OPS[name].fields)
        assert (f"{found['access']} elements" if found["access"] else "not known") in " ".join(page.split())
    else:
        assert found["form"].splitlines()[0] in page


def test_json_lists_every_word(run: Runner) -> None:
    listed = json.loads(run("ops", "--format", "json")[1])
    assert listed["schema"] == 1
    assert [word["name"] for word in listed["words"]] == [
        *(op.name for ops in manual.families().values() for op in ops),
        *language.entries(),
    ]


def test_the_list_and_the_pages_of_constructs_are_light() -> None:
    """Typer itself may load pydantic, to read an argument; only an op's page is worth sympy."""
    assert loaded(command("ops")) <= {"typer", "pydantic"}
    assert loaded(command("ops", "residual")) <= {"typer", "pydantic"}
    assert loaded(command("ops", "conv2d")) - {"pydantic"} == {"typer", "sympy"}
