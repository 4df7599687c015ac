"""The screen of `verify`: formula, substituted, numbers, verdict."""

from fractions import Fraction

from costmodel.bounds import DIGITS, PointwiseBound
from costmodel.reports.layout import Cell, Screen, text
from costmodel.reports.words import count, share


def screen(layer: PointwiseBound) -> Screen:
    """The bound worked through for one layer."""
    h, w, c1, c2 = layer.h, layer.w, layer.c1, layer.c2
    b, area = count(layer.mult_adds), count(layer.area)
    return [
        text("memory access ≥ 2√(h·w·B) + B/(h·w), in elements; B counts mult-adds", "head"),
        text("domain: 1×1 convolution, stride 1, one group, no bias", "dim"),
        text("source: ShuffleNetV2 (arXiv:1807.11164), section 2, guideline G1", "dim"),
        [],
        *_steps("mult-adds B", "h·w·c1·c2", f"{h}·{w}·{c1}·{c2}", b),
        *_steps("access", "h·w·(c1 + c2) + c1·c2", f"{h}·{w}·({c1} + {c2}) + {c1}·{c2}", count(layer.access)),
        *_steps("bound", "2√(h·w·B) + B/(h·w)", f"2√({area}·{b}) + {b}/{area}", number(layer.bound)),
        *_steps("gap", "h·w·(√c1 − √c2)²", f"{area}·(√{c1} − √{c2})²", _gap(layer)),
        [],
        *_verdict(layer),
    ]


def _steps(name: str, formula: str, substituted: str, value: str) -> Screen:
    return [
        [Cell(f"{name:<13}", "strong"), Cell(f"  {formula}")],
        text(f"{'':13}= {substituted}", "dim"),
        [Cell(f"{'':13}= "), Cell(value, "strong")],
    ]


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
