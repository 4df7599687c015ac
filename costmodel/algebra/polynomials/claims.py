"""Truths about polynomials: that one is not below zero, or is zero, and what is made of such with and, or, not."""

from typing import Any, NamedTuple

from costmodel.algebra.polynomials.numbers import Polynomial, atoms
from costmodel.algebra.polynomials.ranges import is_positive, least


class Claim(NamedTuple):
    """`ge`: a polynomial is at least zero; `eq`: it is zero; `not`, `and`, `or` of other claims."""

    kind: str
    parts: tuple[Any, ...]

    def __and__(self, other: Any) -> Any:
        return (self if other else False) if isinstance(other, bool) else Claim("and", (self, other))

    def __rand__(self, other: Any) -> Any:
        return self & other

    def __or__(self, other: Any) -> Any:
        return (True if other else self) if isinstance(other, bool) else Claim("or", (self, other))

    def __ror__(self, other: Any) -> Any:
        return self | other

    def __invert__(self) -> Any:
        return negated(self)

    def __bool__(self) -> bool:
        raise TypeError("a claim has no truth value: use algebra.decide")


def claim(kind: str, value: Any) -> Any:
    """The claim that a number is at least zero, or is zero; true or false where that is seen.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x = symbol("x", whole=True, low=1)
    >>> claim("ge", x - 1), claim("eq", 2 * x), claim("ge", x - 5)
    (True, False, Claim(kind='ge', parts=(x - 5,)))
    """
    if not isinstance(value, Polynomial):
        return bool(value >= 0) if kind == "ge" else bool(value == 0)
    if kind == "ge":
        return True if least(value) >= 0 else False if is_positive(-value) or least(-value) > 0 else Claim(kind, (value,))
    return False if any(is_positive(one) or least(one) > 0 for one in (value, -value)) else Claim(kind, (value,))


def negated(truth: Any) -> Any:
    """That a claim does not hold."""
    if isinstance(truth, bool):
        return not truth
    return truth.parts[0] if truth.kind == "not" else Claim("not", (truth,))


def apart(truth: Any) -> bool | None:
    """A claim about symbols that nothing ties: no two are equal, nor is one a given number; None where it hangs on more.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x, y = symbol("x", whole=True), symbol("y", whole=True)
    >>> apart(claim("eq", x - y)), apart(negated(claim("eq", x - 1))), apart(claim("ge", x - y))
    (False, True, None)
    """
    if isinstance(truth, bool):
        return truth
    if truth.kind == "eq":
        return False if all(atom.kind == "symbol" for atom in atoms(*truth.parts)) else None
    if truth.kind == "ge":
        return None
    parts = [apart(part) for part in truth.parts]
    if truth.kind == "not":
        return None if parts[0] is None else not parts[0]
    decisive = truth.kind == "or"
    return decisive if decisive in parts else None if None in parts else not decisive
