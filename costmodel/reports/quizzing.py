"""Questions and what became of the answers, on a screen, in Markdown and in JSON."""

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from costmodel.quiz import TOLERANCE, Question, Verdict
from costmodel.reports import explaining
from costmodel.reports.layout import Screen, text, wrapped
from costmodel.reports.markdown import escaped
from costmodel.reports.steps import screen as laid_out
from costmodel.reports.words import count

PERCENT = f"{float(100 * TOLERANCE):g} %"


def heading(seed: int, number: int, room: int) -> Screen:
    """What is asked, and how to be asked the same again."""
    questions = "1 question" if number == 1 else f"{number} questions"
    words = f"{questions}, --seed {seed}; answers such as 300M, 7,949,760, 7.95e6, 1/9, × 0.12; right within {PERCENT}"
    return [text(line, "dim") for line in wrapped(words, room)]


def asked(question: Question, number: int, room: int) -> Screen:
    """One question."""
    exactly = " (a whole number)" if question.is_exact else ""
    words = wrapped(f"{number}. {question.text} [{question.unit}{exactly}]", room)
    return [[], *(text(line, "head") for line in words)]


def told(question: Question, verdict: Verdict, given: str, room: int) -> Screen:
    """Whether it was right, which mistake it was, and the working."""
    right = f"right: {said(question)}" if verdict.is_right else f"wrong: {given} is not {said(question)}"
    lines: Screen = [text(line, "good" if verdict.is_right else "bad") for line in wrapped(right, room)]
    if verdict.mistake:
        lines += [text(line) for line in wrapped(f"likely: {verdict.mistake}", room)]
    return [*lines, [], *laid_out([section for shown in question.shown for section in explaining.piece(*shown)], room)]


def score(right: int, answered: int, number: int) -> Screen:
    """How many were right."""
    rest = f", {number - answered} not answered" if answered < number else ""
    return [[], text(f"score: {right} of {answered} right{rest}", "strong")]


def said(question: Question) -> str:
    """The right answer."""
    value = question.answer
    number = count(value.numerator) if value.denominator == 1 else decimals(value)
    return f"× {number}" if question.unit == "×" else f"{number} {question.unit}"


def decimals(value: Fraction) -> str:
    """A fraction with as many digits as tell it from its neighbours; below 1 four that count."""
    return f"{float(value):,.2f}" if value >= 10 else f"{float(value):.4g}"


def as_json(questions: Sequence[Question], seed: int) -> str:
    """The questions with their answers and the mistakes that are known, for teachers."""
    found = {"schema": 1, "seed": seed, "tolerance": str(TOLERANCE), "questions": [_plain(one) for one in questions]}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _plain(question: Question) -> dict[str, Any]:
    steps = [step for shown in question.shown for section in explaining.piece(*shown) for step in section.steps]
    return {
        "about": question.about,
        "question": question.text,
        "unit": question.unit,
        "answer": str(question.answer),
        "exact": question.is_exact,
        "mistakes": [{"answer": str(one.value), "mistake": one.words} for one in question.mistakes],
        "working": [
            {"figure": one.name, "formula": one.said or None, "with_numbers": one.substituted or None, "value": one.result}
            for one in steps
        ],
    }


def as_markdown(questions: Sequence[Question], seed: int) -> str:
    """The questions, and below them the answers."""
    asked_ = "\n".join(f"{n}. {escaped(q.text)}" for n, q in enumerate(questions, 1))
    answers = "\n".join(f"{n}. {escaped(said(q))}" for n, q in enumerate(questions, 1))
    return f"## Questions\n\n`--seed {seed}`; right within {PERCENT}\n\n{asked_}\n\n## Answers\n\n{answers}\n"
