"""Numbers of any system put in for the symbols of polynomials: the kind that is put in is the kind that comes out."""

from collections.abc import Callable, Mapping
from typing import Any

from costmodel import algebra
from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.numbers import Atom, Polynomial, alone, atom_of


def put(value: Any, values: Mapping[Any, Any], case: Callable[[Any], Any] | None = None) -> Any:
    """A number or a truth with values put in for its symbols; symbols that have none stay.

    Of choices and extremes, `case` may decide the claims.

    >>> x, y = algebra.closed("x", whole=True), algebra.closed("y", whole=True)
    >>> put((x * y + 1) // 2, {x: 3, y: 5}), put((x * y + 1) // 2, {x: 2 * y})
    (8, y**2)
    """
    symbols = {atom_of(key): one for key, one in values.items()}
    return Putting(symbols, case).put(value)


class Putting:
    """Works out polynomials and claims with `found` for their atoms; `case` may decide claims of choices and extremes."""

    def __init__(self, symbols: Mapping[Atom, Any], case: Callable[[Any], Any] | None) -> None:
        self.found: dict[Atom, Any] = dict(symbols)
        self.case = case

    def put(self, value: Any) -> Any:
        """A number or a truth."""
        if isinstance(value, Polynomial):
            return self.sum(value)
        return self.truth(value) if isinstance(value, Claim) else value

    def sum(self, value: Polynomial) -> Any:
        """A polynomial."""
        total: Any = 0
        for mono, factor in value.terms.items():
            above: Any = factor
            below: Any = 1
            for atom, power in mono:
                if power > 0:
                    above = above * self.atom(atom) ** power
                else:
                    below = below * self.atom(atom) ** -power
            total = total + (above if type(below) is int and below == 1 else algebra.divide(above, below))
        return algebra.exact(total)

    def atom(self, atom: Atom) -> Any:
        """What stands for an atom, worked out once."""
        found = self.found.get(atom)
        if found is None:
            found = self.found[atom] = self.anew(atom)
        return found

    def anew(self, atom: Atom) -> Any:
        """An atom worked out."""
        if atom.kind == "symbol":
            return alone(atom)
        parts = [self.put(arg) for arg in atom.args]
        match atom.kind:
            case "floor":
                return parts[0] // parts[1]
            case "max" | "min":
                return self.extreme(parts, largest=atom.kind == "max")
            case "if":
                return algebra.choose(self.decided(parts[0]), 1, 0)
            case "choose":
                return self.choose(self.decided(parts[0]), parts[1], parts[2])
            case "gcd":
                return algebra.gcd(*parts)
            case "divisible":
                return self.divisible(*parts)
        return parts[0]

    def choose(self, truth: Any, yes: Any, no: Any) -> Any:
        """One of two numbers."""
        return algebra.choose(truth, yes, no)

    def divisible(self, x: Any, by: Any) -> Any:
        """The nearest multiple."""
        if self.case is None:
            return algebra.divisible(x, by)
        near = algebra.maximum(by, (2 * x + by) // (2 * by) * by)
        return algebra.choose(self.decided(10 * near < 9 * x), near + by, near)

    def extreme(self, parts: list[Any], *, largest: bool) -> Any:
        """The larger or the smaller of two."""
        a, b = parts
        if self.case is not None:
            truth = self.decided(a >= b)
            if isinstance(truth, bool):
                return a if truth is largest else b
        return algebra.maximum(a, b) if largest else algebra.minimum(a, b)

    def decided(self, truth: Any) -> Any:
        """A claim as `case` decides it."""
        return truth if self.case is None or isinstance(truth, bool) else self.case(truth)

    def truth(self, claim: Claim) -> Any:
        """A claim."""
        parts = [self.put(part) for part in claim.parts]
        match claim.kind:
            case "ge":
                return self.compared(parts[0]) >= 0
            case "eq":
                return algebra.equal(self.compared(parts[0]), 0)
            case "not":
                return algebra.negate(parts[0])
            case "and":
                return algebra.both(*parts)
        return algebra.either(*parts)

    def compared(self, value: Any) -> Any:
        """A number that is compared with nothing."""
        return value
