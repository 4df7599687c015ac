"""Closed forms as pages: the smooth ones with their domain and their error, or the exact ones with their parts named."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.algebra import is_single, is_symbol
from costmodel.algebra.polynomials.numbers import Atom
from costmodel.algebra.polynomials.smoothing import Domain
from costmodel.formulas import Formula, Formulas
from costmodel.ops.fields import decimal
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text
from costmodel.reports.polynomials import Printer, named
from costmodel.reports.words import count, counting, setting

TITLES = {"mult_adds": "mult-adds", "params": "params", "access": "access", "peak": "peak"}
"""What each figure is called."""
SHOWN = 8
"""Sentences about what forms rest on that are listed."""


class Page(NamedTuple):
    """Closed forms to show; `exact` keeps rounding and floors."""

    formulas: Formulas
    exact: bool = False

    @property
    def names(self) -> dict[Atom, str]:
        """The names of what stands more than once in the exact forms."""
        return named(row.exact for rows in self.formulas.rows.values() for row in rows)


def screen(page: Page, room: int) -> Screen:
    """Each part with its formulas, then where they hold, how far off they are, how steep."""
    formulas = page.formulas
    lines: Screen = [
        text(title(formulas), "head"),
        *enumerated(settings(formulas), room),
        *enumerated(rules(formulas), room, "dim"),
    ]
    for part in formulas.parts:
        lines.append([])
        if formulas.by != "network":
            lines.append(text(heading(part.paths), "strong"))
        for row in formulas.rows[part.paths[0]]:
            lines += note(TITLES[row.figure], written(page, row), room)
    if where := [*definitions(page)] if page.exact else []:
        labels = ["where", *[""] * len(where)]
        found = zip(labels, where, strict=False)
        lines += [[], *(line for label, (name, value) in found for line in note(label, f"{name} = {value}", room))]
    notes_ = [*notes(page)]
    tables = [line for columns, rows in comparisons(page) for part in table(columns, [rows], room) for line in part]
    return [
        *lines,
        [],
        *([*tables, []] if tables else []),
        *(line for label, words in notes_ for line in note(label, words, room)),
    ]


def title(formulas: Formulas) -> str:
    """The network and where it is from."""
    ledger = formulas.closed.ledger
    return " · ".join(part for part in (ledger.name, ledger.source) if part)


def settings(formulas: Formulas) -> list[str]:
    """What is free, and what is held fixed."""
    closed = formulas.closed
    writes = printer(formulas)
    fixed = [
        f"{name} {writes.number(value)}" if is_symbol(value) else setting(name, value)
        for name, value in closed.ledger.settings.items()
        if name not in closed.symbols and (is_single(value) or is_symbol(value))
    ]
    batch = [] if "batch" in closed.symbols else [setting("batch", closed.ledger.batch)]
    return [f"free: {', '.join(closed.symbols)}", *fixed, *batch]


def rules(formulas: Formulas) -> list[str]:
    """What is counted, as far as it is shown."""
    closed, found = formulas.closed, []
    multiplying = closed.ledger.multiplying
    if "mult_adds" in formulas.figures:
        found.append(f"mult-adds: {counting('conv + FC, one per multiply-add', multiplying)}")
    if "access" in formulas.figures:
        found.append(f"access: {counting(closed.traffic.said, multiplying)} ({closed.traffic.spelled}), in elements")
    if "peak" in formulas.figures:
        found.append("peak: elements alive, norms and activations in place")
    return found


def heading(paths: tuple[str, ...]) -> str:
    """The parts that are alike."""
    first, *others = paths
    return f"{first}, and {len(others)} alike: {', '.join(others[:3])}{', …' if len(others) > 3 else ''}" if others else first


def printer(formulas: Formulas, names: dict[Atom, str] | None = None) -> Printer:
    """What writes the formulas: in the order of the symbols; those of a unit as their layers stand."""
    return Printer([*formulas.closed.symbols], names, as_met=formulas.is_unit)


def written(page: Page, row: Formula) -> str:
    """A formula in writing."""
    formulas = page.formulas
    if page.exact:
        return printer(formulas, page.names).number(row.exact)
    if formulas.is_unit:
        return printer(formulas).collected(row.smooth, formulas.sizes)
    return printer(formulas).number(row.smooth)


def definitions(page: Page) -> Iterator[tuple[str, str]]:
    """What the names in the exact formulas stand for."""
    names = page.names
    writes = printer(page.formulas, names)
    yield from ((name, writes.made(atom)) for atom, name in names.items())


ERRORS = (Column("figure", left=True), Column("smooth"), Column("exact"), Column("off by"))
"""The columns of both forms at the reference values."""


def comparisons(page: Page) -> Iterator[tuple[tuple[Column, ...], list[list[Cell]]]]:
    """The smooth forms beside the exact ones at the reference values, and how steep they are."""
    formulas = page.formulas
    if not formulas.is_known or page.exact:
        return
    labels = {path: "" if formulas.by == "network" else f"{path} " for path in formulas.rows}
    rows = [(labels[path], row) for path, found in formulas.rows.items() for row in found]
    columns = (*ERRORS, *(Column(f"d ln/d ln {name}") for name in formulas.closed.symbols))
    yield columns, [[*error_cells(label, row), *steep_cells(formulas, row)] for label, row in rows]


def error_cells(label: str, row: Formula) -> list[Cell]:
    """One figure in both forms."""
    assert row.near is not None
    assert row.value is not None
    return [Cell(f"{label}{TITLES[row.figure]}"), Cell(near(row.near)), Cell(count(row.value)), Cell(off(row.off))]


def steep_cells(formulas: Formulas, row: Formula) -> list[Cell]:
    """How steep one figure is in each symbol."""
    steep = formulas.steepness(row)
    return [Cell(f"{float(steep[name]):.3f}" if name in steep else "–") for name in formulas.closed.symbols]


def near(value: Any) -> str:
    """A value of a smooth form, which may not be whole."""
    return count(value) if isinstance(value, int) else f"{float(value):,.1f}"


def off(share: Fraction | None) -> str:
    """How far a smooth form is off, in percent."""
    return "–" if share is None else "0" if share == 0 else f"{float(100 * share):+.2g} %".replace("-", "−")


def notes(page: Page) -> Iterator[tuple[str, str]]:
    """Where forms hold, at which values they are compared, and what they rest on."""
    formulas = page.formulas
    if not page.exact:
        yield from (("exact where" if place == 0 else "", words) for place, words in enumerate(domain(formulas)))
    if formulas.is_known:
        at = ", ".join(setting(name, formulas.closed.reference[s]) for name, s in formulas.closed.symbols.items())
        held = "" if page.exact else "; the smooth forms are exact there" if formulas.holds else "; not in that domain"
        yield "at", f"{at}{held}"
    if formulas.is_known and not page.exact:
        yield "d ln/d ln", "how many percent more a figure is where the symbol is one percent more, there"
    for place, sentence in enumerate(formulas.assumed[:SHOWN]):
        yield ("rests on" if place == 0 else ""), sentence
    if len(formulas.assumed) > SHOWN:
        yield "", f"and {len(formulas.assumed) - SHOWN} more, which --format json lists"
    if "peak" in formulas.figures and formulas.closed.peak_at:
        yield "peak", f"as it is while {formulas.closed.peak_at} runs, where it stands at these values"


def _bounds(domain: Domain, symbol: Any) -> list[str]:
    """The ends of a symbol's range, as far as they say more than that it is above zero."""
    low, high = domain.ranges[symbol]
    least = [f"at least {decimal(low)}"] if low > (1 if symbol.whole else 0) else []
    return [*least, f"at most {decimal(high)}"] if high != float("inf") else least


def domain(formulas: Formulas) -> Iterator[str]:
    """Where smooth forms are exact, a sentence for each symbol and each claim; nothing where they are everywhere."""
    found, writes = formulas.domain, printer(formulas)
    if plain := [writes.number(symbol) for symbol, step in found.steps.items() if step == 1 and not _bounds(found, symbol)]:
        yield f"{', '.join(plain)} {'is' if len(plain) == 1 else 'are'} whole"
    for symbol, step in found.steps.items():
        said = _bounds(found, symbol)
        if step and (step != 1 or said):
            said = ["whole" if step == 1 else f"a multiple of {step}", *said]
        if said:
            yield f"{writes.number(symbol)} is {' and '.join(said)}"
    for claim in found.claims:
        yield writes.truth(claim)
