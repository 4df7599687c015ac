"""The blocks of a network as they were called, and each of them walked again with symbols."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from costmodel import algebra
from costmodel.judge import Scope, Stop
from costmodel.ledger import Condition, Ledger
from costmodel.letters import LETTERS, Letters, sizes_of
from costmodel.line import Line, Place
from costmodel.problems import Mark, Problems
from costmodel.steps import CallBlock
from costmodel.tensor import DIMENSIONS, Tensor
from costmodel.walk import Slot, Walk

_CHOICES = (" is true", " is false")
"""How the text of a condition ends with which the structure was chosen."""


class _Call(NamedTuple):
    """One call of a block: what it was given, and what entered."""

    act: CallBlock
    scope: Scope
    inputs: tuple[Tensor, ...]
    mark: Mark


class InSymbols(NamedTuple):
    """A block in symbols: its ledger, what its symbols stand for, which are sizes of maps, and what the formulas rest on."""

    name: str
    ledger: Ledger
    numbers: dict[Any, int]
    meanings: dict[str, str]
    sizes: list[Any]
    where: dict[str, Any]
    conditions: tuple[str, ...]


class Blocks(Walk):
    """A walk that remembers how each block was called."""

    def __init__(self, reference: Mapping[Any, Any], problems: Problems) -> None:
        super().__init__(reference, problems)
        self.calls: dict[Place, _Call] = {}
        self.entered: list[Scope] = []

    def __contains__(self, place: Place) -> bool:
        return place in self.calls

    def enter(self, act: CallBlock, slot: Slot, scope: Scope, mark: Mark) -> Scope:
        inner = super().enter(act, slot, scope, mark)
        self.entered.append(inner)
        return inner

    def call(self, act: CallBlock, slots: list[Slot], scope: Scope, place: Place, mark: Mark) -> Slot:
        number = len(self.entered)
        out = super().call(act, slots, scope, place, mark)
        self.calls[place] = _Call(act, self.entered[number], tuple(slot.tensor for slot in slots), mark)
        return out

    def name(self, place: Place) -> str:
        """The name of the block that stands at a place."""
        return self.calls[place].act.plan.name

    def in_symbols(self, place: Place, lines: Sequence[Line]) -> InSymbols | None:
        """The block at a place in symbols: its parameters, and the sizes of what enters; none where it takes none.

        Parameters that the block itself needs to be equal share a symbol, as the width that leaves a residual and the one
        that enters.
        """
        call = self.calls.get(place)
        if call is None:
            return None
        same: dict[str, str] = {}
        found = _walked(call, same, lines)
        while found is not None and (pair := _must_be_equal(found, same)):
            same[pair[1].name] = pair[0].name
            found = _walked(call, same, lines)
        return found


def _walked(call: _Call, same: Mapping[str, str], lines: Sequence[Line]) -> InSymbols | None:
    """The call with symbols, those that are to be the same put together."""
    plan = call.act.plan
    names = {name: [LETTERS[name], name] if name in LETTERS else [name, f"{name}_"] for name in plan.params}
    letters = Letters()
    given = {name: call.scope[name] for name in plan.params if name in call.act.fixed or name in dict(call.act.args)}
    fields = {name: letters.give(value, names[name], f"{name}, of {plan.name}") for name, value in given.items()}
    shapes: dict[tuple[str, Any], Any] = {}
    for x in call.inputs:
        for name, size in x.dims.items():
            if (name, size) not in shapes:
                taken = [name, f"{name}_in"] if len(call.inputs) == 1 else [name, f"{name}2", f"{name}_in"]
                shapes[name, size] = letters.give(size, taken, f"{DIMENSIONS.get(name, 'batch')} in")
    symbols = {symbol.name: symbol for symbol in letters.numbers}
    merged = {symbols[old]: symbols[new] for old, new in same.items() if old in symbols and new in symbols}
    fields = {name: merged.get(value, value) if algebra.is_symbol(value) else value for name, value in fields.items()}
    shapes = {key: merged.get(size, size) if algebra.is_symbol(size) else size for key, size in shapes.items()}
    numbers = {symbol: value for symbol, value in letters.numbers.items() if symbol not in merged}
    slots = [
        Slot(Tensor(**{name: shapes[name, size] for name, size in x.dims.items()}), -1 - place)
        for place, x in enumerate(call.inputs)
    ]
    walk, scope = Walk(numbers, Problems()), Scope()
    scope.x = slots[0].tensor
    try:
        act = CallBlock(plan, fields, [], call.act.defaults)
        out = walk.call(act, slots, scope, Place(None, ""), call.mark)
    except (Stop, RecursionError):
        return None
    if walk.problems.found or [line.op for line in walk.lines] != [line.op for line in lines]:
        return None
    ledger = Ledger(plan.name, "", dict(fields), 1, walk.lines, [out.line], walk.conditions)
    ledger.inputs.update((f"x{place}", slot.tensor) for place, slot in enumerate(slots))
    sizes = [size for (name, _), size in shapes.items() if name != "c" and algebra.is_symbol(size)]
    meanings = {symbol.name: letters.meanings[symbol.name] for symbol in numbers}
    where = _sizes_within(walk.lines, letters)
    chosen = [condition for condition in walk.conditions if condition.text.endswith(_CHOICES)]  # all others hold, in numbers
    return InSymbols(plan.name, ledger, numbers, meanings, sizes, where, said(chosen))


def _sizes_within(lines: Sequence[Line], letters: Letters) -> dict[str, Any]:
    """Names for the sizes of the maps within a block, primed once more for each size that a dimension has."""
    found: dict[str, Any] = {}
    for line in lines:
        for name, size in sizes_of(line.inputs[0], line.output).items():
            if size in found.values():
                continue
            while name in found or name in letters.taken:
                name += "'"  # noqa: PLW2901 - the name that is left
            found[name] = size
    return found


def said(conditions: Sequence[Condition]) -> tuple[str, ...]:
    """What the formulas rest on, in the symbols, each once."""
    return tuple(dict.fromkeys(condition.text for condition in conditions))


def _must_be_equal(found: InSymbols, same: Mapping[str, str]) -> tuple[Any, Any] | None:
    """Two symbols for one number that a condition of the block holds to be equal; not one that divides the other."""
    for condition in found.ledger.conditions:
        truth = condition.truth
        if not algebra.is_symbol(truth):
            continue
        symbols = sorted(truth.free_symbols, key=lambda symbol: symbol.name)
        for one in symbols:
            for other in symbols:
                alike = one is not other and found.numbers.get(one) == found.numbers.get(other)
                if alike and other.name not in same and _is_equality(truth, one, other, found.numbers):
                    return one, other
    return None


def _is_equality(truth: Any, one: Any, other: Any, numbers: Mapping[Any, int]) -> bool:
    rest = {symbol: number for symbol, number in numbers.items() if symbol not in (one, other)}
    number = numbers[one]

    def holds(first: int, second: int) -> bool | None:
        return algebra.decide(truth, {**rest, one: first, other: second})

    return holds(number, number) is True and holds(2 * number, number) is False and holds(number, 2 * number) is False
