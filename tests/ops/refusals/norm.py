"""Known refusals of `costmodel/ops/norm.py`."""

from rows import image, refusal

REFUSALS = [
    refusal("group_norm", image(48, 4, 4), fields={"groups": 32}, sentences=("groups (32) must divide the channels (48)",)),
]
