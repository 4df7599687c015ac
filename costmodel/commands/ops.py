"""`costmodel ops`: the vocabulary, and what each op costs in symbols."""

import sys
from typing import Annotated

import typer

from costmodel.commands.options import Format
from costmodel.problems import Problem, SpecError


def ops(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="An op or another word; all are listed without one.")
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="The op's formulas in LaTeX.")] = False,
    format: Annotated[Format, typer.Option(help="How the page is written.")] = Format.table,
) -> None:
    """The vocabulary, and one op's costs as formulas."""
    from costmodel.reports import manual
    from costmodel.reports.layout import show, terminal_width

    if latex and (name is None or format is not Format.table):
        message = (
            "--latex needs the name of an op" if name is None else f"--latex and --format {format.value} exclude each other"
        )
        raise SpecError([Problem(None, message, "costmodel ops conv2d --latex")])
    if latex:
        sys.stdout.write(manual.latex(name or ""))
    elif format is Format.json:
        sys.stdout.write(manual.dumps(name))
    else:
        room = terminal_width(sys.stdout)
        show(manual.index(room) if name is None else manual.page(name, room))
