"""Known answers of `costmodel/ops/layout.py`."""

from rows import answer, image, vector

ANSWERS = [
    # a residual connection of MobileNetV2
    answer(
        "add",
        image(24, 56, 28, n=2),
        image(24, 56, 28, n=2),
        output=image(24, 56, 28, n=2),
        add=75264,  # 2*24*56*28
        read=150528,  # 2 * 2*24*56*28
        write=75264,  # 2*24*56*28
    ),
    answer(
        "add",
        vector(10),
        vector(10),
        vector(10),
        output=vector(10),
        add=20,  # (3 - 1) * 10
        read=30,  # 3*10
        write=10,  # 10
    ),
    # a sum of one tensor is that tensor
    answer(
        "add",
        image(3, 4, 5),
        output=image(3, 4, 5),
        read=60,  # 3*4*5
        write=60,  # 3*4*5
    ),
    answer(
        "concat",
        image(24, 28, 14, n=2),
        image(116, 28, 14, n=2),
        image(1, 28, 14, n=2),
        output=image(141, 28, 14, n=2),
        read=110544,  # 2*(24 + 116 + 1)*28*14
        write=110544,  # 2*(24 + 116 + 1)*28*14
    ),
    answer(
        "concat",
        vector(10),
        output=vector(10),
        read=10,  # 10
        write=10,  # 10
    ),
    # AlexNet's: a view, so nothing happens
    answer("flatten", image(256, 6, 5, n=2), output=vector(7680, n=2)),
]
