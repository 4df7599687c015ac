"""Known answers of `costmodel/ops/conv.py`."""

from rows import answer, image

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
]
