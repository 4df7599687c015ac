"""Sources of PyTorch modules, run: their parameters and the shapes of what they give."""

from typing import Any

import pytest
from exports import LARGE, NETWORKS, drawn, slow
from hypothesis import assume, given
from hypothesis import strategies as st

import costmodel
from costmodel.exporting.torch_ops import OPS as SPELLED
from costmodel.exporting.torch_source import source
from costmodel.ledger import Ledger

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")


@pytest.mark.parametrize("name", SPELLED)
@slow
@given(data=st.data())
def test_an_op_gives_in_torch_what_it_gives(name: str, data: st.DataObject) -> None:
    ledger = drawn(data, name)
    if name in ("group_norm", "instance_norm"):  # PyTorch refuses to bring one value to variance 1
        x = ledger.inputs["in0"]
        assume(x.size > x.n * ledger.lines[0].fields.get("groups", x.c))
    assert_agrees(ledger)


def assert_agrees(ledger: Ledger) -> None:
    scope: dict[str, Any] = {}
    exec(source(ledger), scope)
    made = [one for one in scope.values() if isinstance(one, type) and issubclass(one, torch.nn.Module)][-1]
    net = made().eval()
    assert sum(one.numel() for one in net.parameters()) == ledger.totals.params
    with torch.no_grad():
        found = net(*(torch.rand(*x.shape) for x in ledger.inputs.values()))
    outputs = found if isinstance(found, tuple) else (found,)
    assert [tuple(one.shape) for one in outputs] == [
        tuple(ledger.lines[of].output.shape) for of in dict.fromkeys(ledger.outputs)
    ]


@pytest.mark.parametrize("name", [name for name in NETWORKS if name not in LARGE])
def test_a_network_agrees_in_torch(name: str) -> None:
    assert_agrees(costmodel.load(name).analyze())
