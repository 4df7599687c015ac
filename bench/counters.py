"""What other counters print for public networks, in evaluation mode, batch 1, each called plainly (gradients on).

Measures `tests/reference/counters.csv` again, on two processes; rows of code that no package builds stay as they are.
`mult_adds` is counted apart from all of them: conv, linear and attention products of the operations that were executed.

    pip install torch torchvision timm fvcore ptflops thop torchinfo calflops setuptools
    python bench/counters.py [FILE] [--only NETWORK ...]
"""

import argparse
import contextlib
import copy
import csv
import io
import multiprocessing
import sys
import warnings
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

warnings.filterwarnings("ignore")
PACKAGES = ("torch", "torchvision", "timm", "fvcore", "ptflops", "thop", "torchinfo", "calflops")
try:
    import timm
    import torch
    import torchinfo
    import torchvision
    from calflops import calculate_flops
    from fvcore.nn import FlopCountAnalysis
    from ptflops import get_model_complexity_info
    from thop import profile
    from torch.utils._python_dispatch import TorchDispatchMode
    from torch.utils.flop_counter import FlopCounterMode
except ImportError as error:
    sys.exit(f"counters.py needs {', '.join(PACKAGES)} (and setuptools, for thop): {error}")

FILE = Path(__file__).parent.parent / "tests" / "reference" / "counters.csv"
COUNTERS = ("fvcore", "torch", "ptflops", "ptflops-aten", "thop", "torchinfo", "calflops")
NAMES = ("network", "implementation", "spec", "variant", "settings", "input")
COLUMNS = (*NAMES, "params", "bn_running_stats", "mult_adds", *COUNTERS)

# network = builder and its arguments | side of the input | spec | variant | settings; timm's networks are marked.
NETWORKS = """
squeezenet1_0 | 224 | squeezenet | v1.0 |
squeezenet1_1 | 224 | squeezenet | v1.1 |
squeezenet1_0_227 = squeezenet1_0 | 227 | squeezenet | v1.0 | resolution=227
squeezenet1_1_227 = squeezenet1_1 | 227 | squeezenet | v1.1 | resolution=227
mobilenet_v1_1.0 = timm mobilenetv1_100 | 224 | mobilenet | |
mobilenet_v1_1.25 = timm mobilenetv1_125 | 224 | mobilenet | | alpha=1.25
mobilenet_v1_1.0_192 = timm mobilenetv1_100 | 192 | mobilenet | | resolution=192
mobilenet_v2_1.0 = mobilenet_v2 | 224 | mobilenetv2 | |
mobilenet_v2_1.4 = mobilenet_v2 width_mult=1.4 | 224 | mobilenetv2 | | alpha=1.4
mobilenet_v2_0.75 = mobilenet_v2 width_mult=0.75 | 224 | mobilenetv2 | | alpha=0.75
mobilenet_v2_0.5_160 = mobilenet_v2 width_mult=0.5 | 160 | mobilenetv2 | | alpha=0.5 resolution=160
mobilenet_v2_0.35_96 = mobilenet_v2 width_mult=0.35 | 96 | mobilenetv2 | | alpha=0.35 resolution=96
xception = timm legacy_xception | 299 | xception | |
resnet18 | 224 | resnet | 18 |
resnet34 | 224 | resnet | 34 |
resnet50 | 224 | resnet | 50 |
resnet101 | 224 | resnet | 101 |
resnet152 | 224 | resnet | 152 |
wide_resnet50_2 | 224 | resnext | | depth=50 cardinality=1 width=128
resnext50_32x4d | 224 | resnext | 50-32x4d |
resnext101_32x8d | 224 | resnext | 101-32x8d |
resnext101_64x4d | 224 | resnext | 101-64x4d |
shufflenet_v2_x0_5 | 224 | shufflenetv2 | x0.5 | equal_halves=true fc_bias=true
shufflenet_v2_x1_0 | 224 | shufflenetv2 | x1.0 | equal_halves=true fc_bias=true
shufflenet_v2_x1_5 | 224 | shufflenetv2 | x1.5 | equal_halves=true fc_bias=true
shufflenet_v2_x2_0 | 224 | shufflenetv2 | x2.0 | equal_halves=true fc_bias=true
efficientnet_b0 | 224 | efficientnet | b0 |
efficientnet_b1 | 240 | efficientnet | b1 |
efficientnet_b2 | 260 | efficientnet | b2 |
efficientnet_b3 | 300 | efficientnet | b3 |
efficientnet_b4 | 380 | efficientnet | b4 |
efficientnet_b5 | 456 | efficientnet | b5 |
efficientnet_b7 | 600 | efficientnet | b7 |
timm_efficientnet_b0 = timm efficientnet_b0 | 224 | efficientnet | b0 |
timm_efficientnet_b1 = timm efficientnet_b1 | 240 | efficientnet | b1 |
timm_efficientnet_b2 = timm efficientnet_b2 | 260 | efficientnet | b2 |
timm_efficientnet_b3 = timm efficientnet_b3 | 300 | efficientnet | b3 |
alexnet | 224 | alexnet | |
alexnet_256 = alexnet | 256 | alexnet | | resolution=256
vgg11 | 224 | vgg16 | 11 |
vgg11_256 = vgg11 | 256 | vgg16 | 11 | resolution=256
vgg16 | 224 | vgg16 | 16 |
vgg16_bn | 224 | vgg16 | 16-bn |
vgg19 | 224 | vgg16 | 19 |
densenet121 | 224 | densenet | 121 |
densenet169 | 224 | densenet | 169 |
googlenet aux_logits=False init_weights=False | 224 | googlenet | |
inception_v3 aux_logits=False init_weights=False | 299 | inceptionv3 | |
mobilenet_v3_large | 224 | mobilenetv3 | large |
mobilenet_v3_small | 224 | mobilenetv3 | small |
mobilenet_v3_large_0.75 = timm mobilenetv3_large_075 | 224 | mobilenetv3 | large | alpha=0.75
mobilenet_v3_small_0.75 = timm mobilenetv3_small_075 | 224 | mobilenetv3 | small | alpha=0.75
mnasnet0_5 | 224 | mnasnet | | alpha=0.5
mnasnet0_75 | 224 | mnasnet | | alpha=0.75
mnasnet1_0 | 224 | mnasnet | |
mnasnet1_3 | 224 | mnasnet | | alpha=1.3
mnasnet_a1 = timm semnasnet_100 | 224 | mnasnet | a1 |
regnet_y_400mf | 224 | regnet | y-400mf |
regnet_x_400mf | 224 | regnet | x-400mf |
regnet_y_800mf | 224 | regnet | y-800mf |
ghostnet_1.0 = timm ghostnet_100 | 224 | ghostnet | |
ghostnet_0.5 = timm ghostnet_050 | 224 | ghostnet | | width=0.5
ghostnet_1.3 = timm ghostnet_130 | 224 | ghostnet | | width=1.3
convnext_tiny | 224 | convnext | tiny |
convnext_small | 224 | convnext | small |
vit_b_16 | 224 | vit | b16 |
vit_b_32 | 224 | vit | b32 |
vit_l_16 | 224 | vit | l16 |
timm_vit_b_16 = timm vit_base_patch16_224 | 224 | vit | b16 |
swin_t | 224 | swin | t |
swin_s | 224 | swin | s |
"""


class Executed(TorchDispatchMode):
    """Mult-adds of the conv, matrix product and attention kernels that run."""

    count = 0

    def __torch_dispatch__(self, function, types, arguments=(), named=None):
        result = function(*arguments, **(named or {}))
        name = function.name().partition("::")[2].partition(".")[0]
        if name == "convolution":
            image, kernel, transposed = arguments[0], arguments[1], arguments[6]
            per_position = kernel.numel() // kernel.shape[0]
            self.count += image.numel() * per_position if transposed else result.numel() * per_position
        elif name in ("mm", "bmm", "addmm", "baddbmm"):
            self.count += result.numel() * arguments[-1].shape[-2]
        elif name == "_scaled_dot_product_flash_attention_for_cpu":
            query, key, value = arguments[:3]
            self.count += key.shape[-2] * (query.numel() + query.numel() // query.shape[-1] * value.shape[-1])
        return result


def build(network: str) -> torch.nn.Module:
    """A network in evaluation mode, e.g. of `timm ghostnet_100` or `mobilenet_v2 width_mult=0.5`."""
    words = network.split()
    make = timm.create_model if words[0] == "timm" else torchvision.models.get_model
    name, *settings = words[words[0] == "timm" :]
    options = {key: float(text) if text[0].isdigit() else text == "True" for key, text in (s.split("=") for s in settings)}
    return make(name, **options).eval()


def counted(counter: str, model: torch.nn.Module, shape: tuple[int, ...]) -> int:
    """What one counter prints in total for a model that it may spoil."""
    image = torch.zeros(shape)
    if counter in ("mult_adds", "torch"):
        mode = Executed() if counter == "mult_adds" else FlopCounterMode(display=False)
        with mode:
            model(image)
        return mode.count if isinstance(mode, Executed) else mode.get_total_flops()
    if counter == "fvcore":
        return FlopCountAnalysis(model, image).unsupported_ops_warnings(False).uncalled_modules_warnings(False).total()
    if counter == "thop":
        return profile(model, (image,), verbose=False)[0]
    if counter == "torchinfo":
        return torchinfo.summary(model, shape, verbose=0).total_mult_adds
    if counter == "calflops":
        return calculate_flops(model, shape, print_results=False, output_as_string=False)[1]
    backend = "aten" if counter == "ptflops-aten" else "pytorch"
    quiet = {"as_strings": False, "print_per_layer_stat": False, "verbose": False}
    return get_model_complexity_info(model, shape[1:], backend=backend, **quiet)[0]


def measured(line: str) -> dict[str, object]:
    """The row of one line of NETWORKS."""
    title, side, *place = (text.strip() for text in line.split("|"))
    network, _, call = title.rpartition(" = ")
    model, shape = build(call), (1, 3, int(side), int(side))
    words = call.split()
    implementation = "timm" if words[0] == "timm" else "torchvision"
    row = dict(zip(NAMES, (network or words[0], implementation, *place, "x".join(map(str, shape))), strict=True))
    row["params"] = sum(weight.numel() for weight in model.parameters())
    running = (name.endswith(("running_mean", "running_var")) * value.numel() for name, value in model.named_buffers())
    row["bn_running_stats"] = sum(running)
    for counter in ("mult_adds", *COUNTERS):
        with contextlib.redirect_stdout(io.StringIO()):
            total = counted(counter, copy.deepcopy(model), shape)
        row[counter] = int(total) if total == int(total) else total
    return row


def read(path: Path) -> dict[object, dict[str, object]]:
    """The rows of a file that may not be there yet, by network."""
    if not path.exists():
        return {}
    with path.open(newline="", encoding="utf-8") as file:
        return {row["network"]: row for row in csv.DictReader(file)}


def write(path: Path, rows: Iterable[dict[str, object]]) -> None:
    """Write the file anew."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    """Measure every network, each in a process of its own (some counters leave torch patched), and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=FILE)
    parser.add_argument("--only", nargs="+", metavar="NETWORK", help="measure these alone and leave the other rows")
    options = parser.parse_args()
    print(*(f"{name} {metadata.version(name)}" for name in PACKAGES), sep=", ", file=sys.stderr)
    rows = read(options.file)
    lines = NETWORKS.strip().splitlines()
    if options.only:
        lines = [line for line in lines if line.split()[0] in options.only]
    with multiprocessing.get_context("fork").Pool(2, torch.set_num_threads, (1,), maxtasksperchild=1) as pool:
        for row in pool.imap(measured, lines, chunksize=1):
            print(row["network"], file=sys.stderr)
            rows[row["network"]] = row
            write(options.file, rows.values())


if __name__ == "__main__":
    main()
