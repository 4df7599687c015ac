"""CPU seconds and peak memory of sweeps of very many points that are picked by a Pareto front.

The command itself, in a process of its own: `costmodel sweep mobilenetv2` over a grid of alpha, resolution and classes, with
a front of one point and one of many thousands. Goal: at most 400 MiB however many points there are, and 10⁹ of them in a few
CPU-minutes.

    python bench/memory_of_sweeps.py [MILLIONS …]      by default 1 10 100; 1000 is the long run
"""

import os
import subprocess
import sys
from tempfile import TemporaryFile

GOAL = 400
FRONTS = ("mult_adds,access", "+mult_adds,access")
ALPHAS, SIDES = 1_000, 200


def measured(*words: str) -> tuple[float, float, str]:
    """CPU seconds and MiB of one command, and what it says of its points."""
    with TemporaryFile("w+") as file:
        process = subprocess.Popen([sys.executable, "-m", "costmodel", *words], stdout=file, stderr=file)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        file.seek(0)
        lines = file.read().splitlines()
    said = next((line for line in lines if "on the front" in line), " ".join(lines))
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main() -> None:
    """Print a line for each front and each number of points."""
    most = 0.0
    for millions in map(int, sys.argv[1:] or ("1", "10", "100")):
        classes = millions * 1_000_000 // (ALPHAS * SIDES)
        over = ("alpha=0.401:1.4:0.001", "resolution=121:320", f"classes=1:{classes}" if classes > 1 else "classes=1000")
        for front in FRONTS:
            options = [word for one in over for word in ("--over", one)]
            seconds, peak, said = measured("sweep", "mobilenetv2", *options, "--pareto", front, "--top", "1")
            most = max(most, peak)
            print(f"{said}: {seconds:.1f} CPU-seconds, at most {peak:.0f} MiB", flush=True)
    print(f"goal ≤ {GOAL} MiB: {'met' if most <= GOAL else 'not met'}")


if __name__ == "__main__":
    main()
