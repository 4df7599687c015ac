"""`costmodel analyze`: what a network costs."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands.options import (
    Batch,
    Dtype,
    Format,
    Grouping,
    NoColour,
    Quiet,
    Settings,
    SpecName,
    Variant,
    whole_numbers,
)
from costmodel.commands.options import settings as read_settings
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.library import Spec
    from costmodel.reports.layout import Screen


def analyze(
    spec: SpecName,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Annotated[Dtype, typer.Option(help="Data type of an element, for bytes.")] = Dtype.fp32,
    by: Annotated[Grouping | None, typer.Option(help="What makes a row; default layer, in JSON op.")] = None,
    format: Annotated[Format, typer.Option(help="How the report is written.")] = Format.table,
    quiet: Quiet = False,
    no_color: NoColour = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show the report again whenever the spec is saved.")] = False,
) -> None:
    """What a network costs, per layer and in all."""
    from costmodel.library import load
    from costmodel.published import published
    from costmodel.reports.analysis import Shown, screen
    from costmodel.reports.layout import show, terminal_width

    given, images = read_settings(set_), whole_numbers({"batch": batch})["batch"]
    grouping = by or (Grouping.op if format is Format.json else Grouping.layer)
    colour = False if no_color else None

    def costed(loaded: "Spec") -> Shown:
        ledger = loaded.evaluate(loaded.settings(given, variant), images)
        untouched = frozenset(ledger.settings) - set(given) - set(loaded.network.variants.get(variant or "", ()))
        return Shown(ledger, published(loaded, ledger), dtype.value, grouping.value, untouched)

    if watch:
        follow(spec, lambda loaded, width: screen(costed(loaded), width), format, quiet, colour)
        return
    loaded = load(spec)
    warn(loaded, quiet)
    shown = costed(loaded)
    if format is Format.json:
        from costmodel.reports.contract import dumps

        sys.stdout.write(dumps(shown))
        return
    show(screen(shown, terminal_width(sys.stdout)), colour=colour)


def follow(spec: str, report: "Callable[[Spec, int], Screen]", format: Format, quiet: bool, colour: bool | None) -> None:
    """Show a spec's report, its warnings below it, and again whenever the file is saved. Raises `SpecError`."""
    if format is not Format.table:
        raise SpecError([Problem(None, f"--watch shows a table, and --format is {format.value}", "leave one of them out")])
    from costmodel.commands.watch import watch
    from costmodel.library import find, loads
    from costmodel.reports.layout import text
    from costmodel.spec.source import read_file

    path = find(spec)

    def render(width: int) -> "Screen":
        # by its path: while a file is away, a bundled spec of its name must not stand in for it
        loaded = loads(*read_file(path, str(path)))
        said = [] if quiet else [line for problem in loaded.warnings for line in str(problem).splitlines()]
        return [*report(loaded, width), *([[]] if said else []), *map(text, said)]

    watch(path, render, colour)


def warn(loaded: "Spec", quiet: bool) -> None:
    """Print a spec's warnings on standard error."""
    if not quiet:
        for problem in loaded.warnings:
            print(problem, file=sys.stderr)
