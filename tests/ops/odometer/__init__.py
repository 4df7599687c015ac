"""Every op run by naive loops that do no arithmetic on tensors: they only count what they do, one by one.

An odometer takes the shapes of its op's inputs and the op's fields, and gives the output's shape and the counts. It shares
no line with the formulas: a window is stepped over the padded image while it fits, channels are dealt to groups one by one.
"""

from odometer import conv, dense, layout, norm, pointwise, pool, resize, transposed
from odometer.counting import Impossible, Run, Shape

FAMILIES = (conv, transposed, dense, pool, resize, norm, pointwise, layout)
ODOMETERS = {run.__name__: run for family in FAMILIES for run in family.ODOMETERS}

__all__ = ["ODOMETERS", "Impossible", "Run", "Shape"]
