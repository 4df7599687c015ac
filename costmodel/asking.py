"""Questions on what layers cost, with fresh numbers.

Every right answer, and every wrong one that has a name, is worked out by the ops' own rules.
"""

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.asking_units import compared, unit
from costmodel.bounds import bounded
from costmodel.explaining import Explainer
from costmodel.layers import op_label
from costmodel.ledger import Ledger
from costmodel.line import Line, Place
from costmodel.ops.window import a_side
from costmodel.quiz import TOLERANCE, Mistake, Question, Shown, Subject, told_apart
from costmodel.replacing import is_depthwise, replaced
from costmodel.single import Sizes, line_of
from costmodel.traffic import CONV, Traffic, alone

_SIDES = (7, 14, 28, 56)
_WIDTHS = (16, 24, 32, 48, 64, 96, 120, 128, 144, 192, 240, 256)
_TRIES = 200


def questions(subjects: Sequence[Subject], part: str | None, count: int, seed: int) -> list[Question]:
    """So many questions, the same for the same seed, of kinds that take turns.

    Raises `SpecError` for a part that is not there.
    """
    rng = random.Random(seed)  # noqa: S311 - questions are no secrets
    makers = [*_makers(subjects, part, rng)]
    found: list[Question] = []
    texts = set[str]()
    for _ in range(_TRIES):
        turn = [*makers]
        rng.shuffle(turn)
        for make in turn:
            if len(found) == count:
                return found
            question = make()
            if question is not None and question.text not in texts:
                texts.add(question.text)
                found.append(question)
    return found


_Maker = Callable[[], Question | None]


def _makers(subjects: Sequence[Subject], part: str | None, rng: random.Random) -> Iterator[_Maker]:
    """The kinds of question that can be asked."""
    first = subjects[0]
    if first.explainer.letters is not None and part is None:
        yield lambda: unit(first, rng)
        for other in subjects[1:]:
            yield lambda other=other: compared(first, other, rng)  # type: ignore[misc]  # bound as it is now
        lines = _counted(first.explainer.ledger.lines)
    else:
        held = [line for one in first.explainer.found(part) for line in one.lines] if part else first.explainer.ledger.lines
        lines = _counted(held)
    numeric = [line for line in lines if _is_plain(line)]
    for about in ("mult_adds", "params", "access") if numeric else ():
        yield lambda about=about: _layer(rng.choice(numeric), about, rng)  # type: ignore[misc]
    if any(line.op in ("conv2d", "depthwise", "separable") for line in lines):
        yield lambda: _bound(rng)
        yield lambda: _separable(rng, width=False)
        yield lambda: _separable(rng, width=True)
        yield lambda: _groups(rng)


def _counted(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.rule.family == "conv" or line.op == "linear"]


def _is_plain(line: Line) -> bool:
    """Whether fresh numbers can be put into a line: a convolution, none that is transposed, or an FC layer, in numbers."""
    sizes = (*line.inputs[0].shape, *line.fields.values())
    takes = line.op in ("conv1d", "conv2d", "conv3d", "depthwise", "separable", "linear")
    return takes and not any(map(algebra.is_symbol, sizes))


def askable(lines: Sequence[Line]) -> bool:
    """Whether there are questions on some lines of a network."""
    return any(map(_is_plain, lines))


# --- one layer ---------------------------------------------------------------------------------------------------


def run(line: Line, sizes: Mapping[str, int], fields: Mapping[str, Any]) -> Line:
    """The line's op on another map with other fields."""
    x = line.inputs[0].but(**{"n": 1, **sizes})
    given = {**line.fields, **fields}
    output, cost = line.rule([x], given)
    return Line(Place(None, ""), line.rule, given, (-1,), (x,), output, cost, line.mark)


def _fresh(line: Line, rng: random.Random) -> Line | None:
    """The line with numbers of its own: the sizes of its map, its widths; none where they cannot be."""
    groups = line.fields.get("groups", 1)
    is_dw = is_depthwise(line)
    step = groups if type(groups) is int and not is_dw else 1
    widths = [width for width in _WIDTHS if width % step == 0] or [step * n for n in (2, 4, 8)]
    c = rng.choice(widths)
    sizes: dict[str, int] = {"c": c}
    if line.inputs[0].kind == "map" and line.inputs[0].h > 1:
        side = rng.choice(_SIDES)
        sizes |= {"h": side, "w": side}
    fields: dict[str, Any] = {}
    if "out" in line.fields:
        fields["out"] = c if is_dw else rng.choice(widths)
    if is_dw and "groups" in line.fields:
        fields["groups"] = c
    found = run(line, sizes, fields)
    return found if all(truth is True for truth, *_ in found.cost.given) else None


_ASKED = {
    "mult_adds": ("How many mult-adds does it take?", "mult-adds"),
    "params": ("How many parameters has it?", "parameters"),
    "access": ("What is its memory access, each input, output and parameter moved once?", "elements"),
}


def _layer(line: Line, about: str, rng: random.Random) -> Question | None:
    fresh = _fresh(line, rng)
    if fresh is None:
        return None
    explainer = _alone([fresh])
    working = explainer.line(fresh)
    asked, unit = _ASKED[about]
    if fresh.op == "separable":
        asked = asked.replace("parameter moved", "parameter of its two convolutions moved")
    answer = Fraction(working.figures[about].value or 0)
    mistakes = tuple(_mistakes(fresh, about, answer))
    return Question(about, f"{described(fresh)} {asked}", answer, unit, mistakes, (Shown("figures", explainer, working),))


def described(line: Line) -> str:
    """A layer in a sentence."""
    x, y, given = line.inputs[0], line.output, line.fields
    bias = "with a bias" if line.cost.biases else "no bias"
    if line.op == "linear":
        return f"A fully connected layer from {x} to {y}, {bias}."
    groups = given.get("groups", 1)
    in_groups = f", {groups} groups" if groups != 1 and not is_depthwise(line) else ""
    name = {"separable": "depthwise separable convolution"}.get(
        line.op, "depthwise convolution" if is_depthwise(line) else "convolution"
    )
    kind = op_label(line).removeprefix("dw ").removeprefix("sep ").partition(" g=")[0]
    kernel, _, stride = kind.removeprefix("1d ").removeprefix("3d ").partition("/")
    kernel += "-tap" if len(x.sides) == 1 else ""
    strided = f", stride {stride}" if stride else ""
    return f"A {kernel} {name}, {x} → {y}{strided}{in_groups}, {bias}."


def _mistakes(line: Line, about: str, answer: Fraction) -> Iterator[Mistake]:
    """Answers that are wrong in a way that has a name, none of them the right one."""
    x, y, cost = line.inputs[0], line.output, line.cost
    groups = Fraction(x.c if is_depthwise(line) else line.fields.get("groups", 1))
    taps = bounded(line)[0].taps
    entering, leaving = Fraction(x.size, x.c), Fraction(y.size, y.c)
    reach = a_side(x.sides, "kernel", line.fields.get("kernel", 1))
    rim = [size - 1 if line.fields.get("padding", 0) not in (0, "valid") else 0 for size in reach]
    padded = entering + Fraction(algebra.prod(x.dims[side] + size for side, size in zip(x.sides, rim, strict=True)))
    padded -= algebra.prod(x.dims[side] for side in x.sides)
    between = leaving * x.c * line.fields.get("multiplier", 1) if line.op == "separable" else 0
    found = {
        "mult_adds": [
            (2 * answer, "2 are counted for each multiply-add: papers' mult-adds count one"),
            (answer * groups, "the groups are forgotten: a filter sees only its group's channels" if groups > 1 else ""),
            (answer / taps, "the kernel is forgotten: all its taps lie under each window"),
            (answer * entering / leaving, "the map that enters is taken for the one that leaves: at a stride it is larger"),
            (
                answer * padded / leaving if any(rim) else answer,
                "the padded map is taken for the one that leaves: its rim is no place of a window",
            ),
            (answer + cost.add, "the bias's additions are counted: they are no mult-adds"),
            (Fraction(cost.params), "these are the parameters: each is used at every position of the output"),
            (Fraction(line.output.size), "these are the values of the output: each takes a dot product"),
            (answer / y.c if not is_depthwise(line) else answer, "the output channels are forgotten"),
        ],
        "params": [
            (Fraction(cost.weights), "the bias is forgotten: one an output channel"),
            (Fraction(cost.weights + y.c), "a bias is counted, and there is none"),
            (cost.weights * groups + cost.biases, "the groups are forgotten" if groups > 1 else ""),
            (Fraction(cost.weights, taps) + cost.biases, "the kernel is forgotten: a weight a tap for each pair of channels"),
            (Fraction(cost.fma), "these are the mult-adds: a weight is one parameter, however often it is used"),
        ],
        "access": [
            (answer - x.size, "the input is left out: it is read"),
            (answer - y.size, "the output is left out: it is written"),
            (answer - cost.params, "the parameters are left out: they are read too"),
            (answer + (padded - entering) * x.c, "the padding is counted as read: it is no part of the map"),
            (answer - between, "the map between is counted once: it is written, and read again"),
            (answer - 2 * between, "the map between is left out: it is written, and read again"),
            (answer * 4, "these are bytes of fp32: access counts elements"),
            (answer - cost.biases, "the biases are left out"),
            (answer + (groups - 1) * cost.weights, "the groups are forgotten in the weights" if groups > 1 else ""),
            (2 * Fraction(x.size) + cost.params, "the map that enters is taken for the one that leaves"),
        ],
    }[about]
    for value, words in found:
        if words and value > 0 and abs(value - answer) > TOLERANCE * answer:
            yield Mistake(Fraction(value), words)


def _alone(lines: Sequence[Line], traffic: Traffic = CONV) -> Explainer:
    """What explains some lines that are in no network."""
    ledger = Ledger("working", "", {}, 1, list(lines), [len(lines) - 1])
    ledger.inputs["input"] = lines[0].inputs[0]
    return Explainer(ledger, traffic)


# --- bounds, ratios, groups --------------------------------------------------------------------------------------


def _bound(rng: random.Random) -> Question:
    side = rng.choice(_SIDES)
    c1, c2 = rng.sample(_WIDTHS, 2)
    line = line_of(Sizes(h=side, w=side, c1=c1, c2=c2))
    (layer,) = bounded(line)
    explainer = _alone([line])
    text = (
        f"{described(line)} It takes {layer.mult_adds:,} mult-adds. What is the least memory access that these allow "
        "(ShuffleNetV2, G1), in elements?"
    )
    area = Fraction(layer.leaving)
    mistakes = (
        Mistake(Fraction(layer.access), "this is what the layer moves: the bound is what equal widths would"),
        Mistake(Fraction(layer.bound - layer.mult_adds / area), "the weights B/(h·w) are left out"),
        Mistake(
            (layer.bound - layer.mult_adds / area) / 2 + layer.mult_adds / area,
            "the 2 before the root is forgotten: two maps move",
        ),
    )
    shown = (Shown("bound", explainer, explainer.line(line)),)
    return Question("bound", text, Fraction(layer.bound), "elements", told_apart(mistakes, layer.bound), shown)


def _separable(rng: random.Random, width: bool) -> Question | None:
    """The ratio of a separable convolution to the standard one, or the width from which it saves memory access."""
    side, k = rng.choice(_SIDES), rng.choice((3, 3, 5))
    c1, c2 = rng.choice(_WIDTHS), rng.choice(_WIDTHS)
    from_ops = line_of(Sizes(h=side, w=side, c1=c1, c2=c1, k=k, groups=c1))
    first = replace(from_ops, sources=(-1,))
    mixing = line_of(Sizes(h=side, w=side, c1=c1, c2=c2))
    second = replace(mixing, sources=(0,))
    found = replaced(first, second)
    if found is None or found.threshold is None or found.threshold.first is None:
        return None
    explainer = _alone([first, second])
    shown = (Shown("instead", explainer, explainer.whole()),)
    names = f"a {k}×{k} depthwise and a 1×1 convolution, {first.inputs[0]} → {second.output}"
    if not width:
        answer = Fraction(found.at(found.own.mult_adds)) / found.at(found.other.mult_adds)
        text = f"A standard {k}×{k} convolution is replaced by {names}. What is the ratio of the mult-adds, new to old?"
        wrong = [
            Mistake(Fraction(1, c2), f"this is 1/c2 alone: the 1×1 convolution adds 1/k² = 1/{k * k}"),
            Mistake(Fraction(1, k * k), f"this is 1/k² alone: the depthwise convolution adds 1/c2 = 1/{c2}"),
            Mistake(1 / answer, "this is old to new"),
            Mistake(Fraction(1, c1) + Fraction(1, k * k), "c1 is taken for c2: the ratio hangs on the channels that leave"),
            Mistake(Fraction(1, c2) + Fraction(1, k), "k is taken for k²"),
        ]
        return Question("ratio", text, answer, "×", told_apart(wrong, answer), shown)
    area, taps = side * side, k * k
    text = (
        f"A standard {k}×{k} convolution on a {side}×{side} map (stride 1, no bias) is replaced by a depthwise and a 1×1 one. "
        "From how many output channels on is memory access saved too?"
    )
    wrong = [
        Mistake(Fraction((area + taps) // (taps - 1) + 1), "the map between is counted once: it is written, and read again"),
        Mistake(Fraction((2 * area) // (taps - 1) + 1), "the depthwise weights are left out"),
        Mistake(Fraction(found.threshold.first - 1), "there it is not saved yet: the first whole number above is asked"),
    ]
    answer = Fraction(found.threshold.first)
    return Question("width", text, answer, "channels", told_apart(wrong, answer, exact=True), shown, is_exact=True)


def _groups(rng: random.Random) -> Question:
    """Guideline G2: what groups do to memory access, at fixed width and at fixed mult-adds."""
    side, root = rng.choice(_SIDES), rng.choice((2, 3, 4))
    g, wider = root * root, rng.random() < 0.5
    c = rng.choice((144, 288))  # both can be split in 4, 9 and 16
    plain = line_of(Sizes(h=side, w=side, c1=c, c2=c))
    width = c * root if wider else c
    grouped = line_of(Sizes(h=side, w=side, c1=width, c2=width, groups=g))
    before, after = (alone(line.cost).access for line in (plain, grouped))
    answer = Fraction(after, before)
    how = f"both widths × {root}, so that the mult-adds stay" if wider else "at the same width"
    text = (
        f"A 1×1 convolution, {plain.inputs[0]} → {plain.output}, no bias, is split into {g} groups {how}. "
        "By what factor does its memory access change?"
    )
    other = c if wider else c * root
    turned = alone(line_of(Sizes(h=side, w=side, c1=other, c2=other, groups=g)).cost).access
    wrong = [
        Mistake(Fraction(1, g), "so the mult-adds change at fixed width: the maps move all the same"),
        Mistake(Fraction(1), f"so the {'mult-adds' if wider else 'maps'} stay: memory access is another figure"),
        Mistake(Fraction(turned, before), f"this is at fixed {'width' if wider else 'mult-adds'}: here the other is fixed"),
        Mistake(1 / answer, "this is old to new"),
    ]
    explained = [(_alone([line]), line) for line in (plain, grouped)]
    shown = tuple(Shown("figures", explainer, explainer.line(line)) for explainer, line in explained)
    return Question("groups", text, answer, "×", told_apart(wrong, answer), shown)
