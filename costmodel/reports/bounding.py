"""What `verify` says of one layer, on a screen, in Markdown and JSON: formula, substituted, numbers, verdict."""

import json
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from costmodel.bounds import DIGITS, ConvBound, Literal, literal
from costmodel.conventions import Convention
from costmodel.counts import USUAL
from costmodel.line import Line
from costmodel.pebbles import Convolution, convolutions
from costmodel.reports.layout import Cell, Column, Screen, text, wrapped
from costmodel.reports.words import count, share
from costmodel.single import NAMES, Sizes, layer_of, line_of, spelled

SOURCE = "source: ShuffleNetV2 (arXiv:1807.11164), section 2, guideline G1"
GENERAL = "memory access ≥ (2/√(kh·kw))·√(g·hᵢwᵢ·B) + B/(hₒwₒ), in elements; B counts mult-adds"
DOMAIN = "any kernel, stride, padding, dilation and groups; each map and weight moved once, biases left out"
_POINTWISE = "memory access ≥ 2√(h·w·B) + B/(h·w), in elements; B counts mult-adds"
_POINTWISE_DOMAIN = "domain: 1×1 convolution, stride 1, one group, no bias"


class Worked:
    """One layer, worked through; `literal` where the paper's form as printed is asked for, by a convention for B."""

    def __init__(self, sizes: Sizes, rule: Convention | None = None) -> None:
        self.sizes, self.rule = sizes, rule

    @cached_property
    def layer(self) -> ConvBound:
        """The layer and its bound."""
        return layer_of(self.sizes)

    @cached_property
    def line(self) -> Line:
        """The layer as the vocabulary runs it."""
        return line_of(self.sizes)

    @property
    def is_papers(self) -> bool:
        """Whether it is what the paper's form is made for: 1×1, stride 1, one group, one map size."""
        x, y = self.line.inputs[0], self.line.output
        return self.layer.taps == 1 and self.layer.groups == 1 and (x.h, x.w) == (y.h, y.w)

    @property
    def literal(self) -> Literal | None:
        """The paper's form as printed."""
        return None if self.rule is None else literal(self.layer, per_mult_add(self.rule, self.line))

    @property
    def heading(self) -> tuple[str, str, str]:
        """The theorem, its domain, its source."""
        return (
            (_POINTWISE, _POINTWISE_DOMAIN, SOURCE)
            if self.is_papers
            else (GENERAL, f"domain: {DOMAIN}", f"{SOURCE}, made general")
        )

    @property
    def steps(self) -> list["Step"]:
        """Each figure's name, formula, the formula with its numbers, and its value."""
        found = _pointwise(self) if self.is_papers else _general(self)
        gap = (
            "0"
            if self.layer.is_tight
            else f"{number(self.layer.gap)}, {share(self.layer.gap, self.layer.access)} % of the access"
        )
        intensity = f"{float(Fraction(self.layer.mult_adds) / self.layer.access):,.1f} mult-adds an element"
        b, access = count(self.layer.mult_adds), count(self.layer.access)
        steps = [*found[:3], found[3]._replace(value=gap), Step("intensity", "B/access", f"{b}/{access}", intensity)]
        return [*steps, *_literal_step(self)]


def per_mult_add(rule: Convention, line: Line) -> Fraction:
    """How many operations a convention counts for each multiply-add of a line."""
    return Fraction(rule.figure(line, USUAL), line.cost.fma)


class Step(NamedTuple):
    """One figure worked through."""

    name: str
    formula: str
    substituted: str
    value: str


def _pointwise(worked: Worked) -> list[Step]:
    h, w, c1, c2 = worked.sizes.h, worked.sizes.w, worked.sizes.c1, worked.sizes.c2
    layer = worked.layer
    b, area = count(layer.mult_adds), count(layer.leaving)
    return [
        Step("mult-adds B", "h·w·c1·c2", f"{h}·{w}·{c1}·{c2}", b),
        Step("access", "h·w·(c1 + c2) + c1·c2", f"{h}·{w}·({c1} + {c2}) + {c1}·{c2}", count(layer.access)),
        Step("bound", "2√(h·w·B) + B/(h·w)", f"2√({area}·{b}) + {b}/{area}", number(layer.bound)),
        Step("gap", "h·w·(√c1 − √c2)²", f"{area}·(√{c1} − √{c2})²", ""),
    ]


def _general(worked: Worked) -> list[Step]:
    x, y, layer = worked.line.inputs[0], worked.line.output, worked.layer
    kernel = spelled(worked.sizes.k) if isinstance(worked.sizes.k, tuple) else f"{worked.sizes.k}x{worked.sizes.k}"
    taps, g = kernel.replace("x", "·"), layer.groups
    by, over = ("", "") if g == 1 else ("/g", f"/{g}")
    c1, c2, b = layer.c1, layer.c2, count(layer.mult_adds)
    weights = f"{taps}·{c1}·{c2}{over}"
    maps = f"{x.h}·{x.w}·{c1} + {y.h}·{y.w}·{c2}"
    entering, leaving = count(layer.entering), count(layer.leaving)
    return [
        Step("mult-adds B", f"hₒ·wₒ·kh·kw·c1·c2{by}", f"{y.h}·{y.w}·{weights}", b),
        Step("access", f"hᵢ·wᵢ·c1 + hₒ·wₒ·c2 + kh·kw·c1·c2{by}", f"{maps} + {weights}", count(layer.access)),
        Step(
            "bound",
            "(2/√(kh·kw))·√(g·hᵢwᵢ·B) + B/(hₒwₒ)",
            f"(2/√{layer.taps})·√({g}·{entering}·{b}) + {b}/{leaving}",
            number(layer.bound),
        ),
        Step("gap", "(√(hᵢwᵢ·c1) − √(hₒwₒ·c2))²", f"(√({entering}·{c1}) − √({leaving}·{c2}))²", ""),
    ]


def _literal_step(worked: Worked) -> list[Step]:
    found = worked.literal
    if found is None:
        return []
    assert worked.rule is not None
    b, area = count(int(worked.layer.mult_adds * per_mult_add(worked.rule, worked.line))), count(worked.layer.leaving)
    return [
        Step("as printed", "2√(h·w·B) + B/(h·w)", f"2√({area}·{b}) + {b}/{area}", f"{number(found.figure)}, {applies(found)}")
    ]


def applies(found: Literal) -> str:
    """Whether the paper's form is made for a layer, and what comes of it where it is not."""
    if not found.reasons:
        return "applies"
    return f"does not apply: {', '.join(found.reasons)} ({'true all the same' if found.holds else 'more than the access'})"


def screen(worked: Worked, room: int) -> Screen:
    """The bound worked through for one layer."""
    head, *rest = worked.heading
    steps = [line for step in worked.steps for line in step_lines(*step)]
    header = [*_filled(head, room, "head"), *(line for words in rest for line in _filled(words, room, "dim"))]
    return [*header, [], *steps, [], *_verdict_screen(worked, room)]


def _filled(words: str, room: int, style: str) -> Screen:
    return [text(line, style) for line in wrapped(words, max(room, 20))]


def step_lines(name: str, formula: str, substituted: str, value: str) -> Screen:
    """One figure on three lines: its name and formula, the numbers in it, its value."""
    return [
        [Cell(f"{name:<13}", "strong"), Cell(f"  {formula}")],
        text(f"{'':13}= {substituted}", "dim"),
        [Cell(f"{'':13}= "), Cell(value, "strong")],
    ]


def _verdict_screen(worked: Worked, room: int) -> Screen:
    said, *advice = verdict(worked)
    style = "good" if worked.layer.holds else "bad"
    below = [line for words in advice for line in wrapped(words, max(room - 15, 20))]
    return [[Cell("verdict        ", "strong"), Cell(said, style)], *(text(f"{'':15}{line}", "dim") for line in below)]


def verdict(worked: Worked) -> list[str]:
    """Whether the bound holds, how the widths would meet it, and what else there is to say of them."""
    layer = worked.layer
    sign = "=" if layer.is_tight else "≥" if layer.holds else "<"
    reached = f"{count(layer.access)} {sign} {number(layer.bound)}"
    equality = "c1 = c2" if layer.entering == layer.leaving else "hᵢwᵢ·c1 = hₒwₒ·c2"
    if not layer.holds:
        return [f"violated: {reached}"]
    skipped = beyond(convolutions(worked.line))
    skips = [f"both sides count {skipped}: a schedule that leaves them out may move less"] if skipped else []
    if layer.is_tight:
        return [f"holds with equality: {reached}, since {equality}", *skips]
    pinned = ["pinned: the widths of a depthwise layer hang together, so nobody is free to close its gap"]
    c1, c2 = (number(width) if width else "below 0.01" for width in layer.balanced)
    widths = f"both {c1}" if c1 == c2 else f"c1 {c1} and c2 {c2}"
    unlike = [] if layer.entering == layer.leaving else [f"equal widths are not it: the maps have {_ratio(layer)}"]
    return [
        f"holds: {reached}",
        *(
            pinned
            if layer.is_depthwise
            else [f"equality needs {equality}: {widths} at the same mult-adds", *unlike, near(layer)]
        ),
        *skips,
    ]


def beyond(layers: Iterable[Convolution]) -> str:
    """What traffic model `conv` counts and no schedule needs to move, as words; none where there is nothing."""
    layers = list(layers)
    unread, idle = sum(layer.unread for layer in layers), sum(layer.idle for layer in layers)
    parts = [f"{count(unread)} inputs that no window reads"] * bool(unread)
    parts += [f"{count(idle)} weights that meet padding alone"] * bool(idle)
    return " and ".join(parts)


def _ratio(layer: ConvBound) -> str:
    return f"{count(layer.entering)} and {count(layer.leaving)} positions"


def near(layer: ConvBound) -> str:
    """Of the widths next to equality that can be built, the pair nearest in mult-adds, with what it costs."""
    c1, c2 = layer.pair
    other = layer.but(c1, c2)
    more = Fraction(other.mult_adds) / layer.mult_adds
    gap = (
        f"{share(other.gap, other.access)} % gap"
        if other.gap * 2000 > other.access
        else "gap below 0.05 %"
        if other.gap
        else "no gap"
    )
    with_them = f"{float(more):.3f} × the mult-adds, access {count(other.access)}, {gap}"
    return f"next to it, nearest in mult-adds: c1 {c1}, c2 {c2} with {with_them}"


def as_markdown(worked: Worked) -> str:
    """The bound worked through as a table of Markdown, its verdict below."""
    from costmodel.reports.markdown import escaped, table

    columns = [*(Column(title, left=True) for title in ("", "formula", "with numbers")), Column("value")]
    heading = "  \n".join(map(escaped, worked.heading))
    said = escaped("; ".join(verdict(worked)))
    return f"{heading}\n\n{table(columns, [list(map(Cell, step)) for step in worked.steps])}\n\nVerdict: {said}\n"


def as_json(worked: Worked) -> str:
    """The bound as JSON: counts are whole numbers, roots are text, cut after two decimals where they do not end."""
    layer, found = worked.layer, worked.literal
    document = {
        "schema": 1,
        "layer": {name: spelled(value) if isinstance(value := getattr(worked.sizes, name), tuple) else value for name in NAMES},
        "output": [worked.line.output.h, worked.line.output.w],
        "mult_adds": layer.mult_adds,
        "access": layer.access,
        "bound": exact(layer.bound),
        "gap": exact(layer.gap),
        "holds": layer.holds,
        "tight": layer.is_tight,
        "balanced": [exact(width) for width in layer.balanced],
        "nearest": [*layer.pair],
        "pinned": "depthwise" if layer.is_depthwise else None,
        **({} if found is None else {"literal": plain_literal(found)}),
    }
    return json.dumps(document, indent=2) + "\n"


def plain_literal(found: Literal) -> dict[str, object]:
    """The paper's form as JSON has it."""
    return {"figure": exact(found.figure), "applies": not found.reasons, "reasons": [*found.reasons], "holds": found.holds}


def exact(value: Fraction | int) -> str:
    """A number as text, without separators."""
    return number(value).replace(",", "")


def number(value: Fraction | int) -> str:
    """A number with thousands separated; decimals only where there are any."""
    scaled = int(value * 10**DIGITS)
    decimals = f".{scaled % 10**DIGITS:0{DIGITS}}" if value != int(value) else ""
    return count(scaled // 10**DIGITS) + decimals
