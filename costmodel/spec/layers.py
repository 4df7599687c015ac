"""Lists of layers: each item's verb, its fields or branches, and the modifiers beside it."""

from typing import Any

from costmodel.ops import OPS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.fields import read_fields
from costmodel.spec.formula import WORDS
from costmodel.spec.network import Layer, Table
from costmodel.spec.source import Data, Map, Seq, Text
from costmodel.spec.values import BadValue, Formula, Value, read_value

CONSTRUCTS = ("residual", "table", "layers", "activation", "identity")
"""The verbs that are neither op nor block."""
MODIFIERS = ("name", "from", "when", "repeat")
"""The keys that may stand beside any verb."""
_TABLE_KEYS = ("each", "let")


class LayerReader:
    """Reads lists of layers of one spec, whose blocks it knows by name; what is wrong goes onto `problems`."""

    def __init__(self, blocks: dict[str, Map], problems: Problems) -> None:
        self.blocks = blocks
        self.problems = problems

    def layers(self, data: Data | None, at: Mark) -> list[Layer]:
        """A list of layers; a single layer may stand for a list of one."""
        if isinstance(data, Text) and data.absent:
            self.problems.add(at, "a list of layers is missing here")
            return []
        items = data if isinstance(data, Seq) else [data]
        return [layer for item in items if (layer := self.layer(item, at))]

    def layer(self, item: Any, at: Mark) -> Layer | None:
        """One layer, or None where nothing can be made of it."""
        if isinstance(item, Text):
            item = Map({item: Text("", item.mark)})
        if not isinstance(item, Map):
            self.problems.add(
                getattr(item, "mark", at), "a layer is a verb such as `relu` or `conv2d: {…}`, and here is a list"
            )
            return None
        verb = self.verb(item)
        if verb is None:
            return None
        layer = Layer(verb)
        self.modifiers(layer, item)
        self.body(layer, item, item[verb])
        return layer

    def verb(self, item: Map) -> Text | None:
        verbs = [key for key in item if key not in MODIFIERS and not (key in _TABLE_KEYS and "table" in item)]
        known = [key for key in verbs if self.is_known(key)]
        if len(verbs) == 1 and known:
            return verbs[0]
        if not verbs:
            mark = next((key.mark for key in item), Mark("", 0, 0, ""))
            self.problems.add(mark, f"this layer has no verb, only {one_of(item)}", "an op, a block, residual, table or layers")
        elif not known:
            self.unknown(verbs[0])
        else:
            for other in verbs:
                if other is not known[0]:
                    self.second_key(known[0], other)
        return None

    def is_known(self, verb: str) -> bool:
        return verb in OPS or verb in self.blocks or verb in CONSTRUCTS

    def unknown(self, verb: Text) -> None:
        hint = did_you_mean(verb, [*OPS, *self.blocks, *CONSTRUCTS], "`costmodel ops` lists the ops")
        if ":" in verb:
            hint = "put a space after the colon"
        self.problems.add(verb.mark, f"no op or block is called '{verb}'", hint)

    def second_key(self, verb: Text, other: Text) -> None:
        fields = OPS[verb].fields if verb in OPS else self.parameters(verb)
        if other in fields:
            hint = f"{other} is a field of {verb}: indent it under `{verb}:`, or write {verb}: {{…, {other}: …}}"
        elif other.endswith(")"):
            hint = "a comma ends a value inside { } and [ ]: put the formula in quotes or on a line of its own"
        else:
            hint = did_you_mean(other, MODIFIERS, "start a new layer with `- `")
        self.problems.add(other.mark, f"one layer has two keys, '{verb}' and '{other}'", hint)

    def parameters(self, block: str) -> list[Text]:
        """The names of a block's parameters, as far as they can be read."""
        params = self.blocks[block].at("params") if block in self.blocks else None
        return list(params) if isinstance(params, Map) else []

    def modifiers(self, layer: Layer, item: Map) -> None:
        for key, data in item.items():
            if key == "name" and isinstance(data, Text) and not data.absent:
                layer.name = data
            elif key == "from":
                layer.origin = [t for t in (data if isinstance(data, Seq) else [data]) if isinstance(t, Text)]
            elif key == "repeat":
                layer.repeat = self.formula(key, data)
            elif key == "when":
                layer.when = self.formula(key, data)
        if layer.verb == "residual" and layer.when:
            hint = "write residual: {when: …, layers: […]} to leave out only the shortcut"
            self.problems.add(layer.when.mark, "a `when` beside residual would drop the body too", hint)

    def formula(self, key: Text, data: Any) -> Formula | None:
        value = self.value(data)
        if value is not None and not isinstance(value, Formula):
            self.problems.add(value.mark, f"`{key}` takes a formula")
            return None
        return value

    def value(self, data: Any, alone: Text | None = None) -> Value | None:
        """A value, or None where it cannot be read."""
        try:
            return read_value(data, alone)
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
            return None

    def values(self, data: Any, what: str, at: Mark) -> dict[Text, Value]:
        """A mapping of names to values."""
        if not isinstance(data, Map):
            self.problems.add(getattr(data, "mark", at), f"{what} takes names and values, as {{half: c_in / 2}}")
            return {}
        return {key: value for key, item in data.items() if (value := self.value(item, key)) is not None}

    def body(self, layer: Layer, item: Map, data: Any) -> None:
        verb = layer.verb
        if verb == "residual":
            self.residual(layer, data)
        elif verb == "table":
            self.table(layer, item, data)
        elif verb == "layers":
            layer.body = self.layers(data, verb.mark)
        elif verb in OPS and OPS[verb].joins:
            self.join(layer, data)
        else:
            self.call(layer, data)

    def residual(self, layer: Layer, data: Any) -> None:
        if not isinstance(data, Map) or "layers" not in data:
            layer.body = self.layers(data, layer.mark)
            return
        for key, part in data.items():
            if key == "layers":
                layer.body = self.layers(part, key.mark)
            elif key == "when":
                layer.shortcut = self.formula(key, part)
            else:
                self.problems.add(key.mark, f"residual has no key '{key}'", "it takes `layers` and `when`")

    def join(self, layer: Layer, data: Any) -> None:
        if isinstance(data, Map):
            layer.branches = [(label, self.layers(part, label.mark)) for label, part in data.items()]
        elif isinstance(data, Seq):
            layer.origin = [*layer.origin, *(t for t in data if isinstance(t, Text))]
        elif not data.absent:
            self.problems.add(data.mark, f"{layer.verb} takes branches by name or a list of names, and here is '{data}'")
        if len(layer.branches or layer.origin) < 2:
            self.problems.add(layer.mark, f"{layer.verb} joins two or more tensors", f"write {layer.verb}: {{a: […], b: […]}}")

    def call(self, layer: Layer, data: Any) -> None:
        verb = layer.verb
        fields = self.arguments(verb, data)
        if verb in OPS:
            if fields is not None:
                layer.fields = {
                    Text(k, verb.mark): v for k, v in read_fields(OPS[verb], verb.mark, fields, self.problems).items()
                }
            return
        layer.fields = self.values(fields, verb, verb.mark) if fields else {}

    def arguments(self, verb: Text, data: Any) -> Map | None:
        """The fields of a call as a mapping: a bare value fills the first field."""
        if isinstance(data, Map) and not ("by" in data and "cases" in data):
            return data
        if isinstance(data, Text) and data.absent:
            return Map()
        first = self.first_field(verb)
        if first is None:
            self.problems.add(data.mark, f"{verb} takes no value")
            return None
        return Map({Text(first, verb.mark): data})

    def first_field(self, verb: str) -> str | None:
        if verb == "activation":
            return "kind"
        names = OPS[verb].fields if verb in OPS else self.parameters(verb)
        return next(iter(names), None)

    def table(self, layer: Layer, item: Map, data: Any) -> None:
        let = self.values(item.at("let"), "let", layer.mark) if "let" in item else {}
        if "each" not in item:
            self.problems.add(
                layer.mark, "a table needs `each`: the layers that every row makes", "write `each:` beside `table:`"
            )
            return
        layer.body = self.layers(item.at("each"), layer.mark)
        if not isinstance(data, Seq) or not data or not all(isinstance(row, Seq) for row in data):
            self.problems.add(layer.mark, "a table is a list of rows, the first of which names the columns", "- [c, n, s]")
            return
        layer.table = self.rows(data, let)

    def rows(self, data: Seq, let: dict[Text, Value]) -> Table:
        """A table with its header; the column `name` holds labels, all others values."""
        header = [cell for cell in data[0] if isinstance(cell, Text)]
        table = Table([c for c in header if c != "name"], [], [], let)
        for row in data[1:]:
            if len(row) != len(header):
                hint = "a comma ends a cell: put the formula in quotes" if len(row) > len(header) else ""
                self.problems.add(row.mark, f"this row has {len(row)} cells, and the table has {len(header)} columns", hint)
                continue
            cells = [self.value(cell) for title, cell in zip(header, row, strict=True) if title != "name"]
            known = [cell for cell in cells if cell is not None]
            if len(known) == len(table.columns):
                table.rows.append(known)
            table.labels += [cell for title, cell in zip(header, row, strict=True) if title == "name"]
        return table


RESERVED = {*WORDS, "floor", "ceil", "max", "min", "divisible", "c_in", "h_in", "w_in", "index", "first", "last", "row"} | {
    *("input", "previous", "and", "or", "not", "if", "else", "in", "is", "lambda", "for", "True", "False", "None"),
}
"""Names that parameters, columns and lets may not have."""
