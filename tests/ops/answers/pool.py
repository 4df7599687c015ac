"""Known answers of `costmodel/ops/pool.py`."""

from rows import answer, image, signal, volume

ANSWERS = [
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
    # SqueezeNet's second pool at 224, rounded up: ceil((54 - 3)/2) + 1 = 27, where rounding down gives 26
    answer(
        "max_pool",
        image(256, 54, 54),
        fields={"kernel": 3, "stride": 2, "ceil": True},
        output=image(256, 27, 27),
        cmp=1492992,  # 256*27*27 * (3*3 - 1)
        read=746496,  # 256*54*54
        write=186624,  # 256*27*27
    ),
    # GoogLeNet's first pool (arXiv:1409.4842, table 1): ceil((112 - 3)/2) + 1 = 56
    answer(
        "max_pool",
        image(64, 112, 112),
        fields={"kernel": 3, "stride": 2, "ceil": True},
        output=image(64, 56, 56),
        cmp=1605632,  # 64*56*56 * (3*3 - 1)
        read=802816,  # 64*112*112
        write=200704,  # 64*56*56
    ),
    # height ceil((5 + 2 - 2)/2) + 1 = 4, whose last window would start at 6 = 5 + 1, in the padding after, and is left out;
    # width ceil((6 + 2 - 2)/2) + 1 = 4, whose last starts at 6 < 6 + 1
    answer(
        "avg_pool",
        image(3, 5, 6),
        fields={"kernel": 2, "stride": 2, "padding": 1, "ceil": True},
        output=image(3, 3, 4),
        add=108,  # 3*3*4 * (2*2 - 1)
        mul=36,  # 3*3*4
        read=90,  # 3*5*6
        write=36,  # 3*3*4
    ),
    # a window larger than the map, by less than a stride; width with a dilation, ceil((20 - 3*(2 - 1) - 1)/5) + 1 = 5, whose
    # last would start at 20, beyond the map
    answer(
        "max_pool",
        image(2, 3, 20),
        fields={"kernel": [4, 2], "stride": [2, 5], "dilation": [1, 3], "ceil": True},
        output=image(2, 1, 4),
        cmp=56,  # 2*1*4 * (4*2 - 1)
        read=120,  # 2*3*20
        write=8,  # 2*1*4
    ),
    # over a volume, the stride is the kernel: C3D's second pool (arXiv:1412.0767)
    answer(
        "max_pool",
        volume(128, 16, 56, 56),
        fields={"kernel": 2},
        output=volume(128, 8, 28, 28),
        cmp=5619712,  # 128*8*28*28 * (2*2*2 - 1)
        read=6422528,  # 128*16*56*56
        write=802816,  # 128*8*28*28
    ),
    # over a signal: width (10 + 2 - 3)//2 + 1 = 5
    answer(
        "avg_pool",
        signal(4, 10, n=2),
        fields={"kernel": 3, "stride": 2, "padding": [1]},
        output=signal(4, 5, n=2),
        add=80,  # 2*4*5 * (3 - 1)
        mul=40,  # 2*4*5
        read=80,  # 2*4*10
        write=40,  # 2*4*5
    ),
    answer(
        "global_avg_pool",
        volume(5, 2, 3, 4),
        output=volume(5, 1, 1, 1),
        add=115,  # 5 * (2*3*4 - 1)
        mul=5,  # 5
        read=120,  # 5*2*3*4
        write=5,  # 5
    ),
    answer(
        "global_max_pool",
        signal(16, 100, n=2),
        output=signal(16, 1, n=2),
        cmp=3168,  # 2*16 * (100 - 1)
        read=3200,  # 2*16*100
        write=32,  # 2*16
    ),
    # VGG's last pool at 224: nothing shrinks, each window is one value
    answer(
        "adaptive_avg_pool",
        image(512, 7, 7),
        fields={"out": 7},
        output=image(512, 7, 7),
        mul=25088,  # 512*7*7
        read=25088,  # 512*7*7
        write=25088,  # 512*7*7
    ),
    # and at 256: seven windows over 8, of two positions each: 8 + 7 - 1 = 14 a side
    answer(
        "adaptive_avg_pool",
        image(512, 8, 8),
        fields={"out": 7},
        output=image(512, 7, 7),
        add=75264,  # 512 * (14*14 - 7*7)
        mul=25088,  # 512*7*7
        read=32768,  # 512*8*8
        write=25088,  # 512*7*7
    ),
    # five windows over 7: 0-1, 1-2, 2-4, 4-5, 5-6, 11 positions; three over 9: 9 positions
    answer(
        "adaptive_avg_pool",
        image(2, 7, 9, n=3),
        fields={"out": [5, 3]},
        output=image(2, 5, 3, n=3),
        add=504,  # 3*2 * ((2+2+3+2+2) * 9 - 5*3)
        mul=90,  # 3*2*5*3
        read=378,  # 3*2*7*9
        write=90,  # 3*2*5*3
    ),
    # four windows over 6: 0-1, 1-2, 3-4, 4-5, 8 positions
    answer(
        "adaptive_max_pool",
        signal(10, 6),
        fields={"out": 4},
        output=signal(10, 4),
        cmp=40,  # 10 * ((2+2+2+2) - 4)
        read=60,  # 10*6
        write=40,  # 10*4
    ),
]
