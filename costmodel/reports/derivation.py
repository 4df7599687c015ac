"""How a proof's claims and a layer's numbers in it are spelled, on a screen and in LaTeX.

Every formula is spelled from the expression that was checked, and from nothing else.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel import theorem
from costmodel.bounds import ConvBound
from costmodel.proof import CHECKER, KINDS, Claim, Finding, Step, put_in
from costmodel.reports import notation
from costmodel.reports.bounding import number
from costmodel.reports.words import count

Proof = Sequence[tuple[Step, Sequence[Finding]]]
"""Steps with their checked claims."""

_ORDER = notation.Order(
    factors=("kh", "kw", "k", "g", "hᵢwᵢ", "hₒwₒ", "hw", "c1", "c2", "q", "B", "L"),
    terms=("access", "bound", "L", "hᵢwᵢ", "hₒwₒ", "c1", "hw", "c2", "k", "kh", "kw", "g", "B"),
)
"""Products and sums in the order of the theorem."""
_LETTERS = {"kh": "k_{h}", "kw": "k_{w}", "hᵢwᵢ": "h_{i}w_{i}", "hₒwₒ": "h_{o}w_{o}", "hw": "hw", "c1": "c_{1}", "c2": "c_{2}"}
_SYMBOL = re.compile(rf"\b({'|'.join(_LETTERS)}|[BLgkq])\b")
"""A symbol of the theorem among words."""


@dataclass(frozen=True)
class Spelling:
    """How a place writes a formula, where symbols may have names of their own; numbers; signs and words; a comma."""

    formula: Callable[..., str]
    number: Callable[[str], str]
    signs: Callable[[str], str]
    comma: str

    def __call__(self, value: Any) -> str:
        return self.number(count(int(value))) if value.is_Integer else self.formula(value, {})


def _plain(value: Any, names: Mapping[str, str]) -> str:
    return notation.screen(value, _ORDER, names)


def _latex(value: Any, names: Mapping[str, str]) -> str:
    """In LaTeX; where numbers stand for symbols, a dot stands between them."""
    written = notation.latex(value, _LETTERS | {name: _latex_number(other) for name, other in names.items()}, _ORDER)
    return written.replace(r"\,", r" \cdot ") if names else written


def _latex_number(digits: str) -> str:
    return digits.replace(",", "{,}")


def latex_words(words: str) -> str:
    """A sentence in LaTeX, the symbols in it as formulas."""
    return _SYMBOL.sub(lambda found: f"${_LETTERS.get(found[0], found[0])}$", notation.latex_text(words))


def latex_signs(words: str) -> str:
    r"""`≥ 0 exactly where` in a formula of LaTeX.

    >>> latex_signs("≥ 0 exactly where")
    '\\ge 0\\text{ exactly where }'
    """
    return _WORDS.sub(r"\\text{\1 }", words).replace("≥", r"\ge")


_WORDS = re.compile(r"(,? ?[a-z][a-z ]*[a-z]) ?")
PLAIN = Spelling(_plain, str, str, ", ")
LATEX = Spelling(_latex, _latex_number, latex_signs, r",\; ")


def parts(claim: Claim, spell: Spelling = PLAIN) -> list[str]:
    """A claim in up to four parts: left, `= right`, what it says of the sign, and what is put in."""
    kind = KINDS[claim.kind]
    sign = f"{spell.signs(kind.says)} {f' {kind.joint} '.join(map(spell, claim.exactly))}".strip()
    alike = {value: [name for name, other in claim.at.items() if other == value] for value in claim.at.values()}
    equal = spell.comma.join(" = ".join(map(spell, [*names, value])) for value, names in alike.items())
    comma = "," if claim.exactly and equal else ""
    found = [spell(claim.left), f"= {spell(claim.right)}", f"{sign}{comma}", f"{spell.signs('for')} {equal}" if equal else ""]
    return [part for part in found if part]


def statement(spell: Spelling = PLAIN) -> tuple[str, str]:
    """The theorem in two parts."""
    return f"{spell(theorem.access)} {spell.signs('≥')} {spell(theorem.bound)}", f"= {spell(meanings()[theorem.bound])}"


def meanings() -> dict[Any, Any]:
    """What the theorem's names mean; the first definition of each."""
    return {name: meaning for step in reversed(theorem.STEPS) for name, meaning in step.lets.items()}


def is_proved(proof: Proof) -> bool:
    """Whether every claim holds."""
    return all(found.holds for _, findings in proof for found in findings)


def failure(found: Finding) -> str:
    """Why a claim fails: what is left of left − right; nothing where it holds."""
    if found.holds:
        return ""
    return "(equal, but the sign is not settled)" if found.rest == 0 else f"(left − right = {PLAIN(found.rest)})"


def verdict(proof: Proof) -> str:
    """A sentence on the whole proof."""
    claims = [found for _, findings in proof for found in findings]
    if failed := sum(not found.holds for found in claims):
        return f"✗ not proved: {failed} of {len(claims)} claims {'does' if failed == 1 else 'do'} not hold"
    return f"✓ proved: {len(proof)} steps, {len(claims)} claims, each checked by {CHECKER} as it is printed"


class Figure(NamedTuple):
    """An expression of the theorem for one layer: its formula, where it is a name, then with numbers, and its value."""

    name: str
    formula: str | None
    substituted: str
    value: str

    @property
    def equation(self) -> list[str]:
        """What is equal, each once."""
        return list(dict.fromkeys(part for part in self if part is not None))


def sizes(layer: ConvBound, spell: Spelling = PLAIN) -> str:
    """The layer's sizes: `kh·kw = 1, g = 1, …`."""
    given = {symbol: size for symbol, size in _values(layer).items() if symbol in _SIZES}
    named = {theorem.kh * theorem.kw: layer.taps} | given
    return spell.comma.join(f"{spell(name)} = {spell.number(number(size))}" for name, size in named.items())


_SIZES = (theorem.g, theorem.entering, theorem.leaving, theorem.c1, theorem.c2)


def figures(layer: ConvBound, spell: Spelling = PLAIN) -> list[Figure]:
    """The theorem with the numbers of a layer that is not transposed; factors that are 1 are left out of them."""
    means, values = meanings(), _values(layer)
    ones = {symbol: value for symbol, value in values.items() if value == 1}
    names = {symbol.name: count(value) for symbol, value in values.items()}
    claim = theorem.IN_INTEGERS
    found = [
        (theorem.weights, means[theorem.weights], layer.weights),
        (theorem.B, means[theorem.B], layer.mult_adds),
        (theorem.L, means[theorem.L], layer.maps),
        (theorem.access, means[theorem.access], layer.access),
        (theorem.bound, means[theorem.bound], layer.bound),
        (theorem.access - theorem.bound, theorem.GAP.right, layer.gap),
        *((side, side, _fraction(put_in(side, values))) for side in (claim.left, claim.right)),
    ]
    return [
        Figure(
            spell(name),
            spell(meaning) if meaning is not name else None,
            spell.formula(put_in(meaning, ones), names),
            spell.number(number(value)),
        )
        for name, meaning, value in found
    ]


def _fraction(value: Any) -> Fraction:
    return Fraction(int(value.p), int(value.q))


def _values(layer: ConvBound) -> dict[Any, int | Fraction]:
    """What the theorem's symbols are for a layer; its taps stand on one side of the kernel."""
    return {
        theorem.kh: layer.taps,
        theorem.kw: 1,
        theorem.g: layer.groups,
        theorem.entering: layer.entering,
        theorem.leaving: layer.leaving,
        theorem.c1: layer.c1,
        theorem.c2: layer.c2,
        theorem.weights: layer.weights,
        theorem.B: layer.mult_adds,
        theorem.L: layer.maps,
    }
