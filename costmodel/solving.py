"""The value of a parameter at which a figure is what it should be: a root of the closed form, and the networks next to it."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import count
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.algebra.polynomials.smoothing import smooth
from costmodel.closed_form import Closed, closed
from costmodel.library import Spec
from costmodel.memory import Memory
from costmodel.problems import Problem, SpecError
from costmodel.verdict import Rules

FINE = Fraction(1, 10**8)
"""How closely a change of a figure is enclosed before it is named."""
AROUND = 4096
"""Whole numbers on either side of a root that are tried."""


class Side(NamedTuple):
    """A network next to a target: a value of the parameter that gives it, its figure, and between which values all do.

    `low` and `high` are None where only the value itself is looked at, and `high` where no end was found.
    """

    value: Num
    figure: int
    low: Num | None = None
    high: Num | None = None


class Solved(NamedTuple):
    """A root of a smooth closed form, and the two networks next to it: the last that is not over the target, the first that is.

    `root` is None where the smooth form does not meet the target, a side where nothing can be built there.
    """

    name: str
    figure: str
    target: int
    root: Fraction | None
    below: Side | None
    above: Side | None


def solved(
    spec: Spec,
    figure: str,
    target: int,
    name: str,
    given: Mapping[str, Any] = {},
    *,
    variant: str | None = None,
    batch: int = 1,
    rules: Rules = Rules(),  # noqa: B008 - a tuple
) -> Solved:
    """Solve for one parameter. Raises `SpecError` where the figure does not hang on it, or never is near the target.

    >>> from costmodel.library import load
    >>> found = solved(load("mobilenet"), "mult_adds", 300_000_000, "alpha")
    >>> round(float(found.root), 4), found.below.figure, found.above.figure
    (0.7191, 299816242, 300711737)
    """
    given = {**given, **_buildable(spec, name, given, variant)}
    form = closed(spec, [name], given, variant, batch, rules.convention, rules.traffic)
    problem = _Problem(form, name, figure, target, {**given}, variant, batch, rules)
    root = problem.root()
    below, above = problem.steps(root) if problem.is_stepped else problem.intervals(root)
    if below is None and above is None:
        message = f"no network was found whose {figure} is near {target:,}"
        raise SpecError([Problem(None, f"{message}, whatever {name} is", "the figure at the usual settings is another by far")])
    return Solved(name, figure, target, root, below, above)


def _buildable(spec: Spec, name: str, given: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
    """A whole number next to a parameter's usual value with which the network can be built; nothing where that can, or none."""
    usual = spec.settings(given, variant).get(name)
    if spec.builds(given, variant) or type(usual) is not int:
        return {}
    near = (usual + far * sign for far in range(1, AROUND) for sign in (1, -1))
    found = next((value for value in near if value > 0 and spec.builds({**given, name: value}, variant)), None)
    return {} if found is None else {name: found}


class _Problem:
    def __init__(
        self,
        form: Closed,
        name: str,
        figure: str,
        target: int,
        given: dict[str, Any],
        variant: str | None,
        batch: int,
        rules: Rules,
    ) -> None:
        self.form, self.name, self.figure, self.target = form, name, figure, target
        self.given, self.variant, self.batch, self.rules = given, variant, batch, rules
        self.symbol = form.symbols[name]
        self.usual = form.reference[self.symbol]
        (self.smooth,), self.domain = smooth([form.figure(figure)], [self.symbol], form.reference)
        if not algebra.symbols_in(form.figure(figure)):
            raise SpecError([Problem(None, f"{figure} does not hang on {name}: it is {form.figure(figure):,}")])
        self.known: dict[Num, tuple[int, tuple[Any, ...]] | None] = {}

    @property
    def is_stepped(self) -> bool:
        """Whether only multiples of a number can be built: whole numbers, and widths that nothing rounds."""
        near = self.usual + Fraction(1, 10**6 + 3)
        return self.symbol.whole or self.at(near) is None

    def at(self, value: Num) -> tuple[int, tuple[Any, ...]] | None:
        """The figure at a value, and the widths of all layers; None where it cannot be built."""
        if value not in self.known:
            self.known[value] = self._at(value)
        return self.known[value]

    def _at(self, value: Num) -> tuple[int, tuple[Any, ...]] | None:
        spec = self.form.spec
        try:
            settings = spec.settings({**self.given, self.name: algebra.exact(value)}, self.variant)
            ledger = spec.evaluate(settings, self.batch)
        except SpecError:
            return None
        if self.figure == "peak":
            return Memory(ledger).elements, tuple(tuple(line.output.shape) for line in ledger.lines)
        sums = ledger.sums(None, self.rules.convention, self.rules.traffic)
        return getattr(sums, self.figure), tuple(tuple(line.output.shape) for line in ledger.lines)

    def root(self) -> Fraction | None:
        """Where the smooth form is the target, next to the usual value; None where it never is."""

        def over(value: Fraction) -> bool:
            return bool(algebra.substitute(self.smooth, {self.symbol: value}) > self.target)

        usual = Fraction(self.usual)
        start, ends = over(usual), (usual * Fraction(17, 16) ** n for n in (m * s for m in range(1, 240) for s in (1, -1)))
        end = next((end for end in ends if over(end) is not start), None)
        if end is None:
            return None
        one, other = usual, end
        while abs(one - other) > usual * FINE:
            middle = ((one + other) / 2).limit_denominator(10**9)
            one, other = (middle, other) if over(middle) is start else (one, middle)
        return other

    def steps(self, root: Fraction | None) -> tuple[Side | None, Side | None]:
        """The nearest networks on either side of the target, among multiples of the step."""
        step = self.domain.steps[self.symbol] if not self.symbol.whole else Fraction(1)
        start = int((root if root is not None else Fraction(self.usual)) / step)
        found: dict[bool, Side] = {}
        for far in range(AROUND):
            for number in dict.fromkeys((start - far, start + 1 + far)):
                here = self.at(algebra.exact(number * step)) if number > 0 else None
                if here is not None and (here[0] > self.target) not in found:
                    found[here[0] > self.target] = Side(algebra.exact(number * step), here[0])
            if len(found) == 2:
                break
        return found.get(False), found.get(True)

    def intervals(self, root: Fraction | None) -> tuple[Side | None, Side | None]:
        """The networks on either side of the jump over the target, each with the values that give it."""
        start = root if root is not None else Fraction(self.usual)
        ends = self._enclosed(start)
        if ends is None:
            return self._one(start)
        low, high = self._narrowed(*ends, lambda value: self._over(value) is self._over(ends[0]))
        sides = {self._over(value): self._side(value) for value in (low, high)}
        return sides.get(False), sides.get(True)

    def _over(self, value: Num) -> bool:
        here = self.at(value)
        return here is not None and here[0] > self.target

    def _enclosed(self, start: Fraction) -> tuple[Fraction, Fraction] | None:
        """Two values next to a start, one on each side of the target, the smaller first."""
        for far in range(1, 60):
            low = (start * (1 - Fraction(far, 60))).limit_denominator(10**9)
            high = (start * (1 + Fraction(far * far, 60))).limit_denominator(10**9)
            if low > 0 and self.at(low) is not None and self.at(high) is not None and self._over(low) is not self._over(high):
                return low, high
        return None

    def _one(self, start: Fraction) -> tuple[Side | None, Side | None]:
        """The network nearest to a target that is never crossed, of all that were looked at."""
        self.at(start)
        met = {value: here[0] for value, here in self.known.items() if here is not None}
        if not met:
            return None, None
        nearest = min(met, key=lambda value: abs(met[value] - self.target))
        side = self._side(Fraction(nearest))
        return (None, side) if side.figure > self.target else (side, None)

    def _narrowed(self, low: Fraction, high: Fraction, is_low: Callable[[Num], bool]) -> tuple[Fraction, Fraction]:
        """Two values that enclose where something changes, as closely as `FINE`."""
        while high - low > FINE * high:
            middle = ((low + high) / 2).limit_denominator(10**9)
            low, high = (middle, high) if is_low(middle) else (low, middle)
        return low, high

    def _side(self, value: Fraction) -> Side:
        """The network at a value, and the values around it that give the same."""
        here = self.at(value)
        assert here is not None

        def alike(other: Num) -> bool:
            there = self.at(other)
            return there is not None and there[1] == here[1]

        shares = [Fraction(2**n, 2**20) for n in range(1, 22)]
        below, above = ([(value * (1 + sign * part)).limit_denominator(10**9) for part in shares] for sign in (-1, 1))
        first = next((other for other in below if other > 0 and not alike(other)), None)
        last = next((other for other in above if not alike(other)), None)
        low = Fraction(0) if first is None else simplest(*self._narrowed(first, value, lambda other: not alike(other)))
        high = None if last is None else simplest(*self._narrowed(value, last, alike))
        shown = shortest(low, high if high is not None else 2 * value)
        found = shown if alike(shown) else value
        return Side(algebra.exact(found), here[0], algebra.exact(low), None if high is None else algebra.exact(high))


def shortest(low: Fraction, high: Fraction) -> Fraction:
    """The decimal of the fewest places between two numbers, the one next to their middle.

    >>> shortest(Fraction(737, 1024), Fraction(369, 512))
    Fraction(18, 25)
    """
    for places in count(0):
        found = Fraction(round((low + high) / 2 * 10**places), 10**places)
        if low < found < high:
            return found
    raise AssertionError


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The fraction of the least denominator that is above `low` and at most `high`.

    >>> simplest(Fraction(7186, 10**4), Fraction(7188, 10**4))
    Fraction(23, 32)
    """
    for below in count(1):
        above = high.numerator * below // high.denominator
        if above * low.denominator > low.numerator * below:
            return Fraction(above, below)
    raise AssertionError
