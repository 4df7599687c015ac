"""Columns of text, laid out for a width: plain when piped, styled by rich on a terminal."""

import os
import shutil
import sys
from collections.abc import Sequence
from typing import NamedTuple, TextIO

from costmodel.problems import printable, width

PIPED_WIDTH = 100
"""Columns when there is no terminal to ask."""


MIN_LABEL = 8
"""The least width to which columns of words are cut when nothing else can give way."""

LUXURY = 6
"""Columns that yield this early go before the gaps between columns shrink."""


class Cell(NamedTuple):
    """A piece of text and what it means: `head`, `dim`, `good`, `bad`, `strong` or nothing."""

    text: str
    style: str = ""


class Column(NamedTuple):
    """A column of a table: its heading, its side, and how early it gives way when room is short (0: never)."""

    title: str
    left: bool = False
    yields: int = 0


Screen = list[list[Cell]]
"""Lines of cells."""


def terminal_width(stream: TextIO) -> int:
    """The columns to fill: COLUMNS if set, else the terminal's, else a fixed width."""
    if not stream.isatty() and not os.environ.get("COLUMNS", "").isdigit():
        return PIPED_WIDTH
    return max(shutil.get_terminal_size((PIPED_WIDTH, 24)).columns, 20)


def fitting(columns: Sequence[Column], widths: Sequence[int], room: int) -> tuple[list[int], int]:
    """Which columns are shown and the gap between them: luxuries give way first, then gaps, then other columns."""
    shown = list(range(len(columns)))
    gap = 2
    while sum(widths[i] for i in shown) + gap * (len(shown) - 1) > room:
        leaving = max(shown, key=lambda i: columns[i].yields)
        if gap == 2 and columns[leaving].yields < LUXURY:
            gap = 1
        elif columns[leaving].yields == 0:
            break
        else:
            shown.remove(leaving)
    return shown, gap


def table(columns: Sequence[Column], sections: Sequence[Sequence[Sequence[Cell]]], room: int) -> list[Screen]:
    """Sections of rows under one heading, every column equally wide in all of them; the heading comes first."""
    everything = [[Cell(c.title, "head") for c in columns]] + [list(row) for section in sections for row in section]
    widths = [max(width(printable(row[i].text)) for row in everything) for i in range(len(columns))]
    shown, gap = fitting(columns, widths, room)
    excess = sum(widths[i] for i in shown) + gap * (len(shown) - 1) - room
    # what is left over after gaps of one column widens them, from the left
    gaps = [0, *(gap + (place < -excess if gap == 1 else 0) for place in range(len(shown) - 1))]
    for _ in range(excess):
        widest = max((i for i in shown if columns[i].left), key=lambda i: widths[i], default=shown[0])
        widths[widest] = max(widths[widest] - 1, min(widths[widest], MIN_LABEL))

    def line(row: Sequence[Cell]) -> list[Cell]:
        cells: list[Cell] = []
        for place, i in enumerate(shown):
            text = clipped(printable(row[i].text), widths[i])
            space = " " * (widths[i] - width(text))
            last = place == len(shown) - 1
            padded = (text if last else text + space) if columns[i].left else space + text
            cells.append(Cell(" " * gaps[place] + padded, row[i].style))
        while cells and not cells[-1].text.strip():
            cells.pop()
        return [*cells[:-1], *(cell._replace(text=cell.text.rstrip()) for cell in cells[-1:])]

    return [[line(everything[0])], *([line(row) for row in section] for section in sections)]


def clipped(words: str, room: int) -> str:
    """Words cut to a width, the cut marked; the last word stays, for it tells one label from the next."""
    if width(words) <= room:
        return words
    last = words.rpartition(" ")[2] if " " in words else ""
    if width(last) >= room:
        return f"…{_start(last[::-1], room - 1)[::-1]}"
    return f"{_start(words, room - 1 - width(last))}…{last}"


def _start(words: str, room: int) -> str:
    """As much of the beginning of some words as fits."""
    taken = len(words)
    while taken and width(words[:taken]) > max(room, 0):
        taken -= 1
    return words[:taken]


def wrapped(words: str, room: int) -> list[str]:
    """Words as lines of `room` columns, broken at spaces, and within a word only where it is longer than a line."""
    lines = [""]
    for word in words.split(" "):
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if width(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        rest = word
        while width(rest) > room > 1:
            lines[-1] = _start(rest, room)
            rest = rest[len(lines[-1]) :]
            lines.append("")
        lines[-1] = rest
    return lines


def enumerated(parts: Sequence[str], room: int, style: str = "") -> Screen:
    """Parts joined by dots, on as many lines as they need."""
    lines: list[str] = []
    for part in map(printable, parts):
        if lines and width(f"{lines[-1]} · {part}") <= room:
            lines[-1] += f" · {part}"
        else:
            lines.append(part)
    return [text(piece, style) for line in lines for piece in wrapped(line, room)]


def width_of(screen: Screen) -> int:
    """The widest line of a screen, in columns."""
    return max((sum(width(cell.text) for cell in line) for line in screen), default=0)


def text(words: str, style: str = "") -> list[Cell]:
    """A line of one piece."""
    return [Cell(printable(words), style)]


NOTE_INDENT = 17
"""The column at which notes below a table start."""


def note(label: str, words: str, room: int, style: str = "") -> Screen:
    """A labelled sentence below a table, wrapped into `room` columns."""
    parts = wrapped(printable(words), max(room - NOTE_INDENT, 20))
    labels = [label, *[""] * (len(parts) - 1)]
    return [[Cell(f"{name:<{NOTE_INDENT}}", "dim"), Cell(part, style)] for name, part in zip(labels, parts, strict=True)]


def coloured(stream: TextIO) -> bool:
    """Whether a stream gets colour: a terminal does, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def plain(screen: Screen) -> str:
    """Lines as text, without styles."""
    return "".join("".join(cell.text for cell in line) + "\n" for line in screen)


def show(screen: Screen, stream: TextIO | None = None, colour: bool | None = None) -> None:
    """Write lines to a stream (standard output); styled where that is a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if colour is None:
        colour = coloured(stream)
    if not colour:
        stream.write(plain(screen))
        return
    from costmodel.reports.styled import write

    write(screen, stream)
