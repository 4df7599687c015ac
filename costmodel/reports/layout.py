"""Columns of text, laid out for a width: plain when piped, styled by rich on a terminal."""

import os
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import NamedTuple, TextIO

from costmodel.problems import printable

PIPED_WIDTH = 100
"""Columns when there is no terminal to ask."""


MIN_LABEL = 8
"""The least width to which the first column is cut when nothing else can give way."""

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
    widths = [max(len(row[i].text) for row in everything) for i in range(len(columns))]
    shown, gap = fitting(columns, widths, room)
    excess = sum(widths[i] for i in shown) + gap * (len(shown) - 1) - room
    # what is left over after gaps of one column widens them, from the left
    gaps = [0, *(gap + (place < -excess if gap == 1 else 0) for place in range(len(shown) - 1))]
    if columns[0].left and excess > 0:
        widths[0] = max(widths[0] - excess, MIN_LABEL)

    def line(row: Sequence[Cell]) -> list[Cell]:
        cells: list[Cell] = []
        for place, i in enumerate(shown):
            text = clipped(printable(row[i].text), widths[i])
            space = " " * (widths[i] - len(text))
            last = place == len(shown) - 1
            padded = (text if last else text + space) if columns[i].left else space + text
            cells.append(Cell(" " * gaps[place] + padded, row[i].style))
        while cells and not cells[-1].text.strip():
            cells.pop()
        return cells

    return [[line(everything[0])], *([line(row) for row in section] for section in sections)]


def clipped(words: str, width: int) -> str:
    """Words cut to a width, the cut marked; the last word stays, for it tells one label from the next."""
    if len(words) <= width:
        return words
    last = words.rpartition(" ")[2] if " " in words else ""
    return f"{words[: max(width - 1 - len(last), 0)]}…{last}"[:width]


def width_of(screen: Screen) -> int:
    """The widest line of a screen, in columns."""
    return max((sum(len(cell.text) for cell in line) for line in screen), default=0)


def text(words: str, style: str = "") -> list[Cell]:
    """A line of one piece."""
    return [Cell(printable(words), style)]


NOTE_INDENT = 17
"""The column at which notes below a table start."""


def note(label: str, words: str, room: int, style: str = "") -> Screen:
    """A labelled sentence below a table, wrapped into `room` columns."""
    parts = textwrap.wrap(printable(words), max(room - NOTE_INDENT, 20)) or [""]
    labels = [label, *[""] * (len(parts) - 1)]
    return [[Cell(f"{name:<{NOTE_INDENT}}", "dim"), Cell(part, style)] for name, part in zip(labels, parts, strict=True)]


def coloured(stream: TextIO) -> bool:
    """Whether a stream gets colour: a terminal does, unless NO_COLOR is set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def show(screen: Screen, stream: TextIO | None = None, colour: bool | None = None) -> None:
    """Write lines to a stream (standard output); styled where that is a terminal and NO_COLOR is not set."""
    stream = stream or sys.stdout
    if colour is None:
        colour = coloured(stream)
    if not colour:
        stream.write("".join("".join(cell.text for cell in line) + "\n" for line in screen))
        return
    from costmodel.reports.styled import write

    write(screen, stream)
