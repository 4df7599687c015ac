"""From a `Network` to a `Graph`: every verb linked to its op or block, every name seen to be in scope.

The graph keeps blocks, tables and repeats folded, for their numbers come with the evaluation; it is walked once, top
to bottom, by `evaluate`.
"""

from collections.abc import Sequence
from itertools import zip_longest

from costmodel.checks import ACTIVATIONS, Checks, inputs_of, not_an_activation, words_of
from costmodel.ops import OPS, Op
from costmodel.ops.fields import spoken
from costmodel.own import own_op
from costmodel.problems import Problems
from costmodel.spec.layers import CONSTRUCTS
from costmodel.spec.names import PASS, Name, Scope, door
from costmodel.spec.network import Block, Layer, Network, OwnOp
from costmodel.spec.source import Text
from costmodel.spec.values import Value, is_constant
from costmodel.steps import (
    Act,
    Activate,
    Branches,
    CallBlock,
    Graph,
    Group,
    Identity,
    Plan,
    Residual,
    Rows,
    RunOp,
    RunOwn,
    Step,
)

OPTIONS = ("batch", "dtype", "variant")
"""Names that every analysis gives a meaning of its own."""
MAX_DEPTH = 60
"""How deep blocks, residuals, branches, tables and groups may stand in one another."""


class _Builder(Checks):
    def __init__(self, network: Network, problems: Problems) -> None:
        super().__init__(network, problems)
        self.own: dict[str, Block | OwnOp] = {**network.ops, **network.blocks}
        self.plans: dict[str, Plan] = {}
        self.open: list[str] = []
        self.ops: dict[str, Op] = {}
        self.called: set[str] = set()
        self.level = self.deepest = 0
        self.is_too_deep = False

    # --- the network and its blocks ------------------------------------------------------------------------------

    def graph(self) -> Graph:
        network, names = self.network, self.names
        top = names.declare(network.let, names.declare(network.params, {}, "parameter"), "let")
        names.read_all(network.inputs.values(), top)
        for param in network.params:
            if param in OPTIONS:
                message = f"'{param}' is an option of every command and cannot be a parameter of a network"
                self.problems.add(param.mark, message)
        for settings in (*network.variants.values(), *(row.settings for row in network.published)):
            self.settings(settings)
        known = {name: Name("input", None) for name in network.inputs}
        steps = self.steps(network.layers, top | door(), known, network.outputs)
        self.unread({name: sizes.mark for name, sizes in network.inputs.items()}, network.layers, known)
        for written in self.own.values():
            self.plan(written)
        for written in self.own.values():
            if written.name not in self.called:
                what = "op" if isinstance(written, OwnOp) else "block"
                self.problems.warn(written.name.mark, f"no layer calls the {what} '{written.name}'")
        names.unused(top, [*map(str, network.params), *map(str, network.let)])
        return Graph(network, steps)

    def plan(self, written: Block | OwnOp) -> Plan:
        """A block, or an op of the spec's own, linked once however often it is called."""
        name = str(written.name)
        if name in self.plans:
            return self.plans[name]
        plan = self.plans[name] = Plan(
            name, [str(k) for k in written.params], {str(k): v for k, v in written.let.items()}, inputs_of(written), []
        )
        outer, deepest = self.names.inside, self.deepest
        self.deepest = self.level
        self.open.append(name)
        if isinstance(written, OwnOp):
            self.names.inside = f"an op sees only its own fields: give {name} a field"
            scope = self.names.declare(written.let, self.names.declare(written.params, door(), "field"), "let")
            self.formulas(written, scope)
        else:
            self.names.inside = f"a block sees only its own parameters: give {name} a parameter"
            scope = self.names.declare(written.let, self.names.declare(written.params, door(), "parameter"), "let")
            known = {name: Name("input", None) for name in ("input", *plan.inputs)}
            plan.steps = self.steps(written.layers, scope, known)
            self.unread({name: name.mark for name in written.inputs}, written.layers, known)
        self.open.pop()
        plan.depth = self.deepest - self.level
        self.names.inside, self.deepest = outer, max(deepest, self.deepest)
        self.names.unused(scope, [*plan.params, *plan.let])
        return plan

    # --- layers --------------------------------------------------------------------------------------------------

    def steps(self, layers: list[Layer], scope: Scope, known: Scope, outputs: Sequence[Text] = ()) -> list[Step]:
        """Layers linked in order; a layer's name is known from the next line on. `outputs` are names known at the end."""
        steps, known = [], dict(known)
        self.level += 1
        self.deepest = max(self.deepest, self.level)
        if layers and self.level > MAX_DEPTH:
            self.too_deep(layers[0])
            layers = []
        for layer in layers:
            steps.append(self.step(layer, scope, known))
            if layer.name is not None:
                before = known.get(layer.name)
                if (before and before.what != "branch") or layer.name in ("previous", "input"):
                    self.problems.add(layer.name.mark, f"the name '{layer.name}' is taken by another layer or an input")
                known[str(layer.name)] = Name("layer", layer.mark)
        self.sources(outputs, known, "layer or input")
        for layer, below in zip_longest(layers, layers[1:]):
            goes_on = not outputs if below is None else not below.origin or "previous" in below.origin
            if not goes_on and not (layer.name and known[layer.name].used):
                self.problems.warn(layer.mark, f"no layer reads what this {layer.verb} gives")
        self.level -= 1
        return steps

    def step(self, layer: Layer, scope: Scope, known: Scope) -> Step:
        if layer.repeat is not None:
            self.names.read(layer.repeat, scope, words=())
            scope = scope | {name: Name("pass of a repeat", None) for name in PASS}
        self.names.read_all([layer.when], scope)
        self.sources(layer.origin, known)
        self.ties(layer, known)
        self.fixed_modifiers(layer)
        return Step(
            act=self.act(layer, scope, known),
            verb=str(layer.verb),
            mark=layer.mark,
            name=str(layer.name) if layer.name is not None else None,
            origin=layer.origin,
            when=layer.when,
            repeat=layer.repeat,
            tied=layer.tied,
        )

    def act(self, layer: Layer, scope: Scope, known: Scope) -> Act:
        verb = str(layer.verb)
        self.names.read_all([layer.shortcut], scope)
        for name, value in layer.fields.items():
            self.names.read(value, scope, words=words_of(verb, name))
        if verb not in OPS and verb not in CONSTRUCTS and (written := self.own.get(verb)):
            return self.call(layer, written)
        self.takes(layer, [])
        if layer.table is not None:
            return self.rows(layer, scope, known)
        if verb == "layers":
            return Group(self.steps(layer.body, scope, known))
        if verb == "residual":
            return Residual(self.steps(layer.body, scope, known), layer.shortcut)
        if verb == "activation":
            return self.activation(layer)
        if layer.branches:
            return Branches(_run_op(OPS[verb], layer.fields), self.parts(layer, scope, known))
        return _run_op(OPS[verb], layer.fields) if verb in OPS else Identity()

    def parts(self, layer: Layer, scope: Scope, known: Scope) -> list[tuple[str, list[Step]]]:
        """The branches of a join; one may have the parameters of a branch before it."""
        parts, known = [], dict(known)
        for label, body in layer.branches:
            parts.append((str(label), self.steps(body, scope, known)))
            if label not in known or known[label].what == "branch":  # the nearest of its name
                known[str(label)] = Name("branch", label.mark)
        return parts

    def activation(self, layer: Layer) -> Act:
        kind = next((v for k, v in layer.fields.items() if k == "kind"), None)
        if kind is None or len(layer.fields) > 1:
            hint = "write `activation: relu`, or the parameter that says which"
            self.problems.add(layer.mark, "activation takes one word", hint)
            return Identity()
        if is_constant(kind) and (found := self.constant(kind, otherwise="none")) not in ACTIVATIONS:
            self.problems.add(kind.mark, *not_an_activation(found))
        return Activate(kind)

    def rows(self, layer: Layer, scope: Scope, known: Scope) -> Act:
        table = layer.table
        assert table is not None
        columns = [*table.columns, *table.lists]
        hints = {str(c): f"a cell does not see the others: `let` beside the table may use '{c}'" for c in columns}
        for cell in (*table.lists.values(), *(cell for row in table.rows for cell in row)):
            self.names.read(cell, scope, hints=hints)
        for title, value in table.lists.items():
            if is_constant(value) and not isinstance(found := self.constant(value), list):
                self.problems.add(value.mark, f"the column '{title}' is a list of values, and here is {spoken(found)}")
        inner = self.names.bind(scope | {"row": Name("row of a table", None)}, columns, "column")
        inner = self.names.declare(table.let, inner, "let")
        steps = self.steps(layer.body, inner, known)
        self.names.unused(inner, [*map(str, columns), *map(str, table.let)])
        return Rows(
            mark=layer.mark,
            columns=[str(c) for c in table.columns],
            rows=table.rows,
            lists={str(c): value for c, value in table.lists.items()},
            marks=table.marks,
            labels=[str(label) for label in table.labels],
            let={str(k): v for k, v in table.let.items()},
            steps=steps,
        )

    def call(self, layer: Layer, written: Block | OwnOp) -> Act:
        name = str(written.name)
        self.called.add(name)
        if name in self.open:
            chain = " → ".join([*self.open[self.open.index(name) :], name])
            self.problems.add(layer.mark, f"a block cannot contain itself: {chain}")
            return Identity()
        self.arguments(layer, written)
        self.takes(layer, inputs_of(written))
        if name in self.plans and self.level + self.plans[name].depth > MAX_DEPTH:
            self.too_deep(layer)
        plan = self.plan(written)
        self.deepest = max(self.deepest, self.level + plan.depth)
        args = layer.fields
        defaults = {k: v for k, v in written.params.items() if v is not None and k not in args}
        fixed = {str(k): self.constant(v) for k, v in (args | defaults).items() if is_constant(v)}
        call = CallBlock(
            plan=plan,
            fixed=fixed,
            args=[(str(k), v) for k, v in args.items() if not is_constant(v)],
            defaults=[(str(k), v) for k, v in defaults.items() if not is_constant(v)],
        )
        if not isinstance(written, OwnOp):
            return call
        if name not in self.ops:
            self.ops[name] = own_op(written)
        return RunOwn(self.ops[name], call)

    def too_deep(self, layer: Layer) -> None:
        if not self.is_too_deep:
            self.problems.add(layer.mark, f"blocks and lists of layers stand in one another more than {MAX_DEPTH} deep")
        self.is_too_deep = True


def _run_op(op: Op, fields: dict[Text, Value]) -> RunOp:
    """Work out the constant fields now; they were checked when they were read."""
    run = RunOp(op, {}, [], {str(name): value.mark for name, value in fields.items()})
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
