"""Figures worked out: a value with the formula that gives it, for a layer, a block or a unit."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.forms import Form, collected, settled
from costmodel.line import Line
from costmodel.replacing import Replaced

EXTRA = ("add", "mul", "cmp", "exp", "buffers")
"""The counts that are shown beside mult-adds and parameters, where there are any."""


class Figure(NamedTuple):
    """One figure: its value, and the formula that gives it; the value is a formula where some symbols have no number.

    None for a value that nobody knows, and for a formula where none gives the value.
    """

    value: Num | None
    formula: Num | None


@dataclass(frozen=True, slots=True)
class Working:
    """One layer, block or unit, worked out.

    `alike` are the places that cost the same, its own the first. `numbers` are what the symbols stand for, as far as they
    are known; `sizes` those among the symbols that are sizes of maps.
    """

    path: str
    lines: tuple[Line, ...]
    alike: tuple[str, ...]
    figures: dict[str, Figure]
    numbers: dict[Any, Num] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)
    where: dict[str, Num] = field(default_factory=dict)
    parts: tuple["Working", ...] = ()
    replaced: tuple[Replaced, ...] = ()
    conditions: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    block: str = ""
    """The name of the block in the spec, where it is one."""

    @property
    def times(self) -> int:
        """How often it stands in the network."""
        return len(self.alike)

    @property
    def known(self) -> bool:
        """Whether the cost of all of it is known."""
        return all(line.known for line in self.lines)

    @property
    def is_line(self) -> bool:
        """Whether it is one op."""
        return len(self.lines) == 1 and not self.block

    def at(self, value: Num) -> Num:
        """A formula with the numbers put in, as far as they are known."""
        return settled(algebra.substitute(value, self.numbers))


def figure(value: Num, formula: Num | None, numbers: Mapping[Any, Num], sizes: Iterable[Any] = ()) -> Figure:
    """A figure with its formula, its like terms together; without one that gives another value."""
    formula = None if formula is None else algebra.chosen(formula, numbers)
    if formula is None or not _is_same(settled(algebra.substitute(formula, numbers)), value):
        return Figure(value, None)
    return Figure(value, collected(formula, sizes))


def _is_same(one: Num, other: Num) -> bool:
    """Whether two figures are one; of formulas, once all is multiplied out."""
    if not algebra.is_symbol(one) and not algebra.is_symbol(other):
        return bool(one == other)
    return algebra.decide(algebra.equal(one, other)) is True


def sizes_among(form: Form) -> list[Any]:
    """The symbols of a form that are sizes of maps."""
    tensors = (*form.inputs, form.output)
    named = {size for x in tensors for name, size in x.dims.items() if name != "c" and algebra.is_symbol(size)}
    return [symbol for symbol in form.numbers if symbol in named or symbol.name.rstrip("'") in ("n", "t", "d", "h", "w")]
