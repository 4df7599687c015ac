"""Points per CPU-second of a sweep's programs.

MobileNetV2, the totals of mult-adds, parameters and access with every rounding, at random points of alpha, resolution and
classes; drawing them and writing them out is left out. First a plain loop over the layers in numpy, as one would write it by
hand, then programs: in numpy on random points and on a grid, and compiled by numba in float64 and int64.

    python bench/sweeps.py [SEED]
"""

import importlib.util
import sys
import time
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from costmodel import algebra, load
from costmodel.algebra import engines
from costmodel.algebra.polynomials.integral import over_whole
from costmodel.algebra.polynomials.programs import program
from costmodel.closed_form import closed

ROUNDS = 3
SUMS = ("mult_adds", "params", "access")
ROWS = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
"""MobileNetV2's table: expansion, channels, how often, the first one's stride (arXiv:1801.04381, table 2)."""
LOW, HIGH, DEN = (250, 96, 10), (1400, 320, 1000), (1000, 1, 1)


def by_hand(alpha: Any, resolution: Any, classes: Any) -> tuple[Any, Any, Any]:
    """MobileNetV2's totals by a loop over its layers, in int64; `alpha` is in thousandths."""

    def rounded(channels: int) -> Any:
        near = np.maximum(8, (2 * channels * alpha + 8000) // 16000 * 8)
        return np.where(10_000 * near < 9 * channels * alpha, near + 8, near)

    mult_adds: Any = 0
    params: Any = 0
    access: Any = 0

    def conv(c1: Any, c2: Any, taps: int, entering: Any, leaving: Any, groups: Any = 1) -> None:
        nonlocal mult_adds, params, access
        weights = c1 // groups * c2 * taps
        mult_adds = mult_adds + leaving * leaving * weights
        params = params + weights + 2 * c2
        access = access + entering * entering * c1 + leaving * leaving * c2 + weights

    side, c = (resolution + 1) // 2, rounded(32)
    conv(3, c, 9, resolution, side)
    for t, width, repeats, stride in ROWS:
        for place in range(repeats):
            out, hidden = rounded(width), c * t
            leaving = (side + 1) // 2 if place == 0 and stride == 2 else side
            if t > 1:
                conv(c, hidden, 1, side, side)
            conv(hidden, hidden, 9, side, leaving, groups=hidden)
            conv(hidden, out, 1, leaving, leaving)
            c, side = out, leaving
    wide = np.maximum(1000, alpha)
    last = np.maximum(8, (2 * 1280 * wide + 8000) // 16000 * 8)
    conv(c, last, 1, side, side)
    return mult_adds + last * classes, params + last * classes + classes, access + last + last * classes + 2 * classes


def rate(work: Callable[[], object], points: int) -> float:
    """The most points per CPU-second of a few rounds, in millions."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        best = max(best, points / (time.process_time() - start) / 1e6)
    return best


def main() -> None:
    """Print each way's rate beside its goal."""
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    drawn, count = np.random.default_rng(seed), 2_000_000
    columns = [drawn.integers(low, high + 1, count) for low, high in zip(LOW, HIGH, strict=True)]
    names = ("alpha", "resolution", "classes")
    form = closed(load("mobilenetv2"), names)
    symbols = [algebra.closed(n, whole=True, low=a, high=b) for n, a, b in zip(names, LOW, HIGH, strict=True)]
    put = {form.symbols[n]: s * Fraction(1, den) for n, s, den in zip(names, symbols, DEN, strict=True)}
    values = over_whole((form.figure(name) for name in SUMS), put)

    def chunked() -> list[Any]:
        parts = range(0, count, engines.CHUNK)
        found = [by_hand(*(column[at : at + engines.CHUNK] for column in columns)) for at in parts]
        return [np.concatenate(one) for one in zip(*found, strict=True)]

    hand = rate(chunked, count)
    print(f"a loop over the layers by hand, numpy int64: {hand:.1f} M points per CPU-second")
    expected, random_rate = chunked(), 0.0
    for compiled in (False, *([True] if importlib.util.find_spec("numba") else [])):
        for reach in (None, 2**60):
            made = program(values, symbols)
            runs = engines.engine(made if reach is None else made._replace(reach=reach), compiled)
            assert runs is not None
            given = [column.astype(runs.dtype) for column in columns]
            assert all((one == other).all() for one, other in zip(runs.run(*given), expected, strict=True))
            found = rate(lambda runs=runs, given=given: runs.run(*given), count)
            goal, base = (
                (2.5 * hand, "2.5 × by hand") if not compiled else (100.0, "100 M") if reach is None else (15.0, "15 M")
            )
            random_rate = max(random_rate, found) if not compiled else random_rate
            print(f"{runs.name}, random points: {found:.1f} M (goal {base}: {'met' if found >= goal else 'not met'})")
    axes = [np.linspace(a, b, n).astype(np.int64) for a, b, n in zip(LOW, HIGH, (200, 100, 100), strict=True)]
    on_grid = engines.on_grid(program(values, symbols, apart=True))
    assert on_grid is not None
    run, parts = on_grid.engine.run, [axes[0][at : at + 6] for at in range(0, 200, 6)]  # 60,000 points at a time, as in a sweep
    grid = rate(lambda: [run(*(axis.astype(float) for axis in (part, *axes[1:]))) for part in parts], 2_000_000)
    goal = 2 * random_rate
    print(f"numpy, a grid of 200 × 100 × 100: {grid:.1f} M (goal 2 × random points: {'met' if grid >= goal else 'not met'})")
    print(f"({count:,} points, seed {seed}, best of {ROUNDS})")


if __name__ == "__main__":
    main()
