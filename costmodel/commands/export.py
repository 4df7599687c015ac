"""`costmodel export`: a network as a file that other programs read."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import Batch, Quiet, Settings, SpecName, Variant, offered
from costmodel.commands.subjects import subject
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.ledger import Ledger

TARGETS = ("onnx", "torch")
"""What a network can be written as."""


def export(
    spec: SpecName,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="The file: model.onnx, or model.py for --to torch.")
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="FORMAT", help="onnx, or torch: the source of a module.", autocompletion=offered(*TARGETS)
        ),
    ] = "onnx",
    seed: Annotated[
        str | None, typer.Option("--seed", metavar="N", help="onnx: draw the parameters by this seed; else by 0.")
    ] = None,
    no_weights: Annotated[
        bool, typer.Option("--no-weights", help="onnx: parameters without values, for tools that draw.")
    ] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    quiet: Quiet = False,
) -> None:
    """The network as an ONNX model, or as the source of a PyTorch module."""
    from costmodel.library import load

    read = reading.Reader()
    target = read(reading.choice, "format", to, TARGETS)
    read(outputs.check_file, output, spec, "-o", "model")
    drawn = read(reading.whole_number, "seed", seed, 0)
    images = read(reading.whole_numbers, {"batch": batch})
    given, one = read(reading.settings, set_), read(subject, spec)
    read(_together, target, output, seed, no_weights)
    read.check()
    loaded = load(one.spec)
    warn(loaded, quiet)
    ledger = loaded.cost({**given, **one.settings}, one.variant or variant, images["batch"])
    if target == "torch":
        from costmodel.exporting.torch_source import source

        outputs.write(output, source(ledger))
        return
    assert output is not None
    data = _model(ledger, None if no_weights else drawn or 0)
    if output == "-":
        sys.stdout.buffer.write(data)
    else:
        outputs.write_file(output, data)


def _model(ledger: "Ledger", seed: int | None) -> bytes:
    """The bytes of an ONNX file. Raises `SpecError`, also without the extra."""
    from importlib.util import find_spec

    if find_spec("onnx") is None:
        raise SpecError([Problem(None, "ONNX files need onnx, which is not installed", "pip install 'costmodel[onnx]'")])
    from costmodel.exporting.writing import exported

    data: bytes = exported(ledger, seed).SerializeToString(deterministic=True)
    return data


def _together(target: str | None, output: str | None, seed: str | None, no_weights: bool) -> None:
    """Raise `SpecError` for options that do not go together."""
    wrong = []
    if target == "onnx" and output is None:
        wrong.append(Problem(None, "an ONNX model is a file", "-o model.onnx"))
    if target == "torch" and (seed is not None or no_weights):
        wrong.append(Problem(None, "--seed and --no-weights are of ONNX models: a module draws its own parameters"))
    if seed is not None and no_weights:
        wrong.append(Problem(None, "--no-weights leaves out the values that --seed draws", "keep one of them"))
    if wrong:
        raise SpecError(wrong)
