"""What `verify --cache` says as data: JSON, CSV and Markdown."""

import json
from typing import Any

from costmodel.blocking import OnChip, unblocked
from costmodel.ledger import Ledger
from costmodel.pebbles import Convolution
from costmodel.reports import caching
from costmodel.reports.caching import Case
from costmodel.reports.caching_layers import NO_SUM, all_cases, columns, listed, notes, total
from costmodel.reports.contract import plain
from costmodel.reports.layout import Cell, Column
from costmodel.reports.markdown import escaped, table
from costmodel.reports.spreadsheet import spelled, written

_LAYER = (
    "path",
    "touched",
    "unread_inputs",
    "idle_weights",
    "products",
    "sharing",
    "pebbles",
    "bound",
    "bound_bytes",
    "binds",
)
_BLOCKS = (
    "achievable",
    "achievable_bytes",
    "stays",
    "tile",
    "c2",
    "c1",
    "inputs",
    "weights",
    "outputs",
    "spilled",
    "held_bytes",
)
_MEMORY = ("memory_bytes", "memory_elements", "dtype")


def layer_json(layer: Convolution, chip: OnChip) -> str:
    """One layer's bound and blocking as JSON, and both along the curve of memories."""
    curve = [{"memory": _memory(one.chip), **_outcome(one)} for one in caching.curve(layer, chip)]
    shape = {"c1": layer.c1, "c2": layer.c2, "groups": layer.groups, "sides": [side._asdict() for side in layer.sides]}
    head = {"schema": 1, "theorem": caching.THEOREM, "layer": shape, "memory": _memory(chip)}
    return _dumps({**head, **_figures(Case(layer, chip)), "curve": curve})


def network_json(ledger: Ledger, chip: OnChip) -> str:
    """Every layer of a network as JSON, and their sums; no sum of accesses where one of them is not blocked."""
    found = all_cases(ledger.lines, chip)
    accesses = [None if one.found is None else one.found.access for one in found]
    document = {
        "schema": 1,
        "network": ledger.name,
        "settings": {**{name: plain(value) for name, value in ledger.settings.items()}, "batch": ledger.batch},
        "theorem": caching.THEOREM,
        "memory": _memory(chip),
        "layers": [{"path": one.path, **({"half": one.half} if one.half else {}), **_figures(one)} for one in found],
        "sums": {
            "touched": sum(one.layer.touched for one in found),
            "bound": sum(one.bound for one in found),
            "access": None if None in accesses else sum(access for access in accesses if access is not None),
        },
        "note": NO_SUM,
    }
    return _dumps(document)


def _dumps(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _memory(chip: OnChip) -> dict[str, Any]:
    return {"bytes": chip.bytes, "elements": chip.elements, "dtype": chip.dtypes.word or chip.dtypes._asdict()}


def _figures(case: Case) -> dict[str, Any]:
    layer = case.layer
    return {
        "touched": {"inputs": layer.read, "weights": layer.weights, "outputs": layer.outputs, "elements": layer.touched},
        "unread_inputs": layer.unread,
        "idle_weights": layer.idle,
        "products": layer.products,
        "sharing": layer.shared,
        **_outcome(case),
    }


def _outcome(case: Case) -> dict[str, Any]:
    return {
        "pebbles": case.layer.pebbles(case.chip.elements),
        "bound": case.bound,
        "bound_bytes": case.bound_bytes,
        "binds": case.binds,
        "blocking": _blocking(case),
        **({} if case.found else {"why": case.missing}),
        **({} if unblocked(case.layer) else {"least_memory_bytes": case.least_bytes}),
    }


def _blocking(case: Case) -> dict[str, Any] | None:
    found, words = case.found, case.chip.dtypes
    if found is None:
        return None
    return {
        "stays": found.stays,
        "tile": list(found.tile),
        "c2": found.c2,
        "c1": found.c1,
        "access": found.access,
        "access_bytes": found.moved_bytes(words),
        "moved": {
            "inputs": found.inputs,
            "weights": found.weights,
            "outputs": found.outputs,
            "partial_sums": found.spilled,
        },
        "on_chip": {
            "inputs": found.patch,
            "weights": found.filters,
            "partial_sums": found.sums,
            "bytes": found.held_bytes(words),
        },
    }


def network_csv(ledger: Ledger, chip: OnChip) -> str:
    """A row a layer, exact; figures of a blocking are empty where there is none, and `stays` says why."""
    return written([*_LAYER, *_BLOCKS, *_MEMORY], map(_row, all_cases(ledger.lines, chip)))


def _row(case: Case) -> list[Any]:
    layer, found, words = case.layer, case.found, case.chip.dtypes
    figures = [layer.touched, layer.unread, layer.idle, layer.products, layer.shared, layer.pebbles(case.chip.elements)]
    bound = [case.bound, case.bound_bytes, case.binds]
    memory = [case.chip.bytes, case.chip.elements, spelled(words)]
    if found is None:
        return [case.name, *figures, *bound, "", "", case.missing, *[""] * 8, *memory]
    access = [found.access, found.moved_bytes(words)]
    blocks = [found.stays, "x".join(map(str, found.tile)), found.c2, found.c1]
    moved = [found.inputs, found.weights, found.outputs, found.spilled, found.held_bytes(words)]
    return [case.name, *figures, *bound, *access, *blocks, *moved, *memory]


def layer_markdown(layer: Convolution, chip: OnChip) -> str:
    """One layer worked through as tables of Markdown."""
    case = Case(layer, chip)
    formulas = [*(Column(title, left=True) for title in ("", "formula", "with numbers")), Column("value")]
    steps = table(formulas, [list(map(Cell, step)) for step in caching.steps_of(case)])
    said = "\n".join(f"- {escaped(f'{label}: {words}')}" for label, words, _ in caching.worked(case))
    curve = table(caching.curve_columns(), map(caching.curve_row, caching.curve(layer, chip)))
    return f"{_head()}\n\n{escaped(caching.described(layer))}\n\n{steps}\n\n{said}\n\n{curve}\n"


def network_markdown(ledger: Ledger, chip: OnChip) -> str:
    """A network's layers as a table of Markdown, their sums in its last row, notes below."""
    found = listed(ledger, chip)
    sums = [Cell(f"**{escaped(cell.text)}**" if cell.text else "", "raw") for cell in total(found)]
    body = table(columns(), [*(row for one in found for row in one.rows), sums])
    below = "\n".join(f"- {escaped(f'{label}: {words}')}" for label, words in notes(ledger, found))
    return f"## {escaped(ledger.name)}\n\n{escaped(caching.memory(chip))}\n\n{_head()}\n\n{body}\n\n{below}\n"


def _head() -> str:
    return "  \n".join(map(escaped, (caching.THEOREM, *caching.TERMS)))
