"""Ctrl-C in long work, and workers that are gone: what is done so far is kept."""

import signal
import sys
import threading
from collections.abc import Iterator
from time import monotonic
from typing import Any, TypeVar

from costmodel.crews import Lost

V = TypeVar("V")

PATIENCE = 2.0
"""Seconds in which another Ctrl-C is the same one, and what is done may be kept."""


class Watch:
    """Ends a stream where Ctrl-C or a request to terminate comes: while an item is made, never in what is done with one.

    It is entered around all that is done with the items. Before the first of them there is nothing to keep, and Ctrl-C is
    what it always is; behind the last it waits until all is kept, as does another, but for one that comes after a while:
    that stops at once. Workers that are gone end the stream too, and `lost` says how.
    """

    def __init__(self) -> None:
        self.stopped, self._cuts, self._since = False, True, 0.0
        self.lost: Lost | None = None
        self._before: dict[signal.Signals, Any] = {}
        self._unraised = sys.unraisablehook

    def __enter__(self) -> "Watch":
        if threading.current_thread() is threading.main_thread():  # signals are the main thread's
            for one in (signal.SIGINT, signal.SIGTERM):
                self._before[one] = signal.signal(one, self._stop)
        self._unraised, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(self, *_: object) -> None:
        sys.unraisablehook = self._unraised
        for one, handler in self._before.items():
            signal.signal(one, handler)

    def __call__(self, items: Iterator[V]) -> Iterator[V]:
        """The items up to there."""
        nothing = object()
        while not self.stopped:
            try:
                self._cuts = True
                item = next(items, nothing)
                self._cuts = False
            except KeyboardInterrupt:
                return
            except Lost as lost:
                self._cuts, self.lost = False, lost
                return
            if item is nothing:
                return
            yield item  # type: ignore[misc]

    def _unraisable(self, what: Any) -> None:
        """Where Ctrl-C comes in a finalizer, nothing can be raised or is to be said: the stream ends with the item."""
        if what.exc_type is not KeyboardInterrupt:
            self._unraised(what)

    def _stop(self, *_: Any) -> None:
        cuts, self._cuts = self._cuts, False
        if not self.stopped:
            self.stopped, self._since = True, monotonic()
        if cuts or monotonic() - self._since > PATIENCE:
            raise KeyboardInterrupt
