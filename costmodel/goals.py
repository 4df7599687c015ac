"""What is looked for among many networks: the most or the least of a figure within limits; and what became of it."""

from dataclasses import replace
from fractions import Fraction
from math import ceil, floor
from typing import Any, NamedTuple

from costmodel.budget import Budget, budget
from costmodel.problems import Mark, Problem, SpecError
from costmodel.verdict import Rules, Verdict


class Objective(NamedTuple):
    """A figure that is to be as large as it can be, or as small; `of` says how it is counted, its limit says nothing."""

    of: Budget
    is_most: bool

    @property
    def name(self) -> str:
        """The figure as it was asked for."""
        return self.of.text


def objective(text: str, option: str, *, is_most: bool) -> Objective:
    """Read an objective, a figure as budgets name it: `mult_adds`, `access@fused`. Raises `SpecError`."""
    if not text.strip() or any(sign in text.partition("@")[0] for sign in "<>="):
        hint = f"{option} mult_adds; limits are --at-most and --at-least"
        raise SpecError([Problem(Mark(option, 1, 1, text), f"{option} takes a figure, and gets '{text}'", hint)])
    try:
        found = budget(f"{text.strip()}<=1", option)
    except SpecError as error:
        wrong = [replace(one, mark=one.mark and one.mark._replace(text=text.strip())) for one in error.problems]
        raise SpecError(wrong) from None
    name, at, how = text.strip().partition("@")
    return Objective(found._replace(text=name.strip().replace("-", "_") + at + how), is_most)


class Goal(NamedTuple):
    """Limits that are to be kept, and of what keeps them the best."""

    limits: tuple[Budget, ...] = ()
    objective: Objective | None = None
    rules: Rules = Rules()

    @property
    def measured(self) -> dict[tuple[Any, ...], Budget]:
        """Every figure that the objective and the limits are of, once."""
        every = (*([self.objective.of] if self.objective is not None else []), *self.limits)
        return {figure_of(one): one for one in reversed(every)}

    def check(self) -> None:
        """Raise `SpecError` for limits that no number keeps together."""
        for low in self.limits:
            for high in self.limits:
                least, most = within(low)[0], within(high)[1]
                if figure_of(low) == figure_of(high) and least is not None and most is not None and least > most:
                    raise SpecError([Problem(None, f"no network keeps both {low.text} and {high.text}")])


class Limit(NamedTuple):
    """A limit at the network that was found: its verdict there, and the next value at which another network would be found.

    That is the least change of this limit alone that lets in a better one, or where none was found, that lets in any;
    `needed` is None where no change does.
    """

    verdict: Verdict
    needed: Fraction | None = None
    reaches: int | Fraction | None = None


def figure_of(one: Budget) -> tuple[Any, ...]:
    """What tells a figure from others: what is counted, how, and in what."""
    return one.metric, tuple(sorted(one.qualifiers.items())), one.in_bytes


def within(one: Budget) -> tuple[int | None, int | None]:
    """Between which whole numbers of its parts a limit keeps its figure; None for no bound.

    >>> from costmodel.budget import budget
    >>> within(budget("params<=1.5")), within(budget("params>3")), within(budget("peak@int4 < 1 bytes"))
    ((None, 1), (4, None), (None, 7))
    """
    end = one.limit * one.parts
    return {
        "<=": (None, floor(end)),
        "<": (None, ceil(end) - 1),
        ">=": (ceil(end), None),
        ">": (floor(end) + 1, None),
    }[one.sign]


def is_kept(one: Budget, values: Any) -> Any:
    """Whether figures, counted in parts, keep a limit: of an array a mask."""
    low, high = within(one)
    return values >= low if low is not None else values <= high


def is_upper(one: Budget) -> bool:
    """Whether a limit bounds from above."""
    return one.sign in ("<=", "<")


def miss(one: Budget, values: Any) -> Any:
    """How far figures are outside a limit, as a part of it; 0 within."""
    low, high = within(one)
    end = low if low is not None else high
    assert end is not None
    off = (values - end) if high is not None else (end - values)
    return (off > 0) * (off / max(end, 1))
