"""A network with some of its numbers left open, so that many values of them are tried in one walk."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.evaluate import evaluate
from costmodel.graph import build
from costmodel.holes import Holes, Number
from costmodel.judge import Scope, Stop
from costmodel.ledger import Ledger
from costmodel.ops.fields import Kind
from costmodel.problems import Mark, Problems, SpecError
from costmodel.settings import Settings
from costmodel.spec.parse import parse
from costmodel.spec.values import Formula, Value
from costmodel.walk import Walk

MAX_WALKS = 24
"""Walks in which one list of values is tried at most; those that are left then are not tried."""


class _Split(Exception):
    """Points that go different ways: those where `mask` holds, and the others."""

    def __init__(self, mask: Any) -> None:
        super().__init__()
        self.mask = mask


class _Probe(Walk):
    """A walk that stops where its points part, and goes on past those that cannot be built: they are not `sound`."""

    sound: Any = True

    def decide(self, found: Any, text: str, mark: Mark) -> bool | None:
        settled = super().decide(found, text, mark)
        if settled is None and algebra.points_in(found) is not None:
            raise _Split(found)
        return settled

    def times(self, formula: Formula, scope: Scope) -> int:
        found = self.value(formula, scope)
        if algebra.points_in(found) is not None and algebra.single(found, {}) is None:
            raise _Split(algebra.equal(found, algebra.listed(found, 1)[0]))
        return super().times(formula, scope)

    def fit(self, name: str, kind: Kind, value: Value, scope: Scope, doubtful: bool = False) -> tuple[Any, bool]:
        try:
            return super().fit(name, kind, value, scope, doubtful)
        except Stop:
            if algebra.decide(self.sound) is None:
                raise _Split(self.sound) from None
            raise

    def rest_on(self, truth: Any, text: str, mark: Mark | None) -> bool:
        if algebra.decide(truth) is None:
            self.sound = algebra.both(self.sound, truth)
            return True
        return super().rest_on(truth, text, mark)


class Probed(NamedTuple):
    """A ledger of values that were tried, by their places in the list; those that cannot be built are not `sound`."""

    places: list[int]
    ledger: Ledger
    sound: list[bool]


class Open:
    """A spec whose whole numbers can be tried at other values, all else as its settings say.

    Raises `SpecError` as the spec itself would.
    """

    def __init__(self, text: str, file: str, given: Mapping[str, Any], variant: str | None, batch: int) -> None:
        self.given, self.variant, self.batch = given, variant, batch
        problems = Problems()
        self.network = parse(text, file, problems)
        problems.check()
        self.numbers = Holes(self.network).numbers
        self.graph = build(self.network, problems)
        problems.check()
        self.choosers = {number.case[0] for number in self.numbers if number.case}

    def ledger(self, walk: Walk | None = None) -> Ledger:
        """The ledger for the values that the numbers have now."""
        return evaluate(self.graph, self._settings(), self.batch, walk=walk)

    def _settings(self) -> dict[str, Any]:
        problems = Problems()
        settings = Settings(self.network, problems).resolve(self.given, self.variant)
        problems.check()
        return settings

    def tried(self, values: Mapping[Number, Sequence[int]]) -> Iterator[Probed]:
        """The ledgers of values that are tried together, place by place; each number is as written again afterwards."""
        waiting, walks = self._alike(values), 0
        while waiting and walks < MAX_WALKS:
            places, walks = waiting.pop(), walks + 1
            for number, tried in values.items():
                number.open(algebra.points([tried[place] for place in places]))
            walk = _Probe({}, Problems())
            try:
                ledger = self.ledger(walk)
                yield Probed(places, ledger, algebra.truths(walk.sound, len(places)) or [])
            except _Split as split:
                parts: dict[bool, list[int]] = {True: [], False: []}
                for place, way in zip(places, algebra.truths(split.mask, len(places)) or (), strict=True):
                    parts[way].append(place)
                waiting += [part for part in parts.values() if part]
            except SpecError:
                half = len(places) // 2 if walk.lines else 0  # the settings alone are the same for all of them
                waiting += [part for part in (places[:half], places[half:]) if half]
        for number in values:
            number.open(number.value)

    def _alike(self, values: Mapping[Number, Sequence[int]]) -> list[list[int]]:
        """The places, those together that choose the same: a parameter's default is worked out before any walk."""
        deciding = [tried for number, tried in values.items() if number.label in self.choosers]
        found: dict[tuple[int, ...], list[int]] = {}
        for place in range(len(next(iter(values.values())))):
            found.setdefault(tuple([tried[place] for tried in deciding]), []).append(place)
        return [*found.values()]
