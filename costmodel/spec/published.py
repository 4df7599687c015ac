"""Figures that a source prints, kept with the precision in which they are printed."""

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from costmodel.conventions import CONVENTIONS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.names import check_label
from costmodel.spec.reading import is_there
from costmodel.spec.source import Data, Map, Seq, Text
from costmodel.spec.tables import read_grid
from costmodel.spec.values import BadValue, Value, read_value

METRICS = ("mult_adds", "params")
"""The figures that sources print and this tool computes."""

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}


class Figure(NamedTuple):
    """A printed figure: its text, its value, and the value of one unit in its last digit."""

    text: str
    value: Fraction
    unit: Fraction

    def met(self, computed: int, cut: bool) -> bool:
        """Whether a computed count, rounded (or cut) to the printed digits, is the printed figure.

        >>> figure("569M").met(568_740_352, cut=False)
        True
        """
        steps = Fraction(computed) / self.unit
        return (int(steps) if cut else int(steps + Fraction(1, 2))) * self.unit == self.value


def figure(text: str) -> Figure:
    """Read a figure such as 4.2M or 568,740,352. Raises `ValueError` where the text is not one."""
    match = re.fullmatch(r"(\d[\d,]{0,30})(?:\.(\d{1,30}))?\s*([kMGB]?)", text, re.ASCII)
    if not match:
        raise ValueError(f"'{text}' is not a figure such as 569M, 4.2M or 568740352")
    whole, decimals, letter = match[1].replace(",", ""), match[2] or "", match[3]
    unit = Fraction(_UNITS[letter], 10 ** len(decimals))
    return Figure(text, int(whole + decimals) * unit, unit)


@dataclass(slots=True, eq=False)
class Published:
    """One row of published figures: the settings it was printed for, the figures, and by which convention."""

    mark: Mark
    variant: Text
    settings: dict[Text, Value]
    figures: dict[str, Figure]
    convention: str
    source: str
    cut: bool
    differs: str


_TEXTS = ("source", "convention", "digits", "differs")


def read_published(data: object, params: set[str], problems: Problems) -> list[Published]:
    """Every row of a spec's `published`; what is wrong goes onto `problems`."""
    rows: list[Published] = []
    for entry in data if isinstance(data, Seq) else [data]:
        if not isinstance(entry, Map):
            mark = getattr(entry, "mark", None)
            problems.add(mark, "a published row is a mapping of figures", "{mult_adds: 569M, params: 4.2M, source: table 4}")
            continue
        shared = {key: item for key, item in entry.items() if key != "table"}
        if "table" not in entry:
            rows.append(_row(entry.mark, shared, params, problems))
        elif grid := read_grid(entry.at("table"), entry.mark, problems):
            clash = next((title for title in grid.header if title in shared), None)
            if clash is not None:
                problems.add(clash.mark, f"'{clash}' is a column and stands beside the table too")
            lines = (shared | dict(zip(grid.header, line, strict=True)) for line in grid.rows)
            rows += [_row(line.mark, cells, params, problems) for line, cells in zip(grid.rows, lines, strict=True)]
    return rows


def _row(mark: Mark, cells: dict[Text, Data], params: set[str], problems: Problems) -> Published:
    known = [*METRICS, "variant", *sorted(params), *_TEXTS]
    row = Published(mark, Text("default", mark), {}, {}, "paper", "", False, "")
    for name, cell in cells.items():
        if name in METRICS:
            _figure(row, name, cell, problems)
        elif name == "variant":
            row.variant = check_label(cell, "a variant", name.mark, problems)
        elif name in _TEXTS:
            _text(row, name, cell, problems)
        elif name in params:
            try:
                row.settings[name] = read_value(cell)
            except BadValue as error:
                problems.add(error.mark, error.message, error.hint)
        elif not name.isdecimal():
            problems.add(
                name.mark,
                f"a published row has no column '{name}'",
                did_you_mean(name, known, f"its columns are {one_of(known)}"),
            )
    if cut := next((name for name in cells if name.isdecimal()), None):
        problems.add(cut.mark, f"a published row has no column '{cut}'", "inside { } a comma ends a figure: write 1248424")
    if not any(is_there(cell) for name, cell in cells.items() if name in METRICS) and all(name in known for name in cells):
        problems.add(mark, "this published row has no figure", f"the figures are {one_of(METRICS)}")
    return row


def _text(row: Published, name: Text, cell: Data, problems: Problems) -> None:
    if not isinstance(cell, Text):
        problems.add(cell.mark, f"`{name}` is a text")
    elif name == "convention" and cell not in CONVENTIONS:
        hint = did_you_mean(cell, CONVENTIONS, f"the conventions are {one_of(CONVENTIONS)}")
        problems.add(cell.mark, f"no convention is called '{cell}'", hint)
    elif name == "convention":
        row.convention = str(cell)
    elif name == "digits" and cell != "cut":
        problems.add(cell.mark, f"`digits` is cut or left out, and here is '{cell}'")
    elif name == "digits":
        row.cut = True
    elif name == "source":
        row.source = str(cell)
    else:
        row.differs = str(cell)


def _figure(row: Published, name: str, cell: Data, problems: Problems) -> None:
    if isinstance(cell, Text) and cell.absent:
        return
    try:
        if not isinstance(cell, Text):
            raise ValueError("a figure is a number such as 569M, 4.2M or 568740352")
        row.figures[name] = figure(cell)
    except ValueError as error:
        problems.add(cell.mark, str(error))
