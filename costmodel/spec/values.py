"""Values of a spec: a formula, a list of values, or a choice by another value; each with its place."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from costmodel import algebra
from costmodel.ops.fields import spoken
from costmodel.problems import Mark, one_of
from costmodel.spec.formula import Run, compiled, is_what
from costmodel.spec.source import Data, Map, Seq, Text
from costmodel.spec.words import FormulaError, without_commas
from costmodel.tensor import BY_RANK, DIMENSIONS

Decide: TypeAlias = Callable[[Any, str, Mark], bool | None]
"""Settles a truth, or gives None; where it had to assume something and has a sentence for it, it notes that."""


class BadValue(Exception):
    """A value that cannot be read or worked out, with its place."""

    def __init__(self, mark: Mark, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.mark, self.message, self.hint = mark, message, hint


def as_it_is(truth: Any, _text: str, _mark: Mark) -> bool | None:
    """Settle a truth by itself, and assume nothing."""
    return algebra.decide(truth)


class Formula:
    """One formula and its place; `alone` if it is a name that stands for itself: `{stride}`."""

    __slots__ = ("alone", "columns", "mark", "run", "text")

    def __init__(self, text: str, mark: Mark, alone: bool = False) -> None:
        self.text, self.mark, self.alone = text, mark, alone
        try:
            self.run: Run
            self.run, self.columns = compiled(text)
        except FormulaError as error:
            raise BadValue(mark.shifted(error.column), error.message, error.hint) from None

    def evaluate(self, scope: Mapping[str, Any], decide: Decide = as_it_is) -> Any:  # noqa: ARG002 - as the others
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

    def evaluate(self, scope: Mapping[str, Any], decide: Decide = as_it_is) -> Any:
        """The values in order."""
        return [item.evaluate(scope, decide) for item in self.items]

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        return (pair for item in self.items for pair in item.names())


class Choice:
    """`{by: …, cases: {key: value}}`: the value whose key equals `by`."""

    __slots__ = ("by", "cases", "mark")

    def __init__(self, by: Formula, cases: "list[tuple[Any, Value]]", mark: Mark) -> None:
        self.by, self.cases, self.mark = by, cases, mark

    def evaluate(self, scope: Mapping[str, Any], decide: Decide = as_it_is) -> Any:
        """The value of the case that `by` names. Raises `BadValue`, listing the cases, where none does."""
        chosen = self.by.evaluate(scope)
        for key, value in self.cases:
            truth, said = self.holds(chosen, key)
            settled = decide(truth, "", self.by.mark)
            if settled is None:
                raise BadValue(self.by.mark, *undecided(self.by.text, chosen))
            if settled:
                decide(truth, said, self.by.mark)
                return value.evaluate(scope, decide)
        legal = one_of(spoken(key) for key, _ in self.cases)
        raise BadValue(self.by.mark, f"{is_what(self.by.text, chosen)}, and the cases are {legal}")

    def holds(self, chosen: Any, key: Any) -> tuple[Any, str]:
        """Whether a case is the one that was chosen, and that as a formula; a truth may be open as a number may."""
        if isinstance(key, bool) and algebra.is_truth(chosen):
            return (chosen, self.by.text) if key else (algebra.negate(chosen), f"not ({self.by.text})")
        return algebra.equal(chosen, key), f"{self.by.text} == {spoken(key)}"

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        yield from self.by.names()
        for _, value in self.cases:
            yield from value.names()


class Word:
    """A text that means itself."""

    __slots__ = ("mark", "text")

    def __init__(self, text: str, mark: Mark) -> None:
        self.text, self.mark = text, mark

    def evaluate(self, scope: Mapping[str, Any], decide: Decide = as_it_is) -> Any:  # noqa: ARG002 - as the others
        """The text."""
        return self.text

    def names(self) -> Iterator[tuple[str, Mark]]:
        """None: no name is read."""
        return iter(())


class Sizes:
    """A shape: a value for each dimension, in their order in memory."""

    __slots__ = ("mark", "sizes")

    def __init__(self, sizes: "dict[str, Value]", mark: Mark) -> None:
        self.sizes, self.mark = sizes, mark

    def evaluate(self, scope: Mapping[str, Any], decide: Decide = as_it_is) -> Any:
        """The sizes by the name of the dimension."""
        return {name: size.evaluate(scope, decide) for name, size in self.sizes.items()}

    def names(self) -> Iterator[tuple[str, Mark]]:
        """Every name that is read, with its place."""
        return (pair for size in self.sizes.values() for pair in size.names())


Value: TypeAlias = Formula | Items | Choice | Word | Sizes


def undecided(text: str, found: Any) -> tuple[str, str]:
    """What to say of a value that the structure hangs on, and that is open; and a hint."""
    if algebra.is_symbol(found):
        return f"'{text}' is open: it hangs on a symbol that has no reference value", "give the parameter a default or a value"
    return f"'{text}' is not the same for all values given", "evaluate them one by one"


def is_constant(value: Value) -> bool:
    """Whether a value is the same in every scope."""
    return not isinstance(value, Choice) and next(value.names(), None) is None


def read_value(data: Data, alone: Text | None = None) -> Value:
    """Read a value; `alone` is the name that stands for itself where nothing is written. Raises `BadValue`."""
    if isinstance(data, Seq):
        if len(data) > MAX_ITEMS:
            raise BadValue(data.mark, f"a list has at most {MAX_ITEMS:,} values, and this one has {len(data):,}")
        return Items(_items(data), data.mark)
    if isinstance(data, Map):
        return _choice(data)
    if data.absent:
        if alone is None:
            raise BadValue(data.mark, "a value is missing here")
        return Formula(alone, alone.mark, alone=True)
    if not data.verbatim:
        raise BadValue(data.mark, "a formula stands on one line, as it is", "`let:` gives a part of it a name")
    text = data.strip()
    return Formula(text, data.mark.shifted(data.find(text)) if text else data.mark)


def read_text(data: Data, alone: Text | None = None) -> Value:  # noqa: ARG001 - as the others
    """Read a text or a list of texts that mean themselves. Raises `BadValue`."""
    if isinstance(data, Seq):
        return Items([read_text(item) for item in data], data.mark)
    if isinstance(data, Map) or data.absent:
        raise BadValue(
            data.mark, "a word is missing here" if isinstance(data, Text) else "a word or a list of words stands here"
        )
    return Word(str(data), data.mark)


MAX_ITEMS = 10_000
"""Values that a list may have."""

_SHAPES = "a shape is [channels, height, width], or names its dimensions: {t: 197, c: 768}"


def read_shape(data: Data, alone: Text | None = None, *, is_change: bool = False) -> Value:  # noqa: ARG001 - as the others
    """Read a shape, written as a list or by the names of its dimensions; a change names some. Raises `BadValue`."""
    if isinstance(data, Map):
        for name in data:
            if name not in DIMENSIONS:
                legal = one_of(f"{short} ({long})" for short, long in DIMENSIONS.items())
                raise BadValue(name.mark, f"there is no dimension '{name}'", f"the dimensions are {legal}")
        if "c" not in data and not is_change:
            raise BadValue(data.mark, "this shape has no channels", _SHAPES)
        keys = sorted(data, key=list(DIMENSIONS).index)
        return Sizes({str(key): read_value(data[key], key) for key in keys}, data.mark)
    values = _items(data) if isinstance(data, Seq) else []
    if len(values) not in BY_RANK:
        raise BadValue(data.mark, _SHAPES)
    return Sizes(dict(zip(BY_RANK[len(values)], values, strict=True)), data.mark)


READERS: dict[str, Callable[..., Value]] = {"value": read_value, "text": read_text, "shape": read_shape}
"""How a kind of field is read."""


def _items(data: Seq) -> "list[Value]":
    """The values of a list."""
    for item in data:
        if isinstance(item, Text) and item.verbatim and (parts := without_commas(item)):
            second = item.index(parts[1], len(parts[0]))
            raise BadValue(item.mark.shifted(second), f"a comma is missing before '{parts[1]}'", f"write {one_of(parts)}")
    return [read_value(item) for item in data]


def _choice(data: Map) -> Choice:
    keys, cases = {str(key) for key in data}, data.at("cases")
    if keys != {"by", "cases"}:
        raise BadValue(data.mark, "a value is a formula, a list or {by: …, cases: {…}}", _stray(data))
    if not isinstance(cases, Map) or not cases:
        raise BadValue(cases.mark, "`cases` takes a value for each case", "{by: groups, cases: {1: 144, 2: 200}}")
    by = read_value(data.at("by"))
    if not isinstance(by, Formula):
        raise BadValue(by.mark, "`by` takes a formula")
    return Choice(by, _cases(cases), data.mark)


def _cases(cases: Map) -> list[tuple[Any, Value]]:
    found: list[tuple[Any, Value]] = []
    for key, item in cases.items():
        case = read_value(key)
        if not is_constant(case):
            raise BadValue(case.mark, f"a case is a number or a word, and here is '{key}'")
        constant = case.evaluate({})
        if any(algebra.equal(constant, other) for other, _ in found):
            raise BadValue(case.mark, f"the case {spoken(constant)} stands twice")
        found.append((constant, read_value(item)))
    return found


def _stray(data: Map) -> str:
    return "put a space after the colon" if any(":" in key for key in data) else ""
