"""Known answers of `costmodel/ops/attention.py`."""

from rows import answer, image, tokens

ANSWERS = [
    # ViT-B/16: 12 heads of 64 channels; four projections of 768x768, scores and sums of 197x197 tokens
    answer(
        "attention",
        tokens(197, 768),
        fields={"heads": 12},
        output=tokens(197, 768),
        fma=524391936,  # 4 * 197*768*768 + 2 * 197*197*768
        add=1534236,  # 4 * 197*768 + 2 * 12*197*197 - 12*197
        mul=931416,  # 12*197*197 + 12*197*197
        cmp=463344,  # 12*197 * (197 - 1)
        exp=465708,  # 12*197*197
        weights=2359296,  # 4 * 768*768
        biases=3072,  # 4 * 768
        read=1990488,  # 3 * 197*768 + (2 * 197*768 + 12*197*197 + 12*197*197 + 197*768) + 197*768
        write=1687896,  # 3 * 197*768 + (12*197*197 + 12*197*197 + 197*768) + 197*768
    ),
    # a decoder's 10 tokens look at an encoder's 6: 4 heads of 4 channels in 2 groups, so keys and values are 8 wide
    answer(
        "attention",
        tokens(10, 8, n=2),
        tokens(6, 5, n=2),
        fields={"heads": 4, "kv_heads": 2, "dim": 16, "bias": False},
        output=tokens(10, 8, n=2),
        fma=9920,  # 2*10*8*16 + 2 * 2*6*5*8 + 2 * 2*10*6*16 + 2*10*16*8
        add=880,  # 2*4*10 * (6 + 6 - 1)
        mul=960,  # 2*4*10*6 + 2*4*10*6
        cmp=400,  # 2*4*10 * (6 - 1)
        exp=480,  # 2*4*10*6
        weights=336,  # 8*16 + 2 * 5*8 + 16*8
        read=2072,  # 2*10*8 + 2 * 2*6*5 + (2*10*16 + 2*6*8) + 2*4*10*6 + (2*4*10*6 + 2*6*8) + 2*10*16
        write=1952,  # 2*10*16 + 2 * 2*6*8 + 2*4*10*6 + 2*4*10*6 + 2*10*16 + 2*10*8
    ),
    # fused, the scores stay where they are made: q, k and v are read, and the sums written
    answer(
        "attention",
        tokens(10, 8),
        fields={"heads": 2, "out": 3, "fused": True},
        output=tokens(10, 3),
        fma=3760,  # 3 * 10*8*8 + 2 * 10*10*8 + 10*8*3
        add=650,  # 3 * 10*8 + 10*3 + 2*10 * (10 + 10 - 1)
        mul=400,  # 2*10*10 + 2*10*10
        cmp=180,  # 2*10 * (10 - 1)
        exp=200,  # 2*10*10
        weights=216,  # 3 * 8*8 + 8*3
        biases=27,  # 3 * 8 + 3
        read=560,  # 3 * 10*8 + 3 * 10*8 + 10*8
        write=350,  # 3 * 10*8 + 10*8 + 10*3
    ),
    # Swin-T's first stage: 64 windows of 7x7 among 56x56 tokens, each token meets 49
    answer(
        "attention",
        tokens(3136, 96),
        fields={"heads": 3, "windows": 64, "fused": True},
        output=tokens(3136, 96),
        fma=145108992,  # 4 * 3136*96*96 + 2 * 3136*49*96
        add=2116800,  # 4 * 3136*96 + 3*3136 * (49 + 49 - 1)
        mul=921984,  # 2 * 3*3136*49
        cmp=451584,  # 3*3136 * (49 - 1)
        exp=460992,  # 3*3136*49
        weights=36864,  # 4 * 96*96
        biases=384,  # 4 * 96
        read=2107392,  # 3 * 3136*96 + 3 * 3136*96 + 3136*96
        write=1505280,  # 3 * 3136*96 + 3136*96 + 3136*96
    ),
    # a bias by position, of 2 heads and 9 learned values each
    answer(
        "attention",
        tokens(4, 8),
        fields={"heads": 2, "bias": False, "position_bias": 18},
        output=tokens(4, 8),
        fma=1280,  # 4 * 4*8*8 + 2 * 4*4*8
        add=88,  # 2*4 * (4 + 4 - 1) + 2*4*4
        mul=64,  # 2 * 2*4*4
        cmp=24,  # 2*4 * (4 - 1)
        exp=32,  # 2*4*4
        weights=256,  # 4 * 8*8
        affine=18,  # 3*6
        read=320,  # 3 * 4*8 + 3 * 4*8 + 4*8 + 3 * 2*4*4
        write=256,  # 3 * 4*8 + 4*8 + 4*8 + 3 * 2*4*4
    ),
    # 12 heads of ViT, of 64 channels each
    answer(
        "scaled_dot_product",
        image(12, 197, 64),
        image(12, 197, 64),
        image(12, 197, 64),
        output=image(12, 197, 64),
        fma=59610624,  # 2 * 12*197*197*64
        add=929052,  # 12*197 * (197 + 197 - 1)
        mul=931416,  # 2 * 12*197*197
        cmp=463344,  # 12*197 * (197 - 1)
        exp=465708,  # 12*197*197
        read=1385304,  # 3 * 12*197*64 + 2 * 12*197*197
        write=1082712,  # 12*197*64 + 2 * 12*197*197
    ),
    # 8 heads that share the keys and values of 2, on the chip
    answer(
        "scaled_dot_product",
        image(8, 5, 4),
        image(2, 6, 4),
        image(2, 6, 3),
        fields={"fused": True},
        output=image(8, 5, 3),
        fma=1680,  # 8*5*6 * (4 + 3)
        add=440,  # 8*5 * (6 + 6 - 1)
        mul=480,  # 2 * 8*5*6
        cmp=200,  # 8*5 * (6 - 1)
        exp=240,  # 8*5*6
        read=244,  # 8*5*4 + 2*6*4 + 2*6*3
        write=120,  # 8*5*3
    ),
]
