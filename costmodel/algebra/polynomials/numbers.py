"""The ring: sums of products of atoms, with exact factors; what has no atom left is a plain number."""

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import count
from typing import Any, ClassVar, TypeAlias
from weakref import WeakValueDictionary

_SERIAL = count()


class Atom:
    """What polynomials are made of: a symbol, or a floor, an extreme, a choice, a gcd or a sum in a denominator.

    One atom stands for all that are alike, so that polynomials are compared by their terms. `low` and `high` are bounds on
    its values, infinite where nothing is known; `positive` says that it is above zero even where `low` is zero.
    """

    __slots__ = ("__weakref__", "args", "high", "kind", "low", "positive", "serial", "whole")
    alike: ClassVar["WeakValueDictionary[Any, Atom]"] = WeakValueDictionary()

    def __init__(self, kind: str, args: tuple[Any, ...], *, whole: bool, range_: tuple[Any, Any], positive: bool) -> None:
        self.kind, self.args, self.whole, self.serial = kind, args, whole, next(_SERIAL)
        self.low, self.high = range_
        self.positive = positive or self.low > 0

    def __repr__(self) -> str:
        if self.kind == "symbol":
            return str(self.args[0])
        first, *more = map(str, self.args)
        if self.kind == "floor":
            by = more[0] if more[0].isalnum() else f"({more[0]})"
            return f"floor({first})" if by == "1" else f"floor(({first})/{by})"
        return f"{self.kind}({', '.join([first, *more])})"


Mono: TypeAlias = tuple[tuple[Atom, int], ...]
"""A product of powers, the atoms in the order in which they were made."""
ONE: Mono = ()


def atomic(kind: str, args: tuple[Any, ...], *, whole: bool, range_: tuple[Any, Any], positive: bool = False) -> "Polynomial":
    """The polynomial that is one atom, made anew if there is none alike."""
    key = (kind, args, whole)
    atom = Atom.alike.get(key)
    if atom is None:
        atom = Atom.alike.setdefault(key, Atom(kind, args, whole=whole, range_=range_, positive=positive))
    return alone(atom)


def alone(atom: Atom) -> "Polynomial":
    """The polynomial that is one atom."""
    return Polynomial({((atom, 1),): 1})


def atom_of(symbol: "Polynomial") -> Atom:
    """The atom that a symbol is."""
    return next(iter(symbol.terms))[0][0]


class Polynomial:
    """A sum of products with exact factors, negative powers among them; never without an atom.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x = symbol("x", whole=True)
    >>> (x + 1) * (x - 1) * 2 + 1, (x + 3) // 4 // 8
    (2*x**2 - 1, floor((x + 3)/32))
    """

    __slots__ = ("_hash", "terms")

    def __init__(self, terms: Mapping[Mono, Any]) -> None:
        self.terms = terms
        self._hash: int | None = None

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(frozenset(self.terms.items()))
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Polynomial) and self.terms == other.terms

    @property
    def whole(self) -> bool:
        """Whether it is seen to be whole for all values of its symbols."""
        return all(type(factor) is int and is_whole(mono) for mono, factor in self.terms.items())

    def __add__(self, other: Any) -> Any:
        terms = dict(self.terms)
        for mono, factor in other.terms.items() if isinstance(other, Polynomial) else [(ONE, other)]:
            if found := terms.get(mono, 0) + factor:
                terms[mono] = _plain(found)
            else:
                terms.pop(mono, None)
        return _number(terms)

    __radd__ = __add__

    def __neg__(self) -> "Polynomial":
        return Polynomial({mono: -factor for mono, factor in self.terms.items()})

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, Polynomial):
            return made({mono: factor * other for mono, factor in self.terms.items()}) if other else 0
        terms: dict[Mono, Any] = {}
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                mono = times(one, two)
                terms[mono] = terms.get(mono, 0) + a * b
        return made({mono: factor for mono, factor in terms.items() if factor})

    __rmul__ = __mul__

    def __pow__(self, power: int) -> Any:
        result: Any = 1
        for _ in range(power):
            result = self * result
        return result

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Polynomial) and len(other.terms) > 1:
            found = divided(self, other)
            return self * inverse(other) if found is None else found
        return self * inverse(other)

    def __rtruediv__(self, other: Any) -> Any:
        return other * inverse(self)

    def __floordiv__(self, other: Any) -> Any:
        return _floored(self, other)

    def __rfloordiv__(self, other: Any) -> Any:
        return _floored(other, self)

    def __mod__(self, other: Any) -> Any:
        return self - other * _floored(self, other)

    def __rmod__(self, other: Any) -> Any:
        return other - self * _floored(other, self)

    def __ge__(self, other: Any) -> Any:
        return _claim("ge", self - other)

    def __le__(self, other: Any) -> Any:
        return _claim("ge", other - self)

    def __lt__(self, other: Any) -> Any:
        return _negated(self >= other)

    def __gt__(self, other: Any) -> Any:
        return _negated(self <= other)

    def __bool__(self) -> bool:
        raise TypeError("a polynomial has no truth value: use algebra.decide")

    def __repr__(self) -> str:
        return " + ".join(_shown(mono, factor) for mono, factor in self.terms.items()).replace("+ -", "- ")


def made(terms: dict[Mono, Any]) -> Any:
    """The number of some terms: plain where no atom is left, whole factors as whole numbers."""
    for mono, factor in terms.items():
        if type(factor) is Fraction:
            terms[mono] = _plain(factor)
    return _number(terms)


def _plain(factor: Any) -> Any:
    """A factor, as a whole number where it is one."""
    return factor.numerator if type(factor) is Fraction and factor.denominator == 1 else factor


def _number(terms: dict[Mono, Any]) -> Any:
    """The number of terms with plain factors."""
    if not terms:
        return 0
    return terms[ONE] if len(terms) == 1 and ONE in terms else Polynomial(terms)


def times(one: Mono, two: Mono) -> Mono:
    """The product of two products."""
    if not one or not two:
        return one or two
    powers = dict(one)
    for atom, power in two:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(((atom, power) for atom, power in powers.items() if power), key=lambda item: item[0].serial))


def is_whole(mono: Mono) -> bool:
    """Whether a product is whole: all of its atoms are, and none is divided by."""
    return all(atom.whole and power > 0 for atom, power in mono)


def inverse(value: Any) -> Any:
    """1 by a number; of several terms the inverse of their sum as one."""
    if not isinstance(value, Polynomial):
        return Fraction(1) / value
    if len(value.terms) > 1:
        from costmodel.algebra.polynomials.ranges import is_positive, range_of

        value = atomic("sum", (value,), whole=value.whole, range_=range_of(value), positive=is_positive(value))
    ((mono, factor),) = value.terms.items()
    return made({tuple((atom, -power) for atom, power in mono): Fraction(1) / factor})


def divided(value: Polynomial, by: Polynomial) -> Any:
    """A quotient that comes out without a rest, by long division; None where there is a rest.

    >>> from costmodel.algebra.polynomials.words import symbol
    >>> x, y = symbol("x", whole=True), symbol("y", whole=True)
    >>> divided((x + y) * (x + 2), x + y), divided(x * y + 1, x + y)
    (x + 2, None)
    """
    every = sorted({atom for one in (value, by) for mono in one.terms for atom, _ in mono}, key=lambda atom: atom.serial)

    def place(mono: Mono) -> tuple[int, ...]:
        powers = dict(mono)
        return tuple(powers.get(atom, 0) for atom in every)

    first, rest, found = max(by.terms, key=place), value, 0
    for _ in range(len(value.terms)):
        if not isinstance(rest, Polynomial):
            break
        leading = max(rest.terms, key=place)
        mono = times(leading, tuple((atom, -power) for atom, power in first))
        if any(power < 0 for atom, power in mono if dict(leading).get(atom, 0) >= 0):
            return None
        part = made({mono: Fraction(rest.terms[leading]) / by.terms[first]})
        found, rest = found + part, rest - part * by
    return found if rest == 0 and not isinstance(rest, Polynomial) else None


def atoms(*values: Any) -> Iterator[Atom]:
    """Every atom in some numbers or truths, each once, those inside others before them."""
    seen = set[Atom]()

    def visit(value: Any) -> Iterator[Atom]:
        if isinstance(value, Polynomial):
            for atom in {atom: None for mono in value.terms for atom, _ in mono}:
                if atom not in seen:
                    seen.add(atom)
                    for arg in atom.args:
                        yield from visit(arg)
                    yield atom
        elif isinstance(value, tuple):  # a claim
            for part in value:
                yield from visit(part)

    for value in values:
        yield from visit(value)


def _floored(value: Any, by: Any) -> Any:
    from costmodel.algebra.polynomials.floors import floored

    return floored(value, by)


def _claim(kind: str, value: Any) -> Any:
    from costmodel.algebra.polynomials.claims import claim

    return claim(kind, value)


def _negated(truth: Any) -> Any:
    from costmodel.algebra.polynomials.claims import negated

    return negated(truth)


def _shown(mono: Mono, factor: Any) -> str:
    names = [_power(atom, power) for atom, power in mono if power > 0]
    below = "".join(f"/{_power(atom, -power)}" for atom, power in mono if power < 0)
    number = "-" if factor == -1 and names else "" if factor == 1 and names else str(factor)
    return (number + "*".join(names) if number in ("", "-") else "*".join([number, *names])) + below


def _power(atom: Atom, power: int) -> str:
    return f"{atom}**{power}" if power != 1 else str(atom)
