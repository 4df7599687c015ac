"""The best network of a domain: every point of it is worked out, so that none is better; and what the limits cost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any, NamedTuple

import numpy as np

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.budget import Budget
from costmodel.domains import Domain, cut
from costmodel.goals import Goal, Limit, figure_of, is_kept, is_upper, miss
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.problems import Problem, SpecError
from costmodel.solving import shortest
from costmodel.space import Grid
from costmodel.streaming import Chunk, Stream
from costmodel.tracing import Wanted
from costmodel.verdict import judged

MOST = 2_000_000_000
"""Points that are searched at most."""


class Asked(NamedTuple):
    """A search as it is asked for: which parameters are free, what is wanted of the others."""

    spec: Spec
    goal: Goal
    fixed: Mapping[str, Any] = {}
    variant: str | None = None
    batch: int = 1

    def built(self, values: Mapping[str, Any]) -> tuple[dict[str, Any], Ledger]:
        """All settings at a point, and the network there. Raises `SpecError`."""
        settings = self.spec.settings({**self.fixed, **values}, self.variant)
        return settings, self.spec.evaluate(settings, self.batch)


class Best(NamedTuple):
    """The best point of a domain, or where none keeps all limits the nearest: the one whose largest miss is the least.

    A miss is a part of its limit. `value` is the objective's, None where no point keeps all limits; `ties` are the points that
    reach it, of which it is the first in the domain's order. `kept` of the `of` points keep all limits, `unbuilt` cannot be
    built. `around` has for a parameter that may be every number between which of them the network is the same.
    """

    asked: Asked
    domains: tuple[Domain, ...]
    values: dict[str, Any]
    settings: dict[str, Any]
    ledger: Ledger
    value: Fraction | None
    limits: list[Limit]
    of: int
    kept: int
    unbuilt: int
    ties: int
    around: dict[str, tuple[Num, Num]]

    @property
    def is_found(self) -> bool:
        """Whether the limits are kept."""
        return self.kept > 0

    @property
    def at_end(self) -> list[str]:
        """The parameters that are at the end of what was searched, where no range was asked for."""
        ends = {domain.name: self.around.get(domain.name, (self.values[domain.name],)) for domain in self.domains}
        return [domain.name for domain in self.domains if any(map(domain.is_end, ends[domain.name]))]


def best(asked: Asked, domains: Sequence[Domain], seen: Callable[[int], None] = lambda _: None) -> Best:
    """Work out every point of the domains. Raises `SpecError` where no point can be built, and where costs are not known.

    >>> from costmodel.budget import budget
    >>> from costmodel.domains import given
    >>> from costmodel.goals import Objective
    >>> from costmodel.library import load
    >>> most = Objective(budget("mult_adds<=1")._replace(text="mult_adds"), is_most=True)
    >>> asked = Asked(load("mobilenet"), Goal((budget("params<=3M"),), most))
    >>> best(asked, [given("alpha", [Fraction(n, 10) for n in range(5, 15)])]).values
    {'alpha': Fraction(4, 5)}
    """
    search = _Search(asked, domains, seen)
    for widened in range(_WIDENED):
        search = _cut(search)
        found = search.found()
        if not found.is_found and widened:
            break
        wider = [domain.wider(found.values[domain.name]) for domain in search.domains]
        if wider == [*search.domains] or prod(len(domain.values) for domain in wider) > _FAR:
            break
        search = _Search(asked, wider, seen)
    return found


_WIDENED = 6
"""How often a range that was not given is made wider at most, and up to how many points."""
_FAR = 20_000_000


def _cut(search: "_Search") -> "_Search":
    """The search with every number cut where any network that is met changes: each new structure may bring cuts of its own."""
    while any(domain.kind == "every" for domain in search.domains):
        for _ in search.stream:
            pass
        forms = search.stream.forms
        domains = [cut(domain, forms, search.goal) for domain in search.domains]
        if domains == [*search.domains]:
            if search.stream.untold:  # between such points and others something may change
                search.domains = tuple(one._replace(kind="grid") if one.kind == "every" else one for one in domains)
            break
        search = _Search(search.asked, domains, search.seen)
    return search


class _Search:
    def __init__(self, asked: Asked, domains: Sequence[Domain], seen: Callable[[int], None]) -> None:
        self.asked, self.goal, self.domains, self.seen = asked, asked.goal, tuple(domains), seen
        self.space = Grid({domain.name: domain.values for domain in domains})
        if self.space.count > MOST:
            message = f"{self.space.count:,} points would be searched, and at most {MOST:,} are"
            raise SpecError([Problem(None, message, "give --by a range with a step: alpha=0.25:1.4:0.05")])
        self.figures = self.goal.measured
        wanted = Wanted((), self.goal.limits, self.goal.rules, tuple(self.figures.values()))
        self.stream = Stream(asked.spec, self.space, asked.fixed, wanted, variant=asked.variant, batch=asked.batch)
        self.sign = -1 if self.goal.objective is not None and self.goal.objective.is_most else 1
        self.kept = self.unbuilt = 0

    def chunks(self) -> Iterator[Chunk]:
        for chunk in self.stream:
            yield chunk
            self.seen(chunk.start + len(chunk.block.built))

    def of(self, chunk: Chunk, one: Budget) -> Any:
        """A figure of every point of a chunk, in parts."""
        return chunk.block.figures[self.figures[figure_of(one)].text]

    def cost(self, chunk: Chunk) -> Any:
        """What is to be small: the objective, or its opposite."""
        assert self.goal.objective is not None
        return self.sign * self.of(chunk, self.goal.objective.of)

    def found(self) -> Best:
        """The best point, or the nearest."""
        number, least, ties = self._least()
        eased = self._eased(least)
        if number is None:
            number = self._nearest()
        asked, goal = self.asked, self.goal
        codes = self.space.codes(number, number + 1)
        values = self.stream.settings({name: int(code[0]) for name, code in zip(self.space.levels, codes, strict=True)})
        values, around = settled(asked, self.domains, values)
        settings, ledger = asked.built(values)
        limits = [Limit(judged(one, ledger, goal.rules), *ease) for one, ease in zip(goal.limits, eased, strict=True)]
        value = None if least is None else self._checked(ledger, self.sign * least)
        counts = self.space.count, self.kept, self.unbuilt, ties
        return Best(asked, self.domains, values, settings, ledger, value, limits, *counts, around)

    def _checked(self, ledger: Ledger, parts: int) -> Fraction:
        """The objective's value, as evaluating the point by itself gives it."""
        objective = self.goal.objective
        assert objective is not None
        value = judged(objective.of, ledger, self.goal.rules).value
        assert value == Fraction(parts, objective.of.parts), "a point costs the same wherever it is worked out"
        return value

    def _least(self) -> tuple[int | None, int | None, int]:
        """The first point of the least cost, that cost, and how many points have it."""
        number, least, ties = None, None, 0
        for chunk in self.chunks():
            self.unbuilt += len(chunk.block.unbuilt)
            places = np.flatnonzero(chunk.block.built & chunk.block.kept)
            self.kept += len(places)
            if not places.size:
                continue
            costs = self.cost(chunk)[places]
            low = int(costs.min())
            if least is None or low < least:
                number, least, ties = chunk.start + int(places[costs.argmin()]), low, 0
            ties += int((costs == low).sum()) if low == least else 0
        if self.unbuilt == self.space.count:
            first = self._reason(self.stream.settings(dict.fromkeys(self.space.levels, 0)))
            raise SpecError([Problem(None, f"none of the {self.space.count:,} points can be built; the first: {first}")])
        if number is not None and self.stream.has_unknown:
            message = f"{self.asked.spec.network.name} has ops whose cost nobody knows, so that no network is known to be best"
            raise SpecError([Problem(None, message, "costmodel analyze lists them as not counted")])
        return number, least, ties

    def _eased(self, least: int | None) -> list[tuple[Fraction | None, Fraction | None]]:
        """For each limit the next value at which, all others kept, another point would be the best, and what that reaches."""
        limits, goal = self.goal.limits, self.goal
        found: list[tuple[int, int] | None] = [None] * len(limits)
        for chunk in self.chunks() if not self.stream.has_unknown else ():
            open_ = chunk.block.built if least is None else chunk.block.built & (self.cost(chunk) < least)
            keeps = [is_kept(one, self.of(chunk, one)) for one in limits]
            for at, one in enumerate(limits):
                others = [keep for place, keep in enumerate(keeps) if place != at]
                places = np.flatnonzero(np.logical_and.reduce([open_, *others]))
                if not places.size:
                    continue
                sign = 1 if is_upper(one) else -1
                ends = sign * self.of(chunk, one)[places]
                near = ends == ends.min()
                here = int(ends.min()), int(self.cost(chunk)[places][near].min())
                found[at] = here if found[at] is None else min(found[at] or here, here)
        assert goal.objective is not None
        parts = self.sign * goal.objective.of.parts
        return [
            (None, None)
            if pair is None
            else (Fraction(pair[0] if is_upper(one) else -pair[0], one.parts), Fraction(pair[1], parts))
            for one, pair in zip(limits, found, strict=True)
        ]

    def _nearest(self) -> int:
        """The point whose largest miss, as a part of its limit, is the least."""
        number, least = 0, np.inf
        for chunk in self.chunks():
            misses = np.max([miss(one, self.of(chunk, one)) for one in self.goal.limits], axis=0)
            misses[~chunk.block.built] = np.inf
            if misses.min() < least:
                number, least = chunk.start + int(misses.argmin()), misses.min()
        return number

    def _reason(self, values: Mapping[str, Any]) -> str:
        """Why a point cannot be built."""
        try:
            self.asked.built(values)
        except SpecError as error:
            return error.problems[0].brief
        return ""


def settled(
    asked: Asked, domains: Sequence[Domain], values: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, tuple[Num, Num]]]:
    """A point, its values between two cuts the shortest that give the same network; and between which ends they do."""
    around: dict[str, tuple[Num, Num]] = {}
    _, ledger = asked.built(values)
    for domain in domains:
        if domain.kind != "every":
            continue
        places = domain.values
        first = last = places.index(values[domain.name])
        while first > 0 and _is_same(asked, {**values, domain.name: places[first - 1]}, ledger):
            first -= 1
        while last < len(places) - 1 and _is_same(asked, {**values, domain.name: places[last + 1]}, ledger):
            last += 1
        ends = places[first - first % 2], places[min(last + last % 2, len(places) - 1)]
        around[domain.name] = ends
        if ends[0] < ends[1]:
            values = {**values, domain.name: algebra.exact(shortest(*map(Fraction, ends)))}
    assert _is_same(asked, values, ledger), "between two cuts nothing changes"
    return values, around


def _is_same(asked: Asked, values: Mapping[str, Any], ledger: Ledger) -> bool:
    """Whether some values give a network of the same ops, shapes and costs."""
    try:
        _, other = asked.built(values)
    except SpecError:
        return False
    here, there = ([(line.op, line.output.dims, replace(line.cost, given=())) for line in one.lines] for one in (ledger, other))
    return here == there
