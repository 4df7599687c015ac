"""Polynomials as straight-line programs: every atom once, sums factored, floors whole, and how large all of it can get."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.numbers import Atom, Mono, Polynomial, atom_of, atoms
from costmodel.algebra.polynomials.quotients import over
from costmodel.algebra.polynomials.ranges import Range, product, range_of

FLOAT = 2**53
"""Below it every whole number is a float64, and the floor of a quotient of two is that of the rounded quotient."""
INT = 2**63
"""Below it every whole number is an int64."""


class Step(NamedTuple):
    """One assignment: a name and what it is, in Python's arithmetic and the words of `engines`."""

    name: str
    text: str


class Program(NamedTuple):
    """Steps in an order in which each needs those before it alone, and the names of the results.

    `inputs` are the names of the symbols, in the order given. No number on the way is larger than `reach`; all of them are
    whole.
    """

    inputs: tuple[str, ...]
    steps: tuple[Step, ...]
    results: tuple[str, ...]
    reach: Any


def program(values: Sequence[Any], symbols: Sequence[Polynomial], *, apart: bool = False) -> Program:
    """A program for some whole numbers and truths, in symbols that stand for whole numbers.

    With `apart`, sums are written so that what hangs on few symbols is worked out on its own: the last symbol's part of each
    product stands before the sum of all that it multiplies, and so on with the others. That is for grids.

    >>> from costmodel import algebra
    >>> x = algebra.closed("x", whole=True, low=1, high=9)
    >>> made = program([x * (x + 1) // 2 * x + x, x >= 3], [x])
    >>> [f"{name} = {text}" for name, text in made.steps], made.results, made.reach
    (['t0 = floor(v0*(v0 + 1), 2)', 't1 = v0*(t0 + 1)', 't2 = v0 - 3 >= 0'], ('t1', 't2'), 414)
    """
    writer = _Apart(symbols) if apart else _Writer(symbols)
    results = tuple(writer.result(value) for value in values)
    return Program(tuple(writer.names[atom_of(s)] for s in symbols), tuple(writer.steps), results, writer.reach)


class _Writer:
    def __init__(self, symbols: Sequence[Polynomial]) -> None:
        self.names: dict[Atom, str] = {atom_of(s): f"v{place}" for place, s in enumerate(symbols)}
        self.steps: list[Step] = []
        self.known: dict[str, str] = {}
        self.reach: Any = max((abs(end) for s in symbols for end in range_of(s)), default=0)

    def result(self, value: Any) -> str:
        """The name of a number or a truth; a quotient that comes out whole is divided at the end."""
        if isinstance(value, Claim | bool):
            return self.assigned(self.truth(value))
        num, den = over(value)
        return self.assigned(self.sum(num)[0] if den == 1 else self.floor(num, den))

    def assigned(self, text: str) -> str:
        """The name of a step; of one that is there already, its name."""
        if text not in self.known:
            self.known[text] = f"t{len(self.steps)}"
            self.steps.append(Step(self.known[text], text))
        return self.known[text]

    def seen(self, range_: Range) -> Range:
        """Note how large a number on the way can get."""
        self.reach = max(self.reach, abs(range_[0]), abs(range_[1]))
        return range_

    def sum(self, value: Any) -> tuple[str, Range]:
        """A sum with whole factors, its most frequent atom factored out again and again; with its range."""
        if not isinstance(value, Polynomial):
            return str(value), (value, value)
        return self.factored(dict(value.terms))

    def factored(self, terms: dict[Mono, int]) -> tuple[str, Range]:
        if len(terms) == 1:
            return self.term(*next(iter(terms.items())))
        uses = Counter(factor for mono in terms for factor in {(atom, 1) for atom, _ in mono})
        common = uses.most_common(1)
        if not common or common[0][1] < 2:
            return self.added([self.term(mono, factor) for mono, factor in terms.items()])
        atom = common[0][0][0]
        inside = {_less(mono, atom): factor for mono, factor in terms.items() if any(a is atom for a, _ in mono)}
        outside = {mono: factor for mono, factor in terms.items() if all(a is not atom for a, _ in mono)}
        sub, range_ = self.factored(inside)
        name, own = self.atom(atom)
        part = (f"{name}*({sub})" if " " in sub else f"{name}*{sub}", self.seen(product(own, range_)))
        return self.added([part, self.factored(outside)]) if outside else part

    def added(self, parts: Iterable[tuple[str, Range]]) -> tuple[str, Range]:
        text, low, high = "", 0, 0
        for part, (least, most) in parts:
            text = f"{text} - {part[1:]}" if text and part.startswith("-") else f"{text} + {part}" if text else part
            low, high = self.seen((low + least, high + most))
        return text, (low, high)

    def term(self, mono: Mono, factor: int) -> tuple[str, Range]:
        """A product, its powers as products."""
        range_: Range = (factor, factor)
        names = []
        for atom, power in mono:
            name, own = self.atom(atom)
            names += [name] * power
            for _ in range(power):
                range_ = self.seen(product(range_, own))
        if factor in (1, -1) and names:
            return ("-" if factor < 0 else "") + "*".join(names), range_
        return "*".join([str(factor), *names]), range_

    def atom(self, atom: Atom) -> tuple[str, Range]:
        """An atom by its name, assigned when it is first met."""
        if atom not in self.names:
            self.names[atom] = self.assigned(self.made(atom))
        return self.names[atom], self.seen((atom.low, atom.high))

    def made(self, atom: Atom) -> str:
        match atom.kind:
            case "floor":
                return self.floor(*atom.args)
            case "max" | "min":
                word = "larger" if atom.kind == "max" else "smaller"
                return f"{word}({', '.join(self.sum(part)[0] for part in atom.args)})"
            case "if":
                return f"where({self.truth(atom.args[0])}, 1, 0)"
            case "choose":
                truth, yes, no = atom.args
                return f"where({self.truth(truth)}, {self.sum(yes)[0]}, {self.sum(no)[0]})"
            case "gcd":
                return f"gcd({', '.join(self.sum(part)[0] for part in atom.args)})"
        *x, by = atom.args
        return self.divisible(*over(*x), by)

    def floor(self, num: Any, den: Any) -> str:
        above, below = over(num, den)
        return f"floor({self.sum(above)[0]}, {self.sum(below)[0]})"

    def divisible(self, num: Any, den: Any, by: Any) -> str:
        """The nearest multiple of a step, of one number over another: ⌊(2n + d·by) / (2·d·by)⌋ steps, or one more."""
        (step, step_range), (below, _) = self.sum(by), self.sum(den * by * 2)
        steps = self.assigned(f"floor({self.sum(2 * num + den * by)[0]}, {below})")
        near = self.assigned(f"larger({step}, {steps}*{step})")
        left, right = self.sum(9 * num), self.sum(10 * den)
        self.seen(product((0, range_of(num)[1] + step_range[1]), right[1]))  # a step is at most what it is rounded to, and one
        return f"where(({right[0]})*{near} < {left[0]}, {near} + {step}, {near})"

    def truth(self, claim: Any) -> str:
        if isinstance(claim, bool):
            return str(claim)
        match claim.kind:
            case "ge":
                return f"{self.sum(over(claim.parts[0])[0])[0]} >= 0"
            case "eq":
                return f"{self.sum(over(claim.parts[0])[0])[0]} == 0"
            case "not":
                return f"negated({self.truth(claim.parts[0])})"
        word = "both" if claim.kind == "and" else "either"
        return f"{word}({', '.join(map(self.truth, claim.parts))})"


def _less(mono: Mono, atom: Atom) -> Mono:
    """A product without one of an atom."""
    return tuple((a, power - (a is atom)) for a, power in mono if power > 1 or a is not atom)


class _Apart(_Writer):
    """Writes sums with each symbol's part of a product before what it multiplies, the last symbol's outermost."""

    def __init__(self, symbols: Sequence[Polynomial]) -> None:
        super().__init__(symbols)
        self.axes = {atom: frozenset([place]) for place, atom in enumerate(self.names)}
        self.count = len(self.axes)

    def axes_of(self, atom: Atom) -> frozenset[int]:
        """The places of the symbols that an atom hangs on."""
        if atom not in self.axes:
            inner = [self.axes_of(one) for one in atoms(*atom.args) if one.kind == "symbol"]
            self.axes[atom] = frozenset[int]().union(*inner)
        return self.axes[atom]

    def factored(self, terms: dict[Mono, int]) -> tuple[str, Range]:
        return self.split(terms, self.count - 1)

    def split(self, terms: dict[Mono, int], axis: int) -> tuple[str, Range]:
        """A sum, the parts of its products that hang on one symbol outside those that hang on the symbols before it."""
        if len(terms) == 1 or axis <= 0:
            return super().factored(terms)
        groups: dict[Mono, dict[Mono, int]] = {}
        for mono, factor in terms.items():
            here = tuple(item for item in mono if axis in self.axes_of(item[0]))
            groups.setdefault(here, {})[tuple(item for item in mono if item not in here)] = factor
        return self.added([self.multiplied(here, rest, axis) for here, rest in groups.items()])

    def multiplied(self, here: Mono, rest: dict[Mono, int], axis: int) -> tuple[str, Range]:
        text, range_ = self.split(rest, axis - 1)
        if not here:
            return text, range_
        inner = self.assigned(text) if " " in text or "*" in text else text
        outer, own = self.term(here, 1)
        outer = self.assigned(outer) if "*" in outer else outer
        return f"{outer}*{inner}", self.seen(product(own, range_))
