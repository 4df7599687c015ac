"""Units side by side: their formulas in the papers' letters, the numbers in them, and their ratios."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.explaining import Explainer
from costmodel.forms import settled
from costmodel.reports import notation
from costmodel.reports.explaining import times
from costmodel.reports.layout import Cell, Column
from costmodel.reports.steps import TITLES, Section, Step, order, worked_figure, written
from costmodel.working import Working

FIGURES = ("mult_adds", "params", "access")


def page(explainers: Sequence[Explainer]) -> list[Section]:
    """All units, figure by figure; the ratios are to the first."""
    found = [(explainer, explainer.whole()) for explainer in explainers]
    first = found[0][1]
    names = " against ".join(explainer.ledger.name for explainer, _ in found)
    model = f"access: {found[0][0].traffic.said} ({found[0][0].traffic.spelled})"
    numbers = {symbol.name: n for _, working in found for symbol, n in working.numbers.items()}
    said = " · ".join(f"{name} = {written(n)}" for name, n in numbers.items() if not algebra.is_symbol(n))
    sections = [Section(names, tuple(filter(None, (said, model))))]
    for figure in FIGURES:
        rows: list[Step] = []
        for _, working in found:
            rows.append(worked_figure(working, figure)._replace(name=working.path))
        ratios = tuple(_ratios(first, [working for _, working in found[1:]], figure))
        sections.append(Section(TITLES[figure], (), tuple(rows), notes=ratios))
    sections.append(_table(found))
    return sections


def _ratios(first: Working, others: Sequence[Working], figure: str) -> Iterator[tuple[str, str]]:
    """How many times the first's figure each other's is, as a formula where both have one, and as a number."""
    mine = first.figures[figure]
    for other in others:
        theirs = other.figures[figure]
        formula = ""
        if mine.formula is not None and theirs.formula is not None and mine.value is not None:
            formula = notation.screen(ratio(mine.formula, theirs.formula), order(first.sizes))
        number = f"× {found}" if (found := _times(first, other, figure)) else ""
        said = " = ".join(part for part in (formula, number) if part)
        if said:
            yield "ratio", f"{first.path} / {other.path}: {said}"


def _times(one: Working, other: Working, figure: str) -> str:
    """A ratio of numbers; nothing where one of them is a formula, or not known, or nothing."""
    mine, theirs = one.figures[figure].value, other.figures[figure].value
    known = one.known and other.known and all(type(number) in (int, Fraction) for number in (mine, theirs))
    return times(mine, theirs) if known and mine is not None and theirs else ""


def ratio(mine: Any, theirs: Any) -> Any:
    """One formula over another, what both have in common taken out.

    >>> h, c, m, g = (algebra.symbol(name, whole=True) for name in "hcmg")
    >>> notation.screen(ratio(h * (2 * c * m / g + 9 * m), h * (2 * c * m + 9 * m**2)), order())
    '(2·c + 9·g)/(g·(2·c + 9·m))'
    """
    found = algebra.divide(mine, theirs)
    return found.factor() if algebra.is_symbol(found) else settled(found)


def _table(found: Sequence[tuple[Explainer, Working]]) -> Section:
    """The figures of all units, with those of the first as 1; nothing where a symbol has no number."""
    first = found[0][1]
    columns = (Column("unit", left=True), *(Column(title) for name in FIGURES for title in (TITLES[name], "×")))
    rows = []
    for _, working in found:
        cells = [Cell(working.path)]
        for name in FIGURES:
            mine = working.figures[name].value
            known = not algebra.is_symbol(mine) and mine is not None
            cells += [Cell(worked_figure(working, name).result if known else ""), Cell(_times(working, first, name))]
        rows.append(cells)
    has_any = any(cell.text for row in rows for cell in row[1:])
    return Section(
        "side by side, × of the first" if has_any else "", (), (), columns if has_any else (), tuple(rows) if has_any else ()
    )
