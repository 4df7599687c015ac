"""Findings as a spec wants them seen: alike ones as one, cheap ones summed, known ones apart with their reasons."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from costmodel.bounds import Size
from costmodel.guidelines import Finding, Layer, findings, layers
from costmodel.layers import labels, under
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.problems import Problem, SpecError, did_you_mean, one_of
from costmodel.spec.checking import GUIDELINES, Check, Suppression
from costmodel.traffic import Traffic

THRESHOLD = Fraction(1, 1000)
"""The part of a network's memory access from which on a finding is listed, unless its spec says otherwise."""


class Entry(NamedTuple):
    """Findings of one price that are alike: of one guideline, at one place of the spec."""

    findings: list[Finding]
    suppression: Suppression | None = None

    @property
    def first(self) -> Finding:
        """One of them."""
        return self.findings[0]

    @property
    def times(self) -> int:
        """How many they are."""
        return len(self.findings)

    @property
    def price(self) -> Size:
        """What they cost together, in elements of memory access."""
        return self.times * self.first.price


class Review(NamedTuple):
    """A network's findings: those that are listed, the most expensive first, those below their threshold, those accepted.

    `guidelines` are those that were asked for; `access` is the network's memory access under the traffic model; `warnings`
    are of suppressions that suppress nothing.
    """

    ledger: Ledger
    traffic: Traffic
    guidelines: tuple[str, ...]
    access: Size
    listed: list[Entry]
    below: list[Entry]
    suppressed: list[Entry]
    given: list[Layer]
    """The layers that are above their bounds, and are no findings: their widths are given, or their kernels are larger."""
    warnings: list[Problem]

    def share(self, price: Size) -> Fraction:
        """A price as a part of the network's access; none of no access."""
        return Fraction(price) / self.access if self.access else Fraction(0)

    def of(self, guideline: str) -> list[Entry]:
        """What is listed of a guideline."""
        return [entry for entry in self.listed if entry.first.guideline == guideline]


def review(ledger: Ledger, check: Check, traffic: Traffic, only: Sequence[str] = GUIDELINES) -> Review:
    """The findings of a network by what its spec says of them. Raises `SpecError` for parts that are not there."""
    access = ledger.moved(None, traffic).access
    accepted = _accepted(ledger, check)
    entries: dict[Any, Entry] = {}
    for found in findings(ledger, traffic):
        if found.guideline in only:
            one = next((one for one, lines in accepted if _covers(one, lines, found)), None)
            entries.setdefault((_likeness(found), one), Entry([], one)).findings.append(found)
    ordered = sorted(entries.values(), key=lambda entry: (-entry.price, entry.first.guideline))
    least = {name: check.thresholds.get(name, THRESHOLD) * access for name in GUIDELINES}
    free = [entry for entry in ordered if entry.suppression is None]
    used = {entry.suppression for entry in ordered}
    idle = [one for one, _ in accepted if one not in used and one.guideline in only]
    loose = [one for one in layers(ledger) if not one.bound.is_tight and (one.pinned or one.bound.taps > 1)]
    return Review(
        ledger,
        traffic,
        tuple(name for name in GUIDELINES if name in only),
        access,
        [entry for entry in free if entry.price >= least[entry.first.guideline]],
        [entry for entry in free if entry.price < least[entry.first.guideline]],
        [entry for entry in ordered if entry.suppression is not None],
        loose if "G1" in only else [],
        [Problem(one.mark, f"this suppression of {one.guideline} suppresses nothing") for one in idle],
    )


def _likeness(found: Finding) -> Any:
    """What findings must share to be one entry: what they say, and where the spec says it."""
    shape = [str(tensor) for line in found.lines for tensor in (*line.inputs, line.output)]
    return found.guideline, found.op, found.mark, found.price, tuple(shape), tuple(line.op for line in found.lines)


def _accepted(ledger: Ledger, check: Check) -> list[tuple[Suppression, set[Line] | None]]:
    """Each suppression with the lines that it is of; None where it is of all."""
    problems, found = list[Problem](), list[tuple[Suppression, set[Line] | None]]()
    for one in check.suppress:
        lines = None if one.part is None else set(under(ledger.lines, one.part))
        if lines is not None and not lines:
            assert one.part is not None
            names = labels(ledger.lines)
            message = f"nothing in {ledger.name} is called '{one.part}' at these settings"
            problems.append(Problem(one.part.mark, message, did_you_mean(one.part, names, f"there are {one_of(names)}")))
        found.append((one, lines))
    if problems:
        raise SpecError(problems)
    return found


def _covers(one: Suppression, lines: set[Line] | None, found: Finding) -> bool:
    """Whether a finding is accepted: all that it is of stands in the part."""
    return one.guideline == found.guideline and (lines is None or lines.issuperset(found.lines))
