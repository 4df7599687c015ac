"""Two networks held against each other: which of their units and layers correspond, and what makes them cost otherwise."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from costmodel import algebra
from costmodel.layers import by_layer, by_unit, main_line, op_label, unit_of
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.ops.fields import spoken
from costmodel.problems import Problem, SpecError
from costmodel.tensor import Tensor, times
from costmodel.traffic import CONV, Traffic

T = TypeVar("T")
_LEAST = 0.35
"""How much two units must have in common to be the same unit, changed."""
_MOST = 400
"""Units or layers of a list up to which any may be aligned with any; longer lists only near the same place."""

ELSEWHERE = "fused or copied otherwise"
"""The cause of a unit that is the same and moves more or less, by what stands around it."""


class Figures(NamedTuple):
    """Mult-adds, parameters, and elements moved."""

    mult_adds: Any
    params: Any
    access: Any

    def minus(self, other: "Figures") -> "Figures":
        """The difference of each."""
        return Figures(*(a - b for a, b in zip(self, other, strict=True)))


class Change(NamedTuple):
    """A layer of one network beside that of the other, either of them missing, with what is different about it.

    `causes` are the layer's own; `follows` are from a layer before it.
    """

    before: list[Line]
    after: list[Line]
    causes: tuple[str, ...]
    follows: tuple[str, ...]


class Pair(NamedTuple):
    """A unit of one network beside that of the other, either of them missing, with its layers."""

    before: list[Line]
    after: list[Line]
    changes: list[Change]

    @property
    def causes(self) -> list[str]:
        """What is different about it: `new`, `gone`, or what its layers changed of their own, else what follows."""
        if not self.before or not self.after:
            return ["new" if self.after else "gone"]
        own = list(dict.fromkeys(cause for change in self.changes for cause in change.causes))
        return own or list(dict.fromkeys(cause for change in self.changes for cause in change.follows))


class Difference:
    """What turns one network into another, unit by unit; the deltas add up to the difference of the totals.

    Raises `SpecError` for ledgers of points or symbols.
    """

    def __init__(self, before: Ledger, after: Ledger, traffic: Traffic = CONV) -> None:
        for ledger in (before, after):
            if not all(algebra.is_single(line.output.size) for line in ledger.lines):
                message = f"a comparison needs plain numbers, and {ledger.name} has points or symbols"
                raise SpecError([Problem(None, message, "evaluate the points one by one")])
        self.before, self.after, self.traffic = before, after, traffic
        layers = {id(layer[0]): layer for ledger in (before, after) for layer in by_layer(ledger.lines)}
        self.pairs = [
            Pair(one or [], other or [], [*_changes(_layers(one or [], layers), _layers(other or [], layers))])
            for one, other in aligned(by_unit(before.lines), by_unit(after.lines), _alike_units)
        ]

    def figures(self, ledger: Ledger, lines: Sequence[Line]) -> Figures:
        """What some lines of one of the networks cost."""
        return Figures(*ledger.sums(lines, traffic=self.traffic))

    def causes(self, pair: Pair) -> list[str]:
        """What is different about a unit; of one that has no cause of its own, and costs otherwise, `ELSEWHERE`."""
        return pair.causes or ([ELSEWHERE] if any(self.delta(pair.before, pair.after)) else [])

    def delta(self, before: Sequence[Line], after: Sequence[Line]) -> Figures:
        """What lines of the second cost more than lines of the first."""
        return self.figures(self.after, after).minus(self.figures(self.before, before))


def aligned(one: Sequence[T], other: Sequence[T], alike: Callable[[T, T], float]) -> list[tuple[T | None, T | None]]:
    """Two lists side by side, in order: pairs that are alike, and what stands in one of them alone.

    The sum of likenesses above `_LEAST` is the largest that there is (Needleman and Wunsch).

    >>> aligned("abcd", "bxd", lambda a, b: float(a == b))
    [('a', None), ('b', 'b'), ('c', None), (None, 'x'), ('d', 'd')]
    """
    m, n = len(one), len(other)
    near = m + n if max(m, n) <= _MOST else _MOST // 4 + abs(m - n)
    best = [[0.0] * (n + 1) for _ in range(m + 1)]
    gains: dict[tuple[int, int], float] = {}
    for i in range(m - 1, -1, -1):
        for j in range(n - 1, -1, -1):
            gain = alike(one[i], other[j]) - _LEAST if abs(i - j) <= near else -1.0
            gains[i, j] = gain
            best[i][j] = max(best[i + 1][j], best[i][j + 1], best[i + 1][j + 1] + gain if gain > 0 else 0.0)
    pairs: list[tuple[T | None, T | None]] = []
    i = j = 0
    while i < m or j < n:
        if i < m and j < n and gains[i, j] > 0 and best[i][j] == best[i + 1][j + 1] + gains[i, j]:
            pairs.append((one[i], other[j]))
            i, j = i + 1, j + 1
        elif i < m and (j == n or best[i][j] == best[i + 1][j]):
            pairs.append((one[i], None))
            i += 1
        else:
            pairs.append((None, other[j]))
            j += 1
    return pairs


def _alike_units(one: list[Line], other: list[Line]) -> float:
    """How much two units have in common: their names, their ops, the size of their maps, their place among stages."""
    a, b = unit_of(one[0]), unit_of(other[0])
    named = bool(a and b and a.label == b.label)
    staged = bool(a and b and str(a.parent or "") == str(b.parent or ""))
    ops = _shared([line.op for line in one], [line.op for line in other])
    windows = _shared([op_label(line) for line in one], [op_label(line) for line in other])
    exact = [line.fields == twin.fields and line.op == twin.op for line, twin in zip(one, other, strict=False)]
    same = sum(exact) / max(len(one), len(other))
    sized = _sides(one[-1].output) == _sides(other[-1].output)
    return 0.2 * named + 0.1 * staged + 0.2 * ops + 0.15 * windows + 0.25 * same + 0.1 * sized


def _shared(one: list[str], other: list[str]) -> float:
    """How much two lists have in common, whatever their order (Dice)."""
    a, b = Counter(one), Counter(other)
    return 2 * sum((a & b).values()) / (a.total() + b.total())


def _alike_layers(one: list[Line], other: list[Line]) -> float:
    """How much two layers have in common: their family, their op and window, their names, what they give."""
    a, b = main_line(one), main_line(other)
    if a.rule.counted != b.rule.counted:
        return 0.0
    family, named = a.rule.family == b.rule.family, a.place.label == b.place.label
    return 0.4 * family + 0.3 * (op_label(a) == op_label(b)) + 0.2 * named + 0.1 * bool(a.output.c == b.output.c)


def _layers(unit: list[Line], layers: dict[int, list[Line]]) -> list[list[Line]]:
    """The layers of a unit: its lines, each norm and activation with what it follows."""
    found: list[list[Line]] = []
    for line in unit:
        if id(line) in layers or not found:
            found.append([])
        found[-1].append(line)
    return found


def _changes(one: list[list[Line]], other: list[list[Line]]) -> Iterator[Change]:
    """The layers of two units side by side."""
    for a, b in aligned(one, other, _alike_layers):
        if a is None or b is None:
            yield Change(a or [], b or [], (f"{'new' if b else 'gone'} {op_label(main_line(b or a or []))}",), ())
        else:
            yield Change(a, b, tuple(_causes(a, b)), tuple(_follows(a, b)))


def _causes(one: list[Line], other: list[Line]) -> Iterator[str]:
    """What a layer has of its own that the other has not."""
    a, b = main_line(one), main_line(other)
    if a.op != b.op:
        yield f"{op_label(a)} became {op_label(b)}"
    yield from _fields(a, b)
    own = "out" in (*a.fields, *b.fields) or _widths(a) == _widths(b)
    if a.output.c != b.output.c and own and (a.rule.counted or a.rule.family == "conv") and not _is_depthwise(b):
        yield f"channels {a.output.c} → {b.output.c}"
    if a.cost.biases and not b.cost.biases:
        yield "no bias"
    if b.cost.biases and not a.cost.biases:
        yield "bias"
    gone = Counter(line.op for line in one if line is not a)
    new = Counter(line.op for line in other if line is not b)
    yield from (f"gone {op}" for op in gone - new)
    yield from (f"new {op}" for op in new - gone)


_TOLD = {"out", "bias"}
"""Fields that are told as the channels and biases that they make."""
_RIM = {"padding", "output_padding", "ceil"}
"""Fields that are told where they alone change the map: 1 and `same` may be one padding."""
_PIECES = {"start", "stop", "step", "parts", "take", "axis", "axes", "shape", "size"}
"""Fields that go with what they are of, and are told where that is as it was."""


def _fields(a: Line, b: Line) -> Iterator[str]:
    """The fields of two ops that differ, of those that both have."""
    x, y = a.inputs[0] if a.inputs else a.output, b.inputs[0] if b.inputs else b.output
    silent = set(_TOLD)
    silent |= {"groups"} if _is_depthwise(a) and _is_depthwise(b) else set()
    silent |= _RIM if _sides(x) != _sides(y) or _sides(a.output) == _sides(b.output) else set()
    silent |= _PIECES if x.dims != y.dims else set()
    for name in dict.fromkeys((*a.fields, *b.fields)):
        was, now = _spoken(_field(a, name)), _spoken(_field(b, name))
        if name not in silent and was != now and a.rule.fields.keys() & b.rule.fields.keys() >= {name}:
            yield f"{name} {was} → {now}"


def _field(line: Line, name: str) -> Any:
    """A field as it was given, else as the op takes it: the stride of a pool is its kernel."""
    field = line.rule.fields.get(name)
    value = line.fields.get(name, field and field.default)
    return line.fields.get("kernel") if value is None and name == "stride" else value


def _follows(one: list[Line], other: list[Line]) -> Iterator[str]:
    """What a layer takes otherwise because of what comes before it."""
    a, b = main_line(one), main_line(other)
    if not a.inputs or not b.inputs:
        return
    x, y = a.inputs[0], b.inputs[0]
    if x.c != y.c:
        yield f"input channels {x.c} → {y.c}"
    elif (was := _widths(a)) != (now := _widths(b)):
        yield f"input channels {was} → {now}"
    if _sides(x) != _sides(y):
        yield f"map {_sides(x) or 1} → {_sides(y) or 1}"


def _widths(line: Line) -> str:
    return " + ".join(str(x.c) for x in line.inputs)


def _is_depthwise(line: Line) -> bool:
    return line.op == "depthwise" or (line.fields.get("groups", 1) == line.inputs[0].c != 1)


def _sides(x: Tensor) -> str:
    return str(x.without("n", "c"))


def _spoken(value: Any) -> str:
    """A field's value; a list of sides that are alike as one of them."""
    if not isinstance(value, list):
        return spoken(value)
    return spoken(value[0]) if len(set(map(str, value))) == 1 else times(value)
