"""A network by kinds of layers and units: each with its formula, how often it stands there, and sums that add up."""

from collections.abc import Iterator, Sequence
from shlex import quote

from costmodel.asking import askable
from costmodel.explaining import Explainer
from costmodel.overview import Kind, layers, units
from costmodel.reports.layout import Cell, Column
from costmodel.reports.steps import TITLES, Section, value, worked
from costmodel.reports.words import LOWER, UNKNOWN, setting, share

_BRIEF = tuple(TITLES[name] for name in ("mult_adds", "params", "access"))
"""The figures that are told of a block."""


def page(explainer: Explainer, spec: str) -> list[Section]:
    """The kinds of layers, the kinds of units, and how to ask for one."""
    ledger = explainer.ledger
    said = " · ".join([*(setting(name, one) for name, one in ledger.settings.items()), f"batch {ledger.batch}"])
    source = f"{ledger.name} · {ledger.source}" if ledger.source else ledger.name
    rule = f"one row a kind and formula; access: {explainer.traffic.said} ({explainer.traffic.spelled})"
    by_layer, by_unit = layers(explainer), units(explainer)
    words = "h·w is a map, h'·w' one that leaves at another size"
    found = [Section(source, (said, rule)), _section("layers", by_layer, explainer, words)]
    if any(len(kind.first.lines) > 1 for kind in by_unit):
        found.append(_section("units", by_unit, explainer, "in the parameters of each block; c is what enters it"))
    part = next((kind.first.path for kind in by_unit if kind.first.block), by_layer[0].first.path)
    line = next((kind.first.path for kind in by_layer if kind.first.lines[0].rule.counted), by_layer[0].first.path)
    asks = (
        ("one of them", f"costmodel explain {spec} {quote(line)}"),
        *((("a unit", f"costmodel explain {spec} {quote(part)}"),) if part != line else ()),
        *((("questions", f"costmodel explain {spec} --quiz 3"),) if askable(ledger.lines) else ()),
    )
    return [*found, Section(notes=asks)]


def _section(title: str, kinds: Sequence[Kind], explainer: Explainer, words: str) -> Section:
    totals = explainer.ledger.sums(traffic=explainer.traffic)
    columns = (
        Column("", left=True),
        Column("×", yields=1),
        Column("mult-adds"),
        Column("%", yields=7),
        Column("params"),
        Column("access"),
        Column("%", yields=7),
        Column("for example", left=True, yields=8),
    )
    rows = [row for kind in kinds for row in _rows(kind, totals.mult_adds, totals.access)]
    lower = f"{LOWER} " if explainer.ledger.unknown else ""
    total = ["total", "", *(f"{lower}{value(n)}" for n in totals)]
    cells = [*total[:3], "", *total[3:], "", ""]
    told = [kind for kind in kinds if title == "layers" or not kind.first.is_line]
    formulas = tuple((kind.label, said) for kind in told if (said := _formulas(kind)))
    return Section(title, (words,), (), columns, tuple(rows), tuple(Cell(c, "strong") for c in cells), formulas)


def _formulas(kind: Kind) -> str:
    """What one of a kind costs, in symbols; nothing where no formula is of all of it."""
    shown = [step for step in worked(kind.first) if kind.first.is_line or step.name in _BRIEF]
    if not any(step.is_worked for step in shown):
        return ""
    found = {step.name: step.said or step.result for step in shown}
    first = found.pop(TITLES["mult_adds"])
    parts = [f"{first} mult-adds" if first != "0" else "no mult-adds"]
    return "; ".join([*parts, *(f"{name} {formula}" for name, formula in found.items() if formula not in ("0", UNKNOWN))])


def _rows(kind: Kind, mult_adds: int, access: int) -> Iterator[Sequence[Cell]]:
    sums, lower = kind.totals, "" if kind.first.known else f"{LOWER} "
    figures = (
        [UNKNOWN, "", UNKNOWN, UNKNOWN, ""]
        if not kind.first.known and kind.first.is_line
        else [
            lower + value(sums.mult_adds),
            share(sums.mult_adds, mult_adds),
            lower + value(sums.params),
            lower + value(sums.access),
            share(sums.access, access),
        ]
    )
    yield [Cell(kind.label), Cell(f"{kind.times} ×"), *map(Cell, figures), Cell(kind.first.path, "dim")]
