"""How reports spell ops, numbers and sizes."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import Any

from costmodel.algebra import Num
from costmodel.ops.fields import decimal, spoken


def count(value: Any) -> str:
    """An exact number with thousands separated, half a byte of int4 as `.5`; other numbers as they are."""
    if isinstance(value, Fraction) and value.denominator == 2:
        return f"{value // 1:,}.5"
    return f"{value:,}" if isinstance(value, int) else decimal(value)


def counting(rule: str, multiplying: Iterable[str]) -> str:
    """A rule's sentence; `conv + FC` in it takes in what else counts in a network, as attention."""
    return rule.replace("conv + FC", " + ".join(("conv + FC", *multiplying)))


LOWER = "≥"
"""Stands before a sum with something in it that is not counted."""
UNKNOWN = "?"
"""Stands for a figure of which nothing is known."""


def uncounted(found: Iterable[tuple[str, str]]) -> str:
    """What is not counted, each op with how often and where it stands: paths and names in, a sentence out."""
    places: dict[str, list[str]] = {}
    for path, name in found:
        places.setdefault(name, []).append(path)
    ops = [
        f"{count(len(paths))} {name} ({', '.join(paths[:_PLACES])}{', …' if len(paths) > _PLACES else ''})"
        for name, paths in places.items()
    ]
    return f"{', '.join(ops)}; figures after {LOWER} are lower bounds"


_PLACES = 3
"""How many places of an op are named."""


def share(part: Any, total: Any) -> str:
    """A part in percent with one decimal; `–` of nothing."""
    return f"{float(100 * part / total):.1f}" if total else "–"


def per(value: Any, by: Any) -> str:
    """A ratio with one decimal; `–` for a division by nothing."""
    return f"{value / by:.1f}" if by else "–"


def size(count_of_bytes: Num) -> str:
    """Bytes with a binary unit."""
    amount = float(count_of_bytes)
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if amount < 1024 or unit == "TiB":
            return f"{ceil(amount):,} {unit}" if unit == "B" else f"{amount:,.1f} {unit}"
        amount /= 1024
    raise AssertionError


def setting(name: str, value: Any) -> str:
    """A parameter and its value."""
    return f"{name} {spoken(value)}"
