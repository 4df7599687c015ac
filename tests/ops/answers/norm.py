"""Known answers of `costmodel/ops/norm.py`."""

from rows import answer, image

ANSWERS = [
    answer(
        "batch_norm",
        image(32, 56, 28, n=2),
        output=image(32, 56, 28, n=2),
        mul=100352,  # 2*32*56*28
        add=100352,  # 2*32*56*28
        affine=64,  # 2*32
        buffers=64,  # 2*32
        read=100352,  # 2*32*56*28
        write=100352,  # 2*32*56*28
    ),
]
