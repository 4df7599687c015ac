"""Questions on the units of papers, with fresh numbers for their letters."""

import random
from collections.abc import Mapping, Sequence
from fractions import Fraction

from costmodel.explaining import Explainer
from costmodel.problems import SpecError
from costmodel.quiz import Mistake, Question, Shown, Subject, told_apart
from costmodel.replacing import is_depthwise
from costmodel.units import lettered
from costmodel.working import Working

_SIDES = (7, 14, 28, 56)


def _numbers(names: Sequence[str], rng: random.Random) -> dict[str, int]:
    """Numbers for the parameters of units, by their letters."""
    side, groups = rng.choice(_SIDES), rng.choice((2, 3, 4))
    narrow = rng.choice((24, 36, 48, 60, 72))
    usual = {"h": side, "w": side, "D_F": side, "D_K": 3, "g": groups, "G": groups, "C": groups, "k": 3, "m": narrow}
    return {name: usual.get(name) or (narrow * 4 if name in ("c", "N") else rng.choice((24, 48, 96, 144))) for name in names}


def _built(subject: Subject, numbers: Mapping[str, int]) -> Explainer | None:
    """The unit with numbers; what the user has set stays. None where it cannot be built so."""
    params = subject.spec.network.params
    chosen = {**{name: number for name, number in numbers.items() if name in params}, **subject.given}
    try:
        letters = lettered(subject.spec, chosen, subject.variant)
    except SpecError:
        return None
    return None if letters.missing else Explainer(letters.ledger, subject.explainer.traffic, letters=letters)


def _free(subject: Subject) -> list[str]:
    return [str(name) for name, default in subject.spec.network.params.items() if default is None]


def unit(subject: Subject, rng: random.Random) -> Question | None:
    """The mult-adds of a unit; none where the numbers that were drawn build none."""
    numbers = _numbers(_free(subject), rng)
    explainer = _built(subject, numbers)
    if explainer is None:
        return None
    working = explainer.whole()
    answer = Fraction(working.figures["mult_adds"].value or 0)
    said = _said(working)
    text = f"{working.path} ({subject.spec.network.source}) with {said}. How many mult-adds does it take?"
    wrong = [Mistake(2 * answer, "2 are counted for each multiply-add: papers' mult-adds count one")]
    for name, words in (("g", "the groups are forgotten"), ("G", "the groups are forgotten")):
        if numbers.get(name, 1) > 1 and (other := _built(subject, {**numbers, name: 1})):
            wrong.append(Mistake(Fraction(other.ledger.totals.mult_adds), words))
    without = sum(line.cost.fma for line in explainer.ledger.lines if not is_depthwise(line))
    wrong += [Mistake(Fraction(without), "the depthwise convolution is left out")]
    largest = max((line.cost.fma for line in explainer.ledger.lines), default=0)
    wrong += [
        Mistake(Fraction(largest), "this is one of its layers alone"),
        Mistake(Fraction(working.figures["params"].value or 0), "these are the parameters"),
    ]
    return Question("unit", text, answer, "mult-adds", told_apart(wrong, answer), (Shown("figures", explainer, working),))


def _said(working: Working) -> str:
    return ", ".join(f"{symbol.name} = {number}" for symbol, number in working.numbers.items())


def compared(first: Subject, second: Subject, rng: random.Random) -> Question | None:
    """The ratio of the mult-adds of two units; none where the numbers that were drawn build none."""
    numbers = _numbers([*dict.fromkeys([*_free(first), *_free(second)])], rng)
    one, other = _built(first, numbers), _built(second, numbers)
    if one is None or other is None:
        return None
    mine, theirs = (explainer.ledger.totals.mult_adds for explainer in (one, other))
    if not mine or not theirs:
        return None
    answer, working = Fraction(mine, theirs), one.whole()
    said = ", ".join(dict.fromkeys([*_said(working).split(", "), *_said(other.whole()).split(", ")]))
    text = f"{one.ledger.name} against {other.ledger.name}, both with {said}. What is the ratio of their mult-adds?"
    wrong = [Mistake(1 / answer, "this is the second to the first")]
    if (plain := _built(first, {**numbers, "g": 1})) is not None:
        wrong.append(Mistake(Fraction(plain.ledger.totals.mult_adds, theirs), "the groups of the first are forgotten"))
    if (plain := _built(second, {**numbers, "g": 1})) is not None:
        wrong.append(Mistake(Fraction(mine, plain.ledger.totals.mult_adds), "the groups of the second are forgotten"))
    shown = tuple(Shown("figures", explainer, explainer.whole()) for explainer in (one, other))
    return Question("comparison", text, answer, "×", told_apart(wrong, answer), shown)
