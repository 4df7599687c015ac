"""Lines as the layers of a spec: their names, their values, and whose parameters they have."""

from collections import Counter
from fractions import Fraction
from typing import Any

from costmodel import algebra
from costmodel.importing.blocks import Made
from costmodel.importing.likeness import Name
from costmodel.importing.lines import ENTRY, Line, Way
from costmodel.importing.modules import all_lists
from costmodel.importing.naming import identifier
from costmodel.ops import OPS
from costmodel.ops.registry import REQUIRED
from costmodel.problems import Mark
from costmodel.spec.network import Block, Layer
from costmodel.spec.printing import number
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Items, Sizes, Value, Word

_NOWHERE = Mark("", 0, 0, "")


class Scribe:
    """Writes lines as layers of a spec."""

    def __init__(self, inputs: list[str], alone: bool, bodies: list[list[Line]]) -> None:
        self.alone = alone
        taken: set[str] = set()
        self.entries = {name: _unique(identifier(name), taken, "_") for name in inputs}
        """What each input is called."""
        self.spoken = Counter(line.label or line.verb for body in bodies for one in all_lists(body) for line in one)
        """What lines would be called, each by itself."""
        self.said, self.used = set[str](), set[str]()
        """The names of lines and branches that are said from afar, and all names of lines."""
        self.names: dict[int, str] = {}
        self.labels: dict[int, list[str]] = {}
        """What the branches of a join are called."""
        self.tied: list[tuple[Layer, Line]] = []
        """Layers that have parameters of others, which have their names when all is written."""

    def tie(self) -> None:
        """Say of each layer whose parameters it has."""
        for layer, line in self.tied:
            layer.tied = {kind: as_text(self.way(way)) for kind, way in line.tied.items()}

    def way(self, way: Way) -> str:
        """The names that lead to a line from a list that is around both, or from a branch of a join that is."""
        names, around = [], None
        for line in _written(way.lines):
            if line is around:
                continue
            if around is not None and around.branches:
                labelled = zip(self.labels[id(around)], around.branches, strict=True)
                names += [label for label, part in labelled if line in part]
            is_said = line.kind != "residual" if around is not None else not way.is_around
            names += [self.names[id(line)]] if is_said else []
            around = line
        return "/".join(names)

    def entry_name(self, name: str) -> str:
        """What an input is called in the spec."""
        return "input" if self.alone else self.entries[name]

    def block(self, made: Made) -> Block:
        """A block of the spec."""
        params: dict[Text, Value | None] = {
            as_text(name): None if usual is REQUIRED else Formula(number(usual), _NOWHERE)
            for name, usual in made.params.items()
        }
        return Block(as_text(made.name), params, {}, [], self.layers(made.body, set(), {"input", "previous"}))

    def layers(self, lines: list[Line], wanted: set[int], visible: set[str]) -> list[Layer]:
        """Lines of one list; those that others read have names of their own, unlike all that are visible."""
        while len(lines) == 1 and _is_bare(lines[0]):
            lines = lines[0].body
        read = {id(source.seen) for line in lines for source in line.reads} | wanted
        taken = {*visible}
        for line in lines:
            if id(line) in read or line.label or line.is_named:
                self.names[id(line)] = self.named(line, taken)
        found = []
        for at, line in enumerate(lines):
            layer = self.layer(line, taken)
            self.tied += [(layer, line)] if line.tied else []
            layer.origin = [as_text(self.origin(source, lines, at)) for source in line.reads]
            if id(line) in self.names and (id(line) in read or line.is_named or self.names[id(line)] != line.verb):
                layer.name = as_text(self.names[id(line)])
            found.append(layer)
        return found

    def named(self, line: Line, taken: set[str]) -> str:
        """What a line is called; one that is said from afar is called as nothing else is."""
        mine = line.label or line.verb
        others = {name for name, times in self.spoken.items() if times > 1 or name != mine} if line.is_named else set()
        name = _name(line, {*taken, *self.said, *(others | self.used if line.is_named else ())})
        taken.add(name)
        self.used.add(name)
        if line.is_named:
            self.said.add(name)
        return name

    def labelled(self, line: Line) -> list[str]:
        """What the branches of a join are called: as nothing else is, where one of them may be said."""
        if not line.is_named:
            return _labels(line.branches, None)
        labels = _labels(line.branches, {*self.spoken, *self.used, *self.said})
        self.said |= {*labels}
        return labels

    def origin(self, source: Line, lines: list[Line], at: int) -> str:
        """The name by which a line reads another."""
        source = source.seen
        if source is ENTRY:
            return "previous" if at == 0 else "input"
        if at and source is lines[at - 1]:
            return "previous"
        return self.name_of(source)

    def name_of(self, line: Line) -> str:
        """What a line is called."""
        return self.entry_name(line.verb) if line.kind == "input" else self.names[id(line)]

    def layer(self, line: Line, taken: set[str]) -> Layer:
        """One line; the names in `taken` are visible in it."""
        repeat = Formula(str(line.repeat), _NOWHERE) if line.repeat > 1 else None
        if line.kind == "residual":
            return Layer(as_text("residual"), body=self.layers(line.body, set(), taken), repeat=repeat)
        if line.kind == "group":
            return Layer(as_text("layers"), body=self.layers(line.body, set(), taken), repeat=repeat)
        fields = {as_text(name): _value(value) for name, value in line.fields.items() if not _is_usual(line, name, value)}
        if line.kind == "join":
            labels = self.labels[id(line)] = self.labelled(line)
            branches = [self.layers(branch, set(), taken) or [Layer(as_text("identity"))] for branch in line.branches]
            return Layer(
                as_text(line.verb), fields, branches=[*zip(map(as_text, labels), branches, strict=True)], repeat=repeat
            )
        ordered = (
            {name: fields[as_text(name)] for name in OPS[line.verb].fields if name in fields} if line.kind == "op" else fields
        )
        return Layer(as_text(line.verb), {as_text(name): value for name, value in ordered.items()}, repeat=repeat)


def _written(way: list[Line]) -> list[Line]:
    """The lines that stand for some in the blocks that are written, and between them those that blocks are."""
    found: list[Line] = []
    for at, said in enumerate(way, 1):
        line = said
        while line.twin is not None:
            line = line.twin
        found += [line] if line.held is None or at == len(way) else [line, line.held]
    return found


def _is_bare(line: Line) -> bool:
    """Whether a line only holds others."""
    return (
        line.kind == "group" and not line.label and not line.is_named and not line.tied and line.repeat == 1 and not line.reads
    )


def _is_usual(line: Line, name: str, value: Any) -> bool:
    if line.kind != "op" or isinstance(value, Name):
        return False
    default = OPS[line.verb].fields[name].default
    return type(default) is type(value) and bool(default == value)


def _labels(branches: list[list[Line]], taken: set[str] | None) -> list[str]:
    """A label for each branch: that of its module, else what it is, or a letter where it is said: unlike all that are taken."""
    names = set[str]() if taken is None else taken
    found = []
    for at, branch in enumerate(branches):
        usual = ("identity" if not branch else "branch") if taken is None else "abcdefgh"[at % 8]
        found.append(_unique(branch[0].label if len(branch) == 1 and branch[0].label else usual, names))
    for branch in branches:
        if len(branch) == 1:
            branch[0].label = ""
    return found


def _unique(name: str, taken: set[str], between: str = " ") -> str:
    found, times = name.replace("/", "."), 1
    while found in taken:
        times += 1
        found = f"{name}{between}{times}"
    taken.add(found)
    return found


def _name(line: Line, taken: set[str]) -> str:
    """What a line is called: as its module, with as much of the modules around as it takes to be unlike all others."""
    wanted = line.label or line.verb or "part"
    for many in range(len(wanted.split(".")), len(line.path) + 1) if line.label else ():
        longer = ".".join(line.path[len(line.path) - many :])
        if longer.endswith(wanted) and longer not in taken:
            wanted = longer
            break
    return _unique(wanted, taken)


def dims_of(step: Any) -> dict[str, Any]:
    """The dimensions of what a layer gives, for one sample."""
    return {name: size for name, size in step.output.dims.items() if name != "n"}


def _value(value: Any) -> Value:
    """A field's value as a spec writes it."""
    if isinstance(value, dict):
        return sizes_of(value)
    if isinstance(value, list):
        return Items([_value(item) for item in value], _NOWHERE)
    if isinstance(value, str):
        return Word(value, _NOWHERE)
    if isinstance(value, Name) or algebra.is_symbol(value):
        return Formula(str(value), _NOWHERE)
    return Formula(number(Fraction(value) if isinstance(value, float) else value), _NOWHERE)


def sizes_of(dims: dict[str, Any]) -> Sizes:
    """Sizes as a spec has them."""
    return Sizes({name: _value(size) for name, size in dims.items()}, _NOWHERE)


def as_text(text: str) -> Text:
    """A text that stands nowhere."""
    return Text(text, _NOWHERE)
