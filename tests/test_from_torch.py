"""Specs of PyTorch modules: their mult-adds and parameters against what PyTorch and fvcore count as the modules run."""

import random
import subprocess
import sys
from typing import Any

import pytest

import costmodel
from costmodel.problems import SpecError

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'costmodel[torch]')")

import torch_modules  # noqa: E402
from torch import nn  # noqa: E402
from torch.nn.attention import SDPBackend, sdpa_kernel  # noqa: E402
from torch.utils.flop_counter import FlopCounterMode  # noqa: E402
from torch_modules import Does, drawn, values  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own


def counted(module: Any, inputs: tuple[Any, ...]) -> int:
    """Mult-adds as PyTorch counts them while the module runs, none of it fused."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        with sdpa_kernel(SDPBackend.MATH), FlopCounterMode(display=False) as counter, torch.no_grad():
            module(*inputs)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


def params(module: Any) -> int:
    return sum(one.numel() for one in module.parameters())


EXACT = ("conv", "conv_transpose", "linear", "attention", "pool", "norm", "activation", "resized", "block")


@pytest.mark.parametrize("kind", EXACT)
def test_random_modules_take_the_mult_adds_that_pytorch_counts(kind: str) -> None:
    agreed, apart = 0, []
    for seed in range(40):
        module, inputs = drawn(kind, seed)
        if any(isinstance(one, nn.Bilinear | nn.Threshold) for one in module.modules()):
            continue  # PyTorch counts no mult-adds of the one, and no layer of ours is the other
        axis = int(any(not getattr(one, "batch_first", True) for one in module.modules()))
        totals = costmodel.from_torch(module, inputs).analyze(batch=inputs[0].shape[axis]).totals
        wanted = counted(module, inputs), params(module)
        agreed += 1
        if (totals.mult_adds, totals.params) != wanted:
            apart.append(f"seed {seed}: {(totals.mult_adds, totals.params)}, and PyTorch {wanted}: {module}")
    print(f"{kind}: {agreed} modules")
    assert apart == []
    assert agreed > 20


class Network(nn.Module):
    """A stem, blocks drawn at random, a head."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__()
        width, layers = 8 * rng.randint(1, 2), []
        for _ in range(rng.randint(1, 4)):
            out, groups, kernel = 8 * rng.randint(1, 3), rng.choice([1, 2, 8]), rng.choice([1, 3, 5])
            stride = rng.choice([1, 2]) if len(layers) < 6 else 1
            layers += [nn.Conv2d(width, out, kernel, stride, kernel // 2, groups=groups, bias=rng.random() < 0.5)]
            layers += [rng.choice([nn.BatchNorm2d(out), nn.GroupNorm(4, out), nn.InstanceNorm2d(out)])]
            layers += [rng.choice(torch_modules.ACTIVATIONS[:12])()]
            width = out
        self.stem = nn.Conv2d(3, layers[0].in_channels, 3, padding=1)
        self.body = nn.Sequential(*layers)
        self.tokens = nn.TransformerEncoderLayer(width, 4, 2 * width, batch_first=True) if rng.random() < 0.4 else None
        self.head = nn.Linear(width, 5)

    def forward(self, x: Any) -> Any:
        x = self.body(self.stem(x))
        if self.tokens is not None:
            return self.head(self.tokens(x.flatten(2).transpose(1, 2)).mean(1))
        return self.head(x.mean((2, 3)))


def network(seed: int) -> tuple[Any, tuple[Any, ...]]:
    rng = random.Random(seed)
    torch.manual_seed(seed)
    return Network(rng).eval(), (values(rng, 2, 3, 16, 12),)


def test_random_networks_take_the_mult_adds_that_pytorch_counts() -> None:
    for seed in range(60):
        module, inputs = network(seed)
        totals = costmodel.from_torch(module, inputs).analyze(batch=2).totals
        assert (totals.mult_adds, totals.params) == (counted(module, inputs), params(module)), module


def test_random_networks_take_the_mult_adds_that_fvcore_counts() -> None:
    """Of convolutions, fully connected layers and matrix products; fvcore adds other ops' arithmetic to these."""
    fvcore = pytest.importorskip("fvcore.nn", reason="fvcore is not installed")
    checked = 0
    for seed in range(60):
        module, inputs = network(seed)
        if module.tokens is not None:
            continue  # fvcore does not see into PyTorch's attention
        analysis = fvcore.FlopCountAnalysis(module, inputs).unsupported_ops_warnings(False).uncalled_modules_warnings(False)
        by_op = analysis.by_operator()
        wanted = sum(by_op[name] for name in ("conv", "linear", "addmm", "matmul", "bmm", "mm", "einsum"))
        assert costmodel.from_torch(module, inputs).analyze(batch=2).totals.mult_adds == wanted
        checked += 1
    assert checked > 20


@pytest.mark.parametrize(
    "name", ["resnet18", "mobilenet_v3_small", "shufflenet_v2_x0_5", "densenet121", "convnext_tiny", "vit_b_32", "swin_t"]
)
def test_networks_of_torchvision_on_no_device(name: str) -> None:
    """Their parameters lie on the device `meta`; the batch is open."""
    try:
        import torchvision
    except (ImportError, RuntimeError) as error:  # a binary of another PyTorch
        pytest.skip(f"torchvision cannot be imported: {error}")
    module = torchvision.models.get_model(name, weights=None).eval()
    inputs = (torch.randn(1, 3, 224, 224),)
    wanted = counted(module, inputs)
    with torch.device("meta"):
        empty = torchvision.models.get_model(name, weights=None)
    totals = costmodel.from_torch(empty, (torch.empty(1, 3, 224, 224),), dynamic={"x": {0: "batch"}}).analyze().totals
    assert (totals.mult_adds, totals.params) == (wanted, params(module))


# --- doors -------------------------------------------------------------------------------------------------------------


def test_open_sides_are_parameters_of_the_spec() -> None:
    module = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 4, 1))
    spec = costmodel.from_torch(module, (torch.randn(1, 3, 16, 16),), dynamic={0: {0: "batch", 2: "height", 3: "width"}})
    for height, width in ((16, 16), (30, 20), (224, 192)):
        found = spec.analyze(height=height, width=width).totals.mult_adds
        assert found == counted(module, (torch.randn(1, 3, height, width),))


def test_open_sizes_may_be_said_in_pytorchs_own_words() -> None:
    batch, width = torch.export.Dim("batch"), torch.export.Dim("width", min=4)
    for dynamic in ({"input": {0: batch, 2: width}}, ({0: batch, 2: width},), [(batch, None, width)]):
        spec = costmodel.from_torch(nn.Conv1d(3, 8, 3), (torch.randn(2, 3, 16),), dynamic=dynamic)
        assert [*spec.network.params] == ["width"]
        assert spec.analyze(width=30).totals.mult_adds == 28 * 3 * 3 * 8


def test_inputs_by_name_lists_and_modules_without_gradients() -> None:
    class Layered(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 3)

        def forward(self, x: Any, *, factor: Any) -> Any:
            with torch.no_grad():
                y = self.first(x["a"] + x["b"])
            return {"y": self.second(y * factor)}

    x = torch.randn(2, 4)
    totals = costmodel.from_torch(Layered(), ({"a": x, "b": x},), keywords={"factor": x}).analyze().totals
    assert (totals.mult_adds, totals.params) == (28, 35)


def test_names_of_modules_are_kept() -> None:
    module = nn.Sequential()
    module.add_module("stem", nn.Conv2d(3, 4, 3))
    module.add_module("head", nn.Conv2d(4, 2, 1))
    ledger = costmodel.from_torch(module, (torch.randn(1, 3, 8, 8),)).analyze()
    assert [line.path for line in ledger.lines] == ["stem", "head"]


def test_a_parameter_that_two_modules_share_is_one() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4, bias=False), nn.Linear(4, 4, bias=False)
            self.second.weight = self.first.weight

        def forward(self, x: Any) -> Any:
            return self.second(self.first(x))

    from costmodel.importing.torch_graph import torch_model

    model = torch_model(Tied(), (torch.randn(1, 4),))
    assert [name for name, one in model.graph.constants.items() if one.learned] == ["first.weight"]
    spec = costmodel.from_torch(Tied(), (torch.randn(1, 4),))
    assert "tied: first" in spec.text
    assert spec.analyze().totals.params == params(Tied()) == 16


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU, nn.RNN])
@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("two_ways", [False, True])
@pytest.mark.parametrize("batch_first", [False, True])
def test_recurrent_layers_and_the_states_that_they_end_with(kind: Any, layers: int, two_ways: bool, batch_first: bool) -> None:
    class Ends(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layer = kind(6, 5, layers, batch_first=batch_first, bidirectional=two_ways)
            self.head = nn.Linear(5, 3)

        def forward(self, x: Any) -> Any:
            _, ends = self.layer(x)
            return self.head((ends[0] if isinstance(ends, tuple) else ends)[-1])

    module = Ends().eval()
    totals = costmodel.from_torch(module, (torch.randn(2, 7, 6),)).analyze().totals
    tokens, gates, ways = 7 if batch_first else 2, {"LSTM": 4, "GRU": 3, "RNN": 1}[kind.__name__], 1 + two_ways
    widths = [6, *[5 * ways] * (layers - 1)]
    assert totals.mult_adds == tokens * ways * gates * 5 * (sum(widths) + 5 * layers) + 15
    assert totals.params == params(module)


def test_the_mode_of_each_module_stays() -> None:
    module = nn.Sequential(nn.Dropout(), nn.Sequential(nn.BatchNorm1d(4), nn.Dropout()), nn.Linear(4, 2)).train()
    module[1].eval()
    before = [one.training for one in module.modules()]
    costmodel.from_torch(module, (torch.randn(2, 4),))
    assert [one.training for one in module.modules()] == before
    with pytest.raises(SpecError):
        costmodel.from_torch(module, (torch.randn(2, 5),))
    assert [one.training for one in module.modules()] == before


def test_billions_of_parameters_are_not_read() -> None:
    with torch.device("meta"):
        module = nn.Sequential(*[nn.Linear(20_000, 20_000) for _ in range(10)])
    totals = costmodel.from_torch(module, (torch.empty(1, 20_000),)).analyze().totals
    assert totals.mult_adds == 10 * 20_000**2
    assert totals.params == params(module)


@pytest.mark.parametrize(
    ("made", "inputs", "said"),
    [
        (lambda: Does(lambda x: x * 2 if x.sum() > 0 else x), (3,), "hangs on the numbers of a tensor"),
        (lambda: nn.Linear(3, 4), (5,), "cannot be exported by PyTorch: RuntimeError"),
        (lambda: Does(torch.linalg.det), (2, 2), "is not known"),
    ],
)
def test_what_cannot_be_read_is_said_without_a_traceback(made: Any, inputs: tuple[int, ...], said: str) -> None:
    with pytest.raises(SpecError, match=said) as error:
        costmodel.from_torch(made(), (torch.randn(2, *inputs),))
    assert "Traceback" not in str(error.value)


def test_what_is_no_module_and_no_input_is_said() -> None:
    with pytest.raises(SpecError, match=r"a torch\.nn\.Module is wanted"):
        costmodel.from_torch("resnet18", (torch.randn(1),))
    with pytest.raises(SpecError, match="the example inputs are a tuple"):
        costmodel.from_torch(nn.Linear(2, 2), torch.randn(1, 2))
    with pytest.raises(SpecError, match="no input 'y' is a tensor"):
        costmodel.from_torch(nn.Linear(2, 2), (torch.randn(1, 2),), dynamic={"y": {0: "batch"}})
    with pytest.raises(SpecError, match="has 2 axes, and axis 2 is to be open"):
        costmodel.from_torch(nn.Linear(2, 2), (torch.randn(1, 2),), dynamic={0: {2: "batch"}})
    with pytest.raises(SpecError, match="leave that size out"):
        costmodel.from_torch(nn.Linear(2, 2), (torch.randn(1, 2),), dynamic={0: {1: "width"}})


def test_pytorch_is_loaded_for_modules_alone() -> None:
    code = "import sys, costmodel; costmodel.load('mobilenet'); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
