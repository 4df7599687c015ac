"""The explorer's sentences and rows: titles, what is illegal and why, a network's layers and its totals."""

from costmodel.explorer.figures import verdict
from costmodel.explorer.model import Refusal, State
from costmodel.explorer.network import Edit, Row
from costmodel.explorer.plot import short
from costmodel.problems import printable
from costmodel.reports.layout import Cell, Screen, text, wrapped
from costmodel.reports.words import LOWER, count, share
from costmodel.single import Sizes, layer_of, line_of, spelled

_PINNED = {
    "depthwise": "a depthwise layer has one width",
    "stem": "the image gives its c1",
    "classifier": "the classes are its c2",
}
"""Why nobody is free to choose a layer's widths, by the reason that `bounds.pinned` gives."""
WIDE = 60
"""Columns from which a list has room for words."""


def title(sizes: Sizes, room: int) -> Screen:
    """A layer in a line: the maps, the kernel."""
    y = line_of(sizes).output
    groups = f", {sizes.groups} groups" if sizes.groups > 1 else ""
    stride = f", stride {spelled(sizes.stride)}" if sizes.stride != 1 else ""
    kernel = spelled(sizes.k if isinstance(sizes.k, tuple) else (sizes.k, sizes.k))
    said = f"{sizes.c1}×{sizes.h}×{sizes.w} → {y} · {kernel.replace('x', '×')} convolution{groups}{stride}"
    return [_line("memory access against its bound", said, room)]


def place(edit: Edit, room: int) -> Screen:
    """A layer of a network in a line: its number, place, op, maps, and why it is pinned."""
    row, ledger = edit.row, edit.walk.ledger
    line = ledger.lines[row.number]
    number = f"{edit.walk.rows.index(row) + 1} of {len(edit.walk.rows)}"
    said = f"{number} · {line.inputs[0]} → {line.output} · {row.op}"
    pinned = f" · pinned: {row.pinned}" if row.pinned else ""
    right = f"{said}{pinned}"
    left = f"{ledger.name} · {row.path}"
    return [_line(left if len(left) + len(right) < room else row.path, right, room)]


def _line(left: str, right: str, room: int) -> list[Cell]:
    """Words at both ends of a line; those on the left give way."""
    left = _cut(printable(left), room - len(right) - 1)
    return [Cell(left, "strong"), Cell(f"{right:>{room - len(left)}}", "dim")]


def _cut(words: str, room: int) -> str:
    """The end of a text that is too long."""
    return words if len(words) <= room else f"…{words[len(words) - room + 1 :]}" if room > 1 else ""


def of_layer(state: State, room: int) -> Screen:
    """What is illegal, each with the nearest legal values, or what the figures come to."""
    if state.refused:
        last = "figures and curves: the last layer that could be built"
        return [*_refused(state.refused, room), *_wrapped(last, "dim", room)]
    said, style = verdict(layer_of(state.sizes))
    return _wrapped(said, style, room)


def _refused(refused: dict[str, Refusal], room: int) -> Screen:
    lines: Screen = []
    for name, refusal in refused.items():
        nearest = f"; {name} may be {refusal.advice}" if refusal.nearest else ""
        lines += _wrapped(f"✗ {refusal.message}{nearest}", "bad", room)
    return lines


def _wrapped(words: str, style: str, room: int) -> Screen:
    return [text(piece, style) for piece in wrapped(printable(words), max(room, 10))]


def heading(room: int) -> Screen:
    """The heading of the list of layers."""
    return [[Cell(_columns(("layer", "op", "access", "gap", "pinned"), room), "head")]]


def row(row: Row, room: int) -> list[Cell]:
    """One layer of the list; those that are pinned dimmed."""
    layer, wide = row.layer, room >= WIDE
    gap = share(layer.gap, layer.access) if wide else f"{round(100 * layer.gap / layer.access)}"
    access = count(layer.access) if wide else short(float(layer.access))
    return [Cell(_columns((row.path, row.op, access, f"{gap} %", row.pinned), room), "dim" if row.pinned else "")]


def _columns(cells: tuple[str, str, str, str, str], room: int) -> str:
    """The cells of a row; where room is short a pinned layer has a letter."""
    path, op, access, gap, pinned = cells
    wide = room >= WIDE
    rest = f" {op:<9} {access:>11} {gap:>6} {pinned:<10}" if wide else f" {op:<9} {access:>6} {gap:>4} {pinned[:1]:<1}"
    left = max(room - len(rest), 4)
    return f"{_cut(printable(path), left):<{left}}{rest}"


def of_network(edit: Edit, room: int) -> Screen:
    """The network's totals before and after a change, or why it cannot be built."""
    if edit.refused:
        return _refused(edit.refused, room)
    before, after = edit.walk.ledger.totals, edit.outcome.totals
    if after is None:
        return _wrapped(f"✗ cannot be built: {edit.outcome.reason}", "bad", room)
    lower = LOWER if edit.walk.ledger.unknown else ""
    was, now = ((f"{lower}{count(each.mult_adds)}", f"{lower}{count(each.access)}") for each in (before, after))
    lines = [_total("network", ("mult-adds", "access"), "head")]
    if not edit.is_changed:
        pinned = f"pinned, {_PINNED[edit.row.pinned]}: its gap is nobody's to close" if edit.row.pinned else ""
        return [*lines, _total("", was), *(_wrapped(pinned, "dim", room) if pinned else [])]
    follow = edit.outcome.follow
    more = f"+{len(follow)} more" if follow else ""
    change = _change(before.mult_adds, after.mult_adds), _change(before.access, after.access)
    lines += [_total("was", was, "dim"), _total("is", now, "strong"), _total(more, change)]
    return [*lines, *(_wrapped(f"changed with it: {', '.join(follow)}", "dim", room) if follow else [])]


def _total(name: str, figures: tuple[str, str], style: str = "") -> list[Cell]:
    mult_adds, access = figures
    return [Cell(f"{name:<8}{mult_adds:>15}{access:>14}", style)]


def _change(old: int, new: int) -> str:
    """A difference in percent, with its sign."""
    return f"{float(100 * (new - old) / old):+.2f} %".replace("-", "−") if old else ""
