"""Lists of layers: each item's verb, its fields or branches, and the modifiers beside it."""

import re
from typing import Any

from costmodel.cost import LEARNED
from costmodel.ops import OPS
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.fields import read_fields
from costmodel.spec.names import check_label, check_name, names_in
from costmodel.spec.network import Layer, Table
from costmodel.spec.reading import ValueReader, is_there
from costmodel.spec.source import Map, Seq, Text
from costmodel.spec.tables import Grid, read_columns, read_grid
from costmodel.spec.values import Formula, Items, Value
from costmodel.spec.words import commas, key_hint
from costmodel.tensor import DIMENSIONS

CONSTRUCTS = ("residual", "table", "layers", "activation", "identity")
"""The verbs that are neither op nor block."""
MODIFIERS = ("name", "from", "when", "repeat", "tied")
"""The keys that may stand beside any verb."""
TABLE_KEYS = ("each", "let")
"""The keys that may stand beside `table`."""

_RESIDUAL = (*MODIFIERS, "layers")
_A_LAYER = "a layer is an op, a block, residual, table or layers, such as `- relu` or `- conv2d: 64`"


class LayerReader(ValueReader):
    """Reads lists of layers of one spec, whose own verbs it knows by name; what is wrong goes onto `problems`."""

    def __init__(self, blocks: Map, ops: Map, problems: Problems) -> None:
        super().__init__(problems)
        self.blocks, self.ops = {str(name): body for name, body in blocks.items()}, {str(n): body for n, body in ops.items()}
        self.own: dict[str, Any] = self.ops | self.blocks

    def layers(self, data: Any, at: Mark, owner: str) -> list[Layer]:
        """A list of layers; a single layer may stand for a list of one."""
        if (isinstance(data, Text) and data.absent) or (isinstance(data, Seq) and not data):
            mark = at if isinstance(data, Text) else data.mark
            hint = "`identity` is a layer that does nothing" if owner == "this branch" else ""
            self.problems.add(mark, f"{owner} has no layers", hint)
            return []
        return [self.layer(item) for item in (data if isinstance(data, Seq) else [data])]

    def layer(self, item: Any) -> Layer:
        """One layer; one that cannot be read has no verb, once the mistake is noted."""
        if isinstance(item, Text):
            item = Map({item: Text("", item.mark)}, mark=item.mark)
        if isinstance(item, Seq):
            self.problems.add(item.mark, "a layer is no list", "`layers: […]` makes several layers one")
            return Layer(Text("", item.mark))
        verb = self.verb(item)
        layer = Layer(Text("", item.mark) if verb is None else verb)
        self.modifiers(layer, item)
        if verb is not None:
            self.body(layer, item, item[verb])
        return layer

    def verb(self, item: Map) -> Text | None:
        beside = _beside(item)
        verbs = [key for key in item if key not in beside]
        known = [key for key in verbs if self.is_known(key)]
        if len(verbs) == 1 and known:
            return verbs[0]
        if not verbs:
            what = f"only {one_of(f'`{key}`' for key in item)}" if item else "it is empty"
            self.problems.add(item.mark, f"this layer has no verb: {what}", _A_LAYER)
        elif not known:
            self.unknown(verbs[0], item[verbs[0]])
        else:
            for other in verbs:
                if other is not known[0]:
                    self.second_key(known[0], other)
        return None

    def is_known(self, verb: str) -> bool:
        return verb in OPS or verb in self.own or verb in CONSTRUCTS

    def is_join(self, verb: str) -> bool:
        return verb in OPS and OPS[verb].joins

    def unknown(self, verb: Text, data: Any) -> None:
        if found := re.match(r"-(\w+)", verb):
            self.problems.add(verb.mark, "a space is missing after this dash", f"write `- {found[1]}`")
            return
        if verb.absent or not verb.verbatim:
            self.problems.add(verb.mark, "a layer is missing here" if verb.absent else "a layer stands on one line", _A_LAYER)
            return
        known = [*OPS, *self.own, *CONSTRUCTS]
        hint = key_hint(verb, known, isinstance(data, Text) and data.absent) or did_you_mean(
            verb, known, "`costmodel ops` lists the ops"
        )
        if verb in TABLE_KEYS:
            hint = f"`{verb}` stands beside `table`"
        self.problems.add(verb.mark, f"no op or block is called '{verb}'", hint)

    def second_key(self, verb: Text, other: Text) -> None:
        fields = OPS[verb].fields if verb in OPS else self.parameters(verb)
        if other in fields:
            kind = "field" if verb in OPS else "parameter"
            hint = f"{other} is a {kind} of {verb}: indent it under `{verb}:`, or write {verb}: {{…, {other}: …}}"
        elif self.is_known(other):
            hint = "start a new layer with `- `"
        elif other in TABLE_KEYS:
            hint = f"`{other}` stands beside `table`"
        else:
            beside = (*MODIFIERS, *(TABLE_KEYS if verb == "table" else fields if self.is_join(verb) else ()))
            hint = did_you_mean(other, [*beside, *fields], f"beside a verb stand {one_of(beside)}")
        self.problems.add(other.mark, f"one layer has two keys, '{verb}' and '{other}'", hint)

    def parameters(self, verb: str) -> list[str]:
        """The names of the parameters of a block, or of the fields of an op of the spec's own, as far as they can be read."""
        body = self.own.get(verb)
        params = body.at("params" if verb in self.blocks else "fields") if isinstance(body, Map) else None
        return [name for key in params for name in names_in(key)] if isinstance(params, Map | Seq) else []

    def modifiers(self, layer: Layer, item: Map) -> None:
        for key, data in item.items():
            if key == "name":
                layer.name = check_label(data, "a layer's name", key.mark, self.problems) or None
            elif key == "from":
                layer.origin = self.origin(key, data)
            elif key == "repeat":
                layer.repeat = self.formula(key, data)
            elif key == "when":
                layer.when = self.formula(key, data)
            elif key == "tied":
                layer.tied = self.ties(key, data)
        if layer.verb == "residual" and layer.when:
            hint = "write residual: {when: …, layers: […]} to leave out only the shortcut"
            self.problems.add(layer.when.mark, "a `when` beside residual would drop the body too", hint)

    def origin(self, key: Text, data: Any) -> list[Text]:
        """The names of the tensors that a layer takes."""
        names = data if isinstance(data, Seq) else [data]
        found = [name for name in names if isinstance(name, Text) and not name.absent]
        if len(found) < max(len(names), 1):
            self.problems.add(getattr(data, "mark", key.mark), "`from` takes the name of a layer, or a list of names")
        return found

    def ties(self, key: Text, data: Any) -> dict[str, Text]:
        """The layer whose parameters one has; by kinds of parameters, or of all kinds."""
        found = {str(kind): path for kind, path in data.items()} if isinstance(data, Map) else {"": data}
        for kind in data if isinstance(data, Map) else ():
            if kind not in LEARNED:
                hint = did_you_mean(kind, LEARNED, f"the kinds are {one_of(LEARNED)}")
                self.problems.add(kind.mark, f"no parameters are called '{kind}'", hint)
        if not found or not all(isinstance(path, Text) and not path.absent for path in found.values()):
            mark, hint = getattr(data, "mark", key.mark), "write `tied: name`, or `tied: {weights: name}`"
            self.problems.add(mark, "`tied` takes the name of a layer above, whose parameters this one has", hint)
            return {}
        return found

    def body(self, layer: Layer, item: Map, data: Any) -> None:
        verb = layer.verb
        if verb == "residual":
            self.residual(layer, data)
        elif verb == "table":
            self.table(layer, item, data)
        elif verb == "layers":
            layer.body = self.layers(data, verb.mark, "`layers`")
        elif self.is_join(verb):
            self.join(layer, data)
            given = {key: value for key, value in item.items() if key in OPS[verb].fields}
            layer.fields = self.fields(layer, Map(given, mark=item.mark))
        else:
            self.call(layer, data)

    def residual(self, layer: Layer, data: Any) -> None:
        if isinstance(data, Map) and len(data) > 1 and not any(self.is_known(key) or key in _RESIDUAL for key in data):
            hint = f"write add: {{{', '.join(f'{key}: …' for key in data)}}}"
            self.problems.add(next(iter(data)).mark, "residual takes one list of layers, and `add` joins branches", hint)
            return
        if not isinstance(data, Map) or not {"layers", "when"} & set(data):
            layer.body = self.layers(data, layer.mark, "residual")
            return
        if "layers" not in data:
            self.problems.add(layer.mark, "residual has no `layers`", "write residual: {when: …, layers: […]}")
        for key, part in data.items():
            if key == "layers":
                layer.body = self.layers(part, key.mark, "residual")
            elif key == "when":
                layer.shortcut = self.formula(key, part)
            else:
                self.problems.add(
                    key.mark, f"residual has no key '{key}'", "it takes `layers` and `when`; `add` joins branches"
                )

    def join(self, layer: Layer, data: Any) -> None:
        verb, hint = layer.verb, f"write {layer.verb}: {{a: […], b: […]}}, or the names of layers: {layer.verb}: [a, previous]"
        if isinstance(data, Map):
            layer.branches = [
                (check_label(label, "a branch's name", data.mark, self.problems), self.layers(part, label.mark, "this branch"))
                for label, part in data.items()
                if not self.is_field(verb, label, part)
            ]
        elif isinstance(data, Seq) and not all(isinstance(name, Text) for name in data):
            self.problems.add(data.mark, f"a list under {verb} holds names of layers, not layers", hint)
            return
        elif isinstance(data, Seq):
            if layer.origin:
                self.problems.add(
                    layer.origin[0].mark, f"{verb} has a list of names, and `from` beside it", "put all in one list"
                )
            layer.origin = list(data)
        elif not data.absent:
            self.problems.add(data.mark, f"{verb} takes branches or a list of names, and here is '{data}'", hint)
            return
        if len(layer.branches or layer.origin) < 2:
            self.problems.add(layer.mark, f"{verb} joins two or more tensors", hint)
        elif (most := OPS[verb].most) and len(layer.branches or layer.origin) > most:
            self.problems.add(layer.mark, f"{verb} joins {most} tensors, and gets {len(layer.branches or layer.origin)}")

    def is_field(self, verb: Text, label: Text, part: Any) -> bool:
        """Whether a branch is meant as a field of its join; noted as a mistake."""
        if label not in OPS[verb].fields or not isinstance(part, Text) or self.is_known(part):
            return False
        hint = f"write {{{verb}: …, {label}: {part}}}"
        self.problems.add(label.mark, f"`{label}` belongs beside {verb}, not among its branches", hint)
        return True

    def call(self, layer: Layer, data: Any) -> None:
        verb = layer.verb
        fields = self.arguments(verb, data)
        if fields is None:
            return
        if verb == "identity" and fields:
            self.problems.add(next(iter(fields)).mark, "identity takes no value")
        if verb in OPS:
            layer.fields = self.fields(layer, fields)
        else:
            layer.fields = self.passed(verb, fields) if verb in self.own else self.values(fields, verb, verb.mark)

    def passed(self, verb: str, given: Map) -> dict[Text, Value]:
        """The arguments of a call; 1 stands in for those that it should not have, whose values are not looked into."""
        known = self.parameters(verb)
        found: dict[Text, Value] = {}
        for key, data in given.items():
            value = self.value(data, key) if key in known else None
            found[key] = value or Formula("1", key.mark, alone=not is_there(data))
        return found

    def fields(self, layer: Layer, given: Map) -> dict[Text, Value]:
        """The fields of an op, in the order written."""
        read = read_fields(OPS[layer.verb], layer.mark, given, self.problems)
        return {key: read[key] for key in given if key in read}

    def arguments(self, verb: Text, data: Any) -> Map | None:
        """The fields of a call as a mapping: a bare value fills the first field."""
        if isinstance(data, Map) and not ("by" in data and "cases" in data) and not self.is_shape(verb, data):
            return data
        if isinstance(data, Text) and data.absent:
            return Map(mark=verb.mark)
        first = self.first_field(verb)
        if first is None:
            if isinstance(self.own.get(verb, Map(mark=verb.mark)), Map):
                self.problems.add(data.mark, f"{verb} takes no value")
            return None
        return self.several(verb, data) or Map({Text(first, verb.mark): data}, mark=verb.mark)

    def several(self, verb: Text, data: Any) -> Map | None:
        """Several values where one fills the first field, as the fields that they are meant for; noted as a mistake."""
        fields = list(OPS[verb].fields if verb in OPS else self.parameters(verb))
        kind = OPS[verb].fields[fields[0]].kind if verb in OPS else None
        values: list[Any] = []
        if isinstance(data, Text) and (kind is None or kind.reads == "value") and not _GROUPED.fullmatch(data):
            values = _cut(data)
        elif isinstance(data, Seq) and kind is not None and kind.name == "count":
            values = data if all(isinstance(value, Text) for value in data) else []
        if not 1 < len(values) <= len(fields):
            return None
        given = Map({Text(field, verb.mark): value for field, value in zip(fields, values, strict=False)}, mark=verb.mark)
        written = one_of(f"{field}: {value}" for field, value in given.items())
        message = f"{verb} takes one value without a name, and here are {len(values)}"
        self.problems.add(data.mark, message, f"write `{verb}: {{{written}}}`")
        return given

    def is_shape(self, verb: str, data: Map) -> bool:
        """Whether a mapping holds no fields, but the sizes of a shape that fills the first field."""
        fields = OPS[verb].fields if verb in OPS else {}
        first = next(iter(fields.values()), None)
        return first is not None and first.kind.reads == "shape" and any(key in DIMENSIONS for key in data)

    def first_field(self, verb: str) -> str | None:
        if verb == "activation":
            return "kind"
        names = OPS[verb].fields if verb in OPS else self.parameters(verb)
        return next(iter(names), None)

    def table(self, layer: Layer, item: Map, data: Any) -> None:
        read = read_columns if isinstance(data, Map) else read_grid
        grid = read(data, layer.mark, self.problems)
        let = self.let(item.at("let"), layer.mark) if "let" in item else {}
        if "each" not in item:
            hint = "write `each:` beside `table:`"
            self.problems.add(layer.mark, "a table needs `each`: the layers that every row makes", hint)
        if grid is None or "each" not in item:
            return
        each = next(key for key in item if key == "each")
        layer.body = self.layers(item[each], each.mark, "`each`")
        layer.table = self.rows(grid, let)

    def rows(self, grid: Grid, let: dict[Text, Value]) -> Table:
        """The cells of a table's rows; the column `name` holds labels, all others values."""
        columns = [title for title in grid.header if title != "name"]
        lists = {title: self.value(data) or Items([], title.mark) for title, data in grid.lists.items()}
        table = Table(grid.mark, columns, [], lists, [row.mark for row in grid.rows], [], let)
        for title in (*columns, *lists):
            check_name(title, self.problems)
        for row in grid.rows:
            cells = dict(zip(grid.header, row, strict=True))
            if (label := cells.pop("name", None)) is not None:
                table.labels.append(check_label(label, "a row's name", row.mark, self.problems))
            table.rows.append([self.value(cell) or Formula("1", cell.mark) for cell in cells.values()])
        return table


_GROUPED = re.compile(r"\d{1,3}(,\d{3})+")
"""A figure with commas in it."""


def _cut(text: Text) -> list[Text]:
    """The parts of a text between its commas, save those inside brackets."""
    ends = [*commas(text), len(text)]
    parts = zip([0, *(at + 1 for at in ends)], ends, strict=False)
    return [Text(part.strip(), text.mark.shifted(start)) for start, end in parts if (part := text[start:end])]


def _beside(item: Map) -> set[str]:
    """The keys that may stand beside the verb of a layer: modifiers, a table's own, the fields of a join."""
    joins = (OPS[key].fields for key in item if key in OPS and OPS[key].joins)
    return {*MODIFIERS, *(TABLE_KEYS if "table" in item else ()), *(name for fields in joins for name in fields)}
