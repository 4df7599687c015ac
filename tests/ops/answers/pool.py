"""Known answers of `costmodel/ops/pool.py`."""

from rows import answer, image

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
]
