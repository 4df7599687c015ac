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

if TYPE_CHECKING:
    from costmodel.library import Spec


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
) -> None:
    """What a network costs, per layer and in all."""
    from costmodel.library import load
    from costmodel.published import published
    from costmodel.reports.analysis import Shown

    loaded = load(spec)
    warn(loaded, quiet)
    given, images = read_settings(set_), whole_numbers({"batch": batch})["batch"]
    ledger = loaded.evaluate(loaded.settings(given, variant), images)
    grouping = by or (Grouping.op if format is Format.json else Grouping.layer)
    untouched = frozenset(ledger.settings) - set(given) - set(loaded.network.variants.get(variant or "", ()))
    shown = Shown(ledger, published(loaded, ledger), dtype.value, grouping.value, untouched)
    if format is Format.json:
        from costmodel.reports.contract import dumps

        sys.stdout.write(dumps(shown))
        return
    from costmodel.reports.analysis import screen
    from costmodel.reports.layout import show, terminal_width

    show(screen(shown, terminal_width(sys.stdout)), colour=False if no_color else None)


def warn(loaded: "Spec", quiet: bool) -> None:
    """Print a spec's warnings on standard error."""
    if not quiet:
        for problem in loaded.warnings:
            print(problem, file=sys.stderr)
