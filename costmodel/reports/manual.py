"""The op manual of `costmodel ops`: fields and symbolic costs, from the very functions that count."""

import re
import textwrap
from typing import Any

from costmodel import algebra
from costmodel.cost import Cost
from costmodel.ops import OPS, Op
from costmodel.ops.fields import either_of, spoken
from costmodel.reports.layout import Cell, Column, Screen, table, text
from costmodel.tensor import Tensor
from costmodel.traffic import UNFUSED

_LETTERS = {"kernel": "k", "stride": "s", "padding": "p", "dilation": "d", "groups": "g", "multiplier": "m", "factor": "r"}
_TAKES = {
    "count": "a whole number ≥ 1",
    "sides": "a whole number ≥ 1, or one a side: [h, w]",
    "margins": "a whole number, or one a side: [h, w]",
    "edges": "n, [h, w] or [[top, bottom], [left, right]]",
    "padding": "same, same_torch, valid, n, [h, w] or [[top, bottom], [left, right]]",
    "cropping": "same, valid, n, [h, w] or [[top, bottom], [left, right]]",
    "flag": "true or false",
}
_CHOICES = ("flag", "choice")
_SIDES = {"vector": "", "signal": "w", "map": "hw", "volume": "dhw"}
"""The sides of each kind of tensor."""
_COUNTS = {
    "fma": "mult-adds",
    "add": "additions",
    "mul": "multiplications",
    "cmp": "comparisons",
    "exp": "transcendental evaluations",
    "weights": "weights",
    "biases": "biases",
    "affine": "norm scale and shift",
    "buffers": "buffers, not learned",
}


def index(room: int) -> Screen:
    """Every op with its first sentence, by family."""
    families: dict[str, list[Op]] = {}
    for op in OPS.values():
        families.setdefault(op.family, []).append(op)
    width = max(len(name) for name in OPS) + 2
    lines: Screen = []
    for family, ops in families.items():
        lines.append(text(family, "head"))
        for op in ops:
            first, *rest = textwrap.wrap(_first_sentence(op), max(room - width - 2, 20))
            lines += [
                [Cell(f"  {op.name:<{width}}"), Cell(first, "dim")],
                *(text(" " * (width + 2) + more, "dim") for more in rest),
            ]
        lines.append([])
    return [*lines, text("costmodel ops NAME shows an op's fields and its costs as formulas")]


def _first_sentence(op: Op) -> str:
    return re.split(r"[.;] ", op.doc.split("\n", 1)[0])[0].rstrip(".")


def page(op: Op, room: int) -> Screen:
    """One op: its manual entry, its fields, its costs in symbols."""
    paragraphs = [" ".join(part.split()) for part in op.doc.split("\n\n")]
    wrapped = [line for part in paragraphs for line in (*textwrap.wrap(part, room), "")]
    return [text(op.name, "head"), *(text(line) for line in wrapped), *_fields(op), *_costs(op, room)]


def _fields(op: Op) -> Screen:
    if not op.fields:
        return [text("no fields"), []]
    columns = [
        Column("field", left=True),
        Column("symbol", left=True),
        Column("default", left=True),
        Column("takes", left=True),
    ]
    cells = [
        [
            Cell(field.name),
            Cell(_letter(field.name, _sides_of(op)) if field.kind.name not in _CHOICES else ""),
            Cell("required" if field.required else "the kernel" if field.default is None else spoken(field.default)),
            Cell(_TAKES.get(field.kind.name) or either_of(field.kind.words)),
        ]
        for field in op.fields.values()
    ]
    heading, body = table(columns, [cells], 200)
    return [*heading, *body, []]


def _costs(op: Op, room: int) -> Screen:
    inputs, output, cost, names = symbolic(op)
    shapes = ", ".join(_shape(x.shape) for x in inputs)
    lines: Screen = [
        [Cell(f"{'input':<22}", "dim"), Cell(shapes)],
        [Cell(f"{'output':<22}", "dim"), Cell(_shape([algebra.substitute(v, names) for v in output.shape]))],
    ]
    lines += [[Cell(f"{'  where ' + str(name):<22}", "dim"), Cell(_spelled(size))] for size, name in names.items()]
    for count, title in _COUNTS.items():
        value = getattr(cost, count)
        if algebra.is_symbol(value) or count == "fma":
            lines.append([Cell(f"{title:<22}"), Cell(_formula(value, names))])
    lines += [
        [Cell(f"{'parameters':<22}", "strong"), Cell(_formula(cost.params, names))],
        [Cell(f"{'memory access':<22}", "strong"), Cell(f"{_formula(UNFUSED.access(op, cost), names)} elements")],
    ]
    given = dict.fromkeys(_condition(condition, names) for condition in cost.given if condition[0] is not True)
    for sentence in given:
        first, *rest = textwrap.wrap(sentence, max(room - 22, 20))
        lines += [[Cell(f"{'given':<22}", "dim"), Cell(first)], *(text(" " * 22 + line) for line in rest)]
    return lines


def symbolic(op: Op) -> tuple[list[Tensor], Tensor, Cost, dict[Any, Any]]:
    """An op run with symbols: inputs, output, cost, and short names for the output's sizes."""
    n = algebra.symbol("n", whole=True)
    channels = [
        algebra.symbol(name, whole=True)
        for name in (("c1", "c2") if op.name == "concat" else ("c", "c") if op.joins else ("c",))
    ]
    sides = _sides_of(op)
    inputs = [Tensor(n=n, c=c, **{side: algebra.symbol(side, whole=True) for side in sides}) for c in channels]
    given = {
        field.name: algebra.symbol(_letter(field.name, sides), whole=True)
        for field in op.fields.values()
        if field.kind.name not in _CHOICES
    }
    output, cost = op(inputs, given)
    names = {}
    for side in inputs[0].sides:
        size = output.dims.get(side)
        if algebra.is_symbol(size) and all(size is not known for known in (inputs[0].dims[side], *given.values())):
            names[size] = algebra.symbol(f"{side}'", whole=True)
    return inputs, output, cost, names


def _sides_of(op: Op) -> str:
    """The sides of the input that an op is shown with."""
    return _SIDES["vector" if op.name == "linear" else op.takes[0] if op.takes else "map"]


def _letter(field: str, sides: str) -> str:
    """A field as papers write it, unless a side of the input has that letter."""
    letter = _LETTERS.get(field, field)
    return field if letter in sides else letter


def _formula(value: Any, names: dict[Any, Any]) -> str:
    return _spelled(algebra.substitute(value, names))


def _condition(condition: tuple[Any, ...], names: dict[Any, Any]) -> str:
    _, sentence, *values = condition
    return str(sentence).format(*(v if isinstance(v, Tensor) else _formula(v, names) for v in values))


def _spelled(value: Any) -> str:
    """A formula as papers set it: · for products, raised digits for small powers, ⌊ ⌋ for floors."""
    spelled = str(value)
    while (start := spelled.find("floor(")) >= 0:
        end = _closing(spelled, start + len("floor"))
        spelled = f"{spelled[:start]}⌊{spelled[start + len('floor(') : end]}⌋{spelled[end + 1 :]}"
    for power, raised in (("**2", "²"), ("**3", "³")):
        spelled = spelled.replace(power, raised)
    return spelled.replace("**", "^").replace("*", "·")


def _closing(text: str, opening: int) -> int:
    """The index of the bracket that closes the one at `opening`."""
    depth = 0
    for index in range(opening, len(text)):
        depth += {"(": 1, ")": -1}.get(text[index], 0)
        if depth == 0:
            return index
    raise ValueError(f"a bracket stays open in {text}")


def _shape(sizes: list[Any]) -> str:
    spelled = (_spelled(size) for size in sizes)
    return "×".join(f"({s})" if " " in s else s for s in spelled)
