"""What is chosen in a network row by row, or at each call of a block, and a walk that asks for it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from costmodel.judge import Scope
from costmodel.line import Place
from costmodel.problems import Mark, Problem, SpecError, did_you_mean, one_of
from costmodel.spec.network import Layer, Network
from costmodel.spec.source import Text
from costmodel.steps import CallBlock, Rows
from costmodel.walk import Slot, Walk

UNNAMED = "table"
"""What a table is called that has no name: alone so, else with a number behind it."""


class Choice(NamedTuple):
    """One value of some for a column in each row of a table, or for a parameter at each call of a block.

    `mark` is the table's; None for a block. `rows` are those that choose; None for all.
    """

    text: str
    of: str
    mark: Mark | None
    rows: frozenset[int] | None
    name: str
    values: tuple[Any, ...]

    def asks(self, mark: Mark, row: int) -> bool:
        """Whether a row of a table has the choice."""
        return self.mark == mark and (self.rows is None or row in self.rows)


class Picked(NamedTuple):
    """What was chosen somewhere."""

    choice: Choice
    where: Place | str
    value: Any


@dataclass(eq=False, repr=False)
class Choosing(Walk):
    """A walk that asks for the value of each choice where it meets it."""

    choices: Sequence[Choice] = ()
    ask: Callable[[Choice], Any] = lambda choice: choice.values[0]
    picked: list[Picked] = field(default_factory=list)

    def pick(self, choice: Choice, where: Place | str) -> Any:
        """Ask, and note the answer."""
        value = self.ask(choice)
        self.picked.append(Picked(choice, where, value))
        return value

    def cells(self, act: Rows, lists: dict[str, list[Any]], number: int, scope: Scope, inner: Scope) -> None:
        super().cells(act, lists, number, scope, inner)
        label = act.labels[number] if act.labels else f"row {number + 1}"
        for choice in self.choices:
            if choice.asks(act.mark, number):
                inner[choice.name] = self.pick(choice, label)

    def call(self, act: CallBlock, slots: list[Slot], scope: Scope, place: Place, mark: Mark) -> Slot:
        return super().call(self.chosen(act, place), slots, scope, place, mark)

    def chosen(self, act: CallBlock, where: Place) -> CallBlock:
        """A call with what is chosen in the place of what it gives."""
        own = {one.name: one for one in self.choices if one.mark is None and one.of == act.plan.name}
        if not own:
            return act
        given = {name: self.pick(choice, where) for name, choice in own.items()}
        left = ([pair for pair in pairs if pair[0] not in own] for pairs in (act.args, act.defaults))
        return CallBlock(act.plan, {**act.fixed, **given}, *left)


class Columns(NamedTuple):
    """What may be chosen in: a table's columns, or a block's parameters."""

    name: str
    mark: Mark | None
    names: tuple[str, ...]
    labels: tuple[str, ...]
    rows: int


def places(network: Network) -> list[Columns]:
    """Every table and every block of a network."""
    tables = [(layer, layer.table) for layer in _layers(network) if layer.table is not None]
    unnamed = [layer for layer, _ in tables if layer.name is None]
    found = [
        Columns(
            str(layer.name or (UNNAMED if len(unnamed) == 1 else f"{UNNAMED}{unnamed.index(layer) + 1}")),
            layer.mark,
            (*map(str, table.columns), *map(str, table.lists)),
            tuple(map(str, table.labels)),
            len(table.rows),
        )
        for layer, table in tables
    ]
    return found + [Columns(name, None, tuple(map(str, block.params)), (), 0) for name, block in network.blocks.items()]


def _layers(network: Network) -> Iterator[Layer]:
    """Every layer, those of blocks too, wherever it stands."""

    def inside(layers: Iterable[Layer]) -> Iterator[Layer]:
        for layer in layers:
            yield layer
            for body in (layer.body, *(body for _, body in layer.branches)):
                yield from inside(body)

    for layers in (network.layers, *(block.layers for block in network.blocks.values())):
        yield from inside(layers)


def choices(network: Network, of: Text, which: str, name: Text, values: Sequence[Any], text: str) -> list[Choice]:
    """What `OF[WHICH].NAME` means in a network: one choice, or of `*` one for each table that has the column.

    Of no table, for each block that has the parameter. Raises `SpecError`, with what there is.
    """
    every = places(network)
    fitting = [one for one in every if of in ("*", one.name)]
    if not fitting:
        legal = dict.fromkeys(one.name for one in every)
        said = f"its tables and blocks are {one_of(legal)}" if legal else "it has neither"
        raise SpecError(
            [Problem(of.mark, f"no table and no block of {network.name} is called '{of}'", did_you_mean(of, legal, said))]
        )
    having = [one for one in fitting if name in one.names]
    having = [one for one in having if one.mark is not None] or having
    if not having:
        legal = dict.fromkeys(name for one in fitting for name in one.names)
        noun = "column" if any(one.mark is not None for one in fitting) else "parameter"
        whose = "no table and no block" if of == "*" else f"{of} has no"
        message = f"{whose} has a column or parameter '{name}'" if of == "*" else f"{whose} {noun} '{name}'"
        raise SpecError([Problem(name.mark, message, did_you_mean(name, legal, f"there are {one_of(legal)}"))])
    return [Choice(text, one.name, one.mark, _rows(one, which, of), str(name), tuple(values)) for one in having]


def _rows(of: Columns, which: str, text: Text) -> frozenset[int] | None:
    """The rows that are meant. Raises `SpecError`."""
    if which == "*":
        return None
    if of.mark is None:
        raise SpecError([Problem(text.mark, f"{of.name} is a block, and every call of it chooses", f"{of.name}[*]")])
    if which in of.labels:
        return frozenset({of.labels.index(which)})
    if which.isdecimal() and 1 <= int(which) <= of.rows:
        return frozenset({int(which) - 1})
    there = f"they are called {one_of(of.labels)}" if of.labels else f"they are numbered from 1 to {of.rows}"
    raise SpecError([Problem(text.mark, f"{of.name} has no row '{which}'", f"{there}; * means all")])


def overlap(one: Choice, other: Choice) -> bool:
    """Whether two choices are of the same rows."""
    return one.rows is None or other.rows is None or bool(one.rows & other.rows)
