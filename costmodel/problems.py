"""Problems in what a user wrote: where, what, and what would mend it. The only place that prints one."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in a text: line and column count from 1; `text` is the whole line."""

    file: str
    line: int
    col: int
    text: str

    def shifted(self, by: int) -> "Mark":
        """The same line, further right."""
        return self._replace(col=self.col + by)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


@dataclass(frozen=True)
class Problem:
    """One mistake: its place, a sentence with the values in it, a hint where it is likely right, the calls above it."""

    mark: Mark | None
    message: str
    hint: str = ""
    calls: tuple[tuple[str, Mark], ...] = field(default=(), compare=False)

    def __str__(self) -> str:
        lines = [printable(f"{self.mark}: {self.message}" if self.mark else f"costmodel: {self.message}")]
        gutter = " "
        if self.mark and self.mark.line:
            number = f"{self.mark.line:2}"
            gutter = " " * len(number)
            lines += [f"{number} | {printable(self.mark.text)}", f"{gutter} | {' ' * (self.mark.col - 1)}^"]
        lines += [printable(f"{gutter} = in {block}, called at {mark}") for block, mark in self.calls]
        if self.hint:
            lines.append(printable(f"{gutter} = {self.hint}"))
        return "\n".join(lines)


class SpecError(Exception):
    """Everything that is wrong with an input, all at once; `str` is the printed report."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(str(p) for p in self.problems))


class Problems:
    """A list that problems are put on while work goes on, and that stops the work at a stage's end."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self.warnings: list[Problem] = []

    def add(self, mark: Mark | None, message: str, hint: str = "", calls: tuple[tuple[str, Mark], ...] = ()) -> None:
        """Note a mistake; the same sentence at the same place counts once, however often it is met."""
        problem = Problem(mark, message, hint, calls)
        if problem not in self.found:
            self.found.append(problem)

    def warn(self, mark: Mark | None, message: str, hint: str = "") -> None:
        """Note something that is legal and probably not meant."""
        self.warnings.append(Problem(mark, f"warning: {message}", hint))

    def check(self) -> None:
        """Raise `SpecError` with everything found so far, in the order of the text."""
        if self.found:
            raise SpecError(sorted(self.found, key=lambda p: p.mark[1:3] if p.mark else (0, 0)))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint with the nearest known word, or `otherwise` where none is near."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"did you mean '{near[0]}'?" if near else otherwise


def one_of(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    return ", ".join(words)


def printable(text: str) -> str:
    """The text with everything replaced that could steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " if c in "\t\n" else "�" for c in text)
