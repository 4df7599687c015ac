"""Matrices, attention and norms against PyTorch: its own FLOP counter, two a mult-add, and its modules' parameters."""

from typing import Any

import pytest

from costmodel.cost import Cost
from costmodel.ops import OPS
from costmodel.tensor import Tensor

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install torch)")
nn = torch.nn

NAMES = {2: "nc", 3: "ntc", 4: "nchw"}


def ours(name: str, *inputs: Any, **fields: Any) -> tuple[Tensor, Cost]:
    """What an op gives for tensors of the shapes of PyTorch's."""
    return OPS[name]([Tensor(**dict(zip(NAMES[x.dim()], x.shape, strict=True))) for x in inputs], fields)


def counted(work: Any, *inputs: Any) -> int:
    """PyTorch's FLOPs of some work."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        work(*inputs)
    return int(counter.get_total_flops())


def learned(module: Any) -> int:
    """The parameters of a module."""
    return sum(p.numel() for p in module.parameters())


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("shape", [(3, 12), (2, 5, 12)])
def test_linear(shape: tuple[int, ...], bias: bool) -> None:
    module, x = nn.Linear(12, 7, bias=bias), torch.ones(shape)
    y, cost = ours("linear", x, out=7, bias=bias)
    assert (y.shape, 2 * cost.fma, cost.params) == ([*module(x).shape], counted(module, x), learned(module))


@pytest.mark.parametrize("shape", [(2, 5, 4), (2, 3, 5, 4)])
def test_matmul(shape: tuple[int, ...]) -> None:
    a, b = torch.ones(shape), torch.ones((*shape[:-2], 4, 6))
    y, cost = ours("matmul", a, b)
    assert (y.shape, 2 * cost.fma) == ([*torch.matmul(a, b).shape], counted(torch.matmul, a, b))
    turned, same = ours("matmul", a, b.transpose(-1, -2), transpose=True)
    assert (turned.shape, same) == (y.shape, Cost(fma=cost.fma, read=cost.read, write=cost.write, given=same.given))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize(("heads", "width", "neighbours"), [(1, 8, 5), (4, 24, 5), (6, 12, 1)])
def test_self_attention(heads: int, width: int, neighbours: int, bias: bool) -> None:
    module, x = nn.MultiheadAttention(width, heads, bias=bias, batch_first=True), torch.ones(2, neighbours, width)
    y, cost = ours("attention", x, heads=heads, bias=bias)
    assert y.shape == [*module(x, x, x)[0].shape]
    assert (2 * cost.fma, cost.params) == (counted(module, x, x, x), learned(module))


@pytest.mark.parametrize("bias", [True, False])
def test_cross_attention(bias: bool) -> None:
    module = nn.MultiheadAttention(24, 4, bias=bias, kdim=10, vdim=10, batch_first=True)
    x, source = torch.ones(2, 5, 24), torch.ones(2, 7, 10)
    y, cost = ours("attention", x, source, heads=4, bias=bias)
    assert y.shape == [*module(x, source, source)[0].shape]
    assert (2 * cost.fma, cost.params) == (counted(module, x, source, source), learned(module))


MAP, SEQUENCE = (2, 12, 5, 6), (2, 5, 12)
MODULES = {
    "batch_norm": (nn.BatchNorm2d(12), MAP, {}),
    "group_norm": (nn.GroupNorm(3, 12), MAP, {"groups": 3}),
    "instance_norm": (nn.InstanceNorm2d(12), MAP, {}),
    "instance_norm, learned": (nn.InstanceNorm2d(12, affine=True), MAP, {"affine": True}),
    "layer_norm": (nn.LayerNorm(12), SEQUENCE, {}),
    "layer_norm, no shift": (nn.LayerNorm(12, bias=False), SEQUENCE, {"bias": False}),
    "layer_norm, nothing learned": (nn.LayerNorm(12, elementwise_affine=False), SEQUENCE, {"affine": False}),
    "layer_norm, a whole map": (nn.LayerNorm([12, 5, 6]), MAP, {"over": ["c", "h", "w"]}),
    "rms_norm": (nn.RMSNorm(12), SEQUENCE, {}),
    "prelu": (nn.PReLU(), MAP, {}),
    "prelu, a slope a channel": (nn.PReLU(12), MAP, {"shared": False}),
    "softmax": (nn.Softmax(1), MAP, {}),
    "shuffle": (nn.ChannelShuffle(3), MAP, {"groups": 3}),
    "dropout": (nn.Dropout(0.5), MAP, {}),
    "flatten": (nn.Flatten(), MAP, {}),
}


@pytest.mark.parametrize("case", MODULES)
def test_shape_and_parameters(case: str) -> None:
    module, shape, fields = MODULES[case]
    y, cost = ours(case.partition(",")[0], torch.ones(shape), **fields)
    assert (y.shape, cost.params) == ([*module(torch.ones(shape)).shape], learned(module))


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("name", ["lstm", "gru", "rnn"])
def test_recurrent_layers(name: str, directions: int, bias: bool) -> None:
    kind, x = getattr(nn, name.upper()), torch.ones(2, 5, 6)
    module = kind(6, 8, batch_first=True, bidirectional=directions > 1, bias=bias)
    y, cost = ours(name, x, out=8, directions=directions, bias=bias)
    assert (y.shape, cost.params) == ([*module(x)[0].shape], learned(module))
    if name != "lstm":  # that is one kernel to PyTorch, which its counter does not see
        assert 2 * cost.fma == counted(module, x)


@pytest.mark.parametrize("shared", [1, 2])
def test_scores_without_projections(shared: int) -> None:
    q, k, v = torch.ones(2, 4, 5, 6), torch.ones(2, 4 // shared, 7, 6), torch.ones(2, 4 // shared, 7, 3)
    y, cost = ours("scaled_dot_product", q, k, v)
    wide = [z.repeat_interleave(shared, 1) for z in (k, v)]

    def written_out(q: Any, k: Any, v: Any) -> Any:
        return torch.softmax(q @ k.transpose(-1, -2) / 6**0.5, -1) @ v

    assert y.shape == [*nn.functional.scaled_dot_product_attention(q, *wide).shape]
    assert 2 * cost.fma == counted(written_out, q, *wide)


def test_embedding() -> None:
    module, x = nn.Embedding(50, 8), torch.ones(2, 5)
    y, cost = ours("embedding", x, entries=50, out=8)
    assert (y.shape, cost.params, cost.fma) == ([*module(x.long()).shape], learned(module), 0)
