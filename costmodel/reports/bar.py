"""A progress bar, by rich."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@contextmanager
def bar(count: int | None, noun: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error, its end open without a count, that is gone when the work is done."""
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(noun), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(noun, total=count)
        yield lambda done: shown.update(task, completed=done)
