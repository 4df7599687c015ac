"""Known answers of `costmodel/ops/pointwise.py`."""

from rows import answer, image

ANSWERS = [
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
]
