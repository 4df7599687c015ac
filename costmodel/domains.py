"""What a parameter may be while the best network is looked for: the values that are given, or all that make a difference."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from math import ceil, floor
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.cells import Uncut, cuts
from costmodel.closed_form import Closed, takes_fractions
from costmodel.goals import Goal
from costmodel.library import Spec
from costmodel.ops.fields import spoken
from costmodel.problems import Problem, Problems, SpecError, did_you_mean, one_of
from costmodel.settings import Settings
from costmodel.structure import Limits
from costmodel.sweep import steps

REACH = 2
"""From what part of its usual value to how many times it a parameter is tried first that has no range."""
WHOLE_REACH = 4
"""The same of one that takes whole numbers alone, from 1 on."""
FINE = Fraction(1, 100)
"""The step of a parameter of which it cannot be told where the network changes."""


class Domain(NamedTuple):
    """The values of a parameter that are searched, in their order.

    `kind` is `values` where they are as given, `whole` for every whole number of a range, `every` for every number of one, cut
    where the network changes (at each cut, and between it and the next, stands one value), and `grid` for numbers of
    which it is not known that nothing changes between them.
    """

    name: str
    values: list[Any]
    kind: str = "values"
    is_given: bool = True

    @property
    def said(self) -> str:
        """What is searched, in words."""
        low, high = spoken(self.values[0]), spoken(self.values[-1])
        match self.kind:
            case "whole":
                return f"{self.name}: every whole number from {low} to {high}"
            case "every":
                return f"{self.name}: every number from {low} to {high}; layers change at {len(self.values) // 2 + 1:,} of them"
            case "grid":
                return f"{self.name}: {len(self.values):,} numbers from {low} to {high}; what lies between is not searched"
        shown = (
            ", ".join(map(spoken, self.values))
            if len(self.values) <= _SHOWN
            else f"{low} to {high}, {len(self.values):,} values"
        )
        return f"{self.name}: {shown}; no others"

    def wider(self, value: Any) -> "Domain":
        """A domain that reaches further where a value that was found lies far out; itself where it does not."""
        if self.is_given or self.kind not in ("whole", "every"):
            return self
        low, high = self.values[0], self.values[-1]
        end = 2 * high if 4 * value > 3 * high else high
        start = low / 2 if self.kind == "every" and 3 * value < 4 * low else low
        return self if (start, end) == (low, high) else _between(self, start, end)

    def is_end(self, value: Any) -> bool:
        """Whether a value is the last of a range that was not given: beyond it may lie better ones."""
        ends = {"whole": self.values[-1:], "every": [self.values[0], self.values[-1]]}
        return not self.is_given and value in ends.get(self.kind, [])


_SHOWN = 8


def given(name: str, values: Sequence[Any]) -> Domain:
    """Values as they are given."""
    return Domain(name, [*dict.fromkeys(values)])


def domain(spec: Spec, name: str, fixed: Mapping[str, Any], variant: str | None, ends: tuple[Num, Num] | None = None) -> Domain:
    """What a parameter may be between two ends, or around its usual value. Raises `SpecError`.

    >>> from costmodel.library import load
    >>> domain(load("mobilenet"), "resolution", {}, None).said
    'resolution: every whole number from 1 to 896'
    """
    usual = _usual(spec, name, fixed, variant)
    if isinstance(usual, bool):
        return Domain(name, [False, True])
    if not algebra.is_number(usual) or not usual:
        message = f"the parameter '{name}' is {spoken(usual)}, and no range lies around that"
        raise SpecError([Problem(None, message, f"give its values: --by {name}=…")])
    if takes_fractions(spec, name, {**fixed, name: usual}, variant):
        low, high = ends or (Fraction(usual) / REACH, Fraction(usual) * REACH)
        return _between(Domain(name, [], "every", ends is not None), low, high)
    if type(usual) is not int:
        message = f"the network is built at some values of '{name}' alone, and these are not whole numbers"
        raise SpecError([Problem(None, message, f"give them: --by {name}=…")])
    low, high = ends or (1, usual * WHOLE_REACH)
    return _between(Domain(name, [], "whole", ends is not None), low, high)


def _usual(spec: Spec, name: str, fixed: Mapping[str, Any], variant: str | None) -> Any:
    """A parameter's value where nothing is searched. Raises `SpecError`."""
    names = [str(one) for one in spec.network.params]
    if name not in names:
        legal = f"its parameters are {one_of(names)}" if names else "it has no parameters"
        message = f"{spec.network.name} has no parameter '{name}'"
        raise SpecError([Problem(getattr(name, "mark", None), message, did_you_mean(name, names, legal))])
    found = Settings(spec.network, Problems()).resolve(fixed, variant, complete=False).get(name)
    if found is None:
        raise SpecError([Problem(None, f"the parameter '{name}' has no usual value", f"give a range: --by {name}=1:512")])
    return found


def _between(of: Domain, low: Num, high: Num) -> Domain:
    """A domain from one number to another; one of every number is cut at its ends alone, so far."""
    if of.kind == "whole":
        return of._replace(values=[*range(max(ceil(low), 1), floor(high) + 1)])
    return of._replace(values=_filled([Fraction(low), Fraction(high)]))


def _filled(places: Iterable[Fraction]) -> list[Num]:
    """Some numbers in order, and between any two neighbours a third."""
    ordered = sorted(places)
    between = ((one + two) / 2 for one, two in pairwise(ordered))
    return [algebra.exact(value) for pair in zip(ordered, between, strict=False) for value in pair] + [
        algebra.exact(ordered[-1])
    ]


def cut(of: Domain, forms: Iterable[Closed], goal: Goal) -> Domain:
    """A domain of every number, cut where the network of some closed form changes, as far as its goal is concerned."""
    if of.kind != "every":
        return of
    low, high = Fraction(of.values[0]), Fraction(of.values[-1])
    places = {Fraction(value) for value in of.values[::2]}
    found: dict[Any, list[Any]] = {}
    for form in forms:
        limits = Limits(form, goal.rules)
        figures = [limits.value(one) for one in goal.measured.values()]
        truths = [*(condition.truth for condition in form.conditions), *limits.choices]
        found.setdefault(form.symbols[of.name], []).extend([*figures, *truths])
    try:
        places = places.union(*(cuts(values, symbol, low, high) for symbol, values in found.items()))
    except Uncut:
        return of._replace(kind="grid", values=steps(low, high, FINE))
    return of if len(places) == len(of.values) // 2 + 1 else of._replace(values=_filled(places))
