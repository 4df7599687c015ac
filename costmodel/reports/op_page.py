"""One op's page of `costmodel ops`: its entry, an example, its fields, its costs in symbols; on a screen and in JSON."""

import re
import textwrap
from typing import Any

from costmodel.algebra import decide, is_symbol
from costmodel.ops import Field, Op
from costmodel.ops.fields import Unfit, either_of, spoken
from costmodel.reports import notation
from costmodel.reports.layout import Cell, Column, Screen, table, text
from costmodel.reports.symbolic import Closed, closed, named
from costmodel.tensor import BY_RANK, DIMENSIONS, Tensor
from costmodel.traffic import alone

_TAKES = {
    "count": "a whole number ≥ 1",
    "sides": "a whole number ≥ 1, or one a side: [h, w]",
    "index": "a whole number ≥ 0",
    "margins": "a whole number ≥ 0, or one a side: [h, w]",
    "edges": "n, [h, w] or [[top, bottom], [left, right]]",
    "padding": "n, [h, w] or [[top, bottom], [left, right]]",
    "cropping": "n, [h, w] or [[top, bottom], [left, right]]",
    "shape": "[c, h, w], or sizes by name: {t: 197, c: 768}",
    "axis": f"a dimension: {either_of([*DIMENSIONS])}",
    "axes": "a dimension, or several: [h, w]",
    "flag": "true or false",
}
COUNTS = {
    "fma": "mult-adds",
    "add": "additions",
    "mul": "multiplications",
    "cmp": "comparisons",
    "exp": "transcendental evaluations",
    "weights": "weights",
    "biases": "biases",
    "affine": "scales and shifts",
    "buffers": "buffers, not learned",
}
_LABEL = 28
"""Columns of the names of costs."""
_EXAMPLE = 78
"""Columns of an example."""


def screen(op: Op, room: int) -> Screen:
    """The page as lines of text."""
    found = closed(op)
    paragraphs = [" ".join(part.split()) for part in op.doc.split("\n\n")]
    return [
        text(op.name, "head"),
        *(text(line) for part in paragraphs for line in (*textwrap.wrap(part, room), "")),
        text("example", "head"),
        *(text(f"  {line}") for line in example(op, found).splitlines()),
        [],
        *_fields(op, found, room),
        *_costs(op, found, room),
    ]


def data(op: Op) -> dict[str, Any]:
    """The page for programs: texts and formulas, exactly as on the screen."""
    found = closed(op)
    return {
        "op": op.name,
        "family": op.family,
        "doc": op.doc,
        "example": example(op, found),
        "inputs": [_shape(x, found) for x in found.inputs],
        "fields": [
            {
                "name": field.name,
                "symbol": str(found.symbols[field.name]) if field.name in found.symbols else None,
                "required": field.required,
                "default": None if field.required or field.default is None else spoken(field.default),
                "takes": _takes(field),
            }
            for field in op.fields.values()
        ],
        "output": _shape(found.output, found),
        "where": {name: notation.screen(size) for name, size in found.where.items()},
        "with": {name: _written(_plain(value, found)) for name, value in found.chosen.items()},
        "counts": {count: _formula(getattr(found.cost, count), found) for count in COUNTS} if is_known(op) else None,
        "params": _formula(found.cost.params, found) if is_known(op) else None,
        "access": _formula(alone(found.cost).access, found) if is_known(op) else None,
        "given": _conditions(found),
    }


def example(op: Op, found: Closed) -> str:
    """A whole spec with the op in it."""
    inputs, fields, output = found.typical
    names = ["input"] if len(inputs) == 1 else [f"x{place + 1}" for place in range(len(inputs))]
    shapes = [_written(x.without("n").dims) for x in inputs]
    several = ", ".join(f"{name}: {shape}" for name, shape in zip(names, shapes, strict=True))
    beside = f", from: [{', '.join(names)}]" if len(inputs) > 1 and not op.joins else ""
    value = f"[{', '.join(names)}]" if op.joins else _arguments(op, fields)
    layer = f"{op.name}: {value}" if value else op.name
    if op.joins and fields:
        beside = "".join(f", {name}: {_written(given)}" for name, given in fields.items())
    if beside:
        layer = f"{{{layer if value else f'{op.name}: {{}}'}{beside}}}"
    line, gives = f"  - {layer}", f"    # gives {output}"
    line += gives if len(line + gives) <= _EXAMPLE else f"\n{gives}"
    return f"name: {op.name}\ninput: {shapes[0] if len(inputs) == 1 else f'{{{several}}}'}\nlayers:\n{line}\n"


def _arguments(op: Op, fields: dict[str, Any]) -> str:
    """Fields as a spec writes them: the first one alone without its name."""
    if fields and list(fields) == list(op.fields)[:1] and not isinstance(value := fields[next(iter(fields))], dict):
        return _written(value)
    return f"{{{', '.join(f'{name}: {_written(value)}' for name, value in fields.items())}}}" if fields else ""


def _written(value: Any) -> str:
    """A value as a spec writes it: a shape as a list where its rank says which dimensions these are."""
    if not isinstance(value, dict):
        return spoken(value)
    if BY_RANK.get(len(value)) == "".join(value):
        return spoken(list(value.values()))
    return f"{{{', '.join(f'{name}: {size}' for name, size in value.items())}}}"


def _fields(op: Op, found: Closed, room: int) -> Screen:
    if not op.fields:
        return [text("no fields"), []]
    columns = [Column(title, left=True) for title in ("field", "symbol", "default", "takes")]
    symbols = {name: str(symbol) for name, symbol in found.symbols.items()}
    defaults = [_default(field) for field in op.fields.values()]
    before = sum(
        max(map(len, (title, *cells))) + 2
        for title, cells in zip(("field", "symbol", "default"), (op.fields, symbols.values(), defaults), strict=True)
    )
    rows = []
    for field in op.fields.values():
        kept = _WITHIN.sub(",\N{NO-BREAK SPACE}", _takes(field))
        first, *rest = [line.replace("\N{NO-BREAK SPACE}", " ") for line in textwrap.wrap(kept, max(room - before, 24))]
        rows.append([Cell(field.name), Cell(symbols.get(field.name, "")), Cell(_default(field)), Cell(first)])
        rows += [[Cell(""), Cell(""), Cell(""), Cell(more)] for more in rest]
    heading, body = table(columns, [rows], max(room, 200))
    return [*heading, *body, []]


_WITHIN = re.compile(r", (?=[^\[]*\])")
"""Within brackets, where no line ends."""


def _default(field: Field) -> str:
    if field.required:
        return "required"
    if field.default is None:
        return "the kernel" if field.name == "stride" else "not given"
    return spoken(field.default)


def _takes(field: Field) -> str:
    """What a field takes; of a kind that has no sentence here, what its own check asks for."""
    kind = field.kind
    words = ", ".join(kind.words)
    said = _TAKES.get(kind.name, "")
    if not said and not words:
        try:
            kind.check("?")
            said = "a word" if kind.reads == "text" else kind.name
        except Unfit as error:
            said = error.message.removeprefix("must be ").split(", and ")[0]
    return ", ".join(part for part in (words, said) if part)


def _costs(op: Op, found: Closed, room: int) -> Screen:
    lines: Screen = [
        *_labelled("input", ", ".join(_shape(x, found) for x in found.inputs), room, "dim"),
        *_labelled("output", _shape(found.output, found), room, "dim"),
    ]
    for name, size in found.where.items():
        lines += _labelled(f"  where {name}", notation.screen(size), room, "dim")
        for setting, where in found.by_word.items():
            if name in where:
                lines += _labelled(f"  {setting}", notation.screen(where[name]), room, "dim")
    if found.chosen:
        chosen = (f"{name}: {_written(_plain(value, found))}" for name, value in found.chosen.items())
        lines += _labelled("with", ", ".join(chosen), room, "dim")
    if not is_known(op):
        return [*lines, *_labelled("costs", "not known: a total with such a layer in it is a lower bound", room)]
    for count, title in COUNTS.items():
        value = getattr(found.cost, count)
        if count == "fma" or not is_nothing(value):
            lines += _labelled(title, _formula(value, found), room)
    lines += [
        *_labelled("parameters", _formula(found.cost.params, found), room, "strong"),
        *_labelled("memory access", f"{_formula(alone(found.cost).access, found)} elements", room, "strong"),
    ]
    for sentence in _conditions(found):
        lines += _labelled("given", sentence, room, "dim")
    return lines


def _labelled(label: str, words: str, room: int, style: str = "") -> Screen:
    first, *rest = textwrap.wrap(words, max(room - _LABEL, 20), break_long_words=False, break_on_hyphens=False)
    return [[Cell(f"{label:<{_LABEL}}", style), Cell(first)], *(text(" " * _LABEL + line) for line in rest)]


def _formula(value: Any, found: Closed) -> str:
    return notation.screen(named(value, found.where))


def _shape(x: Tensor, found: Closed) -> str:
    """The sizes of a tensor, sums and products in brackets."""
    sizes = (named(size, found.where) for size in x.shape)
    return "×".join(f"({notation.screen(s)})" if is_composed(s) else notation.screen(s) for s in sizes)


def is_composed(size: Any) -> bool:
    """Whether a size is a sum or a product, which brackets keep together among other sizes."""
    return is_symbol(size) and bool(size.is_Add or size.is_Mul)


def _conditions(found: Closed) -> list[str]:
    """What must hold for the formulas to do so, with the symbols in it; what always holds is left out."""
    open_ = (condition for condition in found.cost.given if decide(condition[0]) is None)
    sentences = (
        str(sentence).format(*(_shape(v, found) if isinstance(v, Tensor) else _formula(v, found) for v in values))
        for _, sentence, *values in open_
    )
    return list(dict.fromkeys(_TWICE.sub(r"\1", sentence) for sentence in sentences))


_TWICE = re.compile(r"\b(\w+) \(\1\)")
"""A field whose symbol is its name, as in `windows (windows) must divide`."""


def is_known(op: Op) -> bool:
    """Whether anybody knows what an op costs; of one that stands for an op outside the vocabulary, nobody does."""
    return op.family != "unknown"


def _plain(value: Any, found: Closed) -> Any:
    """A field's value with its formulas spelled."""
    return {name: _formula(size, found) for name, size in value.items()} if isinstance(value, dict) else value


def is_nothing(value: Any) -> bool:
    """Whether a count is none at all."""
    return str(value) == "0"
