"""Which points a sweep has, as options say it: values, ranges, rows of a file, samples."""

import csv
import re
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from costmodel.commands import reading
from costmodel.problems import Mark, Problem, SpecError

if TYPE_CHECKING:
    from costmodel.space import Space
    from costmodel.spec.source import Text

MANY = 1_000_000
"""Values that one range may have."""
_NUMBER = re.compile(r"\s*-?\d{1,18}(\.\d{1,18})?\s*", re.ASCII)


def swept(over: list[str]) -> dict[str, list[Any]]:
    """Every swept parameter with its values. Raises `SpecError`."""
    found = reading.once("--over", [values(argument) for argument in over])
    return {**found}


def values(argument: str) -> "tuple[Text, list[Any]]":
    """`NAME=V,V,…` or `NAME=LOW:HIGH:STEP` as a name and its values; a comma inside brackets separates nothing.

    A value as it is written knows its place; those of a range are numbers.
    """
    name, text = reading.pair("--over", argument)
    return name, listed(name, text)


def listed(name: str, text: "Text") -> list[Any]:
    """The values between commas, ranges among them, of a parameter. Raises `SpecError`."""
    from costmodel.spec.source import Text
    from costmodel.spec.words import commas

    ends = [*commas(text), len(text)]
    starts = [0, *(at + 1 for at in ends[:-1])]
    found: list[Any] = []
    for part in (Text(text[a:b], text.mark.shifted(a)) for a, b in zip(starts, ends, strict=True)):
        if not part.strip():
            raise SpecError([Problem(part.mark, "a value is missing here", "values stand between commas: alpha=0.5,1")])
        found += _range(str(name), part) if ":" in part else [part]
    return found


def _range(name: str, text: "Text") -> list[Any]:
    """The numbers of `LOW:HIGH` or `LOW:HIGH:STEP`, both ends included. Raises `SpecError`."""
    from costmodel.sweep import steps

    parts, hint = text.split(":"), f"a range is {name}=1:8 or {name}=0.25:1.4:0.05, both ends included"
    if len(parts) > 3 or not all(map(_NUMBER.fullmatch, parts)):
        raise SpecError([Problem(text.mark, f"'{text.strip()}' is no range of numbers", hint)])
    low, high, *rest = map(Fraction, parts)
    if not rest and (low.denominator, high.denominator) != (1, 1):
        raise SpecError([Problem(text.mark, f"the range {text.strip()} has no step", f"{name}={text.strip()}:0.05")])
    step = rest[0] if rest else Fraction(1)
    if high < low or step <= 0:
        said = f"the range {text.strip()} goes {'down' if high < low else 'nowhere'}"
        raise SpecError([Problem(text.mark, said, "the lower end comes first, and the step is above zero")])
    if (high - low) / step > MANY:
        raise SpecError([Problem(text.mark, f"the range {text.strip()} has more than {MANY:,} values")])
    return steps(low, high, step)


def target(option: str, given: str) -> tuple[str, int | None]:
    """`FIGURE=VALUE` or `FIGURE` alone, as a figure and a whole number: mult_adds=300M. Raises `SpecError`."""
    from costmodel.closed_form import FIGURES
    from costmodel.spec.figures import figure

    name, equals, text = given.partition("=")
    found = reading.choice("figure", name.strip().replace("-", "_"), FIGURES)
    if not equals:
        return found, None
    mark = Mark(option, 1, len(name) + 2, given)
    try:
        value = figure(text.strip()).value
    except ValueError:
        raise SpecError([Problem(mark, f"'{text.strip()}' is no figure", f"{option} {found}=300M")]) from None
    if value.denominator != 1 or value < 1:
        raise SpecError([Problem(mark, f"{found} is a whole number, at least 1, and here is {text.strip()}")])
    return found, int(value)


def rows(path: str) -> "tuple[list[Text], list[list[Text]]]":
    """The parameters and the points of a CSV file: a heading of names, a line for each point. Raises `SpecError`."""
    from costmodel.spec.source import Text

    try:
        lines = Path(path).read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "is no text in UTF-8"
        raise SpecError([Problem(None, f"--points {path}: {said.lower()}")]) from None
    marks = [Mark(path, number, 1, line) for number, line in enumerate(lines, 1)]
    try:
        table = [(mark, cells) for mark, cells in zip(marks, csv.reader(lines), strict=False) if any(map(str.strip, cells))]
    except csv.Error as error:
        raise SpecError([Problem(None, f"--points {path} is no CSV: {error}")]) from None
    if len(table) < 2:
        hint = "the first line has the parameters' names, each other line a point: alpha,resolution"
        raise SpecError([Problem(None, f"--points {path} has no points", hint)])
    (heading, names), *body = table
    problems = [
        Problem(mark, f"this point has {len(cells)} values, and the heading names {len(names)} parameters")
        for mark, cells in body
        if len(cells) != len(names)
    ]
    problems += [Problem(heading, f"the heading names '{name}' twice") for name in {*names} if names.count(name) > 1]
    problems += [
        Problem(mark, f"this point has no value of '{name.strip()}'")
        for mark, cells in body
        for name, cell in zip(names, cells, strict=False)
        if not cell.strip()
    ]
    if problems:
        raise SpecError(problems)
    return [Text(name.strip(), heading) for name in names], [
        [Text(cell.strip(), mark) for cell in cells] for mark, cells in body
    ]


def space(
    over: Mapping[str, list[Any]], listed: "tuple[list[Text], list[list[Text]]] | None", sample: int | None, seed: int | None
) -> "Space":
    """The points that the options ask for. Raises `SpecError`."""
    from costmodel.space import Grid, Sample
    from costmodel.space import rows as written

    if listed is not None:
        return written(*listed)
    grid = Grid(over)
    return grid if sample is None else Sample(grid, sample, seed or 0)
