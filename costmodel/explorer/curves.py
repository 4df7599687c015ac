"""The two curves of a layer as data: memory access against c1:c2 at fixed mult-adds, and against the groups."""

from dataclasses import replace
from fractions import Fraction
from math import gcd, log2, sqrt
from typing import NamedTuple

from costmodel.bounds import ConvBound, Size


class Point(NamedTuple):
    """A place on a chart, both axes as they are drawn."""

    x: float
    y: float


class Curve(NamedTuple):
    """A line of a chart: its name, `bound`, `rising` or `falling`, its points from left to right."""

    name: str
    style: str
    points: list[Point]


class Chart(NamedTuple):
    """Curves over one pair of axes; ticks stand at values of x, `here` is the layer itself."""

    title: str
    curves: list[Curve]
    ticks: list[tuple[float, str]]
    here: Point
    lowest: Point | None
    """Where a curve touches the bound, if that is the point of the chart."""
    octaves: bool
    """Whether y counts octaves, as x always does."""


def by_ratio(layer: ConvBound, samples: int) -> Chart:
    """Access against c1:c2 in octaves, c1·c2 and so the mult-adds as they are; it touches the bound at hᵢwᵢ·c1 = hₒwₒ·c2."""
    product = Fraction(layer.c1 * layer.c2)
    present, tight = _octaves(layer.c1, layer.c2), _octaves(layer.leaving, layer.entering)
    span = max(4.0, abs(present - tight) + 0.5)

    def at(octave: float) -> Point:
        c1 = Fraction(sqrt(product) * 2 ** (octave / 2)).limit_denominator(10**6) or Fraction(1, 10**6)
        return Point(octave, float(layer.but(c1, product / c1).access))

    xs = [tight + span * (2 * place / (samples - 1) - 1) for place in range(samples)]
    points = [at(x) for x in xs]
    bound = float(layer.bound)
    ticks = [(float(octave), _ratio(octave)) for octave in range(-40, 41) if octave % _step(span) == 0]
    return Chart(
        "access against c1:c2 at fixed B",
        [Curve("bound", "bound", [Point(xs[0], bound), Point(xs[-1], bound)]), Curve("access", "rising", points)],
        [(x, label) for x, label in ticks if xs[0] <= x <= xs[-1]],
        Point(present, float(layer.access)),
        Point(tight, bound),
        octaves=False,
    )


def _octaves(one: Size, other: Size) -> float:
    return log2(one) - log2(other)


def _step(span: float) -> int:
    return 2 if span <= 6 else 4 if span <= 12 else 8


def _ratio(octave: int) -> str:
    return f"{2**octave}:1" if octave >= 0 else f"1:{2**-octave}"


def by_groups(layer: ConvBound, samples: int) -> Chart:
    """Access against the groups, in octaves both: at fixed c1 and B it rises, for c2 grows as g; at fixed widths it falls.

    At groups that do not divide both widths the formula is evaluated all the same.
    """
    most = max(_common(layer), 8, layer.groups)
    top = log2(most)
    groups = sorted({round(2 ** (top * place / (samples - 1))) for place in range(samples)} | {layer.groups})

    def grown(g: int) -> ConvBound:
        return replace(layer, groups=g, c2=Fraction(layer.c2) * g / layer.groups)

    rising = [Point(log2(g), log2(grown(g).access)) for g in groups]
    falling = [Point(log2(g), log2(replace(layer, groups=g).access)) for g in groups]
    step = -(-int(top) // 5) or 1
    return Chart(
        "access against g",
        [
            Curve(f"B fixed {_change(rising)}", "rising", rising),
            Curve(f"width fixed {_change(falling)}", "falling", falling),
        ],
        [(float(octave), str(2**octave)) for octave in range(0, int(top) + 1, step)],
        Point(log2(layer.groups), log2(layer.access)),
        None,
        octaves=True,
    )


def _change(points: list[Point]) -> str:
    """From the first point to the last: as many times, or so much less in percent."""
    ratio = 2 ** (points[-1].y - points[0].y)
    if ratio >= 1.995:
        return f"×{ratio:.1f}"
    percent = 100 * (ratio - 1)
    return f"{percent:+.{1 if abs(percent) < 9.95 else 0}f} %".replace("-", "−")


def _common(layer: ConvBound) -> int:
    """The most groups that divide both widths."""
    return gcd(int(layer.c1), int(layer.c2))
