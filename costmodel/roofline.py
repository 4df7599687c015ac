"""The roofline: the least time that a network's kernels take on a device, exact (Williams et al., CACM 52(4), 2009)."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from costmodel.algebra import Num
from costmodel.device import Device
from costmodel.dtypes import Dtypes
from costmodel.layers import main_line
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.traffic import CONV, Traffic, total

BOUNDS = ("compute", "memory", "launch")
"""What a time may be bound by."""


@dataclass(frozen=True, slots=True)
class Work:
    """What some kernels do, and the seconds that they take at least; works add and subtract.

    Each kernel's arithmetic and its bytes may overlap, and the longer of the two counts: as `compute` or as `memory`.
    Launches come on top, as `launch`; kernels run one after the other.

    >>> (Work(1, 8, 2, compute=4) + Work(1, 1, 9, memory=3)).bound_by
    'compute'
    """

    kernels: int = 0
    mult_adds: Any = 0
    bytes: Any = 0
    compute: Any = 0
    memory: Any = 0
    launch: Any = 0

    @property
    def seconds(self) -> Any:
        """The least time, in seconds: a lower bound, never a latency."""
        return self.compute + self.memory + self.launch

    @property
    def bound_by(self) -> str:
        """What most of the time goes to, arithmetic first where two are equal; nothing where no time passes."""
        return max(BOUNDS, key=self.part) if self.seconds else ""

    @property
    def intensity(self) -> Fraction | None:
        """Mult-adds a byte; None where no byte moves."""
        return Fraction(self.mult_adds) / self.bytes if self.bytes else None

    def part(self, bound: str) -> Any:
        """The seconds of `compute`, `memory` or `launch`."""
        return getattr(self, bound)

    def __add__(self, other: "Work") -> "Work":
        return Work(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))

    def __sub__(self, other: "Work") -> "Work":
        return self + -1 * other

    def __rmul__(self, n: int) -> "Work":
        """`n` that are alike."""
        return Work(*(n * getattr(self, name) for name in self.__slots__))


class Roofline:
    """A network on a device: what its kernels under a traffic model take at least, by line, by rows and in all.

    Peak is the device's rate in the data type of the activations, and mult-adds alone count as arithmetic. The whole of a
    kernel stands at its convolution or FC layer, or at its first line. What is not known adds nothing, and the bound still
    holds; for algorithms that multiply less, as Winograd's, it does not. Raises `SpecError` where the device has no rate.
    """

    def __init__(self, ledger: Ledger, device: Device, dtypes: Dtypes = Dtypes(), traffic: Traffic = CONV) -> None:  # noqa: B008
        self.device, self.dtype, self.traffic = device, dtypes.activations, traffic
        self.peak, self.ridge = device.peak(self.dtype), device.ridge(self.dtype)
        self._works: dict[Line, Work] = {}
        moves = ledger.moves(traffic)
        self.joins = False
        """Whether a kernel holds several convolutions or FC layers, as a unit that runs as one does."""
        for kernel in ledger.kernels(traffic):
            moved = total([moves[line] for line in kernel])
            size = dtypes.bytes(moved.loaded, moved.maps)
            self.joins |= sum(line.rule.counted for line in kernel) > 1
            self._works[main_line(kernel)] = self._work(sum(line.cost.fma for line in kernel), size)
        self.whole = self.work(ledger.lines)

    def work(self, lines: Iterable[Line]) -> Work:
        """The work of the kernels that stand at some lines."""
        return sum((self._works[line] for line in lines if line in self._works), Work())

    @property
    def effective(self) -> Fraction:
        """The mult-adds a second that the bound allows the network."""
        return Fraction(self.whole.mult_adds) / self.whole.seconds if self.whole.seconds else Fraction(0)

    def _work(self, mult_adds: Num, size: Any) -> Work:
        compute, memory = mult_adds / self.peak, size / self.device.bytes
        longer = {"compute": compute} if compute >= memory else {"memory": memory}
        return Work(1, mult_adds, size, launch=self.device.launch, **longer)
