"""`costmodel reconcile`: the figures that others print, beside what is computed."""

from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import FORMATS, Batch, Format, NoColour, Output, Quiet, Settings, Variant, offered
from costmodel.problems import Problem, SpecError, one_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from types import ModuleType

    from costmodel.ledger import Ledger
    from costmodel.library import Spec

AGAINST = ("papers", "counters")
"""Whose figures there are."""


def _statuses() -> list[str]:
    from costmodel.published import STATUSES

    return list(STATUSES)


def _programs() -> list[str]:
    from costmodel.conventions import programs

    return [rule.name for rule in programs()]


def reconcile(
    specs: Annotated[
        list[str], typer.Argument(metavar="SPEC", help="Spec files, or names of bundled specs; all of these without one.")
    ] = [],  # noqa: B006 - typer copies it
    with_: Annotated[
        str | None,
        typer.Option(
            "--with",
            metavar="WHAT",
            help="Whose figures: papers, as printed, which is usual; or counters, programs that count a network's code.",
            autocompletion=offered(*AGAINST),
        ),
    ] = None,
    status: Annotated[
        str | None,
        typer.Option(
            metavar="STATUS",
            help="Only figures with this verdict: exact, equal, off, unknown, unbuilt, not modelled.",
            autocompletion=_statuses,
        ),
    ] = None,
    counter: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="Only this program's figure: fvcore, torch, ptflops, thop …", autocompletion=_programs
        ),
    ] = None,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Figures that papers and programs print, beside what is computed."""
    from costmodel.library import bundled, load

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FORMATS)
    with_ = with_ or ("counters" if counter else "papers")
    read(_source, with_)
    unnamed = {} if specs else {"--set": set_, "--variant": variant}
    asked = {"--set": set_, "--variant": variant, "--batch": batch != "1", "--counter": counter}
    if with_ == "papers":
        read(_refuse, asked, "published figures have settings of their own", "--with counters takes it")
    elif with_ == "counters":
        read(_refuse, {"--status": status}, "only published figures have a verdict", "--with papers takes it")
        read(_refuse, unnamed, "each spec has parameters and variants of its own", "name the specs that are meant")
    for name in specs or [""]:
        read(outputs.check_file, output, name or None)
    images = read(reading.whole_numbers, {"batch": batch})
    given = read(reading.settings, set_)
    verdict = status and read(reading.choice, "verdict", status, _statuses())
    program = counter and read(reading.choice, "counter", counter, _programs())
    read.check()
    named = dict.fromkeys(specs) or dict(bundled())
    loaded = {name: read(load, path or name) for name, path in named.items()}
    read.check()
    if with_ == "counters" and not specs:  # there is more than a supposition where public code is named
        loaded = {name: spec for name, spec in loaded.items() if spec.network.implementation.source}
    for spec in loaded.values() if specs else ():
        warn(spec, quiet)
    if with_ == "papers":
        _papers(loaded, bool(specs), verdict, form, output, no_color)
        return

    def costed(spec: "Spec") -> "Ledger":
        return spec.cost(given, variant, images["batch"])

    _counters(loaded, program, costed, form, output, no_color)


def _source(name: str) -> str:
    """Whose figures are meant. Raises `SpecError` for another name, and for a counter's, with the option that takes it."""
    if name in _programs():
        message, hint = f"--with takes {one_of(AGAINST)}, and {name} is a counter", f"--counter {name}"
        raise SpecError([Problem(None, message, hint)])
    return reading.choice("source of figures", name, AGAINST)


def _refuse(asked: "Mapping[str, object]", why: str, hint: str) -> None:
    """Refuse options that mean nothing here. Raises `SpecError`."""
    if found := [name for name, value in asked.items() if value]:
        raise SpecError([Problem(None, f"{', '.join(found)}: {why}", hint)])


def _papers(loaded: "dict[str, Spec]", named: bool, verdict: str | None, form: str, output: str | None, no_color: bool) -> None:
    """Every published figure of some specs, or those with one verdict; specs without any are left out unless named."""
    from costmodel.published import reconcile as compared
    from costmodel.reports import reconciling
    from costmodel.reports.reconciling import Reconciled

    read, found = reading.Reader(), []
    for name, spec in loaded.items():
        if named or spec.network.compared:
            every = read(compared, spec) or []
            figures = [one for one in every if verdict in (None, one.status)]
            if named or figures:
                found.append(Reconciled(name, spec.network.name, spec.network.source, figures, len(every)))
    read.check()
    _write(reconciling, found, form, output, no_color)


def _counters(
    loaded: "dict[str, Spec]",
    program: str | None,
    costed: "Callable[[Spec], Ledger]",
    form: str,
    output: str | None,
    no_color: bool,
) -> None:
    """What programs print for some specs, each figure taken apart."""
    from costmodel.bridge import bridge
    from costmodel.conventions import programs
    from costmodel.reports import bridging
    from costmodel.reports.bridging import Bridged

    read, chosen = reading.Reader(), [rule for rule in programs() if program in (None, rule.name)]
    ledgers = {name: read(costed, spec) for name, spec in loaded.items()}
    read.check()
    found = [Bridged(name, ledger, [bridge(ledger, rule) for rule in chosen]) for name, ledger in ledgers.items()]
    _write(bridging, found, form, output, no_color)


def _write(report: "ModuleType", found: "Sequence[object]", form: str, output: str | None, no_color: bool) -> None:
    """Write what is found in the form that is asked for, as a report has it."""
    forms = {"json": report.as_json, "csv": report.as_csv, "markdown": report.as_markdown}
    outputs.Written(form, output, no_color).put(report.screen, found, **forms)
