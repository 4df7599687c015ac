"""PyTorch modules as models: what the nodes give is what the module gives."""

import random
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed (pip install 'costmodel[torch]')")

import torch_models  # noqa: E402
import torch_modules  # noqa: E402
from torch_modules import drawn  # noqa: E402

from costmodel.importing.torch_graph import torch_model  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")  # PyTorch's own
EACH = 25
"""How many modules of a kind are drawn."""


@pytest.mark.parametrize("kind", torch_modules.KINDS)
def test_nodes_mean_what_the_module_does(kind: str) -> None:
    """Run in ONNX Runtime with the module's weights: equal but for rounding."""
    worst = 0.0
    for seed in range(EACH):
        module, inputs = drawn(kind, seed)
        found = max(torch_models.differences(module, inputs))
        worst = max(worst, found)
        assert found < 1e-4, f"seed {seed}: {module}"
    print(f"{kind}: {EACH} modules, at most {worst:.1e} apart")


@pytest.mark.parametrize("kind", ["conv", "linear", "attention", "norm", "block", "table", "pool"])
def test_an_open_batch_takes_any_other(kind: str) -> None:
    """Made with a batch of 2, run with one of 4."""
    ran = 0
    for seed in range(12):
        module, inputs = drawn(kind, seed)
        larger = tuple(torch.cat([one, one + 1 if one.is_floating_point() else one]) for one in inputs)
        if any(one.shape[0] != 2 for one in inputs):
            continue
        assert max(torch_models.differences(module, larger, {at: {0: "batch"} for at in range(len(inputs))}, inputs)) < 1e-4
        ran += 1
    assert ran > 3


FAMILIES = [
    "resnet18",
    "resnext50_32x4d",
    "mobilenet_v2",
    "mobilenet_v3_small",
    "shufflenet_v2_x0_5",
    "squeezenet1_1",
    "densenet121",
    "inception_v3",
    "efficientnet_b0",
    "efficientnet_v2_s",
    "convnext_tiny",
    "vit_b_32",
    "swin_t",
    "swin_v2_t",
    "regnet_y_400mf",
    "regnet_x_400mf",
    "mnasnet0_5",
    "googlenet",
    "alexnet",
    "vgg11_bn",
    "maxvit_t",
    "deeplabv3_mobilenet_v3_large",
    "fcn_resnet50",
    "lraspp_mobilenet_v3_large",
    "r3d_18",
    "r2plus1d_18",
    "mc3_18",
    "mvit_v2_s",
    "swin3d_t",
]


def made(name: str) -> tuple[Any, tuple[Any, ...]]:
    try:
        import torchvision
    except (ImportError, RuntimeError) as error:  # a binary of another PyTorch
        pytest.skip(f"torchvision cannot be imported: {error}")
    more = {"weights_backbone": None} if any(word in name for word in ("deeplab", "fcn", "lraspp")) else {}
    more |= {"aux_logits": False} if name in ("inception_v3", "googlenet") else {}
    module = torchvision.models.get_model(name, weights=None, **more)
    size = 64 if more.get("weights_backbone", 0) is None else 299 if name == "inception_v3" else 224
    video = {"r3d_18": (4, 32, 32), "r2plus1d_18": (4, 32, 32), "mc3_18": (4, 32, 32), "mvit_v2_s": (16, 224, 224)}
    sides = (8, 64, 64) if name == "swin3d_t" else video.get(name, (size, size))
    return module, (torch.randn(2, 3, *sides, generator=torch.Generator().manual_seed(1)),)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_of_torchvision_gives_what_it_gives(name: str) -> None:
    module, inputs = made(name)
    rng = random.Random(name)
    with torch.no_grad():
        for one in module.parameters():
            if not one.any():
                one.copy_(torch_modules.values(rng, *one.shape) * 0.02)
    assert max(torch_models.differences(module.eval(), inputs, {0: {0: "batch"}})) < 1e-4


@pytest.mark.parametrize("name", ["resnet_fpn_backbone", "mobilenet_backbone"])
def test_backbones_of_detectors_have_several_outputs(name: str) -> None:
    made("alexnet")
    from torchvision.models.detection import backbone_utils

    word = {"resnet_fpn_backbone": "resnet18", "mobilenet_backbone": "mobilenet_v2"}[name]
    more = {"fpn": True} if name == "mobilenet_backbone" else {}
    module = getattr(backbone_utils, name)(backbone_name=word, weights=None, **more).eval()
    inputs = (torch.randn(2, 3, 64, 64),)
    model = torch_model(module, inputs, {0: {0: "batch"}})
    assert torch_models.left(model) == []
    assert len(model.graph.outputs) > 2
    assert max(torch_models.differences(module, inputs)) < 1e-4


@pytest.mark.parametrize(
    "name",
    [
        "mobilenetv4_conv_small",
        "edgenext_xx_small",
        "tiny_vit_5m_224",
        "poolformer_s12",
        "coatnet_nano_rw_224",
        "levit_128s",
        "fastvit_t8",
        "eva02_tiny_patch14_224",
        "resnest14d",
        "mobileone_s0",
        "xcit_nano_12_p16_224",
        "focalnet_tiny_srf",
        "crossvit_9_240",
        "nfnet_l0",
    ],
)
def test_models_of_timm_have_nodes_for_all_that_they_do(name: str) -> None:
    timm = pytest.importorskip("timm", reason="timm is not installed", exc_type=(ImportError, RuntimeError))
    with torch.device("cpu"):
        module = timm.create_model(name, pretrained=False).eval()
    size = module.default_cfg["input_size"] if hasattr(module, "default_cfg") else (3, 224, 224)
    assert torch_models.left(torch_model(module, (torch.randn(2, *size),), {0: {0: "batch"}})) == []
