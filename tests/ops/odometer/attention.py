"""Attention, run as the ops that it stands for: projections, scores, shares, weighted sums."""

from itertools import product

from odometer.conv import dealt
from odometer.counting import Run, Shape, moved
from odometer.dense import linear
from odometer.norm import shared


def attention(
    x: Shape,
    source: Shape | None = None,
    *,
    heads: int,
    dim: int | None = None,
    kv_heads: int | None = None,
    windows: int = 1,
    out: int | None = None,
    bias: bool = True,
    fused: bool = False,
) -> Run:
    """Each head of each token meets every token of the source that stands in its window."""
    source = source or x
    window_of = {token: number for number, window in enumerate(dealt(x["t"], windows)) for token in window}
    seen = dealt(source["t"], windows)
    channels = dealt(dim or x["c"], heads)
    kept = [channel for _ in dealt(heads, kv_heads or heads) for channel in _first_group(channels, heads, kv_heads)]
    q, count = linear(x, out=sum(map(len, channels)), bias=bias)
    k, keys = linear(source, out=len(kept), bias=bias)
    v, values = linear(source, out=len(kept), bias=bias)
    count = count + keys + values
    for _sample, head, token in product(range(x["n"]), channels, range(x["t"])):
        row = []
        for neighbour in seen[window_of[token]]:
            for _channel in head:
                count["fma"] += 1
            count["mul"] += 1  # by 1/√d
            row.append(neighbour)
        count += shared(row)
        for _neighbour, _channel in product(row, head):
            count["fma"] += 1
    scores = {"n": x["n"], "heads": heads, "t": x["t"], "s": len(seen[0])}
    steps = [([q, k, v], q)] if fused else [([q, k], scores), ([scores], scores), ([scores, v], q)]
    for inputs, output in steps:
        count += moved(inputs, output)
    y, last = linear(q, out=out or x["c"], bias=bias)
    return y, count + last


def _first_group(channels: list[list[int]], heads: int, kv_heads: int | None) -> list[int]:
    """The channels of one head, that a group of heads takes its keys from."""
    return channels[dealt(heads, kv_heads or heads)[0][0]]


ODOMETERS = (attention,)
