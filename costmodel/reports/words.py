"""How reports spell ops, numbers and sizes."""

from collections.abc import Iterable
from fractions import Fraction
from math import ceil
from typing import Any

from costmodel.algebra import Num
from costmodel.ledger import Line
from costmodel.ops.fields import decimal, spoken
from costmodel.tensor import times


def op_label(line: Line) -> str:
    """An op as papers spell it: `3×3/2`, `dw 3×3`, `1×1`, `1d 3`, `3×3ᵀ/2`, `sep 3×3`; others by their name."""
    kind = _kernel(line)
    if kind is None:
        return line.op if line.known else str(line.fields["op"])
    stride = line.fields.get("stride")
    return kind if stride in (None, 1, [1], [1, 1], [1, 1, 1]) else f"{kind}/{_sides(stride)}"


def kind_label(line: Line) -> str:
    """The kind of op for subtotals: `1×1 conv`, `3×3 conv`, `depthwise`, `3×3 conv g=4`; other ops by their name."""
    kernel = _kernel(line)
    if kernel is None or line.op == "separable":
        return line.op
    if kernel.startswith("dw"):
        return "depthwise"
    size, _, groups = kernel.partition(" g=")
    return f"{size} conv g={groups}" if groups else f"{size} conv"


_CONVOLUTIONS = {
    "conv1d": "1d {}",
    "conv2d": "{}",
    "conv3d": "{}",
    "depthwise": "dw {}",
    "separable": "sep {}",
    "conv_transpose1d": "1d {}ᵀ",
    "conv_transpose2d": "{}ᵀ",
    "conv_transpose3d": "{}ᵀ",
}
"""Each convolution as papers spell it, around its kernel."""


def _kernel(line: Line) -> str | None:
    spelling = _CONVOLUTIONS.get(line.op)
    if spelling is None:
        return None
    kernel, groups = line.fields.get("kernel", 1), line.fields.get("groups", 1)
    size = spelling.format(times(kernel if isinstance(kernel, list) else [kernel] * len(line.inputs[0].sides)))
    if groups == line.inputs[0].c and groups != 1:
        return f"dw {size.removeprefix('1d ')}"
    return size if groups == 1 else f"{size} g={groups}"


def _sides(value: Any) -> str:
    return times(value) if isinstance(value, list) else str(value)


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
