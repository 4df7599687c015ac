"""`costmodel solve`: parameters for which a network costs what it should."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading, spaces
from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    FEW_FORMATS,
    Batch,
    Conventions,
    Dtype,
    FewFormats,
    NoColour,
    Output,
    Quiet,
    Settings,
    SpecName,
    Traffics,
    Variant,
    offered,
)
from costmodel.commands.output import Written
from costmodel.commands.progress import progress
from costmodel.commands.solving import FIGURES, Wish, choices, domains
from costmodel.commands.subjects import subject
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.goals import Goal
    from costmodel.library import Spec
    from costmodel.reports.optimising import Page
    from costmodel.verdict import Rules


def solve(
    spec: SpecName,
    target: Annotated[
        str | None,
        typer.Option("--target", metavar="FIGURE=VALUE", help="What a figure should be, by one parameter: mult_adds=300M."),
    ] = None,
    maximise: Annotated[
        str | None,
        typer.Option(
            "--maximise",
            metavar="FIGURE",
            help="The network with the most of it within the limits.",
            autocompletion=offered(*FIGURES),
        ),
    ] = None,
    minimise: Annotated[
        str | None,
        typer.Option(
            "--minimise",
            metavar="FIGURE",
            help="The network with the least of it within the limits.",
            autocompletion=offered(*FIGURES),
        ),
    ] = None,
    at_most: Annotated[
        list[str],
        typer.Option("--at-most", metavar="FIGURE=VALUE", help="A limit: params=4M, peak@int8=512KiB; may be repeated."),
    ] = [],  # noqa: B006 - typer copies it
    at_least: Annotated[
        list[str],
        typer.Option("--at-least", metavar="FIGURE=VALUE", help="A limit from below; may be repeated."),
    ] = [],  # noqa: B006 - typer copies it
    by: Annotated[
        list[str],
        typer.Option(
            "--by",
            metavar="NAMES",
            help="What may change: parameters, with values or a range, alpha=0.25:1.4:0.05,resolution; or, chosen anew in each "
            "row of a table or at each call of a block, table[*].t in 3,4,6. May be repeated.",
        ),
    ] = [],  # noqa: B006 - typer copies it
    count: Annotated[
        bool, typer.Option("--count", help="How many of the networks that are chosen by rows keep the limits.")
    ] = False,
    sample: Annotated[
        str | None, typer.Option("--sample", metavar="N", help="So many of them, drawn at random, each as likely as any other.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="With --sample: the same networks again.")] = None,
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    dtype: Dtype = "fp32",
    convention: Conventions = "paper",
    traffic: Traffics = "conv",
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """What parameters, or choices row by row, must be for a figure to be a value, or the best within limits."""
    read, wish = reading.Reader(), Wish(target, at_most, at_least, maximise, minimise, by, count, sample, seed)
    form = read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    dtypes, rule, model = read(reading.dtypes, dtype), read(reading.convention, convention), read(reading.traffic, traffic)
    given, one = read(reading.settings, set_), read(subject, spec)
    read(wish.check)
    asked = None if target is None else read(_target, target)
    goal = read(wish.goal) if target is None else None
    drawn = read(reading.whole_number, "sample", sample), read(reading.whole_number, "seed", seed, 0)
    read.check()
    from costmodel.library import load
    from costmodel.verdict import Rules

    loaded = load(one.spec)
    warn(loaded, quiet)
    rules, chosen = Rules(dtypes, model, rule), one.variant or variant
    how = Held(loaded, {**given, **one.settings}, chosen, images["batch"], rules)
    write = Written(form, output, no_color)
    if asked is not None:
        _root(how, asked, by[0].strip(), write)
    elif goal is not None and not (
        _chosen(how, goal, wish, drawn, write) if wish.is_chosen else _best(how, goal, by, quiet, write)
    ):
        raise typer.Exit(1)


class Held(NamedTuple):
    """A network with what is held, and how its figures are counted."""

    spec: "Spec"
    settings: dict[str, Any]
    variant: str | None
    batch: int
    rules: "Rules"

    def fixed(self, names: Iterable[str]) -> dict[str, Any]:
        """The settings that are held where some parameters are free."""
        from costmodel.sweep import unmoved

        return unmoved(self.spec, [*names], self.settings, self.variant)


def _root(how: Held, asked: tuple[str, int], by: str, to: Written) -> None:
    """The value of one parameter at which a figure is what it should be."""
    from costmodel.reports import solving as reports
    from costmodel.solving import solved

    found = solved(how.spec, *asked, by, how.settings, variant=how.variant, batch=how.batch, rules=how.rules)
    fixed = {name: value for name, value in how.spec.settings(how.settings, how.variant).items() if name != by}
    page = reports.Page(how.spec.network, found, how.rules, fixed, how.batch)
    to.put(reports.screen, page, json=reports.as_json, markdown=reports.as_markdown)


def _best(how: Held, goal: "Goal", by: list[str], quiet: bool, to: Written) -> bool:
    """The best values of some parameters; whether the limits are kept."""
    from costmodel.reports.optimising import Page
    from costmodel.searching import Asked, best

    asked = Asked(how.spec, goal._replace(rules=how.rules), how.settings, how.variant, how.batch)
    searched = domains(how.spec, by, how.settings, how.variant)
    with progress(None, quiet) as seen:
        found = best(asked, searched, seen)
    page = Page(how.spec.network.name, found, asked.goal, how.fixed(found.values), how.batch)
    return _write(page, to)


def _chosen(how: Held, goal: "Goal", wish: Wish, drawn: tuple[int | None, int | None], to: Written) -> bool:
    """The best choices row by row, or how many keep the limits; whether any do, or just their number is asked for."""
    from costmodel.reports.optimising import Page
    from costmodel.staging import Staged, Staging

    asked = Staged(
        how.spec, tuple(choices(how.spec, wish.by)), goal._replace(rules=how.rules), how.settings, how.variant, how.batch
    )
    staging = Staging(asked)
    found = staging.chosen() if goal.objective is not None else staging.counted(drawn[0] or 0, drawn[1] or 0)
    is_met = _write(Page(how.spec.network.name, found, asked.goal, how.fixed([]), how.batch), to)
    return is_met or (wish.is_counted and wish.sample is None)


def _write(page: "Page", to: Written) -> bool:
    """Write a report; whether the limits are kept."""
    from costmodel.reports import optimising, optimising_data

    to.put(optimising.screen, page, json=optimising_data.as_json, markdown=optimising.as_markdown)
    return page.is_met


def _target(given: str) -> tuple[str, int]:
    """A figure and what it should be. Raises `SpecError`."""
    figure, value = spaces.target("--target", given)
    if value is None:
        raise SpecError([Problem(None, f"--target {figure} has no value", f"--target {figure}=300M")])
    return figure, value
