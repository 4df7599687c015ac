"""The arithmetic of specs: one line of text to a function of a scope, through a whitelist of Python's syntax.

Nothing is executed: the text is parsed to a tree, each allowed node becomes a closure over `algebra`'s words, so a
formula answers for integers, for points and for symbols alike.
"""

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from operator import itemgetter
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.ops import OPS
from costmodel.ops.fields import spoken
from costmodel.problems import did_you_mean, one_of
from costmodel.spec.words import FormulaError, check_words
from costmodel.synonyms import instead

Run: TypeAlias = Callable[[Mapping[str, Any]], Any]

MAX_POWER = 8
"""The largest exponent of `**`."""
MAX_DEPTH = 100
"""How deep a formula may nest."""
MAX_NUMBER = 10**18
"""The largest number that may be written down or come out, and the largest denominator."""

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
    **{
        word: word
        for op in OPS.values()
        for field in op.fields.values()
        if field.kind.reads == "value"
        for word in field.kind.words
    },
    **{word: word for word in ("none", *(op.name for op in OPS.values() if op.family == "pointwise"))},
}
"""The constants a formula may name."""


@lru_cache(maxsize=4096)
def compiled(text: str) -> tuple[Run, dict[str, int]]:
    """The function of a formula's text, and the column of each name that it reads. Raises `FormulaError`."""
    check_words(text)
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, MemoryError, RecursionError):
        hint = "write `a if condition else b`" if "if" in text or "else" in text else ""
        raise FormulaError(0, f"'{text}' is not a formula", hint) from None
    builder = _Builder(text)
    return builder.build(tree.body), builder.names


class _Builder:
    def __init__(self, text: str) -> None:
        self.text = text
        self.names: dict[str, int] = {}
        self.depth = 0

    def build(self, node: ast.expr) -> Run:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise FormulaError(node.col_offset, f"the formula nests deeper than {MAX_DEPTH} levels")
        run = self.node(node)
        self.depth -= 1
        return run

    def node(self, node: ast.expr) -> Run:
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
            case ast.Tuple():
                hint = "a list stands in square brackets: [3, 3]; a figure has no commas"
                raise FormulaError(node.col_offset, f"a formula is one value, and here are {len(node.elts)}", hint)
        raise FormulaError(node.col_offset, f"'{self.source(node)}' has no place in a formula")

    def source(self, node: ast.expr) -> str:
        return self.text[node.col_offset : node.end_col_offset]

    def constant(self, node: ast.Constant) -> Run:
        text = self.source(node)
        value = algebra.exact(Fraction(text))
        if not is_small(value):
            raise FormulaError(node.col_offset, f"{text} is out of range: a number has at most 18 digits")
        return lambda _: value

    def name(self, node: ast.Name) -> Run:
        name = node.id
        if name in WORDS:
            word = WORDS[name]
            return lambda _: word
        if name in FUNCTIONS:
            hint = f"write `{name}(…)`"
            raise FormulaError(node.col_offset, f"'{name}' is a function and no value by itself", hint)
        self.names.setdefault(name, node.col_offset)
        return itemgetter(name)

    def number(self, node: ast.expr) -> Run:
        """A part that must give a number, checked when it runs."""
        run, text = self.build(node), self.source(node)
        if isinstance(node, ast.Constant):
            return run

        def checked(scope: Mapping[str, Any]) -> Any:
            value = run(scope)
            if not algebra.is_number(value):
                raise FormulaError(node.col_offset, f"{is_what(text, value)}, and a number is needed")
            return value

        return checked

    def truth(self, node: ast.expr) -> Run:
        """A part that must be true or false, checked when it runs."""
        run, text = self.build(node), self.source(node)

        def checked(scope: Mapping[str, Any]) -> Any:
            value = run(scope)
            if not algebra.is_truth(value):
                raise FormulaError(node.col_offset, f"{is_what(text, value)}, and must be true or false")
            return value

        return checked

    def unary(self, node: ast.UnaryOp) -> Run:
        if isinstance(node.op, ast.Not):
            truth = self.truth(node.operand)
            return lambda scope: algebra.negate(truth(scope))
        number = self.number(node.operand)
        return lambda scope: -number(scope)

    def arithmetic(self, node: ast.BinOp) -> Run:
        work, divides = _ARITHMETIC[type(node.op)], isinstance(node.op, ast.Div | ast.FloorDiv | ast.Mod)
        left, right, column, text = self.number(node.left), self.number(node.right), node.col_offset, self.source(node)

        def run(scope: Mapping[str, Any]) -> Any:
            a, b = left(scope), right(scope)
            try:
                if divides and _is_zero(b):
                    raise ZeroDivisionError
                value = work(a, b)
            except ZeroDivisionError:
                raise FormulaError(column, f"'{text}' divides by zero") from None
            return value if type(value) is int and -MAX_NUMBER <= value <= MAX_NUMBER else _bounded(value, column, text)

        return run

    def power(self, node: ast.BinOp) -> Run:
        base, column, text = self.number(node.left), node.col_offset, self.source(node)
        exponent = self.build(node.right)({}) if isinstance(node.right, ast.Constant) else None
        if not isinstance(exponent, int) or exponent > MAX_POWER:
            written = self.source(node.right)
            message = f"an exponent is a whole number from 0 to {MAX_POWER}, and this is '{written}'"
            raise FormulaError(node.right.col_offset, message)
        return lambda scope: _bounded(base(scope) ** exponent, column, text)

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
        column, text = node.test.col_offset, self.source(node.test)

        def run(scope: Mapping[str, Any]) -> Any:
            condition = test(scope)
            if isinstance(condition, bool):
                return yes(scope) if condition else no(scope)
            a, b = yes(scope), no(scope)
            if algebra.is_number(a) and algebra.is_number(b):
                return algebra.choose(condition, a, b)
            if algebra.is_truth(a) and algebra.is_truth(b):
                otherwise = algebra.negate(condition)
                return algebra.either(algebra.both(condition, a), algebra.both(otherwise, b))
            if (settled := algebra.decide(condition)) is None:
                hint = "evaluate them one by one"
                if algebra.is_symbol(condition):
                    hint = f"{{by: {text}, cases: {{true: …, false: …}}}} is decided at the parameters' defaults"
                raise FormulaError(column, f"'{text}' is open, and decides between what are not two numbers", hint)
            return a if settled else b

        return run

    def call(self, node: ast.Call) -> Run:
        name = self.source(node.func)
        if name not in FUNCTIONS or node.keywords:
            hint = instead(name) or did_you_mean(name, FUNCTIONS, f"the functions are {one_of(FUNCTIONS)}")
            raise FormulaError(node.col_offset, f"there is no function '{name}'", hint)
        work, least, most = FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            wanted = f"{least} or more" if most > 9 else f"{least}" if least == most else f"{least} or {most}"
            plural = "value" if wanted == "1" else "values"
            raise FormulaError(node.col_offset, f"{name} takes {wanted} {plural}, and gets {len(node.args)}")
        parts, column, text = [self.number(part) for part in node.args], node.col_offset, self.source(node)

        def run(scope: Mapping[str, Any]) -> Any:
            values = [part(scope) for part in parts]
            try:
                if name == "divisible" and len(values) > 1:
                    _check_step(values[1], column, text)
                return work(*values)
            except ZeroDivisionError:
                raise FormulaError(column, f"'{text}' divides by zero") from None

        return run


def is_what(text: str, value: Any) -> str:
    """A formula and its value, as the beginning of a sentence."""
    shown = spoken(value)
    if shown == text:
        return f"'{text}' is {'a word' if isinstance(value, str | bool) else 'a number'}"
    return f"'{text}' is {shown if len(shown) < 60 else 'a list of numbers'}"


def is_small(value: Any) -> bool:
    """Whether a plain number is within bounds; lists of points and symbols are."""
    if isinstance(value, int | Fraction):
        return abs(value.numerator) <= MAX_NUMBER and value.denominator <= MAX_NUMBER
    return True


def _bounded(value: Any, column: int, text: str) -> Any:
    """The value, as an `int` if it is whole, unless it has grown out of bounds."""
    if not is_small(value):
        raise FormulaError(column, f"'{text}' is out of range: a number has at most 18 digits")
    return value.numerator if isinstance(value, Fraction) and value.denominator == 1 else value


def _check_step(by: Any, column: int, text: str) -> None:
    """What is rounded to multiples of a number needs one above zero."""
    if _is_zero(by):
        raise ZeroDivisionError
    is_step = algebra.decide(by >= 0)
    if is_step is False or (is_step is None and not algebra.is_symbol(by)):
        raise FormulaError(column, f"'{text}' is to be a multiple of {spoken(by)}, and that is below zero")


def _is_zero(value: Any) -> bool:
    """Whether a divisor is zero for certain; sympy would divide by it."""
    return (
        value == 0
        if isinstance(value, int | Fraction)
        else algebra.is_symbol(value) and algebra.decide(algebra.equal(value, 0)) is True
    )


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
