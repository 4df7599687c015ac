"""Known refusals of `costmodel/ops/recurrent.py`."""

from rows import refusal, tokens

REFUSALS = [
    refusal("lstm", tokens(5, 8), fields={"out": 4, "directions": 3}, sentences=("directions (3) must be 1 or 2",)),
]
