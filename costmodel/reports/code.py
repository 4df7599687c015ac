"""Closed forms as code: a function of Python or JavaScript in whole numbers, or expressions of sympy."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from costmodel.polynomials.claims import Claim
from costmodel.polynomials.numbers import Atom, Mono
from costmodel.polynomials.quotients import over
from costmodel.reports.polynomials import Printer, named


class Code(Printer):
    """What the languages share: every term is written out, over one denominator."""

    minus, joint = "-", " * "
    signs: Mapping[str, str] = {"ge": ">=", "lt": "<", "eq": "==", "ne": "!=", "and": " and ", "or": " or "}

    def term(self, mono: Mono, factor: Any) -> str:
        powers = [self.power(atom, power) for atom, power in self.sorted(mono)]
        return self.joint.join(powers if factor == 1 and powers else [str(factor), *powers])

    def power(self, atom: Atom, power: int) -> str:
        return self.atom(atom) if power == 1 else f"{self.atom(atom)}**{power}"

    def fraction(self, value: Any) -> str:
        """A number over its denominator."""
        num, den = over(value)
        return self.number(num) if den == 1 else self.divided(self.number(num), self.number(den))

    def divided(self, num: str, den: str) -> str:
        """One number by another, exactly."""
        return f"({num}) / ({den})"

    def number(self, value: Any) -> str:
        num, den = over(value)
        return super().number(num) if den == 1 else self.divided(super().number(num), super().number(den))

    def floor(self, num: Any, den: Any) -> str:
        above, below = over(num, den)
        return self.floored(super().number(above), super().number(below))

    def floored(self, num: str, den: str) -> str:
        """A floor of one whole number by another."""
        return f"({num}) // ({den})"


class Python(Code):
    """Python, for whole numbers and fractions."""

    def divided(self, num: str, den: str) -> str:
        return f"Fraction({num}, {den})"

    def holds(self, claim: Any) -> str:
        return f"int({self.truth(claim)})"


class JavaScript(Code):
    """JavaScript, for whole numbers."""

    signs: Mapping[str, str] = {"ge": ">=", "lt": "<", "eq": "===", "ne": "!==", "and": " && ", "or": " || "}

    def floored(self, num: str, den: str) -> str:
        return f"Math.floor(({num}) / ({den}))"

    def call(self, name: str, args: Iterable[Any]) -> str:
        return f"{'gcd' if name == 'gcd' else f'Math.{name}'}({', '.join(map(self.number, args))})"

    def holds(self, claim: Any) -> str:
        return f"Number({self.truth(claim)})"

    def choice(self, claim: Any, yes: Any, no: Any) -> str:
        return f"({self.truth(claim)} ? {self.number(yes)} : {self.number(no)})"


class Sympy(Code):
    """Expressions of sympy, each of symbols, so that a quotient is one of sympy's."""

    def floored(self, num: str, den: str) -> str:
        return f"floor(({num}) / ({den}))"

    def call(self, name: str, args: Iterable[Any]) -> str:
        return f"{ {'max': 'Max', 'min': 'Min'}.get(name, name)}({', '.join(map(self.number, args))})"

    def holds(self, claim: Any) -> str:
        return f"Piecewise((1, {self.truth(claim)}), (0, True))"

    def choice(self, claim: Any, yes: Any, no: Any) -> str:
        return f"Piecewise(({self.number(yes)}, {self.truth(claim)}), ({self.number(no)}, True))"

    def truth(self, claim: Claim) -> str:
        if claim.kind == "not":
            return f"Not({self.truth(claim.parts[0])})"
        if claim.kind in ("and", "or"):
            return f"{claim.kind.capitalize()}({', '.join(map(self.truth, claim.parts))})"
        return f"{'Ge' if claim.kind == 'ge' else 'Eq'}({self.number(claim.parts[0])}, 0)"
