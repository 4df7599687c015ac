"""The points of a sweep as a Parquet file, by polars: a part at a time, so that no more than a few parts are held."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import TYPE_CHECKING, Any

from costmodel import algebra
from costmodel.listing import Listing
from costmodel.ops.fields import spoken
from costmodel.reports.sweep_files import stopped_data
from costmodel.reports.sweep_rows import HEADED, Shape, is_ratio

if TYPE_CHECKING:
    from polars import DataFrame

AHEAD = 2
"""Parts that wait to be written."""


def ready() -> None:
    """Load polars, which takes Ctrl-C for itself when it is loaded: who heeds that does it afterwards."""
    import polars  # noqa: F401 - for what it does


def schema(shape: Shape, levels: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The columns' types: whole numbers where all of a column are, decimals as the nearest float64, words."""
    import polars

    kinds: dict[str, Any] = {}
    for key in shape.columns:
        if key in levels or key in shape.fixed:
            values = levels[key] if key in levels else [shape.fixed[key]]
            kinds[key] = _kind(values)
        elif is_ratio(key):
            kinds[key] = polars.Float64
        else:
            has_halves = key == "bytes" and isinstance(shape.dtypes.bytes(1, 0) + shape.dtypes.bytes(0, 1), Fraction)
            kinds[key] = polars.Float64 if has_halves else polars.Int64
    return {**kinds, **dict.fromkeys(HEADED, polars.String), "complete": polars.Boolean}


def _kind(values: Sequence[Any]) -> Any:
    import polars

    if all(type(value) is int and abs(value) < 2**63 for value in values):
        return polars.Int64
    return polars.Float64 if all(algebra.is_number(value) for value in values) else polars.String


def frame(shape: Shape, kinds: dict[str, Any], listing: Listing) -> "DataFrame":
    """Some points as a table; one that cannot be built has its reason and no counts.

    Raises `OverflowError` for a count of 2^63 or more.
    """
    import polars

    count, columns = listing.size, dict[str, Any]()
    for key, kind in kinds.items():
        if key in listing.levels:
            values = [_cell(value, kind) for value in listing.levels[key]]
            columns[key] = [values[code] for code in listing.codes[key]]
        elif key in shape.fixed:
            columns[key] = [_cell(shape.fixed[key], kind)] * count
        elif key not in HEADED:
            columns[key] = [
                None if place in listing.reasons else value for place, value in enumerate(_numbers(shape, listing, key))
            ]
    for key, word in zip(HEADED, shape.ruled, strict=False):
        columns[key] = [word] * count
    columns["reason"] = [listing.reasons.get(place, "") for place in range(count)]
    columns["complete"] = [None if place in listing.reasons else place not in listing.uncounted for place in range(count)]
    if any(
        value is not None and abs(value) >= 2**63
        for key, kind in kinds.items()
        if kind == polars.Int64
        for value in columns[key]
    ):
        raise OverflowError
    return polars.DataFrame(columns, schema=kinds)


def _cell(value: Any, kind: Any) -> Any:
    import polars

    return spoken(value) if kind == polars.String else float(value) if kind == polars.Float64 else value


def _numbers(shape: Shape, listing: Listing, key: str) -> list[Any]:
    """A column of figures; nothing where a ratio's parts are lower bounds."""
    if not is_ratio(key):
        return [float(value) if isinstance(value, Fraction) else value for value in shape.amounts(listing, key)]
    return [float(Fraction(pair[0]) / Fraction(pair[1])) if pair and pair[1] else None for pair in shape.pairs(listing, key)]


def stopped_row(kinds: dict[str, Any], sentence: str) -> "DataFrame":
    """A last row, which says that points are missing."""
    import polars

    return polars.DataFrame({**{key: [None] for key in kinds}, "reason": [sentence], "complete": [False]}, schema=kinds)


class Writer:
    """A Parquet file that takes tables as they come. Raises `OSError` where the disk cannot take it."""

    def __init__(self, path: Path, kinds: dict[str, Any]) -> None:
        self.path, self.kinds = path, kinds
        self.failed: BaseException | None = None
        self.ended = False
        self.waiting: Queue[Any] = Queue(AHEAD)
        self.thread = Thread(target=self._sink, daemon=True)
        self.thread.start()

    def put(self, table: "DataFrame") -> None:
        """Write a table."""
        self._check()
        self.waiting.put(table)

    def close(self) -> None:
        """Write what is left, and the file's end."""
        self.waiting.put(None)
        self.thread.join()
        self._check()

    def _check(self) -> None:
        if self.failed is not None:
            raise OSError(str(self.failed)) from self.failed

    def _sink(self) -> None:
        from polars.io.plugins import register_io_source

        def tables(*_: Any) -> "Iterator[DataFrame]":
            while (table := self.waiting.get()) is not None:
                yield table
            self.ended = True

        try:
            register_io_source(tables, schema=self.kinds).sink_parquet(self.path)
        except BaseException as error:  # a file that is not whole must never pass for one
            self.failed = error
            while not self.ended:  # whoever puts must not wait for ever
                self.ended = self.waiting.get() is None


def tables(path: Path) -> "Iterator[DataFrame]":
    """A file's rows, but for one that says where a sweep was stopped, some at a time."""
    import polars

    lazy = polars.scan_parquet(path)
    count = lazy.select(polars.len()).collect().item() - 1
    step = 65_536
    for start in range(0, count, step):
        yield lazy.slice(start, min(step, count - start)).collect()


def stopped(path: Path) -> dict[str, Any] | None:
    """What a file's last row says of a stop; None where it says nothing. Raises `ValueError` for what is no such file."""
    import polars

    try:
        last = polars.scan_parquet(path).select("reason").tail(1).collect()
    except polars.exceptions.PolarsError as error:
        raise ValueError(str(error)) from None
    return stopped_data(last.item()) if last.height else None
