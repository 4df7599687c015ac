"""The scales of a plot of a sweep: which values are written beside a frame, and where equal ratios have equal room."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from costmodel.reports.frames import wide
from costmodel.reports.layout import clipped
from costmodel.reports.sweep_panels import Axis

_LONG = 24
"""Characters of a word below a frame, at most."""
_TICKS = 9
"""Values of an axis that are all written below it, at most."""


def vertical(axes: Any, values: Sequence[float]) -> None:
    """The vertical axis: around the values, and of equal ratios where these differ by much."""
    low, high = min(values, default=0), max(values, default=1)
    if low > 0 and high / low >= 100:
        axes.set_yscale("log")
        axes.set_ylim(low / 1.6, high * 1.6)
    else:
        slack = 0.08 * (high - low) or 0.08 * abs(high) or 1
        axes.set_ylim(max(low - slack, 0) if low >= 0 else low - slack, high + slack)
        axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())


def horizontal(axes: Any, axis: Axis, *, turned: bool) -> None:
    """The horizontal axis: words, or numbers with those below it that there is room for."""
    axes.set_xlabel(axis.name)
    first, last = axis.places[0], axis.places[-1]
    if axis.is_wide:
        axes.set_xscale("log")
        axes.set_xlim(first / 1.15, last * 1.15)
    else:
        slack = 0.5 if axis.are_words else 0.05 * (last - first) or 0.05 * abs(first) or 1
        axes.set_xlim(first - slack, last + slack)
    if axis.are_words or (len(axis.labels) <= _TICKS and _fit(axes, axis)):
        names = {place: clipped(label, _LONG) for place, label in axis.labels.items()}
        axes.xaxis.set_major_locator(FixedLocator(axis.places))
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: names.get(value, "")))
        if turned:
            axes.tick_params(axis="x", labelrotation=30)
            for label in axes.get_xticklabels():
                label.set(ha="right", rotation_mode="anchor")
    else:
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())


def _fit(axes: Any, axis: Axis) -> bool:
    """Whether the values of an axis, written below it, stand clear of one another."""
    at = [axes.transData.transform((place, axes.get_ylim()[0]))[0] for place in axis.places]
    wides = [wide(label) for label in axis.labels.values()]
    return all((a + b) / 2 + 4 <= right - left for (left, right), (a, b) in zip(pairwise(at), pairwise(wides), strict=True))


def turned(axis: Axis, across: float) -> float:
    """How far words below a frame reach down where they must be turned to stand clear of one another, in points; else 0."""
    longest = max(wide(clipped(label, _LONG)) for label in axis.labels.values())
    return longest / 2 if axis.are_words and longest + 4 > across / len(axis.labels) else 0
