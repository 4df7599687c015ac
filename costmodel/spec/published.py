"""Rows of figures that a source prints: the settings they were printed for, and the rule by which the source counts."""

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from costmodel.conventions import CONVENTIONS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.figures import Figure, figure
from costmodel.spec.names import check_label
from costmodel.spec.reading import is_there
from costmodel.spec.shelf import bundled
from costmodel.spec.source import Data, Map, Seq, Text
from costmodel.spec.tables import read_grid
from costmodel.spec.values import BadValue, Formula, Value, read_value

METRICS = ("mult_adds", "params")
"""The figures that sources print and this tool computes."""

ACCURACY = ("top1", "top1_error")
"""Figures of accuracy in percent that sources print beside them: carried, and never computed."""

Printed: TypeAlias = Figure | Formula
"""A figure, or the formula that a source prints for one."""


@dataclass(slots=True, eq=False)
class Published:
    """One row of published figures: the settings it was printed for, the figures, and the rule by which they count.

    `part` names the lines that they are of and `without` those that the source left out; `than` is the spec whose counts
    a ratio divides by those of this one.
    """

    mark: Mark
    variant: Text
    settings: dict[Text, Value] = field(default_factory=dict)
    figures: dict[str, Printed] = field(default_factory=dict)
    accuracy: dict[str, Figure] = field(default_factory=dict)
    name: str = ""
    source: str = ""
    unit: str = ""
    convention: str = "paper"
    cut: bool = False
    part: Text | None = None
    without: tuple[Text, ...] = ()
    than: Text | None = None
    differs: str = ""
    not_modelled: str = ""


TEXTS = ("name", "source", "unit", "convention", "digits", "part", "without", "than", "differs", "not_modelled")
"""What a row says beside its settings and its figures."""


def read_published(data: object, params: set[str], problems: Problems) -> list[Published]:
    """Every row of a spec's `published`; what is wrong goes onto `problems`."""
    rows: list[Published] = []
    reader = _Reader(params, problems)
    for entry in data if isinstance(data, Seq) else [data]:
        if not isinstance(entry, Map):
            mark = getattr(entry, "mark", None)
            problems.add(mark, "a published row is a mapping of figures", "{mult_adds: 569M, params: 4.2M, source: table 4}")
            continue
        shared = {key: item for key, item in entry.items() if key != "table"}
        if "table" not in entry:
            rows.append(reader.row(entry.mark, shared))
        elif grid := read_grid(entry.at("table"), entry.mark, problems):
            clash = next((title for title in grid.header if title in shared), None)
            if clash is not None:
                problems.add(clash.mark, f"'{clash}' is a column and stands beside the table too")
            cells = (shared | dict(zip(grid.header, line, strict=True)) for line in grid.rows)
            rows += map(reader.row, (line.mark for line in grid.rows), cells)
    return rows


def _is_blank(cell: Data) -> bool:
    """Whether a cell of a table says nothing: YAML has no way to leave one empty, and sources print a dash."""
    return not is_there(cell) or (isinstance(cell, Text) and cell.strip() in ("", "~", "-", "–"))


class _Reader:
    """Reads rows for a network with these parameters; what is wrong goes onto `problems`."""

    def __init__(self, params: set[str], problems: Problems) -> None:
        self.params, self.problems = params, problems
        self.known = dict.fromkeys([*METRICS, *ACCURACY, "variant", *sorted(params), *TEXTS])

    def row(self, mark: Mark, cells: dict[Text, Data]) -> Published:
        """A row of its cells by the names of their columns."""
        row = Published(mark, Text("default", mark))
        for name, cell in cells.items():
            self.cell(row, name, cell)
        strange = [name for name in cells if name not in self.known]
        if cut := next((name for name in strange if name.isdecimal()), None):
            hint = "inside { } a comma ends a figure: write 1248424"
            self.problems.add(cut.mark, f"a published row has no column '{cut}'", hint)
        said = (
            row.figures or row.accuracy or row.not_modelled or strange
        )  # what is written and no figure is a mistake of its own
        if not said and all(_is_blank(cell) for name, cell in cells.items() if name in (*METRICS, *ACCURACY)):
            self.problems.add(mark, "this published row has no figure", f"the figures are {one_of([*METRICS, *ACCURACY])}")
        if row.not_modelled and row.differs:
            hint = "leave out `differs` or `not_modelled`"
            self.problems.add(mark, "this row is not modelled, and so nothing differs", hint)
        if not row.not_modelled:
            for name, cell in cells.items():
                if isinstance(found := row.figures.get(name), Figure):
                    self.rule(row, found, cell.mark)
            self.whole(row)
        return row

    def cell(self, row: Published, name: Text, cell: Data) -> None:
        """One cell of a row."""
        if name in METRICS:
            figure = None if _is_blank(cell) else self.figure(cell)
            if figure is not None:
                row.figures[str(name)] = figure
        elif name in ACCURACY:
            self.percent(row, name, cell)
        elif name == "variant":
            row.variant = check_label(cell, "a variant", name.mark, self.problems)
        elif name in TEXTS:
            if not _is_blank(cell):
                self.text(row, name, cell)
        elif name in self.params:
            try:
                row.settings[name] = read_value(cell)
            except BadValue as error:
                self.problems.add(error.mark, error.message, error.hint)
        elif not name.isdecimal():
            hint = did_you_mean(name, self.known, f"its columns are {one_of(self.known)}")
            self.problems.add(name.mark, f"a published row has no column '{name}'", hint)

    def text(self, row: Published, name: Text, cell: Data) -> None:
        """What a row says beside its settings and its figures."""
        if name == "without":
            row.without = tuple(self.part(name, part) for part in (cell if isinstance(cell, Seq) else [cell]))
        elif name == "part":
            row.part = self.part(name, cell)
        elif not isinstance(cell, Text):
            self.problems.add(cell.mark, f"`{name}` is a text")
        elif name == "convention":
            row.convention = self.one(cell, CONVENTIONS, "convention")
        elif name == "than":
            row.than = self.one(cell, bundled(), "bundled spec")
        elif name == "digits":
            row.cut = True
            if cell != "cut":
                self.problems.add(cell.mark, f"`digits` is cut or left out, and here is '{cell}'")
        else:
            setattr(row, name, str(cell))

    def part(self, name: Text, cell: Data) -> Text:
        """The label of a place, its path, or a kind of layer."""
        if isinstance(cell, Text) and "/" in cell.strip("/"):
            return cell
        return check_label(cell, "a part", name.mark, self.problems)

    def one(self, cell: Text, known: Collection[str], what: str) -> Text:
        """One of the names that there are."""
        if cell not in known:
            hint = did_you_mean(cell, known, f"the {what}s are {one_of(known)}")
            self.problems.add(cell.mark, f"no {what} is called '{cell}'", hint)
        return cell

    def figure(self, cell: Data) -> Printed | None:
        """A figure, or a formula of the spec's parameters; None for what is neither."""
        if not isinstance(cell, Text):
            self.problems.add(cell.mark, "a figure is a number such as 569M, 4.2M or 568740352")
            return None
        try:
            return figure(cell)
        except ValueError as error:
            if self.params.isdisjoint(re.findall(r"[^\W\d]\w*", cell)):
                self.problems.add(cell.mark, str(error))
                return None
        try:
            formula = read_value(cell)
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
            return None
        for name, mark in formula.names():
            if name not in self.params:
                hint = did_you_mean(name, self.params, f"its parameters are {one_of(sorted(self.params))}")
                self.problems.add(mark, f"the network has no parameter '{name}'", hint)
        return formula if isinstance(formula, Formula) else None

    def percent(self, row: Published, name: Text, cell: Data) -> None:
        """A figure of accuracy."""
        if _is_blank(cell):
            return
        with suppress(ValueError):
            found = figure(cell) if isinstance(cell, Text) else None
            if found is not None and not found.ratio and found.value <= 100:
                row.accuracy[str(name)] = found
        if name not in row.accuracy:
            self.problems.add(cell.mark, f"`{name}` is a number of percent", "70.6")

    def rule(self, row: Published, figure: Figure, mark: Mark) -> None:
        """See that a row says what a figure is of."""
        if figure.share and row.part is None:
            self.problems.add(mark, f"'{figure.text}' is a share, and the row names no part", "part: depthwise")
        elif figure.ratio and row.than is None:
            message = f"'{figure.text}' is a ratio, and the row names no spec to compare with"
            self.problems.add(mark, message, "than: alexnet")
        elif row.than is not None and not figure.ratio:
            self.problems.add(mark, f"`than` compares, and '{figure.text}' is no ratio", "a ratio is written 50x")

    def whole(self, row: Published) -> None:
        """See that a ratio is one of whole networks."""
        if row.than is None:
            return
        for part in (row.part, *row.without):
            if part is not None:
                self.problems.add(part.mark, "a ratio is one of whole networks, and this row names a part of one")
        for formula in row.figures.values():
            if isinstance(formula, Formula):
                self.problems.add(formula.mark, f"`than` compares, and '{formula.text}' is no ratio", "a ratio is written 50x")
