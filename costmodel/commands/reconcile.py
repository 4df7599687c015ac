"""`costmodel reconcile`: the figures that others print, beside what is computed."""

from typing import Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import FORMATS, Format, NoColour, Output, Quiet, offered

AGAINST = ("papers",)
"""Whose figures there are."""


def reconcile(
    specs: Annotated[
        list[str], typer.Argument(metavar="SPEC", help="Spec files, or names of bundled specs; all of these without one.")
    ] = [],  # noqa: B006 - typer copies it
    with_: Annotated[
        str, typer.Option("--with", metavar="WHAT", help="Whose figures: papers.", autocompletion=offered(*AGAINST))
    ] = "papers",
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Published figures beside what is computed, each with a verdict."""
    from costmodel.library import bundled, load
    from costmodel.published import reconcile as compared
    from costmodel.reports import reconciling
    from costmodel.reports.reconciling import Reconciled

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FORMATS)
    read(reading.choice, "source of figures", with_, AGAINST)
    for name in specs or [""]:
        read(outputs.check_file, output, name or None)
    read.check()
    named = dict.fromkeys(specs) or dict(bundled())
    loaded = {name: read(load, path or name) for name, path in named.items()}
    read.check()
    found = []
    for name, spec in loaded.items():
        if specs or spec.network.published:
            warn(spec, quiet)
            found.append(Reconciled(name, spec.network.name, spec.network.source, read(compared, spec)))
    read.check()
    if form == "table":
        outputs.write_table(output, lambda room: reconciling.screen(found, room), no_color)
    else:
        written = {"json": reconciling.as_json, "csv": reconciling.as_csv, "markdown": reconciling.as_markdown}
        outputs.write(output, written[form](found))
