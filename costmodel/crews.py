"""Who works out the shares of a sweep: one process, several, or a cluster; in order, none lost, none counted twice."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future, ProcessPoolExecutor
from logging import CRITICAL, getLogger
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from signal import SIG_IGN, SIGINT, signal
from time import monotonic
from typing import Any, NamedTuple, Protocol

from costmodel.problems import Problem, SpecError
from costmodel.shares import Found, Share, worked

AHEAD = 2
"""Shares that are handed out for each worker, so that none waits for the next."""
BEAT = 1.0
"""Seconds between two looks whether an answer can still come."""
TRIES = 3
"""How often workers may die over one share before it is given up."""


GRACE = 5.0
"""Seconds that processes may take to end what they are at, once nobody waits for it."""


class Lost(SpecError):
    """The workers are gone; what they worked out before is not."""


class Crew(Protocol):
    """Works out shares as they are cut; what is found comes in their order."""

    def founds(self, shares: Iterator[Share]) -> Iterator[Found]:
        """What each share comes to. Raises `SpecError` for what cannot be worked out."""
        ...


class Alone:
    """One process, one share after the other."""

    def founds(self, shares: Iterator[Share]) -> Iterator[Found]:
        """What each share comes to."""
        return map(worked, shares)


class Crowd(NamedTuple):
    """Any `concurrent.futures.Executor`, of about so many workers; where it breaks, another takes up what is not done."""

    make: Callable[[], Executor]
    size: int
    said: str
    """What it is, in messages."""
    lives: Callable[[], bool] = lambda: True
    """Whether anybody is left who gives answers."""
    fatal: tuple[type[Exception], ...] = ()
    """What an executor itself says of a share over which workers died again and again."""

    def founds(self, shares: Iterator[Share]) -> Iterator[Found]:
        """What each share comes to. Raises `Lost` where workers die over one share again and again, or all are gone."""
        executor, lost = self.make(), 0
        waiting: deque[tuple[Share, Future[Found]]] = deque()
        try:
            while True:
                while len(waiting) < AHEAD * self.size and (share := next(shares, None)) is not None:
                    waiting.append((share, _handed(executor, share)))
                if not waiting:
                    return
                try:
                    found = self._answer(waiting[0][1])
                except self.fatal:
                    raise self._given_up(waiting[0][0]) from None
                except (BrokenExecutor, CancelledError) as error:
                    executor.shutdown(wait=isinstance(error, BrokenExecutor))  # what is left of its processes must end
                    lost += 1
                    if lost == TRIES:
                        raise self._given_up(waiting[0][0]) from None
                    executor = self.make()
                    waiting = deque((share, _handed(executor, share)) for share, _ in waiting)
                    continue
                lost = 0
                waiting.popleft()
                yield found
        finally:
            _left(executor, waiting)

    def _answer(self, future: Future[Found]) -> Found:
        """What a share comes to, when it does. Raises `Lost` where nobody is left to say it."""
        while True:
            try:
                return future.result(timeout=BEAT)
            except TimeoutError:
                if future.done():
                    raise
                if not self.lives():
                    raise Lost([Problem(None, f"the {self.said} are gone, and nothing answers any more")]) from None

    def _given_up(self, share: Share) -> Lost:
        points = f"points {share.start + 1:,} to {share.stop:,}"
        message = f"{self.said} died again and again over {points}"
        return Lost([Problem(None, message, "they may need more memory than there is; fewer workers need less")])


def _handed(executor: Executor, share: Share) -> Future[Found]:
    """What a share will come to; where the executor is broken already, its answer says so."""
    try:
        return executor.submit(worked, share)
    except BrokenExecutor as error:
        future = Future[Found]()
        future.set_exception(error)
        return future


def _left(executor: Executor, waiting: Iterable[tuple[Share, Future[Found]]]) -> None:
    """Leave an executor with what it has not done."""
    for _, future in waiting:
        future.cancel()
    executor.shutdown(wait=False)


def processes(count: int) -> Crowd:
    """So many processes beside this one."""
    return Crowd(lambda: _Pool(count), count, "worker processes")


class _Pool(ProcessPoolExecutor):
    """Processes none of which outlives it.

    One that is killed while it takes a share from the queue holds the queue's lock for ever, and those that wait for the
    lock never hear that they may go.
    """

    def __init__(self, count: int) -> None:
        self._context = _Remembering()
        super().__init__(count, mp_context=self._context, initializer=_quiet)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """Let the processes go, and kill those that have not gone after a while; `wait` changes nothing in this."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        until = monotonic() + GRACE
        for process in (one for one in self._context.made if one.pid):
            process.join(max(until - monotonic(), 0))
            if process.is_alive():
                process.kill()
                process.join()


class _Remembering(SpawnContext):
    """Starts processes, and knows which."""

    def __init__(self) -> None:
        super().__init__()
        self.made: list[BaseProcess] = []

    def Process(self, *args: Any, **settings: Any) -> BaseProcess:  # type: ignore[override] # noqa: N802
        """A process, not yet started."""
        self.made.append(super().Process(*args, **settings))
        return self.made[-1]


def _quiet() -> None:
    """Ctrl-C is for the process that hands the shares out."""
    signal(SIGINT, SIG_IGN)


def cluster(address: str) -> Crowd:
    """The workers of a running Dask scheduler, which gives a share to another where one dies.

    Raises `ImportError` without Dask, `SpecError` where no scheduler answers, or none of its workers.
    """
    from distributed import Client, KilledWorker

    for name in ("distributed", "distributed.client", "distributed.core", "distributed.utils"):
        getLogger(name).setLevel(CRITICAL)  # what there is to say is said here, once
    try:
        client = Client(address, timeout=WAIT)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        message = f"no scheduler answers at {address}: {str(error) or type(error).__name__}"
        raise SpecError([Problem(None, message, "`dask scheduler` prints its address: tcp://…:8786")]) from None
    threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
    if not threads:
        raise SpecError([Problem(None, f"the scheduler at {address} has no workers", f"start some: dask worker {address}")])
    last = monotonic()

    def lives() -> bool:
        nonlocal last
        last = monotonic() if client.scheduler_info().get("workers") else last  # it is kept up to date while there is one
        return client.status == "running" and monotonic() - last < WAIT

    return Crowd(client.get_executor, threads, f"workers of {address}", lives, (KilledWorker,))


WAIT = 10
"""Seconds that a scheduler may take to answer, and to have workers again."""
