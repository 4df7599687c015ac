"""Figures as sources print them: the text, its value, and how far its digits reach."""

import re
from fractions import Fraction
from typing import NamedTuple

SCALES = {
    "": 1,
    "k": 10**3,
    "M": 10**6,
    "G": 10**9,
    "B": 10**9,
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "%": 1,
    "x": 1,
    "×": 1,
}
"""What may follow the digits, and what one of it is."""

_WHOLE = r"\d{1,3}(?:,\d{3}){1,10}|\d{1,31}"
PATTERN = rf"(~?)\s*({_WHOLE})(?:\.(\d{{1,30}}))?(?:[eE]\+?(\d{{1,2}}))?\s*({'|'.join(filter(None, SCALES))}|)"
"""A figure: roughly or not, whole digits, decimals, a power of ten, and its scale."""


_FIGURE = re.compile(PATTERN, re.ASCII)


class Figure(NamedTuple):
    """A printed figure: its text, its value, and the value of one unit in its last digit.

    A `share` is a number of percent and a `ratio` one of times; a `nominal` figure says itself that it is not exact.
    """

    text: str
    value: int | Fraction
    unit: int | Fraction
    share: bool = False
    ratio: bool = False
    nominal: bool = False

    def met(self, computed: int | Fraction, cut: bool) -> bool:
        """Whether what is computed, rounded (or cut) to the printed digits, is the printed figure.

        >>> figure("569M").met(568_740_352, cut=False)
        True
        """
        steps = Fraction(computed) / self.unit
        return (int(steps) if cut else int(steps + Fraction(1, 2))) * self.unit == self.value

    def exact(self, computed: int | Fraction) -> bool:
        """Whether a figure that is printed to the unit is what is computed.

        >>> figure("568,740,352").exact(568_740_352), figure("4k").exact(4000)
        (True, False)
        """
        counts = not (self.share or self.ratio or self.nominal)
        return counts and self.unit <= 1 and self.value == computed


def figure(text: str) -> Figure:
    """Read a figure such as 4.2M, 568,740,352, 25.5e6, ~4.1 billion, 94.86% or 50x.

    Raises `ValueError` where the text is not one.

    >>> figure("25.5e6").unit, figure("~4.1 billion").nominal
    (100000, True)
    """
    match = _FIGURE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a figure such as 569M, 4.2M or 568740352")
    about, whole, decimals, power, scale = match.groups("")
    one, parts = SCALES[scale] * 10 ** int(power or 0), 10 ** len(decimals)
    unit = one // parts if one % parts == 0 else Fraction(one, parts)  # mostly whole: fractions are slow, and rows many
    value = int(whole.replace(",", "") + decimals) * unit
    return Figure(text.strip(), value, unit, scale == "%", scale in ("x", "×"), bool(about))
