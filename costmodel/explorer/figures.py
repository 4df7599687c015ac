"""The figures of one layer, each with its formula and the numbers put into it."""

from fractions import Fraction
from typing import NamedTuple

from costmodel.bounds import ConvBound
from costmodel.reports.bounding import number
from costmodel.reports.layout import Cell, Screen, text, wrapped
from costmodel.reports.words import count, share


class Figure(NamedTuple):
    """One figure: its name, its value, its formula and the formula with its numbers."""

    name: str
    value: str
    formula: str
    substituted: str


def figures_of(layer: ConvBound) -> list[Figure]:
    """Mult-adds, memory access, bound, gap and intensity of a layer; a kernel of 1 and one group are left out of formulas.

    >>> figures_of(ConvBound(3136, 3136, 1, 24, 144))[0]
    Figure(name='mult-adds B', value='10,838,016', formula='hₒwₒ·c1·c2', substituted='3,136·24·144')
    """
    n = {name: count(getattr(layer, name)) for name in ("entering", "leaving", "taps", "c1", "c2", "groups")}
    into, out, taps, c1, c2, g = n.values()
    b = count(layer.mult_adds)
    kk, by = ("" if layer.taps == 1 else "kh·kw·"), ("" if layer.groups == 1 else "/g")
    weights = f"{'' if layer.taps == 1 else f'{taps}·'}{c1}·{c2}{'' if layer.groups == 1 else f'/{g}'}"
    at, positions = ("hᵢwᵢ", into) if layer.transposed else ("hₒwₒ", out)
    other, others = ("hₒwₒ", out) if layer.transposed else ("hᵢwᵢ", into)
    two, two_of = ("2", "2") if layer.taps == 1 else ("(2/√(kh·kw))", f"(2/√{taps})")
    grouped, grouped_of = ("", "") if layer.groups == 1 else ("g·", f"{g}·")
    gap = "0" if layer.is_tight else f"{number(layer.gap)} ({share(layer.gap, layer.access)} % of access)"
    maps = count(layer.entering * layer.c1), count(layer.leaving * layer.c2)
    intensity = float(Fraction(layer.mult_adds) / layer.access)
    return [
        Figure("mult-adds B", b, f"{at}·{kk}c1·c2{by}", f"{positions}·{weights}"),
        Figure(
            "memory access",
            f"{count(layer.access)} elements",
            f"hᵢwᵢ·c1 + hₒwₒ·c2 + {kk}c1·c2{by}",
            f"{into}·{c1} + {out}·{c2} + {weights}",
        ),
        Figure(
            "bound",
            number(layer.bound),
            f"{two}·√({grouped}{other}·B) + B/{at}",
            f"{two_of}·√({grouped_of}{others}·{b}) + {b}/{positions}",
        ),
        Figure("gap", gap, "(√(hᵢwᵢ·c1) − √(hₒwₒ·c2))²", f"(√{maps[0]} − √{maps[1]})²"),
        Figure("intensity", f"{intensity:,.2f} mult-adds per element", "B/access", f"{b}/{count(layer.access)}"),
    ]


def shown(figures: list[Figure], room: int) -> Screen:
    """Figures in so many columns: the value on the right of the name, formula and numbers on as few lines as hold them."""
    lines: Screen = []
    for figure in figures:
        gap = room - len(figure.name) - len(figure.value)
        lines.append([Cell(figure.name, "strong"), Cell(" " * max(gap, 1)), Cell(figure.value, "figure")])
        both = f"  {figure.formula} = {figure.substituted}"
        pieces = [both] if len(both) <= room else [f"  {figure.formula}", *_indented(f"= {figure.substituted}", room)]
        lines += [text(piece, "dim") for piece in pieces]
    return lines


def _indented(words: str, room: int) -> list[str]:
    return [f"  {piece}" for piece in wrapped(words, max(room - 2, 10))]


def verdict(layer: ConvBound) -> tuple[str, str]:
    """What the figures say, in a sentence, and whether that is good."""
    if layer.is_tight:
        return "the bound is reached: hᵢwᵢ·c1 = hₒwₒ·c2, no widths move less for these mult-adds", "good"
    c1, c2 = layer.balanced
    pair = f"c1 = c2 = {_width(c1)}" if c1 == c2 else f"c1 = {_width(c1)}, c2 = {_width(c2)}"
    return f"as many mult-adds with no gap: {pair}", ""


def _width(value: Fraction) -> str:
    return count(value.numerator) if value.denominator == 1 else f"{float(value):,.1f}"
