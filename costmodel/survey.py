"""A sweep of many points: those that are picked, with all that was left out counted."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np

from costmodel.crews import Alone, Crew
from costmodel.ledger import Totals
from costmodel.ops.fields import spoken
from costmodel.picking import All, First, Points
from costmodel.problems import Problems
from costmodel.settings import Settings
from costmodel.shares import Asked, Found, Share, cut
from costmodel.streaming import BLOCK, Chunk
from costmodel.sweep import Point
from costmodel.tracing import FIGURES, Wanted
from costmodel.traffic import Moves


class Seen(NamedTuple):
    """How far a sweep is: the points before number `next` are worked out.

    `unbuilt` of them cannot be built, `over` keep not all limits, `ways` counts those that were worked out in each way.
    `numbers` are the points that were picked, and `broken` those of the first that cannot be built: from them, a sweep
    that was stopped goes on. `uncounted` are the ops without a cost that were listed, by path and name.
    """

    next: int = 0
    unbuilt: int = 0
    over: int = 0
    ways: Mapping[str, int] = {}
    numbers: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    uncounted: tuple[tuple[str, str], ...] = ()

    def plus(self, found: Found) -> "Seen":
        """With what a share came to; the points that it picked left out."""
        ways = {way: self.ways.get(way, 0) + found.ways.get(way, 0) for way in {**self.ways, **found.ways}}
        return self._replace(
            next=found.share.stop,
            unbuilt=self.unbuilt + found.unbuilt,
            over=self.over + found.over,
            ways=ways,
            uncounted=tuple(dict.fromkeys((*self.uncounted, *found.uncounted))),
        )


class Survey(NamedTuple):
    """The picked points, and of those that cannot be built the first: all in their order, or these behind the few picked.

    `seen` says how many of all were worked out and what became of them.
    """

    asked: Asked
    points: list[Point]
    seen: Seen

    @property
    def of(self) -> int:
        """How many points there are in all."""
        return self.asked.space.count

    @property
    def unbuilt(self) -> int:
        """How many points cannot be built."""
        return self.seen.unbuilt

    @property
    def over(self) -> int:
        """How many points keep not all limits."""
        return self.seen.over

    @property
    def kept(self) -> int:
        """How many points keep all limits."""
        return self.seen.next - self.unbuilt - self.over

    @property
    def is_whole(self) -> bool:
        """Whether no point is left."""
        return self.seen.next >= self.of


def surveyed(
    asked: Asked,
    told: Callable[[int], None] = lambda _: None,
    *,
    crew: Crew = Alone(),  # noqa: B008 - it has no state
    watched: Callable[[Iterator[Found]], Iterable[Found]] = iter,
    seen: Seen = Seen(),  # noqa: B008 - a tuple
) -> Survey:
    """Work out every point and pick some; `told` is how many there were so far.

    A crew works shares out; `watched` may end their stream early. A sweep that was stopped goes on from what was `seen`.
    Raises `SpecError` for a parameter that there is not, a value that is none, and more points than can be held.

    >>> from costmodel.budget import budget
    >>> from costmodel.library import load
    >>> from costmodel.space import Grid
    >>> asked = Asked(load("mobilenet"), Grid({"alpha": range(1, 9)}), limits=(budget("params<=100M"),), front=("+mult_adds",))
    >>> [point.values for point in surveyed(asked).points]
    [{'alpha': 5}]
    """
    pick, broken = asked.pick(), _again(asked, seen.broken)
    if seen.numbers:
        pick.take(_picked(asked, seen.numbers))
    for found in watched(founds(asked, crew, seen.next)):
        broken |= dict([*found.broken.items()][: asked.named - len(broken)])
        if found.picked is not None:
            pick.take(found.picked)
        seen = seen.plus(found)
        told(seen.next)
    picked = {} if pick.found is None else dict(zip(pick.found.numbers.tolist(), _shown(asked, pick.found), strict=True))
    every = {**picked, **broken}
    points = [every[number] for number in sorted(every)] if isinstance(pick, All) else [*every.values()]
    return Survey(asked, points, seen._replace(numbers=(*picked,), broken=(*broken,)))


def first_kept(asked: Asked) -> Point | None:
    """The first point that keeps all limits; None where none does."""
    first = asked._replace(listed=None, front=(), order=None, top=1)
    for found in founds(first, Alone(), 0):
        if found.picked is not None and len(found.picked.numbers):
            return next(_shown(first, found.picked))
    return None


LEAST, MOST = 1_024, 16
"""Points of the first share, and blocks of the largest one."""
SHORT, LONG = 0.2, 1.0
"""Seconds: shares that take less grow, and those that take longer shrink."""


def founds(asked: Asked, crew: Crew, start: int) -> Iterator[Found]:
    """What the shares of a sweep come to, in order; how large they are hangs on how long the last ones took."""
    size, most = LEAST, BLOCK if asked.listed is not None else MOST * BLOCK

    def shares() -> Iterator[Share]:
        return cut(asked, start, lambda: size)

    for found in crew.founds(shares()):
        points = found.share.stop - found.share.start
        if points >= size:  # a smaller one was cut before
            size = min(2 * size, most) if found.seconds < SHORT else max(size // 2, 1) if found.seconds > LONG else size
        yield found


def fingerprint(asked: Asked, *more: Any) -> str:
    """A short name of what was asked, and of what else a report hangs on: the same for the same sweep."""
    rules, space = asked.rules, asked.space
    levels = {str(name): [spoken(value) for value in values] for name, values in space.levels.items()}
    told = space.count if space.bare is not space else min(space.count, LEAST)  # a list is nothing but its points
    head = [column.tolist() for column in space.codes(0, told)]
    said = [
        [asked.spec.network.name, asked.spec.text],
        {str(name): spoken(value) for name, value in asked.fixed.items()},
        [asked.variant, asked.batch, asked.front, asked.order, asked.top, asked.with_peak, asked.named],
        [rules.dtypes, rules.traffic.spelled, rules.convention.name, rules.reuse.name],
        [limit.text for limit in asked.limits],
        [levels, space.count, head],
        [str(one) for one in more],
    ]
    return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()[:16]


def _again(asked: Asked, numbers: tuple[int, ...]) -> dict[int, Point]:
    """Points by their numbers, each evaluated by itself."""
    stream = asked.stream(compiled=False)
    columns = dict(zip(stream.levels, asked.space.at(np.array(numbers, dtype=np.int64)), strict=True))
    named = [{name: codes[at] for name, codes in columns.items()} for at in range(len(numbers))]
    return {number: asked.evaluated(stream.settings(codes)) for number, codes in zip(numbers, named, strict=True)}


def _picked(asked: Asked, numbers: tuple[int, ...]) -> Points:
    """Points by their numbers, as they were picked."""
    stream, places = asked.stream(compiled=False), np.array(numbers, dtype=np.int64)
    codes = asked.space.at(places)
    block = stream.block(dict(zip(stream.levels, codes, strict=True)), len(numbers))
    chunk = Chunk(0, block, lambda some: [column[some] for column in codes])
    figures = dict(block.figures)
    if isinstance(asked.pick(), First):
        figures[""] = places if asked.ranked is None else stream.weights(chunk, asked.ranked[0])
    return Points(places, np.stack(codes), figures)


def _shown(asked: Asked, points: Points) -> Iterator[Point]:
    """Points as reports show them; where a figure is a lower bound, each is evaluated by itself, so that it is said which."""
    stream = asked.stream(Wanted((*FIGURES, *(["peak"] if asked.with_peak else [])), (), asked.rules), compiled=False)
    block = stream.block(dict(zip(stream.levels, points.codes, strict=True)), len(points.numbers))
    names, rows = [*block.figures], zip(*(one.tolist() for one in block.figures.values()), strict=True)
    for codes, row in zip(points.codes.T.tolist(), rows, strict=True):
        values, one = stream.settings(dict(zip(stream.levels, codes, strict=True))), dict(zip(names, row, strict=True))
        if stream.has_unknown:
            yield asked.evaluated(values)
            continue
        given = {**asked.fixed, **values}
        settings = Settings(asked.spec.network, Problems()).resolve(given, asked.variant, complete=False)
        totals = Totals(one["mult_adds"], one["params"], one["access"])
        moves = Moves(one["read"], one["written"], one["loaded"])
        yield Point(values, settings, totals, "", one["operations"], moves, (), stream.multiplying, one.get("peak"))
