"""In-process time from spec text to ledger, and from graph to ledger, for MobileNetV2.

Prints the best and the median of many runs in CPU milliseconds; goals: 8 ms and 1 ms (best).

    python bench/evaluate.py [RUNS]
"""

import statistics
import sys
import time
from collections.abc import Callable

from costmodel.library import bundled, loads


def timed(work: Callable[[], object], runs: int) -> tuple[float, float]:
    """The best and the median CPU milliseconds of some work."""
    times = []
    for _ in range(runs):
        start = time.process_time_ns()
        work()
        times.append((time.process_time_ns() - start) / 1e6)
    return min(times), statistics.median(times)


def main() -> None:
    """Time both paths and print them beside their goals."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    text = bundled()["mobilenetv2"].read_text(encoding="utf-8")
    spec = loads(text)
    settings = spec.settings({})
    nodes = len(spec.evaluate(settings).lines)
    for what, goal, work in (
        ("spec text → ledger", 8.0, lambda: loads(text).analyze()),
        ("graph → ledger", 1.0, lambda: spec.evaluate(settings)),
    ):
        best, median = timed(work, runs)
        verdict = f"goal ≤ {goal:g} ms: {'met' if best <= goal else 'not met'}"
        print(f"{what:18} best {best:5.2f} ms · median {median:5.2f} ms ({verdict}; {nodes} nodes, {runs} runs)")


if __name__ == "__main__":
    main()
