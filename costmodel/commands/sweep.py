"""`costmodel sweep`: one network at several settings, or at very many."""

import sys
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costmodel.commands import output as outputs
from costmodel.commands import plotting, reading, spaces, streams, surveying
from costmodel.commands.analyze import for_tables, warn
from costmodel.commands.options import (
    SWEEP_FORMATS,
    Batch,
    Columns,
    Conventions,
    Dtype,
    NoColour,
    Output,
    Plot,
    Quiet,
    Settings,
    Sort,
    SpecName,
    SweepFormat,
    Top,
    Traffics,
    Variant,
)
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.budget import Budget
    from costmodel.commands.streams import Place
    from costmodel.reports.sweeping import Swept
    from costmodel.shares import Asked
    from costmodel.survey import Seen

FRONT = ("mult_adds", "params", "access", "operations", "peak")
"""What a front may be of."""


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
    hold: Annotated[
        str | None,
        typer.Option("--hold", metavar="FIGURE[=VALUE]", help="Hold a figure, by solving for --by at each point."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="With --hold: what is solved for.")] = None,
    workers: Annotated[
        str | None, typer.Option("--workers", metavar="N", help="Work the points out in so many processes.")
    ] = None,
    scheduler: Annotated[
        str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Or by the workers of a running Dask scheduler.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on in the file of -o where the same sweep was stopped by Ctrl-C.")
    ] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    columns: Columns = None,
    sort: Sort = None,
    top: Top = None,
    plot: Plot = None,
    format: SweepFormat = None,
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
    form = read(outputs.format_of, format, output, SWEEP_FORMATS)
    read(outputs.check_file, output, spec, points=points)
    images, model = read(reading.whole_numbers, {"batch": batch}), read(reading.traffic, traffic)
    dtypes, rule = read(reading.dtypes, dtype), read(reading.convention, convention)
    read(_together, over, points, sample, seed)
    swept = read(spaces.swept, over)
    rows = None if points is None else read(spaces.rows, points)
    drawn, chosen = read(reading.whole_number, "sample", sample), read(reading.whole_number, "seed", seed, 0)
    names = [str(name) for name in (rows[0] if rows else swept or ())]
    legal = (*names, *sweeping.FIGURES)
    keys = read(reading.columns, for_tables(columns, form, read), legal, _RATIO)
    order, first = read(reading.order, sort, legal, names, _RATIO), read(reading.whole_number, "top", top)
    limits, front = [read(_limit, text) for text in where], read(_front, pareto)
    held_at = None if hold is None else read(spaces.target, "--hold", hold)
    read(_held, hold, by, names, bool(points or sample or where or pareto or workers or scheduler or resume))
    read(_files, form, output, resume)
    read(plotting.check_sweep, plot, spec, output, names, front)
    processes = read(surveying.workers, workers, scheduler)
    fixed = read(reading.settings, set_)
    read.check()
    _once(fixed, names)
    loaded = load(spec)
    warn(loaded, quiet)
    has_peak = "peak" in {key.lstrip("×+") for key in (*keys, *front, *([order.key] if order else []))}
    what = surveying.Sweep(loaded, fixed, variant, images["batch"], Rules(dtypes, model, rule), has_peak)
    sheet = sweeping.Swept(loaded.network.name, [], {}, dtypes, rule, keys, order, first, model, over=tuple(names))
    if held_at is not None and by is not None:
        found, holding = surveying.held(what, swept, *held_at, by)
        sheet = sheet._replace(points=found, hold=holding)
    elif _is_few(swept) and not (rows or drawn or limits or front or processes or scheduler or resume):
        found = list(sweeps.sweep(loaded, swept, fixed, variant, images["batch"], rule, model, peak=what.peak))
        sheet = sheet._replace(points=found)
    else:
        picking = surveying.Picking(tuple(limits), front, (order.key, order.falls) if order else None, first, form)
        asked = surveying.asked(what, spaces.space(swept, rows, drawn, chosen), picking)
        sheet = sheet._replace(held=sweeps.unmoved(loaded, names, fixed, variant) | {"batch": images["batch"]}, top=asked.top)
        place = surveying.place(output, form, processes, scheduler, quiet=quiet, resume=resume)
        with place.watch:
            seen = _many(asked, sheet, place, plot, picking.is_stream and plot is None, no_color)
        return _leave(seen, asked.space.count, place)
    sheet = sheet._replace(held=sweeps.held(sheet.points) | {"batch": images["batch"]})
    _write(sheet, form, output, plot, no_color)
    if sheet.first is None:
        raise typer.Exit(2)
    return None


def _is_few(swept: "Mapping[str, list[Any]]") -> bool:
    return prod(map(len, swept.values())) <= surveying.FEW


def _many(asked: "Asked", sheet: "Swept", place: "Place", plot: str | None, is_stream: bool, no_color: bool) -> "Seen":
    """Work out very many points and write all of them, or those that are picked; a plot has them all."""
    if is_stream:
        return streams.stream(asked, sheet, place)
    sheet, seen = surveying.surveyed(asked if plot is None else asked._replace(top=None), sheet, place)
    _write(sheet, place.form, place.output, plot, no_color)
    return seen


def _write(sheet: "Swept", form: str, output: str | None, plot: str | None, no_color: bool) -> None:
    """Write a report of some points, and draw them."""
    from costmodel.reports import sweeping

    if form == "table":
        outputs.write_table(output, lambda room: sweeping.screen(sheet, room), no_color)
    elif form == "parquet":
        streams.parquet(sheet, output)
    else:
        written = {"json": sweeping.as_json, "csv": sweeping.as_csv, "markdown": sweeping.as_markdown}[form]
        outputs.write(output, written(sheet))
    plotting.draw_sweep(plot, sheet)


def _leave(seen: "Seen", of: int, place: "Place") -> None:
    """Leave with what became of the points: 130 where they were stopped, 2 where none can be built, 1 where none is kept.

    Raises `SpecError` where workers are gone.
    """
    if seen.next < of:
        if not place.quiet:
            said = f"costmodel: stopped after {seen.next:,} of {of:,} points"
            print(said, file=sys.stderr)
        if place.watch.lost is not None:
            raise place.watch.lost
        raise typer.Exit(130)
    if seen.unbuilt + seen.over == of:
        raise typer.Exit(1 if seen.over else 2)


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


def _once(fixed: "Mapping[str, Any]", names: list[str]) -> None:
    """Raise `SpecError` for a parameter that is set, and swept too."""
    for name, value in fixed.items():
        if name in names:
            raise SpecError([Problem(value.mark, f"'{name}' is set, and swept too", "keep one of them")])


def _held(hold: str | None, by: str | None, names: list[str], others: bool) -> None:
    """Raise `SpecError` for a hold that is not whole."""
    wrong = []
    if hold is not None and by is None:
        wrong.append(Problem(None, "--hold keeps a figure by another parameter, and none is named", "--by alpha"))
    if by is not None and hold is None:
        wrong.append(Problem(None, "--by says what is solved for, and nothing is held", "--hold mult_adds"))
    if by is not None and by in names:
        wrong.append(Problem(None, f"'{by}' is swept, and solved for too", "keep one of them"))
    if hold is not None and others:
        wrong.append(
            Problem(
                None, "--hold goes with --over alone: not with --points, --sample, --where, --pareto, --workers or --resume"
            )
        )
    if wrong:
        raise SpecError(wrong)


def _files(form: str, output: str | None, resume: bool) -> None:
    """Raise `SpecError` for a format that needs a file, and for nothing to go on with."""
    is_file = output is not None and output != "-"
    if form == "parquet" and find_spec("polars") is None:
        raise SpecError([Problem(None, "parquet needs polars, which is not installed", "pip install 'costmodel[data]'")])
    if form == "parquet" and not is_file:
        raise SpecError([Problem(None, "parquet is written to a file", "-o sweep.parquet")])
    if resume and (form in surveying.TABLES or not is_file):
        raise SpecError([Problem(None, "--resume goes on in a file of csv, json or parquet", "-o sweep.csv")])


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
