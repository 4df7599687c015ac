"""The options that several commands share, each defined once."""

from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from costmodel.problems import Mark, Problem, SpecError

if TYPE_CHECKING:
    from costmodel.spec.source import Text


V = TypeVar("V")

MAX_DIGITS = 1000
"""Digits from which an option's number is refused rather than read."""


class Grouping(str, Enum):
    """What makes a row."""

    op = "op"
    layer = "layer"
    block = "block"
    network = "network"


class Format(str, Enum):
    """How a report is written."""

    table = "table"
    json = "json"


class SweepFormat(str, Enum):
    """How a sweep is written."""

    table = "table"
    json = "json"
    csv = "csv"


class Shell(str, Enum):
    """A shell that can complete a command line."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


class Dtype(str, Enum):
    """The data type of an element; it scales bytes alone."""

    fp64 = "fp64"
    fp32 = "fp32"
    fp16 = "fp16"
    bf16 = "bf16"
    int8 = "int8"


SpecName = Annotated[str, typer.Argument(metavar="SPEC", help="A spec file, or the name of a bundled spec.")]
Settings = Annotated[list[str], typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter; may be repeated.")]
Variant = Annotated[str | None, typer.Option("--variant", metavar="NAME", help="Start from a named variant of the spec.")]
Batch = Annotated[str, typer.Option("--batch", metavar="N", help="Images in one pass.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No warnings on standard error.")]
NoColour = Annotated[bool, typer.Option("--no-color", help="No colour, as with NO_COLOR set.")]


def whole_numbers(given: dict[str, str]) -> dict[str, int]:
    """Options that count, as numbers. Raises `SpecError` with each that is no whole number from 1 on."""
    wrong = {name: text for name, text in given.items() if not (text.isdecimal() and len(text) < MAX_DIGITS and int(text))}
    if wrong:
        said = (f"--{name} must be a whole number, at least 1, and is {text}" for name, text in wrong.items())
        raise SpecError([Problem(None, message) for message in said])
    return {name: int(text) for name, text in given.items()}


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
