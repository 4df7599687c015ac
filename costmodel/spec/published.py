"""Figures that a source prints, kept with the precision in which they are printed."""

import re
from dataclasses import dataclass
from fractions import Fraction

from costmodel.conventions import CONVENTIONS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.source import Map, Seq, Text
from costmodel.spec.values import BadValue, Value, read_value

METRICS = ("mult_adds", "params")
"""The figures that sources print and this tool computes."""

_UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "B": 10**9}


@dataclass(frozen=True, slots=True)
class Figure:
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
    match = re.fullmatch(r"(\d[\d,]*)(?:\.(\d+))?\s*([kMGB]?)", text)
    if not match:
        raise ValueError(f"'{text}' is not a figure such as 569M, 4.2M or 568740352")
    whole, decimals, letter = match[1].replace(",", ""), match[2] or "", match[3]
    unit = Fraction(_UNITS[letter], 10 ** len(decimals))
    return Figure(text, int(whole + decimals) * unit, unit)


@dataclass(slots=True)
class Published:
    """One row of published figures: the settings it was printed for, the figures, and by which convention."""

    mark: Mark
    variant: str
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
            problems.add(getattr(entry, "mark", None), "a published row is a mapping such as {mult_adds: 569M, source: …}")
            continue
        shared = {str(k): v for k, v in entry.items() if k != "table"}
        if "table" not in entry:
            rows.append(_row(entry.mark, shared, params, problems))
            continue
        table = entry.at("table")
        lines = table[1:] if isinstance(table, Seq) else []
        rows += [_row(line.mark, shared | dict(zip(table[0], line, strict=False)), params, problems) for line in lines]
    return rows


def _row(mark: Mark, cells: dict[str, object], params: set[str], problems: Problems) -> Published:
    known = {*_TEXTS, *METRICS, "variant", *params}
    texts = {name: str(cells.get(name, "")) for name in _TEXTS}
    row = Published(mark, str(cells.get("variant", "default")), {}, {}, "paper", texts["source"], False, texts["differs"])
    for name, cell in cells.items():
        at = getattr(cell, "mark", mark)
        if name not in known:
            problems.add(getattr(name, "mark", at), f"a published row has no column '{name}'", did_you_mean(name, known))
        elif name in METRICS:
            _figure(row, name, str(cell), at, problems)
        elif name in params:
            try:
                row.settings[Text(name, at)] = read_value(cell)  # type: ignore[arg-type]
            except BadValue as error:
                problems.add(error.mark, error.message, error.hint)
    if texts["convention"] and texts["convention"] not in CONVENTIONS:
        problems.add(mark, f"no convention is called '{texts['convention']}'", f"the conventions are {one_of(CONVENTIONS)}")
    if texts["digits"] not in ("", "cut"):
        problems.add(mark, f"`digits` is cut or left out, and here is '{texts['digits']}'")
    row.convention, row.cut = texts["convention"] or "paper", texts["digits"] == "cut"
    return row


def _figure(row: Published, name: str, text: str, at: Mark, problems: Problems) -> None:
    try:
        if text:
            row.figures[name] = figure(text)
    except ValueError as error:
        problems.add(at, str(error), "inside { } and [ ] a comma starts a new cell: write 1248424")
