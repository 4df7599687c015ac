"""Recurrent layers run step by step, a unit after the other."""

from collections import Counter
from itertools import product

from odometer.counting import Impossible, Run, Shape, has, moved

SIGMOID, TANH = ("exp", "add", "mul"), ("exp",)
CELLS = {
    # three gates and a candidate, then c = f·c + i·g and h = o·tanh(c)
    "lstm": (4, (*SIGMOID, *SIGMOID, *SIGMOID, *TANH, "mul", "mul", "add", *TANH, "mul")),
    # two gates, then n = tanh(Wx + r·(Uh)) and h = (1 − z)·n + z·h
    "gru": (3, (*SIGMOID, *SIGMOID, "mul", "add", *TANH, "add", "mul", "mul", "add")),
    "rnn": (1, TANH),
}
"""The products of a unit, and what it does with them."""


def _run(cell: str, x: Shape, out: int, directions: int, bias: bool) -> Run:
    has(x, "t", "c")
    if directions > 2:
        raise Impossible("a sequence has two ends")
    products, steps = CELLS[cell]
    states = [{"h": out}, {"c": out}] if cell == "lstm" else [{"h": out}]
    count: Counter[str] = Counter()
    for _direction in range(directions):
        for _unit, _product in product(range(out), range(products)):
            count += _row(x["c"] + out, "weights")
            count["biases"] += 2 if bias else 0
        for _step in range(x["n"] * x["t"]):
            count += moved([{"x": x["c"]}], {"nothing": 0})
            for state in states:
                count += moved([state], state)
            for _unit in range(out):
                for _product in range(products):
                    count += _row(x["c"] + out, "fma")
                    count["add"] += 2 if bias else 0
                count.update(steps)
    return {name: directions * out if name == "c" else size for name, size in x.items()}, count


def _row(wide: int, kind: str) -> Counter[str]:
    count: Counter[str] = Counter()
    for _ in range(wide):
        count[kind] += 1
    return count


def lstm(x: Shape, *, out: int, directions: int = 1, bias: bool = True) -> Run:
    """Cells with three gates."""
    return _run("lstm", x, out, directions, bias)


def gru(x: Shape, *, out: int, directions: int = 1, bias: bool = True) -> Run:
    """Cells with two gates."""
    return _run("gru", x, out, directions, bias)


def rnn(x: Shape, *, out: int, directions: int = 1, bias: bool = True) -> Run:
    """Cells without gates."""
    return _run("rnn", x, out, directions, bias)


ODOMETERS = (lstm, gru, rnn)
