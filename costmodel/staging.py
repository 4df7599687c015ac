"""The best of all networks that choices row by row give, how many keep some limits, and some of them at random."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from costmodel.budget import Budget
from costmodel.choosing import Choice, Picked
from costmodel.goals import Goal, Limit, figure_of, is_upper, miss, within
from costmodel.lattice import Lattice, replayed
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.paths import Bound, Paths, picks
from costmodel.problems import Problem, SpecError
from costmodel.traffic import VIEW
from costmodel.verdict import Rules, counted, figures, judged
from costmodel.weaving import woven

ADDING = ("mult_adds", "operations", "params", "access", "reads", "writes", "loads")
"""The figures that add up over layers."""

_LARGEST = 2**62


class Staged(NamedTuple):
    """Choices in a network, and what is wanted of the networks that they give."""

    spec: Spec
    choices: tuple[Choice, ...]
    goal: Goal
    fixed: Mapping[str, Any] = {}
    variant: str | None = None
    batch: int = 1


class Network(NamedTuple):
    """One network: what is chosen where, and its ledger."""

    picked: list[Picked]
    ledger: Ledger


class Chosen(NamedTuple):
    """The best network, or where none keeps all limits the nearest: its largest miss, as a part of its limit, is the least.

    Of equal objectives the one that comes first has less of what is limited from above and more of what is from below, limit
    by limit, and then the earlier values. `value` is None where no network keeps the limits.
    """

    asked: Staged
    network: Network
    value: Fraction | None
    limits: list[Limit]


class Counted(NamedTuple):
    """How many networks there are in all, how many keep the limits, and those that were drawn, each as likely as any other."""

    asked: Staged
    of: int
    kept: int
    drawn: list[Network]


class Staging:
    """The lattice of some choices, and what is asked of it.

    Raises `SpecError` for figures that do not add up over layers, for costs that are not known, and where nothing can be built.
    """

    def __init__(self, asked: Staged) -> None:
        self.asked, self.goal = asked, asked.goal
        self.figures = {**self.goal.measured}
        for one in self.figures.values():
            check(one, self.goal.rules)
        self.places = {key: place for place, key in enumerate(self.figures)}
        self.settings = asked.spec.settings(asked.fixed, asked.variant)
        width = len(self.figures)
        self.lattice: Lattice = woven(asked.spec, self.settings, asked.batch, asked.choices, self._cost, width)
        largest = sum(max((abs(number) for edge in edges for number in edge.cost), default=0) for edges in self.lattice.edges)
        if largest >= _LARGEST:
            raise SpecError([Problem(None, "these networks cost more than 2^62, and sums of so much are not held")])
        if not self.paths((), None, ()).ends.counts.size:
            raise SpecError([Problem(None, f"none of these choices can be built; the first: {self.lattice.reason}")])

    def _cost(self, ledger: Ledger) -> tuple[int, ...]:
        if ledger.unknown:
            name = ledger.unknown[0].fields["op"]
            message = f"nobody knows what {name} costs, so that no network is known to keep a limit, or to be best"
            raise SpecError([Problem(ledger.unknown[0].mark, message)])
        rules = self.goal.rules
        values = ((one, figures(one, ledger, counted(one, rules))[0](ledger.lines)) for one in self.figures.values())
        return tuple(int(value * one.parts) for one, value in values)

    def paths(self, limits: Sequence[Budget], signs: Mapping[Any, int] | None, wanted: Sequence[Budget]) -> Paths:
        """The paths that keep some limits; of those that are worse by `signs` none."""
        bounds = [Bound(self.places[figure_of(one)], *within(one)) for one in limits]
        keys = dict.fromkeys(map(figure_of, (*wanted, *limits)))
        return Paths(
            self.lattice, [self.places[key] for key in keys], bounds, None if signs is None else [signs[key] for key in keys]
        )

    def best(self, of: Budget, sign: int, limits: Sequence[Budget]) -> tuple[int, Paths, Any] | None:
        """The best path: what it has of a figure (small is good where the sign is 1), and its sums."""
        found = self.paths(limits, _signs(limits, {figure_of(of): sign}), (of,))
        if not found.ends.counts.size:
            return None
        keys = [*dict.fromkeys(map(figure_of, (of, *limits)))]
        first = sign * found.ends.sums[0]
        rest = [_sign(one) * found.ends.sums[keys.index(figure_of(one))] for one in limits]
        place = int(np.lexsort((*reversed(rest), first))[0])
        return int(found.ends.sums[0, place]), found, found.ends.sums[:, place]

    def chosen(self) -> Chosen:
        """The best network, or the nearest."""
        goal, objective = self.goal, self.goal.objective
        assert objective is not None
        found = self.best(objective.of, -1 if objective.is_most else 1, goal.limits)
        if found is None:
            network, parts = self._nearest(), None
        else:
            parts, paths, sums = found
            network = self.network(picks([*paths.first(sums)]))
        limits = [
            Limit(judged(one, network.ledger, goal.rules), *self._eased(place, parts)) for place, one in enumerate(goal.limits)
        ]
        value = None if parts is None else judged(objective.of, network.ledger, goal.rules).value
        assert value is None or value * objective.of.parts == parts, "the edges of a path add up to its network"
        return Chosen(self.asked, network, value, limits)

    def _eased(self, place: int, parts: int | None) -> tuple[Fraction | None, Fraction | None]:
        """The next value of a limit at which, all others kept, another network would be the best, and what that reaches."""
        objective, one = self.goal.objective, self.goal.limits[place]
        assert objective is not None
        others = [other for at, other in enumerate(self.goal.limits) if at != place]
        if parts is not None:
            end = Fraction(parts, objective.of.parts)
            others.append(objective.of._replace(sign=">" if objective.is_most else "<", limit=end))
        found = self.best(one, _sign(one), others)
        if found is None:
            return None, None
        exact = one._replace(sign="<=" if is_upper(one) else ">=", limit=Fraction(found[0], one.parts))
        reached = self.best(objective.of, -1 if objective.is_most else 1, [exact, *others])
        assert reached is not None
        return exact.limit, Fraction(reached[0], objective.of.parts)

    def _nearest(self) -> Network:
        """The network whose largest miss is the least."""
        limits = self.goal.limits
        paths = self.paths((), _signs(limits, {}), limits)
        keys, ends = [*dict.fromkeys(map(figure_of, limits))], paths.ends.sums
        misses = np.max([miss(one, ends[keys.index(figure_of(one))]) for one in limits], axis=0)
        return self.network(picks([*paths.first(ends[:, int(misses.argmin())])]))

    def counted(self, sample: int = 0, seed: int = 0) -> Counted:
        """How many networks keep the limits, and some of them."""
        kept = self.paths(self.goal.limits, None, ())
        draw = random.Random(seed)  # noqa: S311 - no secret
        drawn = [self.network(picks(kept.drawn(draw))) for _ in range(sample if kept.count else 0)]
        return Counted(self.asked, self.paths((), None, ()).count, kept.count, drawn)

    def network(self, path: Sequence[int]) -> Network:
        """The network of a path, evaluated as any other."""
        asked = self.asked
        ledger, picked = replayed(asked.spec, self.settings, asked.batch, asked.choices, path)
        return Network(picked, ledger)


def _sign(limit: Budget) -> int:
    """Which way is good for a limit: 1 where small is."""
    return 1 if is_upper(limit) else -1


def _signs(limits: Sequence[Budget], known: Mapping[Any, int]) -> dict[Any, int]:
    """The same of every figure that is limited, beside what is known; 0 where both ways count."""
    found = dict(known)
    for one in limits:
        key = figure_of(one)
        found[key] = _sign(one) if found.get(key, _sign(one)) == _sign(one) else 0
    return found


def check(one: Budget, rules: Rules) -> None:
    """Refuse a figure that does not add up over layers. Raises `SpecError`."""
    if one.metric not in ADDING:
        said = {"peak": "the most that is alive at once", "kernels": "what runs as one across layers"}[one.metric]
        message = f"{one.metric} is {said}, and does not add up row by row"
        raise SpecError([Problem(None, message, "what is chosen by rows may be limited in mult_adds, params and access")])
    traffic = counted(one, rules).traffic
    joins = traffic.folds or traffic.fuses or traffic.keeps or traffic.concat == VIEW
    if one.metric in ("access", "reads", "writes", "loads") and joins and not traffic.counted:
        message = f"under {traffic.spelled} a layer may be fused into one of the row before, so {one.metric} does not add up"
        raise SpecError([Problem(None, message, "conv and unfused count each layer by itself")])
