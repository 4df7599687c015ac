"""Hold the bound on memory access against random layers, in whole numbers.

Usage: python bench/theorem.py [layers] [seed]     (200,000 layers and seed 1 by default)
"""

import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from test_bounds import drawn, held


def main() -> None:
    """Draw, check, and print what was met."""
    given = [int(argument) for argument in sys.argv[1:]]
    layers, seed = [*given, *(200_000, 1)[len(given) :]]
    draws, start = random.Random(seed), time.perf_counter()
    found = tight = 0
    while found < layers:
        if (line := drawn(draws)) is not None:
            found += 1
            tight += held(line)
    took = time.perf_counter() - start
    print(f"{found:,} layers, seed {seed}: the bound holds for every one, {tight:,} meet it exactly ({took:.0f} s)")


if __name__ == "__main__":
    main()
