"""Known answers of `costmodel/ops/dense.py`."""

from rows import answer, image, tokens, vector

ANSWERS = [
    # the classifier of most ImageNet networks, on a batch of 8
    answer(
        "linear",
        vector(1024, n=8),
        fields={"out": 1000},
        output=vector(1000, n=8),
        fma=8192000,  # 8*1000 * 1024
        add=8000,  # 8*1000
        weights=1024000,  # 1000 * 1024
        biases=1000,  # 1000
        read=8192,  # 8*1024
        write=8000,  # 8*1000
    ),
    # a 1x1 map is a vector
    answer(
        "linear",
        image(12, 1, 1),
        fields={"out": 5, "bias": False},
        output=vector(5),
        fma=60,  # 5 * 12
        weights=60,  # 5 * 12
        read=12,  # 12
        write=5,  # 5
    ),
    # the first layer of ViT-B/16's perceptron: every token on its own
    answer(
        "linear",
        tokens(197, 768),
        fields={"out": 3072},
        output=tokens(197, 3072),
        fma=464781312,  # 197*3072 * 768
        add=605184,  # 197*3072
        weights=2359296,  # 3072 * 768
        biases=3072,  # 3072
        read=151296,  # 197*768
        write=605184,  # 197*3072
    ),
    # q times k transposed: 12 heads of 197 tokens and 64 channels
    answer(
        "matmul",
        image(12, 197, 64, n=2),
        image(12, 197, 64, n=2),
        fields={"transpose": True},
        output=image(12, 197, 197, n=2),
        fma=59610624,  # 2*12 * 197*197*64
        read=605184,  # 2 * 2*12*197*64
        write=931416,  # 2*12*197*197
    ),
    # the shares times v
    answer(
        "matmul",
        image(12, 197, 197),
        image(12, 197, 64),
        output=image(12, 197, 64),
        fma=29805312,  # 12 * 197*197*64
        read=617004,  # 12*197*197 + 12*197*64
        write=151296,  # 12*197*64
    ),
    # nothing alike: 5x3 times 3x7
    answer(
        "matmul",
        tokens(5, 3, n=2),
        tokens(3, 7, n=2),
        output=tokens(5, 7, n=2),
        fma=210,  # 2 * 5*7*3
        read=72,  # 2*5*3 + 2*3*7
        write=70,  # 2*5*7
    ),
]
