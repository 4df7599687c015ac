"""ShuffleNetV2's argument about several networks: what each guideline costs them, and which of its claims come out."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from costmodel.argument import CLAIMS, FIGURES, UNHELD, Held, Network, Verdict, held
from costmodel.reports import budgeting
from costmodel.reports.behind import spelled
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text
from costmodel.reports.words import LOWER, UNKNOWN, count, setting, uncounted
from costmodel.traffic import Traffic
from costmodel.verdict import Verdict as Kept

TITLE = "ShuffleNetV2's argument (arXiv:1807.11164, sections 2 and 3)"
CLAIMED = "What the paper claims, and what the figures say"
MEANT = "a claim comes out under a traffic model where its figures stand in that order; nothing is called high or low by itself"


class Argued(NamedTuple):
    """Networks side by side: under which models, by which guidelines, and each one's verdicts on the budgets."""

    networks: Sequence[Network]
    models: Sequence[Traffic]
    guidelines: Sequence[str]
    budgets: Sequence[Sequence[Kept]]

    @property
    def claims(self) -> list[Held]:
        """The claims about these networks, of the guidelines that are asked for."""
        return held(self.networks, self.models, [claim for claim in CLAIMS if claim.guideline in self.guidelines])

    @property
    def figures(self) -> list[str]:
        """The figures of the guidelines that are asked for."""
        return [name for name in FIGURES if name[:2] in self.guidelines]

    @property
    def columns(self) -> list[str]:
        """Those that hang on the traffic model."""
        return [name for name in self.figures if name != FRAGMENTS]


def screen(argued: Argued, room: int) -> Screen:
    """A table of figures by traffic model, then each claim with where it comes out and where it does not."""
    heading, *bodies = table(columns(argued), [_indented(rows(argued, model)) for model in argued.models], room)
    named = zip(argued.models, bodies, strict=True)
    legend = [(TITLES[name], FIGURES[name]) for name in argued.columns]
    return [
        text(TITLE, "head"),
        *(line for network in argued.networks for line in enumerated(about(argued, network), room)),
        [],
        *heading,
        *(line for model, body in named for line in (text(called(model), "strong"), *body)),
        [],
        *(line for label, words in legend for line in note(label, words, room, "dim")),
        *(line for label, words in notes(argued) for line in note(label, words, room)),
        *_claims(argued, room),
        *(line for one in _budgets(argued, room) for line in one),
    ]


def about(argued: Argued, network: Network) -> list[str]:
    """A network with its settings and what does not hang on a model."""
    ledger, one = network.ledger, network.standings[argued.models[0]]
    fragments = shown(FRAGMENTS, one.figures[FRAGMENTS])
    return [
        network.label,
        *(setting(name, value) for name, value in ledger.settings.items()),
        f"batch {count(ledger.batch)}",
        f"{LOWER if ledger.unknown else ''}{count(ledger.totals.mult_adds)} mult-adds",
        *([f"{fragments} fragments a unit, {one.most} at most"] if "G3" in argued.guidelines else []),
    ]


FRAGMENTS = "G3 fragments"
TITLES = {
    "G1": "G1 %",
    "G2": "G2 %",
    FRAGMENTS: "fragments a unit",
    "G3 kernels": "kernels",
    "G3 path": "path",
    "G3 width": "wide",
    "G4": "G4 %",
    "G4 no dw": "no dw",
    "G4 launches": "G4 k %",
    "G4 launches no dw": "no dw k",
}
"""How a column is headed."""


def columns(argued: Argued) -> list[Column]:
    """The columns of the figures."""
    return [Column("", left=True), Column("access"), *(Column(TITLES[name]) for name in argued.columns)]


def _indented(found: list[list[Cell]]) -> list[list[Cell]]:
    return [[first._replace(text=f"  {first.text}"), *rest] for first, *rest in found]


def rows(argued: Argued, model: Traffic) -> list[list[Cell]]:
    """The networks under a model, a row each."""
    found = []
    for network in argued.networks:
        least = LOWER if network.ledger.unknown else ""
        access = Cell(f"{least}{count(network.standings[model].parts.total)}")
        values = (Cell(shown(name, network.figure(name, model))) for name in argued.columns)
        found.append([Cell(network.label), access, *values])
    return found


def shown(name: str, value: Fraction | None, digits: int = 1) -> str:
    """A figure: whole where it counts, else with decimals."""
    if value is None:
        return UNKNOWN
    return count(value.numerator) if name in _COUNTS else f"{float(value):.{digits}f}"


_COUNTS = ("G3 kernels", "G3 path", "G3 width")


def notes(argued: Argued) -> Iterator[tuple[str, str]]:
    """What is not known."""
    for network in argued.networks:
        if network.ledger.unknown:
            yield "not counted", f"{network.label}: {uncounted(network.ledger.uncounted)}; its figures are not known"


def _claims(argued: Argued, room: int) -> Screen:
    if not argued.claims:
        return []
    lines: Screen = [[], text(CLAIMED, "head"), *enumerated([MEANT], room, "dim")]
    for one in argued.claims:
        lines += [[], *enumerated([sentence(one)], room)]
        lines += [line for label, words, style in said(one) for line in note(label, words, room, style)]
    return [*lines, *([[], *enumerated([UNHELD], room, "dim")] if "G3" in argued.guidelines else [])]


def sentence(one: Held) -> str:
    """A claim: `mobilenetv2 breaks G1 (its units are inverted bottlenecks): G1 %, mobilenetv2 > shufflenetv2`."""
    claim = one.claim
    others = " and ".join(network.label for network in one.against)
    does = "breaks" if claim.breaks else "follows"
    return (
        f"{one.subject.label} {does} {claim.guideline} ({claim.why}): "
        f"{TITLES[claim.figure]}, {one.subject.label} {claim.sign} {others}"
    )


def said(one: Held) -> Iterator[tuple[str, str, str]]:
    """The models under which a claim comes out, and those under which it does not, each with the figures and a style."""
    for answer, label, style in ((True, "comes out", "good"), (False, "does not", "bad"), (None, "not known", "")):
        found = [verdict for verdict in one.verdicts if verdict.comes_out is answer]
        if found:
            where: dict[str, list[str]] = {}
            for verdict in found:
                where.setdefault(figures(one, verdict), []).append(called(verdict.traffic))
            every = len(where) == 1 and len(found) == len(one.verdicts) > 1
            parts = (f"{'under every model' if every else ', '.join(names)} {said}" for said, names in where.items())
            yield label, "; ".join(parts), style


def figures(one: Held, verdict: Verdict) -> str:
    """The figures of a verdict, with as many decimals as tell them apart: `0.5 < 9.9, 10.8`."""
    name, values = one.claim.figure, (verdict.own, *verdict.others)
    digits = next((d for d in (1, 2, 3) if len({shown(name, v, d) for v in values}) == len(set(values))), 4)
    own, *others = (shown(name, value, digits) for value in values)
    sign = one.claim.sign if verdict.comes_out else _NOT[one.claim.sign]
    return f"{own} {sign} {', '.join(others)}"


_NOT = {">": "≯", "<": "≮"}


def called(model: Traffic) -> str:
    """A traffic model in few words: `folded (all views)`."""
    views = spelled(model).strip()
    return model.name if views == model.name else f"{model.name} ({views})"


def _budgets(argued: Argued, room: int) -> Iterator[Screen]:
    for network, verdicts in zip(argued.networks, argued.budgets, strict=True):
        if verdicts:
            yield [[], text(network.label, "head"), *budgeting.screen(verdicts, room)]
