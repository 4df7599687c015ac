"""Sweeps that tests run, as processes and as they are asked for, and what their files say."""

import csv
import io
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import costmodel
from costmodel.reports import parquet
from costmodel.shares import Asked
from costmodel.space import Grid


def spawn(*args: str, cwd: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "costmodel", "sweep", *args]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=cwd)


def written(*args: str, cwd: Path) -> None:
    process = spawn(*args, cwd=cwd)
    assert process.communicate() == ("", "")
    assert process.returncode == 0


def grown(path: Path, process: "subprocess.Popen[str]", size: int) -> None:
    """Wait until a process has written so many bytes of a file, and is not done with it."""
    part = path.with_name(f".{path.name}.{process.pid}.part")
    while not part.exists() or part.stat().st_size < size:
        assert process.poll() is None, "the file was whole before so much of it was seen"
        time.sleep(0.01)


def lines(path: Path) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(path.read_text(encoding="utf-8")))]


def asked(**more: Any) -> Asked:
    """A sweep of 1,200 points, many of which cannot be built."""
    grid = Grid({"c": range(24, 481, 24), "g": range(1, 13), "m": range(12, 61, 12)})
    return Asked(costmodel.load("units/shufflenet"), grid, {"h": 28, "w": 28}, **more)


def says_of_a_stop(path: Path, form: str) -> bool:
    if form == "parquet":
        return parquet.stopped(path) is not None
    if form == "json":
        return "stopped" in json.loads(path.read_text(encoding="utf-8"))
    return lines(path)[-1]["reason"].startswith("stopped after")
