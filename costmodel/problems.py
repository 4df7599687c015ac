"""Problems in what a user wrote: where, what, and what would mend it. The only place that prints one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cache
from typing import NamedTuple


class Mark(NamedTuple):
    """A place in a text: line and column count from 1; `text` is the whole line."""

    file: str
    line: int
    col: int
    text: str

    def shifted(self, by: int) -> "Mark":
        """The same line, further right."""
        return Mark(self.file, self.line, self.col + by, self.text) if by else self

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.col}" if self.line else self.file


_WIDE = 160
"""Characters of a line that are shown; of a longer one, those around the caret."""
_CALLS = 6
"""Calls that are shown, from the innermost."""


@dataclass(frozen=True)
class Problem:
    """One mistake: its place, a sentence with the values in it, a hint where it is likely right.

    `calls` says how the walk came here, innermost first; `times` how often the place went wrong, with other figures.
    """

    mark: Mark | None
    message: str
    hint: str = ""
    calls: tuple[str, ...] = field(default=(), compare=False)
    times: int = field(default=1, compare=False)

    @property
    def brief(self) -> str:
        """The sentence, and the hint behind it, for a report that has a line for them."""
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __str__(self) -> str:
        lines = [f"{self.mark}: {self.message}" if self.mark else f"costmodel: {self.message}"]
        gutter = " "
        if self.mark and self.mark.line:
            number = f"{self.mark.line:2}"
            gutter = " " * len(number)
            shown, pointer = _pointed(self.mark)
            lines += [f"{number} | {shown}".rstrip(), f"{gutter} | {pointer}"]
        calls = (
            self.calls if len(self.calls) <= _CALLS else (*self.calls[:_CALLS], f"and {len(self.calls) - _CALLS} calls more")
        )
        notes = [*calls, *([f"{self.times} times in all, first with these values"] if self.times > 1 else [])]
        lines += [f"{gutter} = {note}" for note in (*notes, self.hint) if note]
        return "\n".join(printable(line) for line in lines)


def _pointed(mark: Mark) -> tuple[str, str]:
    """A line, cut if it is long, and the line below it with the caret under the marked column."""
    text, at = printable(mark.text), mark.col - 1
    if len(text) > _WIDE:
        start = max(min(at - _WIDE // 2, len(text) - _WIDE), 0)
        text = ("…" if start else "") + text[start : start + _WIDE] + ("…" if start + _WIDE < len(text) else "")
        at = at - start + (1 if start else 0)
    return text, " " * (width(text[:at]) + max(at - len(text), 0)) + "^"


def width(text: str) -> int:
    """The columns that a text takes on a screen: two for a character of East Asia's full width, none for a mark on one.

    >>> width("conv"), width("卷积")
    (4, 4)
    """
    return len(text) if text.isascii() or max(text) < _FIRST_MARK else sum(map(_cells, text))


_FIRST_MARK = "\u0300"
"""Below it every character takes one column."""


@cache
def _cells(character: str) -> int:
    import unicodedata

    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class SpecError(Exception):
    """Everything that is wrong with an input, all at once; `str` is the printed report."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n\n".join(str(p) for p in self.problems))

    def __reduce__(self) -> tuple[type["SpecError"], tuple[tuple[Problem, ...]]]:
        return SpecError, (self.problems,)


_FIGURES = r"(?<![\w'.])\d[\d.,/×]*"


class Problems:
    """A list that problems are put on while work goes on, and that stops the work at a stage's end."""

    def __init__(self) -> None:
        self._found: dict[tuple[Mark | None, str], Problem] = {}
        self.warnings: list[Problem] = []

    @property
    def found(self) -> list[Problem]:
        """What was found so far, as met."""
        return list(self._found.values())

    def add(self, mark: Mark | None, message: str, hint: str = "", calls: tuple[str, ...] = ()) -> None:
        """Note a mistake. A sentence that differs from one at the same place in its figures alone is only counted."""
        key = mark, re.sub(_FIGURES, "#", message)
        met = self._found.get(key)
        self._found[key] = replace(met, times=met.times + 1) if met else Problem(mark, message, hint, calls)

    def warn(self, mark: Mark | None, message: str, hint: str = "") -> None:
        """Note something that is legal and probably not meant."""
        self.warnings.append(Problem(mark, f"warning: {message}", hint))

    def check(self) -> None:
        """Raise `SpecError` with everything found so far, in the order of the text."""
        if self._found:
            raise SpecError(sorted(self.found, key=lambda p: p.mark[1:3] if p.mark else (0, 0)))


def did_you_mean(word: str, known: Iterable[str], otherwise: str = "") -> str:
    """A hint with the known word that others call so, or with the nearest one, or `otherwise` where none is near.

    Where no word of ours is meant but a way to write it is known, the hint says that.
    """
    from costmodel.synonyms import answer  # only a mistake needs it

    names = list(known)
    if near := meant(word, names):
        return f"did you mean '{near}'?" if near != word else otherwise
    return answer(word, names) or otherwise


def meant(word: str, known: Iterable[str]) -> str | None:
    """The known word that others call so, or the nearest one; None where none is near, or where no word is meant."""
    from costmodel.synonyms import answer, synonym  # only a mistake needs it

    names = list(known)
    return synonym(word, names) or (None if answer(word, names) else _nearest(word, names))


def _nearest(word: str, known: list[str]) -> str | None:
    import difflib

    words = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(words), n=1, cutoff=0.65)
    return words[near[0]] if near else None


def one_of(words: Iterable[str]) -> str:
    """Words as a list in a sentence."""
    return ", ".join(words)


def printable(text: str) -> str:
    """The text with everything replaced that could steer a terminal."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " if c in "\t\n" else "�" for c in text)


def shortened(text: str) -> str:
    """The text, cut where it is too long for a sentence."""
    return text if len(text) <= 60 else f"{text[:60]}…"
