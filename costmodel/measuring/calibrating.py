"""The micro-benchmarks, run: every kernel of every chain timed with its weights near and far, in at most a minute."""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from costmodel.exporting.writing import exported
from costmodel.library import load
from costmodel.measuring import fitting, machine
from costmodel.measuring.benches import chains
from costmodel.measuring.chains import Chain
from costmodel.measuring.kernels import footprint, kernels
from costmodel.measuring.mapping import paired
from costmodel.measuring.running import Event, Runner
from costmodel.measuring.samples import Measured, Sample, Whole
from costmodel.rates import WEIGHTS, Fitted

BUDGET = 50.0
"""Seconds that the micro-benchmarks may take; a chain has at least `LEAST` runs in each state all the same."""
LEAST = 3
STATES = (0, *WEIGHTS[2:])
"""Bytes that are touched between two runs, so that what a run finds in the caches is what a network of such a size would."""


def measured(
    block: int, threads: int = 1, seed: int = 0, budget: float = BUDGET, tell: Callable[[int], None] | None = None
) -> Measured:
    """Run all micro-benchmarks in an order drawn by the seed; `tell` hears how many chains are done."""
    todo = [*chains(seed)]
    Random(seed).shuffle(todo)  # noqa: S311 - what disturbs the machine for a while should disturb all kinds alike
    found, start = Measured([], []), time.perf_counter()
    dirty = np.zeros(STATES[-1] // 4, dtype=np.float32)
    for number, chain in enumerate(todo):
        share = (start + budget - time.perf_counter()) / (len(todo) - number)
        _run(chain, found, dirty, block, threads, max(share, 0))
        if tell:
            tell(number + 1)
    return found


def calibrated(threads: int = 1, seed: int = 0, tell: Callable[[int], None] | None = None, budget: float = BUDGET) -> Fitted:
    """The machine at hand, fitted to its micro-benchmarks, which take so many seconds or the least that they can."""
    block = machine.block()
    found = measured(block, threads, seed, budget, tell)
    fit = fitting.fitted(found.samples, found.wholes)
    chains_off, kernels_off = fitting.spreads(found.samples, found.wholes)
    name = f"{machine.processor()}, {threads} thread{'s' if threads > 1 else ''}"
    today = datetime.now(UTC).date().isoformat()
    about = name, machine.processor(), machine.runtime(), threads, today, seed, block
    return Fitted(*about, fit.run, fit.kinds, chains_off, kernels_off)


def _run(chain: Chain, found: Measured, dirty: Any, block: int, threads: int, share: float) -> None:
    """Time a chain in each state, for as long as its share of the time lasts."""
    start = time.perf_counter()
    ledger = load(chain.spec).analyze()
    foreseen = kernels(ledger, block)
    own, model = footprint(foreseen), exported(ledger).SerializeToString()
    plain = Runner(model, threads)
    whole = [plain.run() for _ in range(2 + 2 * LEAST)][2:]
    touched = list(dict.fromkeys(max(size - own, 0) for size in STATES))
    ends = [start + share * (state + 1) / len(touched) for state in range(len(touched))]
    seen = [_profiled(model, threads, dirty[: size // 4], end) for size, end in zip(touched, ends, strict=True)]
    pairs = paired(ledger, foreseen, seen[0][0])
    for runs, size in zip(seen, touched, strict=True):
        times = _typical(runs)
        found.samples.extend(
            # the first kernel finds what enters where the last run left it, as only a network's first does
            Sample(chain.name, kernel, own + size, times[at])
            for at, kernel in pairs
            if at or not size
        )
        if not size:
            found.wholes.append(Whole(chain.name, foreseen, own, float(np.median(whole)), sum(times)))


def _profiled(model: bytes, threads: int, dirty: Any, until: float) -> list[list[Event]]:
    """The nodes of runs between which some bytes are touched, until a time comes."""
    with TemporaryDirectory() as folder:
        runner, rounds = Runner(model, threads, folder=folder), 0
        while rounds <= LEAST or time.perf_counter() < until:
            dirty += 1
            runner.run()
            rounds += 1
        return runner.profile()[1:]


def _typical(runs: Sequence[Sequence[Event]]) -> list[float]:
    """Of each node the mean of the middle half of its times: whole µs, of which a median would keep the coarseness."""
    times = np.sort([[event.seconds for event in run] for run in runs], axis=0)
    cut = len(times) // 4
    return [float(mean) for mean in times[cut : len(times) - cut].mean(axis=0)]
