"""Whole-process time of `costmodel analyze mobilenet.yaml` against a stub with the same foundations.

The stub imports the same typer, pydantic and yaml, defines the same kind of command and prints text. Both run in turn,
so that a noisy machine disturbs both; the figure is the median, over such pairs, of the ratio of their CPU seconds (user
and system). Goals: at most 1.35 on a terminal, at most 1.2 piped.

    python bench/startup.py [RUNS]
"""

import compileall
import os
import pty
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

STUB = """
import typer, yaml
from pydantic import BaseModel
app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
@app.command()
def analyze(spec: str) -> None:
    print("a line of text\\n" * 30)
app()
"""
GOALS = {"terminal": 1.35, "piped": 1.2}


def cpu_seconds(command: list[str], terminal: bool) -> float:
    """The CPU seconds of one run of a command, its output to a terminal or to a pipe."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    if terminal:
        ours, theirs = pty.openpty()
        drain = threading.Thread(target=_drain, args=(ours,))
        drain.start()
        subprocess.run(command, stdout=theirs, check=True, env=_environment())
        os.close(theirs)
        drain.join()
        os.close(ours)
    else:
        subprocess.run(command, stdout=subprocess.PIPE, check=True, env=_environment())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _drain(stream: int) -> None:
    try:
        while os.read(stream, 65536):
            pass
    except OSError:  # Linux reports the other side's closing as an error
        return


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "NO_COLOR", "COLUMNS")}
    return {**kept, "TERM": "xterm-256color"}


def main() -> None:
    """Run both in turn and print the ratios."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    root = Path(__file__).parent.parent
    compileall.compile_dir(root / "costmodel", quiet=2)
    with tempfile.TemporaryDirectory() as folder:
        stub = Path(folder) / "stub.py"
        stub.write_text(STUB)
        ours = [sys.executable, str(root / "cli.py"), "analyze", "mobilenet.yaml"]
        for where, goal in GOALS.items():
            pairs = [
                (cpu_seconds(ours, where == "terminal"), cpu_seconds([sys.executable, str(stub), "x"], where == "terminal"))
                for _ in range(runs + 1)
            ][1:]  # the first pair fills caches
            mine, stubs = (statistics.median(column) for column in zip(*pairs, strict=True))
            ratio = statistics.median(own / other for own, other in pairs)
            verdict = "met" if ratio <= goal else "not met"
            print(
                f"{where:9} analyze {mine * 1e3:6.1f} ms · stub {stubs * 1e3:6.1f} ms · ratio {ratio:.2f} "
                f"(goal ≤ {goal}: {verdict}; CPU, medians of {runs} pairs run in turn)"
            )


if __name__ == "__main__":
    main()
