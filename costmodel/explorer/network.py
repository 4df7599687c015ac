"""The convolutions and FC layers of a network, and what other widths or groups of one of them do to the whole."""

from bisect import bisect
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import gcd
from typing import NamedTuple

from costmodel.bounds import ConvBound, bounded
from costmodel.evaluate import evaluate
from costmodel.expand import expanded
from costmodel.explorer.model import CHANNELS, Refusal, divisors, read_all
from costmodel.explorer.streams import Edits, Streams
from costmodel.graph import build
from costmodel.ledger import Ledger, Totals
from costmodel.line import Line
from costmodel.pinning import pinned
from costmodel.problems import Mark, Problem, Problems, SpecError
from costmodel.single import LARGEST
from costmodel.spec.network import Layer, Network
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Items, Sizes, Value, Word

EDITED = ("c1", "c2", "groups")
"""What can be changed of a layer in a network."""


class Row(NamedTuple):
    """One convolution or FC layer of a network: its line, which of the line's convolutions it is, and why it is pinned."""

    number: int
    part: int
    path: str
    op: str
    layer: ConvBound
    pinned: str


class Outcome(NamedTuple):
    """A network after a change: its totals, the layer, the paths of the lines changed with it; or why it cannot be built.

    A reason beside totals is why the layer could not be changed alone.
    """

    totals: Totals | None
    layer: ConvBound
    follow: tuple[str, ...] = ()
    reason: str = ""


class Walk:
    """A network's convolutions and FC layers, each to be changed on its own with all others as they are.

    The network is that of its ledger, a line a node: a change is written into it and it is evaluated again, so that all
    that reads a changed map follows, or says why it cannot. Raises `SpecError` where there is nothing to walk.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.streams = Streams(ledger.lines)
        self.network = _marked(expanded(ledger), self.streams.names)
        reasons = pinned(ledger.lines, ledger.outputs)
        self.rows = [
            Row(
                number,
                part,
                self.streams.names[number],
                _named(line, layer),
                layer,
                reasons[line][part],
            )
            for number, line in enumerate(ledger.lines)
            for part, layer in enumerate(bounded(line))
        ]
        if not self.rows:
            raise SpecError([Problem(None, f"{ledger.name} has no convolution and no FC layer to explore")])

    def fixed(self, row: Row, name: str) -> str:
        """What gives a size of a layer that no field of the network says; nothing where one does."""
        line = self.ledger.lines[row.number]
        if name == "c1":
            return self.streams.stranger(line.sources[0])
        if row.layer.is_depthwise:
            return "c1"
        if name == "groups" and "groups" not in line.rule.fields:
            return "the op"
        return ""

    def ladder(self, row: Row, name: str) -> tuple[int, ...]:
        """The values of one size that its layer can have; none where it has no say in it."""
        layer = row.layer
        if self.fixed(row, name):
            return ()
        if name == "groups":
            return divisors(gcd(int(layer.c1), int(layer.c2)))
        step = 1 if layer.is_depthwise else layer.groups
        return tuple(rung * step for rung in CHANNELS if rung * step <= max(CHANNELS[-1], 8 * step))

    def changed(self, row: Row, sizes: Mapping[str, int]) -> Outcome:
        """The network with other sizes of one layer: that layer changed alone, else with those that must be as wide."""
        wanted = {name: size for name, size in sizes.items() if size != getattr(row.layer, name)}
        if not wanted:
            return Outcome(self.ledger.totals, row.layer)
        try:
            alone, follow = self._edits(row, wanted)
        except SpecError as error:
            return Outcome(None, row.layer, reason=_said(error))
        outcome = self._outcome(row, wanted, alone)
        if outcome.totals is None and follow:
            together = self._outcome(row, wanted, follow | alone)
            return together._replace(reason=outcome.reason) if together.totals is not None else outcome
        return outcome

    def _edits(self, row: Row, wanted: Mapping[str, int]) -> tuple[Edits, Edits]:
        """What says the sizes, and what says those of the lines that must be as wide as the layer's c2."""
        edits: Edits = {}
        if "c1" in wanted:
            source = self.ledger.lines[row.number].sources[0]
            if stranger := self.streams.stranger(source):
                raise SpecError([Problem(Mark(row.path, 0, 0, ""), f"c1 is what {stranger} gives, and no layer's width alone")])
            edits = self.streams.widened(source, wanted["c1"])
        follow: Edits = {}
        own = edits.setdefault(row.number, {})
        if "groups" in wanted:
            own["groups"] = wanted["groups"]
        if "c2" in wanted:
            own["out"] = wanted["c2"]
            follow = {} if self.streams.stranger(row.number) else self.streams.widened(row.number, wanted["c2"])
        return edits, follow

    def _outcome(self, row: Row, wanted: Mapping[str, int], edits: Edits) -> Outcome:
        layers = list(self.network.layers)
        for number, fields in edits.items():
            mark = layers[number].mark
            values = {Text(name, mark): Formula(str(size), mark) for name, size in fields.items()}
            layers[number] = replace(layers[number], fields={**layers[number].fields, **values})
        problems = Problems()
        try:
            graph = build(self.network._replace(layers=layers), problems)
            problems.check()
            ledger = evaluate(graph, {}, self.ledger.batch)
        except SpecError as error:
            return Outcome(None, row.layer, reason=_said(error))
        layer = bounded(ledger.lines[row.number])[row.part]
        if missed := [name for name, size in wanted.items() if getattr(layer, name) != size]:
            return Outcome(None, row.layer, reason=f"{row.path}: {missed[0]} hangs on more than the layers that give it")
        others = sorted(edits.keys() - {row.number})
        return Outcome(ledger.totals, layer, tuple(self.streams.names[number] for number in others))


class Edit:
    """One layer of a network as it is edited: what its fields say, and the network with it."""

    def __init__(self, walk: Walk, row: Row) -> None:
        self.walk, self.row = walk, row
        self.texts = {name: str(getattr(row.layer, name)) for name in EDITED}
        self.refused: dict[str, Refusal] = {}
        self.sizes = {name: int(getattr(row.layer, name)) for name in EDITED}
        self.outcome = Outcome(walk.ledger.totals, row.layer)

    @property
    def is_changed(self) -> bool:
        """Whether any size is another than the network's."""
        return any(getattr(self.row.layer, name) != size for name, size in self.sizes.items())

    def write(self, name: str, text: str) -> None:
        """Set a field to a text. `refused` says what is illegal; where nothing is, `outcome` is of what the fields say."""
        self.texts[name] = text
        self.refused, values = read_all(self.texts, self.sizes)
        if not self.refused:
            self._divide(name, values)
        if not self.refused:
            self.sizes = values
            self.outcome = self.walk.changed(self.row, self.sizes)

    def _divide(self, changed: str, sizes: Mapping[str, int]) -> None:
        """Refuse groups that do not divide both widths, at the field that was changed."""
        g, widths = sizes["groups"], [sizes["c1"], sizes["c2"]]
        if self.row.layer.is_depthwise or not (odd := [c for c in widths if c % g]):
            return
        message = f"groups ({g}) must divide {' and '.join(map(str, odd))}"
        near = divisors(gcd(*widths)) if changed == "groups" else tuple(range(g, LARGEST + 1, g)) if g <= LARGEST else ()
        at = bisect(near, sizes[changed])
        self.refused[changed] = Refusal(message, near[max(at - 1, 0) : at + 1])


def _marked(network: Network, names: Sequence[str]) -> Network:
    """A network whose layers are called after the places of their lines, for messages."""
    pairs = zip(network.layers, names, strict=False)  # what a network gives out twice has no line of its own
    layers = [_called(layer, Mark(name, 0, 0, "")) for layer, name in pairs]
    return network._replace(layers=[*layers, *network.layers[len(layers) :]])


def _called(layer: Layer, mark: Mark) -> Layer:
    fields = {Text(name, mark): _at(value, mark) for name, value in layer.fields.items()}
    return replace(layer, verb=Text(str(layer.verb), mark), fields=fields)


def _at(value: Value, mark: Mark) -> Value:
    """A value of an expanded network, as if it stood at a place."""
    match value:
        case Items():
            return Items([_at(item, mark) for item in value.items], mark)
        case Sizes():
            return Sizes({name: _at(size, mark) for name, size in value.sizes.items()}, mark)
        case Word():
            return Word(value.text, mark)
        case Formula():
            return Formula(value.text, mark)
    return value


def _named(line: Line, layer: ConvBound) -> str:
    """A layer's op in few characters: `3×3 /2`, `3×3 dw`, `1×1 g4`, `linear`."""
    if line.op == "linear":
        return "FC"
    kernel = line.fields.get("kernel", 1) if layer.taps > 1 or line.op != "separable" else 1
    sides = kernel if isinstance(kernel, list) else [kernel] * len(line.inputs[0].sides)
    stride = line.fields.get("stride", 1) if layer.entering != layer.leaving else 1
    words = ["×".join(map(str, sides))]
    if layer.is_depthwise:
        words.append("dw")
    elif layer.groups > 1:
        words.append(f"g{layer.groups}")
    if stride != 1:
        words.append(f"/{'×'.join(map(str, stride)) if isinstance(stride, list) else stride}")
    return " ".join(words)


def _said(error: SpecError) -> str:
    """The first of the mistakes in a line, and how many more there are."""
    first, *others = error.problems
    place = f"{first.mark}: " if first.mark else ""
    return f"{place}{first.message}{f', and {len(others)} more' if others else ''}"
