"""Questions and answers: what a question holds, how an answer is read, and which mistake explains a wrong one."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.explaining import Explainer
from costmodel.library import Spec
from costmodel.spec.figures import figure
from costmodel.working import Working

TOLERANCE = Fraction(1, 200)
"""How far an answer may be from the right one, as a part of that; a whole number of channels must be met."""


class Mistake(NamedTuple):
    """A wrong answer that has a name."""

    value: Fraction
    words: str


class Shown(NamedTuple):
    """A piece of the working behind an answer: the figures, the bound, or what stands for a standard convolution."""

    piece: str
    explainer: Explainer
    working: Working


class Question(NamedTuple):
    """A question, its answer, what it is counted in, the mistakes that are known, and what shows the working."""

    about: str
    text: str
    answer: Fraction
    unit: str
    mistakes: tuple[Mistake, ...]
    shown: tuple[Shown, ...]
    is_exact: bool = False

    def judged(self, given: Fraction) -> "Verdict":
        """Whether an answer is right, and else the mistake that gives it."""
        if self._meets(given, self.answer):
            return Verdict(True, "")
        named = (mistake.words for mistake in self.mistakes if self._meets(given, mistake.value))
        return Verdict(False, next(named, ""))

    def _meets(self, given: Fraction, value: Fraction) -> bool:
        return given == value if self.is_exact else abs(given - value) <= TOLERANCE * abs(value)


class Verdict(NamedTuple):
    """Whether an answer is right, and what was done to get it where it is not; nothing where that is not known."""

    is_right: bool
    mistake: str


class Subject(NamedTuple):
    """What questions are asked about: a spec as it was read, what explains it, and what the user has set."""

    spec: Spec
    explainer: Explainer
    given: Mapping[str, Any]
    variant: str | None


def read(text: str) -> Fraction:
    """An answer: `300M`, `7,949,760`, `7.95e6`, `8.4 ×`, `× 8.4`, `1/9`, `12.5 %`. Raises `ValueError`.

    >>> [str(read(text)) for text in ("300M", "7.95e6", "1/9", "12.5 %", "× 0.119", "7 949 760")]
    ['300000000', '7950000', '1/9', '1/8', '119/1000', '7949760']
    """
    words = text.strip().removeprefix("×").removeprefix("=").strip()
    joined = "".join(words.split(" ")) if words.replace(" ", "").isdecimal() else words
    above, slash, below = joined.partition("/")
    if slash:
        if "/" in below:
            raise ValueError(f"'{text.strip()}' is more than one division")
        divisor = read(below)
        if not divisor:
            raise ValueError(f"'{text.strip()}' divides by nothing")
        return read(above) / divisor
    found = figure(joined)
    return Fraction(found.value, 100) if found.share else Fraction(found.value)


def told_apart(mistakes: Sequence[Mistake], answer: Fraction, exact: bool = False) -> tuple[Mistake, ...]:
    """The mistakes whose answer is not the right one."""
    least = Fraction(0) if exact else TOLERANCE * answer
    return tuple(mistake for mistake in mistakes if abs(mistake.value - answer) > least)
