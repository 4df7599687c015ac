"""A ledger as a flat `Network`: one line a node, in execution order, numbers only."""

from collections.abc import Mapping
from typing import Any

from costmodel import algebra
from costmodel.ledger import Ledger
from costmodel.line import Line
from costmodel.own import OwnRule
from costmodel.problems import Mark, Problem, SpecError
from costmodel.spec.network import Layer, Network
from costmodel.spec.printing import number
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Items, Sizes, Value, Word, is_constant

_NOWHERE = Mark("", 0, 0, "")


def expanded(ledger: Ledger) -> Network:
    """The canonical network of a ledger: evaluated, it has the same lines and totals again.

    Without parameters, blocks, tables, repeats and choices; a line is named only where another than the next reads it,
    and says `from` only where it does not take what the line above gives. Raises `SpecError` for a ledger of points or
    symbols.

    >>> from costmodel.library import loads
    >>> net = expanded(loads("{name: A, input: [3, 8, 8], layers: [{conv2d: 8, repeat: 2}, relu]}").analyze())
    >>> [(layer.verb, layer.fields["out"].text) for layer in net.layers[:2]]
    [('conv2d', '8'), ('conv2d', '8')]
    """
    sizes = (size for line in ledger.lines for size in line.output.shape)
    if not all(map(algebra.is_single, (*ledger.settings.values(), ledger.batch, *sizes))):
        raise SpecError([Problem(None, "only a network of plain numbers can be expanded, and this one has points or symbols")])
    flat = _Flat(ledger)
    return Network(
        file="",
        name=ledger.name,
        source=ledger.source,
        params={},
        let={},
        inputs={name: _sizes(tensor.without("n").dims) for name, tensor in ledger.inputs.items()},
        blocks={},
        layers=flat.layers(),
        variants={},
        published=[],
        ops={line.op: line.rule.rule.written for line in ledger.lines if isinstance(line.rule.rule, OwnRule)},
        outputs=flat.outputs,
    )


class _Flat:
    """The lines of a ledger as layers, with names for those that are read from afar or given out."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.names = {-1 - place: name for place, name in enumerate(ledger.inputs)}
        self.taken = {"previous", "input", *self.names.values()}
        afar = {source for place, line in enumerate(ledger.lines) for source in line.sources if source != place - 1}
        afar |= {holder for line in ledger.lines for holder in (line.tied or {}).values()}
        is_plain = ledger.outputs == [len(ledger.lines) - 1]
        for place in sorted(afar if is_plain else afar | {*ledger.outputs}):
            if place >= 0:
                self.names[place] = self.new_name(ledger.lines[place].path.replace("/", "."))
        self.outputs: list[Text] = []
        self.copies: list[Layer] = []
        for end in () if is_plain else ledger.outputs:
            self.give(self.names[end])

    def new_name(self, stem: str) -> str:
        """A name for a line, from its place in the network, unlike all others."""
        name, number = stem, 1
        while name in self.taken:
            number += 1
            name = f"{stem} {number}"
        self.taken.add(name)
        return name

    def give(self, name: str) -> None:
        """Give a tensor out; one that is given out already by another name."""
        if name in self.outputs:
            copy = self.new_name(name)
            self.copies.append(Layer(_text("identity"), origin=[_text(name)], name=_text(copy)))
            name = copy
        self.outputs.append(_text(name))

    def layers(self) -> list[Layer]:
        layers = [self.layer(place, line) for place, line in enumerate(self.ledger.lines)]
        return [*layers, *self.copies] or [Layer(_text("identity"))]

    def layer(self, place: int, line: Line) -> Layer:
        """One node: its fields but for those that say the default, in the signature's order."""
        given = {
            _text(name): _value(line.fields[name], field.kind.reads)
            for name, field in line.rule.fields.items()
            if name in line.fields and not _same(line.fields[name], field.default)
        }
        name = _text(self.names[place]) if place in self.names else None
        return Layer(_text(line.op), given, origin=self.origin(line.sources, place), name=name, tied=self.ties(line))

    def ties(self, line: Line) -> dict[str, Text]:
        """Whose parameters a line has: one line's all, or by kind."""
        tied = {kind: _text(self.names[holder]) for kind, holder in (line.tied or {}).items()}
        holders = {*(line.tied or {}).values()}
        is_whole = len(holders) == 1 and line.cost.params == self.ledger.lines[min(holders)].cost.params
        return {"": next(iter(tied.values()))} if is_whole and not line.owned.params else tied

    def origin(self, sources: tuple[int, ...], place: int) -> list[Text]:
        """Where a line takes its inputs from; nothing where it is the line above."""
        if sources == (place - 1,):
            return []
        return [_text(self.names[source] if source != place - 1 or source < 0 else "previous") for source in sources]


def _same(value: Any, default: Any) -> bool:
    """Whether a field's value is its default, which an op of a spec's own has as a formula."""
    if isinstance(default, Value):
        default = default.evaluate({}) if is_constant(default) else None
    return type(value) is type(default) and bool(value == default)


def _value(value: Any, reads: str = "value") -> Value:
    """A field's value as it would be read."""
    if isinstance(value, Mapping):
        return _sizes(value)
    if isinstance(value, list):
        return Items([_value(item, reads) for item in value], _NOWHERE)
    return Word(value, _NOWHERE) if reads == "text" else Formula(number(value), _NOWHERE)


def _sizes(dims: Mapping[str, Any]) -> Sizes:
    return Sizes({name: _value(size) for name, size in dims.items()}, _NOWHERE)


def _text(text: str) -> Text:
    return Text(text, _NOWHERE)
