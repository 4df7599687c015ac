"""The vocabulary of specs: every op is one small function that gives its output's shape and its cost."""

from costmodel.ops import conv, dense, layout, norm, pointwise, pool, resize
from costmodel.ops.registry import OPS, REQUIRED, Field, Op

__all__ = ["OPS", "REQUIRED", "Field", "Op", "conv", "dense", "layout", "norm", "pointwise", "pool", "resize"]
