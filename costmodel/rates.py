"""A device as it was measured: how long each kind of kernel takes for what it does, fitted to micro-benchmarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log2
from typing import NamedTuple

MAPS = (2**19, 2**21, 2**23, 2**25)
"""Working sets of a kernel, in bytes, between which the rates of its maps are interpolated: from the nearest cache outwards."""
WEIGHTS = (2**22, 2**23, 2**24, 2**25, 2**26)
"""Bytes that a whole run touches, between which the rates of weights are: they were evicted by what ran since."""
BY_SIZE = {**dict.fromkeys(("read", "added", "written", "moved"), MAPS), "loaded": WEIGHTS, "launches": WEIGHTS}
"""The amounts whose rates hang on a size, with the sizes."""
_UNITS = ((2**20, "MiB"), (2**10, "KiB"))


def size_name(size: int) -> str:
    """A size as the names of amounts have it.

    >>> size_name(2**19), size_name(2**25)
    ('512KiB', '32MiB')
    """
    scale, unit = next((scale, unit) for scale, unit in _UNITS if size >= scale)
    return f"{size // scale}{unit}"


def by_level(amounts: Mapping[str, float], working: int, footprint: int) -> dict[str, float]:
    """Amounts with their bytes shared out over sizes: those of maps by the kernel's working set, of weights by the run's.

    Between two sizes they are shared in proportion to how near each is, on a scale of powers of two, so that a rate between
    is the rates' mean in seconds a byte.

    >>> by_level({"mult_adds": 9.0, "moved": 8.0}, 2**20, 0)
    {'mult_adds': 9.0, 'moved 512KiB': 4.0, 'moved 2MiB': 4.0}
    """
    found: dict[str, float] = {}
    for name, amount in amounts.items():
        levels = BY_SIZE.get(name)
        if levels is None:
            found[name] = amount
            continue
        for level, part in _shared(footprint if levels is WEIGHTS else working, levels):
            found[f"{name} {size_name(level)}"] = amount * part
    return found


def _shared(size: int, levels: Sequence[int]) -> list[tuple[int, float]]:
    """The levels that a size is between, each with its part."""
    if size <= levels[0]:
        return [(levels[0], 1.0)]
    if size >= levels[-1]:
        return [(levels[-1], 1.0)]
    above = next(place for place, level in enumerate(levels) if level > size)
    low, high = levels[above - 1], levels[above]
    part = log2(size / low) / log2(high / low)
    return [(low, 1 - part), (high, part)] if part else [(low, 1.0)]


@dataclass(frozen=True, slots=True)
class KernelRates:
    """What a kind of kernel takes: seconds a launch, and of each amount how much is done in a second.

    Amounts that take no time of their own have no rate. `samples` is how many times were fitted, and `error` their median
    relative error.
    """

    launch: float
    per_second: Mapping[str, float]
    samples: int
    error: float

    def seconds(self, amounts: Mapping[str, float]) -> float:
        """The seconds of one kernel.

        >>> KernelRates(1e-6, {"mult_adds": 1e9}, 9, 0.1).seconds({"mult_adds": 1000, "calls": 7})
        2e-06
        """
        return self.launch + sum(amount / self.per_second[name] for name, amount in amounts.items() if name in self.per_second)


class Spread(NamedTuple):
    """How far what was measured lay from what was predicted: measured over predicted, less 1, at quantiles.

    Of micro-benchmarks that were left out of the fit: `median` is that of the sizes of these errors; nine of ten errors lay
    from `low` to `high`.
    """

    median: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Fitted:
    """A processor with its runtime as `measure --calibrate` found it: predictions, with the range of their errors.

    `block` is how many channels lie side by side in a convolution, `run` the seconds of a run besides its kernels, `kinds`
    the rates of each kind of kernel. Rates are of one count of threads, and of fp32.
    """

    name: str
    processor: str
    runtime: str
    threads: int
    date: str
    seed: int
    block: int
    run: float
    kinds: Mapping[str, KernelRates]
    chains: Spread
    """Of whole micro-benchmarks, of a dozen layers or so: what a network's range is taken from."""
    kernels: Spread
    """Of single kernels: what a layer's range is taken from."""
    notes: tuple[str, ...] = ()
