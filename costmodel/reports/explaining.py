"""What `explain` says of one layer, block or unit: its working, its bound, and what stands in its place elsewhere."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.bounds import ConvBound, bounded, halves
from costmodel.explaining import Explainer
from costmodel.forms import collected
from costmodel.layers import op_label
from costmodel.line import Line
from costmodel.ops.window import a_side
from costmodel.replacing import Replaced
from costmodel.reports import notation
from costmodel.reports.bounding import number
from costmodel.reports.layout import Cell, Column
from costmodel.reports.steps import TITLES, Section, Step, order, value, worked, written
from costmodel.reports.words import LOWER, UNKNOWN, count, share
from costmodel.theorem import GAP, STEPS, bound, c1, c2, entering, g, hw, kh, kw, leaving
from costmodel.theorem import B as B_
from costmodel.working import Working

BOUND = next(step.lets[bound] for step in STEPS if bound in step.lets)
"""The bound as the proof derives it."""
_FIGURES = ("mult_adds", "params", "access")
_MANY = 3
"""How many are worked out in full on one page."""


def page(explainer: Explainer, found: Sequence[Working]) -> list[Section]:
    """Everything that was asked for; of more than a few, a table."""
    if len(found) > _MANY:
        return [_table(explainer, found)]
    return [section for working in found for section in sections(explainer, working)]


def _table(explainer: Explainer, found: Sequence[Working]) -> Section:
    """Several that go by one name and cost differently, a row each, and how to see one."""
    columns = (
        Column("", left=True),
        Column("×"),
        Column("output", left=True, yields=2),
        Column("formula of the mult-adds", left=True, yields=3),
        *(Column(TITLES[name]) for name in _FIGURES),
    )
    rows = [
        [
            Cell(one.path),
            Cell(f"{one.times} ×"),
            Cell(str(one.lines[-1].output)),
            Cell(worked(one)[0].said, "dim"),
            *(Cell(_shown(one, name)) for name in _FIGURES),
        ]
        for one in found
    ]
    words = f"{len(found)} of this name cost differently; name one for its working: {found[-1].path}"
    return Section(explainer.ledger.name, (words,), (), columns, tuple(rows))


def sections(explainer: Explainer, working: Working) -> Iterator[Section]:
    """One layer, block or unit."""
    yield from piece("figures", explainer, working)
    if working.parts:
        yield _parts(working)
    yield from piece("bound", explainer, working)
    yield from piece("instead", explainer, working)


def piece(what: str, explainer: Explainer, working: Working) -> Iterator[Section]:
    """A part of that page: the `figures`, the `bound`, or what a standard convolution would cost `instead`."""
    if what == "figures":
        yield _figures(explainer, working)
    elif what == "bound" and working.is_line:
        yield from _bounds(working.lines[0])
    elif what == "instead":
        for one in working.replaced:
            yield _instead(one, working)


def _figures(explainer: Explainer, working: Working) -> Section:
    name = explainer.ledger.name
    title = name if working.path in ("", name) else f"{name}: {working.path}"
    if working.times > 1:
        title += f" ({working.times} × alike: {', '.join(working.alike[:4])}{', …' if working.times > 4 else ''})"
    model = f"access: {explainer.traffic.said} ({explainer.traffic.spelled})"
    return Section(title, (*_what(working), model), worked(working), notes=tuple(_notes(explainer, working)))


def _what(working: Working) -> Iterator[str]:
    """What it is made of, and what goes in and comes out."""
    lines = working.lines
    if len(lines) == 1:
        line = lines[0]
        fields = ", ".join(f"{name}: {_field(one)}" for name, one in line.fields.items())
        inputs = " and ".join(map(str, dict.fromkeys(map(str, line.inputs))))
        more = f" ({len(line.inputs)} tensors)" if len(line.inputs) > 2 else ""
        yield f"{line.op}{f' {{{fields}}}' if fields else ''}, {inputs}{more} → {line.output}{_place(line)}"
    else:
        name = f"block {working.block}, " if working.block else ""
        yield f"{name}{len(lines)} ops, {lines[0].inputs[0]} → {lines[-1].output}{_place(lines[0])}"
    meanings = [
        f"{symbol.name} = {written(one)}{f' ({said})' if (said := working.meanings.get(symbol.name)) else ''}"
        for symbol, one in working.numbers.items()
        if not algebra.is_symbol(one)
    ]
    if meanings:
        yield " · ".join(meanings)
    for name, size in working.where.items():
        spelled = {symbol.name: written(n) for symbol, n in working.numbers.items() if not algebra.is_symbol(n)}
        formula, numbers = notation.screen(size), notation.screen(size, names=spelled)
        yield f"{name} = {formula} = {numbers} = {value(working.at(size))}"


def _field(one: object) -> str:
    if isinstance(one, dict):
        return f"{{{', '.join(f'{name}: {_field(size)}' for name, size in one.items())}}}"
    return (
        f"[{', '.join(map(_field, one))}]" if isinstance(one, list) else str(one).lower() if isinstance(one, bool) else str(one)
    )


def _place(line: Line) -> str:
    return f"; {Path(line.mark.file).name}, line {line.mark.line}" if line.mark.line else ""


def _notes(explainer: Explainer, working: Working) -> Iterator[tuple[str, str]]:
    if not working.known:
        names = ", ".join(dict.fromkeys(str(line.fields["op"]) for line in working.lines if not line.known))
        yield "not known", f"what {names} costs: the spec says so, and a sum with it is a lower bound ({LOWER})"
    if working.is_line:
        yield from _line_notes(explainer, working)
    unformed = [TITLES[key] for key, one in working.figures.items() if one.formula is None and one.value is not None]
    if unformed and working.known:
        yield "no formula", f"for {', '.join(unformed)}: the sum of the parts, or of what fusing leaves"
    if explainer.letters is not None and working.path == explainer.ledger.name:
        for one in explainer.letters.printed:
            said = "equal" if one.is_equal else "not equal: what differs is a convention, or an assumption of the spec"
            yield "printed", f"{one.source}: {TITLES[one.figure]} {one.text}: {said}"
    if working.conditions:
        yield "given", "; ".join(working.conditions)


def _line_notes(explainer: Explainer, working: Working) -> Iterator[tuple[str, str]]:
    line = working.lines[0]
    if line.known and not line.rule.counted:
        yield "counted", f"papers count no mult-adds of {line.op}: what it does is listed by kind"
    if working.figures["params"].value and line.rule.family == "norm":
        yield "parameters", "scale and shift are learned and count; the statistics (buffers) do not"
    for holder in dict.fromkeys((line.tied or {}).values()):
        kinds = " and ".join(kind for kind, at in (line.tied or {}).items() if at == holder)
        yield "tied", f"its {kinds} are those of {explainer.ledger.lines[holder].path}, counted there; it reads them"
    if "alone" in working.figures:
        own = "reads its inputs and writes its output when nothing is fused"
        yield "on its own", f"what this op moves where it {own}; under {explainer.traffic.spelled}, see access"


def _parts(working: Working) -> Section:
    """Each op of a block with its formula and its figures; the sums below."""
    columns = (
        Column("layer", left=True),
        Column("op", left=True, yields=2),
        Column("formula of the mult-adds", left=True, yields=3),
        Column("mult-adds"),
        Column("params"),
        Column("access"),
    )
    if any(algebra.is_symbol(working.figures[name].value) for name in _FIGURES):
        return Section("its ops", notes=tuple((_label(part, working), _told(part)) for part in working.parts))
    rows = []
    for part in working.parts:
        label = _label(part, working)
        step = worked(part)[0]
        line = part.lines[0]
        shown = [_shown(part, name) for name in _FIGURES]
        rows.append([Cell(label), Cell(op_label(line)), Cell(step.said, "dim"), *map(Cell, shown)])
    sums = [_shown(working, name) for name in _FIGURES]
    return Section("", (), (), columns, tuple(rows), tuple(Cell(c, "strong") for c in ("total", "", "", *sums)))


def _label(part: Working, working: Working) -> str:
    """A part's path within the whole."""
    inside = part.path.startswith(f"{working.path}/")
    return part.path[len(working.path) + 1 :] if inside else part.path


def _told(part: Working) -> str:
    """A part's figures as formulas in a sentence; those that are nothing left out."""
    shown = (f"{TITLES[name]} {said}" for name in _FIGURES if (said := _shown(part, name)) != "0")
    return "; ".join(shown) or "no mult-adds, no parameters, no access"


def _shown(working: Working, name: str) -> str:
    found = working.figures[name].value
    if found is None:
        return UNKNOWN
    return f"{'' if working.known else f'{LOWER} '}{_screen(found, working)}"


def _bounds(line: Line) -> Iterator[Section]:
    """The bound of each convolution that a line is, worked out with the formula that the proof derives."""
    sizes = (size for x in (*line.inputs, line.output) for size in x.shape)
    if any(map(algebra.is_symbol, (*sizes, *line.fields.values()))):
        return
    whole = bounded(line)
    for layer, half in zip(whole, halves(line), strict=True):
        kernel = a_side(line.inputs[0].sides, "kernel", line.fields.get("kernel", 1)) if layer.taps > 1 else [1]
        title = f"the least memory access that its mult-adds allow{f', {half}' if half else ''}"
        yield Section(title, (), bound_steps(layer, kernel), notes=tuple(_bound_notes(line, layer is whole[-1])))


def bound_steps(layer: ConvBound, kernel: Sequence[int]) -> tuple[Step, ...]:
    """The bound and the gap to it; `kernel` has the taps of each side."""
    taps = algebra.symbol("k" if len(kernel) == 2 and kernel[0] == kernel[1] else "taps", whole=True)
    first, second = (layer.leaving, layer.entering) if layer.transposed else (layer.entering, layer.leaving)
    numbers = {B_: layer.mult_adds, hw: second, entering: first, leaving: second, g: layer.groups, c1: layer.c1, c2: layer.c2}
    numbers[taps] = kernel[0] if taps.name == "k" else layer.taps
    chosen = {kh: 1, kw: 1} if layer.taps == 1 else {kh: taps, kw: taps if taps.name == "k" else 1}
    chosen |= {g: 1} if layer.groups == 1 else {}
    chosen |= {entering: hw, leaving: hw} if layer.entering == layer.leaving else {}
    gap = f"{number(layer.gap)}, {share(layer.gap, layer.access)} % of the access" if layer.gap else "0: the bound is met"
    # a transposed convolution is the other one with its two maps exchanged
    widths = {c1: c2, c2: c1} if layer.transposed else {}
    return (
        Step("bound", BOUND.subs(chosen), numbers, number(layer.bound)),
        Step("gap", GAP.right.subs(chosen).subs(widths, simultaneous=True), numbers, gap),
    )


def _bound_notes(line: Line, is_last: bool) -> Iterator[tuple[str, str]]:
    """Of what the bound is true; the biases of a separable convolution are its last half's."""
    biases = line.cost.biases if is_last else 0
    yield "domain", "each map and weight moved once; any kernel, stride, padding, groups; ShuffleNetV2 (arXiv:1807.11164) G1"
    if biases:
        yield "biases", f"its {count(biases)} biases are on neither side"


def _instead(one: Replaced, working: Working) -> Section:
    """What a standard convolution would cost there: both sides, the ratios, the width from which access is saved."""
    columns = (Column("", left=True), Column(one.what), Column(one.standard), Column("ratio", left=True))
    rows: list[list[Cell]] = []
    formulas: list[tuple[str, str]] = []
    for name in _FIGURES:
        own, other = getattr(one.own, name), getattr(one.other, name)
        mine, theirs = one.at(own), one.at(other)
        formula = notation.screen(one.ratio(name), order()) if name == "mult_adds" else ""
        known = not algebra.is_symbol(mine) and not algebra.is_symbol(theirs)
        if not known:
            both = " against ".join(_screen(side, working) for side in (mine, theirs))
            formulas.append((TITLES[name], f"{both}{f': a ratio of {formula}' if formula else ''}"))
            continue
        ratio = f"× {times(mine, theirs)}"
        cells = [value(n) for n in (mine, theirs)]
        rows.append([Cell(TITLES[name]), *map(Cell, cells), Cell(" = ".join(filter(None, (formula, ratio))))])
    return Section(_against(one), (), (), columns, tuple(rows), notes=(*formulas, *_instead_notes(one)))


def _screen(number: Num, working: Working) -> str:
    """A formula with like terms together, or a number."""
    if not algebra.is_symbol(number):
        return value(number)
    sizes = [symbol for symbol in number.free_symbols if symbol.name in working.sizes]
    return notation.screen(collected(number, sizes), order(working.sizes))


def times(mine: Fraction | int, theirs: Fraction | int) -> str:
    """A ratio with three digits that say something."""
    return f"{float(Fraction(mine) / Fraction(theirs)):.3g}" if theirs else "–"


def _against(one: Replaced) -> str:
    if len(one.lines) > 2:
        return f"{one.what} against {one.standard}"
    ops = " and ".join(map(op_label, one.lines))
    return f"{one.what} against {one.standard} ({ops})"


def _instead_notes(one: Replaced) -> Iterator[tuple[str, str]]:
    """From which width memory access is saved, and of what that is true."""
    found = one.threshold
    shown = [one.ratio("mult_adds"), found and found.width, *map(one.at, (*one.own, *one.other))]
    named = {symbol.name for formula in shown if algebra.is_symbol(formula) for symbol in formula.free_symbols}
    for name, size in one.where.items():
        if name in named:
            yield name, notation.screen(size)
    if found is None:
        return
    if found.width is None:
        yield "access", "saved at no width: the 1×1 convolution has as many weights as the standard one, or more"
    elif found.first is None:
        yield "access", f"saved where the channels that leave are more than {notation.screen(found.width, order())}"
    else:
        above = f"{notation.screen(found.width, order())} = {_near(one.at(found.width))}"
        yield "access", f"saved from {count(found.first)} channels out on: the first whole number above {above}"
    yield (
        "domain",
        (
            "any channels in, stride and padding: the map is the one that leaves, and the input drops out; "
            "a multiplier stands in the formula where there is one; convolutions alone, the map between moved twice"
        ),
    )


def _near(at: Fraction | int) -> str:
    return count(at) if type(at) is int else f"{float(at):,.1f}"
