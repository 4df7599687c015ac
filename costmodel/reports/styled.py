"""Colour on a terminal, by rich; loaded only there."""

from typing import TextIO

from rich.console import Console
from rich.style import Style
from rich.text import Text

from costmodel.reports.layout import Screen

_STYLES = {
    "head": Style(bold=True),
    "strong": Style(bold=True),
    "dim": Style(dim=True),
    "good": Style(color="green"),
    "bad": Style(color="red", bold=True),
}


def write(screen: Screen, stream: TextIO) -> None:
    """Write lines of styled cells."""
    console = Console(file=stream, highlight=False, soft_wrap=True, force_terminal=True)
    whole = Text()
    for line in screen:
        for cell in line:
            whole.append(cell.text, _STYLES.get(cell.style))
        whole.append("\n")
    console.print(whole, end="")
