"""Known refusals of `costmodel/ops/layout.py`."""

from rows import image, refusal

REFUSALS = [
    refusal("slice", image(4, 5, 6), fields={"stop": 5}, sentences=("stop (5) must be at most the channels (4)",)),
    refusal("slice", image(4, 5, 6), fields={"start": 4}, sentences=("start (4) must be below the channels (4)",)),
    refusal(
        "slice",
        image(4, 5, 6),
        fields={"start": 8, "stop": 7, "axis": "w"},
        sentences=("stop (7) must be at most the width (6)", "start (8) must be below stop (7)"),
    ),
    refusal("split", image(5, 4, 4), fields={"parts": 2, "take": 1}, sentences=("parts (2) must divide the channels (5)",)),
    refusal(
        "split",
        image(4, 4, 6),
        fields={"parts": 3, "take": 3, "axis": "w"},
        sentences=("take (3) must be below parts (3): it counts from 0",),
    ),
    refusal("shuffle", image(8, 4, 4), fields={"groups": 3}, sentences=("groups (3) must divide the channels (8)",)),
    refusal(
        "reshape",
        image(8, 4, 4, n=2),
        fields={"shape": {"t": 15, "c": 8}},
        sentences=("shape 15×8 must hold as many elements as what enters, 8×4×4: it holds 120, and 128 enter",),
    ),
    refusal(
        "tile",
        image(6, 4, 4),
        fields={"shape": {"c": 6, "h": 6, "w": 8}},
        sentences=("shape must hold the height (4) a whole number of times, and is 6 there",),
    ),
]
