"""Known refusals of `costmodel/ops/resize.py`."""

from rows import image, refusal, signal, tokens, vector, volume

_SPATIAL = "{} takes a map, a signal or a volume, and {} enters"
_A_SIDE = "{} takes one value for all sides or one a side ({}), and is {}"

REFUSALS = [
    refusal("pad", vector(4), fields={"padding": 1}, sentences=(_SPATIAL.format("pad", "a vector of 4 channels"),)),
    refusal(
        "pad",
        image(4, 5, 6),
        fields={"padding": [1]},
        sentences=(_A_SIDE.format("padding", "height, width", "[1]"),),
    ),
    refusal("upsample", tokens(5, 4), fields={"scale": 2}, sentences=(_SPATIAL.format("upsample", "a sequence (5×4)"),)),
    refusal(
        "upsample",
        signal(5, 4),
        fields={"scale": [2, 2]},
        sentences=(_A_SIDE.format("scale", "width", "[2, 2]"),),
    ),
    refusal(
        "upsample",
        signal(5, 4),
        fields={"scale": 2, "mode": "bilinear"},
        sentences=("mode bilinear is not for a signal (5×4), whose modes are nearest, linear",),
    ),
    refusal(
        "upsample",
        image(5, 4, 4),
        fields={"scale": 2, "mode": "linear"},
        sentences=("mode linear is not for a map (5×4×4), whose modes are nearest, bilinear, bicubic",),
    ),
    refusal("resize", vector(4), fields={"size": 2}, sentences=(_SPATIAL.format("resize", "a vector of 4 channels"),)),
    refusal(
        "resize",
        volume(2, 3, 4, 5),
        fields={"size": 2, "mode": "bicubic"},
        sentences=("mode bicubic is not for a volume (2×3×4×5), whose modes are nearest, trilinear",),
    ),
    refusal(
        "resize",
        volume(2, 3, 4, 5),
        fields={"size": [2, 2]},
        sentences=(_A_SIDE.format("size", "depth, height, width", "[2, 2]"),),
    ),
    refusal(
        "pixel_shuffle",
        image(6, 4, 4),
        fields={"factor": 2},
        sentences=("factor (2) squared must divide the input channels (6)",),
    ),
    refusal(
        "pixel_shuffle",
        signal(4, 4),
        fields={"factor": 2},
        sentences=("pixel_shuffle takes a map, and a signal (4×4) enters",),
    ),
    refusal(
        "pixel_unshuffle",
        image(6, 5, 7),
        fields={"factor": 3},
        sentences=("factor (3) must divide the height (5)", "factor (3) must divide the width (7)"),
    ),
    refusal(
        "pixel_unshuffle",
        vector(4),
        fields={"factor": 2},
        sentences=("pixel_unshuffle takes a map, and a vector of 4 channels enters",),
    ),
]
