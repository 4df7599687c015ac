"""`costmodel sweep`: one network at several settings, or at very many."""

from math import prod
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from costmodel.commands import output as outputs
from costmodel.commands import plotting, reading, spaces
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
    Plot,
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
    from collections.abc import Mapping

    from costmodel.budget import Budget
    from costmodel.holding import Hold
    from costmodel.library import Spec
    from costmodel.reports.sweeping import Swept
    from costmodel.space import Space
    from costmodel.survey import Survey
    from costmodel.sweep import Point
    from costmodel.verdict import Rules

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
    hold: Annotated[
        str | None,
        typer.Option("--hold", metavar="FIGURE[=VALUE]", help="Hold a figure, by solving for --by at each point."),
    ] = None,
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="With --hold: what is solved for.")] = None,
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
    held_at = None if hold is None else read(spaces.target, "--hold", hold)
    read(_held, hold, by, names, bool(points or sample or where or pareto))
    read(plotting.check_sweep, plot, spec, output, names, front)
    fixed = read(reading.settings, set_)
    read.check()
    _once(fixed, names)
    loaded = load(spec)
    warn(loaded, quiet)
    has_peak = "peak" in {key.lstrip("×+") for key in (*keys, *front, *([order.key] if order else []))}
    asked = Asked(loaded, fixed, variant, images["batch"], Rules(dtypes, model, rule), has_peak)
    holding, survey = None, None
    if held_at is not None and by is not None:
        found, holding = _holding(asked, swept, *held_at, by)
    elif rows is None and drawn is None and not limits and not front and prod(map(len, swept.values())) <= FEW:
        found = list(sweeps.sweep(loaded, swept, fixed, variant, images["batch"], rule, model, peak=asked.peak))
    else:
        is_table = form in ("table", "markdown")
        first = first or (SHOWN if is_table else None)
        picking = Picking(tuple(limits), front, (order.key, order.falls) if order else None, first, every=not is_table)
        picking = picking if plot is None else picking._replace(top=None)  # a plot has them all
        survey = _survey(asked, spaces.space(swept, rows, drawn, chosen), picking, quiet)
        found = survey.points
    held = sweeps.held(found) if survey is None else sweeps.unmoved(loaded, names, fixed, variant)
    held["batch"] = images["batch"]
    shown = sweeping.Swept(loaded.network.name, found, held, dtypes, rule, keys, order, first, model, survey, holding)
    _write(shown, form, output, no_color)
    plotting.draw_sweep(plot, shown)
    if not any(point.totals for point in found):
        raise typer.Exit(1 if survey is not None and survey.over else 2)


def _write(shown: "Swept", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.reports import sweeping

    if form == "table":
        outputs.write_table(output, lambda room: sweeping.screen(shown, room), no_color)
    else:
        written = {"json": sweeping.as_json, "csv": sweeping.as_csv, "markdown": sweeping.as_markdown}[form]
        outputs.write(output, written(shown))


class Asked(NamedTuple):
    """What is swept, whichever way its points are worked out; with their peak if that is shown."""

    spec: "Spec"
    fixed: "Mapping[str, Any]"
    variant: str | None
    batch: int
    rules: "Rules"
    peak: bool


class Picking(NamedTuple):
    """Which of very many points are wanted."""

    limits: "tuple[Budget, ...]"
    front: tuple[str, ...]
    order: tuple[str, bool] | None
    top: int | None
    every: bool
    """Whether every point that cannot be built is listed with its reason."""


def _holding(
    asked: Asked, swept: "Mapping[str, list[Any]]", figure: str, target: int | None, by: str
) -> "tuple[list[Point], Hold]":
    """Every point with the held figure next to its target, by default what it is at the first point. Raises `SpecError`."""
    from costmodel import sweep as sweeps
    from costmodel.holding import Hold, holding

    if prod(map(len, swept.values())) > FEW:
        raise SpecError([Problem(None, f"--hold solves at each point, and takes at most {FEW} of them")])
    if target is None:
        start = {name: values[0] for name, values in swept.items()}
        one = sweeps.evaluated(asked.spec, start, asked.fixed, asked.variant, asked.batch, asked.rules, peak=figure == "peak")
        if one.totals is None:
            message = f"--hold {figure}: the first point cannot be built: {one.reason}"
            raise SpecError([Problem(None, message, f"--hold {figure}=300M")])
        target = one.peak if figure == "peak" else getattr(one.totals, figure)
    hold = Hold(figure, int(target or 0), by)
    how = asked.variant, asked.batch, asked.rules
    return list(holding(asked.spec, swept, asked.fixed, hold, *how, peak=asked.peak)), hold


def _survey(asked: Asked, space: "Space", picking: Picking, quiet: bool) -> "Survey":
    """Very many points, of which some are picked. Raises `SpecError`."""
    from costmodel import survey
    from costmodel.picking import MOST

    spec, fixed, variant, batch, rules, peak = asked
    limits, front, order, top, every = picking
    named = MOST if every else survey.NAMED
    what = survey.Asked(spec, space, fixed, variant, batch, rules, limits, front, order, top, peak, named)
    with progress(space.count, quiet) as seen:
        return survey.surveyed(what, seen)


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
        wrong.append(Problem(None, "--hold goes with --over alone: not with --points, --sample, --where or --pareto"))
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
