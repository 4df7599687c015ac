"""The vocabulary: every op by name, with its fields read from its own signature."""

import inspect
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, get_args

from costmodel.cost import Cost
from costmodel.ops.fields import Kind, Misfit, either_of
from costmodel.ops.inputs import Takes
from costmodel.tensor import Tensor

Rule = Callable[..., tuple[Tensor, Cost]]

REQUIRED = inspect.Parameter.empty


class Field(NamedTuple):
    """One keyword of an op: its name, the kind of value it takes, its default or `REQUIRED`."""

    name: str
    kind: Kind
    default: Any

    @property
    def required(self) -> bool:
        """Whether a spec must give it."""
        return self.default is REQUIRED


class Op(NamedTuple):
    """An op of the vocabulary: the rule that costs it, and what the rule's signature says."""

    name: str
    family: str
    rule: Rule
    fields: dict[str, Field]
    least: int
    """The fewest tensors that it takes."""
    most: int | None
    """The most tensors that it takes; None where any number will do."""
    counted: bool
    """Whether papers count it: a convolution, an FC layer, attention, a recurrent layer, or a spec's own that multiplies."""
    takes: tuple[str, ...] = ()
    """The kinds of tensor that may enter; any where none is named."""

    @property
    def joins(self) -> bool:
        """Whether it brings branches together: it takes several tensors, and no field is needed."""
        return self.most != 1 and not any(field.required for field in self.fields.values())

    @property
    def value_wise(self) -> bool:
        """Whether each value comes of the one at its place in what enters: an activation, a learned factor or offset."""
        return self.family == "pointwise" or self.name in _VALUE_WISE

    @property
    def doc(self) -> str:
        """The manual entry."""
        return inspect.getdoc(self.rule) or ""

    def __call__(self, inputs: Sequence[Tensor], given: dict[str, Any]) -> tuple[Tensor, Cost]:
        """The output and the cost for checked field values.

        Unless the rule says otherwise, each input is read once and each output written once. Raises `Misfit` for a tensor
        of a kind that the op does not take.
        """
        if self.takes and inputs[0].kind not in self.takes:
            raise self._misfit(inputs[0])
        output, cost = self.rule(*inputs, **given)
        if cost.read is None:
            cost.read = inputs[0].size if len(inputs) == 1 else sum(x.size for x in inputs)
        if cost.write is None:
            cost.write = output.size
        return output, cost

    def _misfit(self, x: Tensor) -> Misfit:
        other = f"{self.name[:-2]}{len(x.sides)}d"
        hint = f"{other} is for a {x.kind}" if other in OPS and x.kind in OPS[other].takes else ""
        takes = either_of([f"a {kind}" for kind in self.takes])
        return Misfit("{} takes {}, and {} enters", self.name, takes, x.said, hint=hint)


OPS: dict[str, Op] = {}
"""Every op by its name in specs."""

_COUNTED_FAMILIES = ("conv", "dense", "attention", "recurrent")
_VALUE_WISE = ("map", "scale", "shift")


def op(rule: Rule) -> Rule:
    """Enter a rule into the vocabulary: positional parameters are inputs, keyword-only ones the spec's fields."""
    name = rule.__name__
    if name in OPS:
        raise ValueError(f"two ops are called {name}")
    parameters = inspect.signature(rule).parameters.values()
    family = rule.__module__.rpartition(".")[2]
    inputs = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    takes_any = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    OPS[name] = Op(
        name=name,
        family=family,
        rule=rule,
        fields={p.name: _field(p) for p in parameters if p.kind is p.KEYWORD_ONLY},
        least=sum(p.default is p.empty for p in inputs) or 1,
        most=None if takes_any else len(inputs),
        counted=family in _COUNTED_FAMILIES,
        takes=next((takes.kinds for p in parameters for takes in get_args(p.annotation)[1:] if isinstance(takes, Takes)), ()),
    )
    return rule


def _field(parameter: inspect.Parameter) -> Field:
    kind = get_args(parameter.annotation)[1]
    return Field(parameter.name, kind, parameter.default)
