"""Whether what a guideline charges puts rows into the order of the speeds that a source measured."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, NamedTuple

from costmodel.bounds import Size
from costmodel.elementwise import kernels_of, traffic_of
from costmodel.fragments import Fragments
from costmodel.guidelines import prices
from costmodel.ledger import Ledger
from costmodel.library import Spec
from costmodel.ops.fields import spoken
from costmodel.problems import Problem, SpecError
from costmodel.spec.published import Published
from costmodel.traffic import UNFUSED, Traffic

Pair = tuple[int, int]
"""Two rows by their numbers, the faster first."""


class Agreement(NamedTuple):
    """The pairs of rows whose speeds differ, by whether the faster row costs less, more, or as much."""

    agreeing: list[Pair]
    inverted: list[Pair]
    undecided: list[Pair]

    @property
    def pairs(self) -> int:
        """All of them."""
        return sum(map(len, self))

    @property
    def tau(self) -> Fraction | None:
        """Kendall's rank correlation over them: 1 in the speeds' order, −1 in the reverse; None of no pair."""
        return Fraction(len(self.agreeing) - len(self.inverted), self.pairs) if self.pairs else None


def agreement(costs: Sequence[Size], speeds: Sequence[Size]) -> Agreement:
    """How far costs that rise go with speeds that fall; pairs of equal speed say nothing.

    >>> agreement(costs=[10, 20, 20], speeds=[90, 70, 80])
    Agreement(agreeing=[(0, 1), (0, 2)], inverted=[], undecided=[(2, 1)])
    """
    found = Agreement([], [], [])
    for one, other in combinations(range(len(speeds)), 2):
        if speeds[one] == speeds[other]:
            continue
        fast, slow = sorted((one, other), key=lambda row: -speeds[row])
        less, more = costs[fast] < costs[slow], costs[fast] > costs[slow]
        (found.agreeing if less else found.inverted if more else found.undecided).append((fast, slow))
    return found


MEASURES = {
    "G1 price": "elements over the bounds of the free 1×1 layers",
    "G2 price": "elements that groups move more than one group at the same mult-adds and input",
    "G3 kernels": "kernels that are launched",
    "G3 path": "kernels on the longest path",
    "G3 width": "kernels of which none waits for another, at most",
    "G4 access": "elements that element-wise ops move",
    "G4 launches": "kernels that are element-wise",
    "access": "elements that all ops move",
    "mult-adds": "of convolutions and FC layers",
}
"""What may put rows into an order, each the less the faster."""


def measured(ledger: Ledger, traffic: Traffic) -> dict[str, Size]:
    """Each measure of a network under a traffic model; a width that is not known is left out."""
    price, kernels = prices(ledger), Fragments(ledger, traffic).network.kernels
    found = {
        "G1 price": price["G1"],
        "G2 price": price["G2"],
        "G3 kernels": kernels.nodes,
        "G3 path": kernels.longest,
        "G3 width": kernels.width,
        "G4 access": traffic_of(ledger, ledger.lines, traffic).element_wise,
        "G4 launches": kernels_of(ledger, ledger.lines, traffic).element_wise,
        "access": ledger.moved(None, traffic).access,
        "mult-adds": ledger.totals.mult_adds,
    }
    return {name: value for name, value in found.items() if value is not None}


class Timed(NamedTuple):
    """A row that was measured: its speed, and its measures, or the reason why there are none: it cannot be built, mostly."""

    row: Published
    name: str
    speed: Size
    measures: Mapping[str, Size]
    reason: str = ""


class Column(NamedTuple):
    """Rows that were measured alike: in one unit, at the same settings beside their variants; without variants, in one unit."""

    unit: str
    at: str
    rows: list[Timed]

    @property
    def built(self) -> list[Timed]:
        """Those that have measures."""
        return [row for row in self.rows if not row.reason]

    def agreement(self, measure: str) -> Agreement | None:
        """How far a measure goes with the speeds; None where no two rows differ in it, or it is not known of all."""
        costs = [row.measures[measure] for row in self.built if measure in row.measures]
        if len(costs) < len(self.built) or len(set(costs)) < 2:
            return None
        return agreement(costs, [row.speed for row in self.built])


def columns(spec: Spec, given: Mapping[str, Any], traffic: Traffic = UNFUSED, batch: int = 1) -> list[Column]:
    """Every column of published speeds, each row evaluated at its settings and those that are given beside.

    Raises `SpecError` where there are no speeds, where a row sets what is given, and where no row can be built.
    """
    timed = [(row, row.speed.value) for row in spec.network.published if row.speed is not None]
    if not timed:
        said = f"the published figures of {spec.network.name} have no speeds"
        raise SpecError([Problem(None, said, "studies/table1 to studies/table4 have them")])
    own = {str(name) for row, _ in timed for name in (*row.settings, *spec.network.variants.get(row.variant, ()))}
    if clash := sorted(own & given.keys()):
        raise SpecError([Problem(None, f"--set {name}: the rows with speeds set it themselves") for name in clash])
    found: dict[tuple[str, str], Column] = {}
    errors: list[SpecError] = []
    for row, speed in timed:
        at = ", ".join(f"{name} {spoken(value.evaluate({}))}" for name, value in row.settings.items())
        variant = None if row.variant == "default" else str(row.variant)
        name, shared = (variant, at) if variant is not None else (at or "default", "")
        column = found.setdefault((row.unit, shared), Column(row.unit, shared, []))
        measures: dict[str, Size] = {}
        try:
            settings = spec.settings({**given, **{str(key): value for key, value in row.settings.items()}}, variant)
            ledger = spec.evaluate(settings, batch)
            reason = "some ops are not counted" if ledger.unknown else ""
            measures = {} if reason else measured(ledger, traffic)
        except SpecError as error:
            errors.append(error)
            reason = error.problems[0].brief
        column.rows.append(Timed(row, row.name or name, speed, measures, reason))
    if len(errors) == len(timed):
        raise errors[0]
    return [*found.values()]
