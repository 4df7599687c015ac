"""What the micro-benchmarks gave, as a device is fitted to it."""

from typing import NamedTuple

from costmodel.measuring.kernels import Kernel


class Sample(NamedTuple):
    """A kernel that was timed: its chain, what it does, the bytes that a run touched around it, its seconds in the profile."""

    chain: str
    kernel: Kernel
    footprint: int
    seconds: float


class Whole(NamedTuple):
    """A chain that was timed without the profiler: its kernels, its seconds, and those of its kernels in the profile."""

    chain: str
    kernels: list[Kernel]
    footprint: int
    seconds: float
    profiled: float


class Measured(NamedTuple):
    """All samples, and the whole chains."""

    samples: list[Sample]
    wholes: list[Whole]
