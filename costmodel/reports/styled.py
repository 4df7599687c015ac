"""Colour on a terminal, by rich; loaded only there.

Its styles alone: a rich console takes three times as long to load, and has nothing to lay out here.
"""

from typing import TextIO

from rich.color import ColorSystem
from rich.style import Style

from costmodel.reports.layout import Cell, Screen

_STYLES = {
    "head": Style(bold=True),
    "strong": Style(bold=True),
    "dim": Style(dim=True),
    "good": Style(color="green"),
    "bad": Style(color="red", bold=True),
}


def write(screen: Screen, stream: TextIO) -> None:
    """Write lines of styled cells."""
    stream.write("".join("".join(map(_styled, line)) + "\n" for line in screen))


def _styled(cell: Cell) -> str:
    style = _STYLES.get(cell.style)
    return style.render(cell.text, color_system=ColorSystem.STANDARD) if style else cell.text
