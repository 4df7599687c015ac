"""`costmodel compare`: networks side by side, or what makes one of two cost otherwise."""

from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import for_tables, warn
from costmodel.commands.options import (
    FEW_FORMATS,
    FORMATS,
    Batch,
    Columns,
    Conventions,
    Dtype,
    Format,
    NoColour,
    Output,
    Quiet,
    Settings,
    Sort,
    Top,
    Traffics,
)
from costmodel.commands.subjects import Loaded, Subjects, load
from costmodel.problems import Problem, SpecError, did_you_mean, one_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from costmodel.reports.comparing import Compared, Network
    from costmodel.traffic import Traffic


def compare(
    specs: Subjects,
    variants: Annotated[bool, typer.Option("--variants", help="Every variant of the one spec that is given.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Of two networks: unit by unit what differs, and why.")] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    columns: Columns = None,
    sort: Sort = None,
    normalise: Annotated[
        str | None,
        typer.Option("--normalise", "--normalize", metavar="NETWORK", help="Figures as ratios to one of the networks; first."),
    ] = None,
    top: Top = None,
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Networks side by side, with published top-1; or, of two, what differs and why."""
    from costmodel.reports import comparing

    read = reading.Reader()
    form = read(outputs.format_of, format, output, FEW_FORMATS if diff else FORMATS)
    for spec in specs:
        read(outputs.check_file, output, spec.partition("@")[0])
    images = read(reading.whole_numbers, {"batch": batch})
    dtypes, rule = read(reading.dtypes, dtype), read(reading.convention, convention)
    model = read(reading.traffic, traffic)
    keys = read(reading.columns, for_tables(columns, form, read), comparing.FIGURES)
    order = read(reading.order, sort, comparing.FIGURES, ("network",))
    first, given = read(reading.whole_number, "top", top), read(reading.settings, set_)
    asked = {"--columns": columns, "--sort": sort, "--normalise": normalise, "--top": top, "--variants": variants or None}
    asked |= {"--convention": None if convention == "paper" else convention, "--dtype": None if dtype == "fp32" else dtype}
    read.problems += _misfits(specs, variants, diff, asked)
    read.check()
    networks = load(_every(specs[0]) if variants else specs, given, None, images["batch"])
    for network in networks:
        warn(network.spec, quiet)
    if diff:
        _write_diff(networks, model, form, output, no_color)
        return
    rules = comparing.Rules(dtypes, rule, model)
    shown = [comparing.Network(one.subject.text, one.spec, one.ledger, rules) for one in networks]
    compared = comparing.Compared(shown, rules, keys, order, _base(normalise, shown), first)
    _write(compared, form, output, no_color)


def _misfits(specs: list[str], variants: bool, diff: bool, asked: "Mapping[str, object]") -> list[Problem]:
    """Options that do not go together."""
    found = []
    if diff:
        stray = [name for name, value in asked.items() if value is not None]
        if stray:
            message = (
                f"{', '.join(stray)}: a difference is of every unit of two networks, in mult-adds, parameters and elements"
            )
            found.append(Problem(None, message, "leave --diff out"))
        if len(specs) != 2:
            found.append(Problem(None, f"--diff compares two networks, and gets {len(specs)}", "costmodel compare A B --diff"))
    elif variants and len(specs) != 1:
        found.append(
            Problem(None, f"--variants is of one spec, and gets {len(specs)}", "costmodel compare shufflenetv2 --variants")
        )
    elif variants and "@" in specs[0]:
        found.append(Problem(None, "--variants is of a spec, and a variant is given too", "leave the @ out"))
    return found


def _every(spec: str) -> list[str]:
    """A spec with each of its variants. Raises `SpecError` where it has none."""
    from costmodel.library import load as load_spec

    names = list(load_spec(spec).network.variants)
    if not names:
        raise SpecError([Problem(None, f"{spec} has no variants")])
    return [f"{spec}@{name}" for name in names]


def _base(normalise: str | None, networks: "list[Network]") -> "Network | None":
    """The network that ratios are to. Raises `SpecError` where it is none of those that are compared."""
    if normalise is None:
        return None
    if normalise == "first":
        return networks[0]
    found = next((one for one in networks if one.name == normalise), None)
    if found is None:
        names = [one.name for one in networks]
        hint = did_you_mean(normalise, names, f"the networks are {one_of(names)}; or first")
        raise SpecError([Problem(None, f"--normalise {normalise} is none of the networks", hint)])
    return found


def _write(compared: "Compared", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.reports import comparing

    forms = {"json": comparing.as_json, "csv": comparing.as_csv, "markdown": comparing.as_markdown}
    outputs.Written(form, output, no_color).put(comparing.screen, compared, **forms)


def _write_diff(networks: list[Loaded], traffic: "Traffic", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.compare import Difference
    from costmodel.reports import differing

    one, other = networks
    diff = differing.Diff(Difference(one.ledger, other.ledger, traffic), one.subject.text, other.subject.text)
    to = outputs.Written(form, output, no_color)
    to.put(differing.screen, diff, json=differing.as_json, markdown=differing.as_markdown)
