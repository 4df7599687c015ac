"""Known answers: what each op costs at settings from the papers, worked out by hand; a file a family.

To add a row: the op, its inputs, its fields, the output, and every count that is not 0 with its algebra beside it.
"""

from pathlib import Path

from answers import (
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
    unknown,
)

FAMILIES = (
    conv,
    dense,
    attention,
    recurrent,
    norm,
    pointwise,
    pool,
    resize,
    reduce,
    join,
    layout,
    learned,
    arithmetic,
    unknown,
)
ANSWERS = [row for family in FAMILIES for row in family.ANSWERS]
FILES = sorted(path for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__")
