"""A proof as data: steps, each with claims that sympy checks on the very expressions that are printed.

All symbols of a proof are positive numbers. A claim says that two expressions are equal, and by its kind what sign they
have; both are checked after every name has been replaced by what it was defined as.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import sympy

Expr = Any
"""A sympy expression; the package is untyped."""
CHECKER = f"sympy {sympy.__version__}"
"""What checks."""


class Kind(NamedTuple):
    """A kind of claim: what it says of the sign of its right-hand side, and the check of that.

    `says` is printed after the equation, and the claim's `exactly` after `says`, its parts joined by `joint`. `holds`
    decides by the right-hand side and these parts.
    """

    says: str
    joint: str
    holds: Callable[..., bool]


class Claim(NamedTuple):
    """`left = right`, and what `KINDS[kind]` says of it; `at` are symbols for which something is put in on both sides."""

    kind: str
    left: Expr
    right: Expr
    exactly: tuple[Expr, ...] = ()
    at: Mapping[Expr, Expr] = {}


class Step(NamedTuple):
    """A step of a proof: definitions, in force from here on, and claims."""

    title: str
    words: str
    lets: Mapping[Expr, Expr]
    claims: tuple[Claim, ...]


class Finding(NamedTuple):
    """A checked claim: whether it holds, and what is left of left − right; zero where only the sign is not settled."""

    claim: Claim
    holds: bool
    rest: Expr


def _is_positive(value: Expr) -> bool:
    """Whether an expression in positive symbols is provably positive; roots of symbols are made symbols first."""
    squares = {symbol: sympy.Dummy(positive=True) ** 2 for symbol in value.free_symbols}
    return bool(sympy.cancel(value.xreplace(squares)).is_positive)


def _is_square_of_difference(value: Expr, a: Expr, b: Expr) -> bool:
    return _is_positive(value / (a - b) ** 2)


def _has_sign_of_difference(value: Expr, a: Expr, b: Expr) -> bool:
    return _is_positive(value / (a - b))


def _is_negative_between(value: Expr, low: Expr, middle: Expr, high: Expr) -> bool:
    return _is_positive(value / ((middle - low) * (middle - high)))


KINDS = {
    "identity": Kind("", "", lambda _: True),
    "square": Kind("≥ 0", "", lambda right: bool(right.is_nonnegative)),
    "rising": Kind("> 0", "", lambda right: bool(right.is_positive)),
    "falling": Kind("< 0", "", lambda right: bool(right.is_negative)),
    "equality": Kind("≥ 0, and = 0 exactly where", "=", _is_square_of_difference),
    "above": Kind("> 0 exactly where", ">", _has_sign_of_difference),
    "between": Kind("< 0 exactly where", "<", _is_negative_between),
}
"""What is claimed of `left = right`, by name.

- `identity`: the difference of both sides expands to zero; so it does in all the others.
- `square`: the right-hand side is a square of a real expression, or positive times one.
- `rising`, `falling`: a difference or a derivative that is positive, or negative.
- `equality`: a square, up to a positive factor, of the difference of the two parts of `exactly`.
- `above`: the difference of the two parts up to a positive factor.
- `between`: (middle − low)·(middle − high) up to a positive factor, of the three parts.
"""


def check(claim: Claim, lets: Mapping[Expr, Expr]) -> Finding:
    """Check one claim under definitions, those that others refer to first.

    >>> a, b = sympy.symbols("a b", positive=True)
    >>> check(Claim("square", a**2 + b**2 - 2 * a * b, (a - b) ** 2), {}).holds
    True
    >>> check(Claim("identity", a**2 + b**2 - 3 * a * b, (a - b) ** 2), {})[1:]
    (False, -a*b)
    """
    rest = _expanded(_meant(claim.left - claim.right, lets).xreplace(dict(claim.at)))
    return Finding(claim, bool(rest == 0) and KINDS[claim.kind].holds(claim.right, *claim.exactly), rest)


def checked(steps: Sequence[Step]) -> Iterator[tuple[Step, list[Finding]]]:
    """Each step with its checked claims, as soon as they are checked; a later definition of a name replaces an earlier."""
    lets: dict[Expr, Expr] = {}
    for step in steps:
        lets |= step.lets
        yield step, [check(claim, lets) for claim in step.claims]


def put_in(value: Expr, numbers: Mapping[Expr, int | Fraction]) -> Expr:
    """An expression with numbers for symbols, exactly."""
    return value.xreplace({symbol: sympy.sympify(number) for symbol, number in numbers.items()})


def _meant(value: Expr, lets: Mapping[Expr, Expr]) -> Expr:
    """An expression with every name replaced; of a function first, then its derivatives and sums are worked out."""
    for name, meaning in lets.items():
        if name.is_Function:
            value = value.replace(name.func, sympy.Lambda(name.args, meaning))
    value = value.doit()
    for name, meaning in reversed(list(lets.items())):
        value = value.xreplace({name: meaning})
    return value


def _expanded(value: Expr) -> Expr:
    """Zero where the expression is identically zero: its numerator over one denominator, expanded."""
    expanded = sympy.expand(value)
    if expanded == 0:
        return expanded
    above = sympy.expand(sympy.numer(sympy.together(value)))
    return above if above == 0 else expanded
