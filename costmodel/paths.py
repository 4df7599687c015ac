"""Paths through a lattice by dynamic programming from its end: the best within limits, how many there are, some at random.

Costs add up along a path, so what the ends of networks cost is a sum over their edges. Of ends from one node those are kept
that may still be of use: for a best path the ones that no other is at least as good as in every respect, for counting all, each
sum once with how often it comes about. Nothing is rounded and nothing is guessed.
"""

import random
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from costmodel.lattice import Edge, Lattice
from costmodel.picking import undominated
from costmodel.problems import Problem, SpecError

MOST = 4_000_000
"""Different sums of costs that are held at one node."""


class Bound(NamedTuple):
    """Between which ends the sum of one of the numbers of a cost stays; None for no end."""

    of: int
    low: int | None = None
    high: int | None = None

    def holds(self, sums: Any) -> Any:
        """Whether sums stay between the ends."""
        return (self.low is None or sums >= self.low) & (self.high is None or sums <= self.high)


class Table(NamedTuple):
    """What the ends of paths from a node cost: a column for each different sum, and how many paths have it."""

    sums: Any
    counts: Any


class Paths:
    """All paths that keep some bounds.

    Of the numbers of a cost those of `wanted` are summed; `signs` says of each whether small is better (1), large (−1), or
    neither (0), and of paths that are worse in all of them none is kept; without signs all are kept and counted.
    """

    def __init__(self, lattice: Lattice, wanted: Sequence[int], bounds: Sequence[Bound], signs: Sequence[int] | None) -> None:
        self.lattice, self.wanted, self.bounds, self.signs = lattice, [*wanted], [*bounds], signs
        self.places = [self.wanted.index(bound.of) for bound in bounds]
        self.before = self._before()
        self.tables: list[Table] = [self._none()] * len(lattice.edges)
        last = len(lattice.edges) - 1
        self.tables[last] = Table(np.zeros((len(self.wanted), 1), dtype=np.int64), np.array([1], dtype=object))
        for node in range(last - 1, -1, -1):
            self.tables[node] = self._table(node)

    def _none(self) -> Table:
        return Table(np.zeros((len(self.wanted), 0), dtype=np.int64), np.zeros(0, dtype=object))

    def _before(self) -> list[list[tuple[int, int]] | None]:
        """Of each bound the least and the most that paths to a node have of it; None where no path leads."""
        found: list[list[tuple[int, int]] | None] = [None] * len(self.lattice.edges)
        found[0] = [(0, 0)] * len(self.bounds)
        for node, edges in enumerate(self.lattice.edges):
            here = found[node]
            for edge in edges if here is not None else ():
                mine = [
                    (low + edge.cost[b.of], high + edge.cost[b.of])
                    for (low, high), b in zip(here or (), self.bounds, strict=True)
                ]
                there = found[edge.to]
                pairs = zip(mine, there, strict=True) if there is not None else ()
                found[edge.to] = [(min(a, c), max(b, d)) for (a, b), (c, d) in pairs] if there is not None else mine
        return found

    def _cost(self, edge: Edge) -> Any:
        return np.array([[edge.cost[of]] for of in self.wanted], dtype=np.int64).reshape(len(self.wanted), 1)

    def _table(self, node: int) -> Table:
        before = self.before[node]
        edges = [edge for edge in self.lattice.edges[node] if self.tables[edge.to].counts.size]
        if before is None or not edges:
            return self._none()
        sums = np.concatenate([self.tables[edge.to].sums + self._cost(edge) for edge in edges], axis=1)
        counts = np.concatenate([self.tables[edge.to].counts for edge in edges])
        useful = np.ones(len(counts), dtype=bool)
        for place, bound, (least, most) in zip(self.places, self.bounds, before, strict=True):
            useful &= bound._replace(
                low=None if bound.low is None else bound.low - most, high=None if bound.high is None else bound.high - least
            ).holds(sums[place])
        found = self._merged(Table(sums[:, useful], counts[useful]))
        if len(found.counts) > MOST:
            message = f"more than {MOST:,} sums of costs come about here, and each would have to be held"
            raise SpecError([Problem(None, message, "choose fewer values, or limit fewer figures")])
        return found

    def _merged(self, table: Table) -> Table:
        """Each sum once; for a best path none that another is as good as."""
        sums, counts = table
        if not len(counts):
            return table
        if not len(sums):
            return Table(sums[:, :1], np.array([sum(counts)], dtype=object))
        order = np.lexsort(sums[::-1])
        ranked = sums[:, order]
        starts = np.flatnonzero(np.concatenate([[True], (ranked[:, 1:] != ranked[:, :-1]).any(axis=0)]))
        found = Table(ranked[:, starts], np.add.reduceat(counts[order], starts))
        return found if self.signs is None else self._best(found)

    def _best(self, table: Table) -> Table:
        """The columns that no other is as good as: among those that agree where neither way is better, a front."""
        signs = np.array(self.signs)
        fixed, free = table.sums[signs == 0], table.sums[signs != 0] * signs[signs != 0][:, None]
        if not len(free):
            return table
        if not len(fixed):
            kept = undominated(free)
        elif len(free) == 1:
            order = np.lexsort((free[0], *fixed))
            ranked = fixed[:, order]
            kept = np.sort(order[np.concatenate([[True], (ranked[:, 1:] != ranked[:, :-1]).any(axis=0)])])
        else:
            kept = np.arange(len(table.counts))  # fronts within groups would save less than they cost
        return Table(table.sums[:, kept], table.counts[kept])

    # --- what is asked of them ---------------------------------------------------------------------------------------

    @property
    def ends(self) -> Table:
        """The sums of whole paths; all of them keep the bounds."""
        return self.tables[0]

    @property
    def count(self) -> int:
        """How many paths there are, where all were kept."""
        return int(sum(self.ends.counts))

    def first(self, sums: Any) -> Iterator[Edge]:
        """The first path with such a sum: at each node the first edge that leads to it."""
        node, left = 0, np.array(sums, dtype=np.int64).reshape(-1, 1)
        while node != len(self.lattice.edges) - 1:
            edge, left = next((edge, rest) for edge, rest, many in self._ways(node, left) if many)
            yield edge
            node = edge.to

    def drawn(self, draw: random.Random) -> list[Edge]:
        """A path at random, each as likely as any other."""
        sums, counts = self.ends
        place, number = 0, draw.randrange(self.count)
        while number >= counts[place]:
            number -= counts[place]
            place += 1
        node, left, found = 0, sums[:, [place]], list[Edge]()
        while node != len(self.lattice.edges) - 1:
            for edge, rest, many in self._ways(node, left):
                if number < many:
                    found.append(edge)
                    node, left = edge.to, rest
                    break
                number -= many
        return found

    def _ways(self, node: int, left: Any) -> Iterator[tuple[Edge, Any, int]]:
        """The edges of a node, what is left of a sum behind each, and how many paths have that."""
        for edge in self.lattice.edges[node]:
            rest, table = left - self._cost(edge), self.tables[edge.to]
            same = np.flatnonzero((table.sums == rest).all(axis=0))
            yield edge, rest, int(table.counts[same[0]]) if same.size else 0


def picks(path: Sequence[Edge]) -> list[int]:
    """What is chosen along a path, in order."""
    return [pick for edge in path for pick in edge.picks]
