"""Kernels as a graph: how many are launched, which wait for which, and how many could run at once."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from costmodel.layers import by_unit, unit_of
from costmodel.ledger import Ledger
from costmodel.line import Line, Place
from costmodel.traffic import ALWAYS_VIEWS, Traffic

MAX_NODES = 20_000
"""Nodes among which the widest antichain is sought at most."""


class Order:
    """Nodes of a graph without cycles, numbered in an order in which they may run; `before` has those that each waits for."""

    def __init__(self, before: Sequence[frozenset[int]]) -> None:
        self.before = before

    @cached_property
    def longest(self) -> int:
        """The nodes of the longest path.

        >>> Order([frozenset(), frozenset({0}), frozenset({0}), frozenset({1, 2})]).longest
        3
        """
        length: list[int] = []
        for before in self.before:
            length.append(1 + max((length[node] for node in before), default=0))
        return max(length, default=0)

    @cached_property
    def width(self) -> int | None:
        """The most nodes of which none waits for another: the widest antichain. None where there are too many nodes.

        >>> Order([frozenset(), frozenset({0}), frozenset({0}), frozenset({1, 2})]).width
        2
        """
        if len(self.before) > MAX_NODES:
            return None
        return max((_antichain(segment) for segment in self._segments()), default=0)

    @cached_property
    def _ancestors(self) -> list[int]:
        """For each node the bits of all that run before it in every order."""
        bits: list[int] = []
        for before in self.before:
            found = 0
            for node in before:
                found |= bits[node] | 1 << node
            bits.append(found)
        return bits

    def _segments(self) -> Iterator[list[int]]:
        """The nodes between those that are comparable with all others, each by the bits of those before it in its segment."""
        bits, start = self._ancestors, 0
        shared = [-1] * (len(bits) + 1)  # what comes before every node from here on
        for node in range(len(bits) - 1, -1, -1):
            shared[node] = shared[node + 1] & bits[node]
        for node, found in enumerate(bits):
            if found.bit_count() == node and shared[node + 1] >> node & 1:
                yield [one >> start for one in bits[start:node]]
                yield [0]
                start = node + 1
        yield [one >> start for one in bits[start:]]


def _antichain(before: list[int]) -> int:
    """The widest antichain: by Dilworth's theorem the nodes less a largest matching of each with one that comes before it."""
    user: dict[int, int] = {}
    unmatched = 0
    for start in range(len(before)):
        seen, asked_by, waiting, free = 0, dict[int, int](), [start], -1
        while waiting and free < 0:
            node = waiting.pop()
            options = before[node] & ~seen
            seen |= options
            while options:
                other = options.bit_length() - 1
                options ^= 1 << other
                asked_by[other] = node
                if other not in user:
                    free = other
                    break
                waiting.append(user[other])
        unmatched += free < 0
        while free >= 0:
            node = asked_by[free]
            gives = next((other for other, one in user.items() if one == node), -1) if node != start else -1
            user[free] = node
            free = gives
    return unmatched


def ordered(lines: Sequence[Line], groups: Sequence[Sequence[int]]) -> Order:
    """Groups of lines, by their numbers, in the order of their first ones; what is in no group passes on what it takes."""
    of = {number: at for at, group in enumerate(groups) for number in group}
    passing: list[frozenset[int]] = []
    for number, line in enumerate(lines):
        taken = frozenset[int]().union(*(passing[source] for source in line.sources if source >= 0))
        passing.append(frozenset({of[number]}) if number in of else taken)
    return Order(
        [
            frozenset(node for number in group for source in lines[number].sources if source >= 0 for node in passing[source])
            - {at}
            for at, group in enumerate(groups)
        ]
    )


def is_fragment(line: Line) -> bool:
    """Whether a line is one of the "individual convolution or pooling operations in one building block" (G3).

    FC layers, matrix products and attention go with convolutions.
    """
    return line.rule.counted or line.rule.family in ("conv", "pool")


class Shape(NamedTuple):
    """How kernels or fragments hang together: how many there are, the longest path, the widest antichain."""

    nodes: int
    longest: int
    width: int | None

    @property
    def parallelism(self) -> Fraction:
        """How many run at once on average where each waits only for what it reads: all of them by the longest path."""
        return Fraction(self.nodes, self.longest) if self.longest else Fraction(0)


class Merge(NamedTuple):
    """Convolutions that are one: of the same window on the same input, told apart by the channels that they give."""

    lines: list[Line]
    saved: int
    """Elements: the input, for each of them but one."""


class Unit(NamedTuple):
    """A unit, or the network: its lines, its kernels under a traffic model, its fragments, and what could be merged."""

    place: Place | None
    lines: list[Line]
    kernels: Shape
    fragments: Shape
    merges: list[Merge]


class Fragments:
    """A network's kernels under a traffic model, and how they hang together in each of its units and in all.

    Raises nothing; `ledger` must be of plain numbers.
    """

    def __init__(self, ledger: Ledger, traffic: Traffic) -> None:
        self.lines = ledger.lines
        number = {line: at for at, line in enumerate(ledger.lines)}
        kernels = sorted(sorted(number[line] for line in kernel) for kernel in ledger.kernels(traffic))
        pieces = [[at] for at, line in enumerate(ledger.lines) if is_fragment(line)]
        self._groups = (kernels, pieces)
        self._orders = (ordered(ledger.lines, kernels), ordered(ledger.lines, pieces))
        self._merges = merges(ledger.lines)
        self._of = number

    @cached_property
    def network(self) -> Unit:
        """The network as one."""
        kernels, pieces = map(_shape, self._orders)
        return Unit(None, self.lines, kernels, pieces, self._merges)

    @cached_property
    def units(self) -> list[Unit]:
        """Every unit in order; the layers outside all units are units of their own."""
        return [self._unit(lines) for lines in by_unit(self.lines)]

    def _unit(self, lines: list[Line]) -> Unit:
        inside = {self._of[line] for line in lines}
        shapes = []
        for groups, order in zip(self._groups, self._orders, strict=True):
            nodes = [at for at, group in enumerate(groups) if group[0] in inside]
            place = {node: at for at, node in enumerate(nodes)}
            part = [frozenset(place[other] for other in order.before[node] if other in place) for node in nodes]
            shapes.append(_shape(Order(part)))
        kernels, pieces = shapes
        within = [merge for merge in self._merges if self._of[merge.lines[0]] in inside]
        return Unit(unit_of(lines[0]), lines, kernels, pieces, within)


def _shape(order: Order) -> Shape:
    return Shape(len(order.before), order.longest, order.width)


def merges(lines: Sequence[Line]) -> list[Merge]:
    """The convolutions that could be run as one, as an inception's first 1×1 convolutions could."""
    found: dict[Any, list[Line]] = {}
    for line in lines:
        if line.rule.family == "conv" and line.op != "separable" and _is_plain(line):
            window = tuple((name, str(value)) for name, value in line.fields.items() if name != "out")
            found.setdefault((_origin(lines, line.sources[0]), line.op, window), []).append(line)
    return [Merge(alike, (len(alike) - 1) * alike[0].inputs[0].size) for alike in found.values() if len(alike) > 1]


def _is_plain(line: Line) -> bool:
    """Whether every output channel sees every input channel."""
    return bool(line.op != "depthwise" and line.fields.get("groups", 1) == 1)


def _origin(lines: Sequence[Line], source: int) -> int:
    while source >= 0 and lines[source].op in ALWAYS_VIEWS:
        source = lines[source].sources[0]
    return source
