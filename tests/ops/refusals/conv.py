"""Known refusals of `costmodel/ops/conv.py`."""

from rows import image, refusal

REFUSALS = [
    refusal(
        "conv2d",
        image(64, 7, 7),
        fields={"out": 128, "groups": 3},
        sentences=(
            "groups (3) must divide the input channels (64)",
            "groups (3) must divide the output channels (128)",
        ),
    ),
    refusal(
        "conv2d",
        image(64, 7, 7),
        fields={"out": 6, "groups": 4},
        sentences=("groups (4) must divide the output channels (6)",),
    ),
    refusal(
        "conv2d",
        image(6, 7, 7),
        fields={"out": 64, "groups": 4},
        sentences=("groups (4) must divide the input channels (6)",),
    ),
    refusal(
        "conv2d",
        image(4, 2, 3),
        fields={"out": 4, "kernel": [3, 4], "dilation": [2, 3], "padding": [1, [2, 1]]},
        sentences=(
            "the window (5) must fit into the padded height (2 + 2)",
            "the window (10) must fit into the padded width (3 + 3)",
        ),
    ),
    refusal(
        "depthwise",
        image(4, 5, 2),
        fields={"kernel": 3},
        sentences=("the window (3) must fit into the padded width (2 + 0)",),
    ),
]
