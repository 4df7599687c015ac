"""Known refusals of `costmodel/ops/dense.py`."""

from rows import image, refusal

_VECTOR = "linear takes a vector or a 1×1 map, and {} enters; flatten or global_avg_pool makes one"

REFUSALS = [
    refusal("linear", image(4, 1, 2), fields={"out": 3}, sentences=(_VECTOR.format("4×1×2"),)),
    refusal("linear", image(4, 2, 1), fields={"out": 3}, sentences=(_VECTOR.format("4×2×1"),)),
]
