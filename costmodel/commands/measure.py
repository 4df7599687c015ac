"""`costmodel measure`: networks run on this machine, or the machine itself."""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import FORMATS, Batch, Format, NoColour, Output, Quiet, Settings, Top
from costmodel.commands.progress import progress
from costmodel.commands.subjects import load
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.ledger import Ledger
    from costmodel.measuring.results import Report

RUNS = "21"
"""Runs of each network unless told."""


def measure(
    specs: Annotated[
        list[str],
        typer.Argument(
            metavar="[SPEC…]",
            help="Spec files or names of bundled specs; behind an @ a variant and settings: mobilenetv2@x1.4,resolution=160.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    calibrate: Annotated[
        bool,
        typer.Option("--calibrate", help="Instead: micro-benchmarks, for at most a minute, and a device file fitted to them."),
    ] = False,
    threads: Annotated[str, typer.Option("--threads", metavar="N", help="Threads that one op may use.")] = "1",
    runs: Annotated[str, typer.Option("--runs", metavar="N", help="Timed runs of each network, warmed up before.")] = RUNS,
    seed: Annotated[
        str | None,
        typer.Option("--seed", metavar="N", help="Draw parameters, inputs and micro-benchmarks by this seed; else 0."),
    ] = None,
    with_: Annotated[
        list[str],
        typer.Option("--with", metavar="FILE", help="The networks of a saved report (--format json) too; may be repeated."),
    ] = [],  # noqa: B006 - typer copies it
    set_: Settings = [],  # noqa: B006 - typer copies it
    batch: Batch = "1",
    traffic: Annotated[
        str, typer.Option("--traffic", metavar="NAME", help="What access counts, as in analyze; a runtime fuses.")
    ] = "fused",
    top: Top = None,
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Networks run on this machine: a time for each layer, and whether counts foretell it; or a device file of it."""
    read = reading.Reader()
    counts = read(reading.whole_numbers, {"threads": threads, "runs": runs, "batch": batch})
    drawn = read(reading.whole_number, "seed", seed, 0) or 0
    if calibrate:
        stray: dict[str, object] = {"SPEC": specs, "--with": with_, "--set": set_, "--top": top, "--format": format}
        stray |= {"--runs": runs != RUNS, "--batch": batch != "1", "--traffic": traffic != "fused"}
        read(_alone, [name for name, value in stray.items() if value])
        read(outputs.check_file, output, None, "-o", "device file")
        read(needed)
        read.check()
        _calibrate(counts["threads"], drawn, output, quiet)
        return
    form = read(outputs.format_of, format, output, FORMATS)
    for name in (*with_, *(spec.partition("@")[0] for spec in specs)):
        read(outputs.check_file, output, name)
    model, first = read(reading.traffic, traffic), read(reading.whole_number, "top", top)
    given = read(reading.settings, set_)
    if not specs and not with_:
        read.problems.append(Problem(None, "nothing is measured", "costmodel measure mobilenetv2 shufflenetv2, or --calibrate"))
    if specs:
        read(needed)
    read.check()
    saved = [read(_saved, name) for name in with_]
    networks = read(load, specs, given, None, counts["batch"]) if specs else []
    read.check()
    for network in networks:
        warn(network.spec, quiet)
    reports = []
    if networks:
        from costmodel.measuring.measure import Asked, measured

        _writable([one.ledger for one in networks])
        named = [(one.subject.text, one.ledger) for one in networks]
        reports = [measured(named, Asked(counts["threads"], counts["runs"], drawn, model))]
    _write([*reports, *saved], bool(reports), first, outputs.Written(form, output, no_color))


def needed() -> None:
    """Raise `SpecError` without the extra that runs models."""
    missing = [name for name in ("onnx", "onnxruntime") if find_spec(name) is None]
    if missing:
        said = f"measuring needs {' and '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed"
        raise SpecError([Problem(None, said, "pip install 'costmodel[onnx]'")])


def _alone(stray: list[str]) -> None:
    """Raise `SpecError` for what says nothing about a machine."""
    if stray:
        said = f"{', '.join(stray)}: --calibrate runs micro-benchmarks of its own, and writes a device file"
        raise SpecError([Problem(None, said, "it takes --threads, --seed and -o")])


def _saved(name: str) -> "Report":
    """A report that was saved. Raises `SpecError` where a file is none."""
    from costmodel.measuring.results import from_json
    from costmodel.spec.files import read_file

    return from_json(*read_file(Path(name), name, "saved measurement"))


def _writable(ledgers: "list[Ledger]") -> None:
    """Raise `SpecError` with every op of any network that cannot be run."""
    from costmodel.exporting.taken import check
    from costmodel.exporting.writers import WRITERS

    read = reading.Reader()
    for ledger in ledgers:
        read(check, ledger, WRITERS, "ONNX")
    read.check()


def _calibrate(threads: int, seed: int, output: str | None, quiet: bool) -> None:
    """Run the micro-benchmarks, fit a device to them, and write its file."""
    from costmodel.measuring.benches import chains
    from costmodel.measuring.calibrating import calibrated
    from costmodel.reports.fitted import as_yaml, summary

    with progress(len([*chains(seed)]), quiet, "micro-benchmarks") as told:
        device = calibrated(threads, seed, told)
    outputs.write(output, as_yaml(device))
    if not quiet:
        print(summary(device), file=sys.stderr)


def _write(reports: "list[Report]", measured: bool, top: int | None, to: outputs.Written) -> None:
    from costmodel.reports import measuring, measuring_data

    shown = measuring.Shown(reports, measured, top)
    forms = {"json": measuring_data.as_json, "csv": measuring_data.as_csv, "markdown": measuring.as_markdown}
    to.put(measuring.screen, shown, **forms)
