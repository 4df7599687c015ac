"""Tables: a first row that names columns, and rows of as many cells; for layers, variants and published figures."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from costmodel.problems import Mark, Problems, one_of
from costmodel.spec.source import Map, Seq, Text
from costmodel.spec.words import without_commas


class Grid(NamedTuple):
    """The names of the columns, and the rows that fit them, with their cells still as written.

    `lists` are columns beside these that are given whole, by something else than a written list.
    """

    mark: Mark
    header: list[Text]
    rows: list[Seq]
    lists: dict[Text, Any]


def read_grid(data: Any, at: Mark, problems: Problems) -> Grid | None:
    """A table by rows, or None where nothing says what its columns are; what is wrong goes onto `problems`."""
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
    rows = [row for row in data[1:] if _fits(row, data[0], problems)] if len(header) == len(data[0]) else []
    return Grid(data.mark, header, rows, {})


def read_columns(data: Map, _at: Mark, problems: Problems) -> Grid | None:
    """A table by columns, turned into rows as far as the columns are written out; those given whole are its `lists`."""
    if not data:
        problems.add(data.mark, "this table has no columns", "{c: [8, 16], n: [1, 2]}")
        return None
    written = {title: items for title, items in data.items() if isinstance(items, Seq)}
    lists = {title: items for title, items in data.items() if title not in written}
    for title, items in lists.items():
        if isinstance(items, Text) and (items.absent or title == "name"):
            what = "names, such as [stage1, stage2]" if title == "name" else "values, such as [8, 16], or the name of a list"
            problems.add(title.mark, f"the column '{title}' takes a list of {what}")
            lists[title] = _row(title.mark, [Text("1", title.mark)])
    for title, items in written.items():
        if not items:
            problems.add(items.mark, f"the column '{title}' has no values")
    lengths = [(title, len(items)) for title, items in written.items()]
    for title, length in lengths[1:]:
        if length != lengths[0][1]:
            problems.add(title.mark, unequal(lengths[0], (title, length)))
    lists = {title: items for title, items in lists.items() if title != "name"}
    return Grid(data.mark, list(written), _turned(list(written.values())), lists)


def _turned(columns: list[Seq]) -> list[Seq]:
    """Columns as rows, each where its first cell stands."""
    return [_row(cells[0].mark, cells) for cells in zip(*columns, strict=False)]


def _row(mark: Mark, cells: Iterable[Any]) -> Seq:
    row = Seq(mark=mark)
    row.extend(cells)
    return row


def unequal(one: tuple[str, int], other: tuple[str, int]) -> str:
    """What to say of two columns that differ in length."""
    (a, m), (b, n) = one, other
    return f"columns go together row by row, and '{a}' has {_values(m)} where '{b}' has {_values(n)}"


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count:,} values"


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
        glued = [cell for cell in row if isinstance(cell, Text) and without_commas(cell)] if len(row) < len(header) else []
        columns = "1 column" if len(header) == 1 else f"{len(header)} columns"
        hint = f"a comma is missing: {one_of(without_commas(glued[0]))}" if glued else f"its columns are {one_of(header)}"
        problems.add(glued[0].mark if glued else mark, f"this row has {cells}, and the table has {columns}", hint)
    return len(row) == len(header)
