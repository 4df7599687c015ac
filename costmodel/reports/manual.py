"""The manual of `costmodel ops`: the list of the vocabulary, and the way to each page.

The list needs no formula and so no sympy: that is loaded with an op's page.
"""

import json
import re
import textwrap
from collections.abc import Iterable

from costmodel.ops import OPS, Op
from costmodel.problems import Problem, SpecError, did_you_mean, one_of
from costmodel.reports import entry, language
from costmodel.reports.layout import Cell, Screen, text

_TITLES = {
    "conv": "convolutions",
    "dense": "fully connected and attention",
    "attention": "fully connected and attention",
    "recurrent": "recurrent layers",
    "norm": "normalisation",
    "pointwise": "activations",
    "learned": "learned values",
    "arithmetic": "arithmetic",
    "pool": "pooling",
    "reduce": "pooling",
    "resize": "resizing",
    "join": "joining and layout",
    "layout": "joining and layout",
    "unknown": "outside the vocabulary",
}
"""The title of each family of ops, in the order of the list, by the file that holds it; others follow under their own name."""


def index(room: int) -> Screen:
    """Every word of the vocabulary with one line, under the titles of their families."""
    sections = _sections()
    width = max(len(name) for found in sections.values() for name in found) + 2
    lines: Screen = []
    for title, found in sections.items():
        lines.append(text(title, "head"))
        for name, sentence in found.items():
            lines.append([Cell(f"  {name:<{width}}"), Cell(shortened(sentence, max(room - width - 2, 20)), "dim")])
        lines.append([])
    return [*lines, *(text(line) for line in textwrap.wrap(_HOW, room))]


def _sections() -> dict[str, dict[str, str]]:
    """The first sentence of every word, by the title of its family."""
    ops = {title: {op.name: _first_sentence(op) for op in found} for title, found in families().items()}
    words = language.sections()
    return ops | {title: {name: found.sentence for name, found in entries.items()} for title, entries in words.items()}


_HOW = "`costmodel ops NAME` shows fields, an example and costs as formulas; `--latex` the formulas for a paper."


def families() -> dict[str, list[Op]]:
    """The ops by the title of their family, in the order of the list."""
    order = [*_TITLES, *sorted({op.family for op in OPS.values()} - set(_TITLES))]
    found: dict[str, list[Op]] = {}
    for family in order:
        if ops := [op for op in OPS.values() if op.family == family]:
            found.setdefault(_TITLES.get(family, family), []).extend(ops)
    return found


def _first_sentence(op: Op) -> str:
    return re.split(r"\. |\.$", " ".join(op.doc.split("\n\n", 1)[0].split()))[0]


def shortened(sentence: str, room: int) -> str:
    """A sentence on one line: without references, then without what follows a colon, then cut.

    >>> shortened("Clip each value to 0 … 6 (MobileNetV2, arXiv:1801.04381): two comparisons", 40)
    'Clip each value to 0 … 6'
    """
    if len(sentence) > room:
        sentence = re.sub(r" \([^()]*\)", "", sentence)
    if len(sentence) > room:
        sentence = re.split(r"[:;] (?![^{]*})", sentence, maxsplit=1)[0]
    return sentence if len(sentence) <= room else textwrap.shorten(sentence, room, placeholder=" …")


def page(name: str, room: int) -> Screen:
    """The page of an op, or the one that explains another word of the language. Raises `SpecError` for an unknown name."""
    if name in OPS:
        from costmodel.reports import op_page

        return op_page.screen(OPS[name], room)
    return entry.screen(*_entry(name), room)


def latex(name: str) -> str:
    """The formulas of an op in LaTeX. Raises `SpecError` for what is none."""
    if name not in OPS:
        _entry(name)
        raise SpecError([Problem(None, f"'{name}' is no op and has no formulas", "`--latex` is for ops")])
    from costmodel.reports import equations

    return equations.latex(OPS[name])


def markdown(name: str | None, room: int) -> str:
    """The list as a table, or one page as it stands on a screen, in Markdown. Raises `SpecError` for an unknown name."""
    from costmodel.reports.layout import Column, plain
    from costmodel.reports.markdown import table

    if name is not None:
        title, *rest = page(name, room)
        return f"## {plain([title]).strip()}\n\n```text\n{plain(rest).strip()}\n```\n"
    columns = [Column(title, left=True) for title in ("word", "family", "what it does")]
    rows = [[Cell(word["name"]), Cell(word["family"]), Cell(word["sentence"].replace("|", "\\|"), "raw")] for word in listed()]
    return f"{table(columns, rows)}\n"


def dumps(name: str | None) -> str:
    """The list, or one page, as JSON. Raises `SpecError` for an unknown name."""
    found = {"words": listed()} if name is None else _data(name)
    return json.dumps({"schema": SCHEMA, **found}, indent=1, ensure_ascii=False) + "\n"


SCHEMA = 1
"""The version of the JSON: it counts up when a key changes its meaning or goes."""


def listed() -> list[dict[str, str]]:
    """Every word with its family and its first sentence."""
    return [
        {"name": name, "family": family, "sentence": sentence}
        for family, found in _sections().items()
        for name, sentence in found.items()
    ]


def _data(name: str) -> dict[str, object]:
    if name in OPS:
        from costmodel.reports import op_page

        return op_page.data(OPS[name])
    return {**entry.data(*_entry(name))}


def _entry(word: str) -> tuple[str, entry.Entry]:
    """The page that explains a word, after its title."""
    titles = language.titles()
    if word not in titles:
        raise SpecError([_unknown(word, titles)])
    return titles[word], language.entries()[titles[word]]


def _unknown(name: str, known: Iterable[str]) -> Problem:
    fields = one_of([op.name for op in OPS.values() if name in op.fields])
    legal = f"'{name}' is a field of {fields}" if fields else "`costmodel ops` lists all words"
    return Problem(None, f"no op is called '{name}'", legal if fields else did_you_mean(name, [*OPS, *known], legal))
