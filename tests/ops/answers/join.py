"""Known answers of `costmodel/ops/join.py`."""

from rows import answer, image, tokens, vector

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
    # ViT's class token before its patches
    answer(
        "concat",
        tokens(1, 768),
        tokens(196, 768),
        fields={"axis": "t"},
        output=tokens(197, 768),
        read=151296,  # (1 + 196)*768
        write=151296,  # 197*768
    ),
    # squeeze-and-excite's gate, one value a channel
    answer(
        "multiply",
        image(96, 56, 28, n=2),
        image(96, 1, 1, n=2),
        output=image(96, 56, 28, n=2),
        mul=301056,  # 2*96*56*28
        read=301248,  # 2*96*56*28 + 2*96
        write=301056,  # 2*96*56*28
    ),
    # the gate as a vector, and in front
    answer(
        "multiply",
        vector(96),
        image(96, 56, 28),
        output=image(96, 56, 28),
        mul=150528,  # 96*56*28
        read=150624,  # 96 + 96*56*28
        write=150528,  # 96*56*28
    ),
    # two products a value
    answer(
        "multiply",
        tokens(5, 3),
        tokens(5, 3),
        tokens(5, 3),
        output=tokens(5, 3),
        mul=30,  # 2 * 5*3
        read=45,  # 3 * 5*3
        write=15,  # 5*3
    ),
    # a product of gates, then one by a map of positions
    answer(
        "multiply",
        image(4, 1, 1),
        image(4, 1, 1),
        image(1, 5, 6),
        output=image(4, 5, 6),
        mul=124,  # 4 + 4*5*6
        read=38,  # 4 + 4 + 5*6
        write=120,  # 4*5*6
    ),
]
