"""From a `Network` to a `Graph`: every verb linked to its op or block, every name seen to be in scope.

The graph keeps blocks, tables and repeats folded, for their numbers come with the evaluation; it is walked once, top
to bottom, by `evaluate`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from costmodel.ops import OPS, Op
from costmodel.ops.fields import Kind
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.formula import WORDS
from costmodel.spec.network import Block, Layer, Network
from costmodel.spec.source import Text
from costmodel.spec.values import Formula, Value, is_constant

DOOR = ("c_in", "h_in", "w_in")
"""What a formula sees of the tensor that enters its layer."""
_PASS = ("index", "first", "last")


@dataclass(slots=True)
class RunOp:
    """An op with its constant fields worked out and its others still to be."""

    op: Op
    fixed: dict[str, Any]
    live: list[tuple[str, Value, Kind]]


@dataclass(slots=True)
class Plan:
    """A block, linked: its parameters' names, its lets, its steps."""

    name: str
    params: list[str]
    let: dict[str, Value]
    inputs: list[str]
    steps: "list[Step]"


@dataclass(slots=True)
class CallBlock:
    """A block with the arguments of one call; a default that the call replaces is in neither part."""

    plan: Plan
    fixed: dict[str, Any]
    args: list[tuple[str, Value]]
    defaults: list[tuple[str, Value]]


@dataclass(slots=True)
class Residual:
    """A body whose input is added to its output, where `shortcut` holds."""

    steps: "list[Step]"
    shortcut: Formula | None


@dataclass(slots=True)
class Branches:
    """Labelled branches of one input, joined by an op."""

    join: RunOp
    parts: "list[tuple[str, list[Step]]]"


@dataclass(slots=True)
class Group:
    """Steps under one modifier."""

    steps: "list[Step]"


@dataclass(slots=True)
class Rows:
    """Steps once a row, with the row's cells as names."""

    columns: list[str]
    rows: list[list[Value]]
    labels: list[str]
    let: dict[str, Value]
    steps: "list[Step]"


@dataclass(slots=True)
class Activate:
    """The pointwise op that a word names, or nothing for `none`."""

    kind: Value


@dataclass(slots=True)
class Identity:
    """Nothing at all: the tensor passes."""


Act: TypeAlias = RunOp | CallBlock | Residual | Branches | Group | Rows | Activate | Identity


@dataclass(slots=True)
class Step:
    """One layer, linked: what it does and the modifiers around it."""

    act: Act
    verb: str
    mark: Mark
    name: str | None
    origin: list[Text]
    when: Formula | None
    repeat: Formula | None


@dataclass(slots=True)
class Graph:
    """A network ready to be walked with numbers."""

    network: Network
    steps: list[Step]


@dataclass(slots=True)
class _Name:
    """A name in scope: what bound it, where, and whether a formula reads it."""

    what: str
    mark: Mark | None
    used: bool = False


_Scope: TypeAlias = dict[str, _Name]


@dataclass
class _Builder:
    network: Network
    problems: Problems
    plans: dict[str, Plan] = field(default_factory=dict)
    open: list[str] = field(default_factory=list)

    # --- names -------------------------------------------------------------------------------------------------

    def bind(self, scope: _Scope, names: Iterable[Text], what: str) -> _Scope:
        """The scope with more names; each new one must be new."""
        scope = dict(scope)
        for name in names:
            if name in scope:
                self.problems.add(name.mark, f"the name '{name}' is taken: a {scope[name].what} is called so already")
            scope[str(name)] = _Name(what, name.mark)
        return scope

    def read(self, value: Value, scope: _Scope) -> None:
        """Check that a value reads only names in scope."""
        for name, mark in value.names():
            if name in scope:
                scope[name].used = True
                continue
            hint = did_you_mean(name, [*scope, *WORDS], f"the names here are {one_of(n for n in scope if n not in DOOR)}")
            if self.open and name in {*self.network.params, *self.network.let}:
                hint = f"a block sees only its own parameters: give {self.open[-1]} a parameter '{name}' and pass it"
            self.problems.add(mark, f"no name '{name}' here", hint)

    def read_all(self, values: Iterable[Value | None], scope: _Scope) -> None:
        for value in values:
            if value is not None:
                self.read(value, scope)

    def declare(self, named: dict[Text, Any], scope: _Scope, what: str) -> _Scope:
        """Names that may use those before them: parameters with defaults, lets."""
        for name, value in named.items():
            self.read_all([value], scope)
            scope = self.bind(scope, [name], what)
        return scope

    def unused(self, scope: _Scope, names: Iterable[str]) -> None:
        for name in names:
            if (found := scope[name]) and not found.used:
                self.problems.warn(found.mark, f"no formula reads the {found.what} '{name}'")

    # --- the network and its blocks ------------------------------------------------------------------------------

    def graph(self) -> Graph:
        network = self.network
        top = self.declare(network.let, self.declare(network.params, {}, "parameter"), "let")
        self.read_all(network.inputs.values(), top)
        for settings in (*network.variants.values(), *(row.settings for row in network.published)):
            self.settings(settings)
        steps = self.steps(network.layers, top | _door(), set(network.inputs))
        for name, block in network.blocks.items():
            if name not in self.plans:
                self.problems.warn(block.name.mark, f"no layer calls the block '{name}'")
                self.plan(block)
        self.unused(top, [*map(str, network.params), *map(str, network.let)])
        return Graph(network, steps)

    def settings(self, settings: dict[Text, Value]) -> None:
        for name, value in settings.items():
            if name not in self.network.params:
                hint = did_you_mean(name, self.network.params, f"the parameters are {one_of(self.network.params)}")
                self.problems.add(name.mark, f"the network has no parameter '{name}'", hint)
            self.read(value, {})

    def plan(self, block: Block) -> Plan:
        """A block, linked once however often it is called."""
        name = str(block.name)
        if name in self.plans:
            return self.plans[name]
        plan = self.plans[name] = Plan(
            name, [str(k) for k in block.params], {str(k): v for k, v in block.let.items()}, [str(i) for i in block.inputs], []
        )
        self.open.append(name)
        scope = self.declare(block.let, self.declare(block.params, _door(), "parameter"), "let")
        plan.steps = self.steps(block.layers, scope, {"input", *plan.inputs})
        self.open.pop()
        self.unused(scope, [*plan.params, *plan.let])
        return plan

    # --- layers --------------------------------------------------------------------------------------------------

    def steps(self, layers: list[Layer], scope: _Scope, known: set[str]) -> list[Step]:
        """Layers linked in order; a layer's name is known from the next line on."""
        steps, known = [], set(known)
        for layer in layers:
            steps.append(self.step(layer, scope, known))
            if layer.name is not None:
                if layer.name in known or layer.name == "previous":
                    self.problems.add(layer.name.mark, f"the name '{layer.name}' is taken by another layer")
                known.add(str(layer.name))
        return steps

    def step(self, layer: Layer, scope: _Scope, known: set[str]) -> Step:
        if layer.repeat is not None:
            self.read(layer.repeat, scope)
            scope = scope | {name: _Name("pass of a repeat", None) for name in _PASS}
        self.read_all([layer.when], scope)
        for name in layer.origin:
            if name not in known and name != "previous":
                hint = did_you_mean(name, known, "a layer is named with `name:` beside its verb")
                self.problems.add(name.mark, f"no layer above is named '{name}'", hint)
        return Step(
            act=self.act(layer, scope, known),
            verb=str(layer.verb),
            mark=layer.mark,
            name=str(layer.name) if layer.name is not None else None,
            origin=layer.origin,
            when=layer.when,
            repeat=layer.repeat,
        )

    def act(self, layer: Layer, scope: _Scope, known: set[str]) -> Act:
        verb = str(layer.verb)
        if layer.table is not None:
            return self.rows(layer, scope, known)
        if verb == "layers":
            return Group(self.steps(layer.body, scope, known))
        if verb == "residual":
            self.read_all([layer.shortcut], scope)
            return Residual(self.steps(layer.body, scope, known), layer.shortcut)
        self.read_all(layer.fields.values(), scope)
        if verb == "activation":
            return self.activation(layer)
        if layer.branches:
            parts = [(str(label), self.steps(body, scope, known)) for label, body in layer.branches]
            return Branches(RunOp(OPS[verb], {}, []), parts)
        if verb in OPS:
            self.arity(layer, 1 if not OPS[verb].joins else None)
            return _run_op(OPS[verb], layer.fields)
        if verb in self.network.blocks:
            return self.call(layer, self.network.blocks[verb])
        return Identity()

    def arity(self, layer: Layer, most: int | None) -> None:
        if most is not None and len(layer.origin) > most:
            takes = "one tensor" if most == 1 else f"{most} tensors"
            message = f"{layer.verb} takes {takes}, and gets {len(layer.origin)}"
            self.problems.add(layer.origin[most].mark, message, "add and concat take several")

    def activation(self, layer: Layer) -> Act:
        kind = next((v for k, v in layer.fields.items() if k == "kind"), None)
        if kind is None or len(layer.fields) > 1:
            self.problems.add(
                layer.mark, "activation takes one word", "write `activation: relu`, or the parameter that says which"
            )
            return Identity()
        return Activate(kind)

    def rows(self, layer: Layer, scope: _Scope, known: set[str]) -> Act:
        table = layer.table
        assert table is not None
        for row in table.rows:
            self.read_all(row, scope)
        inner = self.bind(scope | {"row": _Name("row of a table", None)}, table.columns, "column")
        inner = self.declare(table.let, inner, "let")
        steps = self.steps(layer.body, inner, known)
        self.unused(inner, [*map(str, table.columns), *map(str, table.let)])
        columns, let = [str(c) for c in table.columns], {str(k): v for k, v in table.let.items()}
        return Rows(columns, table.rows, [str(label) for label in table.labels], let, steps)

    def call(self, layer: Layer, block: Block) -> Act:
        name = str(block.name)
        if name in self.open:
            chain = " → ".join([*self.open[self.open.index(name) :], name])
            self.problems.add(layer.mark, f"a block cannot contain itself: {chain}")
            return Identity()
        for given in layer.fields:
            if given not in block.params:
                legal = f"its parameters are {one_of(block.params)}" if block.params else f"{name} has no parameters"
                self.problems.add(
                    given.mark, f"the block {name} has no parameter '{given}'", did_you_mean(given, block.params, legal)
                )
        for param, default in block.params.items():
            if default is None and param not in layer.fields:
                self.problems.add(
                    layer.mark, f"the block {name} needs a value for '{param}'", f"write `{name}: {{{param}: …}}`"
                )
        self.arity(layer, max(len(block.inputs), 1))
        args, defaults = layer.fields, {k: v for k, v in block.params.items() if v is not None and k not in layer.fields}
        return CallBlock(
            plan=self.plan(block),
            fixed={str(k): v.evaluate({}) for k, v in (args | defaults).items() if is_constant(v)},
            args=[(str(k), v) for k, v in args.items() if not is_constant(v)],
            defaults=[(str(k), v) for k, v in defaults.items() if not is_constant(v)],
        )


def _door() -> _Scope:
    return {name: _Name("size of the tensor that enters", None) for name in DOOR}


def _run_op(op: Op, fields: dict[Text, Value]) -> RunOp:
    """Work out the constant fields now; they were checked when they were read."""
    run = RunOp(op, {}, [])
    for name, value in fields.items():
        kind = op.fields[name].kind
        if is_constant(value):
            run.fixed[str(name)] = kind.check(value.evaluate({}))[0]
        else:
            run.live.append((str(name), value, kind))
    return run


def build(network: Network, problems: Problems) -> Graph:
    """Link a network; what is wrong, and what is probably not meant, goes onto `problems`."""
    return _Builder(network, problems).graph()
