"""What `verify` says, on a screen, in Markdown and JSON: formula, substituted, numbers, verdict."""

import json
from fractions import Fraction

from costmodel.bounds import DIGITS, PointwiseBound
from costmodel.reports.layout import Cell, Column, Screen, text
from costmodel.reports.words import count, share

_HEAD = "memory access ≥ 2√(h·w·B) + B/(h·w), in elements; B counts mult-adds"
_DOMAIN = "domain: 1×1 convolution, stride 1, one group, no bias"
_SOURCE = "source: ShuffleNetV2 (arXiv:1807.11164), section 2, guideline G1"


def screen(layer: PointwiseBound) -> Screen:
    """The bound worked through for one layer."""
    steps = [line for step in _steps(layer) for line in _lines(*step)]
    return [text(_HEAD, "head"), text(_DOMAIN, "dim"), text(_SOURCE, "dim"), [], *steps, [], *_verdict(layer)]


def _steps(layer: PointwiseBound) -> list[tuple[str, str, str, str]]:
    """Each figure's name, formula, the formula with its numbers, and its value."""
    h, w, c1, c2 = layer.h, layer.w, layer.c1, layer.c2
    b, area = count(layer.mult_adds), count(layer.area)
    return [
        ("mult-adds B", "h·w·c1·c2", f"{h}·{w}·{c1}·{c2}", b),
        ("access", "h·w·(c1 + c2) + c1·c2", f"{h}·{w}·({c1} + {c2}) + {c1}·{c2}", count(layer.access)),
        ("bound", "2√(h·w·B) + B/(h·w)", f"2√({area}·{b}) + {b}/{area}", number(layer.bound)),
        ("gap", "h·w·(√c1 − √c2)²", f"{area}·(√{c1} − √{c2})²", _gap(layer)),
    ]


def _lines(name: str, formula: str, substituted: str, value: str) -> Screen:
    return [
        [Cell(f"{name:<13}", "strong"), Cell(f"  {formula}")],
        text(f"{'':13}= {substituted}", "dim"),
        [Cell(f"{'':13}= "), Cell(value, "strong")],
    ]


def as_markdown(layer: PointwiseBound) -> str:
    """The bound worked through as a table of Markdown, its verdict below."""
    from costmodel.reports.markdown import escaped, table

    columns = [*(Column(title, left=True) for title in ("", "formula", "with numbers")), Column("value")]
    verdict = "; ".join("".join(cell.text for cell in line).strip() for line in _verdict(layer))
    heading = "  \n".join(map(escaped, (_HEAD, _DOMAIN, _SOURCE)))
    said = verdict.removeprefix("verdict").strip()
    return f"{heading}\n\n{table(columns, [list(map(Cell, step)) for step in _steps(layer)])}\n\nVerdict: {escaped(said)}\n"


def as_json(layer: PointwiseBound) -> str:
    """The bound as JSON: counts are whole numbers, roots are text, cut after two decimals where they do not end."""
    document = {
        "schema": 1,
        "layer": {"h": layer.h, "w": layer.w, "c1": layer.c1, "c2": layer.c2},
        "mult_adds": layer.mult_adds,
        "access": layer.access,
        "bound": number(layer.bound).replace(",", ""),
        "gap": number(layer.gap).replace(",", ""),
        "holds": layer.holds,
        "tight": layer.is_tight,
    }
    return json.dumps(document, indent=2) + "\n"


def _gap(layer: PointwiseBound) -> str:
    if layer.is_tight:
        return "0"
    return f"{number(layer.gap)}, {share(layer.gap, layer.access)} % of the access"


def _verdict(layer: PointwiseBound) -> Screen:
    sign = "=" if layer.is_tight else "≥" if layer.holds else "<"
    reached = f"{count(layer.access)} {sign} {number(layer.bound)}"
    if not layer.holds:
        return [[Cell("verdict        ", "strong"), Cell(f"violated: {reached}", "bad")]]
    if layer.is_tight:
        return [[Cell("verdict        ", "strong"), Cell(f"holds with equality: {reached}, since c1 = c2", "good")]]
    advice = f"equality needs c1 = c2: both {number(layer.balanced)} at the same mult-adds"
    return [[Cell("verdict        ", "strong"), Cell(f"holds: {reached}", "good")], text(f"{'':15}{advice}", "dim")]


def number(value: Fraction | int) -> str:
    """A number with thousands separated; decimals only where there are any."""
    scaled = int(value * 10**DIGITS)
    decimals = f".{scaled % 10**DIGITS:0{DIGITS}}" if value != int(value) else ""
    return count(scaled // 10**DIGITS) + decimals
