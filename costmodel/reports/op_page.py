"""One op's page of `costmodel ops`: its entry, an example, its fields, its costs in symbols; on a screen, in JSON, in LaTeX."""

import textwrap
from typing import Any

from costmodel.algebra import decide
from costmodel.ops import Field, Op
from costmodel.ops.fields import Unfit, spoken
from costmodel.reports import notation
from costmodel.reports.layout import Cell, Column, Screen, table, text
from costmodel.reports.symbolic import Closed, closed, named
from costmodel.tensor import BY_RANK, Tensor
from costmodel.traffic import UNFUSED

_TAKES = {
    "count": "a whole number ≥ 1",
    "pair": "a whole number ≥ 1, or [h, w]",
    "sides": "a whole number ≥ 1, or one a side: [h, w]",
    "margins": "a whole number, or one a side: [h, w]",
    "edges": "n, [h, w] or [[top, bottom], [left, right]]",
    "padding": "n, [h, w] or [[top, bottom], [left, right]]",
    "cropping": "n, [h, w] or [[top, bottom], [left, right]]",
    "shape": "[c, h, w], or sizes by name: {t: 197, c: 768}",
    "flag": "true or false",
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
_OPERATIONS = ("fma", "add", "mul", "cmp", "exp")
_LABEL = 28
"""Columns of the names of costs."""


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
        "counts": {count: _formula(getattr(found.cost, count), found) for count in _COUNTS},
        "params": _formula(found.cost.params, found),
        "access": _formula(UNFUSED.access(op, found.cost), found),
        "given": _conditions(found),
    }


def latex(op: Op) -> str:
    r"""The formulas as an `align*` of the package amsmath: sizes of the output, mult-adds, parameters, memory access."""
    found = closed(op)
    names = _latex_names(found)
    rows = [(notation.latex_name(name), notation.latex(size, names)) for name, size in found.where.items()]
    rows.append((_upright("output"), r" \times ".join(_latex_size(v, found, names) for v in found.output.shape)))
    costs = {_COUNTS[count]: getattr(found.cost, count) for count in _OPERATIONS}
    costs |= {"parameters": found.cost.params, "memory access": UNFUSED.access(op, found.cost)}
    rows += [
        (_upright(title), notation.latex(named(value, found.where), names))
        for title, value in costs.items()
        if not (title in map(_COUNTS.get, _OPERATIONS[1:]) and _is_nothing(value))
    ]
    equations = " \\\\\n".join(f"  {left} &= {right}" for left, right in rows)
    return f"% {op.name}; needs \\usepackage{{amsmath}}\n\\begin{{align*}}\n{equations}\n\\end{{align*}}\n"


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
    return (
        f"name: {op.name}\n"
        f"input: {shapes[0] if len(inputs) == 1 else f'{{{several}}}'}\n"
        f"layers:\n  - {layer}    # gives {output}\n"
    )


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
    before = max(map(len, op.fields)) + max(len(_default(f)) for f in op.fields.values()) + len("symbol") + 8
    rows = []
    for field in op.fields.values():
        first, *rest = textwrap.wrap(_takes(field), max(room - before, 24))
        symbol = str(found.symbols.get(field.name, ""))
        rows.append([Cell(field.name), Cell(symbol), Cell(_default(field)), Cell(first)])
        rows += [[Cell(""), Cell(""), Cell(""), Cell(more)] for more in rest]
    heading, body = table(columns, [rows], max(room, 200))
    return [*heading, *body, []]


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
    for count, title in _COUNTS.items():
        value = getattr(found.cost, count)
        if count == "fma" or not _is_nothing(value):
            lines += _labelled(title, _formula(value, found), room)
    lines += [
        *_labelled("parameters", _formula(found.cost.params, found), room, "strong"),
        *_labelled("memory access", f"{_formula(UNFUSED.access(op, found.cost), found)} elements", room, "strong"),
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
    sizes = (_formula(size, found) for size in x.shape)
    return "×".join(f"({size})" if set(size) & set(" ·/") else size for size in sizes)


def _conditions(found: Closed) -> list[str]:
    """What must hold for the formulas to do so, with the symbols in it; what always holds is left out."""
    open_ = (condition for condition in found.cost.given if decide(condition[0]) is None)
    return list(
        dict.fromkeys(
            str(sentence).format(*(_shape(v, found) if isinstance(v, Tensor) else _formula(v, found) for v in values))
            for _, sentence, *values in open_
        )
    )


def _plain(value: Any, found: Closed) -> Any:
    """A field's value with its formulas spelled."""
    return {name: _formula(size, found) for name, size in value.items()} if isinstance(value, dict) else value


def _is_nothing(value: Any) -> bool:
    return str(value) == "0"


def _latex_names(found: Closed) -> dict[str, str]:
    """Channels as papers write them: those that enter and, where a field says how many, those that leave."""
    names = {"c": r"c_{\mathrm{in}}"}
    channels = found.output.dims.get("c")
    if channels is found.symbols.get("out") and channels is not None:
        names["out"] = r"c_{\mathrm{out}}"
    return names


def _latex_size(value: Any, found: Closed, names: dict[str, str]) -> str:
    spelled = notation.latex(named(value, found.where), names)
    return rf"\left({spelled}\right)" if " " in spelled or r"\," in spelled else spelled


def _upright(words: str) -> str:
    return rf"\text{{{notation.latex_text(words)}}}"
