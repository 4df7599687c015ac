"""Attention, run as the ops that it stands for: projections, scores, shares, weighted sums."""

from itertools import product

from odometer.conv import dealt
from odometer.counting import Impossible, Run, Shape, cells, moved
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
    position_bias: int | None = None,
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
            if position_bias:
                count["add"] += 1
            row.append(neighbour)
        count += shared(row)
        for _neighbour, _channel in product(row, head):
            count["fma"] += 1
    scores = {"n": x["n"], "heads": heads, "t": x["t"], "s": len(seen[0])}
    steps = [([q, k, v], q)] if fused else [([q, k], scores), ([scores], scores), ([scores, v], q)]
    for _ in range(position_bias or 0):
        count["affine"] += 1
    if position_bias and not fused:
        steps.append(([scores], scores))
    for inputs, output in steps:
        count += moved(inputs, output)
    y, last = linear(q, out=out or x["c"], bias=bias)
    return y, count + last


def _first_group(channels: list[list[int]], heads: int, kv_heads: int | None) -> list[int]:
    """The channels of one head, that a group of heads takes its keys from."""
    return channels[dealt(heads, kv_heads or heads)[0][0]]


def _fit(q: Shape, k: Shape, v: Shape) -> None:
    """See that each row of queries is as long as one of keys, of which there are as many as values, head by head."""
    if not len(q) == len(k) == len(v) >= 3:
        raise Impossible("there are no matrices")
    *before, _, d = q.values()
    *others, s, inner = k.values()
    *more, last, _ = v.values()
    if others != more or inner != d or last != s or before[:-1] != others[:-1]:
        raise Impossible("the matrices do not fit")
    if len(before) == 1 and before != others:
        raise Impossible("the samples do not fit")
    dealt(before[-1], others[-1])


def scaled_dot_product(q: Shape, k: Shape, v: Shape, *, fused: bool = False) -> Run:
    """Each row of the queries meets each row of the keys of its matrix, then each row of the values."""
    _fit(q, k, v)
    *before, t, d = q.values()
    *_, s, e = v.values()
    y = {name: e if place == len(q) - 1 else size for place, (name, size) in enumerate(q.items())}
    count = moved([q, k, v], y)
    for _matrix in cells({str(place): size for place, size in enumerate(before)}):
        for _row in range(t):
            row = [*range(s)]
            for _score in row:
                for _channel in range(d):
                    count["fma"] += 1
                count["mul"] += 1
            count += shared(row)
            for _value, _channel in product(row, range(e)):
                count["fma"] += 1
    scores = {**{str(place): size for place, size in enumerate(before)}, "t": t, "s": s}
    for _ in range(0 if fused else 2):
        for _score in cells(scores):
            count["read"] += 1
            count["write"] += 1
    return y, count


ODOMETERS = (attention, scaled_dot_product)
