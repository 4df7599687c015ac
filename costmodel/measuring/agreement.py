"""How well figures known beforehand order and predict times: rank correlation, misordered pairs, errors of what is left out."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from costmodel.ranking import agreement


class Agreement(NamedTuple):
    """One set of figures beside the times of several networks.

    `spearman` and `kendall` are rank correlations, 1 in the order of the times; `misordered` of `pairs` that differ in time
    stand in the other order. Errors are relative to the measured time, each network predicted from the others; `factors`
    are seconds for one of each figure, fitted to all.
    """

    name: str
    spearman: float
    kendall: float
    misordered: int
    pairs: int
    errors: list[float]
    factors: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median size of the errors."""
        return median(map(abs, self.errors))

    @property
    def worst(self) -> float:
        """The error of the largest size."""
        return max(self.errors, key=abs)


FIGURES = {"mult-adds": ("mult_adds",), "access": ("access",), "both": ("mult_adds", "access")}
"""What times are predicted from; the seconds of each add."""
LEAST = 3
"""Networks from which an order and a prediction say something."""


def agreements(figures: Sequence[dict[str, float]], seconds: Sequence[float]) -> list[Agreement]:
    """Mult-adds alone, access alone and both together beside the times of some networks, at least three."""
    return [_agreement(name, [[one[key] for key in keys] for one in figures], seconds) for name, keys in FIGURES.items()]


def _agreement(name: str, rows: Sequence[Sequence[float]], seconds: Sequence[float]) -> Agreement:
    guesses = left_out(rows, seconds)
    order = guesses if len(rows[0]) > 1 else [row[0] for row in rows]
    found = agreement([round(1e12 * one) for one in order], [round(-1e12 * one) for one in seconds])
    errors = [guess / time - 1 for guess, time in zip(guesses, seconds, strict=True)]
    kendall = float(found.tau) if found.tau is not None else 0.0
    return Agreement(
        name, spearman(order, seconds), kendall, len(found.inverted), found.pairs, errors, tuple(factors(rows, seconds))
    )


def left_out(rows: Sequence[Sequence[float]], seconds: Sequence[float]) -> list[float]:
    """Each time as the factors predict it that fit the others.

    >>> [round(one, 3) for one in left_out([[1], [2], [4]], [2.0, 4.0, 8.0])]
    [2.0, 4.0, 8.0]
    """
    found = []
    for at, row in enumerate(rows):
        others = [other for place, other in enumerate(rows) if place != at]
        fit = factors(others, [second for place, second in enumerate(seconds) if place != at])
        found.append(sum(a * b for a, b in zip(fit, row, strict=True)))
    return found


def factors(rows: Sequence[Sequence[float]], seconds: Sequence[float]) -> list[float]:
    """Seconds for one of each figure, none below 0, at which relative errors are least.

    Of one figure the median of the ratios, for which half of the networks are faster and half slower; of two least squares.
    """
    if len(rows[0]) == 1:
        return [median(time / row[0] for row, time in zip(rows, seconds, strict=True) if row[0])]
    import numpy as np

    from costmodel.measuring.least import nnls

    amounts = np.array(rows, dtype=float) / np.array(seconds)[:, None]
    scale = amounts.max(axis=0)
    scale[scale == 0] = 1.0
    return [float(one) for one in nnls(amounts / scale, np.ones(len(rows))) / scale]


def spearman(one: Sequence[float], other: Sequence[float]) -> float:
    """Spearman's rank correlation: that of the ranks, equal values sharing the mean of theirs.

    >>> spearman([1, 2, 3], [10, 20, 30]), spearman([1, 2, 3], [3, 2, 1])
    (1.0, -1.0)
    """
    a, b = ranks(one), ranks(other)
    mean = (len(a) + 1) / 2
    top = sum((x - mean) * (y - mean) for x, y in zip(a, b, strict=True))
    below: float = (sum((x - mean) ** 2 for x in a) * sum((y - mean) ** 2 for y in b)) ** 0.5
    return top / below if below else 0.0


def ranks(values: Sequence[float]) -> list[float]:
    """The rank of each value, from 1; of equal ones the mean.

    >>> ranks([5, 1, 5])
    [2.5, 1.0, 2.5]
    """
    return [1 + sum(other < value for other in values) + (sum(other == value for other in values) - 1) / 2 for value in values]
