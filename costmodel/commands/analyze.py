"""`costmodel analyze`: what a network costs."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading, roofline
from costmodel.commands.memory import alone_with_memory, columns_of_memory
from costmodel.commands.options import (
    FORMATS,
    GROUPINGS,
    AllowUnknown,
    Batch,
    Columns,
    Conventions,
    DeviceName,
    Dtype,
    Format,
    MemoryConvention,
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
    offered,
)
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.library import Spec
    from costmodel.reports.columns import Shown
    from costmodel.reports.layout import Screen
    from costmodel.spec.source import Text


def analyze(
    spec: SpecName,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    device: DeviceName = None,
    plot: Plot = None,
    memory: MemoryConvention = None,
    by: Annotated[
        str | None,
        typer.Option(
            metavar="WHAT",
            help="What makes a row: op, layer, block or network; default layer, in json and csv op.",
            autocompletion=offered(*GROUPINGS),
        ),
    ] = None,
    depth: Annotated[
        str | None,
        typer.Option(metavar="N", help="Instead: a row for each place N levels down the path; 0 is the network."),
    ] = None,
    columns: Columns = None,
    sort: Sort = None,
    top: Top = None,
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
    allow_unknown: AllowUnknown = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show the report again whenever the spec is saved.")] = False,
) -> None:
    """What a network costs, per layer and in all."""
    from costmodel.library import unit
    from costmodel.published import published
    from costmodel.reports.columns import NAMES, TEXTS, Shown
    from costmodel.reports.roofline import COLUMNS

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FORMATS)
    read(outputs.check_file, output, spec, device=device)
    images = read(reading.whole_numbers, {"batch": batch})
    dtypes, rule = read(reading.dtypes, dtype), read(reading.convention, convention)
    model = read(reading.traffic, traffic)
    rows = read(_grouping, by, depth, form)
    reuse = None if memory is None else read(reading.reuse, memory)
    read(alone_with_memory, memory, convention, traffic, device, plot)
    names, rising = ((*NAMES, *COLUMNS), (*TEXTS, "line", "bound_by")) if memory is None else columns_of_memory()
    keys = read(reading.columns, for_tables(columns, form, read), names)
    order, first = read(reading.order, sort, names, rising), read(reading.whole_number, "top", top)
    placed = None if memory is not None else roofline.on_device(read, device, dtypes, keys, order)
    read(roofline.check_plot, plot, device, spec, output)
    given = read(reading.settings, set_)
    if watch and (form != "table" or output is not None):
        message = "--watch draws over a terminal, and a report elsewhere or in another form is asked for too"
        read.problems.append(Problem(None, message, "leave --watch out, or --format and -o"))
    if watch and plot is not None:
        read.problems.append(Problem(None, "--watch draws over a terminal, and --plot to a file", "leave one of them out"))
    read.check()

    def costed(loaded: "Spec", left: "dict[str, Text]") -> Shown:
        ledger = loaded.cost(left, variant, images["batch"])
        untouched = frozenset(ledger.settings) - set(given) - set(loaded.network.variants.get(variant or "", ()))
        figures = tuple(published(loaded, ledger)) if loaded.network.compared and reuse is None else None
        bound = placed and placed(ledger, model)
        return Shown(ledger, figures, rows, dtypes, rule, keys, order, first, untouched, spec, model, bound, reuse)

    if watch:
        follow(spec, given, costed, quiet, no_color)
        return
    loaded, left = unit(spec, given, allow_unknown=allow_unknown)
    warn(loaded, quiet)
    shown = costed(loaded, left)
    if plot is not None:
        outputs.write_file(plot, roofline.drawn(shown, plot))
    write(shown, form, output, no_color)


def _grouping(by: str | None, depth: str | None, form: str) -> str | int:
    """What makes a row: a word, or a number of levels. Raises `SpecError`."""
    if by is not None and depth is not None:
        raise SpecError([Problem(None, "--by and --depth both say what makes a row", "keep one of them")])
    if depth is not None:
        return reading.whole_numbers({"depth": depth}, least=0)["depth"]
    return reading.choice("kind of row", by, GROUPINGS) if by is not None else "op" if form in ("json", "csv") else "layer"


def for_tables(columns: str | None, form: str, read: reading.Reader) -> str | None:
    """The columns that are asked for, where the format has any."""
    if columns is not None and form == "json":
        message = "--columns chooses columns of table, csv and markdown, and json has every figure"
        read.problems.append(Problem(None, message, "leave it out, or take another --format"))
    return columns


def write(shown: "Shown", form: str, output: str | None, no_color: bool) -> None:
    """Write a report in its format to its place."""
    if shown.memory is not None and form != "table":
        from costmodel.reports import liveness, memory_data

        written = {"json": memory_data.as_json, "csv": memory_data.as_csv, "markdown": liveness.as_markdown}
        outputs.write(output, written[form](shown))
    elif form == "json":
        from costmodel.reports.contract import dumps

        outputs.write(output, dumps(shown))
    elif form == "csv":
        from costmodel.reports import spreadsheet

        outputs.write(output, spreadsheet.analysis(shown))
    elif form == "markdown":
        from costmodel.reports import markdown

        outputs.write(output, markdown.analysis(shown))
    else:
        outputs.write_table(output, lambda room: drawn(shown, room), no_color)


def drawn(shown: "Shown", room: int) -> "Screen":
    """A report for a screen: what the network costs, or its memory over time."""
    if shown.memory is not None:
        from costmodel.reports import liveness

        return liveness.screen(shown, room)
    from costmodel.reports.analysis import screen

    return screen(shown, room)


def follow(
    spec: str, given: "dict[str, Text]", costed: "Callable[[Spec, dict[str, Text]], Shown]", quiet: bool, no_color: bool
) -> None:
    """Show a spec's report, its warnings below it, and again whenever the file is saved. Raises `SpecError`."""
    from costmodel.commands.watch import watch
    from costmodel.importing.door import text_of
    from costmodel.library import loads
    from costmodel.reports.layout import text
    from costmodel.spec.shelf import parted

    path, block = parted(spec)

    def render(width: int) -> "Screen":
        # by its path: while a file is away, a bundled spec of its name must not stand in for it
        loaded, left = loads(*text_of(path, str(path))), given
        if block is not None:
            loaded, left = loaded.unit(block, given)
        said = [] if quiet else [line for problem in loaded.warnings for line in str(problem).splitlines()]
        return [*drawn(costed(loaded, left), width), *([[]] if said else []), *map(text, said)]

    watch(path, render, False if no_color else None)


def warn(loaded: "Spec", quiet: bool) -> None:
    """Print a spec's warnings on standard error."""
    if not quiet:
        for problem in loaded.warnings:
            print(problem, file=sys.stderr)
