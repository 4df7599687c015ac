"""What linking checks, layer by layer: names of tensors and how many a layer takes, arguments, constants."""

from collections.abc import Mapping, Sequence
from typing import Any

from costmodel.algebra import is_truth
from costmodel.ops import OPS
from costmodel.ops.fields import Kind, Unfit, spoken
from costmodel.own import AMOUNT, COUNT
from costmodel.problems import Mark, Problems, did_you_mean, one_of
from costmodel.spec.fields import strays
from costmodel.spec.formula import is_what
from costmodel.spec.names import Names, Scope
from costmodel.spec.network import Block, Layer, Network, OwnOp
from costmodel.spec.source import Text
from costmodel.spec.values import BadValue, Value, is_constant
from costmodel.tensor import DIMENSIONS


class Checks:
    """Sees that what a network says can be linked; what is wrong goes onto `problems`."""

    def __init__(self, network: Network, problems: Problems) -> None:
        self.network, self.problems = network, problems
        self.names = Names(problems, [*network.params, *network.let])

    def settings(self, settings: dict[Text, Value]) -> None:
        """What a variant or a published row sets."""
        params = self.network.params
        for name, value in settings.items():
            if name not in params:
                legal = f"its parameters are {one_of(params)}" if params else "it has no parameters"
                self.problems.add(name.mark, f"the network has no parameter '{name}'", did_you_mean(name, params, legal))
            for other, mark in value.names():
                self.problems.add(mark, f"a setting is a number or a word, and here is the name '{other}'")

    def formulas(self, written: OwnOp, scope: Scope) -> None:
        """The formulas of an op of the spec's own: the names they read, and the values of those that are constant."""
        sizes = {} if written.output is None else written.output.sizes
        kinds = {f"the {DIMENSIONS[side]} of the output": (size, COUNT) for side, size in sizes.items()}
        for name, (value, kind) in (kinds | {name: (value, AMOUNT) for name, value in written.counts.items()}).items():
            self.names.read(value, scope)
            if is_constant(value):
                self.fits(name, kind, value)

    def sources(self, names: Sequence[Text], known: Scope, what: str = "layer above") -> None:
        """Check names of tensors."""
        known = {name: found for name, found in known.items() if found.what != "branch"}
        for name in names:
            if name in known:
                known[name].used = True
            elif name != "previous" or what != "layer above":
                legal = (
                    f"the names here are {one_of(sorted(known))}" if known else "a layer is named with `name:` beside its verb"
                )
                self.problems.add(name.mark, f"no {what} is named '{name}'", did_you_mean(name, known, legal))

    def ties(self, layer: Layer, known: Scope) -> None:
        """Check the names of layers whose parameters one has."""
        for path in layer.tied.values():
            name = path.partition("/")[0]
            layers = [name for name, found in known.items() if found.what in ("layer", "branch")]
            if name in layers:
                known[name].used = True
                continue
            named = (
                f"the names here are {one_of(sorted(layers))}" if layers else "a layer is named with `name:` beside its verb"
            )
            self.problems.add(path.mark, f"no layer above is named '{name}'", did_you_mean(name, layers, named))

    def unread(self, inputs: Mapping[str, Mark], layers: list[Layer], known: Scope) -> None:
        """Warn of inputs that no layer takes; the first layer takes the first where it does not say otherwise."""
        passes_on = not layers or not layers[0].origin or "previous" in layers[0].origin
        for place, (name, mark) in enumerate(inputs.items()):
            is_read = known[name].used or (place == 0 and (passes_on or ("input" in known and known["input"].used)))
            if not is_read:
                self.problems.warn(mark, f"no layer reads the input '{name}'")

    def fixed_modifiers(self, layer: Layer) -> None:
        """Check a `repeat` and a `when` that are the same in every scope."""
        if layer.repeat is not None and is_constant(layer.repeat):
            self.fits("repeat", AMOUNT, layer.repeat)
        for formula in (layer.when, layer.shortcut):
            if formula is not None and is_constant(formula) and not is_truth(found := self.constant(formula, otherwise=True)):
                self.problems.add(formula.mark, f"{is_what(formula.text, found)}, and must be true or false")

    def takes(self, layer: Layer, inputs: list[str]) -> None:
        """Check how many tensors a layer takes: as many as its op or block says, one for all other verbs."""
        verb, origin, gets = layer.verb, layer.origin, max(len(layer.origin), 1)
        least, most = max(len(inputs), 1), max(len(inputs), 1)
        if verb in OPS and OPS[verb].joins:
            least, most = 1, 1 if layer.branches else gets  # how many it joins was seen when it was read
        elif verb in OPS:
            least, most = OPS[verb].least, OPS[verb].most or gets
        mark = origin[0].mark if origin else layer.mark
        if not verb:
            return  # it could not be read
        if not least <= gets <= most:
            named = f" ({one_of(inputs)})" if len(inputs) > 1 else ""
            takes = "one tensor" if most == 1 else f"{least} tensors{named}" if least == most else f"{least} to {most} tensors"
            legal = f"write `from: [{', '.join('…' * least)}]` beside {verb}" if least > 1 else _SEVERAL
            self.problems.add(mark, f"{verb} takes {takes}, and gets {gets}", legal)
        elif layer.repeat is not None and gets > 1:
            message = f"{verb} takes {gets} tensors and cannot repeat: a pass takes the one that the pass before gave"
            self.problems.add(layer.repeat.mark, message)
        elif layer.when is not None and gets > 1 and "previous" not in origin:
            message = f"{verb} takes {gets} tensors and cannot be left out: `previous`, which would pass by, is none of them"
            self.problems.add(layer.when.mark, message)

    def arguments(self, layer: Layer, written: Block | OwnOp) -> None:
        """Check that a call gives what a block or an op asks for, and nothing else."""
        name, params = written.name, written.params
        who, what = (name, "field") if isinstance(written, OwnOp) else (f"the block {name}", "parameter")
        odd = strays(name, layer.fields, {param: default is None for param, default in params.items()})
        for given in layer.fields:
            if given not in params:
                legal = f"its {what}s are {one_of(params)}" if params else f"{name} has no {what}s"
                self.problems.add(given.mark, f"{who} has no {what} '{given}'", odd[given].hint or legal)
        present = {*map(str, layer.fields), *(stray.meant for stray in odd.values())}
        for param, default in params.items():
            if default is None and param not in present:
                self.problems.add(layer.mark, f"{who} needs a value for '{param}'", f"write `{name}: {{{param}: …}}`")

    def fits(self, name: str, kind: Kind, value: Value) -> None:
        """Check a constant."""
        try:
            kind.check(self.constant(value))
        except Unfit as error:
            self.problems.add(value.mark, f"{name} {error.message}", error.hint)

    def constant(self, value: Value, otherwise: Any = 1) -> Any:
        """A constant worked out now; something else stands in for one that cannot be."""
        try:
            return value.evaluate({})
        except BadValue as error:
            self.problems.add(error.mark, error.message, error.hint)
            return otherwise


ACTIVATIONS = ("none", *(name for name, op in OPS.items() if op.family == "pointwise"))


def not_an_activation(found: Any) -> tuple[str, str]:
    """What to say of a value that names no activation."""
    shown = spoken(found) if isinstance(found, str | int | list) else "a number"
    hint = did_you_mean(shown, ACTIVATIONS, "`costmodel ops` lists the activations")
    return f"an activation is a word such as relu, and here is {shown}", hint


def words_of(verb: str, field_name: str) -> tuple[str, ...] | None:
    """The words that a field takes; None where that is not known, as of a block's parameter."""
    if verb == "activation":
        return ACTIVATIONS
    known = OPS[verb].fields.get(field_name) if verb in OPS else None
    return None if known is None else ("true", "false") if known.kind.name == "flag" else known.kind.words


_SEVERAL = f"{one_of(name for name, op in OPS.items() if op.joins)} take several"


def inputs_of(written: Block | OwnOp) -> list[str]:
    """The names of the several tensors that a block takes; none where it takes one."""
    return [str(name) for name in written.inputs] if isinstance(written, Block) else []
