"""`--plot`: files that can be written, what can be drawn of a sweep, and the drawing."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from costmodel.commands import output as outputs
from costmodel.problems import Problem, SpecError, one_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from costmodel.reports.sweeping import Swept

ENDINGS = (".svg", ".pdf", ".png")
"""What a plot may be written as."""
BEHIND = 3_000
"""Points that are drawn behind a front; of more, a sample."""


def check(plot: str | None, spec: str, output: str | None, example: str, device: str | None = None) -> None:
    """Refuse a plot that cannot be written, before any work. Raises `SpecError`."""
    if plot is None:
        return
    problems = []
    if Path(plot).suffix.lower() not in ENDINGS:
        problems.append(Problem(None, f"--plot {plot}: a plot has one of the endings {one_of(ENDINGS)}", f"--plot {example}"))
    if find_spec("matplotlib") is None:
        problems.append(Problem(None, "--plot needs matplotlib, which is not installed", "pip install 'costmodel[plot]'"))
    if output is not None and os.path.realpath(plot) == os.path.realpath(output):
        problems.append(Problem(None, f"--plot and -o both write {plot}", "give each a file of its own"))
    try:
        outputs.check_file(plot, spec, "--plot", "plot", device)
    except SpecError as error:
        problems += error.problems
    if problems:
        raise SpecError(problems)


def check_sweep(plot: str | None, spec: str, output: str | None, names: "Sequence[str]", front: "Sequence[str]") -> None:
    """Refuse what `check` does, and what no plane shows: a front of one figure, figures against three parameters.

    Raises `SpecError`.
    """
    if plot is None:
        return
    problems: list[Problem] = []
    try:
        check(plot, spec, output, "sweep.svg")
    except SpecError as error:
        problems += error.problems
    if len(front) == 1:
        problems.append(Problem(None, "--plot draws a front of two figures or more", "--pareto mult_adds,access"))
    if not front and len(names) > 2:
        message = f"--plot draws figures against one or two swept parameters, and here are {len(names)}: {one_of(names)}"
        problems.append(Problem(None, message, "--pareto mult_adds,access draws these against each other"))
    if problems:
        raise SpecError(problems)


def draw_sweep(plot: str | None, swept: "Swept") -> None:
    """Draw a sweep, as far as there is anything to draw: where no point can be built, the report says why."""
    if plot is None or swept.first is None:
        return
    from costmodel.reports.sweep_plot import draw

    outputs.write_file(plot, draw(swept, Path(plot).suffix.lower().removeprefix("."), _behind(swept)))


def _behind(swept: "Swept") -> "Swept | None":
    """The points that a front is picked from, or a sample of them; None where no front is asked for."""
    survey = swept.survey
    if survey is None or not survey.asked.front:
        return None
    from costmodel.space import Grid, Sample
    from costmodel.survey import surveyed

    space = survey.asked.space
    if isinstance(space, Grid) and space.count > BEHIND:
        space = Sample(space, BEHIND, 0)
    every = surveyed(survey.asked._replace(space=space, front=(), order=None, top=None))
    return swept._replace(points=every.points, survey=every)
