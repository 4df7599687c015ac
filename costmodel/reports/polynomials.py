"""Polynomials in writing: on a screen, in LaTeX, and as code of Python, JavaScript and sympy; floors stay whole in all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.collecting import collected, content
from costmodel.algebra.polynomials.numbers import ONE, Atom, Mono, Polynomial, atoms, made

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


class Printer:
    """Writes polynomials for a screen; `names` are atoms that go by a name of their own, `order` the symbols in their order."""

    minus, joint = "−", "·"

    def __init__(self, order: Sequence[str] = (), names: Mapping[Atom, str] | None = None, *, as_met: bool = False) -> None:
        self.order, self.names = {name: place for place, name in enumerate(order)}, dict(names or {})
        self.as_met = as_met

    def number(self, value: Any) -> str:
        """A sum of terms, those of the highest degree first, or as they were met."""
        if not isinstance(value, Polynomial):
            return self.plain(value)
        return self.sum(self.terms(value))

    def terms(self, value: Polynomial) -> list[tuple[bool, str]]:
        """The terms of a sum in their order, each with whether it is taken away."""
        found = [*value.terms.items()] if self.as_met else sorted(value.terms.items(), key=self.place)
        return [(factor < 0, self.term(mono, abs(factor))) for mono, factor in found]

    def sum(self, terms: Iterable[tuple[bool, str]]) -> str:
        """Terms one after the other, those that are taken away with a minus."""
        written = ""
        for is_less, term in terms:
            sign = self.minus if is_less else "+" if written else ""
            written += f" {sign} {term}" if written else sign + term
        return written

    def inside(self, written: str) -> str:
        """A sum as a factor."""
        return f"({written})"

    def collected(self, value: Any, sizes: Iterable[Atom]) -> str:
        """A sum with the terms of the same sizes of maps together."""
        if not isinstance(value, Polynomial):
            return self.plain(value)
        parts = []
        for shared, rest in collected(value, sizes):
            if len(getattr(rest, "terms", [rest])) == 1 or not shared:
                whole = rest * Polynomial({shared: 1}) if shared else rest
                parts += [(factor < 0, self.term(mono, abs(factor))) for mono, factor in _terms(whole)]
            else:
                number = content(rest)
                parts.append((False, self.joint.join([self.term(shared, number), self.inside(self.number(rest / number))])))
        return self.sum(parts)

    def place(self, term: tuple[Mono, Any]) -> tuple[Any, ...]:
        """Where a term stands: by its degree in the symbols, then by their order; then by the other atoms."""
        mono, factor = term
        powers = {atom.args[0]: power for atom, power in mono if atom.kind == "symbol"}
        ordered = [-powers.get(name, 0) for name in self.order]
        others = sorted(self.atom(atom) for atom, _ in mono if atom.kind != "symbol")
        return not mono, -sum(power for _, power in mono), ordered, others, -factor

    def term(self, mono: Mono, factor: Any) -> str:
        """A product, with what it is divided by below it."""
        factor = Fraction(factor)
        above = [self.power(atom, power) for atom, power in self.sorted(mono) if power > 0]
        below = [self.power(atom, -power) for atom, power in self.sorted(mono) if power < 0]
        decimal = _decimal(factor)
        number, under = (decimal, 1) if decimal else (str(factor.numerator), factor.denominator)
        if number != "1" or not above:
            above.insert(0, number)
        if under != 1:
            below.insert(0, str(under))
        return self.quotient(above, below)

    def sorted(self, mono: Mono) -> list[tuple[Atom, int]]:
        """The factors of a product, symbols by their order before what is made of them."""

        def place(item: tuple[Atom, int]) -> tuple[Any, ...]:
            atom, written = item[0], self.atom(item[0])
            return atom.kind != "symbol", self.order.get(str(atom.args[0]), len(self.order)), len(written), written

        return sorted(mono, key=place)

    def quotient(self, above: list[str], below: list[str]) -> str:
        """A product over another."""
        top, bottom = self.joint.join(above), self.joint.join(below)
        return f"{top}/{f'({bottom})' if len(below) > 1 else bottom}" if below else top

    def plain(self, value: Any) -> str:
        """A number."""
        return str(value).replace("-", self.minus)

    def power(self, atom: Atom, power: int) -> str:
        """A power of an atom."""
        base = self.atom(atom)
        return base if power == 1 else f"{base}{str(power).translate(_RAISED)}"

    def atom(self, atom: Atom) -> str:
        """An atom by its name, or written out."""
        if atom in self.names:
            return self.names[atom]
        return self.symbol(atom.args[0]) if atom.kind == "symbol" else self.made(atom)

    def symbol(self, name: str) -> str:
        """A symbol."""
        return name

    def made(self, atom: Atom) -> str:
        """An atom that is made of polynomials."""
        match atom.kind:
            case "floor":
                return self.floor(*atom.args)
            case "if":
                return self.holds(atom.args[0])
            case "choose":
                return self.choice(*atom.args)
            case "sum":
                return self.inside(self.number(atom.args[0]))
        return self.call(atom.kind, atom.args)

    def floor(self, num: Any, den: Any) -> str:
        """A floor; ⌈a/b⌉ where it is written as ⌊(a + b − 1)/b⌋."""
        up = _rounded_up(num, den)
        if up is not None:
            return f"⌈{self.over(up, den)}⌉"
        return f"⌊{self.over(num, den)}⌋"

    def over(self, num: Any, den: Any) -> str:
        """One number over another, in one line; where it is no quotient of whole numbers, as a sum."""
        if not getattr(num, "whole", True) and isinstance(den, int):
            return self.number(num / den)
        top, bottom = (f"({self.number(one)})" if _is_sum(one) else self.number(one) for one in (num, den))
        return self.number(num) if den == 1 else f"{top}/{bottom}"

    def call(self, name: str, args: Iterable[Any]) -> str:
        """A function of numbers."""
        return f"{name}({', '.join(map(self.number, args))})"

    def holds(self, claim: Any) -> str:
        """1 where a claim holds, else 0."""
        return f"[{self.truth(claim)}]"

    def choice(self, claim: Any, yes: Any, no: Any) -> str:
        """One of two numbers."""
        return f"({self.number(yes)} if {self.truth(claim)} else {self.number(no)})"

    signs: Mapping[str, str] = {"ge": "≥", "lt": "<", "eq": "=", "ne": "≠", "and": " and ", "or": " or "}

    def truth(self, claim: Claim) -> str:
        """A claim, what is taken away on the other side of its sign."""
        is_not = claim.kind == "not"
        inner = claim.parts[0] if is_not else claim
        if inner.kind in ("and", "or"):
            said = self.signs[inner.kind].join(map(self.truth, inner.parts))
            return f"not ({said})" if is_not else said
        sign = self.signs[{"ge": "lt", "eq": "ne"}[inner.kind] if is_not else inner.kind]
        (value,) = inner.parts
        left, right = ({m: abs(f) for m, f in value.terms.items() if (f > 0) is side} for side in (True, False))
        return f"{self.number(made(left))} {sign} {self.number(made(right))}"


class Latex(Printer):
    """Writes polynomials in LaTeX."""

    minus, joint = "-", r"\,"
    signs: Mapping[str, str] = {"ge": r"\ge", "lt": "<", "eq": "=", "ne": r"\ne", "and": r" \land ", "or": r" \lor "}

    def quotient(self, above: list[str], below: list[str]) -> str:
        top, bottom = self.joint.join(above) or "1", self.joint.join(below)
        return rf"\frac{{{top}}}{{{bottom}}}" if below else top

    def power(self, atom: Atom, power: int) -> str:
        return self.atom(atom) if power == 1 else f"{self.atom(atom)}^{{{power}}}"

    def atom(self, atom: Atom) -> str:
        return self.symbol(self.names[atom]) if atom in self.names else super().atom(atom)

    def symbol(self, name: str) -> str:
        from costmodel.reports.notation import latex_name

        letter, digits = name[:1], name[1:]
        if letter.isalpha() and digits.isdecimal():
            return f"{letter}_{{{digits}}}"
        return rf"\{name}" if name in _GREEK else latex_name(name)

    def inside(self, written: str) -> str:
        return rf"\left({written}\right)"

    def rows(self, value: Any) -> list[str]:
        """A sum on as many lines as it takes not to leave the page."""
        if not isinstance(value, Polynomial):
            return [self.plain(value)]
        rows: list[list[tuple[bool, str]]] = [[]]
        for term in self.terms(value):
            if rows[-1] and sum(len(written) for _, written in (*rows[-1], term)) > _ROW:
                rows.append([])
            rows[-1].append(term)
        first, *rest = rows
        return [self.sum(first), *(f"{'-' if row[0][0] else '+'} {self.sum([(False, row[0][1]), *row[1:]])}" for row in rest)]

    def floor(self, num: Any, den: Any) -> str:
        up = _rounded_up(num, den)
        side = "ceil" if up is not None else "floor"
        return rf"\left\l{side} {self.over(num if up is None else up, den)} \right\r{side}"

    def over(self, num: Any, den: Any) -> str:
        if den == 1 or (not getattr(num, "whole", True) and isinstance(den, int)):
            return self.number(num / den)
        return rf"\frac{{{self.number(num)}}}{{{self.number(den)}}}"

    def call(self, name: str, args: Iterable[Any]) -> str:
        return rf"\{name}\left({', '.join(map(self.number, args))}\right)"

    def choice(self, claim: Any, yes: Any, no: Any) -> str:
        return (
            rf"\begin{{cases}} {self.number(yes)} & {self.truth(claim)} \\ {self.number(no)} & \text{{otherwise}} \end{{cases}}"
        )


_GREEK = ("alpha", "beta", "gamma", "delta", "epsilon", "lambda", "mu", "rho", "sigma", "tau", "phi", "omega")
"""Letters that LaTeX has commands for."""
_ROW = 150
"""Characters of LaTeX that stand on one line of a long sum."""


def named(values: Iterable[Any], *, every: bool = False) -> dict[Atom, str]:
    """Names for the atoms that are written more than once, or for every one that is no symbol: `x1`, `x2` and so on.

    They come in an order in which each is made of those before it.
    """
    values = list(values)
    uses = Counter(atom for value in values for atom in _written(value))
    found = [atom for atom in atoms(*values) if atom.kind != "symbol"]
    taken = {atom.args[0] for atom in atoms(*values) if atom.kind == "symbol"}
    names = (name for n in range(1, 10**6) if (name := f"x{n}") not in taken)
    inside = Counter(inner for atom in found for arg in atom.args for inner in _written(arg))
    return {atom: next(names) for atom in found if every or (uses[atom] + inside[atom] > 1 and not _is_short(atom))}


def _written(value: Any) -> Iterable[Atom]:
    """The atoms of a number or a truth as often as they stand in it."""
    if isinstance(value, Polynomial):
        return [atom for mono in value.terms for atom, _ in mono]
    return [atom for part in value.parts for atom in _written(part)] if isinstance(value, Claim) else []


def _is_short(atom: Atom) -> bool:
    return atom.kind == "floor" and len(list(atoms(atom.args[0]))) == 1


def _terms(value: Any) -> list[tuple[Mono, Any]]:
    return [*value.terms.items()] if isinstance(value, Polynomial) else [(ONE, value)]


def _is_sum(value: Any) -> bool:
    return isinstance(value, Polynomial) and (len(value.terms) > 1 or any(p < 0 for mono in value.terms for _, p in mono))


def _rounded_up(num: Any, den: Any) -> Any:
    """`a` where a floor is of (a + b − 1)/b; nothing where it is none, or where there is nothing to round."""
    if den == 1 or not isinstance(num, Polynomial) or ONE not in num.terms or not num.whole:
        return None
    rest = num - (den - 1)
    return rest if isinstance(rest, Polynomial) and ONE not in rest.terms else None


def _decimal(value: Fraction) -> str:
    """A fraction as a decimal that is exact and has at most six places; nothing where there is none."""
    places = next((places for places in range(7) if 10**places % value.denominator == 0), None)
    if places is None:
        return ""
    digits = str(value.numerator * 10**places // value.denominator).zfill(places + 1)
    return f"{digits[:-places]}.{digits[-places:]}" if places else digits
