"""A `Network` as the text of a spec, in the style of the bundled ones; comments are not part of it and are lost.

Reading the text gives the same network again, and printing that the same text.
"""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from typing import Any

from costmodel.ops import OPS
from costmodel.ops.fields import spoken
from costmodel.spec.checking import Check
from costmodel.spec.emit import Grid, Long, Node, Tall, flow, mapping
from costmodel.spec.network import Block, Implementation, Layer, Network, OwnOp, Table
from costmodel.spec.published import CARRIED, METRICS, Published
from costmodel.spec.values import Choice, Formula, Items, Sizes, Value, Word
from costmodel.tensor import BY_RANK

MANY = 3
"""Variants from which on a table shows them better than a line each."""


def printed(network: Network, note: str = "") -> str:
    """The text of a spec; `note` is a comment that stands on top.

    >>> from costmodel.library import loads
    >>> print(printed(loads("{name: A, input: [3, 8, 8], layers: [{conv2d: {out: 8}, repeat: 2}, relu]}").network), end="")
    name: A
    input: [3, 8, 8]
    <BLANKLINE>
    layers:
      - {conv2d: 8, repeat: 2}
      - relu
    """
    scribe = _Scribe(network)
    head = mapping(scribe.header())
    sections = [[f"# {note}", *head] if note else head]
    sections += [mapping(section) for section in scribe.sections() if section]
    return "\n\n".join("\n".join(lines) for lines in sections) + "\n"


def number(value: Any) -> str:
    """A constant as a formula: exact, whatever its digits.

    >>> number(Fraction(7, 5)), number(Fraction(1, 3)), number(True)
    ('1.4', '1/3', 'true')
    """
    text = spoken(value)
    if isinstance(value, Fraction) and Fraction(text) != value:
        return str(value)
    return text


def value_node(value: Value) -> Node:
    """A value as it is written."""
    if isinstance(value, Formula | Word):
        return value.text
    if isinstance(value, Items):
        return [value_node(item) for item in value.items]
    if isinstance(value, Choice):
        return {"by": value.by.text, "cases": {number(key): value_node(item) for key, item in value.cases}}
    in_order = list(value.sizes) == list(BY_RANK.get(len(value.sizes), ""))
    return [value_node(size) for size in value.sizes.values()] if in_order else arguments(value.sizes)


def value_text(value: Value) -> str:
    """A value as text on a line of its own, such as a table's cell shows it."""
    node = value_node(value)
    return node if isinstance(node, str) else flow(node)


def arguments(fields: Mapping[Any, Value]) -> dict[str, Node]:
    """Fields by name; one whose value is a name of its own is written as that name alone."""
    return {
        str(name): None if isinstance(value, Formula) and value.text == name else value_node(value)
        for name, value in fields.items()
    }


def _settings(named: Mapping[Any, Value | None]) -> dict[str, Node]:
    """Names and their values, each written out; a name alone has none."""
    return {str(name): None if value is None else value_node(value) for name, value in named.items()}


class _Scribe:
    """Writes the parts of one network, whose blocks it knows by name."""

    def __init__(self, network: Network) -> None:
        self.network = network

    def header(self) -> dict[str, Node]:
        network = self.network
        alone = list(network.inputs) == ["input"]
        shapes = {name: value_node(sizes) for name, sizes in network.inputs.items()}
        return {"name": network.name} | _there(
            source=network.source,
            params=_settings(network.params),
            let=_settings(network.let),
            input=shapes["input"] if alone else shapes,
        )

    def sections(self) -> Iterable[dict[str, Node]]:
        network = self.network
        yield _there(blocks=Tall({name: self.block(block) for name, block in network.blocks.items()}))
        yield _there(ops=Tall({name: _own_op(op) for name, op in network.ops.items()}))
        yield _there(layers=Long(self.layer(layer) for layer in network.layers))
        yield _there(outputs=[str(name) for name in network.outputs])
        yield _there(
            variants=_variants(network.variants),
            check=_check(network.check),
            implementation=_implementation(network.implementation),
            published=Long(_published(network.published)),
        )

    def block(self, block: Block) -> Node:
        parts = _there(
            params=_settings(block.params),
            let=_settings(block.let),
            inputs=[str(name) for name in block.inputs],
        )
        return Tall(parts | {"layers": Long(self.layer(layer) for layer in block.layers)})

    # --- layers --------------------------------------------------------------------------------------------------

    def body(self, layers: Sequence[Layer]) -> Node:
        """A list of layers inside another: a short one on a line."""
        nodes = [self.layer(layer) for layer in layers]
        is_short = len(nodes) <= MANY and not any(layer.body or layer.branches for layer in layers)
        return nodes if is_short else Long(nodes)

    def branch(self, layers: Sequence[Layer]) -> Node:
        """A branch: a layer without modifiers stands for a list of one."""
        node = self.body(layers)
        if len(layers) == 1 and isinstance(node, list) and (isinstance(node[0], str) or len(node[0]) == 1):
            return node[0] if not isinstance(node, Long) else node
        return node

    def layer(self, layer: Layer) -> Node:
        """One layer: its verb alone, or with its fields, parts and modifiers."""
        verb, origin = str(layer.verb), [str(name) for name in layer.origin]
        given, fields = self.given(layer), {}
        if verb in OPS and OPS[verb].joins:
            fields = _settings(layer.fields)
            if not layer.branches:
                given, origin = list(origin) or None, []
        beside = fields | self.beside(layer, origin)
        if given is None and not beside:
            return verb
        is_tall = layer.repeat is not None and isinstance(given, Mapping)
        return (Tall if is_tall or layer.table is not None else dict)({verb: given, **beside})

    def beside(self, layer: Layer, origin: list[str]) -> dict[str, Node]:
        """What stands beside the verb."""
        table = layer.table
        return _there(
            let=_settings(table.let) if table else {},
            each=Long(self.layer(inner) for inner in layer.body) if table else [],
            **{"from": origin[0] if len(origin) == 1 else origin},
            when=layer.when and layer.when.text,
            repeat=layer.repeat and layer.repeat.text,
            tied=str(layer.tied[""]) if "" in layer.tied else {kind: str(path) for kind, path in layer.tied.items()},
            name=layer.name,
        )

    def given(self, layer: Layer) -> Node:
        """What the verb is given: a table's rows, branches, a body, fields, or nothing."""
        if layer.table:
            return _table(layer.table)
        if layer.branches:
            branches = {str(label): self.branch(body) for label, body in layer.branches}
            return (Tall if any(isinstance(b, list) and len(b) > 1 for b in branches.values()) else dict)(branches)
        if layer.shortcut is not None:
            return Tall({"when": layer.shortcut.text, "layers": self.body(layer.body)})
        return self.body(layer.body) if layer.body else self.call(str(layer.verb), layer.fields)

    def call(self, verb: str, fields: Mapping[Any, Value]) -> Node:
        """The fields of a call: nothing, the first one's value alone, or all by name."""
        if not fields:
            return None
        (name, value), *others = fields.items()
        node = value_node(value)
        is_mapping = isinstance(value, Sizes) and isinstance(node, Mapping)
        return node if name == self.first_field(verb) and not others and not is_mapping else arguments(fields)

    def first_field(self, verb: str) -> str | None:
        if verb == "activation":
            return "kind"
        own = {name: op.params for name, op in self.network.ops.items()}
        own |= {name: block.params for name, block in self.network.blocks.items()}
        return next(map(str, OPS[verb].fields if verb in OPS else own.get(verb, ())), None)


def _there(**parts: Any) -> dict[str, Node]:
    """The parts that there are."""
    return {name: part for name, part in parts.items() if part}


def _table(table: Table) -> Node:
    """A table by rows, or by columns where one is given whole."""
    head = [*(["name"] if table.labels else []), *map(str, table.columns)]
    labels: list[list[Node]] = [[str(label)] for label in table.labels] or [[] for _ in table.rows]
    rows = [[*label, *map(value_node, row)] for label, row in zip(labels, table.rows, strict=True)]
    if table.lists:
        return {title: list(cells) for title, *cells in zip(head, *rows, strict=True)} | _settings(table.lists)
    return Grid([list(head), *rows])


def _own_op(op: OwnOp) -> Node:
    """An op of the spec's own; an output that changes some dimensions names them."""
    parts = _there(fields=_settings(op.params), let=_settings(op.let))
    if op.output is not None:
        parts["output"] = arguments(op.output.sizes) if op.keeps else value_node(op.output)
    return Tall(parts | _settings(op.counts))


# --- variants and published figures ------------------------------------------------------------------------------


def _variants(variants: Mapping[str, Mapping[Any, Value]]) -> Node:
    """A line a variant, or a table where many set the same names."""
    columns = [list(map(str, settings)) for settings in variants.values()]
    same = all(names == columns[0] for names in columns) and "name" not in columns[0] if columns else False
    if same and ("table" in variants or (len(columns) >= MANY and len(columns[0]) > 1)):
        rows = [[name, *map(value_node, settings.values())] for name, settings in variants.items()]
        return {"table": Grid([["name", *columns[0]], *rows])}
    return Tall({name: _settings(settings) for name, settings in variants.items()})


def _check(found: Check) -> dict[str, Node]:
    """From which price on findings are listed, and which are accepted."""
    entries = [_there(guideline=one.guideline, part=str(one.part or ""), reason=one.reason) for one in found.suppress]
    thresholds = {name: f"{number(100 * share)}%" for name, share in found.thresholds.items()}
    return _there(thresholds=thresholds, suppress=Long(entries))


def _implementation(found: Implementation) -> dict[str, Node]:
    """How code writes ops, a word each, or one for each place."""
    node: dict[str, Node] = _there(source=found.source)
    for (op, label), word in found.spelled.items():
        if not label:
            node[op] = str(word)
        else:
            places = node.setdefault(op, {})
            assert isinstance(places, dict)
            places[label] = str(word)
    return node


def _published(rows: Iterable[Published]) -> Iterable[Node]:
    """A line a row, or a table where rows that follow one another have all but their figures in common."""
    for _, group in groupby(rows, key=lambda row: (_before(row), list(_cells(row)), _after(row))):
        alike = list(group)
        before, lines, after = _before(alike[0]), [_cells(row) for row in alike], _after(alike[0])
        if len(lines) > 1:
            yield Tall({**before, **after, "table": Grid([list(lines[0]), *(list(cells.values()) for cells in lines)])})
        else:
            yield {**before, **lines[0], **after}


def _before(row: Published) -> dict[str, Node]:
    """What is said of a row of figures before them."""
    convention = "" if row.convention == "paper" else row.convention
    return _there(source=row.source, unit=row.unit, convention=convention, digits="cut" if row.cut else "")


def _cells(row: Published) -> dict[str, Node]:
    """What a row was printed for, and its figures."""
    variant = "" if row.variant == "default" else str(row.variant)
    printed = {**row.figures, **row.carried}
    figures = {metric: printed[metric].text for metric in (*METRICS, *CARRIED) if metric in printed}
    return _there(name=row.name, variant=variant) | _settings(row.settings) | _there(part=str(row.part or "")) | figures


def _after(row: Published) -> dict[str, Node]:
    """What is said of a row of figures after them."""
    without = [str(part) for part in row.without]
    return _there(
        without=without[0] if len(without) == 1 else without,
        than=str(row.than or ""),
        differs=row.differs,
        not_modelled=row.not_modelled,
    )
