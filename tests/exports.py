"""Ledgers that are exported: the bundled networks, and single ops with fields that are drawn."""

import sys
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st

from costmodel.ledger import Ledger
from costmodel.library import bundled
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.problems import Mark
from costmodel.tensor import MissingDimension, Tensor

sys.path.insert(0, str(Path(__file__).parent / "ops"))
from op_settings import settings_of

NETWORKS = [name for name in bundled() if not name.startswith("units/")]
LARGE = ("alexnet", "vgg16", "resnext_cifar", "shufflenetv2-164")
"""Networks whose parameters take hundreds of megabytes."""


def alone(name: str, inputs: list[dict[str, Any]], fields: dict[str, Any]) -> Ledger | None:
    """A ledger of one op; None where it cannot take what it gets."""
    tensors = [Tensor(**dims) for dims in inputs]
    try:
        output, cost = OPS[name](tensors, fields)
    except (MissingDimension, Misfit):
        return None
    if not all(truth for truth, *_ in cost.given):
        return None
    place, sources = Place(Place(None, ""), "one"), tuple(-1 - at for at in range(len(inputs)))
    line = Line(place, OPS[name], fields, sources, (*tensors,), output, cost, Mark("one.yaml", 1, 1, ""))
    named = {f"in{at}": tensor for at, tensor in enumerate(tensors)}
    return Ledger("one", "a test", {}, tensors[0].n, [line], [0], inputs=named)


def drawn(data: st.DataObject, name: str) -> Ledger:
    setting = data.draw(settings_of(name))
    found = alone(name, *setting.filled(lambda slot: slot.values[0]))
    assume(found is not None)
    assert found is not None
    assume(found.lines[0].output.size <= 100_000)
    return found


slow = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
