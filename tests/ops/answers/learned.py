"""Known answers of `costmodel/ops/learned.py`."""

from rows import answer, image, tokens, vector

ANSWERS = [
    # ConvNeXt's factor a channel
    answer(
        "scale",
        image(96, 56, 56),
        output=image(96, 56, 56),
        mul=301056,  # 96*56*56
        affine=96,  # 96
        read=301056,  # 96*56*56
        write=301056,  # 96*56*56
    ),
    # ViT's position embedding
    answer(
        "shift",
        tokens(197, 768),
        fields={"over": ["t", "c"]},
        output=tokens(197, 768),
        add=151296,  # 197*768
        affine=151296,  # 197*768
        read=151296,  # 197*768
        write=151296,  # 197*768
    ),
    # offsets looked up in a table of 169 for each of 3 heads
    answer(
        "shift",
        image(3, 49, 49),
        fields={"over": ["c", "h", "w"], "learned": 507},
        output=image(3, 49, 49),
        add=7203,  # 3*49*49
        affine=507,  # 3*169
        read=7203,  # 3*49*49
        write=7203,  # 3*49*49
    ),
    # a mask: constants
    answer(
        "scale",
        tokens(5, 4, n=2),
        fields={"over": "t", "learned": 0},
        output=tokens(5, 4, n=2),
        mul=40,  # 5*8
        buffers=5,  # 5
        read=40,  # 5*8
        write=40,  # 5*8
    ),
    # ViT's class token
    answer(
        "tokens",
        tokens(196, 768),
        output=tokens(197, 768),
        affine=768,  # 768
        read=150528,  # 196*768
        write=151296,  # 197*768
    ),
    # the lengths of 64 filters
    answer(
        "parameters",
        image(3, 224, 224),
        fields={"count": 64},
        output=image(3, 224, 224),
        affine=64,  # 64
    ),
    # BERT's vocabulary, 128 numbers a sample
    answer(
        "embedding",
        vector(128, n=2),
        fields={"entries": 30522, "out": 768},
        output=tokens(128, 768, n=2),
        affine=23440896,  # 30522*768
        read=196864,  # 2*128 + 2*128*768
        write=196608,  # 2*128*768
    ),
]
