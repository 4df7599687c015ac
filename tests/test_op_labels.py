"""Ops in tables are spelled as papers spell them, and counted by their kind."""

import pytest

import costmodel
from costmodel.layers import kind_label, op_label

SIGNAL, MAP, VOLUME = "[4, 20]", "[4, 20, 20]", "[4, 20, 20, 20]"


@pytest.mark.parametrize(
    ("shape", "layer", "label", "kind"),
    [
        (MAP, "conv2d: 8", "1×1", "1×1 conv"),
        (MAP, "conv2d: {out: 8, kernel: 3, stride: 2}", "3×3/2", "3×3 conv"),
        (MAP, "conv2d: {out: 8, kernel: [1, 7], stride: [1, 1]}", "1×7", "1×7 conv"),
        (MAP, "conv2d: {out: 8, kernel: 3, groups: 2}", "3×3 g=2", "3×3 conv g=2"),
        (MAP, "conv2d: {out: 8, kernel: 3, groups: 4}", "dw 3×3", "depthwise"),
        (MAP, "depthwise: {kernel: 3, stride: [2, 1]}", "dw 3×3/2×1", "depthwise"),
        (SIGNAL, "conv1d: {out: 8, kernel: 3, stride: 2}", "1d 3/2", "1d 3 conv"),
        (SIGNAL, "conv1d: {out: 8, kernel: [3], stride: [1]}", "1d 3", "1d 3 conv"),
        (SIGNAL, "conv1d: {out: 8, kernel: 3, groups: 2}", "1d 3 g=2", "1d 3 conv g=2"),
        (SIGNAL, "conv1d: {out: 8, kernel: 3, groups: 4}", "dw 3", "depthwise"),
        (SIGNAL, "depthwise: 5", "dw 5", "depthwise"),
        (VOLUME, "conv3d: {out: 8, kernel: 3, stride: [1, 2, 2]}", "3×3×3/1×2×2", "3×3×3 conv"),
        (VOLUME, "conv3d: {out: 8, kernel: [3, 1, 1], stride: [1, 1, 1]}", "3×1×1", "3×1×1 conv"),
        (VOLUME, "depthwise: {kernel: 3, multiplier: 2}", "dw 3×3×3", "depthwise"),
        (MAP, "separable: {out: 8, kernel: 3}", "sep 3×3", "separable"),
        (MAP, "separable: {out: 8, kernel: 5, stride: 2}", "sep 5×5/2", "separable"),
        (SIGNAL, "conv_transpose1d: {out: 8, kernel: 4, stride: 4}", "1d 4ᵀ/4", "1d 4ᵀ conv"),
        (MAP, "conv_transpose2d: {out: 8, kernel: 3, stride: 2}", "3×3ᵀ/2", "3×3ᵀ conv"),
        (MAP, "conv_transpose2d: {out: 8, kernel: 3, groups: 4}", "dw 3×3ᵀ", "depthwise"),
        (VOLUME, "conv_transpose3d: {out: 8, kernel: 2, groups: 2}", "2×2×2ᵀ g=2", "2×2×2ᵀ conv g=2"),
        (MAP, "max_pool: 2", "max_pool", "max_pool"),
    ],
)
def test_as_papers_spell_it(shape: str, layer: str, label: str, kind: str) -> None:
    (line,) = costmodel.loads(f"name: T\ninput: {shape}\nlayers:\n  - {{{layer}}}\n").analyze().lines
    assert (op_label(line), kind_label(line)) == (label, kind)


@pytest.mark.parametrize(
    ("layer", "shape"),
    [
        ("conv1d: 8", SIGNAL),
        ("conv2d: 8", MAP),
        ("conv3d: 8", VOLUME),
        ("depthwise: 3", MAP),
        ("separable: {out: 8, kernel: 3}", MAP),
        ("conv_transpose1d: 8", SIGNAL),
        ("conv_transpose2d: 8", MAP),
        ("conv_transpose3d: 8", VOLUME),
    ],
)
def test_papers_count_every_convolution(layer: str, shape: str) -> None:
    (line,) = costmodel.loads(f"name: T\ninput: {shape}\nlayers:\n  - {{{layer}}}\n").analyze().lines
    assert line.rule.counted
