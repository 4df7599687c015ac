"""What is said of closed forms: smooth and exact, where the smooth ones hold, how far off they are, how steep."""

from collections.abc import Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.algebra.polynomials.numbers import Atom, atoms
from costmodel.algebra.polynomials.slopes import elasticity
from costmodel.algebra.polynomials.smoothing import smooth
from costmodel.closed_form import Closed
from costmodel.units import is_unit


class Formula(NamedTuple):
    """A figure of a part: its exact closed form, the smooth one, and both at the reference values, where all have one."""

    figure: str
    exact: Num
    smooth: Num
    value: Num | None
    near: Num | None

    @property
    def off(self) -> Fraction | None:
        """How far the smooth form is off, as a share of the exact one; None where there is nothing to compare."""
        return Fraction(self.near - self.value) / self.value if self.value and self.near is not None else None


class Formulas:
    """The closed forms of some figures of a network or of each of its parts; `by` is one of `closed_form.PARTS`.

    Raises `SpecError` for a peak whose place no number decides.
    """

    def __init__(self, closed: Closed, figures: Sequence[str], by: str = "network") -> None:
        self.closed, self.figures, self.by = closed, tuple(figures), by
        self.parts = closed.parts(by)
        symbols, reference = [*closed.symbols.values()], closed.reference
        exact = [closed.figure(name, part.lines) for part in self.parts for name in self.figures]
        found, self.domain = smooth(exact, symbols, reference)
        known = len(reference) == len(symbols)
        rows = (
            Formula(name, one, near, *([algebra.substitute(x, reference) for x in (one, near)] if known else [None, None]))
            for name, one, near in zip(self.figures * len(self.parts), exact, found, strict=True)
        )
        self.rows: dict[str, list[Formula]] = {part.paths[0]: [next(rows) for _ in self.figures] for part in self.parts}

    @property
    def is_known(self) -> bool:
        """Whether every symbol has a reference value."""
        return len(self.closed.reference) == len(self.closed.symbols)

    @cached_property
    def holds(self) -> bool | None:
        """Whether the reference values lie in the domain; None where there are not all of them."""
        return self.domain.holds(self.closed.reference) if self.is_known else None

    def steepness(self, formula: Formula) -> dict[str, Any]:
        """D ln figure / d ln symbol at the reference values, of the smooth form: by the symbol's name."""
        if not self.is_known:
            return {}
        found = ((name, elasticity(formula.smooth, s, self.closed.reference)) for name, s in self.closed.symbols.items())
        return {name: value for name, value in found if value is not None}

    @property
    def assumed(self) -> list[str]:
        """What the forms rest on beside the domain, each sentence once: what is not seen to be true all over it."""
        open_ = [c.text for c in self.closed.conditions if not self.domain.settles(c.truth)]
        return [*dict.fromkeys(open_)]

    @property
    def is_unit(self) -> bool:
        """Whether it is a unit in its letters, whose formulas are set as papers set them."""
        return is_unit(self.closed.spec)

    @cached_property
    def sizes(self) -> list[Atom]:
        """The symbols that sizes of the maps are made of, and widths are not."""
        inputs = self.closed.ledger.inputs.values()
        sides = [size for x in inputs for name, size in x.dims.items() if name != "c"]
        widths = set(atoms(*(x.dims["c"] for x in inputs if "c" in x.dims)))
        return [atom for atom in atoms(*sides) if atom.kind == "symbol" and atom not in widths]
