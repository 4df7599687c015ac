"""Known answers of `costmodel/ops/pointwise.py`."""

from rows import answer, image

ANSWERS = [
    answer(
        "relu",
        image(64, 14, 7, n=2),
        output=image(64, 14, 7, n=2),
        cmp=12544,  # 2*64*14*7
        read=12544,  # 2*64*14*7
        write=12544,  # 2*64*14*7
    ),
    answer(
        "relu6",
        image(32, 14, 7),
        output=image(32, 14, 7),
        cmp=6272,  # 2 * 32*14*7
        read=3136,  # 32*14*7
        write=3136,  # 32*14*7
    ),
    answer(
        "prelu",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        cmp=4704,  # 2*24*14*7
        mul=4704,  # 2*24*14*7
        affine=1,  # 1
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    # a slope a channel
    answer(
        "prelu",
        image(24, 14, 7, n=2),
        fields={"shared": False},
        output=image(24, 14, 7, n=2),
        cmp=4704,  # 2*24*14*7
        mul=4704,  # 2*24*14*7
        affine=24,  # 24
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "elu",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        cmp=4704,  # 2*24*14*7
        exp=4704,  # 2*24*14*7
        add=4704,  # 2*24*14*7
        mul=4704,  # 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "sigmoid",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        exp=4704,  # 2*24*14*7
        add=4704,  # 2*24*14*7
        mul=4704,  # 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "tanh",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        exp=4704,  # 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "silu",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        exp=4704,  # 2*24*14*7
        add=4704,  # 2*24*14*7
        mul=9408,  # 2 * 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "gelu",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        exp=4704,  # 2*24*14*7
        add=4704,  # 2*24*14*7
        mul=14112,  # 3 * 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "hardsigmoid",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        add=4704,  # 2*24*14*7
        cmp=9408,  # 2 * 2*24*14*7
        mul=4704,  # 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
    answer(
        "hardswish",
        image(24, 14, 7, n=2),
        output=image(24, 14, 7, n=2),
        add=4704,  # 2*24*14*7
        cmp=9408,  # 2 * 2*24*14*7
        mul=9408,  # 2 * 2*24*14*7
        read=4704,  # 2*24*14*7
        write=4704,  # 2*24*14*7
    ),
]
