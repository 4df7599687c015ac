"""Known answers of `costmodel/ops/norm.py`."""

from rows import answer, image, tokens, vector

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
    # a vector has channels too
    answer(
        "batch_norm",
        vector(10, n=3),
        output=vector(10, n=3),
        mul=30,  # 3*10
        add=30,  # 3*10
        affine=20,  # 2*10
        buffers=20,  # 2*10
        read=30,  # 3*10
        write=30,  # 3*10
    ),
    # ViT-B/16's: 197 sets of 768 values; a sum for the mean and one for the variance, then epsilon, scale and shift
    answer(
        "layer_norm",
        tokens(197, 768),
        output=tokens(197, 768),
        add=604987,  # 197 * ((768 - 1) + 768 + (768 - 1) + 1 + 768)
        mul=454282,  # 197 * (1 + 768 + 1 + 768 + 768)
        exp=197,  # 197
        affine=1536,  # 2*768
        read=151296,  # 197*768
        write=151296,  # 197*768
    ),
    # ConvNeXt's, over the channels of each position, with nothing to learn
    answer(
        "layer_norm",
        image(96, 56, 28),
        fields={"affine": False},
        output=image(96, 56, 28),
        add=450016,  # 56*28 * ((96 - 1) + 96 + (96 - 1) + 1)
        mul=304192,  # 56*28 * (1 + 96 + 1 + 96)
        exp=1568,  # 56*28
        read=150528,  # 96*56*28
        write=150528,  # 96*56*28
    ),
    # ModernBERT's (answerdotai/ModernBERT-base, norm_bias: false): a scale and no shift
    answer(
        "layer_norm",
        tokens(10, 768),
        fields={"bias": False},
        output=tokens(10, 768),
        add=23030,  # 10 * ((768 - 1) + 768 + (768 - 1) + 1)
        mul=23060,  # 10 * (1 + 768 + 1 + 768 + 768)
        exp=10,  # 10
        affine=768,  # 768
        read=7680,  # 10*768
        write=7680,  # 10*768
    ),
    # PyTorch's LayerNorm([4, 5, 6]): one set a sample, a scale and a shift a value of it
    answer(
        "layer_norm",
        image(4, 5, 6, n=2),
        fields={"over": ["c", "h", "w"]},
        output=image(4, 5, 6, n=2),
        add=958,  # 2 * ((120 - 1) + 120 + (120 - 1) + 1 + 120)
        mul=724,  # 2 * (1 + 120 + 1 + 120 + 120)
        exp=2,  # 2
        affine=240,  # 2 * 4*5*6
        read=240,  # 2*4*5*6
        write=240,  # 2*4*5*6
    ),
    # 32 groups of 2 channels: 2*32 sets of 2*14*7 = 196 values
    answer(
        "group_norm",
        image(64, 14, 7, n=2),
        fields={"groups": 32},
        output=image(64, 14, 7, n=2),
        add=50112,  # 2*32 * ((196 - 1) + 196 + (196 - 1) + 1 + 196)
        mul=37760,  # 2*32 * (1 + 196 + 1 + 196 + 196)
        exp=64,  # 2*32
        affine=128,  # 2*64
        read=12544,  # 2*64*14*7
        write=12544,  # 2*64*14*7
    ),
    # 3 sets of 8 values, and nothing learned
    answer(
        "group_norm",
        image(6, 2, 2),
        fields={"groups": 3, "affine": False},
        output=image(6, 2, 2),
        add=69,  # 3 * ((8 - 1) + 8 + (8 - 1) + 1)
        mul=54,  # 3 * (1 + 8 + 1 + 8)
        exp=3,  # 3
        read=24,  # 6*2*2
        write=24,  # 6*2*2
    ),
    # 2*3 sets of 20 values, with nothing to learn unless asked for
    answer(
        "instance_norm",
        image(3, 4, 5, n=2),
        output=image(3, 4, 5, n=2),
        add=354,  # 2*3 * ((20 - 1) + 20 + (20 - 1) + 1)
        mul=252,  # 2*3 * (1 + 20 + 1 + 20)
        exp=6,  # 2*3
        read=120,  # 2*3*4*5
        write=120,  # 2*3*4*5
    ),
    answer(
        "instance_norm",
        image(3, 4, 5, n=2),
        fields={"affine": True},
        output=image(3, 4, 5, n=2),
        add=474,  # 2*3 * ((20 - 1) + 20 + (20 - 1) + 1 + 20)
        mul=372,  # 2*3 * (1 + 20 + 1 + 20 + 20)
        exp=6,  # 2*3
        affine=6,  # 2*3
        read=120,  # 2*3*4*5
        write=120,  # 2*3*4*5
    ),
    # 2*128 sets of 512 values: squares and their mean, epsilon, the root, a product and a scale
    answer(
        "rms_norm",
        tokens(128, 512, n=2),
        output=tokens(128, 512, n=2),
        add=131072,  # 2*128 * ((512 - 1) + 1)
        mul=393472,  # 2*128 * (512 + 1 + 512 + 512)
        exp=256,  # 2*128
        affine=512,  # 512
        read=131072,  # 2*128*512
        write=131072,  # 2*128*512
    ),
    # 2 tokens of 4 values, and nothing learned
    answer(
        "rms_norm",
        tokens(2, 4),
        fields={"affine": False},
        output=tokens(2, 4),
        add=8,  # 2 * ((4 - 1) + 1)
        mul=18,  # 2 * (4 + 1 + 4)
        exp=2,  # 2
        read=8,  # 2*4
        write=8,  # 2*4
    ),
    # the probabilities of 1000 classes: the largest, differences, exponentials, their sum, divisions
    answer(
        "softmax",
        vector(1000, n=2),
        output=vector(1000, n=2),
        cmp=1998,  # 2 * (1000 - 1)
        add=3998,  # 2 * (1000 + 1000 - 1)
        exp=2000,  # 2*1000
        mul=2000,  # 2*1000
        read=2000,  # 2*1000
        write=2000,  # 2*1000
    ),
    # 12 rows of 5
    answer(
        "softmax",
        image(3, 4, 5),
        fields={"axis": "w"},
        output=image(3, 4, 5),
        cmp=48,  # 3*4 * (5 - 1)
        add=108,  # 3*4 * (5 + 5 - 1)
        exp=60,  # 3*4*5
        mul=60,  # 3*4*5
        read=60,  # 3*4*5
        write=60,  # 3*4*5
    ),
    # AlexNet's, over 5 neighbouring channels
    answer(
        "local_norm",
        image(96, 55, 55),
        output=image(96, 55, 55),
        mul=871200,  # 3 * 96*55*55
        add=1452000,  # 5 * 96*55*55
        exp=290400,  # 96*55*55
        read=290400,  # 96*55*55
        write=290400,  # 96*55*55
    ),
]
