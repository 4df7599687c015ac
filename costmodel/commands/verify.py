"""`costmodel verify`: the memory-access bound, worked through for one layer."""

import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import proving, reading
from costmodel.commands.options import FEW_FORMATS, FewFormats, NoColour, Output
from costmodel.problems import Problem

if TYPE_CHECKING:
    from costmodel.bounds import PointwiseBound

_NAMES = ("h", "w", "c1", "c2")
_ASK = "change (such as c2=24; empty line leaves): "


def verify(
    h: Annotated[str, typer.Option("--h", metavar="N", help="Height of the map.")] = "56",
    w: Annotated[str, typer.Option("--w", metavar="N", help="Width of the map.")] = "56",
    c1: Annotated[str, typer.Option("--c1", metavar="N", help="Input channels.")] = "24",
    c2: Annotated[str, typer.Option("--c2", metavar="N", help="Output channels.")] = "144",
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for a value to change, again and again.")
    ] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Derive the bound, each step checked by sympy as printed.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="With --prove: the derivation in LaTeX.")] = False,
    format: FewFormats = None,
    output: Output = None,
    no_color: NoColour = False,
) -> None:
    """The memory-access bound of a 1×1 convolution."""
    from costmodel.bounds import ConvBound, PointwiseBound
    from costmodel.reports import bounding
    from costmodel.reports.layout import show

    read = reading.Reader()
    sizes = read(reading.whole_numbers, {"h": h, "w": w, "c1": c1, "c2": c2})
    form = "latex" if latex and format is None else read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output)
    if interactive and (output is not None or format not in (None, "table")):
        message = "-i asks and answers on the screen, and one report is asked for too"
        read.problems.append(Problem(None, message, "leave -i out, or -o and --format"))
    read.problems += proving.misfits(prove, latex, interactive, format)
    read.check()
    layer = PointwiseBound(**sizes)
    if prove:
        proving.prove(ConvBound(layer.area, layer.area, 1, layer.c1, layer.c2), form, output, no_color)
        return
    if form != "table":
        outputs.write(output, bounding.as_json(layer) if form == "json" else bounding.as_markdown(layer))
        return
    outputs.write_table(output, lambda _: bounding.screen(layer), no_color)
    while interactive and (answer := _ask()):
        try:
            layer = changed(layer, answer)
        except ValueError as error:
            print(error, file=sys.stderr)
            continue
        print()
        show(bounding.screen(layer), colour=False if no_color else None)


def _ask() -> str:
    """The next line, or nothing when the user leaves."""
    print(f"\n{_ASK}", end="", file=sys.stderr, flush=True)
    try:
        answer = input().strip()
    except (EOFError, KeyboardInterrupt):
        print(file=sys.stderr)
        return ""
    return "" if answer.lower() in ("q", "quit", "exit") else answer


def changed(layer: "PointwiseBound", answer: str) -> "PointwiseBound":
    """The layer after changes such as `c1=64 c2=64`. Raises `ValueError` saying what cannot be done."""
    changes: dict[str, int] = {}
    for word in re.sub(r"\s*=\s*", "=", answer).replace(",", " ").split():
        name, _, value = word.partition("=")
        if name not in _NAMES:
            raise ValueError(f"'{name}' is not one of {', '.join(_NAMES)}; write c2=24")
        if not value:
            raise ValueError(f"{name} has no value; write {name}=24")
        if not value.isdecimal() or int(value) < 1:
            raise ValueError(f"{name} must be a whole number, at least 1, and is '{value}'")
        changes[name] = int(value)
    return replace(layer, **changes)
