"""Known answers of `costmodel/ops/dense.py`."""

from rows import answer, image, vector

ANSWERS = [
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
]
