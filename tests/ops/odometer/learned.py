"""Learned values, one by one."""

from collections import Counter
from typing import Any

from odometer.counting import Run, Shape, cells, each, has, moved


def _held(run: Run, x: Shape, over: Any, learned: int | None) -> Run:
    has(x, *over)
    places = len(list(cells({name: x[name] for name in x if name in over})))
    _, count = run
    for _ in range(places if learned is None else learned):
        count["affine"] += 1
    for _ in range(places if learned == 0 else 0):
        count["buffers"] += 1
    return x, count


def scale(x: Shape, *, over: Any = "c", learned: int | None = None) -> Run:
    """A product for each value."""
    return _held(each(x, "mul"), x, over, learned)


def shift(x: Shape, *, over: Any = "c", learned: int | None = None) -> Run:
    """An addition for each value."""
    return _held(each(x, "add"), x, over, learned)


def tokens(x: Shape, *, count: int = 1) -> Run:
    """The sequence copied behind learned tokens."""
    has(x, "t", "c")
    y = {name: size + count if name == "t" else size for name, size in x.items()}
    counted = moved([x], y)
    for _token, _channel in cells({"t": count, "c": x["c"]}):
        counted["affine"] += 1
    return y, counted


def embedding(x: Shape, *, entries: int, out: int) -> Run:
    """For each number that enters a row of the table, read and written."""
    numbers = len(list(cells({**x, "n": 1})))
    y = {"n": x["n"], "t": numbers, "c": out}
    counted = moved([x, y], y)
    for _ in cells({"t": entries, "c": out}):
        counted["affine"] += 1
    return y, counted


def parameters(x: Shape, *, count: int) -> Run:
    """Values that nothing reads while it runs."""
    counted = Counter[str]()
    for _ in range(count):
        counted["affine"] += 1
    return x, counted


ODOMETERS = (scale, shift, tokens, embedding, parameters)
