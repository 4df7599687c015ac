"""How a sweep's points are worked out: one by one with a figure held, or very many, by one process or by several."""

from collections.abc import Mapping
from importlib.util import find_spec
from math import prod
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.commands import reading
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.budget import Budget
    from costmodel.commands.streams import Place
    from costmodel.crews import Crew
    from costmodel.holding import Hold
    from costmodel.library import Spec
    from costmodel.reports.sweeping import Swept
    from costmodel.shares import Asked
    from costmodel.space import Space
    from costmodel.survey import Seen
    from costmodel.sweep import Point
    from costmodel.verdict import Rules

FEW = 256
"""Points up to which each is evaluated by itself, and all are shown."""
SHOWN = 50
"""Points of more than these that a table shows, unless it is told how many."""
TABLES = ("table", "markdown")
"""Formats for reading, of which none goes on where it was stopped."""
MOST = 256
"""Processes that one machine may be asked for."""


class Sweep(NamedTuple):
    """What is swept, whichever way its points are worked out; with their peak if that is shown."""

    spec: "Spec"
    fixed: Mapping[str, Any]
    variant: str | None
    batch: int
    rules: "Rules"
    peak: bool


class Picking(NamedTuple):
    """Which of very many points are wanted, and for which format."""

    limits: "tuple[Budget, ...]"
    front: tuple[str, ...]
    order: tuple[str, bool] | None
    top: int | None
    form: str

    @property
    def is_stream(self) -> bool:
        """Whether every point is written as it comes."""
        return self.form not in TABLES and not self.front and self.order is None and self.top is None


def held(what: Sweep, swept: Mapping[str, list[Any]], figure: str, target: int | None, by: str) -> "tuple[list[Point], Hold]":
    """Every point with the held figure next to its target, by default what it is at the first point. Raises `SpecError`."""
    from costmodel import sweep as sweeps
    from costmodel.holding import Hold, holding

    if prod(map(len, swept.values())) > FEW:
        raise SpecError([Problem(None, f"--hold solves at each point, and takes at most {FEW} of them")])
    if target is None:
        start = {name: values[0] for name, values in swept.items()}
        one = sweeps.evaluated(what.spec, start, what.fixed, what.variant, what.batch, what.rules, peak=figure == "peak")
        if one.totals is None:
            message = f"--hold {figure}: the first point cannot be built: {one.reason}"
            raise SpecError([Problem(None, message, f"--hold {figure}=300M")])
        target = one.peak if figure == "peak" else getattr(one.totals, figure)
    hold = Hold(figure, int(target or 0), by)
    how = what.variant, what.batch, what.rules
    return list(holding(what.spec, swept, what.fixed, hold, *how, peak=what.peak)), hold


def asked(what: Sweep, space: "Space", picking: Picking) -> "Asked":
    """Very many points, and which of them are wanted; a table says the reason of the first that cannot be built."""
    from costmodel.picking import MOST as HELD
    from costmodel.shares import NAMED, Asked

    top = picking.top or (SHOWN if picking.form in TABLES else None)
    spec, fixed, variant, batch, rules, peak = what
    wanted = picking.limits, picking.front, picking.order, top, peak
    return Asked(spec, space, fixed, variant, batch, rules, *wanted, NAMED if picking.form in TABLES else HELD)


def surveyed(asked: "Asked", sheet: "Swept", place: "Place") -> "tuple[Swept, Seen]":
    """Very many points, of which some are picked; as much of them as there was time for. Raises `SpecError`."""
    from costmodel.commands import streams
    from costmodel.commands.progress import progress
    from costmodel.reports.sweep_files import Stop
    from costmodel.reports.sweeping import shape
    from costmodel.survey import Seen, surveyed

    name = streams.named(asked, shape(sheet), place.form)
    begun = streams.stopped(place, name)
    with progress(asked.space.count, place.quiet) as told:
        found = surveyed(asked, told, crew=place.crew, watched=place.watch, seen=begun.seen if begun else Seen())
    stop = None if found.is_whole else Stop(name, found.seen, found.of)
    return sheet._replace(points=found.points, survey=found, stop=stop), found.seen


def place(output: str | None, form: str, workers: int | None, scheduler: str | None, *, quiet: bool, resume: bool) -> "Place":
    """Where points are streamed to, and by whom. Raises `SpecError`."""
    from costmodel.commands.stopping import Watch
    from costmodel.commands.streams import Place
    from costmodel.reports import parquet

    if form == "parquet":
        parquet.ready()
    return Place(output, form, crew(workers, scheduler), Watch(), quiet, resume)


def workers(given: str | None, scheduler: str | None) -> int | None:
    """How many processes are asked for. Raises `SpecError`, for a scheduler that cannot be asked too."""
    count = reading.whole_number("workers", given)
    wrong = []
    if count is not None and count > MOST:
        wrong.append(Problem(None, f"--workers {count:,} is more than one machine has", "--workers 4"))
    if count is not None and scheduler is not None:
        wrong.append(Problem(None, "--scheduler has its own workers, and --workers asks for others", "keep one of them"))
    if scheduler is not None and find_spec("distributed") is None:
        wrong.append(
            Problem(None, "--scheduler needs dask.distributed, which is not installed", "pip install 'costmodel[dist]'")
        )
    if wrong:
        raise SpecError(wrong)
    return count


def crew(count: int | None, scheduler: str | None) -> "Crew":
    """Who works the points out. Raises `SpecError` where no scheduler answers."""
    if scheduler is not None:
        from costmodel.crews import cluster

        return cluster(scheduler)
    from costmodel.crews import Alone, processes

    return Alone() if count is None else processes(count)
