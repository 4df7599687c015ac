"""Floors, each with its numerator and its denominator whole; what is whole for certain leaves them, and nested ones merge."""

from fractions import Fraction
from math import floor, inf, lcm
from typing import Any

from costmodel.algebra.polynomials.numbers import ONE, Mono, Polynomial, atomic, is_whole, made
from costmodel.algebra.polynomials.ranges import is_positive, least, range_of


def floored(value: Any, by: Any = 1) -> Any:
    """⌊value / by⌋.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x = symbol("x", whole=True)
    >>> floored(4 * x + 6, 8), floored(floored(x - 1, 2) + 1, 2), floored(8 * x + 3, 4)
    (floor((x + 1)/2), floor((x + 1)/4), 2*x)
    """
    if isinstance(by, Polynomial):
        return _by_polynomial(value, by)
    if not isinstance(value, Polynomial):
        return floor(Fraction(value) / by)
    outside: dict[Mono, Any] = {}
    inside: dict[Mono, Fraction] = {}
    for mono, factor in value.terms.items():
        share = Fraction(factor) / by
        if mono and share.denominator == 1 and is_whole(mono):
            outside[mono] = share.numerator
        else:
            inside[mono] = share
    constant = inside.pop(ONE, Fraction(0))
    if not inside:
        return made(outside) + floor(constant)
    return made(outside) + _quotient(inside, constant)


def _quotient(terms: dict[Mono, Fraction], constant: Fraction) -> Any:
    """⌊terms + constant⌋, of terms that are not whole one by one."""
    den = lcm(*(factor.denominator for factor in terms.values()))
    if all(map(is_whole, terms)):
        if all(factor < 0 for factor in terms.values()):  # ⌊−a/b⌋ is −⌈a/b⌉, and that −⌊(a + b − 1)/b⌋
            above = {mono: -factor for mono, factor in terms.items()}
            return -_quotient(above, Fraction(-floor(constant * den) + den - 1, den))
        # the terms together are a multiple of 1/den, so that less of the constant is lost by the floor
        shift, start = divmod(floor(constant * den), den)
        constant = Fraction(start, den)
    else:
        shift = floor(constant)
        constant -= shift
        den = lcm(den, constant.denominator)
    whole = {mono: int(factor * den) for mono, factor in terms.items()}
    return _merged(whole, int(constant * den), den) + shift


def _merged(terms: dict[Mono, int], constant: int, den: int) -> Any:
    """⌊(terms + constant) / den⌋; ⌊(⌊a/b⌋ + c) / d⌋ is ⌊(a + b·c) / (b·d)⌋."""
    if len(terms) == 1:
        ((mono, factor),) = terms.items()
        if factor == 1 and len(mono) == 1 and mono[0][1] == 1 and mono[0][0].kind == "floor":
            inner, by = mono[0][0].args
            if isinstance(by, int):
                return floored(inner + constant * by, by * den)
    num = made({**terms, **({ONE: constant} if constant else {})})
    low, high = (end if end in (inf, -inf) else floor(Fraction(end) / den) for end in range_of(num))
    return atomic("floor", (num, den), whole=True, range_=(low, high))


def _by_polynomial(value: Any, by: Polynomial) -> Any:
    """⌊value / by⌋, what is a multiple of `by` for certain outside: ⌊(h·s + s − 1) / s⌋ is h."""
    quotient = value / by
    if not isinstance(quotient, Polynomial) or quotient.whole:
        return floored(quotient)
    outside: Any = made({mono: factor for mono, factor in quotient.terms.items() if type(factor) is int and is_whole(mono)})
    rest = value - outside * by
    for steps in (0, -1):  # whether what is left is between none and one, or between minus one and none
        start = rest - steps * by
        if is_positive(by) and least(start) >= 0 and (is_positive(by - start) or least(by - start) > 0):
            return outside + steps
    low, high = (end if end in (inf, -inf) else floor(end) for end in range_of(rest / by))
    if is_positive(by) and least(rest) >= 0:
        low = max(low, 0)
    return outside + atomic("floor", (rest, by), whole=True, range_=(low, high))
