"""`costmodel ops`: the vocabulary, and what each op costs in symbols."""

import sys
from typing import Annotated

import typer

from costmodel.problems import Problem, SpecError, did_you_mean, one_of


def ops(op: Annotated[str | None, typer.Argument(metavar="OP", help="An op; all are listed without one.")] = None) -> None:
    """The vocabulary, and one op's costs as formulas."""
    from costmodel.ops import OPS
    from costmodel.reports import manual
    from costmodel.reports.layout import show, terminal_width

    if op is None:
        show(manual.index(terminal_width(sys.stdout)))
        return
    if op not in OPS:
        hint = did_you_mean(op, OPS, f"the ops are {one_of(OPS)}")
        raise SpecError([Problem(None, f"no op is called '{op}'", hint)])
    show(manual.page(OPS[op], terminal_width(sys.stdout)))
