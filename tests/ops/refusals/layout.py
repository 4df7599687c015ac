"""Known refusals of `costmodel/ops/layout.py`."""

from rows import image, refusal, vector

_ALIKE = "add takes tensors of one shape, and gets {} and {}"
_STACKED = "concat takes tensors of one height and width, and gets {} and {}"

REFUSALS = [
    refusal("add", image(4, 5, 6), image(4, 6, 6), sentences=(_ALIKE.format("4×5×6", "4×6×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6), image(4, 5, 7), sentences=(_ALIKE.format("4×5×6", "4×5×7"),)),
    refusal("add", image(4, 5, 6), image(3, 5, 6), sentences=(_ALIKE.format("4×5×6", "3×5×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6, n=2), sentences=(_ALIKE.format("4×5×6", "4×5×6"),)),
    # a vector is no 1×1 map
    refusal("add", image(4, 1, 1), vector(4), sentences=(_ALIKE.format("4×1×1", "4"),)),
    refusal("add", vector(4), image(4, 1, 1), sentences=(_ALIKE.format("4", "4×1×1"),)),
    refusal("concat", image(4, 5, 6), image(3, 6, 6), sentences=(_STACKED.format("4×5×6", "3×6×6"),)),
    refusal("concat", image(4, 5, 6), image(4, 5, 6), image(4, 5, 7), sentences=(_STACKED.format("4×5×6", "4×5×7"),)),
    refusal("concat", vector(4), vector(4, n=2), sentences=(_STACKED.format("4", "4"),)),
]
