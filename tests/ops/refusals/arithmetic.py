"""Known refusals of `costmodel/ops/arithmetic.py`."""

from rows import image, refusal, vector

REFUSALS = [
    refusal(
        "combine",
        image(6, 4, 4),
        image(6, 4, 2),
        fields={"function": "divide"},
        sentences=("combine takes tensors of one shape, where 1 fits any size, and gets 6×4×4 and 6×4×2",),
    ),
    refusal(
        "combine",
        vector(6),
        vector(6),
        vector(6),
        vector(6),
        fields={"function": "where"},
        sentences=("where takes three tensors, or two beside a constant, and gets 4",),
    ),
]
