"""`costmodel verify`: the memory-access bound, worked through for one layer, or of every convolution of a network."""

import re
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from costmodel.commands import caching, exploring, proving, reading
from costmodel.commands import output as outputs
from costmodel.commands.options import (
    FORMATS,
    Batch,
    Cache,
    CachedDtype,
    Conventions,
    Format,
    NoColour,
    Output,
    Quiet,
    Settings,
    Sort,
    Top,
    Variant,
)
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.conventions import Convention
    from costmodel.single import Sizes

_ASK = "change (such as c2=24; empty line leaves): "
SpecToVerify = Annotated[
    str | None, typer.Argument(metavar="[SPEC]", help="A spec, each of whose convolutions is held against its bound.")
]


def verify(
    spec: SpecToVerify = None,
    h: Annotated[
        str | None, typer.Option("--h", metavar="N", help="Height of the map; one layer, 56×56×24 to 144 unless given.")
    ] = None,
    w: Annotated[str | None, typer.Option("--w", metavar="N", help="Width of the map.")] = None,
    c1: Annotated[str | None, typer.Option("--c1", metavar="N", help="Input channels.")] = None,
    c2: Annotated[str | None, typer.Option("--c2", metavar="N", help="Output channels.")] = None,
    k: Annotated[str | None, typer.Option("--k", metavar="N", help="Kernel: 3, or 3x5.")] = None,
    stride: Annotated[str | None, typer.Option("--stride", metavar="N", help="Stride: 2, or 2x1.")] = None,
    padding: Annotated[
        str | None, typer.Option("--padding", metavar="N", help="Padding: a number, same or valid; same unless given.")
    ] = None,
    groups: Annotated[str | None, typer.Option("--groups", metavar="N", help="Groups.")] = None,
    literal: Annotated[
        bool, typer.Option("--literal", help="The paper's form as it is printed, and where it does not apply.")
    ] = False,
    cache: Cache = None,
    dtype: CachedDtype = None,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    convention: Conventions = "paper",
    sort: Sort = None,
    top: Top = None,
    interactive: Annotated[
        bool,
        typer.Option(
            "--interactive", "-i", help="Explore in full screen; ask for values to change where that is not to be had."
        ),
    ] = False,
    prove: Annotated[bool, typer.Option("--prove", help="Derive the bound, each step checked by sympy as printed.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="With --prove: the derivation in LaTeX.")] = False,
    format: Format = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """The memory-access bound of a layer, or of every convolution of a network."""
    from costmodel.reports import bounding, held

    read = reading.Reader()
    asked = {"h": h, "w": w, "c1": c1, "c2": c2, "k": k, "groups": groups, "stride": stride, "padding": padding}
    form = "latex" if latex and format is None else read(outputs.format_of, format, output, FORMATS)
    read(outputs.check_file, output, spec)
    rule = read(reading.convention, convention)
    images = read(reading.whole_numbers, {"batch": batch})
    order = read(reading.order, sort, held.COLUMNS, held.TEXTS)
    first, given = read(reading.whole_number, "top", top), read(reading.settings, set_)
    of_networks = {"--set": set_, "--variant": variant, "--sort": sort, "--top": top, "--batch": batch != "1"}
    read.problems += _misfits(spec, asked, of_networks, form, literal, rule)
    if interactive and (output is not None or format not in (None, "table")):
        message = "-i asks and answers on the screen, and one report is asked for too"
        read.problems.append(Problem(None, message, "leave -i out, or -o and --format"))
    if interactive and (sort or top):
        read.problems.append(Problem(None, "-i walks all layers in their order", "leave -i out, or --sort and --top"))
    read.problems += proving.misfits(prove, latex, format, {"SPEC": spec, "--literal": literal, "-i": interactive})
    sizes = read(sizes_of, {name: text for name, text in asked.items() if text is not None})
    chip = None if cache is None else read(caching.on_chip, cache, dtype or "fp32")
    alone = {"--literal": literal, "-i": interactive, "--prove": prove, "--sort": sort, "--top": top}
    read.problems += caching.misfits(cache, dtype, alone)
    read.check()
    if chip is not None and spec is not None:
        caching.write_network(spec, given, variant, images["batch"], chip, form, output, quiet, no_color)
        return
    if chip is not None:
        caching.write_layer(sizes, chip, form, output, no_color)
        return
    printed = rule if literal else None
    if interactive and exploring.explored(sizes, spec, given, variant, images["batch"], literal, quiet, no_color):
        return
    if spec is not None:
        _network(spec, given, variant, images["batch"], printed, held.How(order, first), form, output, quiet, no_color)
        return
    worked = bounding.Worked(sizes, printed)
    if prove:
        proving.prove(worked.layer, form, output, no_color)
        return
    to = outputs.Written(form, output, no_color)
    to.put(bounding.screen, worked, json=bounding.as_json, markdown=bounding.as_markdown)
    if interactive and form == "table":
        _loop(sizes, printed, no_color)


def _misfits(
    spec: str | None,
    asked: dict[str, str | None],
    of_networks: dict[str, Any],
    form: str,
    literal: bool,
    rule: "Convention | None",
) -> list[Problem]:
    """Options that do not go together; no `rule` where no convention is called so."""
    found = []
    sizes = [f"--{name}" for name, text in asked.items() if text is not None]
    if spec is not None and sizes:
        message = f"{', '.join(sizes)}: the layers of {spec} have sizes of their own"
        found.append(Problem(None, message, "leave out the sizes, or the spec"))
    others = [name for name, value in of_networks.items() if value]
    if spec is None and others:
        found.append(Problem(None, f"{', '.join(others)}: no spec is given", "costmodel verify mobilenet"))
    if spec is None and form == "csv":
        found.append(Problem(None, "csv is for the layers of a spec, and one layer is asked for", "table, json or markdown"))
    if rule is not None and rule.name != "paper" and not literal:
        message = f"--convention {rule.name}: B counts mult-adds in the theorem, whatever else counts"
        found.append(Problem(None, message, "--literal takes B as printed by a convention"))
    return found


def sizes_of(given: dict[str, str], start: "Sizes | None" = None, dashes: str = "--") -> "Sizes":
    """The sizes of a layer from what is written for them. Raises `SpecError` with nearest legal values."""
    from costmodel.ops.fields import Unfit, spoken
    from costmodel.single import Sizes, in_fractions, mends, problems_of, read, spelled

    values: dict[str, Any] = {}
    problems = []
    for name, text in given.items():
        try:
            values[name] = read(name, text)
        except Unfit as error:
            hint = "" if error.instead is None else f"the nearest is {error.instead}"
            problems.append(Problem(None, f"{dashes}{name} {error.message}", hint))
    if problems:
        raise SpecError(problems)
    sizes = start or Sizes()
    for name, value in values.items():
        sizes = sizes.but(name, value)
    if wrong := problems_of(sizes):
        last = next((name for name in ("groups", "k", "stride", "padding") if name in given), "")
        ways = [f"{dashes}{field} {' or '.join(map(spelled, near))}" for field, near in mends(sizes, last)]
        hint = f"cannot be built; {' with '.join(ways)} can" if ways else "cannot be built"
        if layer := in_fractions(sizes):
            hint += f"; in fractions of channels B is {spoken(layer.mult_adds)} and the access {spoken(layer.access)}"
        raise SpecError([Problem(None, message, hint if at == len(wrong) - 1 else "") for at, message in enumerate(wrong)])
    return sizes


def _network(
    spec: str,
    given: Any,
    variant: str | None,
    batch: int,
    rule: "Convention | None",
    how: Any,
    form: str,
    output: str | None,
    quiet: bool,
    no_color: bool,
) -> None:
    from costmodel.commands.analyze import warn
    from costmodel.library import load
    from costmodel.reports import held, verifying, verifying_data

    loaded = load(spec)
    warn(loaded, quiet)
    verified = held.Verified(loaded.cost(given, variant, batch), rule, how)
    if not held.checked(verified.ledger):
        message = f"{verified.ledger.name} has no convolution and no FC layer to hold against a bound"
        raise SpecError([Problem(None, message)])
    forms = {"json": verifying_data.as_json, "csv": verifying_data.as_csv, "markdown": verifying.as_markdown}
    outputs.Written(form, output, no_color).put(verifying.screen, verified, **forms)


def _loop(sizes: "Sizes", rule: "Convention | None", no_color: bool) -> None:
    """Ask for changes and answer, until the user leaves."""
    from costmodel.reports import bounding
    from costmodel.reports.layout import show, terminal_width

    while answer := _ask():
        try:
            sizes = changed(sizes, answer)
        except SpecError as error:
            print(error, file=sys.stderr)
            continue
        print()
        show(bounding.screen(bounding.Worked(sizes, rule), terminal_width(sys.stdout)), colour=False if no_color else None)


def _ask() -> str:
    """The next line, or nothing when the user leaves."""
    print(f"\n{_ASK}", end="", file=sys.stderr, flush=True)
    try:
        answer = input().strip()
    except (EOFError, KeyboardInterrupt):
        print(file=sys.stderr)
        return ""
    return "" if answer.lower() in ("q", "quit", "exit") else answer


def changed(sizes: "Sizes", answer: str) -> "Sizes":
    """The sizes after changes such as `c1=64 k=3`. Raises `SpecError` saying what cannot be done."""
    from costmodel.single import NAMES

    changes: dict[str, str] = {}
    for word in re.sub(r"\s*=\s*", "=", answer).replace(",", " ").split():
        name, _, value = word.partition("=")
        if name not in NAMES:
            raise SpecError([Problem(None, f"'{name}' is not one of {', '.join(NAMES)}", "write c2=24")])
        if not value:
            raise SpecError([Problem(None, f"{name} has no value", f"write {name}=24")])
        changes[name] = value
    return sizes_of(changes, sizes, dashes="")
