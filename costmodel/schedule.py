"""An order of the ops that lowers peak activation memory, where branches may be run in another one.

Exact by dynamic programming over the sets of ops that may have run by some time (downsets; Ahn et al. 2020,
arXiv:2003.02369, section 3), apart for each stretch between two ops that every order has at the same place. What is alive
hangs on the set alone, not on the order within it, so each set is met once, with the least peak that leads there.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import NamedTuple

from costmodel.dataflow import Dataflow
from costmodel.memory import IN_PLACE, Reuse, steps

MAX_TRIES = 50_000
"""Ops that the exact search of one stretch may try; beyond them a beam tries as many."""
MAX_STRETCH = 2_000
"""Ops of a stretch that is searched at all."""
BEAM = 64
"""Sets that a beam keeps after each op, fewer where that would be too many tries."""


class Schedule(NamedTuple):
    """An order of the nodes of a dataflow, its peak, and the peak of the order given, in elements.

    It `is_best` where no order has a lower peak. `stretches` are the places, first and behind the last, between which it
    differs from the order given.
    """

    order: list[int]
    peak: int
    before: int
    is_best: bool
    stretches: list[tuple[int, int]]


def schedule(flow: Dataflow, reuse: Reuse = IN_PLACE) -> Schedule:
    """The order of least peak, or the best that was found; the order given wherever none is better."""
    given = [step.alive for step in steps(flow, reuse, range(len(flow.nodes)))]
    before, order, changed = max(given, default=flow.entering), list(range(len(given))), []
    stretches = _stretches(flow)
    free = {at for ends in stretches for at in range(*ends)}
    reached = proven = max([_least(flow, reuse, at) if at in free else alive for at, alive in enumerate(given)], default=before)
    for start, stop in sorted(stretches, key=lambda ends: (-max(given[slice(*ends)]), ends)):
        worst = max(given[start:stop])
        if worst <= reached:
            break
        stretch = _Stretch(flow, reuse, start, stop)
        found, is_exact = stretch.search(reached)
        if found is not None and found.peak < worst:
            order[start:stop] = [start + at for at in (stretch.plain(found.peak) or found).order()]
            changed.append((start, stop))
            worst = found.peak
        if is_exact and worst > reached:
            proven = max(proven, worst)
        reached = max(reached, worst)
    peak = max((step.alive for step in steps(flow, reuse, order)), default=before)
    return Schedule(order, peak, before, peak == proven, sorted(changed))


def _least(flow: Dataflow, reuse: Reuse, number: int) -> int:
    """The fewest elements alive while an op runs, in any order: its own."""
    inputs = flow.reads[number]
    more, _, _ = flow.effect(number, reuse.reuses, inputs)
    return sum(flow.sizes[of] for of in inputs) + more


def _stretches(flow: Dataflow) -> list[tuple[int, int]]:
    """Where orders may differ: runs of ops between those that all others come before or after, in every order."""
    count = len(flow.nodes)
    latest = [max(node.sources) for node in flow.nodes]
    first_reader = [count] * count
    for at in reversed(range(count)):
        for source in flow.nodes[at].sources:
            if source >= 0:
                first_reader[source] = at
    # all later ops hang on one of them that is no earlier, all earlier ones are read by one that is no later
    behind = [*accumulate(reversed(latest[1:]), min, initial=count)][::-1]
    ahead = accumulate(first_reader[:-1], max, initial=-1)
    fixed = [at for at, (least, most) in enumerate(zip(behind, ahead, strict=True)) if least >= at >= most]
    edges = [-1, *fixed, count]
    return [(a + 1, b) for a, b in pairwise(edges) if b - a > 2]


class _State(NamedTuple):
    """A set of ops that have run, as bits; those that may run next; the elements alive; the peak so far; the way here."""

    ran: int
    ready: int
    alive: int
    peak: int
    last: int = -1
    way: "_State | None" = None

    def order(self) -> list[int]:
        """The ops that ran, in order."""
        order, state = list[int](), self
        while state.way is not None:
            order.append(state.last)
            state = state.way
        return order[::-1]


class _Stretch:
    """Some ops that follow one another in the order given, numbered from 0, and the sets of them that may have run."""

    def __init__(self, flow: Dataflow, reuse: Reuse, start: int, stop: int) -> None:
        self.flow, self.reuse, self.start, self.stop = flow, reuse, start, stop
        self.count, self.tries = stop - start, 0
        if self.count > MAX_STRETCH:
            return
        self.needs = [self._bits(node.sources) for node in flow.nodes[start:stop]]
        self.next: list[list[int]] = [[] for _ in self.needs]
        for at, node in enumerate(flow.nodes[start:stop]):
            for source in {*node.sources}:
                if source >= start:
                    self.next[source - start].append(at)
        read = {of for reads in flow.reads[start:stop] for of in reads}
        ends = {of for of in read if of not in flow.kept and flow.readers[of][-1] < stop}
        self.readers = {of: self._bits(flow.readers[of]) for of in ends}

    def _bits(self, numbers: list[int] | tuple[int, ...]) -> int:
        return sum(1 << (number - self.start) for number in {*numbers} if self.start <= number < self.stop)

    def first(self, floor: int) -> _State:
        """The state in which none of them has run; no peak below `floor` is told from it."""
        flow, ready = self.flow, sum(1 << at for at, needs in enumerate(self.needs) if not needs)
        waiting = [
            size
            for of, size in flow.sizes.items()
            if of < self.start and (of in flow.kept or (flow.readers[of] and flow.readers[of][-1] >= self.start))
        ]
        return _State(0, ready, sum(waiting), floor)

    def search(self, floor: int) -> tuple[_State | None, bool]:
        """The order of least peak, nothing below `floor` being worth a search, and whether no other is better."""
        if self.count > MAX_STRETCH:
            return None, False
        first, met = self.first(floor), dict[int, int]()
        heap = [(floor, 0, 0, first)]
        while heap:
            *_, state = heappop(heap)
            if not state.ready:
                return state, True
            if self.tries > MAX_TRIES:
                return self.beam(first), False
            for after in self.after(state):
                if after.peak < met.get(after.ran, after.peak + 1):
                    met[after.ran] = after.peak
                    # of equal peaks, first those that are further on, then those found first: the result never varies
                    heappush(heap, (after.peak, -after.ran.bit_count(), len(met), after))
        raise AssertionError

    def plain(self, limit: int) -> _State | None:
        """Of the orders within a peak, the one that goes from branch to branch least often; None if it is far to seek."""
        self.tries, met, heap = 0, set[tuple[int, int]](), [(0, 0, 0, self.first(limit))]
        while heap and self.tries <= MAX_TRIES:
            breaks, *_, state = heappop(heap)
            if not state.ready:
                return state
            if (state.ran, state.last) in met:
                continue
            met.add((state.ran, state.last))
            for at in range(self.count):
                if state.ready >> at & 1 and (after := self.run(state, 1 << at)).peak <= limit:
                    broken = state.last >= 0 and at not in self.next[state.last]
                    heappush(heap, (breaks + broken, -after.ran.bit_count(), self.tries, after))
        return None

    def after(self, state: _State) -> list[_State]:
        """The sets that one more op leads to; one alone where that costs nothing now and can only help later."""
        found, ready = [], state.ready
        while ready:
            bit = ready & -ready
            ready ^= bit
            after = self.run(state, bit)
            if after.peak == state.peak and after.alive <= state.alive:
                return [after]
            found.append(after)
        return found

    def run(self, state: _State, bit: int) -> _State:
        """The set with one op more."""
        self.tries += 1
        at, flow = bit.bit_length() - 1, self.flow
        left, number = ~(state.ran | bit), self.start + at
        freed = [of for of in flow.reads[number] if of in self.readers and not self.readers[of] & left]
        more, later, _ = flow.effect(number, self.reuse.reuses, freed)
        ready = state.ready ^ bit
        for other in self.next[at]:
            if not self.needs[other] & left:
                ready |= 1 << other
        return _State(~left, ready, state.alive + later, max(state.peak, state.alive + more), at, state)

    def beam(self, first: _State) -> _State | None:
        """The best of the orders that a beam finds; None where even the narrowest would take too long."""
        widest = max(state.ready.bit_count() for state in self._as_given(first))
        width, states = min(BEAM, MAX_TRIES // (self.count * widest)), [first]
        for _ in range(self.count if width else 0):
            found: dict[int, _State] = {}
            for state in states:
                for after in self.after(state):
                    if after.ran not in found or after.peak < found[after.ran].peak:
                        found[after.ran] = after
            states = sorted(found.values(), key=lambda state: (state.peak, state.alive))[:width]
        return states[0] if width else None

    def _as_given(self, state: _State) -> Iterator[_State]:
        for at in range(self.count):
            yield state
            state = self.run(state, 1 << at)
