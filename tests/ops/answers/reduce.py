"""Known answers of `costmodel/ops/reduce.py`."""

from rows import answer, image, tokens, vector

ANSWERS = [
    # a global average pool that leaves a vector
    answer(
        "mean",
        image(1024, 7, 8, n=2),
        output=vector(1024, n=2),
        add=112640,  # 2*1024 * (7*8 - 1)
        mul=2048,  # 2*1024
        read=114688,  # 2*1024*7*8
        write=2048,  # 2*1024
    ),
    answer(
        "mean",
        tokens(196, 768),
        fields={"over": ["t"]},
        output=vector(768),
        add=149760,  # 768 * (196 - 1)
        mul=768,  # 768
        read=150528,  # 196*768
        write=768,  # 768
    ),
    # CBAM's mean over the channels
    answer(
        "mean",
        image(64, 7, 8),
        fields={"over": ["c"], "keep": True},
        output=image(1, 7, 8),
        add=3528,  # 7*8 * (64 - 1)
        mul=56,  # 7*8
        read=3584,  # 64*7*8
        write=56,  # 7*8
    ),
    # the largest value of each channel's map
    answer(
        "reduce",
        image(6, 7, 5, n=2),
        fields={"function": "max"},
        output=vector(6, n=2),
        cmp=408,  # 2*6 * (7*5 - 1)
        read=420,  # 2*6*7*5
        write=12,  # 2*6
    ),
    # the length of each token
    answer(
        "reduce",
        tokens(5, 8),
        fields={"function": "norm", "over": "c", "keep": True},
        output=tokens(5, 1),
        mul=40,  # 5*8
        add=35,  # 5 * (8 - 1)
        exp=5,  # 5
        read=40,  # 5*8
        write=5,  # 5
    ),
    # the logarithm of a sum of exponentials, the largest taken off first
    answer(
        "reduce",
        tokens(5, 8),
        fields={"function": "logsumexp", "over": "c", "keep": True},
        output=tokens(5, 1),
        cmp=35,  # 5 * (8 - 1)
        add=80,  # 5 * (8 + 7 + 1)
        exp=45,  # 5 * (8 + 1)
        read=40,  # 5*8
        write=5,  # 5
    ),
]
