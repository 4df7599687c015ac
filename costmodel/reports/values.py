"""The pages of `costmodel ops` on values: what they may be, what formulas see, and the functions of formulas."""

import inspect

from costmodel.ops import OPS
from costmodel.reports.entry import Entry
from costmodel.spec.formula import FUNCTIONS, WORDS

VALUES = {
    "formulas": Entry(
        "Work out a number, or whether something is true",
        "+  -  *  /  //  %  **  (…)\n==  !=  <  <=  >  >=\n"
        "not a    a and b    a or b\na if condition else b\nfunction(a, b, …)",
        "A formula stands on one line and binds as in Python. Numbers are decimal and exact (`1.4` is 7/5), and so is "
        "`/`; `//` cuts. What counts things must come out whole. To leave out a whole layer there is `when`.",
        """\
        params: {alpha: 1.4}
        input: [64, 56, 56]
        layers:
          - conv2d: divisible(c_in * alpha)
          - conv2d: {out: 64, groups: 2 if c_in >= 64 and c_in % 2 == 0 else 1}
        """,
        ("if", "else", "and", "or", "not"),
    ),
    "names": Entry(
        "What a formula sees from its place",
        "c_in  h_in  w_in  d_in  t_in    sizes of the tensor that enters the very layer\n"
        "index  first  last              in `repeat`: the pass from 0, and which it is\n"
        "row                             in `each`: the row of the table, from 0\n"
        "input  previous                 layers, for `from` and joins to take",
        "Outside blocks: the `params` and `let` of the spec, the columns and `let` of the tables around. In a block "
        "or an op of the spec: its own parameters or fields, and its `let`. `c_in` is channels, `h_in`, `w_in` and "
        "`d_in` are height, width and depth, `t_in` is tokens: in the fields of a layer what enters that layer, in a "
        "block's `let` what enters the block, in a table's cells what enters the row. `index`, `first` and `last` are "
        "of the innermost `repeat`, `row` of the innermost table; other names are never shadowed. `input` is what "
        "entered the network or the block, `previous` what the layer above gives.",
        """\
        params: {width: 16}
        let: {wide: 4 * width}
        input: [3, 32, 32]
        layers:
          - {conv2d: width, name: early}
          - table:
              - [c, n]
              - [wide, 2]
              - [2 * wide, 3]
            each:
              - conv2d:
                  out: c if first else c_in
                  stride: 2 if first and row > 0 else 1
                repeat: n
          - resize: 32
          - concat: [input, early, previous]
        """,
        ("c_in", "h_in", "w_in", "d_in", "t_in", "index", "first", "last", "row", "previous"),
    ),
    "by": Entry(
        "Choose a value by what another one is",
        "name: {by: formula, cases: {value: formula, …}}",
        "Any value may be a choice. The cases are numbers or words; where none fits, that is a mistake that lists them.",
        """\
        params: {groups: 3}
        input: [24, 56, 56]
        layers:
          - conv2d: {out: {by: groups, cases: {1: 144, 2: 200, 3: 240}}, groups}
        """,
        ("cases",),
    ),
    "lists": Entry(
        "Give several values at once",
        "name: [formula, …]",
        "For the columns of tables, and for fields that take a value a side, `[h, w]`. A parameter may hold one: "
        "`--set depths=[3,4,23,3]`. Formulas have no indexing; `table` goes through a list.",
        """\
        params: {depths: [3, 4, 6]}
        input: [64, 56, 56]
        layers:
          - conv2d: {out: 64, kernel: [3, 1], padding: [1, 0]}
          - table: {n: depths, c: [64, 128, 256]}
            each: [{conv2d: c, repeat: n}]
        """,
    ),
}
"""What a value may be, and what it may name."""


def words() -> dict[str, Entry]:
    """The constants of formulas, with the fields that take them."""
    takers: dict[str, dict[str, None]] = {}
    for op in OPS.values():
        for field in op.fields.values():
            if field.kind.reads == "value":
                takers.setdefault(field.name, {}).update(dict.fromkeys(field.kind.words))
    spelled = [f"{name}: {', '.join(found)}" for name, found in takers.items() if found]
    entry = Entry(
        "Constants that formulas may name",
        "\n".join(["true, false", *spelled, "activation: none, relu, …"]),
        "They stand without quotes, and may be the value of a parameter or a cell of a table. `==` and `!=` compare "
        "them; `true` and `false` stand wherever a condition does. No name of a spec's own may be one of them. The "
        "words of activations are their names, and `none`.",
        """\
        params: {act: relu, biased: true}
        input: [64, 56, 56]
        layers:
          - conv2d: {out: 64, kernel: 3, padding: same, bias: biased and act == none}
          - activation: act
        """,
        tuple(word for word in WORDS if word not in OPS),
    )
    return {"words": entry}


def functions() -> dict[str, Entry]:
    """The functions of formulas, each as its own signature and docstring say."""
    return {name: _function(name) for name in FUNCTIONS}


def _function(name: str) -> Entry:
    work, least, _ = FUNCTIONS[name]
    parameters = inspect.signature(work).parameters.values()
    spelled = ["…" if p.kind is p.VAR_POSITIONAL else p.name + _default(p.default) for p in parameters]
    first, *more = [" ".join(part.split()) for part in (inspect.getdoc(work) or "").split("\n\n") if ">>>" not in part]
    called = f"{name}(c_in / 3)" if least == 1 else f"{name}(c_in, {', '.join(['48'] * (least - 1))})"
    layers = f"input: [64, 56, 56]\nlayers:\n  - conv2d: {called}\n"
    return Entry(first.rstrip("."), f"{name}({', '.join(spelled)})", " ".join(more), layers)


def _default(value: object) -> str:
    return "" if value is inspect.Parameter.empty else f" = {value}"
