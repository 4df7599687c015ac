"""The vocabulary of specs: every op is one small function that gives its output's shape and its cost."""

from costmodel.ops import (
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
from costmodel.ops.registry import OPS, REQUIRED, Field, Op

__all__ = [
    "OPS",
    "REQUIRED",
    "Field",
    "Op",
    "arithmetic",
    "attention",
    "conv",
    "dense",
    "join",
    "layout",
    "learned",
    "norm",
    "pointwise",
    "pool",
    "recurrent",
    "reduce",
    "resize",
    "unknown",
]
