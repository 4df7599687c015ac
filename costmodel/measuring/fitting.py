"""A device fitted to samples: least squares of relative errors with nothing below 0, a kind of kernel at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from costmodel.measuring.kernels import Kernel
from costmodel.measuring.least import nnls
from costmodel.measuring.samples import Sample, Whole
from costmodel.rates import BY_SIZE, KernelRates, Spread, by_level, size_name

PARTS = 4
"""Parts of the chains; each is predicted by a fit to the others."""
_COARSE = 1e-5
"""Seconds from which a kernel's error says something: the profiler counts whole microseconds."""
_ROUNDS = 4
_FAR = 0.05
"""The relative error from which a sample weighs less: what disturbs a machine makes times longer, never shorter."""


class Row(NamedTuple):
    """A sample as the fit takes it: its amounts by level, and its seconds."""

    amounts: Mapping[str, float]
    seconds: float


def row(sample: Sample) -> Row:
    """What a sample's time is fitted to."""
    return Row(by_level(sample.kernel.amounts, sample.kernel.bytes, sample.footprint), sample.seconds)


def rates(rows: Sequence[Row]) -> KernelRates:
    """The rates of a kind of kernel: launch + Σ amount / rate is nearest to the seconds, in relative error.

    A byte takes no less time the more lies around it: what is fitted is the time that each size adds to the one below it.
    """
    names = _names(rows)
    amounts = np.array([[1.0, *(one.amounts.get(name, 0.0) for name in names)] for one in rows])
    adding = _adding(names)
    added = amounts @ adding
    seconds = np.array([one.seconds for one in rows])
    scale = added.max(axis=0)
    scale[scale == 0] = 1.0
    weights, found = 1 / seconds, np.zeros(len(names) + 1)
    for _ in range(_ROUNDS):
        found = nnls(added / scale * weights[:, None], seconds * weights) / scale
        off = np.abs(added @ found - seconds) / seconds
        weights = 1 / seconds / np.sqrt(np.maximum(off / _FAR, 1))
    error = float(np.median(np.abs(added @ found / seconds - 1)))
    takes = adding @ found
    per_second = {name: float(1 / one) for name, one in zip(names, takes[1:], strict=True) if one > 0}
    return KernelRates(float(takes[0]), per_second, len(rows), error)


def _names(rows: Sequence[Row]) -> list[str]:
    """The amounts of some rows, those of one kind by rising size, and all sizes of a kind where it has one."""
    found = {name for one in rows for name in one.amounts}
    sized = {kind: [f"{kind} {size_name(size)}" for size in sizes] for kind, sizes in BY_SIZE.items()}
    whole = [name for names in sized.values() if found & {*names} for name in names]
    return [*sorted(found - {*whole}), *whole]


def _adding(names: Sequence[str]) -> Any:
    """What turns the time that each size adds into the time that each takes; others stay as they are."""
    found = np.eye(len(names) + 1)
    for kind, sizes in BY_SIZE.items():
        places = [1 + names.index(name) for size in sizes if (name := f"{kind} {size_name(size)}") in names]
        for at, place in enumerate(places):
            found[place, places[:at]] = 1.0
    return found


class Fit(NamedTuple):
    """What was fitted: the seconds of a run besides its kernels, and the rates of each kind of kernel."""

    run: float
    kinds: dict[str, KernelRates]

    def seconds(self, kernels: Sequence[Kernel], touched: int) -> float:
        """The seconds of a run of some kernels, which touches so many bytes."""
        levels = (by_level(kernel.amounts, kernel.bytes, touched) for kernel in kernels)
        return self.run + sum(self.kinds[kernel.kind].seconds(one) for kernel, one in zip(kernels, levels, strict=True))


def fitted(samples: Sequence[Sample], wholes: Sequence[Whole]) -> Fit:
    """The rates of each kind, with what the profiler adds to a kernel taken off their launches."""
    by_kind: dict[str, list[Row]] = {}
    for sample in samples:
        if sample.seconds > 0:
            by_kind.setdefault(sample.kernel.kind, []).append(row(sample))
    run, spent = overheads(wholes)
    found = {kind: rates(rows) for kind, rows in sorted(by_kind.items())}
    return Fit(run, {kind: replace(one, launch=max(one.launch - spent, 0.0)) for kind, one in found.items()})


def overheads(wholes: Sequence[Whole]) -> tuple[float, float]:
    """The seconds that a run takes besides its kernels, and those that the profiler adds to each kernel.

    A chain without the profiler takes what its kernels took under it, and the first, and as often the second less.
    """
    if not wholes:
        return 0.0, 0.0
    counts = np.array([[1.0, -len(one.kernels)] for one in wholes])
    beside = np.array([one.seconds - one.profiled for one in wholes])
    weights = 1 / np.array([one.profiled for one in wholes])
    run, spent = np.linalg.lstsq(counts * weights[:, None], beside * weights, rcond=None)[0]
    return max(float(run), 0.0), max(float(spent), 0.0)


def spreads(samples: Sequence[Sample], wholes: Sequence[Whole]) -> tuple[Spread, Spread]:
    """Errors of whole chains and of single kernels, each predicted by a fit to the chains of the other parts."""
    part = {name: place % PARTS for place, name in enumerate(sorted({one.chain for one in wholes}))}
    of_chains, of_kernels = [], []
    for left_out in range(PARTS):
        seen = [one for one in wholes if part[one.chain] != left_out]
        fit = fitted([one for one in samples if part[one.chain] != left_out], seen)
        spent = overheads(seen)[1]
        for sample in samples:
            if part[sample.chain] == left_out and sample.kernel.kind in fit.kinds and sample.seconds - spent > _COARSE:
                guess = fit.kinds[sample.kernel.kind].seconds(row(sample).amounts)
                of_kernels.append((sample.seconds - spent) / guess - 1)
        of_chains += [
            whole.seconds / fit.seconds(whole.kernels, whole.footprint) - 1
            for whole in wholes
            if part[whole.chain] == left_out and all(kernel.kind in fit.kinds for kernel in whole.kernels)
        ]
    return spread(of_chains), spread(of_kernels)


def spread(errors: Sequence[float]) -> Spread:
    """The median of the sizes of some errors, and the range of nine of ten of them."""
    if not errors:
        return Spread(0.0, 0.0, 0.0)
    low, high = np.quantile(errors, [0.05, 0.95])
    return Spread(float(np.median(np.abs(errors))), float(low), float(high))
