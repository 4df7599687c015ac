"""A progress bar on a terminal's standard error, for work that takes a while; nothing elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(count: int | None, quiet: bool, noun: str = "points") -> Iterator[Callable[[int], None]]:
    """What is told how much is done, of so much where that is known."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from costmodel.reports.bar import bar

    with bar(count, noun) as seen:
        yield seen
