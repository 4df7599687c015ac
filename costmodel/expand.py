"""A ledger as a flat `Network`: one line a node, in execution order, numbers only."""

from collections.abc import Mapping
from typing import Any

from costmodel import algebra
from costmodel.ledger import Ledger, Line
from costmodel.problems import Mark, Problem, SpecError
from costmodel.spec.network import Layer, Network
from costmodel.spec.printing import number
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Items, Sizes, Value, Word

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
    )


class _Flat:
    """The lines of a ledger as layers, with names for those that are read from afar."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.names = {-1 - place: name for place, name in enumerate(ledger.inputs)}
        afar = {source for place, line in enumerate(ledger.lines) for source in line.sources if source != place - 1}
        ends = {end for end in ledger.outputs if end != len(ledger.lines) - 1}
        taken = {"previous", "input", *self.names.values()}
        for place in sorted(afar | ends):
            if place >= 0:
                self.names[place] = _new_name(ledger.lines[place], taken)

    def layers(self) -> list[Layer]:
        lines, (end, *_) = self.ledger.lines, self.ledger.outputs
        layers = [self.layer(place, line) for place, line in enumerate(lines)]
        if end != len(lines) - 1 or not lines:
            layers.append(Layer(_text("identity"), origin=self.origin((end,), len(lines))))
        return layers

    def layer(self, place: int, line: Line) -> Layer:
        """One node: its fields but for those that say the default, in the signature's order."""
        given = {
            _text(name): _value(line.fields[name], field.kind.reads)
            for name, field in line.rule.fields.items()
            if name in line.fields and not _same(line.fields[name], field.default)
        }
        name = _text(self.names[place]) if place in self.names else None
        return Layer(_text(line.op), given, origin=self.origin(line.sources, place), name=name)

    def origin(self, sources: tuple[int, ...], place: int) -> list[Text]:
        """Where a line takes its inputs from; nothing where it is the line above."""
        if sources == (place - 1,):
            return []
        return [_text(self.names[source] if source != place - 1 or source < 0 else "previous") for source in sources]


def _new_name(line: Line, taken: set[str]) -> str:
    """A name for a line from its place in the network, unlike all others."""
    stem = name = line.path.replace("/", ".")
    number = 1
    while name in taken:
        number += 1
        name = f"{stem} {number}"
    taken.add(name)
    return name


def _same(value: Any, default: Any) -> bool:
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
