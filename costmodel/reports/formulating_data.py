"""Closed forms for programs: as JSON under `formula.schema.json`, as Markdown, in LaTeX and as code."""

import json
from fractions import Fraction
from math import inf
from typing import Any

from costmodel.algebra import exact, is_symbol
from costmodel.formulas import Formula, Formulas
from costmodel.reports import code, formulating
from costmodel.reports.formulating import TITLES, Page
from costmodel.reports.markdown import escaped
from costmodel.reports.markdown import table as markdown_table
from costmodel.reports.polynomials import Latex

SCHEMA = 1
"""The version of the JSON."""


def as_json(page: Page) -> str:
    """The closed forms, smooth and exact, with the domain of the smooth ones."""
    formulas, closed = page.formulas, page.formulas.closed
    document = {
        "schema": SCHEMA,
        "network": closed.ledger.name,
        "source": closed.ledger.source,
        "settings": {
            name: formulating.printer(formulas).number(value) if is_symbol(value) else plain(value)
            for name, value in closed.ledger.settings.items()
            if name not in closed.symbols
        },
        "batch": plain(closed.ledger.batch) if "batch" not in closed.symbols else None,
        "convention": closed.convention.name,
        "traffic": {"name": closed.traffic.spelled, "meaning": closed.traffic.said},
        "free": [_symbol(formulas, name) for name in closed.symbols],
        "exact_where": [*formulating.domain(formulas)],
        "exact_at_reference": formulas.holds,
        "rests_on": formulas.assumed,
        "peak_at": closed.peak_at if "peak" in formulas.figures else None,
        "by": formulas.by,
        "parts": [
            {"paths": [*part.paths], "figures": {row.figure: _figure(formulas, row) for row in formulas.rows[part.paths[0]]}}
            for part in formulas.parts
        ],
        "where": dict(formulating.definitions(page)),
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _symbol(formulas: Formulas, name: str) -> dict[str, Any]:
    symbol = formulas.closed.symbols[name]
    step, (low, high) = formulas.domain.steps[symbol], formulas.domain.ranges[symbol]
    return {
        "name": name,
        "whole": symbol.whole,
        "reference": plain(formulas.closed.reference.get(symbol)),
        "step": plain(step) if step else None,
        "least": plain(low),
        "most": None if high == inf else plain(high),
    }


def _figure(formulas: Formulas, row: Formula) -> dict[str, Any]:
    return {
        "smooth": formulating.written(Page(formulas), row),
        "exact": formulating.written(Page(formulas, exact=True), row),
        "at_reference": None if row.value is None else {"smooth": plain(row.near), "exact": plain(row.value)},
        "elasticity": {name: float(value) for name, value in formulas.steepness(row).items()},
    }


def plain(value: Any) -> Any:
    """A setting as JSON has it; a fraction as text, so that it stays exact."""
    value = exact(value) if isinstance(value, Fraction) else value
    return str(value) if isinstance(value, Fraction) else value


def as_markdown(page: Page) -> str:
    """The closed forms, the comparison and the notes as Markdown."""
    formulas = page.formulas
    lines = [
        f"# {escaped(formulating.title(formulas))}",
        "",
        *(f"- {escaped(words)}" for words in (*formulating.settings(formulas), *formulating.rules(formulas))),
    ]
    for part in formulas.parts:
        lines += ["", *([f"## {escaped(formulating.heading(part.paths))}", ""] if formulas.by != "network" else [])]
        for row in formulas.rows[part.paths[0]]:
            lines.append(f"- {TITLES[row.figure]}: {escaped(formulating.written(page, row))}")
    if page.exact:
        where = [f"- {name} = {escaped(value)}" for name, value in formulating.definitions(page)]
        lines += ["", "Where", "", *where] if where else []
    for columns, rows in formulating.comparisons(page):
        lines += ["", markdown_table(columns, rows)]
    notes = [f"- {f'{label}: ' if label else ''}{escaped(words)}" for label, words in formulating.notes(page)]
    return "\n".join([*lines, *([""] if notes else []), *notes]) + "\n"


def as_latex(page: Page) -> str:
    """Each closed form as an equation of LaTeX's; what the names in exact ones stand for follows it."""
    formulas, written = page.formulas, []
    names = page.names if page.exact else {}
    writes = Latex([*formulas.closed.symbols], names, as_met=formulas.is_unit)
    for part in formulas.parts:
        if formulas.by != "network":
            written.append(f"% {formulating.heading(part.paths)}\n")
        for row in formulas.rows[part.paths[0]]:
            value = row.exact if page.exact else row.smooth
            is_collected = formulas.is_unit and not page.exact
            first, *rest = [writes.collected(value, formulas.sizes)] if is_collected else writes.rows(value)
            rows = [f"  \\text{{{TITLES[row.figure]}}} &= {first}", *(f"  &\\quad {line}" for line in rest)]
            written.append(_aligned(rows))
    if names:
        written.append(_aligned([f"  {writes.symbol(name)} &= {writes.made(atom)}" for atom, name in names.items()]))
    return "".join(written)


def _aligned(rows: list[str]) -> str:
    return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}\n"


def as_code(page: Page, language: str) -> str:
    """The closed forms of the whole network as code."""
    formulas = page.formulas
    (part,) = formulas.parts
    figures = {row.figure: row.exact if page.exact else row.smooth for row in formulas.rows[part.paths[0]]}
    symbols = formulas.closed.symbols
    if language == "sympy":
        return code.sympy(figures, {name: symbol.whole for name, symbol in symbols.items()})
    return (code.python if language == "python" else code.javascript)(figures, [*symbols])
