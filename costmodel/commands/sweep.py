"""`costmodel sweep`: one network at several settings, or at very many."""

from math import prod
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading, spaces
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
from costmodel.commands.progress import progress
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.budget import Budget

FRONT = ("mult_adds", "params", "access", "operations", "peak")
"""What a front may be of."""
FEW = 256
"""Points up to which each is evaluated by itself, and all are shown."""
SHOWN = 50
"""Points of more than these that a table shows, unless it is told how many."""


def sweep(
    spec: SpecName,
    over: Annotated[
        list[str],
        typer.Option("--over", metavar="NAME=V,V,…", help="A parameter and its values, or LOW:HIGH:STEP; may be repeated."),
    ] = [],  # noqa: B006 - typer copies it
    points: Annotated[
        str | None, typer.Option("--points", metavar="FILE", help="Instead: a CSV file, a column a parameter, a line a point.")
    ] = None,
    sample: Annotated[
        str | None, typer.Option("--sample", metavar="N", help="Only so many points, drawn at random from all of --over.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="With --sample: the same points again.")] = None,
    where: Annotated[
        list[str],
        typer.Option("--where", metavar="LIMIT", help='Only points that keep it: "params<=4M", "peak@int8<=512KiB".'),
    ] = [],  # noqa: B006 - typer copies it
    pareto: Annotated[
        str | None,
        typer.Option("--pareto", metavar="FIGURE,…", help="Only the front of these, + before one that is to be large."),
    ] = None,
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
    from costmodel.verdict import Rules

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FORMATS)
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    dtypes, rule = read(reading.dtypes, dtype), read(reading.convention, convention)
    model = read(reading.traffic, traffic)
    read(_together, over, points, sample, seed)
    swept = read(spaces.swept, over)
    rows = None if points is None else read(spaces.rows, points)
    drawn, chosen = read(reading.whole_number, "sample", sample), read(reading.whole_number, "seed", seed, 0)
    names = [str(name) for name in (rows[0] if rows else swept or ())]
    legal = (*names, *sweeping.FIGURES)
    keys = read(reading.columns, for_tables(columns, form, read), legal, _RATIO)
    order, first = read(reading.order, sort, legal, names, _RATIO), read(reading.whole_number, "top", top)
    limits, front = [read(_limit, text) for text in where], read(_front, pareto)
    fixed = read(reading.settings, set_)
    read.check()
    for name, value in fixed.items():
        if name in names:
            raise SpecError([Problem(value.mark, f"'{name}' is set, and swept too", "keep one of them")])
    loaded = load(spec)
    warn(loaded, quiet)
    wants_peak = "peak" in {*(key.lstrip("×+") for key in (*keys, *front)), order.key if order else ""}
    if rows is None and drawn is None and not limits and not front and prod(map(len, swept.values())) <= FEW:
        found = list(sweeps.sweep(loaded, swept, fixed, variant, images["batch"], rule, model, peak=wants_peak))
        survey = None
    else:
        from costmodel.survey import Asked, surveyed

        space = spaces.space(swept, rows, drawn, chosen)
        rules = Rules(dtypes, model, rule)
        picked = (order.key, order.falls) if order else None
        first = first or (SHOWN if form in ("table", "markdown") and not front else None)
        asked = Asked(loaded, space, fixed, variant, images["batch"], rules, tuple(limits), front, picked, first, wants_peak)
        with progress(space.count, quiet) as seen:
            survey = surveyed(asked, seen)
        found = [*survey.points, *survey.broken]
        first = first or (SHOWN if form in ("table", "markdown") else None)
    held = {
        **(sweeps.held(found) if survey is None else sweeps.unmoved(loaded, names, fixed, variant)),
        "batch": images["batch"],
    }
    shown = sweeping.Swept(loaded.network.name, found, held, dtypes, rule, keys, order, first, model, survey)
    if form == "table":
        outputs.write_table(output, lambda room: sweeping.screen(shown, room), no_color)
    else:
        written = {"json": sweeping.as_json, "csv": sweeping.as_csv, "markdown": sweeping.as_markdown}[form]
        outputs.write(output, written(shown))
    if not any(point.totals for point in found):
        raise typer.Exit(1 if survey is not None and survey.over else 2)


_RATIO = {"x:": "×"}
"""What stands for `×` where a keyboard has none."""


def _together(over: list[str], points: str | None, sample: str | None, seed: str | None) -> None:
    """Raise `SpecError` for options that do not go together."""
    wrong = []
    if not over and points is None:
        wrong.append(Problem(None, "nothing is swept", "--over alpha=0.5,1 or --points FILE.csv"))
    if over and points is not None:
        wrong.append(Problem(None, "--points has the points, and --over makes others", "keep one of them"))
    if sample is not None and points is not None:
        wrong.append(Problem(None, "--sample draws from what --over gives, and --points has the points"))
    if seed is not None and sample is None:
        wrong.append(Problem(None, "--seed chooses the points of --sample, and none are drawn", "--sample 1000"))
    if wrong:
        raise SpecError(wrong)


def _limit(text: str) -> "Budget":
    """What points must keep. Raises `SpecError`."""
    from costmodel.budget import budget

    return budget(text, "--where")


def _front(given: str | None) -> tuple[str, ...]:
    """The figures of a front. Raises `SpecError`."""
    names = [] if given is None else [name.strip().replace("-", "_") for name in given.split(",")]
    for name in names:
        reading.choice("figure", name.lstrip("+"), FRONT)
    return tuple(names)
