"""Memory over time: what is alive while each op runs, a bar a row; the peak, and an order of the ops that lowers it."""

from collections.abc import Sequence

from costmodel.memory import SHARED
from costmodel.reports import peak
from costmodel.reports.analysis import Content, Note, header, settings_of
from costmodel.reports.columns import Shown
from costmodel.reports.layout import Cell, Column, Screen, note, table, text, width_of
from costmodel.reports.timeline import AMOUNTS, TEXTS, Timeline
from costmodel.reports.words import LOWER, count, size, uncounted
from costmodel.schedule import schedule

_DEFAULT = ("layer", "op", "output", "waiting", "alive", "size")
_YIELDS = {"waiting": 7, "output": 5}
_MARK = " peak"
_LEAST_BAR = 8
_PAGE_BAR = 24
"""Columns of a bar in Markdown."""
_EIGHTHS = "▏▎▍▌▋▊▉"


def bar(part: int, whole: int, room: int) -> str:
    """A bar of blocks as long as a part is of a whole that fills the room, to an eighth of a column, rounded up.

    >>> bar(1, 16, 4), bar(3, 4, 4), bar(0, 4, 4)
    ('▎', '███', '')
    """
    eighths = -(-part * room * 8 // whole) if whole else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8 - 1] if eighths % 8 else "")


def content(line: Timeline, *, repeats: bool) -> tuple[Content, list[tuple[int, bool]]]:
    """The report but for its bars; for each row the elements that its bar is of, and whether it is the peak's."""
    shown, memory = line.shown, line.memory
    keys = shown.columns or _DEFAULT
    keys = keys if {"layer", "path"} & set(keys) else ("layer", *keys)
    at = keys.index("layer") + 1 if "layer" in keys else 0
    body: list[list[Cell]] = []
    bars: list[tuple[int, bool]] = []
    for one in line.moments:
        is_peak = memory.peak is not None and one.step.node == memory.peak.node
        labelled = one.first or repeats
        cells = [Cell(line.cell(one, key) if labelled or key != "layer" else "", _style(key, is_peak)) for key in keys]
        if at:
            cells.insert(at, Cell(f"{one.row.times} ×" if labelled and one.row.times > 1 else ""))
        body.append(cells)
        bars.append((one.step.alive, is_peak))
    if line.hidden:
        body.append(_others(line, keys, at))
        bars.append((line.others.step.alive, line.others.step == memory.peak))
    columns = [_column(key, line.scale.unit, not shown.columns) for key in keys]
    columns[at:at] = [Column("")] if at else []
    name = " · ".join(part for part in (line.ledger.name, line.ledger.source) if part)
    rules = [f"memory: {memory.reuse.meaning} ({memory.reuse.name})", SHARED]
    return Content(name, settings_of(shown), rules, columns, body, [], [], notes(line)), bars


def _others(line: Timeline, keys: Sequence[str], at: int) -> list[Cell]:
    first = next(key for key in keys if key in ("layer", "path"))
    known = (*AMOUNTS, "size")
    cells = [Cell("others" if key == first else line.cell(line.others, key) if key in known else "", "dim") for key in keys]
    if at:
        cells.insert(at, Cell(""))
    return cells


def _style(key: str, is_peak: bool) -> str:
    return "strong" if is_peak else "dim" if key in ("input", "then", "waiting") else ""


def _column(key: str, unit: str, yields: bool) -> Column:
    titles = {"size": unit, "then": "with"}
    return Column(titles.get(key, key), key in TEXTS, _YIELDS.get(key, 0) if yields else 0)


def notes(line: Timeline) -> list[Note]:
    """The peak and what is alive there, the figures that go with it, a better order, and the parts of a device's memory."""
    memory, scale, dtypes, ledger = line.memory, line.scale, line.shown.dtypes, line.ledger
    least = LOWER if ledger.unknown else ""
    found = [Note("not counted", f"what these keep beside their output: {uncounted(ledger.uncounted)}", "bad")] if least else []
    at = f" at {memory.at}" if memory.at else ""
    found.append(Note("peak", f"{least}{count(memory.elements)} elements ({least}{scale(memory.elements)}){at}", "strong"))
    found += [Note("alive there", said) for said in peak.at_peak(memory, scale)]
    large = memory.largest
    found.append(Note("largest tensor", f"{_size(line, memory.flow.sizes[large])}, {peak.maker(memory, large)}"))
    if (widest := memory.widest) is not None:
        found.append(Note("input + output", f"{_size(line, widest.own)} at most, at {memory.flow.path(widest.node)}"))
    plan = schedule(memory.flow, memory.reuse)
    better = "good" if plan.peak < plan.before else ""
    found.append(Note("better order" if better else "order", peak.order(memory, plan, scale), better))
    if line.hidden:
        many = sum(one.row.times for one in line.hidden)
        found.append(Note("others", f"{count(many)} not shown: at most {scale(line.others.step.alive)} alive"))
    parameters = ledger.totals.params
    stored = size(dtypes.bytes(parameters, 0))
    found.append(Note("flash", f"{least}{count(parameters)} parameters, {least}{stored} in {dtypes.weights}"))
    found.append(Note("RAM", f"{least}{scale(memory.elements)} of feature maps in {dtypes.activations}"))
    return found


def _size(line: Timeline, elements: int) -> str:
    return f"{count(elements)} elements ({line.scale(elements)})"


def screen(shown: Shown, room: int) -> Screen:
    """The whole report, as lines for `room` columns."""
    line = Timeline(shown, whole_list=False)
    found, bars = content(line, repeats=False)
    most, beside = line.memory.elements, len(_MARK)
    heading, main = table(found.columns, [found.rows], room - _LEAST_BAR - beside - 2)
    wide = max(width_of(heading), width_of(main))
    left = max(room - wide - beside - 2, 1)
    drawn = []
    for cells, (part, is_peak) in zip(main, bars, strict=True):
        gap = " " * (wide + 2 - width_of([cells]))
        drawn.append([*cells, Cell(gap + bar(part, most, left) + (_MARK if is_peak else ""), "bad" if is_peak else "head")])
    said, before = [], ""
    for one in found.notes:
        said += note("" if one.label == before else one.label, one.words, room, one.style)
        before = one.label
    return [*header(found, shown, room), [], *heading, *drawn, *([[]] if drawn else [text("no op runs", "dim"), []]), *said]


def as_markdown(shown: Shown) -> str:
    """The report as Markdown: every row says its unit, and has its bar."""
    from costmodel.reports.markdown import page

    line = Timeline(shown, whole_list=False)
    found, bars = content(line, repeats=True)
    most = line.memory.elements
    drawn = [Cell(bar(part, most, _PAGE_BAR) + (_MARK if is_peak else "")) for part, is_peak in bars]
    body = [[*cells, cell] for cells, cell in zip(found.rows, drawn, strict=True)]
    return page(found._replace(columns=[*found.columns, Column("over time", left=True)], rows=body))
