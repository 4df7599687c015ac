"""The same network at several settings: one evaluation a point, all else held fixed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from costmodel.algebra import Num, exact
from costmodel.conventions import CONVENTIONS, Convention
from costmodel.ledger import Totals
from costmodel.library import Spec
from costmodel.memory import Memory
from costmodel.ops.fields import spoken
from costmodel.problems import Problems, SpecError
from costmodel.settings import Settings
from costmodel.traffic import CONV, Moves, Traffic
from costmodel.verdict import Rules


@dataclass(frozen=True, slots=True)
class Point:
    """One point of a sweep: the swept values, all settings, and its totals or the reason why it cannot be built.

    `operations` are in the convention's unit, and `moves` keeps apart what the access is made of. With
    any `uncounted` op, its path and its name, all of them are lower bounds. `multiplying` is what counts beside
    convolutions and FC layers, `peak` the elements alive at once, where that is wanted.
    """

    values: dict[str, Any]
    settings: dict[str, Any]
    totals: Totals | None
    reason: str
    operations: Num = 0
    moves: Moves = Moves()  # noqa: RUF009 - a tuple
    uncounted: tuple[tuple[str, str], ...] = ()
    multiplying: tuple[str, ...] = ()
    peak: Num | None = None


def sweep(
    spec: Spec,
    over: Mapping[str, Sequence[Any]],
    fixed: Mapping[str, Any],
    variant: str | None = None,
    batch: Any = 1,
    convention: Convention = CONVENTIONS["paper"],
    traffic: Traffic = CONV,
    *,
    peak: bool = False,
) -> Iterator[Point]:
    """Evaluate every combination of the swept values, in order, the last parameter fastest.

    Raises `SpecError` for a parameter that does not exist or a value that is none; a point that cannot be built is
    kept with its reason.
    """
    rules = Rules(traffic=traffic, convention=convention)
    for values in product(*over.values()):
        yield evaluated(spec, dict(zip(over, values, strict=True)), fixed, variant, batch, rules, peak=peak)


def evaluated(
    spec: Spec,
    values: Mapping[str, Any],
    fixed: Mapping[str, Any],
    variant: str | None,
    batch: Any,
    rules: Rules,
    *,
    peak: bool = False,
) -> Point:
    """One point, with the reason if it cannot be built; `peak` if its peak memory is wanted too. Raises `SpecError`."""
    given = {**fixed, **values}
    settings, error = _settings(spec, given, variant)
    swept = {name: settings[str(name)] for name in values}
    try:
        if error is not None:
            raise error
        ledger = spec.evaluate(settings, batch)
        totals = ledger.sums(None, rules.convention, rules.traffic)
        operations, moves = ledger.operations(None, rules.convention), ledger.moved(None, rules.traffic)
        named = tuple(ledger.uncounted), tuple(ledger.multiplying)
        return Point(swept, settings, totals, "", operations, moves, *named, Memory(ledger).elements if peak else None)
    except SpecError as found:
        return Point(swept, settings, None, found.problems[0].brief)


def sortable(value: Any) -> tuple[int, Num, str]:
    """What a parameter's values are sorted by: numbers by size, behind them words.

    >>> sorted(["relu", 2, "none", 1], key=sortable)
    [1, 2, 'none', 'relu']
    """
    return (0, value, "") if isinstance(value, int | Fraction) else (1, 0, spoken(value))


def held(points: Sequence[Point]) -> dict[str, Any]:
    """The settings that are the same at every point; a default that hangs on a swept parameter is none of them."""
    first, *others = (point.settings for point in points)
    return {name: value for name, value in first.items() if all(other.get(name) == value for other in others)}


def unmoved(spec: Spec, names: Sequence[str], fixed: Mapping[str, Any], variant: str | None) -> dict[str, Any]:
    """The settings that no swept parameter moves, neither itself nor through the defaults that hang on it."""
    moved = {*names}
    for name, default in spec.network.params.items():
        if default is not None and name not in names and any(read in moved for read, _ in default.names()):
            moved.add(str(name))
    settings = Settings(spec.network, Problems()).resolve(fixed, variant, complete=False)
    return {name: value for name, value in settings.items() if name not in moved}


def _settings(spec: Spec, given: Mapping[str, Any], variant: str | None) -> tuple[dict[str, Any], SpecError | None]:
    """Every parameter's value at a point; and what is wrong, where a default of the spec's has none for it."""
    try:
        return spec.settings(given, variant), None
    except SpecError as error:
        if any(problem.mark is None or problem.mark.file != spec.network.file for problem in error.problems):
            raise
        return Settings(spec.network, Problems()).resolve(given, variant, complete=False), error


def steps(low: Num, high: Num, step: Num) -> list[Num]:
    """From one number to another, both ends included; the last step is shorter where it does not come out even.

    >>> steps(exact(0.25), exact(0.4), exact(0.05))
    [Fraction(1, 4), Fraction(3, 10), Fraction(7, 20), Fraction(2, 5)]
    """
    count = (Fraction(high) - low) // step
    found = [exact(Fraction(low) + place * Fraction(step)) for place in range(int(count) + 1)]
    return found if found and found[-1] == high else [*found, high]
