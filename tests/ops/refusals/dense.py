"""Known refusals of `costmodel/ops/dense.py`."""

from rows import image, refusal, tokens, vector

_VECTOR = "linear takes a vector or a 1×1 map, and {} enters; flatten or global_avg_pool makes one"

REFUSALS = [
    refusal("linear", image(4, 1, 2), fields={"out": 3}, sentences=(_VECTOR.format("4×1×2"),)),
    refusal("linear", image(4, 2, 1), fields={"out": 3}, sentences=(_VECTOR.format("4×2×1"),)),
    refusal(
        "matmul",
        tokens(5, 3),
        tokens(4, 7),
        sentences=("the columns of the first matrix (3) must be the rows of the second (4)",),
    ),
    refusal(
        "matmul",
        tokens(5, 3),
        tokens(3, 5),
        fields={"transpose": True},
        sentences=("the columns of the first matrix (3) must be the columns of the second (5)",),
    ),
    refusal(
        "matmul",
        image(2, 5, 3),
        image(4, 3, 5),
        sentences=("matmul takes tensors alike but for their last two dimensions, and gets 2×5×3 and 4×3×5",),
    ),
    refusal(
        "matmul",
        image(2, 5, 3),
        tokens(3, 5),
        sentences=("matmul takes tensors alike but for their last two dimensions, and gets 2×5×3 and 3×5",),
    ),
    # the batch is no side of a matrix
    refusal(
        "matmul",
        vector(3, n=3),
        vector(3, n=3),
        sentences=("matmul takes tensors of two dimensions and more, and gets 3 and 3",),
    ),
]
