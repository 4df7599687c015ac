"""Predicted times in reports: what tables say of a fitted device and of a network on it, and its part of JSON."""

from typing import Any

from costmodel.measuring.predicting import Prediction
from costmodel.rates import Spread

RULE = "time: predicted, launch + the sum of amount / rate of each kernel, in fp32"


def said(found: Prediction) -> list[tuple[str, str]]:
    """Labels and sentences."""
    device, whole = found.device, found.whole
    low, high = found.range
    threads = f"{device.threads} thread{'s' if device.threads > 1 else ''}"
    lines = [
        ("device", f"{device.processor}, {device.runtime}, {threads}; measured {device.date}, seed {device.seed}"),
        ("time", f"{_time(whole.seconds)} in {whole.kernels} kernels, a prediction for {threads} and no other number"),
        ("", f"from {_time(low)} to {_time(high)}: {_range(device.chains)} of micro-benchmarks left out of the fit lay so"),
        ("of a layer", f"{_range(device.kernels)} of single kernels of 10 µs and more, of what is predicted"),
    ]
    if found.reordered:
        part = 100 * found.reordered / whole.seconds
        lines.append(("reorders", f"{part:.1f} % of the time, at the layers whose output they bring into another layout"))
    if found.guessed:
        lines.append(("no rates", f"of {', '.join(found.guessed)}: taken as copies"))
    return [*lines, *(("note", one) for one in device.notes)]


def _range(spread: Spread) -> str:
    return f"nine of ten ({100 * spread.low:+.0f} % … {100 * spread.high:+.0f} %, median error {100 * spread.median:.0f} %)"


def _time(seconds: float) -> str:
    """A time with three digits.

    >>> _time(0.0123456), _time(0.00000042)
    ('12.3 ms', '0.42 µs')
    """
    unit, scale = next((one for one in (("s", 1), ("ms", 10**3)) if seconds * one[1] >= 1), ("µs", 10**6))
    return f"{seconds * scale:.3g} {unit}"


def document(found: Prediction) -> dict[str, Any]:
    """The device and the network on it, as plain data; errors are relative to what is predicted."""
    device, (low, high) = found.device, found.range
    return {
        "name": device.name,
        "processor": device.processor,
        "runtime": device.runtime,
        "threads": device.threads,
        "date": device.date,
        "dtype": "fp32",
        "kernels": found.whole.kernels,
        "predicted_s": found.whole.seconds,
        "low_s": low,
        "high_s": high,
        "reorders_s": found.reordered,
        "errors": {"networks": device.chains._asdict(), "kernels": device.kernels._asdict()},
        "without_rates": found.guessed,
        "notes": list(device.notes),
    }
