"""What `analyze` says: header, rows, total, kinds, published figures, everything moved; and its screen."""

from collections.abc import Sequence
from typing import NamedTuple

from costmodel.layers import by_layer, kind_label, main_line
from costmodel.line import Line
from costmodel.measuring.predicting import Prediction
from costmodel.reports import peak
from costmodel.reports import roofline as timed
from costmodel.reports.columns import (
    DEFAULT,
    ON_DEVICE,
    PREDICTED,
    TEXTS,
    Amounts,
    Shown,
    bytes_of,
    cell,
    counted,
    headed,
    is_amount,
    number,
    title,
)
from costmodel.reports.figures import few
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.rows import Row, summed
from costmodel.reports.selection import Selection, select
from costmodel.reports.words import LOWER, count, counting, setting, share, size, uncounted
from costmodel.traffic import UNFUSED, Traffic


class Note(NamedTuple):
    """A labelled sentence below the table."""

    label: str
    words: str
    style: str = ""


class Content(NamedTuple):
    """The report before it is laid out; every row of cells has one for each column."""

    title: str
    settings: list[str]
    rules: list[str]
    """Which convention and which traffic model count."""
    columns: list[Column]
    rows: list[list[Cell]]
    total: list[Cell]
    kinds: list[list[Cell]]
    notes: list[Note]


def content(shown: Shown, *, repeats: bool = False) -> Content:
    """The report; with `repeats` every row says its unit, not only a unit's first."""
    predicted = isinstance(shown.roofline, Prediction)
    keys = shown.columns or (PREDICTED if predicted else ON_DEVICE if shown.roofline else DEFAULT)
    keys = keys if {"layer", "path"} & set(keys) else ("layer", *keys)
    chosen = select(shown, keys, whole_list=False)
    body = [_row_cells(row, keys, first or repeats, shown, chosen.whole) for first, row in chosen.rows]
    if chosen.left:
        others = _sum_cells("others", keys, chosen.others, chosen.whole, sign=chosen.sign)
        body.append([c._replace(style="dim") for c in others])
    least = LOWER if shown.ledger.unknown else ""
    total = [
        Cell("" if key.startswith("%") else c.text, "strong")
        for key, c in zip(_with_times(keys), _sum_cells("total", keys, chosen.whole, chosen.whole, sign=least), strict=True)
    ]
    columns = headed(keys, shown.convention, not shown.columns)
    columns = [column._replace(title=column.title.removesuffix(" ≥")) for column in columns] if predicted else columns
    at = _times_at(keys)
    columns[at:at] = [Column("")] if at else []
    rules = [
        f"{shown.convention.unit}: {shown.convention.meaning} ({shown.convention.name})",
        f"access: {shown.traffic.said} ({shown.traffic.spelled})",
        *([timed.rule(shown.roofline)] if shown.roofline else []),
    ]
    rules = [counting(rule, shown.ledger.multiplying) for rule in rules]
    name = " · ".join(part for part in (shown.ledger.name, shown.ledger.source) if part)
    kinds = _kinds(shown, keys, chosen.whole) if shown.by != "op" else []
    return Content(name, settings_of(shown), rules, columns, body, total, kinds, _notes(shown, chosen, keys))


def _times_at(keys: tuple[str, ...]) -> int:
    """Where the column stands that says how often a row runs: behind the layers, if these are shown."""
    return keys.index("layer") + 1 if "layer" in keys else 0


def _with_times(keys: tuple[str, ...]) -> tuple[str, ...]:
    at = _times_at(keys)
    return (*keys[:at], "times", *keys[at:]) if at else keys


def _row_cells(row: Row, keys: tuple[str, ...], labelled: bool, shown: Shown, whole: Amounts) -> list[Cell]:
    amounts = shown.amounts(row)
    cells = [cell(row, key, amounts, whole) if labelled or key != "layer" else Cell("") for key in keys]
    if at := _times_at(keys):
        cells.insert(at, Cell(f"{row.times} ×" if labelled and row.times > 1 else ""))
    return cells


def _sum_cells(
    label: str, keys: tuple[str, ...], amounts: Amounts, whole: Amounts, beside: str = "", sign: str = ""
) -> list[Cell]:
    """A row of sums: its label in the first column of layers or paths, `beside` it how many they are."""
    first = next(key for key in keys if key in ("layer", "path"))
    cells = [
        Cell(label) if key == first else Cell("") if key in TEXTS or key == "line" else number(key, amounts, whole, sign=sign)
        for key in keys
    ]
    if at := _times_at(keys):
        cells.insert(at, Cell(beside, "dim"))
    return cells


def _kinds(shown: Shown, keys: tuple[str, ...], whole: Amounts) -> list[list[Cell]]:
    """Layers by kind, the one with the most operations first; where a traffic model has every op move, ops by kind."""
    if not any(map(is_amount, keys)):
        return []
    kinds: dict[str, list[list[Line]]] = {}
    for layer in by_layer(shown.ledger.lines):
        if not shown.traffic.counted:
            for line in layer:
                kinds.setdefault(kind_label(line), []).append([line])
        elif (main := main_line(layer)).rule.counted:
            kinds.setdefault(kind_label(main), []).append(layer)
    found = {
        kind: summed(shown.ledger, kind, [line for lines in groups for line in lines], shown.convention, shown.traffic)
        for kind, groups in kinds.items()
    }
    seen = {kind: row for kind, row in found.items() if row.sign or row.main.rule.counted or _shows(shown.amounts(row), keys)}
    ordered = sorted(seen.items(), key=lambda item: (-item[1].operations, -item[1].moves.access))
    return [_sum_cells(kind, keys, shown.amounts(row), whole, str(len(kinds[kind]))) for kind, row in ordered]


def _shows(amounts: Amounts, keys: tuple[str, ...]) -> bool:
    """Whether there is anything in the columns of a row."""
    return any(amounts(key) for key in counted(keys))


def settings_of(shown: Shown) -> list[str]:
    """Every setting, the batch, the data types, the number of layers."""
    ledger = shown.ledger
    layers = sum(line.rule.counted for line in ledger.lines)
    parameters = [setting(name, value) for name, value in ledger.settings.items()]
    rest = [f"batch {count(ledger.batch)}", str(shown.dtypes), f"{layers} layer{'s' if layers != 1 else ''}"]
    return [*parameters, *rest]


def screen(shown: Shown, room: int) -> Screen:
    """The whole report, as lines for `room` columns."""
    found = content(shown)
    heading, main, total, kinds = table(found.columns, [found.rows, [found.total], found.kinds], room)
    rule = text("─" * min(max(width_of(heading), width_of(main), width_of(total)), room), "dim")
    return [
        *header(found, shown, room),
        [],
        *heading,
        *main,
        rule,
        *total,
        *([[]] if kinds else []),
        *kinds,
        [],
        *(line for n in found.notes for line in note(n.label, n.words, room, n.style)),
    ]


def header(found: Content, shown: Shown, room: int) -> Screen:
    """A report's title, its settings beside or below it, and by which rules it counts."""
    name, shorter = found.title, _shorter(found.settings, shown)
    beside = next((settings for settings in shorter if _one_line(name, settings) <= room), None)
    if beside is not None:
        gap = room - _one_line(name, beside) + 2
        head = [[Cell(name, "head"), Cell(" " * gap + " · ".join(beside))]]
    else:
        below = next((settings for settings in shorter if len(" · ".join(settings)) <= room), found.settings)
        head = [text(name, "head"), *enumerated(below, room)]
    return [*head, *enumerated(found.rules, room, "dim")]


def _shorter(settings: list[str], shown: Shown) -> list[list[str]]:
    """Settings, and ever fewer of them: parameters at their defaults give way, the last first, the first two never."""
    gives_way = [at for at, name in enumerate(shown.ledger.settings) if at > 1 and name in shown.at_default]
    kept = (set(gives_way[: len(gives_way) - n]) for n in range(len(gives_way) + 1))
    return [[words for at, words in enumerate(settings) if at in left or at not in gives_way] for left in kept]


def _one_line(name: str, settings: Sequence[str]) -> int:
    """The columns that a title and the settings beside it need."""
    return width_of([text(name)]) + 2 + width_of([text(" · ".join(settings))])


def _notes(shown: Shown, chosen: Selection, keys: tuple[str, ...]) -> list[Note]:
    ledger = shown.ledger
    least = LOWER if ledger.unknown else ""
    missing = f"{uncounted(ledger.uncounted)}, and shares are of what is counted"
    notes = [Note("not counted", missing, "bad")] if least else []
    if shown.roofline:
        notes += [Note(*said) for said in timed.said(shown.roofline, bool(least), shown.by)]
    if shown.published is not None:
        notes += [Note(*said) for said in few(shown.published, ledger.source, shown.spec)]
        if not shown.published:
            notes.append(Note("published", "the spec has no figures for these settings", "dim"))
    if chosen.left:
        shares = [
            f"{share(chosen.others(key), chosen.whole(key))} % of the {title(key, '', shown.convention).removesuffix(' ≥')}"
            for key in counted(keys)
        ]
        notes.append(Note("others", f"{count(chosen.left)} not shown: {', '.join(shares) or 'no counts in these columns'}"))
    if chosen.quiet:
        names = [row.op for row in chosen.quiet]
        ops = ", ".join(f"{names.count(name)} {name}" for name in dict.fromkeys(names))
        nothing = "nothing in these columns" if shown.columns else f"no {shown.convention.unit}, no parameters"
        notes.append(Note("not listed", f"{ops}: {nothing}"))
    return [*notes, *_moved(shown, least), Note("peak memory", peak.short(shown))]


def _moved(shown: Shown, least: str) -> list[Note]:
    """What moves under the traffic model, reads, writes and parameters apart; and what every op would move on its own."""
    ledger, model = shown.ledger, shown.traffic
    read, written, loaded = (f"{least}{count(moved)}" for moved in ledger.moved(None, model))
    access = f"{_amount(shown, model, least)}: {read} read, {written} written, {loaded} params"
    notes = [Note("access", access + _beside(shown, model))]
    if model != UNFUSED:
        everything = f"{_amount(shown, UNFUSED, least)}, norms unfolded{_beside(shown, UNFUSED)}"
        notes.append(Note("every op moved", everything))
    return notes


def _amount(shown: Shown, model: Traffic, least: str) -> str:
    ledger = shown.ledger
    moved = size(bytes_of(ledger, shown.dtypes, model))
    return f"{least}{count(ledger.moved(None, model).access)} elements ({least}{moved})"


def _beside(shown: Shown, model: Traffic) -> str:
    """The share of the access that is not of convolutions and FC layers, where the model counts such."""
    if model.counted:
        return ""
    ledger = shown.ledger
    whole = ledger.moved(None, model).access
    beside = whole - ledger.moved((line for line in ledger.lines if line.rule.counted), model).access
    return counting(f"; {share(beside, whole)} % not conv + FC", ledger.multiplying)
