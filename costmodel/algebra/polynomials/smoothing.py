"""The smooth polynomial: what a number with floors is where nothing is cut, and where that is."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil, floor, gcd, inf, lcm
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.numbers import ONE, Atom, Polynomial, alone, atom_of, made
from costmodel.algebra.polynomials.putting import put


class Domain(NamedTuple):
    """Where smooth polynomials are exact: each symbol a multiple of its step, in its range, and all claims true.

    `steps` and `ranges` are by symbol; a symbol that is whole and nothing more has the step 1, one that may be anything 0.
    """

    steps: dict[Polynomial, Fraction]
    ranges: dict[Polynomial, tuple[Any, Any]]
    claims: tuple[Claim, ...]

    def holds(self, values: Mapping[Any, Any]) -> bool:
        """Whether values for the symbols lie in it."""
        for symbol, step in self.steps.items():
            value = values[symbol]
            if (step and (Fraction(value) / step).denominator != 1) or not self._within(symbol, value):
                return False
        return all(algebra.decide(put(claim, values)) is True for claim in self.claims)

    def settles(self, claim: Any) -> bool:
        """Whether a claim is seen to be true all over it."""
        inside: dict[Any, Any] = {}
        for symbol, step in self.steps.items():
            low, high = self.ranges[symbol]
            if not step:
                inside[symbol] = symbol
                continue
            ends = (ceil(Fraction(low) / step), inf if high == inf else floor(Fraction(high) / step))
            inside[symbol] = step * algebra.closed(str(atom_of(symbol)), whole=True, low=max(ends[0], 1), high=ends[1])
        return algebra.decide(put(claim, inside)) is True

    def _within(self, symbol: Polynomial, value: Any) -> bool:
        low, high = self.ranges[symbol]
        return bool(low <= value <= high)


def smooth(values: Iterable[Any], symbols: Iterable[Polynomial], reference: Mapping[Any, Any]) -> tuple[list[Any], Domain]:
    """Polynomials without floors, extremes and choices, and the domain where they are what was given.

    What extremes and choices come to is decided at the reference values; those stay that these leave open.

    >>> side, width = algebra.closed("side", whole=True), algebra.closed("width")
    >>> rounded = ((side + 1) // 2 + 1) // 2 * algebra.maximum(8, 32 * width // 1)
    >>> (found,), domain = smooth([rounded], [side, width], {side: 224, width: 1})
    >>> found == 8 * side * width, domain.steps[side], domain.steps[width], domain.ranges[width][0]
    (True, Fraction(4, 1), Fraction(1, 32), Fraction(1, 4))
    """
    smoothing = _Smoothing(symbols, reference)
    found = [smoothing.put(value) for value in values]
    return found, smoothing.domain()


class _Smoothing:
    def __init__(self, symbols: Iterable[Polynomial], reference: Mapping[Any, Any]) -> None:
        self.symbols, self.reference = [*symbols], reference
        self.found: dict[Atom, Any] = {}
        self.steps = {atom_of(symbol): Fraction(int(atom_of(symbol).whole)) for symbol in self.symbols}
        self.claims: dict[Claim, None] = {}

    def put(self, value: Any) -> Any:
        if not isinstance(value, Polynomial):
            return value
        total: Any = 0
        for mono, factor in value.terms.items():
            part: Any = factor
            for atom, power in mono:
                part = part * self.atom(atom) ** power if power > 0 else part / self.atom(atom) ** -power
            total = total + part
        return algebra.exact(total)

    def atom(self, atom: Atom) -> Any:
        if atom not in self.found:
            self.found[atom] = self.anew(atom)
        return self.found[atom]

    def anew(self, atom: Atom) -> Any:
        match atom.kind:
            case "symbol":
                return alone(atom)
            case "floor":
                return self.quotient(self.put(atom.args[0]), self.put(atom.args[1]))
            case "max" | "min":
                return self.extreme(atom, largest=atom.kind == "max")
            case "if":
                truth = self.truth(atom.args[0])
                return alone(atom) if truth is None else int(truth)
            case "choose":
                truth = self.truth(atom.args[0])
                return alone(atom) if truth is None else self.put(atom.args[1 if truth else 2])
            case "gcd":
                return self.divisor(atom)
            case "divisible":
                return self.multiple(*map(self.put, atom.args))
        return self.put(atom.args[0])

    def extreme(self, atom: Atom, *, largest: bool) -> Any:
        """The one of two that it is at the reference values."""
        ways = [(one, other) if largest else (other, one) for one, other in (atom.args, atom.args[::-1])]
        first = algebra.decide(ways[0][0] >= ways[0][1], self.reference)
        if first is None:
            return alone(atom)
        above, below = ways[0 if first else 1]
        self.decided(self.put(above) >= self.put(below), above >= below)
        return self.put(atom.args[0 if first else 1])

    def quotient(self, num: Any, den: Any) -> Any:
        """⌊num / den⌋ where the terms of num with symbols are multiples of den."""
        if isinstance(den, Polynomial):
            self.rest_on(algebra.equal(num % den, 0))
            return num / den
        if not isinstance(num, Polynomial):
            return num // den
        varying = made({mono: factor for mono, factor in num.terms.items() if mono != ONE})
        for mono, factor in varying.terms.items():
            self.whole(mono, Fraction(factor) / den)
        return varying / den + num.terms.get(ONE, 0) // den

    def multiple(self, x: Any, by: Any) -> Any:
        """`divisible` where nothing is rounded: of multiples of `by`, from that on."""
        self.quotient(x, by)
        self.rest_on(x >= by)
        return x

    def whole(self, mono: Any, factor: Fraction) -> None:
        """See that a term is whole: by the step of its symbol, or by a claim where it has several."""
        if len(mono) == 1 and mono[0][1] == 1:
            self.steps[mono[0][0]] = _common(self.steps[mono[0][0]], 1 / abs(factor))
        else:
            term = made({mono: factor})
            self.rest_on(algebra.equal(term % 1, 0))

    def divisor(self, atom: Atom) -> Any:
        """The greatest common divisor that it is at the reference values: one of the two, or a number."""
        value = put(alone(atom), self.reference)
        if not algebra.is_single(value):
            return alone(atom)
        found = next((part for part in map(self.put, atom.args) if put(part, self.reference) == value), value)
        self.rest_on(algebra.equal(alone(atom), found))
        return found

    def truth(self, claim: Any) -> bool | None:
        """A claim as it is at the reference values; None where these leave it open."""
        if isinstance(claim, bool):
            return claim
        if claim.kind == "not":
            inner = self.truth(claim.parts[0])
            return None if inner is None else not inner
        if claim.kind in ("and", "or"):
            truths = [self.truth(part) for part in claim.parts]
            if None in truths:
                return None
            return all(truths) if claim.kind == "and" else any(truths)
        part = self.put(claim.parts[0])
        return self.decided(part >= 0 if claim.kind == "ge" else algebra.equal(part, 0), claim)

    def decided(self, smoothed: Any, claim: Any) -> bool | None:
        """What a claim is at the reference values; that it stays so is noted, of its smooth form where that is true there."""
        if isinstance(smoothed, bool) and isinstance(claim, bool):
            return claim
        truth = algebra.decide(claim, self.reference)
        if truth is None:
            return None
        if algebra.decide(smoothed, self.reference) is truth:
            claim = smoothed
        self.rest_on(claim if truth else algebra.negate(claim))
        return truth

    def rest_on(self, claim: Any) -> None:
        if not isinstance(claim, bool):
            self.claims[claim] = None

    def domain(self) -> Domain:
        """The domain so far: claims that bound a symbol become its range."""
        ranges = {symbol: (atom_of(symbol).low, atom_of(symbol).high) for symbol in self.symbols}
        rest = []
        for claim in self.claims:
            bound = _bound(claim)
            symbol = None if bound is None else alone(bound[0])
            if bound is None or symbol not in ranges:
                rest.append(claim)
                continue
            low, high = ranges[symbol]
            ranges[symbol] = (max(low, bound[1]), min(high, bound[2]))
        steps = {symbol: self.steps[atom_of(symbol)] for symbol in self.symbols}
        return Domain(steps, ranges, tuple(rest))


def _common(one: Fraction, two: Fraction) -> Fraction:
    """The least positive number that is a whole multiple of both; of nothing, the other."""
    if not one or not two:
        return one or two
    return Fraction(lcm(one.numerator, two.numerator), gcd(one.denominator, two.denominator))


def _bound(claim: Claim) -> tuple[Atom, Any, Any] | None:
    """The symbol that a claim bounds, with the bounds; None for a claim of another kind."""
    if claim.kind != "ge":
        return None
    terms = claim.parts[0].terms
    varying = [mono for mono in terms if mono != ONE]
    if len(varying) != 1 or len(varying[0]) != 1 or varying[0][0][1] != 1:
        return None
    end = -Fraction(terms.get(ONE, 0)) / terms[varying[0]]
    return (varying[0][0][0], end, inf) if terms[varying[0]] > 0 else (varying[0][0][0], -inf, end)
