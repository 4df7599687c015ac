"""The roofline in reports: its columns' cells, what tables say of a device, and its part of JSON; no cost formula."""

from fractions import Fraction
from math import log10
from typing import Any

from costmodel.measuring.predicting import Estimate, Prediction
from costmodel.reports import predicting
from costmodel.reports.layout import Cell
from costmodel.reports.words import UNKNOWN, share
from costmodel.roofline import BOUNDS, Roofline, Work

COLUMNS = ("time", "%time", "intensity", "bound_by")
"""The columns that need a device."""
_RULE = "time: launch + max(mult-adds / peak, bytes / bandwidth) of each kernel, a lower bound · intensity: mult-adds per byte"


def rule(roofline: Roofline | Prediction) -> str:
    """How a time comes about."""
    return predicting.RULE if isinstance(roofline, Prediction) else _RULE


_UNITS = (("s", 1), ("ms", 10**3), ("µs", 10**6), ("ns", 10**9))


def cell(key: str, work: Work | Estimate, whole: Work | Estimate, sign: str) -> Cell:
    """A row's time, intensity or bound on a screen; a dash where it has no kernel, and `sign` as for counts."""
    if sign == UNKNOWN or (sign and key == "intensity"):
        return Cell(UNKNOWN, "dim")
    if not work.kernels:
        return Cell("–", "dim")
    if key == "time":
        return Cell(duration(work.seconds, whole.seconds))
    if isinstance(work, Estimate):
        return Cell("–", "dim")
    return Cell(work.bound_by or "–") if key == "bound_by" else Cell(ratio(work.intensity), "dim")


def duration(seconds: Any, whole: Any) -> str:
    """A time in the unit that suits the network's; cut, for a bound that is rounded up does not hold.

    >>> duration(Fraction(1, 3_000), Fraction(1, 100)), duration(Fraction(1, 8), Fraction(200))
    ('0.33 ms', '0.12 s')
    """
    unit, scale = next((found for found in _UNITS if whole * found[1] >= 10), _UNITS[-1])
    cut = int(seconds * scale * 100)
    return f"{cut // 100:,}.{cut % 100:02} {unit}"


def on_its_own(seconds: Fraction) -> str:
    """A time in a unit of its own, cut.

    >>> on_its_own(Fraction(5_610_719, 10**9)), on_its_own(Fraction(21, 8))
    ('5.61 ms', '2.62 s')
    """
    return duration(seconds, 10 * seconds)


def exactly(seconds: Fraction) -> str:
    """A time that a file gives, with all its digits.

    >>> exactly(Fraction(5, 10**6)), exactly(Fraction(0))
    ('5 µs', '0 s')
    """
    unit, scale = next((found for found in _UNITS if seconds * found[1] >= 1), _UNITS[-1 if seconds else 0])
    return f"{float(seconds * scale):.12g} {unit}"


def ratio(value: Fraction | None) -> str:
    """Mult-adds a byte with one decimal, below 1 with two; a dash where no byte moves."""
    return "–" if value is None else f"{float(value):,.{1 if value >= 1 else 2}f}"


def rate(value: Fraction) -> str:
    """A rate with three digits and its scale, a unit to follow.

    >>> rate(Fraction(5_669_888_000_000)), rate(Fraction(216_000_000)), rate(Fraction(999_999)), rate(Fraction(1, 4000))
    ('5.67 T', '216 M', '1,000 k', '0.00025')
    """
    if value < 1:
        return f"{float(value):.3g}"
    scale, letter = next(((10**power, letter) for power, letter in _SCALES if value >= 10**power), (1, ""))
    amount = float(value / scale)
    return f"{amount:,.{max(2 - int(log10(max(amount, 1))), 0)}f} {letter}".rstrip()


_SCALES = ((15, "P"), (12, "T"), (9, "G"), (6, "M"), (3, "k"))


def said(roofline: Roofline | Prediction, unknown: bool, by: str | int) -> list[tuple[str, str]]:
    """What a table of such rows says of a device and of the network on it: labels and sentences."""
    if isinstance(roofline, Prediction):
        return predicting.said(roofline)
    device, whole = roofline.device, roofline.whole
    rates = [
        f"{rate(roofline.peak)} mult-adds/s in {roofline.dtype}",
        f"{rate(device.bytes)}B/s",
        f"{exactly(device.launch)} a launch",
        f"ridge {ratio(roofline.ridge)} mult-adds/byte",
    ]
    shares = (f"{share(whole.part(bound), whole.seconds)} % {bound}" for bound in BOUNDS)
    kernels = f"{whole.kernels} kernel{'s' if whole.kernels != 1 else ''}"
    missing = "; ops that are not counted add nothing to it" if unknown else ""
    effective = f"{rate(roofline.effective)} mult-adds/s at the bound, {share(roofline.effective, roofline.peak)} % of peak"
    joined = "below the total, a unit that runs as one kernel has its time at the kind of its first layer"
    if by in ("op", "layer"):
        joined = "layers that run as one kernel have its time at the first of them; --by block has a row for each unit"
    return [
        ("device", f"{device.name}: {', '.join(rates)}"),
        ("time", f"≥ {on_its_own(whole.seconds)} in {kernels}, a lower bound, not a latency{missing}"),
        ("", f"{', '.join(shares)} · {ratio(whole.intensity)} mult-adds/byte · {effective}"),
        *([("", joined)] if roofline.joins else []),
        ("holds for", "these rates and these mult-adds; algorithms that multiply less, as Winograd's, may be faster"),
    ]


def document(roofline: Roofline | Prediction) -> dict[str, Any]:
    """The device and the network on it, as plain data, under the name that tells a bound from a prediction."""
    return {"predicted": predicting.document(roofline)} if isinstance(roofline, Prediction) else {"device": _document(roofline)}


def _document(roofline: Roofline) -> dict[str, Any]:
    device, whole = roofline.device, roofline.whole
    return {
        "name": device.name,
        "sources": list(device.sources),
        "notes": list(device.notes),
        "dtype": roofline.dtype,
        "mult_adds_per_second": plain(roofline.peak),
        "bytes_per_second": plain(device.bytes),
        "seconds_per_launch": plain(device.launch),
        "ridge": plain(roofline.ridge),
        "kernels": whole.kernels,
        **figures(whole),
        "seconds": {bound: plain(whole.part(bound)) for bound in BOUNDS},
        "effective_mult_adds_per_second": plain(roofline.effective),
    }


def figures(work: Work | Estimate) -> dict[str, Any]:
    """A row's time in seconds, intensity and bound, as plain data; of a prediction its time alone."""
    if isinstance(work, Estimate):
        return {"predicted_s": work.seconds}
    return {"time_s": plain(work.seconds), "intensity": plain(work.intensity), "bound_by": work.bound_by or None}


def plain(value: Any) -> Any:
    """A whole number as it is, another as the nearest that a computer has, nothing as nothing."""
    return value if value is None else int(value) if value == int(value) else float(value)


def spreadsheet(key: str, work: Work | Estimate, whole: Work | Estimate, sign: str) -> Any:
    """A row's value in CSV: seconds, percent, mult-adds a byte, or what it is bound by; empty where there is none."""
    if key == "%time":
        return share(work.seconds, whole.seconds)
    value = figures(work)[heading(key, isinstance(work, Estimate))]
    return "" if value is None or (sign and key == "intensity") else value


def heading(key: str, predicted: bool) -> str:
    """What a column is called where its unit is not beside each value."""
    return ("predicted_s" if predicted else "time_s") if key == "time" else key


def keys(roofline: Roofline | Prediction) -> tuple[str, ...]:
    """The columns that a device of its kind has."""
    return COLUMNS[:2] if isinstance(roofline, Prediction) else COLUMNS


def weight(key: str, work: Work) -> Any:
    """What rows are sorted by."""
    return work.bound_by if key == "bound_by" else work.intensity or 0
