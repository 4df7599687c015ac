"""Known answers of `costmodel/ops/conv.py`."""

from rows import answer, image, signal, volume

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
    # as PyTorch pads `same`: the size stays, whatever the kernel and the dilation
    answer(
        "depthwise",
        image(1024, 7, 7),
        fields={"kernel": [3, 2], "padding": "same_torch", "dilation": 2, "bias": False},
        output=image(1024, 7, 7),
        fma=301056,  # 1024*7*7 * 3*2
        weights=6144,  # 1024 * 3*2
        read=50176,  # 1024*7*7
        write=50176,  # 1024*7*7
    ),
    # over a signal: width (50 + 2*2 - 5)//3 + 1 = 17
    answer(
        "depthwise",
        signal(8, 50),
        fields={"kernel": 5, "stride": 3, "padding": 2},
        output=signal(8, 17),
        fma=680,  # 8*17 * 5
        add=136,  # 8*17
        weights=40,  # 8 * 5
        biases=8,  # 8
        read=400,  # 8*50
        write=136,  # 8*17
    ),
    # over a volume, as TensorFlow pads `same`: 9 windows a depth of 17 and 14 a height and width of 28
    answer(
        "depthwise",
        volume(4, 17, 28, 28),
        fields={"kernel": [5, 3, 3], "stride": 2, "padding": "same", "bias": False},
        output=volume(4, 9, 14, 14),
        fma=317520,  # 4*9*14*14 * 5*3*3
        weights=180,  # 4 * 5*3*3
        read=53312,  # 4*17*28*28
        write=7056,  # 4*9*14*14
    ),
    # the first layer of wav2vec 2.0 (arXiv:2006.11477) over a second of sound: width (16000 - 10)//5 + 1 = 3199
    answer(
        "conv1d",
        signal(1, 16000),
        fields={"out": 512, "kernel": 10, "stride": 5, "bias": False},
        output=signal(512, 3199),
        fma=16378880,  # 512*3199 * 10
        weights=5120,  # 512 * 10
        read=16000,  # 16000
        write=1637888,  # 512*3199
    ),
    # a list of one, in groups, on a batch of 2, more padding after than before: width (20 + 1 + 2 - 3*(4 - 1) - 1)//2 + 1 = 7
    answer(
        "conv1d",
        signal(6, 20, n=2),
        fields={"out": 4, "kernel": [4], "stride": [2], "padding": [[1, 2]], "dilation": [3], "groups": 2},
        output=signal(4, 7, n=2),
        fma=672,  # 2*4*7 * 4*6//2
        add=56,  # 2*4*7
        weights=48,  # 4 * 4*6//2
        biases=4,  # 4
        read=240,  # 2*6*20
        write=56,  # 2*4*7
    ),
    # every field at its default
    answer(
        "conv1d",
        signal(5, 9),
        fields={"out": 2},
        output=signal(2, 9),
        fma=90,  # 2*9 * 5
        add=18,  # 2*9
        weights=10,  # 2 * 5
        biases=2,  # 2
        read=45,  # 5*9
        write=18,  # 2*9
    ),
    # C3D's first layer (arXiv:1412.0767) on 16 frames
    answer(
        "conv3d",
        volume(3, 16, 112, 112),
        fields={"out": 64, "kernel": 3, "padding": 1},
        output=volume(64, 16, 112, 112),
        fma=1040449536,  # 64*16*112*112 * 3*3*3*3
        add=12845056,  # 64*16*112*112
        weights=5184,  # 64 * 3*3*3*3
        biases=64,  # 64
        read=602112,  # 3*16*112*112
        write=12845056,  # 64*16*112*112
    ),
    # nothing alike on the three axes: depth (9 + 2 - 3)//2 + 1 = 5, height (10 + 3 - 2*(2 - 1) - 1)//3 + 1 = 4, width 11
    answer(
        "conv3d",
        volume(4, 9, 10, 11),
        fields={
            "out": 6,
            "kernel": [3, 2, 1],
            "stride": [2, 3, 1],
            "padding": [1, [1, 2], 0],
            "dilation": [1, 2, 1],
            "groups": 2,
            "bias": False,
        },
        output=volume(6, 5, 4, 11),
        fma=15840,  # 6*5*4*11 * 3*2*4//2
        weights=72,  # 6 * 3*2*4//2
        read=3960,  # 4*9*10*11
        write=1320,  # 6*5*4*11
    ),
    # Xception's middle flow (arXiv:1610.02357): costs, access too, what its two halves cost
    answer(
        "separable",
        image(728, 19, 19),
        fields={"out": 728, "kernel": 3, "padding": "same", "bias": False},
        output=image(728, 19, 19),
        fma=193689496,  # 728*19*19 * 3*3 + 728*19*19 * 728
        weights=536536,  # 728 * 3*3 + 728 * 728
        read=525616,  # 728*19*19 + 728*19*19
        write=525616,  # 728*19*19 + 728*19*19
    ),
    # two filters a channel, and a bias at the end alone: height (10 - 2*(3 - 1) - 1)//2 + 1 = 3, width (9 - 1)//2 + 1 = 5
    answer(
        "separable",
        image(5, 10, 9, n=2),
        fields={"out": 7, "kernel": [3, 1], "stride": 2, "dilation": [2, 4], "multiplier": 2},
        output=image(7, 3, 5, n=2),
        fma=3000,  # 2*10*3*5 * 3*1 + 2*7*3*5 * 10
        add=210,  # 2*7*3*5
        weights=100,  # 10 * 3*1 + 7 * 10
        biases=7,  # 7
        read=1200,  # 2*5*10*9 + 2*10*3*5
        write=510,  # 2*10*3*5 + 2*7*3*5
    ),
    # nothing but what is required: width 9 - (3 - 1) = 7
    answer(
        "separable",
        signal(4, 9),
        fields={"out": 3, "kernel": 3},
        output=signal(3, 7),
        fma=168,  # 4*7 * 3 + 3*7 * 4
        add=21,  # 3*7
        weights=24,  # 4 * 3 + 3 * 4
        biases=3,  # 3
        read=64,  # 4*9 + 4*7
        write=49,  # 4*7 + 3*7
    ),
    # each of 3*2*2 values meets 2*2 weights
    answer(
        "conv_transpose2d",
        image(3, 2, 2),
        fields={"out": 1, "kernel": 2, "stride": 2},
        output=image(1, 4, 4),
        fma=48,  # 3*2*2 * 2*2
        add=16,  # 4*4
        weights=12,  # 3 * 2*2
        biases=1,  # 1
        read=12,  # 3*2*2
        write=16,  # 4*4
    ),
    # depthwise: each channel's values meet the 3*3 weights of their channel
    answer(
        "conv_transpose2d",
        image(4, 8, 8),
        fields={"out": 4, "kernel": 3, "groups": 4, "bias": False},
        output=image(4, 10, 10),
        fma=2304,  # 4*8*8 * 3*3
        weights=36,  # 4 * 3*3
        read=256,  # 4*8*8
        write=400,  # 4*10*10
    ),
    # DCGAN's generator, as PyTorch's example has it, doubles its maps: height (4 - 1)*2 - 2 + 4 = 8
    answer(
        "conv_transpose2d",
        image(1024, 4, 4),
        fields={"out": 512, "kernel": 4, "stride": 2, "padding": 1, "bias": False},
        output=image(512, 8, 8),
        fma=134217728,  # 1024*4*4 * 4*4*512
        weights=8388608,  # 1024 * 4*4*512
        read=16384,  # 1024*4*4
        write=32768,  # 512*8*8
    ),
    # as TensorFlow sizes it: `same` gives size*stride, whatever the kernel
    answer(
        "conv_transpose2d",
        image(6, 5, 7, n=2),
        fields={"out": 4, "kernel": [3, 2], "stride": [3, 2], "padding": "same", "groups": 2},
        output=image(4, 15, 14, n=2),
        fma=5040,  # 2*6*5*7 * 3*2*4//2
        add=1680,  # 2*4*15*14
        weights=72,  # 6 * 3*2*4//2
        biases=4,  # 4
        read=420,  # 2*6*5*7
        write=1680,  # 2*4*15*14
    ),
    # and `valid` size*stride + max(kernel - stride, 0): height 5*2 + (3 - 2) = 11, width 7*3 = 21
    answer(
        "conv_transpose2d",
        image(2, 5, 7),
        fields={"out": 1, "kernel": [3, 2], "stride": [2, 3], "padding": "valid", "bias": False},
        output=image(1, 11, 21),
        fma=420,  # 2*5*7 * 3*2
        weights=12,  # 2 * 3*2
        read=70,  # 2*5*7
        write=231,  # 11*21
    ),
    # width (10 - 1)*3 - (1 + 2) + 2*(4 - 1) + 2 + 1 = 33
    answer(
        "conv_transpose1d",
        signal(4, 10),
        fields={"out": 6, "kernel": 4, "stride": 3, "padding": [[1, 2]], "output_padding": 2, "dilation": 2, "groups": 2},
        output=signal(6, 33),
        fma=480,  # 4*10 * 4*6//2
        add=198,  # 6*33
        weights=48,  # 4 * 4*6//2
        biases=6,  # 6
        read=40,  # 4*10
        write=198,  # 6*33
    ),
    # 3D U-Net's up-convolution (arXiv:1606.06650, section 2): every side doubles
    answer(
        "conv_transpose3d",
        volume(256, 8, 9, 10),
        fields={"out": 128, "kernel": 2, "stride": 2},
        output=volume(128, 16, 18, 20),
        fma=188743680,  # 256*8*9*10 * 2*2*2*128
        add=737280,  # 128*16*18*20
        weights=262144,  # 256 * 2*2*2*128
        biases=128,  # 128
        read=184320,  # 256*8*9*10
        write=737280,  # 128*16*18*20
    ),
    # one value for all: depth (2 - 1)*1 - 2 + 3 = 2
    answer(
        "conv_transpose3d",
        volume(2, 2, 3, 4, n=3),
        fields={"out": 2, "kernel": 3, "padding": 1, "groups": 2, "bias": False},
        output=volume(2, 2, 3, 4, n=3),
        fma=3888,  # 3*2*2*3*4 * 3*3*3
        weights=54,  # 2 * 3*3*3
        read=144,  # 3*2*2*3*4
        write=144,  # 3*2*2*3*4
    ),
]
