"""A sweep in which a figure is held: at each point another parameter is solved for anew."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, NamedTuple

from costmodel.library import Spec
from costmodel.problems import Problems, SpecError
from costmodel.settings import Settings
from costmodel.solving import solved
from costmodel.sweep import Point, evaluated
from costmodel.verdict import Rules


class Hold(NamedTuple):
    """A figure, what it is held at, and the parameter that is solved for."""

    figure: str
    target: int
    by: str


def holding(
    spec: Spec,
    over: Mapping[str, Sequence[Any]],
    fixed: Mapping[str, Any],
    hold: Hold,
    variant: str | None = None,
    batch: int = 1,
    rules: Rules = Rules(),  # noqa: B008 - a tuple
    *,
    peak: bool = False,
) -> Iterator[Point]:
    """Every combination of the swept values, each with the value that brings the held figure next to what it is held at.

    Raises `SpecError` for a parameter that does not exist or a value that is none.

    >>> from costmodel.library import load
    >>> found = holding(load("grouped"), {"groups": [1, 2, 4]}, {}, Hold("mult_adds", 51_380_224, "channels"))
    >>> [(point.values["channels"], point.totals.access) for point in found]
    [(128, 819200), (182, 1158066), (256, 1622016)]
    """
    checks = Problems()
    Settings(spec.network, checks).resolve({hold.by: 1}, variant, complete=False)
    checks.check()
    for row in product(*over.values()):
        values = dict(zip(over, row, strict=True))
        given = {**fixed, **values}
        try:
            found = solved(spec, hold.figure, hold.target, hold.by, given, variant=variant, batch=batch, rules=rules)
        except SpecError as error:
            alone = evaluated(spec, values, fixed, variant, batch, rules)
            yield replace(alone, totals=None, reason=alone.reason or error.problems[0].brief)
            continue
        sides = [side for side in (found.below, found.above) if side is not None]
        best = min(sides, key=lambda side: abs(side.figure - hold.target))
        yield evaluated(spec, {**values, hold.by: best.value}, fixed, variant, batch, rules, peak=peak)
