"""`costmodel solve`: parameters for which a network costs what it should."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading, spaces
from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    FEW_FORMATS,
    Batch,
    Conventions,
    FewFormats,
    NoColour,
    Output,
    Quiet,
    Settings,
    SpecName,
    Traffics,
    Variant,
)
from costmodel.commands.subjects import subject
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.library import Spec


def solve(
    spec: SpecName,
    target: Annotated[str, typer.Option("--target", metavar="FIGURE=VALUE", help="What it should be: mult_adds=300M.")],
    by: Annotated[str, typer.Option("--by", metavar="NAME", help="The parameter that is solved for.")],
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The value of a parameter at which a figure is what it should be, and the networks next to it."""
    read = reading.Reader()
    form = read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    rule, model = read(reading.convention, convention), read(reading.traffic, traffic)
    given, one, asked = read(reading.settings, set_), read(subject, spec), read(_target, target)
    read.check()
    from costmodel.library import load
    from costmodel.reports import solving as reports
    from costmodel.solving import solved
    from costmodel.verdict import Rules

    loaded = load(one.spec)
    warn(loaded, quiet)
    rules, settings, chosen = Rules(traffic=model, convention=rule), {**given, **one.settings}, one.variant or variant
    found = solved(loaded, *asked, by, settings, variant=chosen, batch=images["batch"], rules=rules)
    page = reports.Page(loaded.network, found, rules, _fixed(loaded, settings, chosen, by), images["batch"])
    if form == "table":
        outputs.write_table(output, lambda room: reports.screen(page, room), no_color)
    else:
        outputs.write(output, reports.as_json(page) if form == "json" else reports.as_markdown(page))


def _target(given: str) -> tuple[str, int]:
    """A figure and what it should be. Raises `SpecError`."""
    figure, value = spaces.target("--target", given)
    if value is None:
        raise SpecError([Problem(None, f"--target {figure} has no value", f"--target {figure}=300M")])
    return figure, value


def _fixed(spec: "Spec", given: dict[str, Any], variant: str | None, by: str) -> dict[str, Any]:
    """The settings that are held."""
    return {name: value for name, value in spec.settings(given, variant).items() if name != by}
