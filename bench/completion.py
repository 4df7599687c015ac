"""CPU time of one press of the Tab key, beside that of an interpreter that does nothing.

Each case is a whole process, as a shell starts it. It runs in turn with `python -c pass`, so that a noisy machine
disturbs both; the figures are medians of CPU milliseconds (user and system), over such pairs. Goal: at most 150 ms.

    python bench/completion.py [RUNS]
"""

import compileall
import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

CASES = {
    "a command": ["an"],
    "an option": ["analyze", "mobilenetv2", "--"],
    "a choice": ["analyze", "mobilenetv2", "--by", ""],
    "a spec": ["analyze", "mob"],
    "a variant": ["analyze", "mobilenetv2", "--variant", "x"],
    "a parameter": ["analyze", "mobilenetv2", "--set", "al"],
    "its value": ["analyze", "mobilenetv2", "--set", "alpha="],
    "an op": ["ops", "con"],
}
GOAL = 150


def cpu_milliseconds(command: list[str], environment: dict[str, str]) -> float:
    """The CPU time of one run of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.PIPE, check=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1e3


def main() -> None:
    """Run every case beside a bare interpreter and print the medians."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    root = Path(__file__).parent.parent
    compileall.compile_dir(root / "costmodel", quiet=2)
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | {"_COSTMODEL_COMPLETE": "zsh"}
    for what, words in CASES.items():
        command = [sys.executable, str(root / "cli.py"), *words]
        pairs = [
            (cpu_milliseconds(command, environment), cpu_milliseconds([sys.executable, "-c", "pass"], environment))
            for _ in range(runs + 1)
        ][1:]  # the first pair fills caches
        ours, bare = (statistics.median(column) for column in zip(*pairs, strict=True))
        verdict = "met" if ours <= GOAL else "not met"
        print(f"{what:12} {ours:6.1f} ms · bare interpreter {bare:5.1f} ms (goal ≤ {GOAL} ms: {verdict}; {runs} pairs)")


if __name__ == "__main__":
    main()
