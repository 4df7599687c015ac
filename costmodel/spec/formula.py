"""The arithmetic of specs: one line of text to a function of a scope, through a whitelist of Python's syntax.

Nothing is executed: the text is parsed to a tree, each allowed node becomes a closure over `algebra`'s words, so a
formula answers for integers, for points and for symbols alike.
"""

import ast
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.ops import OPS
from costmodel.ops.fields import PADDING_WORDS
from costmodel.problems import did_you_mean, one_of

Run: TypeAlias = Callable[[Mapping[str, Any]], Any]

MAX_LENGTH = 200
"""Characters that a formula may have."""
MAX_POWER = 8
"""The largest exponent of `**`."""
MAX_NUMBER = 10**18
"""The largest number that may be written down."""

FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "floor": (algebra.floor, 1, 1),
    "ceil": (algebra.ceil, 1, 1),
    "max": (algebra.maximum, 2, 99),
    "min": (algebra.minimum, 2, 99),
    "divisible": (algebra.divisible, 1, 2),
}
"""Each function with the fewest and the most arguments that it takes."""

WORDS: dict[str, Any] = {
    "true": True,
    "false": False,
    **{word: word for word in (*PADDING_WORDS, "none", *(o.name for o in OPS.values() if o.family == "pointwise"))},
}
"""The constants a formula may name."""


class FormulaError(Exception):
    """A formula that cannot be read or worked out; `column` counts from 0 within the formula."""

    def __init__(self, column: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.column, self.message, self.hint = column, message, hint


@lru_cache(maxsize=4096)
def compiled(text: str) -> tuple[Run, dict[str, int]]:
    """The function of a formula's text, and the column of each name that it reads. Raises `FormulaError`."""
    if len(text) > MAX_LENGTH:
        raise FormulaError(0, f"a formula has at most {MAX_LENGTH} characters, and this one has {len(text)}")
    if not text.isascii() or not text.isprintable():
        at = next(i for i, c in enumerate(text) if not (c.isascii() and c.isprintable()))
        raise FormulaError(at, f"a formula is plain text, and here is the character U+{ord(text[at]):04X}", _hint(text))
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, MemoryError, RecursionError) as error:
        column = max((getattr(error, "offset", 1) or 1) - 1, 0)
        raise FormulaError(min(column, len(text)), f"'{text}' is not a formula", _hint(text)) from None
    builder = _Builder(text)
    return builder.build(tree.body), builder.names


def _hint(text: str) -> str:
    for wrong, right in (("&&", "and"), ("||", "or"), ("!", "not"), ("^", "**"), ("×", "*"), ("·", "*"), ("−", "-")):
        if wrong in text and not (wrong == "!" and "!=" in text):
            return f"write `{right}` for `{wrong}`"
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return "`==` compares; a field is set with `:`"
    if text.count("(") > text.count(")"):
        return "a comma ends a value inside { } and [ ]: put the formula in quotes or on a line of its own"
    if re.search(r"\w:\w", text):
        return "put a space after the colon"
    if re.match(r"0\d", text):
        return "numbers are decimal, without leading zeros"
    return ""


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, int] = {}

    def build(self, node: ast.expr) -> Run:
        match node:
            case ast.Constant():
                return self.constant(node)
            case ast.Name():
                return self.name(node)
            case ast.BinOp() if type(node.op) in _ARITHMETIC:
                return self.power(node) if isinstance(node.op, ast.Pow) else self.arithmetic(node)
            case ast.UnaryOp(op=ast.USub() | ast.Not()):
                return self.unary(node)
            case ast.BoolOp():
                return self.junction(node)
            case ast.Compare():
                return self.comparison(node)
            case ast.IfExp():
                return self.conditional(node)
            case ast.Call():
                return self.call(node)
        raise FormulaError(node.col_offset, f"'{self.source(node)}' has no place in a formula", _hint(self.text))

    def source(self, node: ast.expr) -> str:
        return self.text[node.col_offset : node.end_col_offset]

    def constant(self, node: ast.Constant) -> Run:
        text = self.source(node)
        if not re.fullmatch(r"(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", text):
            words = {"True": "write `true`", "False": "write `false`", "None": "write `none`"}
            hint = words.get(text, "numbers are decimal: 12, 1.4, 1e6")
            raise FormulaError(node.col_offset, f"'{text}' is not a number of specs", hint)
        value = algebra.exact(Fraction(text))
        if value > MAX_NUMBER:
            raise FormulaError(node.col_offset, f"{text} is larger than 10^18")
        return lambda _: value

    def name(self, node: ast.Name) -> Run:
        name = node.id
        if name in WORDS:
            word = WORDS[name]
            return lambda _: word
        self.names.setdefault(name, node.col_offset)
        return lambda scope: scope[name]

    def number(self, node: ast.expr) -> Run:
        """A part that must give a number, checked when it runs."""
        run, text = self.build(node), self.source(node)
        if isinstance(node, ast.Constant):
            return run

        def checked(scope: Mapping[str, Any]) -> Any:
            value = run(scope)
            if not algebra.is_number(value):
                raise FormulaError(node.col_offset, f"'{text}' is not a number here")
            return value

        return checked

    def truth(self, node: ast.expr) -> Run:
        """A part that must be true or false, checked when it runs."""
        run, text = self.build(node), self.source(node)

        def checked(scope: Mapping[str, Any]) -> Any:
            value = run(scope)
            if not algebra.is_truth(value):
                raise FormulaError(node.col_offset, f"'{text}' is neither true nor false")
            return value

        return checked

    def unary(self, node: ast.UnaryOp) -> Run:
        if isinstance(node.op, ast.Not):
            truth = self.truth(node.operand)
            return lambda scope: algebra.negate(truth(scope))
        number = self.number(node.operand)
        return lambda scope: -number(scope)

    def arithmetic(self, node: ast.BinOp) -> Run:
        work = _ARITHMETIC[type(node.op)]
        left, right, column, text = self.number(node.left), self.number(node.right), node.col_offset, self.source(node)

        def run(scope: Mapping[str, Any]) -> Any:
            try:
                return work(left(scope), right(scope))
            except ZeroDivisionError:
                raise FormulaError(column, f"'{text}' divides by zero") from None

        return run

    def power(self, node: ast.BinOp) -> Run:
        base, power = self.number(node.left), self.build(node.right)
        exponent = power({}) if isinstance(node.right, ast.Constant) else None
        if not isinstance(exponent, int) or exponent > MAX_POWER:
            where = node.right.col_offset
            raise FormulaError(
                where, f"an exponent is a whole number from 0 to {MAX_POWER}, and this is '{self.source(node.right)}'"
            )
        return lambda scope: base(scope) ** exponent

    def junction(self, node: ast.BoolOp) -> Run:
        parts = [self.truth(part) for part in node.values]
        settled = isinstance(node.op, ast.Or)
        join = algebra.either if settled else algebra.both

        def run(scope: Mapping[str, Any]) -> Any:
            result: Any = not settled
            for part in parts:
                result = join(result, part(scope))
                if result is settled:
                    break
            return result

        return run

    def comparison(self, node: ast.Compare) -> Run:
        kinds = [type(op) for op in node.ops]
        if odd := next((k for k in kinds if k not in _COMPARISONS), None):
            raise FormulaError(node.col_offset, f"'{odd.__name__.lower()}' is not a comparison of specs")
        parts = [node.left, *node.comparators]
        ordered = [k not in (ast.Eq, ast.NotEq) for k in kinds]
        runs = [self.number(part) if any(ordered[max(i - 1, 0) : i + 1]) else self.build(part) for i, part in enumerate(parts)]
        works = [_COMPARISONS[k] for k in kinds]
        if len(works) == 1:
            work, one, two = works[0], *runs
            return lambda scope: work(one(scope), two(scope))

        def run(scope: Mapping[str, Any]) -> Any:
            result: Any = True
            left = runs[0](scope)
            for work, part in zip(works, runs[1:], strict=True):
                right = part(scope)
                result = algebra.both(result, work(left, right))
                left = right
            return result

        return run

    def conditional(self, node: ast.IfExp) -> Run:
        test, yes, no = self.truth(node.test), self.build(node.body), self.build(node.orelse)

        def run(scope: Mapping[str, Any]) -> Any:
            condition = test(scope)
            if isinstance(condition, bool):
                return yes(scope) if condition else no(scope)
            return algebra.choose(condition, yes(scope), no(scope))

        return run

    def call(self, node: ast.Call) -> Run:
        name = self.source(node.func)
        if name not in FUNCTIONS or node.keywords:
            hint = did_you_mean(name, FUNCTIONS, f"the functions are {one_of(FUNCTIONS)}")
            raise FormulaError(node.col_offset, f"'{self.source(node)}' calls no function of specs", hint)
        work, least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            wanted = f"{least} or more" if most > 9 else f"{least}" if least == most else f"{least} or {most}"
            raise FormulaError(node.col_offset, f"{name} takes {wanted} values, and gets {len(node.args)}")
        parts, column, text = [self.number(part) for part in node.args], node.col_offset, self.source(node)

        def run(scope: Mapping[str, Any]) -> Any:
            try:
                return work(*(part(scope) for part in parts))
            except ZeroDivisionError:
                raise FormulaError(column, f"'{text}' divides by zero") from None

        return run


_ARITHMETIC: dict[type, Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: algebra.divide,
    ast.FloorDiv: lambda a, b: a // b,
    ast.Mod: lambda a, b: a % b,
    ast.Pow: lambda a, b: a**b,
}

_COMPARISONS: dict[type, Callable[[Any, Any], Any]] = {
    ast.Eq: algebra.equal,
    ast.NotEq: lambda a, b: algebra.negate(algebra.equal(a, b)),
    ast.Lt: lambda a, b: a < b,
    ast.LtE: lambda a, b: a <= b,
    ast.Gt: lambda a, b: a > b,
    ast.GtE: lambda a, b: a >= b,
}
