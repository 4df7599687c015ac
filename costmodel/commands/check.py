"""`costmodel check`: findings of guidelines with their prices, and what could be done."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    FEW_FORMATS,
    Batch,
    Dtype,
    FewFormats,
    NoColour,
    Output,
    Quiet,
    Settings,
    SpecName,
    Top,
    Traffics,
    Variant,
    offered,
)
from costmodel.problems import Problem, SpecError, did_you_mean, one_of

if TYPE_CHECKING:
    from costmodel.reports.findings import Checked
    from costmodel.reports.rewrites import Suggested
    from costmodel.reviewing import Review

_GUIDELINES = ("G1", "G2", "G3", "G4")


def check(
    spec: SpecName,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    traffic: Traffics = "unfused",
    guideline: Annotated[
        str | None,
        typer.Option("--guideline", metavar="G1,G2,…", help="Only these guidelines.", autocompletion=offered(*_GUIDELINES)),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on", metavar="G1,G2,…", help="Exit 1 where these have findings.", autocompletion=offered(*_GUIDELINES)
        ),
    ] = None,
    rewrites: Annotated[
        str, typer.Option("--rewrites", metavar="N", help="Parts of the spec that are searched for a rewrite; 0 for none.")
    ] = "3",
    top: Top = None,
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """ShuffleNetV2's guidelines as findings with a price, and rewrites that lower it."""
    read = reading.Reader()
    form = read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output, spec)
    numbers = read(reading.whole_numbers, {"batch": batch})
    searched = read(reading.whole_numbers, {"rewrites": rewrites}, least=0)
    dtypes, model = read(reading.dtypes, dtype), read(reading.traffic, traffic)
    only, failing = read(_guidelines, "--guideline", guideline), read(_guidelines, "--fail-on", fail_on)
    first, given = read(reading.whole_number, "top", top), read(reading.settings, set_)
    read.check()
    from costmodel.library import find, loads
    from costmodel.reports import findings
    from costmodel.reviewing import review
    from costmodel.spec.files import read_file

    path = find(spec)
    source = read_file(path, str(path))
    loaded = loads(*source)
    warn(loaded, quiet)
    ledger = loaded.cost(given, variant, numbers["batch"])
    found = review(ledger, loaded.network.check, model, only or _GUIDELINES)
    for problem in () if quiet else found.warnings:
        print(problem, file=sys.stderr)
    case = Case(*source, given, variant, numbers["batch"])
    suggested = _suggested(found, case, searched["rewrites"])
    checked = findings.Checked(found, dtypes, first, suggested)
    _write(checked, form, output, no_color)
    if findings.is_failing(found, failing or ()):
        raise typer.Exit(1)


class Case(NamedTuple):
    """A spec and the settings that it is checked at."""

    text: str
    file: str
    given: "dict[str, Any]"
    variant: str | None
    batch: int


def _guidelines(option: str, given: str | None) -> tuple[str, ...] | None:
    """Guidelines between commas. Raises `SpecError` with each that is none."""
    if given is None:
        return None
    names = dict.fromkeys(name.strip() for name in given.split(","))
    wrong = [name for name in names if name not in _GUIDELINES]
    if wrong:
        hint = did_you_mean(wrong[0].upper(), _GUIDELINES, f"the guidelines are {one_of(_GUIDELINES)}")
        raise SpecError([Problem(None, f"{option}: no guideline is called '{name}'", hint) for name in wrong])
    return tuple(names)


def _suggested(found: "Review", case: Case, most: int) -> "Suggested | None":
    """The rewrites for what G1 and G2 found; nothing where none is asked for or there is nothing to mend."""
    from costmodel.guidelines import prices
    from costmodel.reports.rewrites import Suggested
    from costmodel.rewriting import Rewriting

    at = {line: number for number, line in enumerate(found.ledger.lines)}
    mending = [entry for entry in found.listed if entry.first.guideline in ("G1", "G2")]
    wanted = [at[line] for entry in mending for finding in entry.findings for line in finding.lines]
    if not most or not wanted:
        return None
    search = Rewriting(*case, found.traffic, prices)
    return Suggested(search.answers(wanted, most), case.text, Path(case.file).name, found.ledger.lines)


def _write(checked: "Checked", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.reports import findings, findings_data

    if form == "table":
        outputs.write_table(output, lambda room: findings.screen(checked, room), no_color)
        return
    outputs.write(output, findings_data.as_json(checked) if form == "json" else findings_data.as_markdown(checked))
