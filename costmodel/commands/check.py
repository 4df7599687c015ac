"""`costmodel check`: findings of guidelines with their prices, and what could be done."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.arguing import Asked, argue, fit, rank
from costmodel.commands.options import (
    CHECK_FORMATS,
    Batch,
    CheckFormat,
    Dtype,
    NoColour,
    Output,
    Quiet,
    Settings,
    Top,
    Traffics,
    Variant,
    offered,
)
from costmodel.commands.subjects import Loaded, Subjects, load
from costmodel.problems import Problem, SpecError, did_you_mean, one_of

if TYPE_CHECKING:
    from costmodel.budget import Budget
    from costmodel.dtypes import Dtypes
    from costmodel.reports.findings import Checked
    from costmodel.reports.rewrites import Suggested
    from costmodel.reviewing import Review
    from costmodel.traffic import Traffic

_GUIDELINES = ("G1", "G2", "G3", "G4")


def check(
    specs: Subjects,
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
    budget: Annotated[
        list[str],
        typer.Option(
            "--budget", metavar="LIMIT", help='Exit 1 unless kept: "mult_adds<=300M", "peak@int8<=512KiB", "access@fused<=9M".'
        ),
    ] = [],  # noqa: B006 - typer copies it
    rewrites: Annotated[
        str, typer.Option("--rewrites", metavar="N", help="Parts of the spec that are searched for a rewrite; 0 for none.")
    ] = "3",
    speeds: Annotated[
        bool,
        typer.Option(
            "--speeds", help="Instead: whether the guidelines' measures rank rows as the speeds that the spec publishes."
        ),
    ] = False,
    top: Top = None,
    format: CheckFormat = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """ShuffleNetV2's guidelines as findings with a price, rewrites that lower it, and budgets."""
    read = reading.Reader()
    form = read(outputs.format_of, format, output, CHECK_FORMATS)
    for spec in specs:
        read(outputs.check_file, output, spec.partition("@")[0])
    numbers = read(reading.whole_numbers, {"batch": batch})
    searched = read(reading.whole_numbers, {"rewrites": rewrites}, least=0)
    dtypes, model = read(reading.dtypes, dtype), read(reading.traffic, traffic)
    only, failing = read(_guidelines, "--guideline", guideline), read(_guidelines, "--fail-on", fail_on)
    first, given = read(reading.whole_number, "top", top), read(reading.settings, set_)
    limits = [read(_budget, text) for text in budget]
    for name in [name for name in failing or () if only and name not in only]:
        read.problems.append(Problem(None, f"--fail-on {name} is none of --guideline {guideline}", "leave --guideline out"))
    others = {"--variant": variant, "--budget": budget, "--fail-on": fail_on}
    read(fit, speeds, specs, form, others, top)
    read.check()
    to = outputs.Written(form, output, no_color)
    if speeds:
        rank(specs[0], Asked(given, numbers["batch"], model, only or _GUIDELINES, first, quiet), to)
        return
    networks = load(specs, given, variant, numbers["batch"])
    for network in networks:
        warn(network.spec, quiet)
    judge = Judge(model, dtypes, only or _GUIDELINES, limits, searched["rewrites"], first)
    searching = len(networks) == 1 and form not in ("github", "sarif")
    found = [_checked(network, judge, numbers["batch"], searching=searching) for network in networks]
    for problem in () if quiet else (problem for one in found for problem in one.review.warnings):
        print(problem, file=sys.stderr)
    _write(found, networks, failing or (), to)
    from costmodel.reports import findings

    kept = all(verdict.passes for one in found for verdict in one.verdicts)
    if not kept or any(findings.is_failing(one.review, failing or ()) for one in found):
        raise typer.Exit(1)


class Judge(NamedTuple):
    """How networks are checked."""

    traffic: "Traffic"
    dtypes: "Dtypes"
    guidelines: tuple[str, ...]
    budgets: "list[Budget]"
    rewrites: int
    top: int | None


def _budget(text: str) -> "Budget":
    from costmodel.budget import budget

    return budget(text)


def _checked(network: Loaded, judge: Judge, batch: int, *, searching: bool) -> "Checked":
    """A network's findings and verdicts; with the rewrites where they are wanted."""
    from costmodel.reports.findings import Checked
    from costmodel.reviewing import review
    from costmodel.verdict import Rules, judged

    found = review(network.ledger, network.spec.network.check, judge.traffic, judge.guidelines)
    verdicts = [judged(limit, network.ledger, Rules(judge.dtypes)) for limit in judge.budgets]
    suggested = _suggested(found, network, judge.rewrites, batch) if searching else None
    return Checked(found, judge.dtypes, judge.top, suggested, verdicts)


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


def _suggested(found: "Review", network: Loaded, most: int, batch: int) -> "Suggested | None":
    """The rewrites for what G1 and G2 found; nothing where none is asked for or there is nothing to mend."""
    from costmodel.guidelines import prices
    from costmodel.reports.rewrites import Suggested
    from costmodel.rewriting import Rewriting

    at = {line: number for number, line in enumerate(found.ledger.lines)}
    mending = [entry for entry in found.listed if entry.first.guideline in ("G1", "G2")]
    wanted = [at[line] for entry in mending for finding in entry.findings for line in finding.lines]
    if not most or not wanted:
        return None
    subject = network.subject
    search = Rewriting(network.text, network.file, subject.settings, subject.variant, batch, found.traffic, prices)
    return Suggested(search.answers(wanted, most), network.text, Path(network.file).name, found.ledger.lines)


def _write(found: "list[Checked]", networks: list[Loaded], failing: tuple[str, ...], to: outputs.Written) -> None:
    from costmodel.reports import findings, findings_data

    if to.form in ("github", "sarif"):
        outputs.write(to.output, _remarks(found, networks, failing, to.form))
    elif len(networks) > 1:
        argue(found, networks, to)
    else:
        to.put(findings.screen, found[0], json=findings_data.as_json, markdown=findings_data.as_markdown)


def _remarks(found: "list[Checked]", networks: list[Loaded], failing: tuple[str, ...], form: str) -> str:
    """The findings and the budgets that are not kept as remarks on lines of the specs."""
    from importlib.metadata import version

    from costmodel.guidelines import SENTENCES
    from costmodel.problems import Mark
    from costmodel.reports import budgeting, findings, remarks

    said = [
        remark
        for one, network in zip(found, networks, strict=True)
        for remark in (
            *budgeting.remarks(one.verdicts, Mark(network.file, 1, 1, "")),
            *findings.remarks(one.review, failing),
        )
    ]
    if form == "github":
        return remarks.github(said)
    return remarks.sarif(said, {**SENTENCES, **budgeting.RULES}, version("costmodel"))
