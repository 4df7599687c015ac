"""Any block is a unit: a block of a spec as a network of its own, whose parameters are the block's and the sizes that enter."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from costmodel.evaluate import evaluate
from costmodel.graph import build
from costmodel.judge import Scope
from costmodel.line import Place
from costmodel.problems import Mark, Problem, Problems, SpecError, did_you_mean, one_of
from costmodel.settings import Settings
from costmodel.spec.checking import Check
from costmodel.spec.network import Block, Layer, Network
from costmodel.spec.source import Text
from costmodel.spec.values import BadValue, Formula, Sizes, Value, read_value
from costmodel.steps import CallBlock, Graph
from costmodel.tensor import DIMENSIONS
from costmodel.walk import Slot, Walk

_MAP = ("c", "h", "w")
"""What enters a block that no layer calls."""


class Lifted(NamedTuple):
    """A block as a network: its graph, and the values that its parameters have where its spec calls it."""

    graph: Graph
    seen: dict[str, list[Any]]


def lifted(graph: Graph, name: str, given: Mapping[str, Value] = {}, letters: Iterable[str] = ()) -> Lifted:
    """The block of that name as a network, in which c_in×h×w enters; a parameter that has no value is left free.

    What enters is a map unless the spec's own calls give the block something else; the sizes of further inputs are named
    after these. `given` are settings that read other parameters, or `letters`, which are parameters of the unit too. Raises
    `SpecError` for a block that there is not, and for settings that cannot be put in an order.
    """
    network = graph.network
    block = network.blocks.get(name)
    if block is None:
        legal = f"its blocks are {one_of(network.blocks)}" if network.blocks else "it has no blocks"
        raise SpecError([Problem(None, f"{network.name} has no block '{name}'", did_you_mean(name, network.blocks, legal))])
    calls, mark = _calls(graph, name), block.name.mark
    sizes = _sizes(block, calls.entered or [_MAP])
    own = {str(param): value for param, value in block.params.items()}
    named = {*own, *letters, *(size for shape in sizes.values() for size in shape.values())}
    params: dict[str, Value | None] = {letter: None for letter in letters if letter not in own}
    params |= {size: None for shape in sizes.values() for size in shape.values()}
    params |= {param: value for param, value in own.items() if _reads_only(value, named) or param in given}
    params |= {param: value for param, value in given.items() if param in params}
    _known(given.values(), params)
    unit = Network(
        file=network.file,
        name=f"{network.name}: {name}",
        source=network.source,
        params={Text(param, mark): value for param, value in _in_order(params).items()},
        let={},
        inputs={key: _shape(shape, mark) for key, shape in sizes.items()},
        blocks=network.blocks,
        layers=[_call(block, [param for param in own if param in params])],
        variants={},
        published=[],
        ops=network.ops,
        outputs=[],
        implementation=network.implementation,
        check=Check(),
    )
    problems = Problems()
    found = build(unit, problems)
    problems.check()
    return Lifted(found, calls.seen)


def formulas(given: Mapping[str, Any]) -> dict[str, Value]:
    """Those of some settings that read other names; what cannot be read is left to be said where settings are checked."""
    found: dict[str, Value] = {}
    for name, text in given.items():
        if isinstance(text, Text) and not text.lstrip().startswith("["):
            try:
                value = read_value(text)
            except BadValue:
                continue
            if next(value.names(), None) is not None:
                found[str(name)] = value
    return found


def _call(block: Block, params: list[str]) -> Layer:
    """The layer that calls the block with each of its parameters by its own name."""
    mark = block.name.mark
    fields: dict[Text, Value] = {Text(param, mark): Formula(param, mark, alone=True) for param in params}
    return Layer(Text(str(block.name), mark), fields, origin=[Text(str(one), mark) for one in block.inputs])


def _shape(names: Mapping[str, str], mark: Mark) -> Sizes:
    return Sizes({side: Formula(name, mark) for side, name in names.items()}, mark)


def _sizes(block: Block, entered: list[tuple[str, ...]]) -> dict[str, dict[str, str]]:
    """For each input the name of each of its sizes: c_in, h and w of the first, others with the input's name behind them."""
    found: dict[str, dict[str, str]] = {}
    for place, key in enumerate(map(str, block.inputs) if block.inputs else ["input"]):
        sides = entered[min(place, len(entered) - 1)]
        if place == 0:
            found[key] = {side: f"{side}_in" if side == "c" or side in block.params else side for side in sides}
        else:
            found[key] = {side: f"{side}_{key}" for side in sides}
    return found


def _reads_only(value: Value | None, names: Iterable[str]) -> bool:
    """Whether a default can be worked out where the unit's parameters are known, and need not wait for the block."""
    return value is None or {name for name, _ in value.names()} <= {*names}


def _in_order(params: Mapping[str, Value | None]) -> dict[str, Value | None]:
    """The parameters, each behind those that its value reads, and else as they stand. Raises `SpecError` for a circle."""
    found: dict[str, Value | None] = {}
    while len(found) < len(params):
        left = {name: value for name, value in params.items() if name not in found}
        ready = next((name for name, value in left.items() if not _waits(value, left)), None)
        if ready is None:
            mark = next(mark for value in left.values() if value is not None for _, mark in value.names())
            said = f"{one_of(left)} would wait for one another" if len(left) > 1 else f"'{one_of(left)}' would wait for itself"
            raise SpecError([Problem(mark, said, "a parameter without a value stays a symbol")])
        found[ready] = left[ready]
    return found


def _known(values: Iterable[Value], params: Iterable[str]) -> None:
    """See that settings read what there is. Raises `SpecError`."""
    read = ((name, mark) for value in values for name, mark in value.names() if name not in params)
    wrong = [
        Problem(mark, f"no name '{name}' here", did_you_mean(name, params, f"--free {name} makes it a letter of the unit"))
        for name, mark in read
    ]
    if wrong:
        raise SpecError(wrong)


def _waits(value: Value | None, left: Mapping[str, Any]) -> bool:
    return value is not None and any(name in left for name, _ in value.names())


class _Calls(Walk):
    """A walk that notes what enters a block, and the values that its parameters have."""

    def __init__(self, block: str) -> None:
        super().__init__({}, Problems())
        self.block = block
        self.entered: list[tuple[str, ...]] = []
        self.seen: dict[str, list[Any]] = {}

    def call(self, act: CallBlock, slots: list[Slot], scope: Scope, place: Place, mark: Mark) -> Slot:
        if act.plan.name == self.block and not self.entered:
            self.entered = [tuple(side for side in slot.tensor.dims if side in DIMENSIONS) for slot in slots]
        return super().call(act, slots, scope, place, mark)

    def enter(self, act: CallBlock, slot: Slot, scope: Scope, mark: Mark) -> Scope:
        inner = super().enter(act, slot, scope, mark)
        if act.plan.name == self.block:
            for name in act.plan.params:
                self.seen.setdefault(name, []).append(inner[name])
        return inner


def _calls(graph: Graph, block: str) -> _Calls:
    """The calls of a block, as far as its spec can be walked as it stands."""
    walk = _Calls(block)
    settings = Settings(graph.network, Problems()).resolve({}, None, complete=False)
    if len(settings) == len(graph.network.params):
        try:
            evaluate(graph, settings, walk=walk)
        except SpecError:
            return walk
    return walk
