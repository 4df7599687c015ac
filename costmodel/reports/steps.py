"""A figure worked out, as pages show it: formula, the numbers in it, its value; on a screen, in Markdown and in LaTeX."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.ops.fields import decimal
from costmodel.problems import width
from costmodel.reports import notation
from costmodel.reports.layout import NOTE_INDENT, Cell, Column, Screen, table, text, wrapped
from costmodel.reports.markdown import escaped
from costmodel.reports.markdown import table as markdown_table
from costmodel.reports.words import LOWER, UNKNOWN, count
from costmodel.working import Working

_FIRST = ("n", "t", "t'", "d", "h", "w", "d'", "h'", "w'", "h''", "w''")
_THEN = ("c", "c1", "c2", "c3", "c4", "out")
TITLES = {
    "mult_adds": "mult-adds",
    "params": "parameters",
    "access": "access",
    "alone": "on its own",
    "add": "additions",
    "mul": "multiplications",
    "cmp": "comparisons",
    "exp": "transcendental",
    "buffers": "buffers",
}
"""What each figure is called."""


class Step(NamedTuple):
    """One figure: its name, its formula if there is one, the numbers of the symbols, its value, or words for it.

    `lower` stands before a value that is a lower bound.
    """

    name: str
    formula: Any
    numbers: Mapping[Any, Any]
    value: Any
    sizes: tuple[str, ...] = ()
    lower: str = ""

    @property
    def is_worked(self) -> bool:
        """Whether there is a formula to show, and not the value alone."""
        return self.formula is not None and algebra.is_symbol(self.formula)

    @property
    def said(self) -> str:
        """The formula."""
        return notation.screen(self.formula, order(self.sizes)) if self.is_worked else ""

    @property
    def substituted(self) -> str:
        """The formula with the numbers written in their symbols' places; nothing where it has no symbol with a number."""
        known = {symbol.name: number for symbol, number in self.numbers.items() if not algebra.is_symbol(number)}
        if not self.is_worked or not any(symbol.name in known for symbol in self.formula.free_symbols):
            return ""
        return notation.screen(self.formula, order(self.sizes), {name: written(number) for name, number in known.items()})

    @property
    def result(self) -> str:
        """The value, or what the formula comes to with the numbers put in; nothing where that is the formula itself."""
        if self.value is None:
            return UNKNOWN
        if isinstance(self.value, str):
            return self.value
        if algebra.is_symbol(self.value):
            return "" if not self.substituted else self.lower + notation.screen(self.value, order(self.sizes))
        return self.lower + value(self.value)

    @property
    def rows(self) -> list[str]:
        """All of it, a piece a row."""
        return [part for part in (self.said, self.substituted, self.result) if part]


class Section(NamedTuple):
    """A part of a page: a title, sentences below it, figures worked out, a table, and notes."""

    title: str = ""
    intro: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: tuple[Sequence[Cell], ...] = ()
    total: tuple[Cell, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()


def order(sizes: Sequence[str] = ()) -> notation.Order:
    """Sizes of maps first, then channels, then all else by the alphabet."""
    first = [name for name in _FIRST if name in sizes or name not in ("n", "t", "d")]
    named = (*first, *(name for name in sizes if name not in first), *_THEN)
    return notation.Order(named, named, sums_last=True)


def worked(working: Working) -> tuple[Step, ...]:
    """The figures of one layer, block or unit, in the order of `TITLES`."""
    return tuple(worked_figure(working, key) for key in TITLES if key in working.figures)


def worked_figure(working: Working, key: str) -> Step:
    """One of these figures."""
    found, lower = working.figures[key], "" if working.known else f"{LOWER} "
    return Step(TITLES[key], found.formula, working.numbers, found.value, working.sizes, lower)


def value(number: Any) -> str:
    """A value: thousands separated, decimals where these end."""
    return count(number) if type(number) is int else decimal(number)


def written(number: Any) -> str:
    """A number in the place of a symbol, in brackets where it would be read as two; from 10,000 on with separators."""
    if type(number) is int:
        return str(number) if number < 10_000 else count(number)
    said = decimal(number)
    return f"({said})" if isinstance(number, Fraction) and "/" in said else said


def screen(sections: Sequence[Section], room: int) -> Screen:
    """A page as lines of text."""
    lines: Screen = []
    for section in sections:
        lines += [[]] if lines else []
        lines += [text(line, "head") for line in wrapped(section.title, room)] if section.title else []
        lines += [text(line, "dim") for words in section.intro for line in wrapped(words, room)]
        if section.intro and (section.steps or section.rows or section.notes):
            lines.append([])
        for step in section.steps:
            lines += _step(step, room)
        if section.rows:
            heading, body, total = table(section.columns, [section.rows, [section.total] if section.total else []], room)
            lines += [*heading, *body, *total]
        if section.notes and (section.steps or section.rows):
            lines.append([])
        for label, words in section.notes:
            lines += _labelled(label, words, room)
    return lines


def _step(step: Step, room: int) -> Screen:
    """One figure: its name beside its first row, the others below behind an equals sign; long rows broken at spaces."""
    lines: Screen = []
    rows, name = step.rows, step.name
    if width(name) >= NOTE_INDENT:
        lines, name = [text(name, "strong")], ""
    for place, row in enumerate(rows):
        lower = step.lower if place and step.lower and row.startswith(step.lower) else ""
        sign = f"{name:<{NOTE_INDENT}}" if place == 0 else f"{lower or '= ':>{NOTE_INDENT}}"
        style = "strong" if place == len(rows) - 1 and step.result else "dim" if place == 1 else ""
        for number, part in enumerate(wrapped(row.removeprefix(lower), max(room - NOTE_INDENT, 20))):
            lead = sign if number == 0 else " " * NOTE_INDENT
            lines.append([Cell(lead, "strong" if place == 0 and number == 0 else ""), Cell(part, style)])
    return lines


def _labelled(label: str, words: str, room: int) -> Screen:
    parts = wrapped(words, max(room - NOTE_INDENT, 20))
    above = [text(label, "dim")] if width(label) >= NOTE_INDENT else []
    labels = ["" if above else label, *[""] * (len(parts) - 1)]
    return [*above, *([Cell(f"{name:<{NOTE_INDENT}}", "dim"), Cell(part)] for name, part in zip(labels, parts, strict=True))]


def as_markdown(sections: Sequence[Section]) -> str:
    """A page in Markdown: the figures as a table, formula beside numbers beside value."""
    parts = []
    for section in sections:
        parts.append(f"## {escaped(section.title)}" if section.title else "")
        parts.append("  \n".join(map(escaped, section.intro)))
        if section.steps:
            columns = [*(Column(title, left=True) for title in ("", "formula", "with numbers")), Column("value")]
            rows = [[Cell(s.name), Cell(s.said), Cell(s.substituted), Cell(s.result)] for s in section.steps]
            parts.append(markdown_table(columns, rows))
        if section.rows:
            total = [[Cell(f"**{escaped(c.text)}**" if c.text else "", "raw") for c in section.total]] if section.total else []
            parts.append(markdown_table(section.columns, [*section.rows, *total]))
        parts.append("\n".join(f"- {escaped(label)}: {escaped(words)}" for label, words in section.notes))
    return "\n\n".join(filter(None, parts)) + "\n"


def as_latex(sections: Sequence[Section]) -> str:
    """The figures that are worked out as an `align*` a section, of the package amsmath."""
    parts = []
    for section in sections:
        rows = [row for step in section.steps for row in _latex(step)]
        if rows:
            body = " \\\\\n".join(rows)
            parts.append(f"% {section.title}\n\\begin{{align*}}\n{body}\n\\end{{align*}}\n")
    return "% needs \\usepackage{amsmath}\n" + "\n".join(parts)


def _latex(step: Step) -> list[str]:
    name = rf"\text{{{notation.latex_text(step.name)}}}"
    if not step.is_worked:
        return [f"  {name} &{_equals(step)} {_plain(step.value)}"]
    rows = [f"  {name} &= {notation.latex(step.formula, {}, order(step.sizes))}"]
    if step.substituted:
        numbers = {symbol.name: _plain(n) for symbol, n in step.numbers.items() if not algebra.is_symbol(n)}
        rows.append(f"    &= {_dotted(notation.latex(step.formula, numbers, order(step.sizes)))}")
    if step.result and not algebra.is_symbol(step.value):
        rows.append(f"    &{_equals(step)} {_plain(step.value)}")
    return rows


def _equals(step: Step) -> str:
    return r"\ge" if step.lower and step.value is not None else "="


def _plain(number: Any) -> str:
    if number is None or isinstance(number, str):
        return notation.latex_text(number or UNKNOWN)
    return written(number).replace(",", "{,}") if type(number) is not int else f"{number:,}".replace(",", "{,}")


def _dotted(formula: str) -> str:
    """Numbers side by side with a point between them."""
    return formula.replace(r"\,", r"\cdot ")
