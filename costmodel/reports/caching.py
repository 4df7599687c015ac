"""What `verify --cache` says: the bound through a finite on-chip memory, the best blocking, and how far they are apart."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from costmodel.blocking import Blocking, OnChip, blocked, least, unblocked
from costmodel.bounds import halves
from costmodel.dtypes import DTYPES
from costmodel.line import Line
from costmodel.pebbles import Convolution, convolutions
from costmodel.reports.bounding import beyond, step_lines
from costmodel.reports.layout import Cell, Column, Screen, table, text, wrapped
from costmodel.reports.words import count, size
from costmodel.sides import facts
from costmodel.tensor import times

THEOREM = "memory access ≥ max(touched, 2·B/√(R·S) − 2·S) elements, with S elements on chip"
TERMS = (
    "touched: inputs under windows, weights that meet one, outputs, once; no biases",
    "B: products of an input and a weight, not padding; R: most windows on an input",
    (
        "domain: one convolution or FC layer, its products in any order, each computed once, as a product (no FFT, no "
        "Winograd); partial sums split and moved at will; inputs, weights and outputs start and end off chip"
    ),
    (
        "source: the pebble game of Hong and Kung (STOC 1981), its constant as in arXiv:1702.02017; of convolutions in "
        "arXiv:1802.06905 and arXiv:1911.05662"
    ),
    (
        "achievable: the best blocking into near-equal tiles of positions × c2 output × c1 input channels of a group; each "
        "order of the loops lets one block stay, and tiles read the halo that they share once each"
    ),
)
"""What the theorem's letters stand for, where it holds, whose it is, and what is set beside it."""
CURVE = (Fraction(1, 4), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(4))
"""The memories beside which a layer is shown, as parts of the one that is asked for."""
NOT_BLOCKED, NO_FIT = "not blocked", "does not fit"


class Case(NamedTuple):
    """A layer with the memory on chip, of at least one element, and what it is called: its path, and which half it is."""

    layer: Convolution
    chip: OnChip
    path: str = ""
    half: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return f"{self.path} {self.half}".strip()

    @property
    def bound(self) -> int:
        """The least access, in elements."""
        return self.layer.bound(self.chip.elements)

    @property
    def bound_bytes(self) -> int:
        """The least access in bytes: what is touched by its types, or the pebbles as elements of the shortest."""
        layer, words = self.layer, self.chip.dtypes
        touched = (layer.read + layer.outputs) * DTYPES[words.activations] + layer.weights * DTYPES[words.weights]
        return ceil(Fraction(max(touched, layer.pebbles(self.chip.elements) * self.chip.shortest), 8))

    @property
    def binds(self) -> str:
        """Which side of the bound is the larger."""
        return "pebbles" if self.bound > self.layer.touched else "touched"

    @property
    def found(self) -> Blocking | None:
        """The best blocking, where there is one."""
        return blocked(self.layer, self.chip)

    @property
    def missing(self) -> str:
        """That there is no blocking, in two words."""
        return NOT_BLOCKED if unblocked(self.layer) else NO_FIT

    @property
    def least_bytes(self) -> int:
        """The smallest memory into which a blocking fits."""
        return least(self.layer, self.chip.dtypes)


def curve(layer: Convolution, chip: OnChip) -> list[Case]:
    """A layer at each memory of the curve that holds an element."""
    chips = (OnChip(int(chip.bytes * part), chip.dtypes) for part in CURVE)
    return [Case(layer, one) for one in chips if one.elements]


def cases(line: Line, chip: OnChip) -> list[Case]:
    """A line as the convolutions that it is: one, of a `separable` two, of other ops none."""
    return [Case(layer, chip, line.path, half) for half, layer in zip(halves(line), convolutions(line), strict=True)]


def screen(layer: Convolution, chip: OnChip, room: int) -> Screen:
    """The bound and the best blocking worked through for one layer, and both along a curve of memories."""
    case = Case(layer, chip)
    heading, rows = table(curve_columns(), [[curve_row(one) for one in curve(layer, chip)]], room)
    steps = [line for step in steps_of(case) for line in step_lines(*step)]
    return [
        *head(room),
        [],
        *_labelled([("layer", described(layer), ""), ("memory", memory(chip), "")], room),
        *steps,
        *_labelled(worked(case), room),
        [],
        *heading,
        *rows,
    ]


def head(room: int) -> Screen:
    """The theorem, where it holds and whose it is, and what is set beside it."""
    styles = ["head", *["dim"] * len(TERMS)]
    lines = zip(styles, (THEOREM, *TERMS), strict=True)
    return [text(part, style) for style, line in lines for part in wrapped(line, max(room, 40))]


def steps_of(case: Case) -> list[tuple[str, str, str, str]]:
    """Each figure's name, formula, the formula with its numbers, and its value."""
    layer, chip = case.layer, case.chip
    s, b, pebbles = count(chip.elements), count(layer.products), _signed(layer.pebbles(chip.elements))
    parts = " + ".join(map(count, (layer.read, layer.weights, layer.outputs)))
    larger = f"max({count(layer.touched)}, {pebbles})"
    channels = f"{layer.c1}·{layer.c2}" + (f"/{layer.groups}" if layer.groups > 1 else "")
    inside = "·".join(str(facts(side).products) for side in layer.sides if side.size > 1 or side.windows > 1) or "1"
    return [
        ("products B", "taps of windows inside the map, along each side · c1·c2/g", f"{inside}·{channels}", b),
        ("memory S", f"bits on chip / bits of {chip.word}", f"8·{count(chip.bytes)}/{chip.shortest}", s),
        ("touched", "inputs + weights + outputs", parts, count(layer.touched)),
        ("pebbles", "2·B/√(R·S) − 2·S", f"2·{b}/√({layer.shared}·{s}) − 2·{s}", pebbles),
        ("bound", "max(touched, pebbles)", larger, f"{count(case.bound)} ({size(case.bound_bytes)})"),
    ]


def _signed(value: int) -> str:
    return count(value).replace("-", "−")


def _labelled(said: Iterable[tuple[str, str, str]], room: int) -> Screen:
    """Sentences beside their labels, each with its style."""
    lines = []
    for label, words, style in said:
        for number, part in enumerate(wrapped(words, max(room - 15, 30))):
            lines.append([Cell(f"{'' if number else label:<15}", "strong"), Cell(part, style)])
    return lines


def described(layer: Convolution) -> str:
    """A layer by its maps and its windows: 64×56×56 → 64×28×28, kernel 3×3, stride 2×2."""
    sides = [side for number, side in enumerate(layer.sides) if number or side.size > 1] or list(layer.sides)
    maps = [(layer.c1, *(side.size for side in sides)), (layer.c2, *(side.windows for side in sides))]
    if layer.transposed:
        maps = [(layer.c1, *(side.windows for side in sides)), (layer.c2, *(side.size for side in sides))]
    found = " → ".join(map(times, maps))
    for word, values in (("kernel", [side.kernel for side in sides]), ("stride", [side.stride for side in sides])):
        found += f", {word} {times(values)}"
    return found + (f", {count(layer.groups)} groups" if layer.groups > 1 else "")


def worked(case: Case) -> Iterator[tuple[str, str, str]]:
    """The best blocking in sentences: a label, words, a style."""
    found, layer, words = case.found, case.layer, case.chip.dtypes
    if found is None and (why := unblocked(layer)):
        yield "blocking", f"none: {why} is not blocked here, and has its bound alone", "dim"
    elif found is None:
        needs = f"{count(case.least_bytes)} bytes"
        yield "blocking", f"none fits: one position, one channel in and one out need {needs} on chip", "bad"
    else:
        inside = f", in each of {count(layer.groups)} groups" if layer.groups > 1 else ""
        wide1, wide2 = (count(c // layer.groups) for c in (layer.c1, layer.c2))
        channels = f"{count(found.c2)} of {wide2} output and {count(found.c1)} of {wide1} input channels"
        yield "blocking", f"{found.stays} stay; {_tile(found)} positions × {channels} at a time{inside}", ""
        held = f"inputs {count(found.patch)} + weights {count(found.filters)} + partial sums {count(found.sums)}"
        yield "on chip", f"{held} = {count(found.held)} ({size(found.held_bytes(words))})", ""
        moved = f"inputs {count(found.inputs)} + weights {count(found.weights)} + outputs {count(found.outputs)}"
        again = f" + partial sums {count(found.spilled)}" if found.spilled else ""
        yield "achievable", f"{moved}{again} = {count(found.access)} ({size(found.moved_bytes(words))})", ""
        yield "verdict", _verdict(found.access, case.bound), "good"
    if skipped := beyond([layer]):
        yield "conv", f"this traffic model counts {skipped}, too", "dim"


def _verdict(access: int, bound: int) -> str:
    if access == bound:
        return f"holds with equality: {count(access)} = {count(bound)}"
    return f"holds: {count(access)} ≥ {count(bound)}, {ratio(access, bound)} times the bound"


def _tile(found: Blocking) -> str:
    """The tile's sizes; the batch where it has several images, or is all there is."""
    return times(map(count, found.tile[1:] if len(found.tile) > 1 and found.tile[0] == 1 else found.tile))


def ratio(access: int, bound: int) -> str:
    """How often a bound goes into an access, with two decimals, never rounded down to less."""
    return f"{ceil(Fraction(100 * access, bound)) / 100:,.2f}"


def curve_columns() -> list[Column]:
    """The columns of the table of memories."""
    return [Column("on chip"), Column("S"), *columns()]


def curve_row(case: Case) -> list[Cell]:
    """A row of the table of memories."""
    return [Cell(size(case.chip.bytes)), Cell(count(case.chip.elements), "dim"), *cells(case)]


def columns() -> list[Column]:
    """The columns of a bound and a blocking."""
    blocks = [Column("stays", left=True), Column("tile"), Column("c2", yields=1), Column("c1", yields=1)]
    return [Column("bound"), Column("by", left=True), Column("achievable"), Column("ratio"), *blocks]


def cells(case: Case) -> list[Cell]:
    """A bound and a blocking in a row."""
    found, bound = case.found, [Cell(count(case.bound)), Cell(case.binds, "dim")]
    if found is None:
        return [*bound, Cell(case.missing, "bad" if case.missing == NO_FIT else "dim"), *[Cell("–", "dim")] * 5]
    figures = [Cell(count(found.access), "strong"), Cell(ratio(found.access, case.bound))]
    return [
        *bound,
        *figures,
        Cell(found.stays),
        *(Cell(part, "dim") for part in (_tile(found), count(found.c2), count(found.c1))),
    ]


def memory(chip: OnChip) -> str:
    """A memory on chip in words: its size, S, and what that counts."""
    kinds = f"{chip.word} elements" if chip.dtypes.word else f"elements of {chip.word}, the shortest; blocks go by their own"
    return f"{size(chip.bytes)} on chip: S = {count(chip.elements)} {kinds}; partial sums {chip.dtypes.accumulators}"
