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
]
