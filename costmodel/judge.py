"""What a walk decides: values, choices and counts, worked out for the numbers given and at the place where they stand.

What is wrong is noted with the way that led to it; what cannot be proved is noted as a condition.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, NoReturn

from costmodel import algebra
from costmodel.ledger import Condition
from costmodel.ops.fields import Kind, Unfit, at_least, spoken
from costmodel.problems import Mark, Problems, shortened
from costmodel.spec.formula import is_what
from costmodel.spec.tables import unequal
from costmodel.spec.values import BadValue, Formula, Value, undecided
from costmodel.steps import Plan, Rows
from costmodel.tensor import DIMENSIONS, MissingDimension, Tensor

MAX_REPEAT = 100_000
"""How often a layer may repeat."""

_TIMES = at_least(0)


class Stop(Exception):
    """Nothing sensible can follow; the problem is noted already."""


class Scope(dict[str, Any]):
    """Names in scope; `x` is the tensor that enters, whose sizes are `c_in h_in w_in`."""

    __slots__ = ("x",)
    x: Tensor

    def __missing__(self, name: str) -> Any:
        return getattr(self.x, name[0])

    def inner(self) -> "Scope":
        """A scope of its own for a repeat's pass or a table's row."""
        scope = Scope(self)
        scope.x = self.x
        return scope


class Call(NamedTuple):
    """A block on the way to a problem, with its arguments and the place of the call."""

    plan: Plan
    scope: Scope
    mark: Mark

    def __str__(self) -> str:
        given = ", ".join(f"{name}: {spoken(self.scope[name])}" for name in self.plan.params if name in self.scope)
        shown = f" ({given})" if 0 < len(given) < 80 else ""
        line = self.mark.text.strip()
        if line != shortened(line):  # a long line is shown from the call on
            line = f"…{self.mark.text[self.mark.col - 1 :]}"
        return f"in {self.plan.name}{shown}, called at {self.mark}: {shortened(line)}"


class Row(NamedTuple):
    """A table's row on the way to a problem."""

    number: int
    mark: Mark

    def __str__(self) -> str:
        return f"in row {self.number + 1} of the table, {self.mark}"


class Pass(NamedTuple):
    """A pass of a repeat on the way to a problem."""

    number: int
    times: int

    def __str__(self) -> str:
        return f"in pass {self.number + 1} of {self.times}" if self.number else ""


@dataclass(eq=False, repr=False)
class Judge:
    """Works out values and choices for the numbers given; what is wrong is noted with the way that led to it."""

    reference: Mapping[Any, Any]
    problems: Problems
    conditions: list[Condition] = field(default_factory=list)
    way: list[Call | Row | Pass] = field(default_factory=list)
    presume: Callable[[Any], bool | None] | None = None
    """What settles a choice that no number does."""

    def problem(self, mark: Mark | None, message: str, hint: str = "") -> None:
        """Note a mistake and the way that led to it."""
        self.problems.add(mark, message, hint, tuple(filter(None, map(str, reversed(self.way)))))

    def value(self, value: Value, scope: Scope) -> Any:
        """A value for the names in scope; stops the walk where there is none."""
        try:
            return value.evaluate(scope, self.decide)
        except (BadValue, MissingDimension) as error:
            self.unreadable(value, error)

    def unreadable(self, value: Value, error: BadValue | MissingDimension) -> NoReturn:
        """Note why a value cannot be worked out, and stop."""
        if isinstance(error, MissingDimension):
            self.missing(value.mark, "this formula", error)
        else:
            self.problem(error.mark, error.message, error.hint)
        raise Stop

    def missing(self, mark: Mark, who: str, error: MissingDimension) -> None:
        """Note that a tensor of another kind is wanted than the one that enters."""
        side = DIMENSIONS[error.name]
        makes_tokens = error.name == "t" and error.tensor.kind == "map"
        hint = "`reshape: {t: h_in * w_in, c: c_in}` makes tokens of a map" if makes_tokens else ""
        self.problem(mark, f"{who} asks for the {side}, and {error.tensor.said} enters, which has none", hint)

    def decide(self, found: Any, text: str, mark: Mark) -> bool | None:
        """Settle a truth that the structure depends on, at the reference values if symbols leave it open."""
        settled = algebra.decide(found)
        if settled is None:
            settled = algebra.decide(found, self.reference)
            if settled is None and text and self.presume is not None:
                settled = self.presume(found)
            if settled is not None and text:
                holds = found if settled else algebra.negate(found)
                self.conditions.append(Condition(holds, f"{text} is {spoken(settled)}", mark, is_choice=True))
        return settled

    def truth(self, formula: Formula, scope: Scope) -> bool:
        """Decide a condition of the structure."""
        found = self.value(formula, scope)
        if isinstance(found, bool):
            return found
        if not algebra.is_truth(found):
            self.problem(formula.mark, f"{is_what(formula.text, found)}, and must be true or false")
            raise Stop
        settled = self.decide(found, formula.text, formula.mark)
        if settled is None:
            self.problem(formula.mark, *undecided(formula.text, found))
            raise Stop
        return settled

    def fit(self, name: str, kind: Kind, value: Value, scope: Scope, doubtful: bool = False) -> tuple[Any, bool]:
        """A field's value as its kind wants it, and whether it was legal; of a doubtful shape nothing more is said."""
        try:
            checked, fits = kind.check(value.evaluate(scope, self.decide))
        except (BadValue, MissingDimension) as error:
            self.unreadable(value, error)
        except Unfit as error:
            if not (doubtful and any(size not in scope for size, _ in value.names())):
                self.problem(value.mark, f"{name} {error.message}", error.hint)
            if error.instead is None:
                raise Stop from None
            return error.instead, False
        if fits is not True:
            self.rest_on(fits, f"{name} must be whole and in its range", value.mark)
            if algebra.failing_point(fits) is not None:
                raise Stop  # what is cut to size at that point might divide by zero further on
        return checked, True

    def times(self, formula: Formula, scope: Scope) -> int:
        """How often a layer repeats."""
        found = self.value(formula, scope)
        try:
            times, _ = _TIMES(found)
        except Unfit as error:
            self.problem(formula.mark, f"repeat {error.message}", error.hint)
            raise Stop from None
        settled = algebra.single(times, self.reference)
        if settled is None:
            self.problem(formula.mark, *undecided(formula.text, found))
            raise Stop
        if settled > MAX_REPEAT:
            self.problem(formula.mark, f"repeat must be at most {MAX_REPEAT:,}, and is {settled:,}")
            raise Stop
        if not isinstance(times, int):
            holds = algebra.equal(times, settled)
            self.conditions.append(Condition(holds, f"{formula.text} = {settled}", formula.mark, is_choice=True))
        return settled

    def lists(self, act: Rows, scope: Scope) -> dict[str, list[Any]]:
        """The columns of a table that formulas give, each as long as all others."""
        found: dict[str, list[Any]] = {}
        for name, value in act.lists.items():
            items = self.value(value, scope)
            if not isinstance(items, list) or not items:
                what = "an empty list" if items == [] else spoken(items)
                self.problem(value.mark, f"the column '{name}' is a list of values, and here is {what}")
                raise Stop
            found[name] = items
        lengths = {name: len(items) for name, items in found.items()}
        lengths |= {name: len(act.rows) for name in (*act.columns, *(["name"] if act.labels else []))}
        (first, length), *others = lengths.items()
        for name, other in others:
            if other != length:
                self.problem(act.mark, unequal((first, length), (name, other)))
                raise Stop
        return found

    def rest_on(self, truth: Any, text: str, mark: Mark | None) -> bool:
        """Note a condition that is not settled; false where it is settled to fail."""
        if truth is True:
            return True
        settled = algebra.decide(truth)
        if settled is None:
            self.conditions.append(Condition(truth, text, mark))
        return settled is not False
