"""Normalisation."""

from odometer.counting import Run, Shape, each


def batch_norm(x: Shape) -> Run:
    """Each value scaled and shifted; a channel learns a scale and a shift, and keeps a mean and a variance."""
    y, count = each(x, "mul", "add")
    for _ in range(x["c"]):
        for kind in ("affine", "affine", "buffers", "buffers"):
            count[kind] += 1
    return y, count


ODOMETERS = (batch_norm,)
