"""Every op with fields of every kind, as a line of a ledger: written out as a spec it reads and costs the same."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from op_settings import settings_of

import costmodel
from costmodel.cost import COUNTS
from costmodel.expand import expanded
from costmodel.ledger import Ledger
from costmodel.line import Line, Place
from costmodel.ops import OPS
from costmodel.ops.fields import Misfit
from costmodel.problems import Mark
from costmodel.spec.printing import printed
from costmodel.tensor import MissingDimension, Tensor


@pytest.mark.parametrize("name", OPS)
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_line_written_out_costs_the_same(name: str, data: st.DataObject) -> None:
    sizes, fields = data.draw(settings_of(name)).filled(lambda slot: slot.values[0])
    assume(len({x["n"] for x in sizes}) == 1 and (len(sizes) > 1 or not OPS[name].joins))
    inputs = tuple(Tensor(**x) for x in sizes)
    try:
        output, cost = OPS[name](inputs, dict(fields))
    except (MissingDimension, Misfit):
        assume(condition=False)
    assume(all(truth is True for truth, *_ in cost.given))
    sources = tuple(-1 - place for place in range(len(inputs)))
    line = Line(Place(Place(None, ""), name), OPS[name], fields, sources, inputs, output, cost, Mark("", 0, 0, ""))
    named = {f"x{place}": x for place, x in enumerate(inputs)}
    ledger = Ledger("Net", "", {}, inputs[0].n, [line], [0], inputs=named)
    again = costmodel.loads(printed(expanded(ledger))).analyze(batch=inputs[0].n)
    assert [(found.op, found.output.dims) for found in again.lines] == [(name, output.dims)]
    assert [getattr(again.lines[0].cost, count) for count in COUNTS] == [getattr(cost, count) for count in COUNTS]
