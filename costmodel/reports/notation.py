"""Formulas as papers set them, on a screen and in LaTeX: `n·h'·w'·c·k²/g`, sizes before channels before fields.

Sympy orders a product by the alphabet; these printers order it as papers do, and leave the rest of the grammar to sympy's.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sympy
from sympy.printing.latex import LatexPrinter
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

_ORDER = ("n", "t", "t'", "d", "h", "w", "d'", "h'", "w'", "c", "c₁", "c₂", "c₃", "c₄", "out")
"""The symbols that come first in a product, in their order; all others follow by the alphabet."""


class Order(NamedTuple):
    """The symbols that come first in a product, and those by which the terms of a sum stand, in their order.

    With `sums_last` a sum stands behind all other factors.
    """

    factors: tuple[str, ...] = _ORDER
    terms: tuple[str, ...] = _ORDER
    sums_last: bool = False


_USUAL = Order()
_HALF = sympy.Rational(1, 2)
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def screen(value: Any, order: Order = _USUAL, names: Mapping[str, str] = {}) -> str:
    """A number or a formula as a line of text: · for products, raised digits for powers, ⌊ ⌋ for floors, √ for roots.

    `names` are symbols that are spelled otherwise, as the numbers that they stand for.

    >>> h, w, c = sympy.symbols("h w c", integer=True, positive=True)
    >>> screen(c**2 * w * h / 2 + sympy.floor((h - 1) / c) + 1)
    'h·w·c²/2 + ⌊(h − 1)/c⌋ + 1'
    >>> screen(2 * sympy.sqrt(h * w) / sympy.sqrt(c))
    '2·√(h·w)/√c'
    """
    return str(_Screen(order, names).doprint(_tidy(value)))


def latex(value: Any, names: Mapping[str, str], order: Order = _USUAL) -> str:
    r"""A number or a formula in LaTeX; `names` are symbols that are spelled otherwise there.

    >>> latex(sympy.Symbol("out") * sympy.Symbol("k") ** 2 + 1, {"out": r"c_{\mathrm{out}}"})
    'c_{\\mathrm{out}}\\,k^{2} + 1'
    """
    return str(_Latex(names, order).doprint(_tidy(value)))


def latex_rows(value: Any, names: Mapping[str, str]) -> list[str]:
    r"""A formula in LaTeX on as many lines as it takes not to leave the page: a long sum breaks before a sign.

    >>> latex_rows(sum(sympy.symbols("n h w c k s")), {})
    ['n + h + w + c', '{} + k + s']
    """
    printer, tidy = _Latex(names, _USUAL), _tidy(value)
    if not tidy.is_Add:
        return [str(printer.doprint(tidy))]
    terms = _terms(tidy, _USUAL)
    rows = [_sum(printer, terms[start : start + _ROW], "-") for start in range(0, len(terms), _ROW)]
    return [rows[0], *(f"{{}} - {row[1:]}" if row.startswith("-") else f"{{}} + {row}" for row in rows[1:])]


_ROW = 4
"""Terms of a sum that stand on one line."""


def _tidy(value: Any) -> Any:
    """Cases outermost: `0 or 2·x`, not twice `0 or x`."""
    return sympy.piecewise_fold(sympy.sympify(value))


def latex_name(name: str) -> str:
    r"""A symbol's name in LaTeX: one letter with primes and digits as it is, a word upright, nothing that is a command.

    >>> latex_name("h'"), latex_name("c₁"), latex_name("num_heads")
    ("h'", 'c_{1}', '\\mathrm{num\\_heads}')
    """
    letter, rest = name[:1], name[1:]
    if letter.isalpha() and rest.strip("'") == "":
        return name
    if letter.isalpha() and (digits := rest.translate(_LOWERED)) != rest and digits.isdecimal():
        return f"{letter}_{{{digits}}}"
    return rf"\mathrm{{{latex_text(name)}}}"


def latex_text(words: str) -> str:
    r"""Words as LaTeX prints them, whatever stands in them.

    >>> latex_text(r"50 % of $x_1$ \input")
    '50 \\% of \\$x\\_1\\$ \\textbackslash{}input'
    """
    return words.translate(_ESCAPED)


_ESCAPED = str.maketrans(
    {sign: f"\\{sign}" for sign in "%$#&_{}"}
    | {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}
)


def _place(part: Any, order: tuple[str, ...]) -> tuple[tuple[int, str], ...]:
    """Where a factor or a term belongs: by the symbols that it has, the first one first."""
    names = (symbol.name for symbol in part.free_symbols)
    return tuple(sorted((order.index(name) if name in order else len(order), name) for name in names))


def _is_negative(term: Any) -> bool:
    return bool(term.as_coeff_Mul()[0].is_negative)


def _terms(sum_: Any, order: Order) -> list[Any]:
    """What is added before what is taken away, and numbers last of both; of alike terms quotients last, roots before them."""

    def key(term: Any) -> tuple[Any, ...]:
        is_quotient = sympy.denom(term) != 1
        return _is_negative(term), bool(term.is_number), _place(term, order.terms), is_quotient, bool(_roots(term))

    return sorted(sum_.args, key=key)


def _factors(product: Any, order: Order) -> list[Any]:
    """The factors of a product, numbers first, and the roots among them as one, last."""
    factors = sorted((f for f in sympy.Mul.make_args(product) if f != 1), key=lambda f: _place(f, order.factors))
    if order.sums_last:
        factors.sort(key=lambda f: bool(f.is_Add))
    roots = _roots(product)
    if len(roots) < 2:
        return [*(f for f in factors if f not in roots), *roots]
    one = sympy.Pow(sympy.Mul(*(root.base for root in roots)), _HALF, evaluate=False)
    return [*(f for f in factors if f not in roots), one]


def _roots(product: Any) -> list[Any]:
    return [f for f in sympy.Mul.make_args(product) if f.is_Pow and f.exp == _HALF]


class _Screen(StrPrinter):  # type: ignore[misc]
    """One line of text."""

    def __init__(self, order: Order, names: Mapping[str, str]) -> None:
        super().__init__()
        self.names, self.by = names, order

    def _print_Symbol(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return self.names.get(expr.name, str(expr.name))

    def _print_Add(self, expr: Any, order: Any = None) -> str:  # noqa: ARG002, N802 - as sympy calls it
        return _sum(self, _terms(expr, self.by), "−")

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        sign, above, below = _fraction(expr, "−", self.by)
        one_line = self._product(above)
        if not below:
            return sign + one_line
        under = self._product(below)
        return f"{sign}{one_line}/{f'({under})' if len(below) > 1 else under}"

    def _product(self, factors: list[Any]) -> str:
        return "·".join(self.parenthesize(factor, PRECEDENCE["Mul"]) for factor in factors) or "1"

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:  # noqa: ARG002, N802 - as sympy calls it
        if expr.exp.is_negative:
            return self._print_Mul(expr)
        base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
        if expr.exp == _HALF:
            return f"√{base}"
        return f"{base}{str(expr.exp).translate(_RAISED)}" if expr.exp.is_Integer else f"{base}^({self._print(expr.exp)})"

    def _print_floor(self, expr: Any) -> str:
        up = _rounded_up(expr.args[0])
        return f"⌊{self._print(expr.args[0])}⌋" if up is None else f"⌈{self._print(up)}⌉"

    def _print_ceiling(self, expr: Any) -> str:
        return f"⌈{self._print(expr.args[0])}⌉"

    def _print_Max(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return f"max({', '.join(map(self._print, expr.args))})"

    def _print_Min(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return f"min({', '.join(map(self._print, expr.args))})"

    def _print_Mod(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return f"({' mod '.join(self.parenthesize(part, PRECEDENCE['Mul']) for part in expr.args)})"

    def _print_Sum(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        index, first, last = expr.limits[0]
        return f"∑[{index} = {self._print(first)} … {self._print(last)}] {self.parenthesize(expr.function, PRECEDENCE['Mul'])}"

    def _print_Derivative(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return f"∂{self._print(expr.expr)}/{'·'.join(f'∂{symbol}' for symbol in expr.variables)}"

    def _print_Piecewise(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        cases = (
            f"{self._print(value)} {'otherwise' if truth is sympy.true else f'if {self._print(truth)}'}"
            for value, truth in expr.args
        )
        return f"({'; '.join(cases)})"

    def _print_Relational(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        return f"{self._print(expr.lhs)} {_SIGNS.get(expr.rel_op, expr.rel_op)} {self._print(expr.rhs)}"


class _Latex(LatexPrinter):  # type: ignore[misc]
    """LaTeX for an equation."""

    def __init__(self, names: Mapping[str, str], order: Order) -> None:
        super().__init__()
        self.names, self.by = names, order

    def _print_Symbol(self, expr: Any, style: str = "plain") -> str:  # noqa: ARG002, N802 - as sympy calls it
        return self.names.get(expr.name) or latex_name(expr.name)

    def _print_Add(self, expr: Any, order: Any = None) -> str:  # noqa: ARG002, N802 - as sympy calls it
        return _sum(self, _terms(expr, self.by), "-")

    def _print_Mul(self, expr: Any) -> str:  # noqa: N802 - as sympy calls it
        sign, above, below = _fraction(expr, "-", self.by)
        return sign + (rf"\frac{{{self._product(above)}}}{{{self._product(below)}}}" if below else self._product(above))

    def _print_floor(self, expr: Any, exp: Any = None) -> str:
        up = _rounded_up(expr.args[0])
        return str(
            super()._print_floor(expr, exp) if up is None else self._print_ceiling(sympy.ceiling(up, evaluate=False), exp)
        )

    def _product(self, factors: list[Any]) -> str:
        if len(factors) == 1:
            return str(self._print(factors[0]))
        return r"\,".join(self.parenthesize(factor, PRECEDENCE["Mul"]) for factor in factors) or "1"


def _sum(printer: Any, terms: list[Any], minus: str) -> str:
    printed = ""
    for term in terms:
        negative = _is_negative(term)
        joint = f" {minus} " if negative else " + "
        printed += (joint if printed else minus if negative else "") + printer._print(-term if negative else term)  # noqa: SLF001
    return printed


def _rounded_up(quotient: Any) -> Any:
    """`a/b` where the floor of `(a + b - 1)/b` is its ceiling, `a` and `b` being whole; None where it is not."""
    above, below = sympy.fraction(quotient)
    rest = above - below + 1
    is_written_so = (
        below.is_integer and rest.is_integer and len(sympy.Add.make_args(rest)) == len(sympy.Add.make_args(above)) - 2
    )
    return rest / below if below != 1 and is_written_so else None


def _fraction(expr: Any, minus: str, order: Order) -> tuple[str, list[Any], list[Any]]:
    """The sign of a product, the factors above its line and those below."""
    above, below = sympy.fraction(-expr if _is_negative(expr) else expr)
    return minus if _is_negative(expr) else "", _factors(above, order), _factors(below, order)
