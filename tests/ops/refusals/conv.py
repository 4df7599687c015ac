"""Known refusals of `costmodel/ops/conv.py`."""

from rows import image, refusal, signal, tokens, vector, volume

_A_SIDE = "{} takes one value for all sides or one a side ({}), and is {}"

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
    # other kinds of tensor
    refusal("conv1d", image(3, 8, 8), fields={"out": 4}, sentences=("conv1d takes a signal, and a map (3×8×8) enters",)),
    refusal("conv1d", tokens(197, 8), fields={"out": 4}, sentences=("conv1d takes a signal, and a sequence (197×8) enters",)),
    refusal("conv2d", signal(3, 8), fields={"out": 4}, sentences=("conv2d takes a map, and a signal (3×8) enters",)),
    refusal("conv2d", vector(10), fields={"out": 4}, sentences=("conv2d takes a map, and a vector of 10 channels enters",)),
    refusal("conv3d", image(3, 8, 8), fields={"out": 4}, sentences=("conv3d takes a volume, and a map (3×8×8) enters",)),
    refusal(
        "conv_transpose1d",
        vector(3),
        fields={"out": 4},
        sentences=("conv_transpose1d takes a signal, and a vector of 3 channels enters",),
    ),
    refusal(
        "conv_transpose2d",
        volume(3, 8, 8, 8),
        fields={"out": 4},
        sentences=("conv_transpose2d takes a map, and a volume (3×8×8×8) enters",),
    ),
    refusal(
        "conv_transpose3d",
        image(3, 8, 8),
        fields={"out": 4},
        sentences=("conv_transpose3d takes a volume, and a map (3×8×8) enters",),
    ),
    refusal(
        "depthwise",
        vector(8),
        fields={"kernel": 3},
        sentences=("depthwise takes a map, a signal or a volume, and a vector of 8 channels enters",),
    ),
    refusal(
        "separable",
        tokens(16, 8),
        fields={"kernel": 3, "out": 4},
        sentences=("separable takes a map, a signal or a volume, and a sequence (16×8) enters",),
    ),
    # lists of another length
    refusal(
        "conv2d",
        image(3, 8, 8),
        fields={"out": 4, "kernel": [3, 3, 3]},
        sentences=(_A_SIDE.format("kernel", "height, width", "[3, 3, 3]"),),
    ),
    refusal(
        "conv1d",
        signal(3, 8),
        fields={"out": 4, "stride": [2, 2]},
        sentences=(_A_SIDE.format("stride", "width", "[2, 2]"),),
    ),
    refusal(
        "conv3d",
        volume(3, 8, 8, 8),
        fields={"out": 4, "padding": [[0, 1], 1]},
        sentences=(_A_SIDE.format("padding", "depth, height, width", "[[0, 1], 1]"),),
    ),
    refusal(
        "depthwise",
        signal(3, 8),
        fields={"kernel": 3, "dilation": [1, 2], "padding": "same"},
        sentences=(_A_SIDE.format("dilation", "width", "[1, 2]"),),
    ),
    refusal(
        "conv_transpose2d",
        image(3, 8, 8),
        fields={"out": 4, "output_padding": [1]},
        sentences=(_A_SIDE.format("output_padding", "height, width", "[1]"),),
    ),
    # PyTorch's `same`
    refusal(
        "conv2d",
        image(3, 8, 8),
        fields={"out": 4, "kernel": 3, "stride": [1, 2], "padding": "same_torch"},
        sentences=("padding same_torch keeps the size and needs a stride of 1, and the stride is 2",),
    ),
    # transposed convolutions
    refusal(
        "conv_transpose2d",
        image(3, 8, 8),
        fields={"out": 4, "kernel": 3, "stride": [2, 1], "output_padding": [2, 1], "groups": 3},
        sentences=(
            "groups (3) must divide the output channels (4)",
            "output_padding (2) must be smaller than the stride (2) or the dilation (1)",
            "output_padding (1) must be smaller than the stride (1) or the dilation (1)",
        ),
    ),
    refusal(
        "conv_transpose1d",
        signal(3, 4),
        fields={"out": 3, "kernel": 3, "padding": 3, "groups": 2},
        sentences=(
            "groups (2) must divide the input channels (3)",
            "groups (2) must divide the output channels (3)",
            "padding cuts 6 off the output's width, and must leave some of its 6",
        ),
    ),
    refusal(
        "conv_transpose1d",
        signal(3, 4),
        fields={"out": 3, "kernel": 3, "padding": "same", "output_padding": 1},
        sentences=("output_padding (1) goes with a padding in numbers, and the padding is same",),
    ),
]
