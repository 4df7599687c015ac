"""Every op run by naive loops that do no arithmetic on tensors: they only count what they do, one by one.

An odometer takes the shapes of its op's inputs and the op's fields, and gives the output's shape and the counts. It shares
no line with the formulas: a window is stepped over the padded image while it fits, channels are dealt to groups one by one.
"""

from odometer import (
    arithmetic,
    attention,
    conv,
    dense,
    join,
    layout,
    learned,
    norm,
    pointwise,
    pool,
    recurrent,
    reduce,
    resize,
    transposed,
    unknown,
)
from odometer.counting import Impossible, Run, Shape

FAMILIES = (
    conv,
    transposed,
    dense,
    attention,
    recurrent,
    pool,
    resize,
    reduce,
    norm,
    pointwise,
    join,
    layout,
    learned,
    arithmetic,
    unknown,
)
ODOMETERS = {run.__name__: run for family in FAMILIES for run in family.ODOMETERS}

__all__ = ["ODOMETERS", "Impossible", "Run", "Shape"]
