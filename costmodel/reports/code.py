"""Closed forms as code: functions of Python or JavaScript, or expressions of sympy; exact, with every floor whole."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from keyword import iskeyword
from typing import Any

from costmodel.algebra.polynomials.claims import Claim
from costmodel.algebra.polynomials.integral import integral
from costmodel.algebra.polynomials.numbers import Atom, Mono, atoms
from costmodel.algebra.polynomials.quotients import over
from costmodel.reports.polynomials import Printer, named

_HELPERS = {
    ("python", "divisible"): """\
def divisible(x, by):
    near = max(by, (2 * x + by) // (2 * by) * by)
    return near + by if 10 * near < 9 * x else near
""",
    ("js", "divisible"): """\
function divisible(x, per, by) {
  const near = Math.max(by, Math.floor((2 * x + by * per) / (2 * by * per)) * by);
  return 10 * near * per < 9 * x ? near + by : near;
}
""",
    ("sympy", "divisible"): """\
def divisible(x, by):
    near = Max(by, floor((2 * x + by) / (2 * by)) * by)
    return Piecewise((near + by, 10 * near < 9 * x), (near, True))
""",
    ("js", "gcd"): """\
function gcd(a, b) {
  return b === 0 ? a : gcd(b, a % b);
}
""",
    ("python", "gcd"): "from math import gcd\n",
    ("sympy", "gcd"): "from sympy import gcd\n",
}
"""What is written before a closed form that calls it; `divisible` is the channel rounding of MobileNetV2."""
_TAKEN = frozenset(
    {"Fraction", "gcd", "max", "min", "int", "divisible", "Math", "Number", "floor", "Max", "Min", "Piecewise", "Eq", "Ge"}
    | {"And", "Or", "Not", "symbols", "function", "const", "let", "var", "new", "this", "mult_adds", "params", "access", "peak"}
)
"""Names that code means something else by."""


class Code(Printer):
    """What the languages share: every product is written out, and each number over one denominator."""

    language, minus, joint = "", "-", " * "
    signs: Mapping[str, str] = {"ge": ">=", "lt": "<", "eq": "==", "ne": "!=", "and": " and ", "or": " or "}

    def term(self, mono: Mono, factor: Any) -> str:
        powers = [self.power(atom, power) for atom, power in self.sorted(mono)]
        return self.joint.join(powers if factor == 1 and powers else [str(factor), *powers])

    def power(self, atom: Atom, power: int) -> str:
        return self.atom(atom) if power == 1 else f"{self.atom(atom)}**{power}"

    def symbol(self, name: str) -> str:
        return f"{name}_" if iskeyword(name) or name in _TAKEN else name

    def number(self, value: Any) -> str:
        num, den = map(super().number, over(value))
        return num if den == "1" else self.divided(num, den)

    def divided(self, num: str, den: str) -> str:
        """One number by another."""
        return f"{_inside(num)} / {_inside(den)}"

    def floor(self, num: Any, den: Any) -> str:
        return self.floored(*map(super().number, over(num, den)))

    def floored(self, num: str, den: str) -> str:
        """A floor of one number by another."""
        return f"{_inside(num)} // {_inside(den)}"

    def functions(self, values: Iterable[Any]) -> Iterator[str]:
        """The helpers that some numbers call."""
        called = {atom.kind for atom in atoms(*values)}
        yield from (text for (language, name), text in _HELPERS.items() if language == self.language and name in called)


class Python(Code):
    """Python, for whole numbers and fractions."""

    language = "python"

    def divided(self, num: str, den: str) -> str:
        return f"Fraction({num}, {den})"

    def holds(self, claim: Any) -> str:
        return f"int({self.truth(claim)})"


class JavaScript(Code):
    """JavaScript, for whole numbers."""

    language = "js"

    def power(self, atom: Atom, power: int) -> str:
        return self.joint.join([self.atom(atom)] * power)  # -x ** 2 is none of its sentences

    signs: Mapping[str, str] = {"ge": ">=", "lt": "<", "eq": "===", "ne": "!==", "and": " && ", "or": " || "}

    def floored(self, num: str, den: str) -> str:
        return f"Math.floor({self.divided(num, den)})"

    def call(self, name: str, args: Iterable[Any]) -> str:
        first, *rest = args
        if name == "divisible" and len(rest) == 1:
            rest = [1, *rest]
        return f"{f'Math.{name}' if name in ('max', 'min') else name}({', '.join(map(self.number, [first, *rest]))})"

    def holds(self, claim: Any) -> str:
        return f"Number({self.truth(claim)})"

    def choice(self, claim: Any, yes: Any, no: Any) -> str:
        return f"({self.truth(claim)} ? {self.number(yes)} : {self.number(no)})"


class Sympy(Code):
    """Expressions of sympy, each with a symbol in it, so that a quotient is one of sympy's."""

    language = "sympy"

    def floored(self, num: str, den: str) -> str:
        return f"floor({self.divided(num, den)})"

    def call(self, name: str, args: Iterable[Any]) -> str:
        return f"{ {'max': 'Max', 'min': 'Min'}.get(name, name) }({', '.join(map(self.number, args))})"

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


def _inside(written: str) -> str:
    """A number in parentheses, unless it is one word."""
    return written if written.replace("_", "").isalnum() else f"({written})"


def python(figures: Mapping[str, Any], order: Sequence[str]) -> str:
    """A function of Python for each figure, of whole numbers and fractions."""
    bodies = []
    for name, value in figures.items():
        names = named([value], every=True)
        writes = Python(order, names)
        lines = [*(f"{made} = {writes.made(atom)}" for atom, made in names.items()), f"return {writes.number(value)}"]
        body = "".join(f"    {line}\n" for line in lines)
        bodies.append(f"def {name}({', '.join(map(writes.symbol, order))}):\n{body}")
    heading = ["from fractions import Fraction\n"] if any("Fraction(" in body for body in bodies) else []
    return "\n\n".join([*heading, *Python().functions(figures.values()), *bodies])


def sympy(figures: Mapping[str, Any], order: Mapping[str, bool]) -> str:
    """An expression of sympy for each figure; `order` has the symbols, and whether they are whole."""
    names = named(figures.values(), every=True)
    writes = Sympy([*order], names)
    declared = [
        f'{writes.symbol(name)} = symbols("{name}", positive=True{", integer=True" if whole else ""})\n'
        for name, whole in order.items()
    ]
    lines = [*(f"{made} = {writes.made(atom)}\n" for atom, made in names.items())]
    lines += [f"{name} = {writes.number(value)}\n" for name, value in figures.items()]
    heading = "from sympy import And, Eq, Ge, Max, Min, Not, Or, Piecewise, floor, symbols\n"
    return "\n\n".join([heading, *writes.functions(figures.values()), "".join([*declared, *lines])])


def javascript(figures: Mapping[str, Any], order: Sequence[str]) -> str:
    """A function of JavaScript for each figure, in whole numbers: a symbol that is none is given as `[over, under]`."""
    bodies, called = [], []
    for name, value in figures.items():
        ((num, den),), fractions = integral([value])
        names = named([num, den], every=True)
        writes = JavaScript([part for one in order for part in (fractions.get(one, (one,)))], names)
        given = (f"[{', '.join(fractions[one])}]" if one in fractions else writes.symbol(one) for one in order)
        lines = [f"const {made} = {writes.made(atom)};" for atom, made in names.items()]
        result = writes.number(num) if den == 1 else writes.divided(writes.number(num), writes.number(den))
        body = "".join(f"  {line}\n" for line in [*lines, f"return {result};"])
        bodies.append(f"function {name}({', '.join(given)}) {{\n{body}}}\n")
        called += [num, den]
    return "\n".join([*JavaScript().functions(called), *bodies])
