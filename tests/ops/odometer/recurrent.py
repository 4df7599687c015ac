"""Recurrent layers run step by step, a unit after the other."""

from collections import Counter

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


def _run(cell: str, x: Shape, out: int, directions: int, bias: bool) -> Run:  # noqa: C901 - loops in loops are what it is
    has(x, "t", "c")
    if directions > 2:
        raise Impossible("a sequence has two ends")
    y = {name: directions * out if name == "c" else size for name, size in x.items()}
    products, steps = CELLS[cell]
    count: Counter[str] = Counter()
    for _direction in range(directions):
        for _unit in range(out):
            for _product in range(products):
                for _ in range(x["c"]):
                    count["weights"] += 1
                for _ in range(out):
                    count["weights"] += 1
                count["biases"] += 2 if bias else 0
        for _step in range(x["n"] * x["t"]):
            count += moved([{"c": x["c"]}, {"h": out}], {"h": out})
            if cell == "lstm":
                count += moved([{"state": out}], {"state": out})
            for _unit in range(out):
                for _product in range(products):
                    for _ in range(x["c"] + out):
                        count["fma"] += 1
                    count["add"] += 2 if bias else 0
                for step in steps:
                    count[step] += 1
    return y, count


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
