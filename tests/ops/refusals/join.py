"""Known refusals of `costmodel/ops/join.py`."""

from rows import image, refusal, tokens, vector

_ALIKE = "add takes tensors of one shape, and gets {} and {}"
_STACKED = "concat takes tensors alike but for their {}, and gets {} and {}"
_STRETCHED = "multiply takes tensors of one shape, where 1 fits any size, and gets {} and {}"

REFUSALS = [
    refusal("add", image(4, 5, 6), image(4, 6, 6), sentences=(_ALIKE.format("4×5×6", "4×6×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6), image(4, 5, 7), sentences=(_ALIKE.format("4×5×6", "4×5×7"),)),
    refusal("add", image(4, 5, 6), image(3, 5, 6), sentences=(_ALIKE.format("4×5×6", "3×5×6"),)),
    refusal("add", image(4, 5, 6), image(4, 5, 6, n=2), sentences=(_ALIKE.format("4×5×6", "4×5×6"),)),
    # a vector is no 1×1 map
    refusal("add", image(4, 1, 1), vector(4), sentences=(_ALIKE.format("4×1×1", "4"),)),
    refusal("add", vector(4), image(4, 1, 1), sentences=(_ALIKE.format("4", "4×1×1"),)),
    refusal("concat", image(4, 5, 6), image(3, 6, 6), sentences=(_STACKED.format("channels", "4×5×6", "3×6×6"),)),
    refusal(
        "concat",
        image(4, 5, 6),
        image(4, 5, 6),
        image(4, 5, 7),
        sentences=(_STACKED.format("channels", "4×5×6", "4×5×7"),),
    ),
    refusal("concat", vector(4), vector(4, n=2), sentences=(_STACKED.format("channels", "4", "4"),)),
    refusal(
        "concat",
        tokens(1, 6),
        tokens(9, 5),
        fields={"axis": "t"},
        sentences=(_STACKED.format("tokens", "1×6", "9×5"),),
    ),
    refusal("multiply", image(4, 5, 6), image(3, 1, 1), sentences=(_STRETCHED.format("4×5×6", "3×1×1"),)),
    refusal("multiply", image(4, 5, 6), vector(3), sentences=(_STRETCHED.format("4×5×6", "3"),)),
    # the second stretches the first, and the third meets what both make
    refusal(
        "multiply",
        image(4, 1, 1),
        image(4, 5, 6),
        image(4, 7, 6),
        sentences=(_STRETCHED.format("4×5×6", "4×7×6"),),
    ),
]
