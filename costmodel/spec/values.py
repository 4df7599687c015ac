"""Values of a spec: a formula, a list of values, or a choice by another value; each with its place."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.ops.fields import spoken
from costmodel.problems import Mark, one_of
from costmodel.spec.formula import FormulaError, Run, compiled
from costmodel.spec.source import Data, Map, Seq, Text


class BadValue(Exception):
    """A value that cannot be read or worked out, with its place."""

    def __init__(self, mark: Mark, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mark, self.message, self.hint = mark, message, hint


class Formula:
    """One formula and its place."""

    __slots__ = ("columns", "mark", "run", "text")

    def __init__(self, text: str, mark: Mark) -> None:
        self.text, self.mark = text, mark
        try:
            self.run: Run
            self.run, self.columns = compiled(text)
        except FormulaError as error:
            raise BadValue(mark.shifted(error.column), error.message, error.hint) from None

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """The value for the names in scope. Raises `BadValue` pointing into the formula."""
        try:
            return self.run(scope)
        except FormulaError as error:
            raise BadValue(self.mark.shifted(error.column), error.message, error.hint) from None

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        return ((name, self.mark.shifted(column)) for name, column in self.columns.items())


class Items:
    """A list of values."""

    __slots__ = ("items", "mark")

    def __init__(self, items: "list[Value]", mark: Mark) -> None:
        self.items, self.mark = items, mark

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """The values in order."""
        return [item.evaluate(scope) for item in self.items]

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        return (pair for item in self.items for pair in item.names())


class Choice:
    """`{by: …, cases: {key: value}}`: the value whose key equals `by`."""

    __slots__ = ("by", "cases", "mark")

    def __init__(self, by: Formula, cases: "list[tuple[Any, Value]]", mark: Mark) -> None:
        self.by, self.cases, self.mark = by, cases, mark

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """The value of the case that `by` names. Raises `BadValue`, listing the cases, where none does."""
        chosen = self.by.evaluate(scope)
        for key, value in self.cases:
            if algebra.decide(algebra.equal(chosen, key)):
                return value.evaluate(scope)
        legal = one_of(spoken(key) for key, _ in self.cases)
        raise BadValue(self.by.mark, f"'{self.by.text}' is {spoken(chosen)}, and the cases are {legal}")

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        yield from self.by.names()
        for _, value in self.cases:
            yield from value.names()


Value: TypeAlias = Formula | Items | Choice


def is_constant(value: Value) -> bool:
    """Whether a value is the same in every scope."""
    return not isinstance(value, Choice) and next(value.names(), None) is None


def read_value(data: Data, alone: Text | None = None) -> Value:
    """Read a value; `alone` is the name that stands for itself where nothing is written. Raises `BadValue`."""
    if isinstance(data, Seq):
        return Items([read_value(item) for item in data], data.mark)
    if isinstance(data, Map):
        return _choice(data)
    if data.absent:
        if alone is None:
            raise BadValue(data.mark, "a value is missing here")
        return Formula(alone, alone.mark)
    text = data.strip()
    return Formula(text, data.mark.shifted(data.find(text)) if text else data.mark)


def _choice(data: Map) -> Choice:
    keys = {str(key) for key in data}
    if keys != {"by", "cases"} or not isinstance(data.at("cases"), Map) or not data.at("cases"):
        raise BadValue(data.mark, "a value is a formula, a list or {by: …, cases: {…}}", _stray(data))
    by = read_value(data.at("by"))
    if not isinstance(by, Formula):
        raise BadValue(by.mark, "`by` takes a formula")
    cases: list[tuple[Any, Value]] = []
    for key, item in data.at("cases").items():
        case = read_value(key)
        if not is_constant(case):
            raise BadValue(case.mark, f"a case is a number or a word, and here is '{key}'")
        constant = case.evaluate({})
        if any(algebra.equal(constant, other) for other, _ in cases):
            raise BadValue(case.mark, f"the case {spoken(constant)} stands twice")
        cases.append((constant, read_value(item)))
    return Choice(by, cases, data.mark)


def _stray(data: Map) -> str:
    return "put a space after the colon" if any(":" in key for key in data) else ""
