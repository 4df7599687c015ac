"""`costmodel import`: a model that exists as a spec."""

import sys
from typing import Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.options import AllowUnknown, Quiet


def import_(
    model: Annotated[str, typer.Argument(metavar="MODEL", help="An ONNX file: model.onnx.", show_default=False)],
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="The spec; else standard output.")
    ] = None,
    allow_unknown: AllowUnknown = False,
    quiet: Quiet = False,
) -> None:
    """An ONNX model as a spec: names kept, repeats folded."""
    from pathlib import Path

    from costmodel.importing.door import imported
    from costmodel.library import loads

    read = reading.Reader()
    read(outputs.check_file, output, model, "-o", "spec")
    read.check()
    text = imported(Path(model), model, allow_unknown=allow_unknown)
    spec = loads(text, output if output not in (None, "-") else f"{model}, imported")
    outputs.write(output, text)
    if not quiet and output not in (None, "-"):
        ledger = spec.cost({}) if not any(value is None for value in spec.network.params.values()) else None
        layers = "" if ledger is None else f"{len(ledger.lines)} layers, "
        print(f"{output}: {layers}{len(text.splitlines())} lines", file=sys.stderr)
