"""`costmodel sweep`: one network at several settings."""

from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import for_tables, warn
from costmodel.commands.options import (
    FORMATS,
    Batch,
    Columns,
    Conventions,
    Dtype,
    Format,
    NoColour,
    Output,
    Quiet,
    Settings,
    Sort,
    SpecName,
    Top,
    Traffics,
    Variant,
)
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.spec.source import Text


def sweep(
    spec: SpecName,
    over: Annotated[
        list[str], typer.Option("--over", metavar="NAME=V,V,…", help="A parameter and its values; may be repeated.")
    ],
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    columns: Columns = None,
    sort: Sort = None,
    top: Top = None,
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The totals at several settings, side by side."""
    from costmodel import sweep as sweeps
    from costmodel.library import load
    from costmodel.reports import sweeping

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FORMATS)
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    dtypes, rule = read(reading.dtypes, dtype), read(reading.convention, convention)
    model = read(reading.traffic, traffic)
    swept = read(_swept, over)
    names = [str(name) for name in swept or ()]
    legal = (*names, *sweeping.FIGURES)
    keys = read(reading.columns, for_tables(columns, form, read), legal, _RATIO)
    order, first = read(reading.order, sort, legal, names, _RATIO), read(reading.whole_number, "top", top)
    fixed = read(reading.settings, set_)
    read.check()
    for name, value in fixed.items():
        if name in swept:
            raise SpecError([Problem(value.mark, f"'{name}' is set, and swept too", "keep one of them")])
    loaded = load(spec)
    warn(loaded, quiet)
    points = list(sweeps.sweep(loaded, swept, fixed, variant, images["batch"], rule, model))
    held = {**sweeps.held(points), "batch": images["batch"]}
    shown = sweeping.Swept(loaded.network.name, points, held, dtypes, rule, keys, order, first, model)
    if form == "table":
        outputs.write_table(output, lambda room: sweeping.screen(shown, room), no_color)
    else:
        written = {"json": sweeping.as_json, "csv": sweeping.as_csv, "markdown": sweeping.as_markdown}[form]
        outputs.write(output, written(shown))
    if all(point.totals is None for point in points):
        raise typer.Exit(2)


_RATIO = {"x:": "×"}
"""What stands for `×` where a keyboard has none."""


def _swept(over: list[str]) -> "dict[str, list[Text]]":
    """Every swept parameter with its values. Raises `SpecError`."""
    return reading.once("--over", [values(argument) for argument in over])


def values(argument: str) -> "tuple[Text, list[Text]]":
    """`NAME=V,V,…` as a name and its values, each with its place; a comma inside brackets separates nothing."""
    from costmodel.spec.source import Text
    from costmodel.spec.words import commas

    name, text = reading.pair("--over", argument)
    ends = [*commas(text), len(text)]
    starts = [0, *(at + 1 for at in ends[:-1])]
    found = [Text(text[a:b], text.mark.shifted(a)) for a, b in zip(starts, ends, strict=True)]
    for value in found:
        if (at := value.find(":")) >= 0:
            hint = f"values stand between commas: {name}=1,2,3,4"
            raise SpecError([Problem(value.mark.shifted(at), "a value has no colon", hint)])
        if not value.strip():
            raise SpecError([Problem(value.mark, "a value is missing here", "values stand between commas: alpha=0.5,1")])
    return name, found
