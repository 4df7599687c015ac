"""A fitted device as the text of its file: rates with their units, how well they fit, and what they mean."""

from costmodel.rates import Fitted, KernelRates, Spread

_HEAD = """\
# How long the kernels of onnxruntime take on this machine, fitted to micro-benchmarks: no network is among them.
# seconds of a kernel = seconds_per_launch + the sum of amount / rate, over the amounts that are listed under its kind:
#   mult_adds [of N]   mult-adds a second, by how many blocks of channels out are worked on together
#   read, added, written, moved, loaded SIZE   bytes a second of maps in, of a sum's other map, of maps out, of both, and of
#                      weights; of maps where a kernel touches SIZE in all, of weights where a whole run does
#   launches SIZE      launches a second, on top of seconds_per_launch, where a whole run touches SIZE
#   Clip, Sigmoid, …   bytes a second of the activation that is fused with it
#   rows, calls, edges, runs, spread, tiles, taps, values   rows of a map, calls, rows × taps, runs of a copy, values laid out
#                      for a product, the same in tiles, values under windows, values: so many a second
# A kernel does each of them; an amount that is not listed takes no time of its own.
# errors, in percent of what is predicted: of micro-benchmarks predicted by a fit to the others, their median size, and the
# range in which nine of ten lie; `chains` are whole runs of a dozen layers or so, `kernels` single ones of 10 µs and more.
"""


def as_yaml(device: Fitted) -> str:
    """The file."""
    parts = [
        _HEAD,
        f"name: {_quoted(device.name)}\n",
        f"processor: {_quoted(device.processor)}\n",
        f"runtime: {_quoted(device.runtime)}\n",
        f"threads: {device.threads}\ndate: {device.date}\nseed: {device.seed}\nchannels_per_block: {device.block}\n",
        f"seconds_per_run: {_seconds(device.run)}\n",
        f"errors:\n  chains: {_spread(device.chains)}\n  kernels: {_spread(device.kernels)}\n",
        "kernels:\n",
        *(_kind(name, one) for name, one in device.kinds.items()),
        *(["notes:\n", *(f"  - {_quoted(note)}\n" for note in device.notes)] if device.notes else []),
    ]
    return "".join(parts)


def summary(device: Fitted) -> str:
    """What was fitted, in a line or two."""
    times = sum(one.samples for one in device.kinds.values())
    low, high = (f"{100 * value:+.0f} %" for value in device.chains[1:])
    return (
        f"{times:,} times of {len(device.kinds)} kinds of kernel on {device.name}; micro-benchmarks left out of the fit: "
        f"median error {100 * device.chains.median:.1f} %, nine of ten from {low} to {high} of what is predicted"
    )


def _kind(name: str, one: KernelRates) -> str:
    rates = "".join(f"      {amount}: {_rate(value)}\n" for amount, value in one.per_second.items())
    head = f"    samples: {one.samples}\n    error: {100 * one.error:.1f}\n    seconds_per_launch: {_seconds(one.launch)}\n"
    return f"  {name}:\n{head}" + (f"    per_second:\n{rates}" if rates else "")


def _spread(found: Spread) -> str:
    return "{" + ", ".join(f"{name}: {100 * value:.1f}" for name, value in found._asdict().items()) + "}"


def _rate(value: float) -> str:
    """Four digits and a scale, as device files have them."""
    for scale, letter in ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.4g}{letter}"
    return f"{value:.4g}"


def _seconds(value: float) -> str:
    return f"{value * 1e6:.3f}us"


def _quoted(words: str) -> str:
    """Words as YAML reads them back, whatever is in them."""
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'
