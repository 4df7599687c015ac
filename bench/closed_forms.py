"""Closed forms of every bundled spec: CPU seconds after imports, and whether they give what evaluation gives.

For each spec all numeric parameters are free at once; timed are the exact and the smooth forms of the three totals. Goal: at
most 0.5 s for each spec. With POINTS, these and the forms in each parameter alone are held against evaluation at so many
random points near the defaults; how many of them the conditions covered is printed, and at how many a figure was another.

    python bench/closed_forms.py [POINTS [SEED]]
"""

import random
import sys
import time
from fractions import Fraction
from typing import Any

from costmodel import SpecError, algebra, load
from costmodel.closed_form import FIGURES, Closed, closed
from costmodel.formulas import Formulas
from costmodel.library import bundled
from costmodel.problems import Problems
from costmodel.settings import Settings

GOAL = 0.5
SUMS = FIGURES[:3]


def numeric(name: str) -> list[str]:
    """The parameters of a spec that are numbers, or that have no value, as those of units."""
    network = load(name).network
    usual = Settings(network, Problems()).resolve({}, None, complete=False)
    return [str(key) for key in network.params if key not in usual or algebra.is_number(usual[key])]


def near(value: Any, whole: bool, draw: random.Random) -> Any:
    """A random value not far from another."""
    if whole:
        return max(1, int(value * Fraction(draw.randint(20, 250), 100)) + draw.randint(-2, 2))
    return Fraction(draw.randint(20, 300), 100)


def compared(name: str, found: Closed, points: int, draw: random.Random) -> tuple[int, int]:
    """How many random points its conditions cover, and at how many of these evaluation gives another figure."""
    spec, covered, wrong = load(name), 0, 0
    forms = [found.figure(figure) for figure in SUMS]
    for _ in range(points):
        values = {key: near(found.reference[symbol], symbol.whole, draw) for key, symbol in found.symbols.items()}
        put = {found.symbols[key]: value for key, value in values.items()}
        if not all(algebra.decide(condition.truth, put) is True for condition in found.conditions):
            continue
        covered += 1
        try:
            expected = tuple(spec.analyze(**values).totals)
        except SpecError:
            expected = ()
        wrong += tuple(algebra.substitute(form, put) for form in forms) != expected
    return covered, wrong


def main() -> None:
    """Time every spec and print the slowest last."""
    points, seed = (int(text) for text in (*sys.argv[1:3], *("0", "1")[len(sys.argv) - 1 :]))
    Formulas(closed(load("grouped"), ["resolution"]), SUMS)  # what is imported on the way is imported
    seconds: dict[str, float] = {}
    for name in bundled():
        spec, free = load(name), numeric(name)
        start = time.process_time()
        found = closed(spec, free)
        Formulas(found, SUMS)
        seconds[name] = time.process_time() - start
        if points and len(found.reference) == len(found.symbols):
            draw, forms = random.Random(seed), [found, *(closed(spec, [one]) for one in free)]
            covered, wrong = map(sum, zip(*(compared(name, one, points, draw) for one in forms), strict=True))
            tried = points * len(forms)
            print(f"{name:22} {seconds[name]:.3f} s · {covered:,} of {tried:,} points covered, {wrong} wrong", flush=True)
    slowest = max(seconds, key=seconds.__getitem__)
    verdict = "met" if seconds[slowest] <= GOAL else "not met"
    print(f"{len(seconds)} specs, {sum(seconds.values()):.2f} s CPU in all; slowest {slowest}: {seconds[slowest]:.3f} s")
    print(f"goal ≤ {GOAL} s each: {verdict}{f' (seed {seed})' if points else ''}")


if __name__ == "__main__":
    main()
