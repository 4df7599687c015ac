"""Reading the values of options: checks, and answers in the project's own words."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from costmodel.problems import Mark, Problem, SpecError, did_you_mean, one_of

if TYPE_CHECKING:
    from costmodel.conventions import Convention
    from costmodel.dtypes import Dtypes
    from costmodel.memory import Reuse
    from costmodel.reports.columns import Order
    from costmodel.spec.source import Text
    from costmodel.traffic import Traffic

V = TypeVar("V")
P = ParamSpec("P")

MAX_DIGITS = 1000
"""Digits from which an option's number is refused rather than read."""


class Reader:
    """Reads options one after the other and keeps what is wrong with each, so that all is said at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def __call__(self, read: Callable[P, V], *args: P.args, **kwargs: P.kwargs) -> V:
        """What `read` gives; where it refuses, nothing usable, and `check` raises."""
        try:
            return read(*args, **kwargs)
        except SpecError as error:
            self.problems += [problem for problem in error.problems if problem not in self.problems]
            return None  # type: ignore[return-value]  # nobody sees it: `check` comes before its use

    def check(self) -> None:
        """Raise `SpecError` with everything that was refused."""
        if self.problems:
            raise SpecError(self.problems)


def choice(noun: str, given: str, legal: Iterable[str], listed: str = "") -> str:
    """A word that must be one of some, which a hint names, or `listed` for them. Raises `SpecError`."""
    legal = tuple(legal)
    if given not in legal:
        hint = did_you_mean(given, legal, f"the {_plural(noun)} are {listed or one_of(legal)}")
        raise SpecError([Problem(None, f"no {noun} is called '{given}'", hint)])
    return given


def _plural(noun: str) -> str:
    """`data types`, `kinds of row`, `columns to sort by`."""
    return re.sub(r"(?: (?:of|to) .*)?$", lambda rest: f"s{rest[0]}", noun, count=1)


def column(name: str, legal: Iterable[str], noun: str = "column") -> str:
    """The name of a column. Raises `SpecError`."""
    legal = tuple(legal)
    marks = {mark: [n for n in legal if n[0] == mark] for mark in "%×"}
    plain = [name for name in legal if name[0] not in marks]
    also = [f"{mark} before a count, as {names[0]}" for mark, names in marks.items() if names]
    return choice(noun, name, legal, "; ".join([one_of(plain), *also]))


def whole_numbers(given: dict[str, str], least: int = 1) -> dict[str, int]:
    """Options that count, as numbers. Raises `SpecError` with each that is no whole number from `least` on."""
    wrong = {
        name: text for name, text in given.items() if not (text.isdecimal() and len(text) < MAX_DIGITS and int(text) >= least)
    }
    if wrong:
        said = (f"--{name} must be a whole number, at least {least}, and is {text}" for name, text in wrong.items())
        raise SpecError([Problem(None, message) for message in said])
    return {name: int(text) for name, text in given.items()}


def whole_number(name: str, text: str | None, least: int = 1) -> int | None:
    """An option that counts, or nothing where it is not given. Raises `SpecError`."""
    return None if text is None else whole_numbers({name: text}, least)[name]


def convention(given: str) -> "Convention":
    """The convention of a name. Raises `SpecError`."""
    from costmodel.conventions import CONVENTIONS

    return CONVENTIONS[choice("convention", given, CONVENTIONS)]


def reuse(given: str) -> "Reuse":
    """The convention of memory of a name. Raises `SpecError`."""
    from costmodel.memory import REUSES

    return REUSES[choice("convention of memory", given, REUSES)]


MEMORY_UNITS: dict[str, int] = {
    "B": 1,
    **{f"{letter}iB": 1024**power for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}B": 1000**power for power, letter in enumerate("KMGT", 1)},
}
"""The bytes of each unit that a size of memory may have."""


def memory(option: str, given: str) -> int:
    """A size of memory in bytes: 512KiB, 1.5 MiB, 500KB (of 1,000 bytes), plain bytes. Raises `SpecError`."""
    from fractions import Fraction

    parts = re.fullmatch(r"\s*(\d{1,99}(?:\.\d{1,99})?)\s*([^\W\d_]*)\s*", given, re.ASCII)
    if parts is None:
        raise SpecError([Problem(None, f"--{option} must be a size of memory, and is '{given}'", "512KiB, 2MiB or 65536")])
    number, word = parts[1], parts[2] or "B"
    unit = next((unit for unit in MEMORY_UNITS if unit.lower() == word.lower()), None)
    if unit is None:
        meant = f"{word[0].upper()}iB" if word[0].upper() in "KMGT" else "KiB"
        hint = f"did you mean {number}{meant}? the units are {one_of(MEMORY_UNITS)}"
        raise SpecError([Problem(None, f"--{option} has the unit '{word}', and there is none of this name", hint)])
    size = Fraction(number) * MEMORY_UNITS[unit]
    if size.denominator != 1 or size < 1:
        raise SpecError([Problem(None, f"--{option} must be whole bytes, at least 1, and is {given}")])
    return size.numerator


def dtypes(given: str) -> "Dtypes":
    """`int8`, or `weights=int8,activations=fp16`, or a word for all and pairs for the others. Raises `SpecError`."""
    from costmodel.dtypes import DTYPES, Dtypes

    found: dict[str, str] = {}
    read = Reader()
    for part in given.split(","):
        kind, equals, word = (piece.strip() for piece in part.partition("="))
        if not equals:
            kind, word = "", kind
        elif kind not in Dtypes._fields:
            read(choice, "kind of tensor", kind, Dtypes._fields)
        read(choice, "data type", word, DTYPES)
        if kind in found:
            twice = f"for '{kind}' " if kind else ""
            read.problems.append(Problem(None, f"--dtype gives a data type {twice}twice: {given}", "keep one of them"))
        found[kind] = word
    read.check()
    everywhere = found.pop("", "fp32")
    return Dtypes(**{**dict.fromkeys(Dtypes._fields, everywhere), **found})


def traffic(given: str) -> "Traffic":
    """`fused`, or `folded,split=view,shuffle=copy`. Raises `SpecError` with every part that is none."""
    from costmodel.traffic import LAID_OUT, POLICIES, TRAFFIC

    name, *parts = (part.strip() for part in given.split(","))
    read = Reader()
    read(choice, "traffic model", name, TRAFFIC)
    found: dict[str, Any] = {}
    for part in parts:
        op, equals, way = (piece.strip() for piece in part.partition("="))
        if not equals:
            legal = name if name in TRAFFIC else "folded"
            hint = f"behind the model stands split=view, concat=copy, and so on: {legal},split=view"
            read.problems.append(Problem(None, f"--traffic {given}: '{part}' says nothing of a copy or a view", hint))
            continue
        read(choice, "op that is a copy or a view", op, LAID_OUT)
        read(choice, "way to lay out", way, POLICIES)
        if op in found:
            read.problems.append(Problem(None, f"--traffic {given}: '{op}' is given twice", "keep one of them"))
        found[op] = way
    if found and name in TRAFFIC and TRAFFIC[name].counted:
        hint = "the others do: unfused, folded, fused, block"
        read.problems.append(Problem(None, f"--traffic {given}: {name} counts no {one_of(found)}", hint))
    read.check()
    return TRAFFIC[name]._replace(**found)


def columns(given: str | None, legal: Iterable[str], spellings: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Names between commas, or none where the option is not given. Raises `SpecError` with every unknown one."""
    if given is None:
        return ()
    legal, read = tuple(legal), Reader()
    names = [_spelled(name.strip(), legal, spellings or {}) for name in given.split(",")]
    for name in dict.fromkeys(names):
        if names.count(name) > 1 and name in legal:
            read.problems.append(Problem(None, f"--columns names '{name}' more than once", "keep one of them"))
        read(column, name, legal)
    read.check()
    return tuple(names)


def order(
    given: str | None, legal: Iterable[str], rising: Iterable[str], spellings: Mapping[str, str] | None = None
) -> "Order | None":
    """A column to sort by, `+` or `-` before it for the direction; words rise unless told. Raises `SpecError`."""
    from costmodel.reports.columns import Order

    if given is None:
        return None
    legal = tuple(legal)
    name = _spelled(given.strip().lstrip("+-"), legal, spellings or {})
    column(name, legal, "column to sort by")
    sign = given.strip()[:1]
    return Order(name, sign == "-" or (sign != "+" and name not in rising))


def _spelled(name: str, legal: tuple[str, ...], spellings: Mapping[str, str]) -> str:
    """A column as it is called; `mult-adds` stands for `mult_adds`, and so on."""
    dashed = name.replace("-", "_")
    name = name if name in legal or dashed not in legal else dashed
    return next((long + name[len(short) :] for short, long in spellings.items() if name.startswith(short)), name)


def settings(given: list[str]) -> "dict[str, Text]":
    """`NAME=VALUE` arguments as names and values that know their place. Raises `SpecError`."""
    return once("--set", [pair("--set", argument) for argument in given])


def once(option: str, pairs: "list[tuple[Text, V]]") -> dict[str, V]:
    """Pairs as a mapping; a name that is given twice has no value. Raises `SpecError`."""
    found: dict[str, V] = {}
    for name, value in pairs:
        if name in found:
            raise SpecError([Problem(name.mark, f"{option} gives '{name}' twice", "keep one of them")])
        found[name] = value
    return found


def pair(option: str, argument: str) -> "tuple[Text, Text]":
    """One `NAME=VALUE` argument, both parts with their place. Raises `SpecError`."""
    from costmodel.spec.source import Text

    name, equals, value = argument.partition("=")
    mark = Mark(option, 1, 1, argument)
    if not equals or not name.strip() or not value.strip():
        raise SpecError([Problem(mark, f"{option} takes NAME=VALUE, and gets '{argument}'", f"{option} alpha=0.5")])
    return Text(name.strip(), mark), Text(value, mark.shifted(len(name) + 1))
