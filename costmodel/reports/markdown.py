"""Reports as Markdown: GitHub's tables, with nothing in them that a name could break."""

import re
from collections.abc import Iterable, Sequence

from costmodel.problems import printable
from costmodel.reports.analysis import Content, content
from costmodel.reports.columns import Shown
from costmodel.reports.layout import Cell, Column

_SPECIAL = {c: f"\\{c}" for c in "\\`|*_[]~$"} | {"<": "&lt;", ">": "&gt;", "&": "&amp;"}
_MARKUP = re.compile(r"(?<![^\W_])_|_(?![^\W_])|[\\`|*\[\]~$<>&]")
"""What Markdown or HTML would read as theirs; an underscore between two letters is none."""


def analysis(shown: Shown) -> str:
    """The report of `analyze`; every row says its unit and how often it runs."""
    return page(content(shown, repeats=True))


def page(found: Content) -> str:
    """A report: its header, its tables, its notes."""
    total = [[Cell(f"**{escaped(c.text)}**" if c.text else "", "raw") for c in found.total]] if found.total else []
    parts = [
        f"## {escaped(found.title)}",
        " · ".join(map(escaped, found.settings)),
        "  \n".join(map(escaped, found.rules)),
        table(found.columns, [*found.rows, *total]),
        table(found.columns, found.kinds) if found.kinds else "",
        "\n".join(f"- {escaped(note.label)}: {escaped(note.words)}" for note in found.notes),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def table(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> str:
    """A table; columns with nothing in them are left out, and cells of the style `raw` are written as they are."""
    body = [[cell.text if cell.style == "raw" else escaped(cell.text) for cell in row] for row in rows]
    kept = [i for i, column in enumerate(columns) if column.title or any(row[i] for row in body)]
    heading = [escaped(columns[i].title) for i in kept]
    sides = [":--" if columns[i].left else "--:" for i in kept]
    return "\n".join(f"| {' | '.join(line)} |" for line in [heading, sides, *([row[i] for i in kept] for row in body)])


def escaped(words: str) -> str:
    """Words as Markdown shows them: no markup, no HTML, no cell's end."""
    return _MARKUP.sub(lambda found: _SPECIAL[found[0]], printable(words))
