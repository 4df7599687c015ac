"""The op manual of `costmodel ops`: fields and symbolic costs, from the very functions that count."""

import re
import textwrap
from typing import Any

from costmodel import algebra
from costmodel.cost import Cost
from costmodel.ops import OPS, Field, Op
from costmodel.ops.fields import spoken
from costmodel.reports.layout import Cell, Column, Screen, table, text
from costmodel.tensor import Tensor
from costmodel.traffic import UNFUSED

_LETTERS = {"kernel": "k", "stride": "s", "padding": "p", "dilation": "d", "groups": "g", "multiplier": "m"}
_TAKES = {
    "count": "a whole number ≥ 1",
    "pair": "a whole number ≥ 1, or [h, w]",
    "padding": "same, valid, n, [h, w] or [[top, bottom], [left, right]]",
    "flag": "true or false",
    "index": "a whole number ≥ 0",
    "axis": "t, c, d, h or w",
    "axes": "t, c, d, h or w, or a list of them",
    "two axes": "[h, w], [t, c] or two others",
    "share": "a number from 0 to 1",
    "name": "a name",
    "shape": "[c, h, w], or sizes by dimension: {t: …, c: …}",
}
_UNLESS_GIVEN = {
    "stride": "the kernel",
    "dim": "the channels",
    "out": "the channels",
    "kv_heads": "heads",
    "stop": "the end",
    "over": "all but c",
}
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
            Cell(_LETTERS.get(field.name, field.name) if _is_number(field) else ""),
            Cell(_default(field)),
            Cell(_TAKES[field.kind.name]),
        ]
        for field in op.fields.values()
    ]
    heading, body = table(columns, [cells], 200)
    return [*heading, *body, []]


def _default(field: Field) -> str:
    """What a field is unless given."""
    if field.required:
        return "required"
    return _UNLESS_GIVEN[field.name] if field.default is None else spoken(field.default)


def _is_number(field: Field) -> bool:
    """Whether a letter stands for the field in formulas."""
    return field.kind.reads == "value" and field.kind.name not in ("flag", "share")


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
    n, c, c1, c2, h, w, t, s, p = (algebra.symbol(name, whole=True) for name in ("n", "c", "c1", "c2", "h", "w", "t", "s", "p"))
    image = Tensor(n=n, c=c, h=h, w=w)
    inputs = {
        "linear": [Tensor(n=n, c=c)],
        "attention": [Tensor(n=n, t=t, c=c1), Tensor(n=n, t=s, c=c2)],
        "matmul": [image, Tensor(n=n, c=c, h=w, w=p)],
        "multiply": [image, Tensor(n=n, c=c, h=1, w=1)],
        "concat": [image.but(c=c1), image.but(c=c2)],
    }.get(op.name, [image, image] if op.joins else [image])
    given = {
        field.name: algebra.symbol(_LETTERS.get(field.name, field.name), whole=True)
        for field in op.fields.values()
        if _is_number(field)
    }
    shown: dict[str, dict[str, Any]] = {
        "reshape": {"shape": {"t": h * w, "c": c}},
        "transpose": {"axes": ["h", "w"]},
        "unknown": {"op": "", "shape": {"c": c2}},
    }
    output, cost = op(inputs, given | shown.get(op.name, {}))
    names = {}
    for side in ("h", "w"):
        if output.has(side) and output.dims[side] is not inputs[0].dims[side] and algebra.is_symbol(output.dims[side]):
            names[output.dims[side]] = algebra.symbol(f"{side}'", whole=True)
    return inputs, output, cost, names


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
