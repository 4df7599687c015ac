"""A batch does everything once a sample, and learns nothing more: for every op, whatever it takes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from op_settings import settings_of

from costmodel.cost import COUNTS, Cost
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.tensor import MissingDimension, Tensor

STORED = ("weights", "biases", "affine", "buffers")


def run(name: str, inputs: list[dict[str, Any]], fields: dict[str, Any], batch: int) -> tuple[Tensor, Cost] | None:
    """What an op gives for a batch of so many samples; None where it takes no such tensors."""
    try:
        return OPS[name]([Tensor(**dims | {"n": batch}) for dims in inputs], fields)
    except (MissingDimension, Misfit):
        return None


@pytest.mark.parametrize("name", OPS)
@settings(deadline=None)
@given(data=st.data(), batch=st.integers(2, 64))
def test_a_batch_scales_what_happens_and_leaves_what_is_stored(name: str, data: st.DataObject, batch: int) -> None:
    inputs, fields = data.draw(settings_of(name)).filled(lambda slot: slot.values[0])
    one, many = run(name, inputs, fields, 1), run(name, inputs, fields, batch)
    if one is None or many is None:
        assert one is many
        return
    (y, cost), (ys, costs) = one, many
    assert [truth for truth, *_ in costs.given] == [truth for truth, *_ in cost.given]
    if all(truth for truth, *_ in cost.given):
        assert ys.dims == y.dims | {"n": batch}
        assert {name: getattr(costs, name) for name in COUNTS} == {
            name: getattr(cost, name) * (1 if name in STORED else batch) for name in COUNTS
        }
