"""One side of a map and the windows that slide over it: what they touch, counted without going through them."""

from collections.abc import Iterator
from functools import lru_cache
from math import gcd
from typing import NamedTuple


class Side(NamedTuple):
    """One side of a map and the windows that slide over it; the batch is a side of as many windows of one position.

    Tap j of window o lies at position j·dilation − before + o·stride, and on padding where that is not from 0 to size − 1.
    """

    size: int
    windows: int
    kernel: int = 1
    stride: int = 1
    before: int = 0
    dilation: int = 1

    @property
    def reach(self) -> int:
        """The positions from a window's first tap to its last."""
        return self.dilation * (self.kernel - 1) + 1

    def read(self, first: int, count: int) -> int:
        """How many positions some windows in a row read together, in time that grows with the stride or the kernel alone.

        >>> Side(7, 4, kernel=3, stride=2, before=1).read(0, 4)
        7
        >>> Side(7, 4, stride=2).read(0, 4)
        4
        """
        # taps of one residue modulo the stride are `period` taps apart, and each covers `count` blocks, `shift` on
        common = gcd(self.dilation, self.stride)
        period, shift = self.stride // common, self.dilation // common
        covered = 0
        for tap in range(min(self.kernel, period)):
            block, blocks = self._block(tap, first)
            more = (self.kernel - 1 - tap) // period
            if shift <= count:
                covered += max(min(block + more * shift + count, blocks) - max(block, 0), 0)
                continue
            low, high = max(-((block + count - 1) // shift), 0), min((blocks - 1 - block) // shift, more)
            if low <= high:
                before, after = max(-(block + low * shift), 0), max(block + high * shift + count - blocks, 0)
                covered += (high - low + 1) * count - before - after
        return covered

    def _block(self, tap: int, first: int) -> tuple[int, int]:
        """Which block of `stride` positions a tap of a window lies in, and in how many it could and be inside the map."""
        block, residue = divmod(tap * self.dilation - self.before + first * self.stride, self.stride)
        return block, -(-(self.size - residue) // self.stride)

    def runs(self) -> "Iterator[Run]":
        """For each tap, the positions inside the map at which it lies over all windows."""
        for tap in range(self.kernel):
            block, blocks = self._block(tap, 0)
            residue = (tap * self.dilation - self.before) % self.stride
            yield Run(residue, max(block, 0), min(block + self.windows, blocks))

    def users(self) -> "Iterator[Run]":
        """For each tap, the windows in which it lies inside the map."""
        for tap in range(self.kernel):
            start = tap * self.dilation - self.before
            yield Run(0, max(-(start // self.stride), 0), min(-((start - self.size) // self.stride), self.windows))


class Run(NamedTuple):
    """Positions of one residue modulo the stride, by the blocks that they lie in: from `start` to before `stop`."""

    residue: int
    start: int
    stop: int

    @property
    def length(self) -> int:
        """How many positions it holds; none where it ends before it starts."""
        return self.stop - self.start


class _Laid(NamedTuple):
    covered: int
    deepest: int


def _laid(runs: list[Run]) -> _Laid:
    """How many positions some runs cover together, and how many runs share one at most."""
    ends = sorted([(run.residue, run.start, 1) for run in runs] + [(run.residue, run.stop, -1) for run in runs])
    covered = depth = deepest = last = 0
    for _, at, step in ends:
        if depth:
            covered += at - last
        depth, last = depth + step, at
        deepest = max(deepest, depth)
    return _Laid(covered, deepest)


class Facts(NamedTuple):
    """What windows over a whole side do: positions read, windows that read any, taps ever inside, products, sharing."""

    read: int
    used: int
    live: int
    products: int
    shared: int


@lru_cache(maxsize=4096)
def facts(side: Side) -> Facts:
    """The figures of one side, each counted exactly in time that grows with the kernel alone."""
    runs = [run for run in side.runs() if run.length > 0]
    laid = _laid(runs)
    used = _laid([run for run in side.users() if run.length > 0]).covered
    return Facts(laid.covered, used, len(runs), sum(run.length for run in runs), laid.deepest)
