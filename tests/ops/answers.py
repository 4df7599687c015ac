"""Known answers: what each op costs at settings from the papers, worked out by hand.

To add a row: the op, its inputs, its fields, the output, and every count that is not 0 with its algebra beside it.
"""

from rows import answer, image, vector

ANSWERS = [
    # ResNet's stem: height (224 + 2*3 - 7)//2 + 1 = 112
    answer(
        "conv2d",
        image(3, 224, 224),
        fields={"out": 64, "kernel": 7, "stride": 2, "padding": 3, "bias": False},
        output=image(64, 112, 112),
        fma=118013952,  # 64*112*112 * 7*7*3
        weights=9408,  # 64 * 7*7*3
        read=150528,  # 3*224*224
        write=802816,  # 64*112*112
    ),
    # a 1x1 convolution, every field at its default: hw(c1 + c2) + c1*c2 elements of access (arXiv:1807.11164)
    answer(
        "conv2d",
        image(24, 28, 28),
        fields={"out": 58},
        output=image(58, 28, 28),
        fma=1091328,  # 58*28*28 * 24
        add=45472,  # 58*28*28
        weights=1392,  # 58 * 24
        biases=58,  # 58
        read=18816,  # 24*28*28
        write=45472,  # 58*28*28
    ),
    # AlexNet's second layer on a batch of 2, in 2 groups
    answer(
        "conv2d",
        image(96, 27, 27, n=2),
        fields={"out": 256, "kernel": 5, "padding": 2, "groups": 2},
        output=image(256, 27, 27, n=2),
        fma=447897600,  # 2*256*27*27 * 5*5*96//2
        add=373248,  # 2*256*27*27
        weights=307200,  # 256 * 5*5*96//2
        biases=256,  # 256
        read=139968,  # 2*96*27*27
        write=373248,  # 2*256*27*27
    ),
    # nothing alike on the two axes: height (11 + 1 + 2 - 2*(3 - 1) - 1)//2 + 1 = 5
    # and width (9 + 0 + 3 - 1*(2 - 1) - 1)//3 + 1 = 4
    answer(
        "conv2d",
        image(6, 11, 9, n=3),
        fields={"out": 4, "kernel": [3, 2], "stride": [2, 3], "padding": [[1, 2], [0, 3]], "dilation": [2, 1], "groups": 2},
        output=image(4, 5, 4, n=3),
        fma=4320,  # 3*4*5*4 * 3*2*6//2
        add=240,  # 3*4*5*4
        weights=72,  # 4 * 3*2*6//2
        biases=4,  # 4
        read=1782,  # 3*6*11*9
        write=240,  # 3*4*5*4
    ),
    # MobileNet's first depthwise layer with stride: height (112 + 2*1 - 3)//2 + 1 = 56
    answer(
        "depthwise",
        image(64, 112, 112),
        fields={"kernel": 3, "stride": 2, "padding": 1, "bias": False},
        output=image(64, 56, 56),
        fma=1806336,  # 64*56*56 * 3*3
        weights=576,  # 64 * 3*3
        read=802816,  # 64*112*112
        write=200704,  # 64*56*56
    ),
    # two filters a channel, all else at its default: height 14 - 4*(3 - 1) = 6 by a dilation of 4
    answer(
        "depthwise",
        image(10, 14, 14, n=2),
        fields={"kernel": 3, "multiplier": 2, "dilation": 4},
        output=image(20, 6, 6, n=2),
        fma=12960,  # 2*20*6*6 * 3*3
        add=1440,  # 2*20*6*6
        weights=180,  # 20 * 3*3
        biases=20,  # 20
        read=3920,  # 2*10*14*14
        write=1440,  # 2*20*6*6
    ),
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
    # ResNet's pool: height (112 + 2*1 - 3)//2 + 1 = 56
    answer(
        "max_pool",
        image(64, 112, 112),
        fields={"kernel": 3, "stride": 2, "padding": 1},
        output=image(64, 56, 56),
        cmp=1605632,  # 64*56*56 * (3*3 - 1)
        read=802816,  # 64*112*112
        write=200704,  # 64*56*56
    ),
    # the stride is the kernel unless given: height 8/2, width 9/3
    answer(
        "max_pool",
        image(5, 8, 9),
        fields={"kernel": [2, 3]},
        output=image(5, 4, 3),
        cmp=300,  # 5*4*3 * (2*3 - 1)
        read=360,  # 5*8*9
        write=60,  # 5*4*3
    ),
    answer(
        "avg_pool",
        image(7, 8, 9, n=2),
        fields={"kernel": [2, 3]},
        output=image(7, 4, 3, n=2),
        add=840,  # 2*7*4*3 * (2*3 - 1)
        mul=168,  # 2*7*4*3
        read=1008,  # 2*7*8*9
        write=168,  # 2*7*4*3
    ),
    # ShuffleNet's shortcut: height (28 + 2*1 - 3)//2 + 1 = 14
    answer(
        "avg_pool",
        image(240, 28, 28),
        fields={"kernel": 3, "stride": 2, "padding": 1},
        output=image(240, 14, 14),
        add=376320,  # 240*14*14 * (3*3 - 1)
        mul=47040,  # 240*14*14
        read=188160,  # 240*28*28
        write=47040,  # 240*14*14
    ),
    answer(
        "global_avg_pool",
        image(1024, 7, 8, n=2),
        output=image(1024, 1, 1, n=2),
        add=112640,  # 2*1024 * (7*8 - 1)
        mul=2048,  # 2*1024
        read=114688,  # 2*1024*7*8
        write=2048,  # 2*1024
    ),
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
