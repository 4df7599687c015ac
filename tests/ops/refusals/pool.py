"""Known refusals of `costmodel/ops/pool.py`."""

from rows import image, refusal

REFUSALS = [
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
]
