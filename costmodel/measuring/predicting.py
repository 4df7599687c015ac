"""The time that a network takes on a device that was fitted: by line, by rows and in all."""

from collections.abc import Iterable
from dataclasses import dataclass

from costmodel.dtypes import Dtypes
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.measuring.kernels import REORDERS, Kernel, footprint, kernels
from costmodel.problems import Problem, SpecError
from costmodel.rates import Fitted, by_level

COPY = "Concat"
"""The kind whose rates stand in for those of kinds that no micro-benchmark has."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Some kernels, and the seconds that they are predicted to take; estimates add and subtract."""

    kernels: int = 0
    seconds: float = 0.0

    def __add__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.kernels + other.kernels, self.seconds + other.seconds)

    def __sub__(self, other: "Estimate") -> "Estimate":
        return Estimate(self.kernels - other.kernels, self.seconds - other.seconds)

    def __rmul__(self, n: int) -> "Estimate":
        return Estimate(n * self.kernels, n * self.seconds)


class Prediction:
    """A network on a fitted device. A kernel's time stands at the first convolution or FC layer in it, else at its first line.

    A reorder stands at the line whose output it brings into another layout, and what a run takes besides its kernels at the
    first of them. Raises `SpecError` for another data type than
    fp32, and for ops that the runtime has nothing for.
    """

    def __init__(self, ledger: Ledger, device: Fitted, dtypes: Dtypes = Dtypes()) -> None:  # noqa: B008
        check_dtypes(device, dtypes)
        self.device = device
        found = kernels(ledger, device.block)
        touched = footprint(found)
        self.guessed: list[str] = []
        """The kinds that have no rates of their own."""
        self.reordered = 0.0
        """The seconds of all reorders."""
        self._at: dict[Line, Estimate] = {}
        for kernel in found:
            seconds = self._seconds(kernel, touched)
            self.reordered += seconds if kernel.op in REORDERS else 0.0
            line = _main([ledger.lines[number] for number in kernel.lines])
            self._at[line] = self._at.get(line, Estimate()) + Estimate(1, seconds)
        if first := next(iter(self._at), None):
            self._at[first] += Estimate(0, device.run)
        self.whole = self.work(ledger.lines)

    def work(self, lines: Iterable[Line]) -> Estimate:
        """What stands at some lines."""
        return sum((self._at[line] for line in lines if line in self._at), Estimate())

    @property
    def range(self) -> tuple[float, float]:
        """The seconds between which nine of ten networks like the micro-benchmarks lie."""
        return tuple(self.whole.seconds * (1 + off) for off in self.device.chains[1:])  # type: ignore[return-value]

    def _seconds(self, kernel: Kernel, touched: int) -> float:
        rates, amounts = self.device.kinds.get(kernel.kind), kernel.amounts
        if rates is None:
            rates, amounts = self.device.kinds[COPY], {"moved": float(kernel.bytes)}
            self.guessed += [] if kernel.kind in self.guessed else [kernel.kind]
        return rates.seconds(by_level(amounts, kernel.bytes, touched))


def check_dtypes(device: Fitted, dtypes: Dtypes) -> None:
    """Refuse data types that were not measured. Raises `SpecError`."""
    if dtypes.word != "fp32":
        said = f"{device.name} was measured in fp32, and --dtype asks for {dtypes}"
        raise SpecError([Problem(None, said, "leave --dtype out")])


def _main(lines: list[Line]) -> Line:
    return next((line for line in lines if line.rule.counted), lines[0])
