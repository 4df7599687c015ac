"""`costmodel sweep`: one network at several settings."""

import sys
from itertools import accumulate
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    Batch,
    NoColour,
    Quiet,
    Settings,
    SpecName,
    SweepFormat,
    Variant,
    once,
    pair,
    whole_numbers,
)
from costmodel.commands.options import settings as read_settings
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
    format: Annotated[SweepFormat, typer.Option(help="How the report is written.")] = SweepFormat.table,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The totals at several settings, side by side."""
    from costmodel import sweep as sweeps
    from costmodel.library import load
    from costmodel.reports import sweeping

    loaded = load(spec)
    warn(loaded, quiet)
    swept = once("--over", [values(argument) for argument in over])
    fixed, images = read_settings(set_), whole_numbers({"batch": batch})["batch"]
    for name, value in fixed.items():
        if name in swept:
            raise SpecError([Problem(value.mark, f"'{name}' is set, and swept too", "keep one of them")])
    points = list(sweeps.sweep(loaded, swept, fixed, variant, images))
    first = {name: choices[0] for name, choices in swept.items()}
    held = {**loaded.settings({**fixed, **first}, variant), "batch": images}
    if format is SweepFormat.json:
        sys.stdout.write(sweeping.as_json(loaded.network.name, points, held))
    elif format is SweepFormat.csv:
        sys.stdout.write(sweeping.as_csv(points, held))
    else:
        from costmodel.reports.layout import show, terminal_width

        show(sweeping.screen(loaded.network.name, points, held, terminal_width(sys.stdout)), colour=False if no_color else None)
    if all(point.totals is None for point in points):
        raise typer.Exit(2)


def values(argument: str) -> "tuple[Text, list[Text]]":
    """`NAME=V,V,…` as a name and its values, each with its place; a comma inside brackets separates nothing."""
    from costmodel.spec.source import Text

    name, text = pair("--over", argument)
    depth = [*accumulate((sign in "[(") - (sign in "])") for sign in text)]
    commas = [at for at, sign in enumerate(text) if sign == "," and not depth[at]]
    starts = [0, *(at + 1 for at in commas)]
    found = [Text(text[a:b], text.mark.shifted(a)) for a, b in zip(starts, [*commas, len(text)], strict=True)]
    for value in found:
        if not value.strip():
            raise SpecError([Problem(value.mark, "a value is missing here", "values stand between commas: alpha=0.5,1")])
    return name, found
