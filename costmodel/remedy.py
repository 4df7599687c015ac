"""What to say of an op's conditions that do not hold, and what would mend them."""

from collections.abc import Sequence
from math import gcd
from typing import Any

from costmodel import algebra
from costmodel.ledger import Line
from costmodel.ops import OPS
from costmodel.problems import one_of
from costmodel.steps import RunOp
from costmodel.tensor import Tensor

SHORTCUT = RunOp(OPS["add"], {}, [], {})
"""The addition that a residual ends with."""


RESIDUAL = "residual adds its input to its output: the output is {}, the input {}"


def in_words(truth: Any, text: str, values: Sequence[Any]) -> str:
    """A condition of an op as a sentence, with the values at which it fails."""
    point = algebra.failing_point(truth)
    return text.format(*(_at_point(value, point) for value in values))


def remedy(act: RunOp, line: Line, names: Sequence[str]) -> str:
    """What would mend a broken condition, where that is plain."""
    if act is SHORTCUT:
        return "`when:` inside residual leaves the shortcut out: {when: stride == 1 and c_in == out, layers: […]}"
    if act.op.joins:
        return one_of(f"{name} is {x}" for name, x in zip(names, line.inputs, strict=False))
    groups, out, channels = line.fields.get("groups"), line.fields.get("out"), line.inputs[0].dims.get("c")
    if not (isinstance(groups, int) and isinstance(out, int) and isinstance(channels, int)):
        return ""
    shared = gcd(channels, out)
    if shared % groups == 0:
        return ""
    near = [_first_divisor(shared, range(min(groups, shared), 0, -1)), _first_divisor(shared, range(groups, shared + 1))]
    legal = [str(g) for g in near if g]
    are = "that divide both are" if len(legal) > 1 else "that divide both:"
    return f"the nearest groups {are} {' and '.join(legal)}" if legal else ""


def _first_divisor(n: int, among: range) -> int | None:
    return next((g for g in among[:10_000] if n % g == 0), None)


def _at_point(value: Any, point: int | None) -> Any:
    """Of an array of points the one at which something fails; all else as it is."""
    if point is None or isinstance(value, int | str):
        return value
    if isinstance(value, Tensor):
        return Tensor(**{name: _at_point(size, point) for name, size in value.dims.items()})
    points = value.tolist() if hasattr(value, "tolist") else [value]
    return points[point if len(points) > 1 else 0]
