"""Rewrites: other numbers in one part of a spec, at equal mult-adds, that lower what a guideline costs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import combinations, islice, product
from math import prod
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.holes import PARAMETERS, Number
from costmodel.ledger import Ledger, Totals
from costmodel.library import loads
from costmodel.probing import Open, Probed
from costmodel.problems import SpecError
from costmodel.shapes import Shapes
from costmodel.traffic import Traffic

WITHIN = (Fraction(1, 200), Fraction(1, 100))
"""How far the network's mult-adds may be off, for widths are whole and go in steps; the second where the first finds none."""
REACH = 2
"""Each number is tried from so small a part of what it is to so many times it; groups from 1 on."""
_TRIED = 1_200_000
"""Lines that are evaluated for one set of numbers: so many values are tried, times the lines of the network."""
_VERIFIED = 12
"""The best of those tried that are built in full before a part is given up."""
_MOST = 8
"""Numbers of a part that are tried two by two."""
_TOGETHER = 6
"""Numbers up to which they are tried three by three, too: an inception's branches keep their sum that way."""
LEAST = Fraction(1, 100)
"""The part of what a guideline costs that a rewrite saves at least: what saves less is a narrower network, and no remedy."""

Prices = Callable[[Ledger], Mapping[str, Any]]
"""What each guideline costs a network."""


class Change(NamedTuple):
    """A number of a spec, and what it becomes."""

    number: Number
    to: int


class Rewrite(NamedTuple):
    """A spec with other numbers in one part, evaluated: the totals before and after, and what a guideline costs.

    `keeps` says whether what the units that change take and give stays as it was; `text` is the whole spec.
    """

    guideline: str
    part: str
    changes: tuple[Change, ...]
    before: Totals
    after: Totals
    cost: tuple[Any, Any]
    keeps: bool
    text: str

    @property
    def saved(self) -> Any:
        """Elements of the network's access that it saves."""
        return self.before.access - self.after.access


class _Candidate(NamedTuple):
    """Changes at equal mult-adds that lower access: what they save, and how far off the mult-adds are."""

    saved: Any
    off: Fraction
    changes: tuple[Change, ...]
    keeps: bool


class Part(NamedTuple):
    """A part of a spec whose numbers set widths or groups, and the lines whose they set."""

    name: str
    numbers: list[Number]
    lines: frozenset[int]


class Answer(NamedTuple):
    """What the search found of a part: its rewrites, and whether it has numbers that make up for one another at all."""

    part: Part
    rewrites: list[Rewrite]
    has_pairs: bool


class Found(NamedTuple):
    """The answers for some lines, how many parts that set their widths were not searched, and the lines that none sets."""

    answers: list[Answer]
    left: int
    orphans: list[int]


class Rewriting:
    """The search for rewrites of one spec at its settings."""

    def __init__(
        self, text: str, file: str, given: Mapping[str, Any], variant: str | None, batch: int, traffic: Traffic, prices: Prices
    ) -> None:
        self.text, self.file, self.prices, self.traffic = text, file, prices, traffic
        self.open = Open(text, file, given, variant, batch)
        self.reference = self.open.ledger()
        self.before = self.reference.sums(None, traffic=traffic)
        self.costs = prices(self.reference)
        self.shapes = Shapes(self.reference)
        self.grouping: set[Number] = set()
        """The numbers that set groups."""

    def parts(self) -> list[Part]:
        """Every part with numbers that set widths or groups of a convolution, and nothing else."""
        found: dict[str, list[tuple[Number, frozenset[int]]]] = {}
        for number in self.open.numbers:
            if lines := self._reached(number):
                found.setdefault(number.part, []).append((number, lines))
        return [
            Part(name, [number for number, _ in reached], frozenset[int]().union(*(lines for _, lines in reached)))
            for name, reached in found.items()
        ]

    def _reached(self, number: Number) -> frozenset[int]:
        """The convolutions whose widths or groups a number sets; none where it sets more than these."""
        for value in (2 * number.value, _less(number.value)):
            number.open(value)
            try:
                ledger = self.open.ledger()
            except SpecError:
                continue
            finally:
                number.open(number.value)
            if self.shapes.allowed(ledger, 1) == [True]:
                widths, groups = self.shapes.touched(ledger)
                if groups:
                    self.grouping.add(number)
                return frozenset(widths | groups)
        return frozenset()

    def answers(self, wanted: Sequence[int], most: int) -> Found:
        """The parts that set the widths of some lines, the first of these first; so many are searched at `most`.

        Of the parts that set a line's widths the one that sets the fewest comes first.
        """
        parts = sorted(self.parts(), key=lambda part: len(part.lines))
        ordered = list(dict.fromkeys(at for line in wanted for at, part in enumerate(parts) if line in part.lines))
        shared = [number for part in parts if part.name == PARAMETERS for number in part.numbers]
        orphans = [line for line in dict.fromkeys(wanted) if not any(line in part.lines for part in parts)]
        found, searched = list[Answer](), 0
        for at in ordered:
            sets = self._sets(parts[at].numbers, shared)
            searched += bool(sets)
            if searched > most:
                break
            found.append(Answer(parts[at], self._rewrites(parts[at], sets), bool(sets)))
        return Found(found, len(ordered) - len(found), orphans)

    def _rewrites(self, part: Part, sets: list[tuple[Number, ...]]) -> list[Rewrite]:
        """The best rewrites of a part: round widths before any, and nearly equal mult-adds before those farther off.

        For each guideline there is one at most that keeps the shapes of its units, and one at most that does not.
        """
        found: dict[tuple[str, bool], Rewrite] = {}
        for is_round in (True, False):
            candidates = sorted(self._candidates(sets, is_round), key=_order)
            for keeps, within in product((True, False), WITHIN):
                left = {guideline for guideline, cost in self.costs.items() if cost and (guideline, keeps) not in found}
                fitting = (one for one in candidates if one.keeps is keeps and one.off <= within)
                for one in islice(fitting, _VERIFIED if left else 0):
                    for guideline in sorted(left & self._cheapened(one.changes)):
                        if rewrite := self._verified(guideline, part.name, one):
                            left.discard(guideline)
                            found[guideline, keeps] = rewrite
                    if not left:
                        break
            if found:
                break
        return [*found.values()]

    def _sets(self, numbers: list[Number], shared: list[Number]) -> list[tuple[Number, ...]]:
        """The numbers that are changed together, two or three; none where nothing makes up for one that changes alone."""
        own = numbers[:_MOST]
        sets: list[tuple[Number, ...]] = [*combinations(own, 2)]
        if len(own) <= _TOGETHER and numbers[0].part != PARAMETERS:
            sets += combinations(own, 3)
        sets += [(number, case) for number in own for case in self._cases(number)]
        if numbers[0].goes_with_parameters:
            sets += product(own, shared[:_MOST])
        return sets

    def _candidates(self, sets: list[tuple[Number, ...]], is_round: bool) -> Iterator[_Candidate]:
        """Values of numbers at equal mult-adds and lower access."""
        for chosen in sets:
            grids = self._grids(chosen, is_round)
            rows = [row for row in product(*grids) if row != tuple(number.value for number in chosen)]
            tried = dict(zip(chosen, zip(*rows, strict=True), strict=True))
            for probed in self.open.tried(tried):
                for place, saved, off, keeps in self._cheaper(probed):
                    pairs = zip(chosen, rows[probed.places[place]], strict=True)
                    changes = tuple(Change(number, to) for number, to in pairs if to != number.value)
                    if len(changes) > 1:
                        yield _Candidate(saved, off, changes, keeps)

    def _cases(self, number: Number) -> list[Number]:
        """The numbers that a parameter would choose at another value, as ShuffleNet's widths by its groups."""
        return [other for other in self.open.numbers if other.case and other.case[0] == number.label and number.alone]

    def _grids(self, chosen: tuple[Number, ...], is_round: bool) -> list[list[int]]:
        """The values of each number that are tried, its own among them; widths make up for fewer groups."""
        groups = [number for number in chosen if number in self.grouping]
        reach = REACH * max([number.value for number in groups], default=1)
        grids = {number: [to for to in range(1, REACH * number.value + 1) if _is_near(to, number.value)] for number in groups}
        left = _TRIED // len(self.reference.lines) // prod(map(len, grids.values()))
        most = max(int(left ** (1 / max(len(chosen) - len(groups), 1))), 4)
        for number in chosen:
            if number not in grids:
                step = _step(number.value) if is_round else 1
                sizes = range(max(number.value // REACH, 1), reach * number.value + 1)
                grid = [size for size in sizes if size % step == 0 or size == number.value]
                while len(grid) > most:
                    grid = [size for at, size in enumerate(grid) if at % 2 == 0 or size == number.value]
                grids[number] = grid
        return [grids[number] for number in chosen]

    def _cheaper(self, probed: Probed) -> Iterator[tuple[int, Any, Fraction, bool]]:
        """The places of equal mult-adds and lower access: what they save beyond what fewer mult-adds would, and how far off."""
        ledger, count = probed.ledger, len(probed.places)
        at, was = self.before.mult_adds, self.before.access
        mult_adds = algebra.listed(ledger.operations(), count)
        near = {place for place in range(count) if probed.sound[place] and abs(mult_adds[place] - at) <= WITHIN[-1] * at}
        if not near or not any(allowed := self.shapes.allowed(ledger, count)):
            return
        access, keeps = algebra.listed(ledger.moved(None, self.traffic).access, count), self.shapes.kept(ledger, count)
        for place in sorted(near):
            saved = was * min(Fraction(mult_adds[place], at), 1) - access[place]
            if allowed[place] and saved > 0:
                yield place, saved, abs(Fraction(mult_adds[place], at) - 1), keeps[place]

    def _cheapened(self, changes: tuple[Change, ...]) -> set[str]:
        """The guidelines that cost less after these changes."""
        for number, to in changes:
            number.open(to)
        costs = self.prices(self.open.ledger())
        for number, _ in changes:
            number.open(number.value)
        return {guideline for guideline, cost in costs.items() if cost <= (1 - LEAST) * self.costs[guideline]}

    def _verified(self, guideline: str, name: str, one: _Candidate) -> Rewrite | None:
        """The spec with these changes, read and evaluated anew."""
        text = applied(self.text, one.changes)
        ledger = loads(text, self.file).cost(self.open.given, self.open.variant, self.open.batch)
        after, cost = ledger.sums(None, traffic=self.traffic), (self.costs[guideline], self.prices(ledger)[guideline])
        found = Rewrite(guideline, name, one.changes, self.before, after, cost, one.keeps, text)
        return found if found.saved > 0 and cost[1] < cost[0] else None


def applied(text: str, changes: Sequence[Change]) -> str:
    """The text of a spec with other numbers in it."""
    lines = text.splitlines(keepends=True)
    for number, to in sorted(changes, key=lambda change: change.number.mark[1:3], reverse=True):
        row, column = number.mark.line - 1, number.mark.col - 1
        old = str(number.value)
        assert lines[row][column:].startswith(old), "a number stands where its mark is"
        lines[row] = lines[row][:column] + str(to) + lines[row][column + len(old) :]
    return "".join(lines)


def _order(one: _Candidate) -> Any:
    return -one.saved, [change.to for change in one.changes]


def _less(value: int) -> int:
    """A smaller number that divides what the number does; of 1 and what is no smaller a larger one."""
    return value // 2 if value > 3 else 1 if value > 1 else 3


def _is_near(to: int, groups: int) -> bool:
    """Whether groups are tried: few, and what divides those that are there or is divided by them."""
    return to <= 4 or groups % to == 0 or to % groups == 0


def _step(value: int) -> int:
    """What widths like a number go in: the largest of 8, 4 and 2 that divides it and is small beside it, else 1."""
    return next((step for step in (8, 4, 2) if value % step == 0 and value >= 4 * step), 1)
