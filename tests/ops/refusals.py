"""Known refusals: settings that cannot be, and the sentence of each condition that fails."""

from rows import image, refusal, vector

_VECTOR = "linear takes a vector or a 1×1 map, and {} enters; flatten or global_avg_pool makes one"
_ALIKE = "add takes tensors of one shape, and gets {} and {}"
_STACKED = "concat takes tensors of one height and width, and gets {} and {}"

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
    refusal(
        "max_pool",
        image(4, 2, 5),
        fields={"kernel": 3},
        sentences=("the window (3) must fit into the padded height (2 + 0)",),
    ),
    refusal(
        "avg_pool",
        image(4, 5, 2),
        fields={"kernel": 4, "padding": [0, [1, 0]]},
        sentences=("the window (4) must fit into the padded width (2 + 1)",),
    ),
    refusal("linear", image(4, 1, 2), fields={"out": 3}, sentences=(_VECTOR.format("4×1×2"),)),
    refusal("linear", image(4, 2, 1), fields={"out": 3}, sentences=(_VECTOR.format("4×2×1"),)),
    refusal("add", image(4, 5, 6), image(4, 6, 6), sentences=(_ALIKE.format("4×5×6", "4×6×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6), image(4, 5, 7), sentences=(_ALIKE.format("4×5×6", "4×5×7"),)),
    refusal("add", image(4, 5, 6), image(3, 5, 6), sentences=(_ALIKE.format("4×5×6", "3×5×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6, n=2), sentences=(_ALIKE.format("4×5×6", "4×5×6"),)),
    # a vector is no 1×1 map
    refusal("add", image(4, 1, 1), vector(4), sentences=(_ALIKE.format("4×1×1", "4"),)),
    refusal("add", vector(4), image(4, 1, 1), sentences=(_ALIKE.format("4", "4×1×1"),)),
    refusal("concat", image(4, 5, 6), image(3, 6, 6), sentences=(_STACKED.format("4×5×6", "3×6×6"),)),
    refusal("concat", image(4, 5, 6), image(4, 5, 6), image(4, 5, 7), sentences=(_STACKED.format("4×5×6", "4×5×7"),)),
    refusal("concat", vector(4), vector(4, n=2), sentences=(_STACKED.format("4", "4"),)),
]
