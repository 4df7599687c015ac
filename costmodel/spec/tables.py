"""Tables: a first row that names columns, and rows of as many cells; for layers, variants and published figures."""

from typing import Any, NamedTuple

from costmodel.problems import Mark, Problems
from costmodel.spec.source import Map, Seq, Text


class Grid(NamedTuple):
    """The names of the columns, and the rows that fit them, with their cells still as written."""

    header: list[Text]
    rows: list[Seq]


def read_grid(data: Any, at: Mark, problems: Problems) -> Grid | None:
    """A table, or None where nothing says what its columns are; what is wrong goes onto `problems`."""
    if isinstance(data, Map):
        problems.add(data.mark, "a table is written by rows, and here are columns", "first row the names: - [c, n]")
        return None
    if not isinstance(data, Seq) or not data or not isinstance(data[0], Seq) or not data[0]:
        mark = getattr(data, "mark", at)
        problems.add(mark, "a table is a list of rows, the first of which names the columns", "- [c, n, s]")
        return None
    header = [cell for cell in data[0] if _is_title(cell, data[0], problems)]
    if len(data) == 1:
        problems.add(data.mark, "this table has columns and no rows")
    return Grid(header, [row for row in data[1:] if _fits(row, data[0], problems)] if len(header) == len(data[0]) else [])


def _is_title(cell: Any, header: Seq, problems: Problems) -> bool:
    if not isinstance(cell, Text) or not cell:
        problems.add(cell.mark, "the first row names the columns, and here is no name")
        return False
    first = next(other for other in header if other == cell)
    if first is not cell:
        problems.add(cell.mark, f"the column '{cell}' stands twice")
        return False
    return True


def _fits(row: Any, header: Seq, problems: Problems) -> bool:
    if not isinstance(row, Seq):
        problems.add(
            row.mark, f"a row is a list of cells, and here is {'a mapping' if isinstance(row, Map) else repr(str(row))}"
        )
        return False
    if len(row) != len(header):
        cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
        mark = row[len(header)].mark if len(row) > len(header) else row.mark
        columns = "1 column" if len(header) == 1 else f"{len(header)} columns"
        problems.add(mark, f"this row has {cells}, and the table has {columns}")
    return len(row) == len(header)
