"""Least squares with nothing below 0."""

from typing import Any

import numpy as np


def nnls(a: Any, b: Any) -> Any:
    """The x ≥ 0 at which |ax − b| is least (Lawson and Hanson, "Solving least squares problems", 1974, chapter 23).

    >>> nnls(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([2.0, -1.0])).tolist()
    [2.0, 0.0]
    """
    x, free = np.zeros(a.shape[1]), np.zeros(a.shape[1], dtype=bool)
    gains = a.T @ b
    limit = 1e-12 * max(np.abs(gains).max(initial=0.0), 1e-300)
    for _ in range(30 * a.shape[1]):
        if free.all() or gains[~free].max() <= limit:
            break
        free[np.argmax(np.where(free, -np.inf, gains))] = True
        while True:
            found = np.zeros_like(x)
            found[free] = np.linalg.lstsq(a[:, free], b, rcond=None)[0]
            below = free & (found <= 0)
            if not below.any():
                break
            steps = x[below] / np.maximum(x[below] - found[below], 1e-300)
            x = x + steps.min() * (found - x)
            free &= x > 1e-15 * np.abs(x).max(initial=0.0)
            x[~free] = 0
        x = found
        gains = a.T @ (b - a @ x)
    return x
