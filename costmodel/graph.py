"""From a `Network` to a `Graph`: every verb linked to its op or block, every name seen to be in scope.

The graph keeps blocks, tables and repeats folded, for their numbers come with the evaluation; it is walked once, top
to bottom, by `evaluate`.
"""

from itertools import pairwise
from typing import Any

from costmodel.algebra import is_truth
from costmodel.ops import OPS, Op
from costmodel.ops.fields import Unfit, at_least, spoken
from costmodel.problems import Problems, did_you_mean, one_of
from costmodel.spec.fields import stray_hint
from costmodel.spec.formula import is_what
from costmodel.spec.layers import CONSTRUCTS
from costmodel.spec.names import PASS, Name, Names, Scope, door
from costmodel.spec.network import Block, Layer, Network
from costmodel.spec.source import Text
from costmodel.spec.values import BadValue, Value, is_constant
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
    Step,
)

OPTIONS = ("batch", "dtype", "variant")
"""Names that every analysis gives a meaning of its own."""
MAX_DEPTH = 60
"""How deep blocks, residuals, branches, tables and groups may stand in one another."""


class _Builder:
    def __init__(self, network: Network, problems: Problems) -> None:
        self.network, self.problems = network, problems
        self.names = Names(problems, [*network.params, *network.let])
        self.plans: dict[str, Plan] = {}
        self.open: list[str] = []
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
        steps = self.steps(network.layers, top | door(), {name: Name("input", None) for name in network.inputs})
        for block in network.blocks.values():
            self.plan(block)
        for name, block in network.blocks.items():
            if name not in self.called:
                self.problems.warn(block.name.mark, f"no layer calls the block '{name}'")
        names.unused(top, [*map(str, network.params), *map(str, network.let)])
        return Graph(network, steps)

    def settings(self, settings: dict[Text, Value]) -> None:
        """What a variant or a published row sets."""
        params = self.network.params
        for name, value in settings.items():
            if name not in params:
                legal = f"its parameters are {one_of(params)}" if params else "it has no parameters"
                self.problems.add(name.mark, f"the network has no parameter '{name}'", did_you_mean(name, params, legal))
            for other, mark in value.names():
                self.problems.add(mark, f"a setting is a number or a word, and here is the name '{other}'")

    def plan(self, block: Block) -> Plan:
        """A block, linked once however often it is called."""
        name = str(block.name)
        if name in self.plans:
            return self.plans[name]
        plan = self.plans[name] = Plan(
            name, [str(k) for k in block.params], {str(k): v for k, v in block.let.items()}, [str(i) for i in block.inputs], []
        )
        outer, deepest = self.names.block, self.deepest
        self.names.block, self.deepest = name, self.level
        self.open.append(name)
        scope = self.names.declare(block.let, self.names.declare(block.params, door(), "parameter"), "let")
        plan.steps = self.steps(block.layers, scope, {name: Name("input", None) for name in ("input", *plan.inputs)})
        self.open.pop()
        plan.depth = self.deepest - self.level
        self.names.block, self.deepest = outer, max(deepest, self.deepest)
        self.names.unused(scope, [*plan.params, *plan.let])
        return plan

    # --- layers --------------------------------------------------------------------------------------------------

    def steps(self, layers: list[Layer], scope: Scope, known: Scope) -> list[Step]:
        """Layers linked in order; a layer's name is known from the next line on."""
        steps, known = [], dict(known)
        self.level += 1
        self.deepest = max(self.deepest, self.level)
        if layers and self.level > MAX_DEPTH:
            self.too_deep(layers[0])
            layers = []
        for layer in layers:
            steps.append(self.step(layer, scope, known))
            if layer.name is not None:
                if layer.name in known or layer.name in ("previous", "input"):
                    self.problems.add(layer.name.mark, f"the name '{layer.name}' is taken by another layer or an input")
                known[str(layer.name)] = Name("layer", layer.mark)
        for layer, below in pairwise(layers):
            goes_on = not below.origin or "previous" in below.origin
            if not goes_on and not (layer.name and known[layer.name].used):
                self.problems.warn(layer.mark, f"no layer reads what this {layer.verb} gives")
        self.level -= 1
        return steps

    def step(self, layer: Layer, scope: Scope, known: Scope) -> Step:
        if layer.repeat is not None:
            self.names.read(layer.repeat, scope)
            scope = scope | {name: Name("pass of a repeat", None) for name in PASS}
        self.names.read_all([layer.when], scope)
        for name in layer.origin:
            if name in known:
                known[name].used = True
            elif name != "previous":
                legal = (
                    f"the names here are {one_of(sorted(known))}" if known else "a layer is named with `name:` beside its verb"
                )
                self.problems.add(name.mark, f"no layer above is named '{name}'", did_you_mean(name, known, legal))
        self.fixed_modifiers(layer)
        return Step(
            act=self.act(layer, scope, known),
            verb=str(layer.verb),
            mark=layer.mark,
            name=str(layer.name) if layer.name is not None else None,
            origin=layer.origin,
            when=layer.when,
            repeat=layer.repeat,
        )

    def fixed_modifiers(self, layer: Layer) -> None:
        """Check a `repeat` and a `when` that are the same in every scope."""
        if layer.repeat is not None and is_constant(layer.repeat):
            try:
                _TIMES(self.constant(layer.repeat))
            except Unfit as error:
                self.problems.add(layer.repeat.mark, f"repeat {error.message}", error.hint)
        for formula in (layer.when, layer.shortcut):
            if formula is not None and is_constant(formula) and not is_truth(found := self.constant(formula, otherwise=True)):
                self.problems.add(formula.mark, f"{is_what(formula.text, found)}, and must be true or false")

    def act(self, layer: Layer, scope: Scope, known: Scope) -> Act:
        verb = str(layer.verb)
        self.names.read_all([layer.shortcut], scope)
        for name, value in layer.fields.items():
            self.names.read(value, scope, words=_words(verb, name))
        if verb in self.network.blocks and verb not in OPS and verb not in CONSTRUCTS:
            return self.call(layer, self.network.blocks[verb])
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
            parts = [(str(label), self.steps(body, scope, known)) for label, body in layer.branches]
            return Branches(_run_op(OPS[verb], layer.fields), parts)
        return _run_op(OPS[verb], layer.fields) if verb in OPS else Identity()

    def takes(self, layer: Layer, inputs: list[str]) -> None:
        """Check how many tensors a layer takes: as many as its op or block says, one for all other verbs."""
        verb, origin, gets = layer.verb, layer.origin, max(len(layer.origin), 1)
        least, most = max(len(inputs), 1), max(len(inputs), 1)
        if verb in OPS:
            least, most = (1, 1) if layer.branches else (OPS[verb].least, OPS[verb].most or gets)
        mark = origin[0].mark if origin else layer.mark
        if not least <= gets <= most:
            named = f" ({one_of(inputs)})" if len(inputs) > 1 else ""
            takes = "one tensor" if most == 1 else f"{least} tensors{named}" if least == most else f"{least} to {most} tensors"
            listed = f"[{', '.join('…' * least)}]"
            legal = f"write `from: {listed}` beside {verb}" if least > 1 else _SEVERAL
            if verb in OPS and OPS[verb].joins:
                legal = f"write `{verb}: {listed}`"
            self.problems.add(mark, f"{verb} takes {takes}, and gets {gets}", legal)
        elif layer.repeat is not None and gets > 1:
            message = f"{verb} takes {gets} tensors and cannot repeat: a pass takes the one that the pass before gave"
            self.problems.add(layer.repeat.mark, message)

    def activation(self, layer: Layer) -> Act:
        kind = next((v for k, v in layer.fields.items() if k == "kind"), None)
        if kind is None or len(layer.fields) > 1:
            hint = "write `activation: relu`, or the parameter that says which"
            self.problems.add(layer.mark, "activation takes one word", hint)
            return Identity()
        if is_constant(kind) and (found := self.constant(kind, otherwise="none")) not in _ACTIVATIONS:
            self.problems.add(kind.mark, *not_an_activation(found))
        return Activate(kind)

    def rows(self, layer: Layer, scope: Scope, known: Scope) -> Act:
        table = layer.table
        assert table is not None
        hints = {str(c): f"a cell does not see the others: `let` beside the table may use '{c}'" for c in table.columns}
        for cell in (cell for row in table.rows for cell in row):
            self.names.read(cell, scope, hints=hints)
        inner = self.names.bind(scope | {"row": Name("row of a table", None)}, table.columns, "column")
        inner = self.names.declare(table.let, inner, "let")
        steps = self.steps(layer.body, inner, known)
        self.names.unused(inner, [*map(str, table.columns), *map(str, table.let)])
        columns, let = [str(c) for c in table.columns], {str(k): v for k, v in table.let.items()}
        return Rows(columns, table.rows, table.marks, [str(label) for label in table.labels], let, steps)

    def call(self, layer: Layer, block: Block) -> Act:
        name = str(block.name)
        self.called.add(name)
        if name in self.open:
            chain = " → ".join([*self.open[self.open.index(name) :], name])
            self.problems.add(layer.mark, f"a block cannot contain itself: {chain}")
            return Identity()
        self.arguments(layer, block)
        self.takes(layer, [str(name) for name in block.inputs])
        if name in self.plans and self.level + self.plans[name].depth > MAX_DEPTH:
            self.too_deep(layer)
        plan = self.plan(block)
        self.deepest = max(self.deepest, self.level + plan.depth)
        args = layer.fields
        defaults = {k: v for k, v in block.params.items() if v is not None and k not in args}
        fixed = {str(k): self.constant(v) for k, v in (args | defaults).items() if is_constant(v)}
        return CallBlock(
            plan=plan,
            fixed=fixed,
            args=[(str(k), v) for k, v in args.items() if not is_constant(v)],
            defaults=[(str(k), v) for k, v in defaults.items() if not is_constant(v)],
        )

    def arguments(self, layer: Layer, block: Block) -> None:
        """Check that a call gives what a block asks for, and nothing else."""
        name, params = block.name, block.params
        for given in layer.fields:
            if given not in params:
                legal = f"its parameters are {one_of(params)}" if params else f"{name} has no parameters"
                hint = stray_hint(given, name) or did_you_mean(given, params, legal)
                self.problems.add(given.mark, f"the block {name} has no parameter '{given}'", hint)
        for param, default in params.items():
            if default is None and param not in layer.fields:
                message = f"the block {name} needs a value for '{param}'"
                self.problems.add(layer.mark, message, f"write `{name}: {{{param}: …}}`")

    def too_deep(self, layer: Layer) -> None:
        if not self.is_too_deep:
            self.problems.add(layer.mark, f"blocks and lists of layers stand in one another more than {MAX_DEPTH} deep")
        self.is_too_deep = True

    def constant(self, value: Value, otherwise: Any = 1) -> Any:
        """A constant worked out now; something else stands in for one that cannot be."""
        try:
            return value.evaluate({})
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
            return otherwise


_TIMES = at_least(0)
_ACTIVATIONS = ("none", *(name for name, op in OPS.items() if op.family == "pointwise"))


def not_an_activation(found: Any) -> tuple[str, str]:
    """What to say of a value that names no activation."""
    shown = spoken(found) if isinstance(found, str | int | list) else "a number"
    hint = did_you_mean(shown, _ACTIVATIONS, "`costmodel ops` lists the activations, in the family pointwise")
    return f"an activation is a word such as relu, and here is {shown}", hint


def _words(verb: str, field_name: str) -> tuple[str, ...]:
    """The words that a field takes."""
    if verb == "activation":
        return _ACTIVATIONS
    known = OPS[verb].fields.get(field_name) if verb in OPS else None
    return () if known is None else ("true", "false") if known.kind.name == "flag" else known.kind.words


_SEVERAL = "add, multiply and concat take several"


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
