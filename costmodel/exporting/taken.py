"""A line on its way into another format: its fields, what enters and leaves it, and what that is called there."""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.ops.fields import spoken
from costmodel.ops.window import a_side, before
from costmodel.problems import Problems
from costmodel.tensor import Tensor


@dataclass(frozen=True)
class Taken:
    """A line, and the names of what enters it."""

    line: Line
    inputs: tuple[str, ...]

    @property
    def x(self) -> Tensor:
        """What enters first."""
        return self.line.inputs[0]

    @property
    def y(self) -> Tensor:
        """What leaves."""
        return self.line.output

    def field(self, name: str) -> Any:
        """The value of a field, or its default."""
        return self.line.fields.get(name, self.line.rule.fields[name].default)

    def sides(self, name: str) -> Sequence[Any]:
        """A field's value for each side."""
        return a_side(self.x.sides, name, self.field(name))

    @property
    def strides(self) -> Sequence[Any]:
        """The stride of each side; a pool's is its kernel unless it is given."""
        return self.sides("kernel" if self.field("stride") is None else "stride")

    @property
    def averaged(self) -> list[str]:
        """The dimensions that a mean is taken over."""
        over = self.field("over")
        if over is None:
            return [name for name in self.x.dims if name not in ("n", "c")]
        return [over] if isinstance(over, str) else [*over]

    def pads(self) -> tuple[list[int], list[int]]:
        """What a window's padding puts before and behind each side, as far as it is used; what a transposed one cuts off."""
        is_spread = self.line.op.startswith("conv_transpose")
        kernels = self.sides("kernel")
        dilations = self.sides("dilation") if "dilation" in self.line.rule.fields else [1] * len(kernels)
        found = []
        for side, k, s, d, p in zip(self.x.sides, kernels, self.strides, dilations, self.sides("padding"), strict=True):
            reach, sizes = d * (k - 1) + 1, (self.x.dims[side], self.y.dims[side])
            long, short = reversed(sizes) if is_spread else sizes
            start = (reach - 1) // 2 if p == "same_torch" else before(long, short, reach, s, p)
            found.append((start, (short - 1) * s + reach - long - start))
        return [start for start, _ in found], [end if is_spread else max(end, 0) for _, end in found]


def check(ledger: Ledger, known: Container[str], called: str) -> None:
    """Refuse ops that another format has nothing for, all of them at once. Raises `SpecError`."""
    problems = Problems()
    lines: dict[str, list[Line]] = {}
    for line in ledger.lines:
        if line.op not in known:
            lines.setdefault(str(line.fields["op"]) if line.op == "unknown" else line.op, []).append(line)
    for name, found in lines.items():
        times = f"{len(found)} time{'s' if len(found) > 1 else ''}"
        problems.add(found[0].mark, f"'{name}' has no counterpart in {called}, and the network has it {times}")
    problems.check()


def told(ledger: Ledger) -> str:
    """Which network it is, at which settings."""
    settings = " · ".join(f"{name} {spoken(value)}" for name, value in ledger.settings.items())
    return f"{ledger.name}, {ledger.source}{'; ' if settings else ''}{settings}"


def axis(x: Tensor, name: str) -> int:
    """The place of a dimension."""
    return [*x.dims].index(name)
