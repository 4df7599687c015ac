"""Points of a sweep as lists, whether they were worked out by programs or one by one: what is written to files."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from costmodel.sweep import Point

FIGURES = ("operations", "mult_adds", "params", "access", "loaded", "maps")
"""What is listed of every point; of some the peak too."""


class Listing(NamedTuple):
    """For each parameter its values and which of them each point has, for each figure a number a point.

    `loaded` are the parameters and `maps` the elements of feature maps in `access`, which may have other types. `reasons`
    says by place why a point cannot be built, and its figures then say nothing; `uncounted` which ops have no cost at a
    place, by path and name: its figures are lower bounds.
    """

    size: int
    levels: Mapping[str, Sequence[Any]]
    codes: Mapping[str, Sequence[int]]
    figures: Mapping[str, Sequence[Any]]
    reasons: Mapping[int, str]
    uncounted: Mapping[int, tuple[tuple[str, str], ...]] = {}

    @classmethod
    def of(cls, points: Sequence[Point]) -> "Listing":
        """Points that were evaluated one by one."""
        names, every = points[0].values if points else (), range(len(points))
        figures: dict[str, Sequence[Any]] = {"operations": [point.operations for point in points]}
        for name in ("mult_adds", "params", "access"):
            figures[name] = [getattr(point.totals, name) if point.totals else 0 for point in points]
        figures |= {name: [getattr(point.moves, name) for point in points] for name in ("loaded", "maps")}
        figures |= {"peak": [point.peak for point in points]} if any(point.peak is not None for point in points) else {}
        return cls(
            len(points),
            {str(name): [point.values[name] for point in points] for name in names},
            {str(name): every for name in names},
            figures,
            {place: point.reason for place, point in enumerate(points) if point.totals is None},
            {place: point.uncounted for place, point in enumerate(points) if point.uncounted},
        )
