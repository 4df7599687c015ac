"""What plots have in common: palette, style, the room for a text, and files that are the same bytes for the same input."""

import io
import warnings
from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C6D31")
"""Okabe and Ito's, which most people can tell apart; the last in place of yellow, which is hard to see on white."""
OTHER, INK, GRID = "#999999", "#222222", "#e6e6e6"
"""What has no colour of its own, lines and letters, and the lines behind."""
NAME = 60
"""Characters of a name in a title, at most."""
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "costmodel",
    "svg.fonttype": "path",
    "pdf.fonttype": 42,
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "text.parse_math": False,
    "axes.linewidth": 0.6,
    "axes.edgecolor": INK,
}
_WITHOUT_DATES: dict[str, dict[str, str | None]] = {
    "svg": {"Date": None, "Creator": "costmodel"},
    "pdf": {"CreationDate": None, "Creator": "costmodel", "Producer": None},
    "png": {"Software": None},
}


def saved(made: Callable[[], Figure], form: str) -> bytes:
    """A figure as `svg`, `pdf` or `png`; the same figure gives the same bytes."""
    stream = io.BytesIO()
    with mpl.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a name may have letters that the font lacks
        mpl.rcdefaults()
        mpl.rcParams.update(STYLE)
        made().savefig(stream, format=form, dpi=200, metadata=_WITHOUT_DATES[form])
    return stream.getvalue()


def width(text: Any) -> float:
    """How wide a text or a legend of a figure is, in pixels."""
    return float(text.get_window_extent(FigureCanvasAgg(text.figure).get_renderer()).width)  # type: ignore[no-untyped-call]


def plain(axes: Any) -> None:
    """Axes with faint lines behind, and without a frame at the top and at the right."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(visible=True, which="major", color=GRID, linewidth=0.6)
    axes.tick_params(which="both", color=INK, width=0.6)
    axes.set_axisbelow(True)
