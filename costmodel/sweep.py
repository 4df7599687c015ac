"""The same network at several settings: one evaluation a point, all else held fixed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from costmodel.algebra import Num
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.ledger import Totals
from costmodel.library import Spec
from costmodel.problems import Problems, SpecError
from costmodel.settings import Settings
from costmodel.traffic import CONV, Moves, Traffic


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep: the swept values, all settings, and its totals or the reason why it cannot be built.

    `operations` are in the convention's unit, and `moves` keeps apart what the access is made of. With
    any `uncounted` op, its path and its name, all of them are lower bounds. `multiplying` is what counts beside
    convolutions and FC layers.
    """

    values: dict[str, Any]
    settings: dict[str, Any]
    totals: Totals | None
    reason: str
    operations: Num = 0
    moves: Moves = Moves()  # noqa: RUF009 - a tuple
    uncounted: tuple[tuple[str, str], ...] = ()
    multiplying: tuple[str, ...] = ()


def sweep(
    spec: Spec,
    over: Mapping[str, Sequence[Any]],
    fixed: Mapping[str, Any],
    variant: str | None = None,
    batch: Any = 1,
    convention: Convention = CONVENTIONS["paper"],
    traffic: Traffic = CONV,
) -> Iterator[Point]:
    """Evaluate every combination of the swept values, in order, the last parameter fastest.

    Raises `SpecError` for a parameter that does not exist or a value that is none; a point that cannot be built is
    kept with its reason.
    """
    for settings, error in _settings(spec, over, fixed, variant):
        values = {name: settings[str(name)] for name in over}
        try:
            if error is not None:
                raise error
            ledger = spec.evaluate(settings, batch)
            totals, operations = ledger.sums(None, convention, traffic), ledger.operations(None, convention)
            named = tuple(ledger.uncounted), tuple(ledger.multiplying)
            yield Point(values, settings, totals, "", operations, ledger.moved(None, traffic), *named)
        except SpecError as found:
            yield Point(values, settings, None, found.problems[0].brief)


def held(points: Sequence[Point]) -> dict[str, Any]:
    """The settings that are the same at every point; a default that hangs on a swept parameter is none of them."""
    first, *others = (point.settings for point in points)
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def _settings(
    spec: Spec, over: Mapping[str, Sequence[Any]], fixed: Mapping[str, Any], variant: str | None
) -> list[tuple[dict[str, Any], SpecError | None]]:
    """Every parameter's value, point by point; and what is wrong, where a default of the spec's has none for a point."""
    found: list[tuple[dict[str, Any], SpecError | None]] = []
    for values in product(*over.values()):
        given = {**fixed, **dict(zip(over, values, strict=True))}
        try:
            found.append((spec.settings(given, variant), None))
        except SpecError as error:
            if any(problem.mark is None or problem.mark.file != spec.network.file for problem in error.problems):
                raise
            found.append((Settings(spec.network, Problems()).resolve(given, variant, complete=False), error))
    return found
