"""What `check` says of one network: its findings with their prices, the most expensive first, and what stands behind them."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from costmodel.bounds import Size
from costmodel.dtypes import Dtypes
from costmodel.fragments import Fragments
from costmodel.guidelines import SENTENCES
from costmodel.reports import behind, budgeting, facts, rewrites
from costmodel.reports.layout import Cell, Column, Screen, enumerated, note, table, text, width_of
from costmodel.reports.remarks import Remark
from costmodel.reports.rewrites import Suggested
from costmodel.reports.words import LOWER, count, setting, share, size, uncounted
from costmodel.reviewing import THRESHOLD, Entry, Review
from costmodel.traffic import CONV, UNFUSED
from costmodel.verdict import Verdict

RULE = "ShuffleNetV2's guidelines (arXiv:1807.11164, section 2), each finding with its price in memory access"


ROWS = 20
"""Rows that a table shows unless it is told how many."""


class Checked(NamedTuple):
    """A network's findings as they are shown: data types for bytes, how many rows, the rewrites where they were sought.

    `verdicts` are of the budgets that it is held against.
    """

    review: Review
    dtypes: Dtypes
    top: int | None = None
    suggested: Suggested | None = None
    verdicts: Sequence[Verdict] = ()


COLUMNS = (
    Column("", left=True),
    Column("layer", left=True),
    Column(""),
    Column("line"),
    Column("fact", left=True),
    Column("elements"),
    Column("bytes"),
    Column("%"),
)


def screen(checked: Checked, room: int) -> Screen:
    """The findings, the sums by guideline, what stands behind G3 and G4, the notes, and the rewrites."""
    review = checked.review
    heading, rows = table(COLUMNS, [[cells(checked, entry) for entry in shown(checked)]], room)
    body = [*heading, *rows] if rows else [text("no finding above its threshold", "good")]
    sums = [line for part in table(SUMS, [[*sum_rows(checked)]], room) for line in part]
    return [
        text(title(checked), "head"),
        *enumerated(settings(checked), room),
        *enumerated([RULE, f"access: {review.traffic.said} ({review.traffic.spelled})"], room, "dim"),
        [],
        *([*budgeting.screen(checked.verdicts, room), []] if checked.verdicts else []),
        *body,
        text("─" * min(max(width_of(body), width_of(sums)), room), "dim"),
        *sums,
        [],
        *behind.screen(review, shown(checked), room),
        *(line for label, words in notes(checked) for line in note(label, words, room)),
        *([] if checked.suggested is None else [[], *rewrites.screen(checked.suggested, room)]),
    ]


def title(checked: Checked) -> str:
    """The network and where it is from."""
    ledger = checked.review.ledger
    return " · ".join(part for part in (ledger.name, ledger.source) if part)


def settings(checked: Checked) -> list[str]:
    """What it was evaluated with, and what access is measured against."""
    ledger = checked.review.ledger
    least = LOWER if ledger.unknown else ""
    return [
        *(setting(name, value) for name, value in ledger.settings.items()),
        f"batch {count(ledger.batch)}",
        str(checked.dtypes),
        f"memory access {least}{count(checked.review.access)} elements",
    ]


def shown(checked: Checked) -> list[Entry]:
    """The findings that are listed, cut where that is asked for."""
    return checked.review.listed[: checked.top or ROWS]


def cells(checked: Checked, entry: Entry) -> list[Cell]:
    """One row of findings."""
    first, review = entry.first, checked.review
    return [
        Cell(first.guideline, "strong"),
        Cell(facts.where(entry.first)),
        Cell(f"{entry.times} ×" if entry.times > 1 else "", "dim"),
        Cell(f"{first.mark.line}", "dim"),
        Cell(facts.fact(first)),
        Cell(amount(entry.price)),
        Cell(size(in_bytes(checked, entry.price)), "dim"),
        Cell(share(entry.price, review.access), "strong"),
    ]


def amount(price: Size) -> str:
    """Elements, rounded to whole ones."""
    return count(round(price))


def in_bytes(checked: Checked, price: Size) -> Fraction:
    """The bytes of a price: of feature maps, for weights are as many either way."""
    return Fraction(checked.dtypes.bytes(weights=0, activations=price))


SUMS = (
    Column("", left=True),
    Column("guideline", left=True, yields=7),
    Column("findings"),
    Column("elements"),
    Column("%"),
    Column("below"),
    Column("elements"),
    Column("accepted"),
    Column("elements"),
)
"""The columns of the sums: what is listed, what is below its threshold, what the spec accepts."""


def sum_rows(checked: Checked) -> Iterator[list[Cell]]:
    """The sums by guideline; every finding is in one of them."""
    review = checked.review
    for name in review.guidelines:
        parts = [[e for e in part if e.first.guideline == name] for part in (review.listed, review.below, review.suppressed)]
        price = total(parts[0])
        figures = [[_number(part), amount(total(part)) if part else "–"] for part in parts]
        listed, below, accepted = figures
        cells_ = [*listed, share(price, review.access), *below, *accepted]
        yield [Cell(name, "strong"), Cell(SENTENCES[name], "dim"), *map(Cell, cells_)]


def _number(part: Sequence[Entry]) -> str:
    return count(sum(entry.times for entry in part)) if part else "–"


def total(entries: Iterable[Entry]) -> Size:
    """The sum of prices."""
    return sum((entry.price for entry in entries), Fraction())


def notes(checked: Checked) -> Iterator[tuple[str, str]]:
    """What stands behind the findings, and what they leave out, each with its label."""
    review = checked.review
    ledger = review.ledger
    hidden = review.listed[len(shown(checked)) :]
    if hidden:
        rest = f"{len(hidden)} more rows, which cost {share(total(hidden), review.access)} %"
        yield "not shown", f"{rest}: --top {len(review.listed)}"
    for name in ("G1", "G4"):
        if entries := review.of(name):
            yield f"dearest {name}", f"{facts.where(entries[0].first)}: {facts.remedy(entries[0].first)}"
    if "G4" in review.guidelines:
        yield "G4", G4
    if "G3" in review.guidelines and not review.traffic.counted:
        network = Fragments(ledger, review.traffic).network
        for merge in network.merges[:_FEW]:
            yield "mergeable", f"{merge.lines[0].path} and {len(merge.lines) - 1} more: {facts.merging(merge)}"
        if len(network.merges) > _FEW:
            others = network.merges[_FEW:]
            yield "mergeable", f"and {len(others)} sets more: {count(sum(merge.saved for merge in others))} less"
    yield from _given(review)
    yield "threshold", f"a finding is listed from {float(100 * THRESHOLD):g} % of the access on, or as the spec's `check` says"
    for entry in review.suppressed:
        assert entry.suppression is not None
        price = f"{amount(entry.price)} elements, {share(entry.price, review.access)} %"
        yield "accepted", f"{entry.first.guideline} {facts.where(entry.first)}: {price}; {entry.suppression.reason}"
    yield (
        "prices",
        PRICES if review.traffic != CONV else f"{PRICES}; under {CONV.name} ops that G3 and G4 are about do not move",
    )
    if ledger.unknown:
        yield "not counted", uncounted(ledger.uncounted)


_FEW = 3
G4 = (
    "as the paper counts, it takes in depthwise convolutions and biases, which are added "
    "inside their layer, so that only their values move"
)
"""What the table of element-wise shares counts."""
PRICES = (
    "G4 is what fusing saves, G3 what running a unit as one kernel saves beyond that, so that these add up; G1 and G2 are of "
    "layers, each as if alone, and part of it may be saved by G3, too"
)
"""Which prices may be added."""
NOT_MOVED = (
    f"{CONV.name} counts convolutions and FC layers alone, so that G3 and G4 have no price; --traffic {UNFUSED.name} has"
)


def _given(review: Review) -> Iterator[tuple[str, str]]:
    """The gaps of layers whose widths nobody is free to choose, and of larger kernels."""
    pinned: dict[str, Fraction] = {}
    for layer in review.given:
        reason = layer.pinned or "free, k > 1"
        pinned[reason] = pinned.get(reason, Fraction(0)) + layer.bound.gap
    if pinned:
        said = ", ".join(f"{reason} {amount(gap)}" for reason, gap in pinned.items())
        yield "not in G1", f"gaps in elements of widths that are given, and of larger kernels: {said}"


def remarks(review: Review, fail_on: Iterable[str]) -> list[Remark]:
    """Every finding that is listed as a remark on its line: an error where its guideline fails the check."""
    found = []
    for entry in review.listed:
        first, times = entry.first, f" ({entry.times} ×)" if entry.times > 1 else ""
        price = f"{amount(entry.price)} elements, {share(entry.price, review.access)} % of memory access"
        words = f"{facts.where(entry.first)}{times}: {facts.fact(first)}; {price}; {facts.remedy(first)}"
        found.append(Remark("error" if first.guideline in fail_on else "warning", first.guideline, words, first.mark))
    return found


def is_failing(review: Review, fail_on: Iterable[str]) -> bool:
    """Whether a guideline of these has a finding that is listed."""
    return any(review.of(name) for name in fail_on)
