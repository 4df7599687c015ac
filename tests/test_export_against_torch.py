"""Sources of PyTorch modules, run: their parameters and the shapes of what they give."""

from typing import Any

import pytest
from exports import LARGE, NETWORKS, alone, drawn, slow
from hypothesis import assume, given
from hypothesis import strategies as st

import costmodel
from costmodel.exporting.torch_ops import OPS as SPELLED
from costmodel.exporting.torch_source import source
from costmodel.exporting.writing import exported
from costmodel.ledger import Ledger
from costmodel.ops.functions import COMBINED, FUNCTIONS, REDUCED

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")


@pytest.mark.parametrize("name", SPELLED)
@slow
@given(data=st.data())
def test_an_op_gives_in_torch_what_it_gives(name: str, data: st.DataObject) -> None:
    ledger = drawn(data, name)
    if name in ("group_norm", "instance_norm"):  # PyTorch refuses to bring one value to variance 1
        x = ledger.inputs["in0"]
        assume(x.size > x.n * ledger.lines[0].fields.get("groups", x.c))
    if name == "avg_pool" and ledger.inputs["in0"].has("d"):  # of volumes PyTorch wants sides as long as the window, unpadded
        kernel = ledger.lines[0].fields["kernel"]
        windows = kernel if isinstance(kernel, list) else [kernel] * 3
        assume(all(side >= of for side, of in zip(ledger.inputs["in0"].shape[-3:], windows, strict=True)))
    assert_agrees(ledger)


def module(ledger: Ledger) -> Any:
    scope: dict[str, Any] = {}
    exec(source(ledger), scope)
    made = [one for one in scope.values() if isinstance(one, type) and issubclass(one, torch.nn.Module)][-1]
    return made().eval()


def assert_agrees(ledger: Ledger) -> None:
    net = module(ledger)
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


# --- values ------------------------------------------------------------------------------------------------------------------

WHOLE = ("mod", "equal", "less", "greater", "and", "or", "xor", "where", "not", "quantize", "dequantize")
"""Functions of which whole numbers, some of them 0, say most."""
POSITIVE = ("log", "sqrt", "rsqrt", "power")
SHAPE = {"n": 2, "t": 3, "c": 4}


STRETCHED = [SHAPE, {"n": 2, "c": 4}, {**SHAPE, "t": 1}]
FUNCTIONS_OF = [
    *(("map", word, [SHAPE], {}) for word in FUNCTIONS),
    *(("combine", word, STRETCHED[: 3 if word == "where" else 2], {}) for word in COMBINED),
    *(("reduce", word, [SHAPE], {"over": ["t"]}) for word in REDUCED),
    *(("reduce", word, [SHAPE], {"over": ["t", "c"], "keep": True}) for word in REDUCED),
]


@pytest.mark.parametrize(
    ("op", "word", "inputs", "more"), FUNCTIONS_OF, ids=lambda value: value if isinstance(value, str) else None
)
def test_a_function_gives_the_same_in_both(op: str, word: str, inputs: list[Any], more: dict[str, Any]) -> None:
    runtime = pytest.importorskip("onnxruntime")
    ledger = alone(op, inputs, {"function": word, **more})
    assert ledger is not None
    draw = torch.Generator().manual_seed(1)
    sizes = [tuple(x.values()) for x in inputs]
    if word in WHOLE:
        entering = [torch.randint(0, 3, size, generator=draw).float() + (word == "mod") for size in sizes]
    else:
        entering = [torch.rand(size, generator=draw) * 2 + (0.1 if word in POSITIVE else -1) for size in sizes]
    session = runtime.InferenceSession(exported(ledger).SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = session.run(None, {one.name: x.numpy() for one, x in zip(session.get_inputs(), entering, strict=True)})
    torch.testing.assert_close(torch.from_numpy(found), module(ledger)(*entering), rtol=1e-5, atol=1e-5)
    assert len(set(found.ravel().tolist())) > 1
