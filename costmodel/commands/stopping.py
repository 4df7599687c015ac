"""Ctrl-C in long work, and workers that are gone: what is done so far is kept."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from costmodel.crews import Lost

V = TypeVar("V")


class Watch:
    """Ends a stream where Ctrl-C or a request to terminate comes: while an item is made, never in what is done with one.

    A second one in between stops at once. Workers that are gone end it too, and `lost` says how.
    """

    def __init__(self) -> None:
        self.stopped = self._makes = False
        self.lost: Lost | None = None

    def __call__(self, items: Iterator[V]) -> Iterator[V]:
        """The items up to there."""
        nothing = object()
        with self._heeded():
            while not self.stopped:
                try:
                    self._makes = True
                    item = next(items, nothing)
                    self._makes = False
                except KeyboardInterrupt:
                    self._makes = False
                    return
                except Lost as lost:
                    self.lost = lost
                    return
                if item is nothing:
                    return
                yield item  # type: ignore[misc]

    def _stop(self, *_: Any) -> None:
        again, self.stopped = self.stopped, True
        if self._makes or again:
            raise KeyboardInterrupt

    @contextmanager
    def _heeded(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield  # signals are the main thread's
            return
        before = {one: signal.signal(one, self._stop) for one in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for one, handler in before.items():
                signal.signal(one, handler)
