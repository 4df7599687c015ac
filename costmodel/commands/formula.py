"""`costmodel formula`: a network's figures in some of its parameters."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    FEW_FORMATS,
    Batch,
    Conventions,
    FewFormats,
    NoColour,
    Output,
    Quiet,
    Settings,
    SpecName,
    Traffics,
    Variant,
)
from costmodel.commands.subjects import subject
from costmodel.problems import Problem, SpecError, one_of

if TYPE_CHECKING:
    from costmodel.library import Spec
    from costmodel.reports.formulating import Page

LANGUAGES = ("latex", "python", "js", "sympy")


def _figures() -> Iterable[str]:
    from costmodel.closed_form import FIGURES

    return FIGURES


def formula(
    spec: SpecName,
    free: Annotated[
        list[str],
        typer.Option("--free", metavar="NAME,NAME,…", help="Parameters that stay symbols, and batch; of a unit, all letters."),
    ] = [],  # noqa: B006 - typer copies it
    of: Annotated[
        str,
        typer.Option("--of", metavar="FIGURE,…", help="mult_adds, params, access, peak.", autocompletion=_figures),
    ] = "mult_adds,params,access",
    by: Annotated[str, typer.Option("--by", metavar="PART", help="network, block or layer.")] = "network",
    exact: Annotated[bool, typer.Option("--exact", help="Keep rounding and floors.")] = False,
    latex: Annotated[bool, typer.Option("--latex", help="As LaTeX.")] = False,
    python: Annotated[bool, typer.Option("--python", help="As functions of Python, exact.")] = False,
    js: Annotated[bool, typer.Option("--js", help="As functions of JavaScript, exact below 2^53.")] = False,
    sympy: Annotated[bool, typer.Option("--sympy", help="As expressions of sympy, exact.")] = False,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Closed forms: mult-adds, parameters, access and peak memory in a network's own parameters."""
    from costmodel.closed_form import FIGURES, PARTS, closed, letters
    from costmodel.formulas import Formulas
    from costmodel.library import unit
    from costmodel.reports.formulating import Page
    from costmodel.units import is_unit

    read = reading.Reader()
    asked = [name for name, wanted in zip(LANGUAGES, (latex, python, js, sympy), strict=True) if wanted]
    form = read(outputs.format_of, format, output, FEW_FORMATS) if not asked or format is not None else asked[0]
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    figures = [read(reading.choice, "figure", name.strip(), FIGURES) for name in of.split(",")]
    part, rule = read(reading.choice, "part", by, PARTS), read(reading.convention, convention)
    model, given, one = read(reading.traffic, traffic), read(reading.settings, set_), read(subject, spec)
    read(_together, asked=asked, format=format, by=by, figures=figures)
    read.check()
    names = [name.strip() for part in free for name in part.split(",") if name.strip()]
    loaded, values = unit(one.spec, {**given, **one.settings}, names)
    warn(loaded, quiet)
    chosen = one.variant or variant
    if not names and is_unit(loaded):
        names = letters(loaded, values, chosen)
    if not names:
        raise SpecError([_nothing_free(loaded)])
    found = closed(loaded, [*dict.fromkeys(names)], values, chosen, images["batch"], rule, model)
    _write(Page(Formulas(found, figures, part), exact), form, output, no_color)


def _together(asked: list[str], format: str | None, by: str, figures: list[str]) -> None:
    """Raise `SpecError` for options that do not go together."""
    wrong = []
    if len(asked) > 1:
        wrong.append(Problem(None, f"one language at a time, and here are {one_of(f'--{name}' for name in asked)}"))
    if asked and format is not None:
        wrong.append(Problem(None, f"--{asked[0]} is a format of its own, beside --format", "keep one of them"))
    if by != "network" and set(asked) & {"python", "js", "sympy"}:
        wrong.append(Problem(None, f"--{asked[0]} writes functions of the whole network, and --by {by} asks for its parts"))
    if by != "network" and "peak" in figures:
        wrong.append(
            Problem(None, f"a peak is of the whole network, and --by {by} asks for its parts", "leave out one of them")
        )
    if wrong:
        raise SpecError(wrong)


def _nothing_free(loaded: "Spec") -> Problem:
    """What to say where no parameter is to be free."""
    from costmodel.algebra import is_number

    numbers = [name for name, value in loaded.settings({}).items() if is_number(value)]
    if not numbers:
        return Problem(None, f"{loaded.network.name} has no parameter that is a number, and nothing can be free")
    return Problem(None, "a closed form is in parameters that stay free, and none are named", f"--free {','.join(numbers[:2])}")


def _write(page: "Page", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.reports import formulating, formulating_data

    if form == "table":
        outputs.write_table(output, lambda room: formulating.screen(page, room), no_color)
    elif form in ("python", "js", "sympy"):
        outputs.write(output, formulating_data.as_code(page, form))
    else:
        written = {name: getattr(formulating_data, f"as_{name}") for name in ("json", "markdown", "latex")}[form]
        outputs.write(output, written(page))
