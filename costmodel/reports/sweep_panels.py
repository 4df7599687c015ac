"""What a plot of a sweep shows: its figures against what is swept, as numbers to be drawn, and the words around them."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from costmodel.ops.fields import spoken
from costmodel.reports.sweep_rows import AMOUNTS
from costmodel.reports.sweeping import Swept, heading, picked
from costmodel.reports.words import count, setting, uncounted
from costmodel.sweep import Point

_DEFAULT = ("operations", "params", "access", "×operations", "×params", "×access")
_NAMES = {"mult_adds": "mult-adds", "bytes": "moved"}
_OF = {"access": " of elements", "peak": " of elements alive"}
_LARGE = ((10**12, "trillions"), (10**9, "billions"), (10**6, "millions"), (10**3, "thousands"))
_BINARY = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"), (1, "bytes"))
_WIDE = 16
"""How many times the least value of an axis its largest is, from where on equal ratios have equal room."""
_FEW = 40
"""Points up to which each has a dot on its line, or a cross where it cannot be built."""


ANY = "any"
"""The name of a series that stands for every level."""


class Axis(NamedTuple):
    """What is swept: the values that it has, each as text, and where each stands; words stand one after the other.

    `is_wide` says that equal ratios have equal room.
    """

    name: str
    labels: dict[float, str]
    are_words: bool
    is_wide: bool

    @property
    def places(self) -> list[float]:
        """Where its values stand."""
        return [*self.labels]


class Series(NamedTuple):
    """Values along the axis: what they are of, and pairs of a place and a value, None where there is none."""

    name: str
    level: float
    points: list[tuple[float, float | None]]


class Panel(NamedTuple):
    """Series in one frame, under a title that says their unit."""

    title: str
    series: list[Series]


class Chart(NamedTuple):
    """Panels over one axis; with `levels` each has a series for each value of a second parameter.

    `unbuilt` are the places to be marked, `joined` says whether lines may join points, `dotted` whether these have dots.
    """

    panels: list[Panel]
    axis: Axis
    levels: Axis | None
    unbuilt: list[float]
    joined: bool
    dotted: bool


class Cloud(NamedTuple):
    """Points as pairs of two figures: their titles, those behind, those of the front, and a name for each of the front."""

    across: str
    up: str
    behind: list[tuple[float, float]]
    front: list[tuple[float, float]]
    names: list[str]


def chart(swept: Swept) -> Chart:
    """The figures of a sweep over one or two parameters, those that its columns name."""
    solved = swept.hold.by if swept.hold else ""
    first, *others = [name for name in swept.names if name != solved]
    axis = _axis(first, swept.points)
    levels = _axis(others[0], swept.points) if others else None
    keys = [key for key in swept.columns if key not in swept.names] or _usual(swept, levels)
    keys = [*([solved] if solved else []), *keys]
    groups = [[key] for key in keys]
    if levels is None:
        ratios = [key for key in keys if key.startswith("×")]
        groups = [*([key] for key in keys if key not in ratios), *([ratios] if ratios else [])]
    at = [(_place(axis, point), 0.0 if levels is None else _place(levels, point)) for point in swept.points]
    panels = [_panel(swept, group, at, levels) for group in groups]
    unbuilt = sorted({place for (place, _), point in zip(at, swept.points, strict=True) if point.totals is None})
    is_whole = _is_whole(swept)
    is_joined = not axis.are_words and is_whole
    shown = unbuilt if is_whole and len(unbuilt) <= _FEW else []
    return Chart(panels, axis, levels, shown, is_joined, not is_joined or len(axis.labels) <= _FEW)


def _usual(swept: Swept, levels: Axis | None) -> list[str]:
    """What is drawn where no columns are named: ratios of one series alone, and not what is held."""
    held = _called(swept, swept.hold.figure) if swept.hold else ""
    return [key for key in _DEFAULT if _called(swept, key) != held and (levels is None or not key.startswith("×"))]


def _is_whole(swept: Swept) -> bool:
    """Whether every combination is there, built or not, so that a line may join those that follow one another."""
    from costmodel.space import Grid

    survey = swept.survey
    if survey is None:
        return True
    listed = sum(point.totals is None for point in swept.points)
    return isinstance(survey.asked.space, Grid) and survey.is_whole and not survey.over and listed == survey.unbuilt


def _axis(name: str, points: Sequence[Point]) -> Axis:
    values = [_value(point, name) for point in points if name in map(str, point.values)]
    if not all(_is_number(value) for value in values):
        words = dict.fromkeys(map(spoken, values))
        return Axis(name, {float(place): word for place, word in enumerate(words)}, are_words=True, is_wide=False)
    labels = {float(value): spoken(value) for value in sorted(set(values))}
    places = [*labels]
    is_wide = places[0] > 0 and places[-1] / places[0] >= _WIDE and all(b / a > 1.4 for a, b in pairwise(places))
    return Axis(name, labels, are_words=False, is_wide=is_wide)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | Fraction) and not isinstance(value, bool)


def _value(point: Point, name: str) -> Any:
    return next(value for key, value in point.values.items() if str(key) == name)


def _place(axis: Axis, point: Point) -> float:
    """Where a point stands on an axis."""
    value = _value(point, axis.name)
    if not axis.are_words:
        return float(value)
    return next(place for place, word in axis.labels.items() if word == spoken(value))


def _panel(swept: Swept, keys: Sequence[str], at: Sequence[tuple[float, float]], levels: Axis | None) -> Panel:
    """Some figures in one frame, or one of them for each level of the second parameter; `at` is where each point stands."""
    found = {key: [_figure(swept, point, key) for point in swept.points] for key in keys}
    by, title = _scale(swept, keys, [value for values in found.values() for value in values if value is not None])
    series = []
    for key, values in found.items():
        parts: dict[float, list[tuple[float, float | None]]] = {level: [] for level in (levels.places if levels else [0.0])}
        for (place, level), value in zip(at, values, strict=True):
            parts[level].append((place, None if value is None else float(value / by)))
        for level, pairs in parts.items():
            name = levels.labels[level] if levels else _called(swept, key)
            series.append(Series(name, level, sorted(pairs, key=lambda pair: pair[0])))
    if levels is not None and len(series) > 1 and all(one.points == series[0].points for one in series):
        return Panel(f"{title} (any {levels.name})", [series[0]._replace(name=ANY)])
    return Panel(title, series)


def _figure(swept: Swept, point: Point, key: str) -> Any:
    """A figure of a point, exact; None where there is none, or where it is known from below alone and a ratio is asked for."""
    if point.totals is None or swept.first is None:
        return None
    if key.startswith("×"):
        then = swept.amount(swept.first, key[1:])
        known = not point.uncounted and not swept.first.uncounted and then
        return Fraction(swept.amount(point, key[1:])) / then if known else None
    if key == "per_access":
        access = swept.amount(point, "access")
        return Fraction(point.operations, access) if access and not point.uncounted else None
    return Fraction(swept.amount(point, key) if key in AMOUNTS else _value(point, key))


def _called(swept: Swept, key: str) -> str:
    """What a figure is called."""
    name = key.lstrip("×+")
    return swept.convention.unit if name == "operations" else _NAMES.get(name, name)


def _scale(swept: Swept, keys: Sequence[str], values: Iterable[Any]) -> tuple[int, str]:
    """What a panel's numbers are divided by, and its title, which says so."""
    key, largest = keys[0], max(map(abs, values), default=0)
    if key.startswith("×"):
        first = ", ".join(setting(str(name), value) for name, value in swept.first.values.items()) if swept.first else ""
        return 1, f"{_called(swept, key) if len(keys) == 1 else 'each'} ÷ that at {first}"
    if key == "per_access":
        return 1, f"{swept.convention.unit} per element moved"
    if key not in AMOUNTS:
        return 1, f"{key}, solved for"
    least = ", at least" if any(point.uncounted for point in swept.points) else ""
    by, unit = next(((by, unit) for by, unit in (_BINARY if key == "bytes" else _LARGE) if largest >= by), (1, ""))
    words = f"{unit}{_OF.get(key, '')}" if unit else _OF.get(key, "").removeprefix(" of ")
    return by, f"{_called(swept, key)}{f', {words}' if words else ''}{least}"


def cloud(swept: Swept, behind: Swept | None, across: str, up: str) -> Cloud:
    """Two figures of a front against each other, with the points that it is picked from."""
    points = [*(behind.built() if behind is not None else []), *swept.built()]
    (x_by, x_title), (y_by, y_title) = _measure(swept, points, across), _measure(swept, points, up)

    def pair(point: Point) -> tuple[float, float]:
        x, y = (_figure(swept, point, key.lstrip("+")) for key in (across, up))
        return float(x / x_by), float(y / y_by)

    front = sorted(((pair(point), point) for point in swept.built()), key=lambda one: one[0])
    names = [", ".join(spoken(value) for value in point.values.values()) for _, point in front]
    return Cloud(x_title, y_title, [*map(pair, behind.built())] if behind is not None else [], [at for at, _ in front], names)


def _measure(swept: Swept, points: Sequence[Point], key: str) -> tuple[int, str]:
    """What an axis is divided by, and its title, which says that and which way is better."""
    name = key.lstrip("+")
    by, title = _scale(swept, [name], [_figure(swept, point, name) for point in points])
    return by, f"{title} ({'large' if key.startswith('+') else 'small'} is better)"


def facts(swept: Swept) -> list[str]:
    """What stands above the plot: what is held fixed, and how the figures count."""
    *counted, held = heading(swept)
    return [held.partition("; ×")[0], *counted]


def notes(swept: Swept, behind: Swept | None = None, *, crossed: bool = False) -> list[str]:
    """What stands below the plot: how points were picked, what cannot be built (`crossed`: it is marked), what is unknown."""
    broken = swept.survey.unbuilt if swept.survey is not None else sum(p.totals is None for p in swept.points)
    missing = list(dict.fromkeys(op for point in swept.points for op in point.uncounted))
    drawn = behind.survey.of if behind is not None and behind.survey is not None else 0
    is_part = swept.survey is not None and 0 < drawn < swept.survey.of
    is_said = crossed or (broken and swept.survey is None)
    found = [
        picked(swept),
        f"grey: those of {count(drawn)} points, drawn at random, that keep the limits and can be built" if is_part else "",
        f"{'× ' if crossed else ''}cannot be built: {count(broken)} point{'s' if broken > 1 else ''}" if is_said else "",
        f"not counted: {uncounted(missing).partition(';')[0]}; figures are lower bounds" if missing else "",
    ]
    return [words for words in found if words]
