"""Ops of a spec's own: what a file costs by formulas, where the vocabulary has no op for it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from costmodel.cost import Cost
from costmodel.ops import REQUIRED, Field, Op
from costmodel.ops.fields import Count, Kind, at_least
from costmodel.spec.network import OwnOp
from costmodel.spec.values import Value, is_constant
from costmodel.tensor import DIMENSIONS, SIDES, Tensor

Fit: TypeAlias = Callable[[str, Kind, Value], Any]
"""Works out a named formula as its kind wants it."""

COUNT: Kind = Count.__metadata__[0]
AMOUNT = Kind("amount", at_least(0))
"""A whole number, at least 0."""
_ANY = Kind("value", lambda value: (value, True))


@dataclass(frozen=True, slots=True, eq=False)
class OwnRule:
    """The rule of such an op: the shape that leaves it, and its counts an image; the batch multiplies all but parameters."""

    written: OwnOp

    def __call__(self, x: Tensor, *, fit: Fit) -> tuple[Tensor, Cost]:
        sizes = {} if self.written.output is None else self.written.output.sizes
        left = {side: fit(f"the {DIMENSIONS[side]} of the output", COUNT, size) for side, size in sizes.items()}
        found = {name: fit(name, AMOUNT, value) for name, value in self.written.counts.items()}
        moved = {name: x.n * found[f"{name}s"] for name in ("read", "write") if f"{name}s" in found}
        output = _changed(x, left) if self.written.keeps else Tensor(n=x.n, **left)
        return output, Cost(fma=x.n * found["mult_adds"], weights=found["params"], **moved)


def _changed(x: Tensor, sizes: dict[str, Any]) -> Tensor:
    """The tensor with some dimensions changed; tokens take the place of the sides, and sides that of tokens."""
    gone = SIDES if "t" in sizes else ("t",) if any(side in sizes for side in SIDES) else ()
    dims = {**x.without(*gone, "n").dims, **sizes}
    return Tensor(n=x.n, **{name: dims[name] for name in DIMENSIONS if name in dims})


def own_op(written: OwnOp) -> Op:
    """The op that a spec defines; papers would count it where it multiplies."""
    mult_adds = written.counts["mult_adds"]
    return Op(
        name=str(written.name),
        family="own",
        rule=OwnRule(written),
        fields={
            str(name): Field(str(name), _ANY, REQUIRED if value is None else value) for name, value in written.params.items()
        },
        least=1,
        most=1,
        counted=not is_constant(mult_adds) or mult_adds.evaluate({}) != 0,
    )
