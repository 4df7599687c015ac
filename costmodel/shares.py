"""Shares of a sweep: each says by itself what is to be worked out, so that any process on any machine can do it."""

import pickle
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from threading import Lock
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np

from costmodel.budget import Budget
from costmodel.library import Spec
from costmodel.listing import FIGURES as LISTED
from costmodel.listing import Listing
from costmodel.picking import All, First, Front, Pick, Points
from costmodel.space import Space
from costmodel.streaming import BLOCK, Chunk, Stream
from costmodel.sweep import Point, evaluated
from costmodel.tracing import FIGURES, Wanted
from costmodel.verdict import Rules

NAMED = 8
"""Points that cannot be built, of which a table says the reason."""


class Asked(NamedTuple):
    """A sweep as it is asked for.

    Only points that keep all `limits` are of interest; of these the `front` of some figures if it has any, else the first
    `top` by `order`, which is a figure or a parameter and whether it falls, or as they come; else all. Each has its peak
    if that is wanted. Of points that cannot be built, the reason is said of the first `named`. With `listed`, nothing is
    picked: every point that keeps the limits or cannot be built is given to it, and what it makes of them is what is found.
    """

    spec: Spec
    space: Space
    fixed: Mapping[str, Any] = {}
    variant: str | None = None
    batch: int = 1
    rules: Rules = Rules()
    limits: tuple[Budget, ...] = ()
    front: tuple[str, ...] = ()
    order: tuple[str, bool] | None = None
    top: int | None = None
    with_peak: bool = False
    named: int = NAMED
    listed: Callable[[Listing], Any] | None = None

    @property
    def front_said(self) -> str:
        """The figures of the front, each with the way it is to go."""
        return ", ".join(f"{'large' if name.startswith('+') else 'small'} {name.lstrip('+')}" for name in self.front)

    @property
    def ranked(self) -> tuple[str, bool] | None:
        """The order by which the first points are picked; None where they come as they are, or are not the first."""
        return None if self.front or self.top is None else self.order

    @property
    def figures(self) -> tuple[str, ...]:
        """The figures by which points are picked: of very many, no more are worked out."""
        if self.listed is not None:
            return (*FIGURES, *(["peak"] if self.with_peak else []))
        if self.front:
            return tuple(dict.fromkeys(name.lstrip("+") for name in self.front))
        if self.ranked is None:
            return ("mult_adds",)
        of = {"per_access": ("operations", "access"), "bytes": ("loaded", "read", "written")}
        key = self.ranked[0].lstrip("×")
        return of.get(key, (key,) if key in (*FIGURES, "peak") else ("mult_adds",))

    def pick(self) -> Pick:
        """What picks points of all that it is shown."""
        if self.front:
            return Front(self.front)
        return All() if self.top is None else First(self.top, "", self.ranked is not None and self.ranked[1])

    def stream(self, wanted: Wanted | None = None, *, compiled: bool | None = None) -> Stream:
        """The points, worked out in blocks; programs are `compiled` as is asked for, or where it pays for all of them."""
        wanted = wanted or Wanted(self.figures, tuple(self.limits), self.rules)
        how = self.spec, self.space, self.fixed, wanted
        return Stream(*how, variant=self.variant, batch=self.batch, compiled=compiled)

    def evaluated(self, values: dict[str, Any]) -> Point:
        """One point, evaluated by itself, with the reason if it cannot be built."""
        return evaluated(self.spec, values, self.fixed, self.variant, self.batch, self.rules, peak=self.with_peak)


class Share(NamedTuple):
    """The points from one number on to another, and all that there is to know to work them out.

    `job` is what was asked, as bytes; `codes` are the points where a list has them and the job does not.
    """

    job: bytes
    start: int
    stop: int
    codes: list[Any] | None = None


class Found(NamedTuple):
    """What a share comes to: the points that were picked or what was made of them, and all that was left out counted.

    `over` counts points that keep not all limits, `ways` those that were worked out in each way; `broken` are the first
    points that cannot be built, by number. It took so many `seconds`.
    """

    share: Share
    unbuilt: int
    over: int
    ways: Mapping[str, int]
    picked: Points | None
    made: Any
    broken: Mapping[int, Point]
    uncounted: tuple[tuple[str, str], ...]
    seconds: float


def cut(asked: Asked, start: int, sized: Callable[[], int]) -> Iterator[Share]:
    """The shares of a sweep from a point on, each of as many points as it should have when it is asked for."""
    space = asked.space
    is_listed = space.bare is not space
    job = pickle.dumps(asked._replace(space=space.bare))
    while start < space.count:
        stop = min(start + max(1, sized()), space.count)
        yield Share(job, start, stop, space.codes(start, stop) if is_listed else None)
        start = stop


@lru_cache(maxsize=2)
def _begun(job: bytes) -> tuple[Asked, Stream, Lock]:
    """What was asked, with its programs as far as there are any; a process makes them once, for all shares."""
    asked: Asked = pickle.loads(job)  # noqa: S301 - a share comes from the process that runs the sweep
    return asked, asked.stream(), Lock()


def worked(share: Share) -> Found:
    """Work out a share. Raises `SpecError` for points that cannot be held in a block."""
    began = perf_counter()
    asked, stream, lock = _begun(share.job)
    with lock:
        work = _Work(asked, stream)
        start = share.start
        while start < share.stop:
            stop = min(stream.space.end(start, BLOCK), share.stop)
            work.take(_chunk(stream, share, start, stop))
            start = stop
        return work.found(share, perf_counter() - began)


def _chunk(stream: Stream, share: Share, start: int, stop: int) -> Chunk:
    if share.codes is None:
        return stream.chunk(start, stop)
    columns = [column[start - share.start : stop - share.start] for column in share.codes]
    block = stream.block(dict(zip(stream.levels, columns, strict=True)), stop - start)
    return Chunk(start, block, lambda places: [column[places] for column in columns])


class _Work:
    """Chunks of a share, one after the other."""

    def __init__(self, asked: Asked, stream: Stream) -> None:
        self.asked, self.stream = asked, stream
        self.pick, self.broken, self.ways = asked.pick(), dict[int, Point](), dict[str, int]()
        self.unbuilt = self.over = 0
        self.made: list[Any] = []
        self.uncounted: dict[tuple[str, str], None] = {}

    def take(self, chunk: Chunk) -> None:
        """Work out a chunk."""
        asked, block = self.asked, chunk.block
        self.unbuilt += len(block.unbuilt)
        self.over += int((block.built & ~block.kept).sum())
        for way, count in block.ways.items():
            self.ways[way] = self.ways.get(way, 0) + count
        if asked.listed is not None:
            listing = self._listing(chunk)
            self.uncounted |= dict.fromkeys(op for ops in listing.uncounted.values() for op in ops)
            self.made.append(asked.listed(listing))
            return
        for at in block.unbuilt[: asked.named - len(self.broken)].tolist():
            self.broken[chunk.start + at] = self._alone(chunk, at)
        figures = dict(block.figures)
        if isinstance(self.pick, First):
            figures[""] = chunk.numbers if asked.ranked is None else self.stream.weights(chunk, asked.ranked[0])
        likely = self.pick.likely(figures, block.kept)
        if likely.size:
            self.pick.take(chunk.points(likely, figures))

    def found(self, share: Share, seconds: float) -> Found:
        """What all of them come to."""
        named = self.made, self.broken, tuple(self.uncounted)
        return Found(share, self.unbuilt, self.over, self.ways, self.pick.found, *named, seconds)

    def _alone(self, chunk: Chunk, at: int) -> Point:
        codes = [int(one[0]) for one in chunk.at(np.array([at]))]
        return self.asked.evaluated(self.stream.settings(dict(zip(self.stream.levels, codes, strict=True))))

    def _listing(self, chunk: Chunk) -> Listing:
        """The points of a chunk that keep the limits or cannot be built; where a cost is not known, it is said which."""
        block = chunk.block
        shown = np.flatnonzero(block.kept | ~block.built)
        if self.stream.has_unknown:
            return Listing.of([self._alone(chunk, at) for at in shown.tolist()])
        figures = {name: values[shown].tolist() for name, values in block.figures.items()}
        figures["maps"] = [read + written for read, written in zip(figures["read"], figures["written"], strict=True)]
        names = (*LISTED, *(["peak"] if self.asked.with_peak else []))
        places = np.flatnonzero(~block.built[shown]).tolist()
        return Listing(
            len(shown),
            {str(name): values for name, values in self.stream.levels.items()},
            {str(name): codes.tolist() for name, codes in zip(self.stream.levels, chunk.at(shown), strict=True)},
            {name: figures[name] for name in names},
            {place: self._alone(chunk, int(shown[place])).reason for place in places},
        )
