"""What stands for a standard convolution, beside that: ratios, and the width from which memory access is saved too."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.algebra import Num
from costmodel.cost import Cost
from costmodel.forms import settled
from costmodel.ledger import Ledger
from costmodel.letters import Letters, sizes_of
from costmodel.line import Line
from costmodel.ops import OPS
from costmodel.tensor import DIMENSIONS, Tensor
from costmodel.traffic import alone

_WINDOW = ("kernel", "stride", "padding", "dilation")
_STANDARD = {1: "conv1d", 2: "conv2d", 3: "conv3d"}


class Costs(NamedTuple):
    """The figures that are compared, in symbols."""

    mult_adds: Num
    params: Num
    access: Num

    @classmethod
    def of(cls, cost: Cost) -> "Costs":
        """Of an op, each of its maps and parameters moved once."""
        return cls(cost.fma, cost.params, alone(cost).access)


class Threshold(NamedTuple):
    """The output width above which memory access is saved: a formula in the symbols, and the first whole number above it.

    It hangs neither on the input width nor on the map that enters. `first` is none where a symbol in the formula has no
    number; both are where no width is wide enough (`never`).
    """

    width: Num | None
    first: int | None

    @property
    def never(self) -> bool:
        """Whether memory access is saved at no width."""
        return self.width is None


class Replaced(NamedTuple):
    """A convolution in factors or groups, and the standard one of the same kernel, stride and widths.

    `what` names the first, `standard` the second. `numbers` are those that the symbols stand for.
    """

    what: str
    standard: str
    lines: tuple[Line, ...]
    own: Costs
    other: Costs
    numbers: dict[Any, Num]
    meanings: dict[str, str]
    where: dict[str, Num]
    threshold: Threshold | None

    def at(self, value: Num) -> Num:
        """A formula with the numbers put in."""
        return settled(algebra.substitute(value, self.numbers))

    def ratio(self, figure: str) -> Num:
        """One figure of the first over that of the second, in symbols, term by term."""
        found = algebra.divide(getattr(self.own, figure), getattr(self.other, figure))
        return found.expand() if algebra.is_symbol(found) else found


def is_depthwise(line: Line) -> bool:
    """Whether a line filters each channel on its own."""
    c = line.inputs[0].dims.get("c")
    return line.op == "depthwise" or (line.op in _STANDARD.values() and line.fields.get("groups", 1) == c != 1)


def is_pointwise(line: Line) -> bool:
    """Whether a line mixes the channels at each position: a 1×1 convolution of stride 1 in one group."""
    given = line.fields
    return line.op in _STANDARD.values() and all(
        given.get(name, usual) in (usual, *([usual] * sides for sides in (1, 2, 3)))
        for name, usual in (("kernel", 1), ("stride", 1), ("groups", 1))
    )


def factored(lines: Sequence[Line]) -> list[tuple[Line, Line]]:
    """The depthwise lines of a ledger whose outputs go on to a 1×1 convolution, through norms and activations alone."""
    found = []
    for place, line in enumerate(lines):
        at = place + 1
        while is_depthwise(line) and at < len(lines) and lines[at].sources == (at - 1,):
            if is_pointwise(lines[at]):
                found.append((line, lines[at]))
            if lines[at].rule.family not in ("norm", "pointwise"):
                break
            at += 1
    return found


def replaced(line: Line, after: Line | None = None, known: Mapping[Any, Num] = {}) -> Replaced | None:
    """A line, or a depthwise one and the 1×1 convolution after it, beside the standard convolution; none where it is one.

    Memory access is of each convolution on its own: each map and each parameter moved once. `known` are the numbers of
    symbols that the lines have already.
    """
    x, given = line.inputs[0], line.fields
    if after is None and not (line.op == "separable" or is_depthwise(line) or _is_grouped(line)):
        return None
    letters = Letters()
    mixing = after is not None or line.op == "separable"
    inputs = Tensor(
        **{n: letters.give(v, [f"{n}1" if n == "c" and mixing else n], DIMENSIONS.get(n, "batch")) for n, v in x.dims.items()}
    )
    fields = {
        name: letters.give(given[name], [letter], name)
        for name, letter in zip(_WINDOW, ("k", "s", "p", "d"), strict=True)
        if name in given
    }
    own = {name: value for name, value in given.items() if name not in _WINDOW} | fields
    own |= {"groups": inputs.c} if is_depthwise(line) and line.op != "depthwise" else {}
    if "multiplier" in given:
        own["multiplier"] = letters.give(given["multiplier"], ["m"], "multiplier")
    last = after or line
    width = letters.give(last.output.c, ["c2"], "channels out") if mixing or "out" in own else None
    if line.op == "separable":
        own["out"] = width
    elif "out" in own:
        own["out"] = inputs.c if given["out"] == x.c and (is_depthwise(line) or mixing) else width
    if not is_depthwise(line) and _is_grouped(line):
        own["groups"] = letters.give(given["groups"], ["g"], "groups")
    between, cost = line.rule([inputs], own)
    output = between
    if after is not None:
        output, more = after.rule([between], {**after.fields, "out": width})
        cost = _both(cost, more)
    whole = {**fields, "out": output.c, "bias": last.fields.get("bias", True)}
    _, other = OPS[_STANDARD[len(x.sides)]]([inputs], whole)
    where = sizes_of(inputs, output)
    names = {size: algebra.symbol(name, whole=True) for name, size in where.items()}
    numbers: dict[Any, Num] = {**known, **letters.numbers}
    numbers |= {symbol: settled(algebra.substitute(size, numbers)) for size, symbol in names.items()}
    first, second = (Costs(*(algebra.substitute(v, names) for v in Costs.of(one))) for one in (cost, other))
    found = Replaced(
        _said(line, after),
        "the standard convolution" if mixing or is_depthwise(line) else "one group",
        (line,) if after is None else (line, after),
        first,
        second,
        numbers,
        letters.meanings,
        where,
        _threshold(first, second, inputs.c, width, numbers) if mixing else None,
    )
    expected = Costs.of(line.cost if after is None else _both(line.cost, after.cost))
    return found if tuple(map(found.at, first)) == tuple(map(found.at, expected)) else None


def _both(one: Cost, other: Cost) -> Cost:
    return replace(one, given=()) + replace(other, given=())


def _is_grouped(line: Line) -> bool:
    groups = line.fields.get("groups", 1)
    return line.op in _STANDARD.values() and type(groups) is int and groups > 1


def _said(line: Line, after: Line | None) -> str:
    if after is not None or line.op == "separable":
        return "depthwise separable"
    return "depthwise" if is_depthwise(line) else f"{line.fields['groups']} groups"


def _threshold(own: Costs, other: Costs, c1: Any, c2: Any, numbers: Mapping[Any, Num]) -> Threshold | None:
    """Where the access of the one meets that of the other: both are straight lines over the output width."""
    if not (algebra.is_symbol(c2) and c2.is_Symbol and algebra.is_symbol(c1)) or c2 in c1.free_symbols:
        return None
    saved = ((other.access - own.access) / c1).expand()
    least = algebra.substitute(saved, {c2: 0})
    slope = algebra.divide(saved - least, c2).expand()
    if algebra.is_symbol(slope) and c2 in slope.free_symbols:
        return None
    needed, rising = (settled(algebra.substitute(value, numbers)) for value in (-least, slope))
    if algebra.decide(rising <= 0):
        return Threshold(None, None)
    width = algebra.divide(-least, slope)
    if algebra.is_symbol(needed) or algebra.is_symbol(rising):
        return Threshold(width, None)
    return Threshold(width, algebra.floor(algebra.divide(needed, rising)) + 1)


def plain_pair(ledger: Ledger, numbers: dict[Any, Num], meanings: dict[str, str]) -> list[Replaced]:
    """A unit that adds its input to its output, beside two standard 3×3 convolutions of the same width.

    None for a unit that has no 1×1 convolution: it is no bottleneck.
    """
    if len(ledger.inputs) != 1 or not ledger.lines:
        return []
    (x,), y = ledger.inputs.values(), ledger.lines[ledger.outputs[0]].output
    adds = any(line.op == "add" for line in ledger.lines)
    if x.kind != "map" or x.dims != y.dims or not adds or not any(_is_narrow(line) for line in ledger.lines):
        return []
    plain = {"out": x.c, "kernel": 3, "padding": "same", "bias": False}
    between, first = OPS["conv2d"]([x], plain)
    _, second = OPS["conv2d"]([between], plain)
    counted = [line for line in ledger.lines if line.rule.counted]
    own = sum((replace(line.cost, given=()) for line in counted), Cost())
    found = Costs.of(own)
    return [
        Replaced(
            "the unit's convolutions", "two standard 3×3", tuple(counted), found, Costs.of(_both(first, second)),
            dict(numbers), meanings, {}, None,
        )
    ]  # fmt: skip


def _is_narrow(line: Line) -> bool:
    return line.op == "conv2d" and line.fields.get("kernel", 1) == 1
