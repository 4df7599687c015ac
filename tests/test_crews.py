"""Sweeps by several processes and by clusters: the same as by one, whoever dies."""

import multiprocessing
import multiprocessing.connection
import os
import pickle
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from swept import asked, grown, says_of_a_stop, spawn, written

from costmodel import SpecError, crews
from costmodel.budget import budget
from costmodel.crews import Alone, Crowd, Lost, processes
from costmodel.listing import Listing
from costmodel.reports.sweep_files import FILES
from costmodel.reports.sweep_rows import Shape
from costmodel.shares import Asked, Found, Share, cut, worked
from costmodel.space import Grid, Sample, rows
from costmodel.survey import founds, surveyed


def listing(one: Asked) -> Asked:
    shape = Shape("net", ("c", "g", "m"), {}, one.rules.dtypes, one.rules.convention, one.rules.traffic)
    return one._replace(listed=FILES["csv"](shape, one).rows)


def text(found: Iterator[Found]) -> str:
    return "".join(part for one in found for part in one.made)


@pytest.mark.parametrize("size", [1, 7, 100, 5000])
def test_shares_of_any_size_come_to_the_same(size: int) -> None:
    one = asked(limits=(budget("params<=5k"),))._replace(space=Grid({"c": [24, 48, 60], "g": range(1, 6), "m": [12, 20]}))
    for space in (one.space, Sample(one.space, 17, 2), rows(["c", "g", "m"], [[24, 1, 12], [48, 5, 12], [24, 3, 12]])):  # type: ignore[arg-type]
        here = listing(one._replace(space=space))
        whole = Alone().founds(cut(here, 0, lambda: 10**6))
        assert text(Alone().founds(cut(here, 0, lambda: size))) == text(whole)


def test_a_share_says_all_that_is_to_be_done() -> None:
    share = next(cut(listing(asked()), 0, lambda: 40))
    code = (
        "import pickle, sys; from costmodel.shares import worked; f = worked(pickle.load(sys.stdin.buffer)); print(f.made[0])"
    )
    found = subprocess.run([sys.executable, "-c", code], input=pickle.dumps(share), capture_output=True, check=True)
    assert found.stdout.decode().strip() == worked(share).made[0].strip()
    assert isinstance(share, Share)


def test_what_is_wrong_is_said_whoever_finds_it() -> None:
    wrong = asked()._replace(fixed={"h": 28, "w": 28, "depth": 3})
    with pytest.raises(SpecError, match="'depth'"):
        surveyed(wrong._replace(front=("params",)), crew=processes(1))


def test_a_process_that_is_killed_loses_nothing() -> None:
    one, killed = listing(asked()), list[int]()
    expected = text(founds(one, Alone(), 0))

    def watched() -> Iterator[Found]:
        for found in founds(one, processes(2), 0):
            if not killed:
                victim = multiprocessing.active_children()[0]
                assert victim.pid is not None
                killed.append(victim.pid)
                os.kill(victim.pid, signal.SIGKILL)
                victim.join()
            yield found

    assert text(watched()) == expected
    assert killed
    until = time.monotonic() + 30
    while multiprocessing.active_children() and time.monotonic() < until:
        time.sleep(0.1)
    assert multiprocessing.active_children() == []


def test_no_process_outlives_its_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crews, "GRACE", 0.5)
    pool = processes(3).make()
    assert [*pool.map(abs, range(6))] == [*range(6)]
    workers = multiprocessing.active_children()
    for killed in workers[1:]:
        assert killed.pid is not None
        os.kill(killed.pid, signal.SIGKILL)  # one of them may hold the lock of the queue
    pool.shutdown(wait=False)
    ends = [worker.sentinel for worker in workers]  # `is_alive` errs while the pool's own thread takes note of an end
    assert {*multiprocessing.connection.wait(ends, timeout=0)} == {*ends}


class Breaking(ThreadPoolExecutor):
    """Takes three shares, and is found to be broken when it is given another."""

    left = 3

    def submit(self, *call: Any) -> Any:  # type: ignore[override]
        self.left -= 1
        if self.left < 0:
            raise BrokenExecutor
        return super().submit(*call)


def test_an_executor_that_is_found_broken_is_replaced() -> None:
    one, made = listing(asked()), list[Breaking]()

    def make() -> Breaking:
        made.append(Breaking(1))
        return made[-1]

    shares = cut(one, 0, lambda: 100)
    assert text(Crowd(make, 2, "threads").founds(shares)) == text(founds(one, Alone(), 0))
    assert len(made) > 3


def test_workers_that_die_again_and_again_are_given_up() -> None:
    one = asked(limits=(budget("params<=1"),))
    with pytest.raises(Lost, match="worker processes died again and again over points 1 to 1,024"):
        [*Crowd(processes(1).make, 1, "worker processes").founds(cut(one._replace(listed=_dying), 0, lambda: 1024))]


def _dying(_: Listing) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Cluster(NamedTuple):
    address: str
    scheduler: "subprocess.Popen[bytes]"
    workers: list["subprocess.Popen[bytes]"]


@pytest.fixture
def dask(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers, each a process of its own, which nobody starts again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
    python = [sys.executable, "-m", "dask"]
    host, port = address.removeprefix("tcp://").split(":")
    scheduler = subprocess.Popen([*python, "scheduler", "--host", host, "--port", port, "--no-dashboard"], **quiet)  # type: ignore[call-overload]
    alone = ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path)]
    workers = [subprocess.Popen([*python, "worker", address, *alone], **quiet) for _ in range(2)]  # type: ignore[call-overload]
    try:
        from distributed import Client

        with Client(address, timeout=60) as client:
            client.wait_for_workers(2, timeout=60)
        yield Cluster(address, scheduler, workers)
    finally:
        for process in (*workers, scheduler):
            process.kill()
            process.wait()


SWEEP = ["mobilenetv2", "--over", "alpha=0.25:1.4:0.002", "--over", "resolution=96:1200"]
"""A sweep of many shares."""


def begun(dask: Cluster, path: Path) -> "subprocess.Popen[str]":
    """The sweep on a cluster, when a good part of it is written."""
    run = spawn(*SWEEP, "--scheduler", dask.address, "-o", path.name, cwd=path.parent)
    grown(path, run, 2_000_000)
    return run


def test_a_cluster_loses_nothing_when_a_worker_is_killed(dask: Cluster, tmp_path: Path) -> None:
    written(*SWEEP, "-o", "alone.csv", cwd=tmp_path)
    run = begun(dask, tmp_path / "cluster.csv")
    dask.workers[0].kill()
    assert run.poll() is None, "the sweep was done before the worker was killed"
    out, err = run.communicate()
    assert (out, err, run.returncode) == ("", "", 0)
    assert (tmp_path / "cluster.csv").read_bytes() == (tmp_path / "alone.csv").read_bytes()


@pytest.mark.parametrize("who", ["the scheduler", "the workers"])
def test_workers_that_are_all_gone_leave_what_they_did(who: str, dask: Cluster, tmp_path: Path) -> None:
    run = begun(dask, tmp_path / "part.csv")
    for process in [dask.scheduler] if who == "the scheduler" else dask.workers:
        process.kill()
    _, err = run.communicate()
    assert run.returncode == 2, err
    assert f"the workers of {dask.address} are gone" in err
    assert says_of_a_stop(tmp_path / "part.csv", "csv")
