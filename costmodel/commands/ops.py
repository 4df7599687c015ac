"""`costmodel ops`: the vocabulary, and what each op costs in symbols."""

from typing import Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.options import FEW_FORMATS, FewFormats, NoColour, Output
from costmodel.problems import Problem


def ops(
    word: Annotated[
        str | None, typer.Argument(metavar="NAME", help="An op or another word; all are listed without one.")
    ] = None,
    latex: Annotated[bool, typer.Option("--latex", help="The op's formulas in LaTeX.")] = False,
    format: FewFormats = None,
    output: Output = None,
    no_color: NoColour = False,
) -> None:
    """The vocabulary, and one op's costs as formulas."""
    from costmodel.reports import manual
    from costmodel.reports.layout import PIPED_WIDTH

    read = reading.Reader()
    form = "latex" if latex and format is None else read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output)
    if latex and (word is None or format is not None):
        message = "--latex needs the name of an op" if word is None else f"--latex and --format {format} exclude each other"
        read.problems.append(Problem(None, message, "costmodel ops conv2d --latex"))
    read.check()
    if form == "latex":
        outputs.write(output, manual.latex(word or ""))
    elif form == "json":
        outputs.write(output, manual.dumps(word))
    elif form == "markdown":
        outputs.write(output, manual.markdown(word, PIPED_WIDTH))
    else:
        outputs.write_table(output, manual.index if word is None else lambda room: manual.page(word, room), no_color)
