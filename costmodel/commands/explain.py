"""`costmodel explain`: the working behind a figure, and questions on it."""

from typing import TYPE_CHECKING, Annotated

import typer

from costmodel.commands import output as outputs
from costmodel.commands import reading
from costmodel.commands.analyze import warn
from costmodel.commands.options import (
    FEW_FORMATS,
    Batch,
    FewFormats,
    NoColour,
    Output,
    Quiet,
    Settings,
    SpecName,
    Traffics,
    Variant,
)
from costmodel.commands.subjects import Subject, subject
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.explaining import Explainer
    from costmodel.library import Spec
    from costmodel.quiz import Subject as Asked
    from costmodel.reports.steps import Section
    from costmodel.spec.source import Text
    from costmodel.traffic import Traffic


def explain(
    spec: SpecName,
    part: Annotated[
        str | None, typer.Argument(metavar="[LAYER|BLOCK]", help="What is called so: pair.7, pair.7/depthwise, fc, 1×1 conv.")
    ] = None,
    against: Annotated[
        list[str], typer.Option("--against", metavar="SPEC", help="Another unit or network beside it; may be repeated.")
    ] = [],  # noqa: B006 - typer copies it
    set_: Settings = [],  # noqa: B006 - typer copies it
    variant: Variant = None,
    batch: Batch = "1",
    traffic: Traffics = "conv",
    quiz: Annotated[
        str | None, typer.Option("--quiz", metavar="N", help="Ask N questions on it, answers on standard input, and mark them.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="N", help="With --quiz: the same questions again.")] = None,
    latex: Annotated[bool, typer.Option("--latex", help="The formulas in LaTeX.")] = False,
    format: FewFormats = None,
    output: Output = None,
    quiet: Quiet = False,
    no_color: NoColour = False,
) -> None:
    """Formula, numbers and result of a layer, a block or a unit, and questions on them."""
    read = reading.Reader()
    form = "latex" if latex and format is None else read(outputs.format_of, format, output, FEW_FORMATS)
    read(outputs.check_file, output, spec)
    images = read(reading.whole_numbers, {"batch": batch})
    model, given = read(reading.traffic, traffic), read(reading.settings, set_)
    subjects = [read(subject, text) for text in (spec, *against)]
    asked = read(_number_of_questions, quiz)
    drawn = read(reading.whole_number, "seed", seed, 0)
    read(_together, latex=latex, format=format, quiz=quiz, seed=seed, part=part, against=against)
    read.check()
    found = _subjects(subjects, given, variant, images["batch"], model, quiet)
    if asked is not None:
        from costmodel.commands.quizzing import quiz as ask

        ask(found, part, asked, drawn, form, output, no_color)
        return
    explainers = [one.explainer for one in found]
    if form == "json":
        outputs.write(output, _json(explainers, part))
    else:
        _write(_page(explainers, part, spec), form, output, no_color)


def _number_of_questions(text: str | None) -> int | None:
    """How many questions are asked for. Raises `SpecError`."""
    from costmodel.commands.quizzing import MOST

    number = reading.whole_number("quiz", text)
    if number is not None and number > MOST:
        raise SpecError([Problem(None, f"--quiz asks at most {MOST} questions, and here are {number}")])
    return number


def _together(
    latex: bool, format: str | None, quiz: str | None, seed: str | None, part: str | None, against: list[str]
) -> None:
    """Raise `SpecError` for options that do not go together."""
    wrong = []
    if latex and format is not None:
        wrong.append(Problem(None, "--latex is a format of its own, beside --format", "keep one of them"))
    if latex and quiz is not None:
        wrong.append(Problem(None, "--latex prints formulas, and --quiz asks for them", "keep one of them"))
    if seed is not None and quiz is None:
        wrong.append(Problem(None, "--seed chooses the questions of --quiz, and none are asked for", "--quiz 3"))
    if part is not None and against:
        wrong.append(
            Problem(None, "--against sets whole units side by side, and a part of one is named", f"leave out '{part}'")
        )
    if wrong:
        raise SpecError(wrong)


def _subjects(
    subjects: list[Subject], shared: "dict[str, Text]", variant: str | None, batch: int, traffic: "Traffic", quiet: bool
) -> "list[Asked]":
    """Each of some specs with what explains it; `shared` settings are of each that has the parameter. Raises `SpecError`."""
    from costmodel.library import load
    from costmodel.quiz import Subject as Asked

    read = reading.Reader()
    specs = [read(load, one.spec) for one in subjects]
    read.check()
    for loaded in specs:
        warn(loaded, quiet)
    if len(specs) > 1:
        for name in shared:
            if not any(name in loaded.network.params for loaded in specs):
                read.problems.append(Problem(getattr(name, "mark", None), f"none of these has a parameter '{name}'"))
    read.check()

    def explained(one: Subject, loaded: "Spec") -> Asked:
        mine = {name: value for name, value in shared.items() if len(specs) == 1 or name in loaded.network.params}
        settings, chosen = {**mine, **one.settings}, one.variant or variant
        return Asked(loaded, explainer(loaded, settings, chosen, batch, traffic), settings, chosen)

    found = [read(explained, one, loaded) for one, loaded in zip(subjects, specs, strict=True)]
    read.check()
    return found


def explainer(loaded: "Spec", given: "dict[str, Text]", variant: str | None, batch: int, traffic: "Traffic") -> "Explainer":
    """What explains one spec: in its own letters where it is a unit. Raises `SpecError`."""
    from costmodel.blocks import Blocks
    from costmodel.evaluate import evaluate
    from costmodel.explaining import Explainer
    from costmodel.problems import Problems
    from costmodel.units import is_unit, lettered

    if is_unit(loaded):
        letters = lettered(loaded, given, variant, batch)
        return Explainer(letters.ledger, traffic, letters=letters)
    loaded.cost(given, variant, batch)  # says what cannot be built, and what could
    walk = Blocks({}, Problems())
    ledger = evaluate(loaded.graph, loaded.settings(given, variant), batch, walk=walk)
    return Explainer(ledger, traffic, walk)


def _page(explainers: "list[Explainer]", part: str | None, spec: str) -> "list[Section]":
    from costmodel.reports import explaining, explaining_overview, explaining_units

    first = explainers[0]
    if len(explainers) > 1:
        return explaining_units.page(explainers)
    if part is not None:
        return explaining.page(first, first.asked(part))
    if first.letters is not None:
        return explaining.page(first, [first.whole()])
    return explaining_overview.page(first, spec)


def _json(explainers: "list[Explainer]", part: str | None) -> str:
    from costmodel.reports import explaining_data

    first = explainers[0]
    if len(explainers) > 1:
        return explaining_data.side_by_side(explainers)
    if part is None and first.letters is None:
        return explaining_data.overview(first)
    return explaining_data.workings(first, [first.whole()] if part is None else first.asked(part))


def _write(page: "list[Section]", form: str, output: str | None, no_color: bool) -> None:
    from costmodel.reports import steps

    to = outputs.Written(form, output, no_color)
    to.put(steps.screen, page, latex=steps.as_latex, markdown=steps.as_markdown)
