"""Models run by onnxruntime on this machine's processor: how long a whole run takes, and each of its nodes."""

import json
import time
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import onnxruntime


class Event(NamedTuple):
    """One run of one node as the profiler saw it: its name, its op, its seconds, the bytes of maps in and out."""

    name: str
    op: str
    seconds: float
    read: int = 0
    written: int = 0


class Runner:
    """A model that is ready to run on so many threads, on inputs drawn by a seed; with a folder, it is profiled there."""

    def __init__(self, model: bytes, threads: int, seed: int = 0, folder: str | None = None) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        options.log_severity_level = 3
        if folder is not None:
            options.enable_profiling, options.profile_file_prefix = True, str(Path(folder) / "profile")
        self._session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        draw = np.random.default_rng(seed)
        self._feed = {one.name: draw.random(one.shape, dtype=np.float32) for one in self._session.get_inputs()}
        self._runs, self._seen = 0, list[int]()

    def run(self) -> float:
        """The seconds of one run."""
        self._seen.append(self._runs)
        return self._run()

    def warm(self, seconds: float, least: int) -> None:
        """Run unseen, at least so often, until some seconds have passed."""
        end = time.perf_counter() + seconds
        while least > 0 or time.perf_counter() < end:
            self._run()
            least -= 1

    def _run(self) -> float:
        self._runs += 1
        start = time.perf_counter()
        self._session.run(None, self._feed)
        return time.perf_counter() - start

    def profile(self) -> list[list[Event]]:
        """The nodes of each run that was seen, in the order in which they ran; ends the profiling."""
        found = events(json.loads(Path(self._session.end_profiling()).read_text(encoding="utf-8")))
        return [found[number] for number in self._seen]


def events(trace: Sequence[Mapping[str, Any]]) -> list[list[Event]]:
    """The nodes of each run in a trace of onnxruntime's profiler, in the order in which they ran; its times are whole µs."""
    starts = sorted(event["ts"] for event in trace if event.get("name") == "model_run")
    found: list[list[Event]] = [[] for _ in starts]
    for event in sorted((event for event in trace if event.get("cat") == "Node"), key=lambda event: event["ts"]):
        if event["name"].endswith(_KERNEL):
            found[bisect_right(starts, event["ts"]) - 1].append(_event(event))
    return found


def _event(event: Mapping[str, Any]) -> Event:
    told = event["args"]
    sizes = (int(told.get(key, 0)) for key in ("activation_size", "output_size"))
    return Event(event["name"].removesuffix(_KERNEL), told["op_name"], event["dur"] * 1e-6, *sizes)


_KERNEL = "_kernel_time"
"""What the profiler puts behind the name of a node."""


def saved(model: bytes) -> bytes:
    """A model as onnxruntime runs it: fused, laid out anew."""
    with TemporaryDirectory() as folder:
        options, path = onnxruntime.SessionOptions(), Path(folder) / "model.onnx"
        options.optimized_model_filepath, options.log_severity_level = str(path), 3
        onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return path.read_bytes()


class Times(NamedTuple):
    """What was measured of a model: the seconds of whole runs, and of each node the seconds in each profiled run."""

    runs: list[float]
    nodes: list[tuple[Event, list[float]]]


def timed(models: Sequence[bytes], runs: int, threads: int = 1, seed: int = 0) -> list[Times]:
    """Run models in turn, so that what disturbs the machine for a while disturbs all of them alike.

    Each is warmed up, then run so often, a few runs at a time, and as often again under the profiler, which takes time
    itself.
    """
    with TemporaryDirectory() as folder:
        whole = _in_turn([Runner(model, threads, seed) for model in models], runs)
        runners = [Runner(model, threads, seed, folder) for model in models]
        _in_turn(runners, runs)
        traces = [runner.profile() for runner in runners]
    return [Times(seconds, _by_node(trace)) for seconds, trace in zip(whole, traces, strict=True)]


def _in_turn(runners: Sequence[Runner], runs: int) -> list[list[float]]:
    """The seconds of so many runs of each."""
    found: list[list[float]] = [[] for _ in runners]
    for runner in runners:
        runner.warm(WARM_UP, _AGAIN)
    while len(found[-1]) < runs:
        for runner, seconds in zip(runners, found, strict=True):
            runner.warm(0, _AGAIN)
            seconds += [runner.run() for _ in range(min(_TOGETHER, runs - len(seconds)))]
    return found


WARM_UP = 0.2
"""Seconds for which a model runs unseen: a processor takes a while to its full clock."""
_AGAIN = 2
"""Runs that are not seen when a model has its turn, for another had the caches."""
_TOGETHER = 5
"""Runs of a model before the next model has its turn."""


def _by_node(trace: Sequence[Sequence[Event]]) -> list[tuple[Event, list[float]]]:
    """Each node with its seconds in every run."""
    return [(nodes[0], [node.seconds for node in nodes]) for nodes in zip(*trace, strict=True)]
