"""`costmodel ops`: the vocabulary, and what each op costs in symbols."""

from typing import Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.options import FEW_FORMATS, FewFormats, NoColour, Output
from costmodel.problems import Problem, did_you_mean, one_of


def ops(
    op: Annotated[str | None, typer.Argument(metavar="OP", help="An op; all are listed without one.")] = None,
    format: FewFormats = None,
    output: Output = None,
    no_color: NoColour = False,
) -> None:
    """The vocabulary, and one op's costs as formulas."""
    from costmodel.ops import OPS
    from costmodel.reports.layout import PIPED_WIDTH

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output)
    if op is not None and op not in OPS:
        hint = did_you_mean(op, OPS, f"the ops are {one_of(OPS)}")
        read.problems.append(Problem(None, f"no op is called '{op}'", hint))
    read.check()
    asked = OPS[op] if op is not None else None
    if form == "table":
        from costmodel.reports import manual

        page = manual.index if asked is None else lambda room: manual.page(asked, room)
        outputs.write_table(output, page, no_color)
        return
    from costmodel.reports import vocabulary

    outputs.write(output, vocabulary.as_json(asked) if form == "json" else vocabulary.as_markdown(asked, PIPED_WIDTH))
