"""A chart drawn in text: curves in braille dots, two by four to a character, values on the left, ticks below."""

from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from costmodel.explorer.curves import Chart, Curve, Point
from costmodel.reports.layout import Cell, Screen

Canvas: TypeAlias = dict[tuple[int, int], tuple[str, str]]
"""Characters and their styles by row and column."""

_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
"""The bits of a braille character, by column and row."""
_BRAILLE = 0x2800
_GUTTER = 8
_HERE = "● here"
_SAMPLES = {"bound": "─", "rising": "━", "falling": "╍"}
"""What stands before a curve's name; the falling one is dashed, to be told apart without colour."""
MARGIN = 0.06


class _Frame:
    """The room inside the axes, and where a point stands in it."""

    def __init__(self, chart: Chart, columns: int, rows: int) -> None:
        points = [point for curve in chart.curves for point in curve.points]
        self.columns, self.rows = columns, rows
        self.left, self.right = min(p.x for p in points), max(p.x for p in points)
        low, high = min(p.y for p in points), max(p.y for p in points)
        margin = (high - low) * MARGIN or 1.0
        self.low, self.high = low - margin, high + margin

    def dot(self, point: Point) -> tuple[int, int]:
        """The row and column of a point's dot, from the top left."""
        along = (point.x - self.left) / (self.right - self.left or 1)
        down = (self.high - point.y) / (self.high - self.low)
        return _rounded(down, self.rows * 4), _rounded(along, self.columns * 2)

    def cell(self, point: Point) -> tuple[int, int]:
        """The row and column of the character in which that dot is."""
        row, column = self.dot(point)
        return row // 4, column // 2


def _rounded(share: float, count: int) -> int:
    return min(max(round(share * (count - 1)), 0), count - 1)


def drawn(chart: Chart, columns: int, rows: int) -> Screen:
    """A chart with its title, legend and axes in so many columns and rows, at least 24 by 6.

    The layer itself is a dot, the place where a curve touches the bound a diamond.
    """
    frame = _Frame(chart, max(columns - _GUTTER, 8), max(rows - 3, 2))
    canvas: Canvas = {}
    for curve in chart.curves:
        _draw(canvas, frame, curve)
    if chart.lowest is not None:
        canvas[frame.cell(chart.lowest)] = ("◆", "bound")
    canvas[frame.cell(chart.here)] = ("●", "here")
    labels = _labels(chart, frame)
    body = [
        [Cell(f"{labels[row]}┤" if row in labels else "│".rjust(_GUTTER), "dim"), *_cells(canvas, row, frame.columns)]
        for row in range(frame.rows)
    ]
    here = max(columns - len(chart.title) - len(_HERE), 1)
    title = [Cell(chart.title, "strong"), Cell(" " * here), Cell("●", "here"), Cell(_HERE[1:])]
    return [_clipped(line, columns) for line in (title, _legend(chart), *body, _ticks(chart, frame))]


def _draw(canvas: Canvas, frame: _Frame, curve: Curve) -> None:
    bits: dict[tuple[int, int], int] = {}
    before: int | None = None
    for column, y in enumerate(_heights(curve.points, frame)):
        row, _ = frame.dot(Point(frame.left, y))
        if curve.style != "falling" or column % 4 < 2:
            for each in _between(before, row):
                cell = each // 4, column // 2
                bits[cell] = bits.get(cell, 0) | _DOTS[column % 2][each % 4]
        before = row
    for cell, found in bits.items():
        there = ord(canvas.get(cell, (" ", ""))[0]) - _BRAILLE
        canvas[cell] = chr(_BRAILLE + (found | there if 0 <= there < 256 else found)), curve.style


def _heights(points: list[Point], frame: _Frame) -> list[float]:
    """The value above each column of dots, straight between points."""
    heights, place = [], 0
    last = frame.columns * 2 - 1
    for column in range(last + 1):
        x = frame.left + (frame.right - frame.left) * column / last
        while place < len(points) - 2 and points[place + 1].x < x:
            place += 1
        one, other = points[place], points[min(place + 1, len(points) - 1)]
        along = (x - one.x) / (other.x - one.x or 1)
        heights.append(one.y + (other.y - one.y) * min(max(along, 0), 1))
    return heights


def _between(before: int | None, row: int) -> range:
    """The rows of dots that join one column to the next."""
    if before is None or abs(before - row) <= 1:
        return range(row, row + 1)
    return range(before + 1, row + 1) if before < row else range(row, before)


def _cells(canvas: Canvas, row: int, columns: int) -> list[Cell]:
    """One row, characters of one style together."""
    found = (canvas.get((row, column), (" ", "")) for column in range(columns))
    runs = groupby(found, key=itemgetter(1))
    return [Cell("".join(character for character, _ in run), style) for style, run in runs]


def _labels(chart: Chart, frame: _Frame) -> dict[int, str]:
    """What stands left of the axis: the greatest and the least value."""
    values = [point.y for curve in chart.curves for point in curve.points]
    return {
        frame.cell(Point(frame.left, y))[0]: short(2**y if chart.octaves else y).rjust(_GUTTER - 1)
        for y in (max(values), min(values))
    }


def _legend(chart: Chart) -> list[Cell]:
    cells = []
    for curve in chart.curves:
        cells += [Cell(f"{_SAMPLES[curve.style]} ", curve.style), Cell(f"{curve.name}  ")]
    return cells if chart.lowest is None else [*cells, Cell("◆", "bound"), Cell(" where they meet")]


def _clipped(line: list[Cell], columns: int) -> list[Cell]:
    """A line without what stands beyond the last column."""
    cells = []
    for cell in line:
        cells.append(Cell(cell.text[: max(columns, 0)], cell.style))
        columns -= len(cell.text)
    return cells


def _ticks(chart: Chart, frame: _Frame) -> list[Cell]:
    line = [" "] * (_GUTTER + frame.columns)
    free = _GUTTER - 1
    for x, label in chart.ticks:
        start = min(max(_GUTTER + frame.cell(Point(x, frame.low))[1] - len(label) // 2, _GUTTER), len(line) - len(label))
        if start >= free:
            line[start : start + len(label)] = label
            free = start + len(label) + 1
    return [Cell("".join(line), "dim")]


def short(value: float) -> str:
    """A number in three figures, with k, M, G or T for the thousands.

    >>> short(530304), short(12), short(1605632)
    ('530 k', '12', '1.61 M')
    """
    for unit in ("", " k", " M", " G", " T"):
        if value < 999.5 or unit == " T":
            break
        value /= 1000
    figures = 0 if value >= 99.5 or not unit else 1 if value >= 9.95 else 2
    return f"{value:,.{figures}f}{unit}"
