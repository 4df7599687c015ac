"""A sweep of many points: those that are picked, with all that was left out counted."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from costmodel.budget import Budget
from costmodel.ledger import Totals
from costmodel.library import Spec
from costmodel.picking import All, First, Front, Pick, Points
from costmodel.problems import Problems
from costmodel.settings import Settings
from costmodel.space import Space
from costmodel.streaming import Chunk, Stream
from costmodel.sweep import Point, evaluated
from costmodel.tracing import FIGURES, Wanted
from costmodel.traffic import Moves
from costmodel.verdict import Rules

NAMED = 8
"""Points that cannot be built, of which a table says the reason."""


class Asked(NamedTuple):
    """A sweep as it is asked for.

    Only points that keep all `limits` are of interest; of these the `front` of some figures if it has any, else the first
    `top` by `order`, which is a figure or a parameter and whether it falls, or as they come; else all. Each has its peak
    if that is wanted. Of points that cannot be built, the reason is said of the first `named`.
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

    @property
    def front_said(self) -> str:
        """The figures of the front, each with the way it is to go."""
        return ", ".join(f"{'large' if name.startswith('+') else 'small'} {name.lstrip('+')}" for name in self.front)


class Survey(NamedTuple):
    """The picked points, and of those that cannot be built the first: all in their order, or these behind the few picked.

    `of` is how many points there are in all, `unbuilt` how many cannot be built, `over` how many keep not all limits, and
    `ways` how many were worked out in each way.
    """

    asked: Asked
    points: list[Point]
    of: int
    unbuilt: int = 0
    over: int = 0
    ways: Mapping[str, int] = {}

    @property
    def kept(self) -> int:
        """How many points keep all limits."""
        return self.of - self.unbuilt - self.over


def surveyed(asked: Asked, seen: Callable[[int], None] = lambda _: None) -> Survey:
    """Work out every point and pick some; `seen` is told how many there were so far.

    Raises `SpecError` for a parameter that there is not, a value that is none, and more points than can be held.

    >>> from costmodel.budget import budget
    >>> from costmodel.library import load
    >>> from costmodel.space import Grid
    >>> asked = Asked(load("mobilenet"), Grid({"alpha": range(1, 9)}), limits=(budget("params<=100M"),), front=("+mult_adds",))
    >>> [point.values for point in surveyed(asked).points]
    [{'alpha': 5}]
    """
    stream = _stream(asked, Wanted(_needed(asked), tuple(asked.limits), asked.rules))
    pick, broken, ways = _pick(asked), dict[int, Point](), dict[str, int]()
    unbuilt = over = 0
    for chunk in stream:
        block = chunk.block
        broken |= {chunk.start + at: _alone(asked, stream, chunk, at) for at in block.unbuilt[: asked.named - len(broken)]}
        unbuilt += len(block.unbuilt)
        over += int((block.built & ~block.kept).sum())
        for way, count in block.ways.items():
            ways[way] = ways.get(way, 0) + count
        weights = chunk.numbers if asked.order is None else stream.weights(chunk, asked.order[0])
        pick.take(Points(chunk.numbers, chunk.stacked, {**block.figures, "": weights}).take(block.kept))
        seen(chunk.start + len(block.built))
    found = {} if pick.found is None else dict(zip(pick.found.numbers.tolist(), _listed(asked, pick.found), strict=True))
    every = {**found, **broken}
    points = [every[number] for number in sorted(every)] if isinstance(pick, All) else [*every.values()]
    return Survey(asked, points, asked.space.count, unbuilt, over, ways)


def _pick(asked: Asked) -> Pick:
    if asked.front:
        return Front(asked.front)
    return All() if asked.top is None else First(asked.top, "", asked.order is not None and asked.order[1])


def _stream(asked: Asked, wanted: Wanted) -> Stream:
    return Stream(asked.spec, asked.space, asked.fixed, wanted, variant=asked.variant, batch=asked.batch)


def _needed(asked: Asked) -> tuple[str, ...]:
    """The figures by which points are picked: of very many, no more are worked out."""
    if asked.front:
        return tuple(dict.fromkeys(name.lstrip("+") for name in asked.front))
    if asked.top is None or asked.order is None:
        return ("mult_adds",)
    of = {"per_access": ("operations", "access"), "bytes": ("loaded", "read", "written")}
    key = asked.order[0].lstrip("×")
    return of.get(key, (key,) if key in (*FIGURES, "peak") else ("mult_adds",))


def _alone(asked: Asked, stream: Stream, chunk: Chunk, at: int) -> Point:
    """One point of a chunk, evaluated by itself, with the reason if it cannot be built."""
    return _evaluated(asked, stream.settings({name: codes[at] for name, codes in chunk.named.items()}))


def _evaluated(asked: Asked, values: dict[str, Any]) -> Point:
    return evaluated(asked.spec, values, asked.fixed, asked.variant, asked.batch, asked.rules, peak=asked.with_peak)


def _listed(asked: Asked, points: Points) -> Iterator[Point]:
    """Points as reports show them; where a figure is a lower bound, each is evaluated by itself, so that it is said which."""
    stream = _stream(asked, Wanted((*FIGURES, *(["peak"] if asked.with_peak else [])), (), asked.rules))
    block = stream.block(dict(zip(stream.levels, points.codes, strict=True)), len(points.numbers))
    names, rows = [*block.figures], zip(*(one.tolist() for one in block.figures.values()), strict=True)
    for codes, row in zip(points.codes.T.tolist(), rows, strict=True):
        values, one = stream.settings(dict(zip(stream.levels, codes, strict=True))), dict(zip(names, row, strict=True))
        if stream.has_unknown:
            yield _evaluated(asked, values)
            continue
        given = {**asked.fixed, **values}
        settings = Settings(asked.spec.network, Problems()).resolve(given, asked.variant, complete=False)
        totals = Totals(one["mult_adds"], one["params"], one["access"])
        moves = Moves(one["read"], one["written"], one["loaded"])
        yield Point(values, settings, totals, "", one["operations"], moves, (), stream.multiplying, one.get("peak"))
