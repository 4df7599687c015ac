"""Known answers of `costmodel/ops/arithmetic.py`."""

from rows import answer, image, tokens, vector

ANSWERS = [
    # a root of each value
    answer(
        "map",
        image(3, 4, 5, n=2),
        fields={"function": "sqrt"},
        output=image(3, 4, 5, n=2),
        exp=120,  # 2*3*4*5
        read=120,  # 2*3*4*5
        write=120,  # 2*3*4*5
    ),
    # ln(1 + eˣ): two evaluations and an addition a value
    answer(
        "map",
        vector(10),
        fields={"function": "softplus"},
        output=vector(10),
        exp=20,  # 2 * 10
        add=10,  # 10
        read=10,  # 10
        write=10,  # 10
    ),
    # x/2·(1 + tanh(√(2/π)·(x + 0.044715·x³)))
    answer(
        "map",
        tokens(7, 4),
        fields={"function": "gelu_tanh"},
        output=tokens(7, 4),
        exp=28,  # 7*4
        add=56,  # 2 * 7*4
        mul=168,  # 6 * 7*4
        read=28,  # 7*4
        write=28,  # 7*4
    ),
    # a copy in another data type
    answer(
        "map",
        vector(10),
        fields={"function": "cast"},
        output=vector(10),
        read=10,  # 10
        write=10,  # 10
    ),
    # values less their mean, which stretches over the channels
    answer(
        "combine",
        tokens(7, 4),
        tokens(7, 1),
        fields={"function": "subtract"},
        output=tokens(7, 4),
        add=28,  # 7*4
        read=35,  # 7*4 + 7
        write=28,  # 7*4
    ),
    # three tensors: two steps a value
    answer(
        "combine",
        vector(6),
        vector(6),
        vector(6),
        fields={"function": "maximum"},
        output=vector(6),
        cmp=12,  # 2*6
        read=18,  # 3*6
        write=6,  # 6
    ),
    # one of two values by a third
    answer(
        "combine",
        vector(6),
        vector(6),
        vector(6),
        fields={"function": "where"},
        output=vector(6),
        cmp=6,  # 6
        read=18,  # 3*6
        write=6,  # 6
    ),
]
