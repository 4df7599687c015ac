"""Known refusals of `costmodel/ops/attention.py`."""

from rows import image, refusal, tokens

REFUSALS = [
    refusal(
        "attention",
        tokens(5, 8),
        fields={"heads": 3},
        sentences=("heads (3) must divide the width of all heads (8)",),
    ),
    refusal(
        "attention",
        tokens(5, 8),
        fields={"heads": 5, "dim": 12, "kv_heads": 2},
        sentences=("heads (5) must divide the width of all heads (12)", "kv_heads (2) must divide heads (5)"),
    ),
    refusal(
        "attention",
        tokens(5, 8, n=2),
        tokens(5, 8, n=3),
        fields={"heads": 2},
        sentences=("attention takes sequences of one batch, and gets 2 and 3",),
    ),
    refusal(
        "attention",
        tokens(12, 8),
        tokens(9, 8),
        fields={"heads": 2, "windows": 5},
        sentences=("windows (5) must divide the tokens (12)", "windows (5) must divide the tokens (9)"),
    ),
    refusal(
        "attention",
        tokens(12, 8),
        fields={"heads": 2, "windows": 5},
        sentences=("windows (5) must divide the tokens (12)",),
    ),
    refusal(
        "scaled_dot_product",
        image(4, 5, 8),
        image(3, 6, 8),
        image(3, 6, 2),
        sentences=("matrices of 4×5×8 and 3×6×8 do not go together: what stands before their last two dimensions",),
    ),
    refusal(
        "scaled_dot_product",
        tokens(5, 8, n=2),
        tokens(6, 7, n=2),
        tokens(4, 3, n=2),
        sentences=(
            "queries are as wide as keys, and here are 8 and 7",
            "there are as many values as keys, and here are 4 and 6",
        ),
    ),
    refusal(
        "scaled_dot_product",
        tokens(5, 8, n=4),
        tokens(6, 8, n=2),
        tokens(6, 8, n=2),
        sentences=("matrices of 5×8 and 6×8 do not go together: what stands before their last two dimensions",),
    ),
]
