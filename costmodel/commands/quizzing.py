"""`costmodel explain --quiz`: questions, answers from standard input, and what became of them."""

import random
import sys
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import typer

from costmodel.commands import output as outputs
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from collections.abc import Callable

    from costmodel.quiz import Question, Subject
    from costmodel.reports.layout import Screen

_ASK = "answer (empty line: show it; q: leave): "
MOST = 100
"""Questions that are asked at most."""


def quiz(
    subjects: "Sequence[Subject]",
    part: str | None,
    number: int,
    seed: int | None,
    form: str,
    output: str | None,
    no_color: bool,
) -> None:
    """Ask questions, judge the answers, show the working; in other forms the questions with their answers.

    Raises `SpecError` for a spec on which there is nothing to ask.
    """
    from costmodel.asking import questions
    from costmodel.reports import quizzing

    seed = random.SystemRandom().randrange(1_000_000) if seed is None else seed
    found = questions(subjects, part, number, seed)
    if not found:
        what = part or subjects[0].explainer.ledger.name
        asked = "questions are on FC layers, and on convolutions that are not transposed"
        raise SpecError([Problem(None, f"there is nothing to ask about {what}: {asked}")])
    if form != "table":
        written = quizzing.as_json if form == "json" else quizzing.as_markdown
        outputs.write(output, written(found, seed))
        return
    if output is not None:
        raise SpecError([Problem(None, "--quiz asks on the terminal, and -o is for a file", "--format json -o quiz.json")])
    _Lesson(found, seed, no_color).run()


class _Lesson:
    """Questions asked one after the other."""

    def __init__(self, questions: "Sequence[Question]", seed: int, no_color: bool) -> None:
        self.questions, self.seed = questions, seed
        self.no_color = no_color
        self.right = self.answered = 0

    def run(self) -> None:
        """Ask all of them, or as many as there are answers to."""
        from costmodel.reports import quizzing

        code = 0
        self.show(lambda room: quizzing.heading(self.seed, len(self.questions), room))
        try:
            for number, question in enumerate(self.questions, 1):
                self.show(partial(quizzing.asked, question, number))
                if not self.answer(question):
                    break
        except KeyboardInterrupt:
            code = 130
        self.show(lambda _: quizzing.score(self.right, self.answered, len(self.questions)))
        if code:
            raise typer.Exit(code)

    def answer(self, question: "Question") -> bool:
        """Read one answer, again where it is no number, and tell what it is worth; false where there are no more."""
        from costmodel.quiz import Verdict, read
        from costmodel.reports import quizzing

        while True:
            line = _line()
            if line is None or line.strip().lower() in ("q", "quit"):
                return False
            given = line.strip()
            if not given:
                verdict = Verdict(False, "")
                break
            try:
                verdict = question.judged(read(given))
            except ValueError as error:
                print(f"{error}; a fraction is 1/9, a part 12.5 %", file=sys.stderr)
                continue
            break
        self.answered += 1
        self.right += verdict.is_right
        self.show(lambda room: quizzing.told(question, verdict, given or "no answer", room))
        return True

    def show(self, screen: "Callable[[int], Screen]") -> None:
        """Write a part of the page, at once."""
        outputs.write_table(None, screen, self.no_color)
        sys.stdout.flush()


def _line() -> str | None:
    """A line of standard input, asked for where somebody types; none at its end."""
    if sys.stdin.isatty():
        print(f"\n{_ASK}", end="", file=sys.stderr, flush=True)
    line = sys.stdin.readline()
    return line or None
