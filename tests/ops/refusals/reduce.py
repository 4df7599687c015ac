"""Known refusals of `costmodel/ops/reduce.py`."""

from rows import image, refusal

_NONE = "mean over the channels leaves a tensor none; `keep: true` leaves it one"

REFUSALS = [
    refusal("mean", image(8, 4, 4), fields={"over": ["c"]}, sentences=(_NONE,)),
    refusal("mean", image(8, 4, 4), fields={"over": ["h", "c", "w"]}, sentences=(_NONE,)),
]
