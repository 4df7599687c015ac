"""Known refusals of `costmodel/ops/pool.py`."""

from rows import image, refusal, signal, tokens, vector

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
    # rounded up, a window may overhang by less than a stride
    refusal(
        "max_pool",
        image(4, 3, 2),
        fields={"kernel": [5, 4], "stride": [2, 3], "ceil": True},
        sentences=("the window (5) must end less than a stride beyond the padded height (3 + 0, stride 2)",),
    ),
    refusal(
        "avg_pool",
        image(4, 5, 2),
        fields={"kernel": [2, 7], "stride": 2, "padding": [0, [1, 2]], "ceil": True},
        sentences=("the window (7) must end less than a stride beyond the padded width (2 + 3, stride 2)",),
    ),
    *(
        refusal(op, x, fields=fields, sentences=(f"{op} takes a map, a signal or a volume, and {said} enters",))
        for op, fields in {
            "max_pool": {"kernel": 2},
            "avg_pool": {"kernel": 2},
            "global_max_pool": {},
            "global_avg_pool": {},
            "adaptive_max_pool": {"out": 2},
            "adaptive_avg_pool": {"out": 2},
        }.items()
        for x, said in ((vector(8), "a vector of 8 channels"), (tokens(7, 8), "a sequence (7×8)"))
    ),
    refusal(
        "adaptive_avg_pool",
        signal(4, 9),
        fields={"out": [3, 3]},
        sentences=("out takes one value for all sides or one a side (width), and is [3, 3]",),
    ),
]
