"""Known answers of `costmodel/ops/unknown.py`."""

from rows import answer, image, vector

ANSWERS = [
    # of the cost nothing is known, so nothing is counted; `Ledger.unknown` has the line
    answer(
        "unknown",
        image(4, 100, 1, n=2),
        vector(80, n=2),
        fields={"op": "NonMaxSuppression", "shape": {"c": 4, "h": 10, "w": 1}},
        output=image(4, 10, 1, n=2),
    ),
]
