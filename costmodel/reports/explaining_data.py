"""`explain` for programs: workings, overviews and questions as JSON, under `explain.schema.json`."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.bounds import bounded, halves
from costmodel.explaining import Explainer
from costmodel.overview import Kind, layers, units
from costmodel.replacing import Replaced
from costmodel.reports import notation
from costmodel.reports.bounding import exact
from costmodel.reports.explaining_units import FIGURES, ratio
from costmodel.reports.steps import order, value, worked_figure
from costmodel.working import Working


def workings(explainer: Explainer, found: Sequence[Working]) -> str:
    """Layers, blocks or a unit, worked out."""
    return _dumps(_network(explainer) | {"workings": [_working(explainer, one) for one in found]})


def overview(explainer: Explainer) -> str:
    """A network by kinds of layers and units."""
    totals = explainer.ledger.sums(traffic=explainer.traffic)
    found = {"layers": [_kind(one) for one in layers(explainer)], "units": [_kind(one) for one in units(explainer)]}
    return _dumps(_network(explainer) | found | {"totals": totals._asdict(), "complete": not explainer.ledger.unknown})


def side_by_side(explainers: Sequence[Explainer]) -> str:
    """Units beside one another, with the ratios of the first to each other."""
    found = [(explainer, explainer.whole()) for explainer in explainers]
    first = found[0][1]
    units_ = [_network(explainer) | {"working": _working(explainer, working)} for explainer, working in found]
    ratios = [{"to": other.path} | {name: _ratio(first, other, name) for name in FIGURES} for _, other in found[1:]]
    return _dumps(
        {"schema": 1, "side_by_side": [{k: v for k, v in unit.items() if k != "schema"} for unit in units_], "ratios": ratios}
    )


def _network(explainer: Explainer) -> dict[str, Any]:
    ledger = explainer.ledger
    settings = {name: plain(one) for name, one in ledger.settings.items()}
    return {
        "schema": 1,
        "network": ledger.name,
        "source": ledger.source,
        "settings": {**settings, "batch": plain(ledger.batch)},
        "traffic": explainer.traffic.spelled,
    }


def _working(explainer: Explainer, working: Working) -> dict[str, Any]:
    is_whole = explainer.letters is not None and working.path == explainer.ledger.name
    printed = explainer.letters.printed if explainer.letters is not None and is_whole else ()
    return {
        "path": working.path,
        "alike": [*working.alike],
        "op": working.lines[0].op if working.is_line else None,
        "block": working.block or None,
        "line": working.lines[0].mark.line,
        "symbols": {symbol.name: None if algebra.is_symbol(one) else plain(one) for symbol, one in working.numbers.items()},
        "where": {name: notation.screen(size) for name, size in working.where.items()},
        "figures": _figures(working),
        "complete": working.known,
        "parts": [{"path": part.path, "op": part.lines[0].op, "figures": _figures(part)} for part in working.parts],
        "bounds": _bounds(working),
        "instead": [_instead(one) for one in working.replaced],
        "given": [*working.conditions],
        "printed": [{"source": o.source, "figure": o.figure, "formula": o.text, "equal": o.is_equal} for o in printed],
    }


def _figures(working: Working) -> dict[str, Any]:
    found = {key: worked_figure(working, key) for key in working.figures}
    return {
        key: {
            "formula": step.said or None,
            "with_numbers": step.substituted or None,
            "value": notation.screen(step.value) if algebra.is_symbol(step.value) else plain(step.value),
        }
        for key, step in found.items()
    }


def _bounds(working: Working) -> list[dict[str, Any]]:
    if not working.is_line or any(
        algebra.is_symbol(size) for x in (*working.lines[0].inputs, working.lines[0].output) for size in x.shape
    ):
        return []
    line = working.lines[0]
    return [
        {
            "of": half or line.op,
            "access": layer.access,
            "bound": exact(layer.bound),
            "gap": exact(layer.gap),
            "tight": layer.is_tight,
        }
        for layer, half in zip(bounded(line), halves(line), strict=True)
    ]


def _instead(one: Replaced) -> dict[str, Any]:
    """What a standard convolution would cost there."""

    def side(costs: Any) -> dict[str, Any]:
        return {name: _at(one, getattr(costs, name)) for name in FIGURES}

    found = one.threshold
    width = None if found is None or found.width is None else notation.screen(found.width, order())
    threshold = found and {"formula": width, "first": found.first, "never": found.never}
    ratios = notation.screen(one.ratio("mult_adds"), order())
    return {
        "what": one.what,
        "standard": one.standard,
        "own": side(one.own),
        "other": side(one.other),
        "ratio_of_mult_adds": ratios,
        "saves_access_above": threshold,
    }


def _at(one: Replaced, formula: Any) -> Any:
    found = one.at(formula)
    return notation.screen(found) if algebra.is_symbol(found) else plain(found)


def _kind(kind: Kind) -> dict[str, Any]:
    known = kind.first.known
    return {
        "kind": kind.label,
        "times": kind.times,
        "example": kind.first.path,
        "figures": {
            name: {"formula": one["formula"], "sum": plain(getattr(kind.totals, name)) if known else None}
            for name, one in _figures(kind.first).items()
            if name in FIGURES
        },
    }


def _ratio(working: Working, other: Working, name: str) -> dict[str, Any]:
    """One figure of two units; no number where one of them is not known, or nothing."""
    mine, theirs = working.figures[name], other.figures[name]
    has_both = mine.formula is not None and theirs.formula is not None
    formula = notation.screen(ratio(mine.formula, theirs.formula), order(working.sizes)) if has_both else None
    known = working.known and other.known and all(type(one.value) in (int, Fraction) for one in (mine, theirs))
    return {"formula": formula, "value": str(algebra.divide(mine.value, theirs.value)) if known and theirs.value else None}


def plain(number: Any) -> Any:
    """A value as JSON has it: whole numbers as they are, fractions and formulas as text."""
    if isinstance(number, Fraction):
        return value(number)
    if isinstance(number, list):
        return [plain(one) for one in number]
    return notation.screen(number) if algebra.is_symbol(number) else number


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
