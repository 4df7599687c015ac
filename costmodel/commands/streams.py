"""Very many points of a sweep into a file as they are worked out, and on from where that was stopped."""

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from costmodel.commands import output as outputs
from costmodel.commands.progress import progress
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from polars import DataFrame

    from costmodel.commands.stopping import Watch
    from costmodel.crews import Crew
    from costmodel.listing import Listing
    from costmodel.reports.sweep_files import CsvFile, JsonFile, Stop
    from costmodel.reports.sweep_rows import Shape
    from costmodel.reports.sweeping import Swept
    from costmodel.shares import Asked
    from costmodel.survey import Seen

END = 65_536
"""Bytes at the end of a file, of which a streamed one says there that it was stopped."""


class Place(NamedTuple):
    """Where points are streamed to, as what, by whom, and whether on from where they were stopped."""

    output: str | None
    form: str
    crew: "Crew"
    watch: "Watch"
    quiet: bool
    resume: bool


class Sink(Protocol):
    """What takes points as they come."""

    def put(self, made: Any) -> None:
        """Some more points, as they were made."""
        ...

    def close(self, seen: "Seen", stop: "Stop | None") -> None:
        """That was all, or as much as there was time for."""
        ...


def stream(asked: "Asked", sheet: "Swept", place: Place) -> "Seen":
    """Write every point that keeps the limits or cannot be built. Raises `SpecError`."""
    from costmodel.reports.sweep_files import Stop
    from costmodel.reports.sweeping import shape as shaped
    from costmodel.survey import Seen, first_kept, founds

    if any(key.startswith("×") for key in sheet.columns) and (first := first_kept(asked)) is not None:
        sheet = sheet._replace(points=[first])
    shape = shaped(sheet)
    of, name = asked.space.count, named(asked, shape, place.form)
    begun = stopped(place, name)
    seen = begun.seen if begun else Seen()
    if begun is not None and seen.next >= of:
        return seen
    levels = asked.stream().levels
    with _sink(asked, shape, place, begun, levels) as (listed, sink), progress(of, place.quiet) as told:
        for found in place.watch(founds(listed, place.crew, seen.next)):
            sink.put(found.made)
            seen = seen.plus(found)
            told(seen.next)
        sink.close(seen, None if seen.next >= of else Stop(name, seen, of))
    return seen


def parquet(sheet: "Swept", output: str | None) -> None:
    """Write the points of a report. Raises `SpecError` for a number that a Parquet file cannot hold."""
    from costmodel.listing import Listing
    from costmodel.reports.sweeping import listed
    from costmodel.reports.sweeping import shape as shaped

    assert output is not None
    shape, listing = shaped(sheet), Listing.of(listed(sheet))
    with outputs.beside(output) as part, _Parquet(shape, listing.levels, part) as table:
        table.put([_frames(shape, table.kinds, listing)])
        if sheet.stop is not None:
            table.close(sheet.stop.seen, sheet.stop)


def named(asked: "Asked", shape: "Shape", form: str) -> str:
    """The fingerprint of a file of points: only the same sweep goes on in it."""
    from costmodel import __version__
    from costmodel.survey import fingerprint

    return fingerprint(asked._replace(listed=None), form, shape.columns, shape.dtypes, __version__)


def stopped(place: Place, name: str) -> "Stop | None":
    """Where a file was stopped that is to be gone on with; None to begin. Raises `SpecError` where it is another."""
    from costmodel.reports.sweep_files import FILES, Stop
    from costmodel.survey import Seen

    if not place.resume:
        return None
    assert place.output is not None
    path = Path(place.output)
    if not path.exists():
        return None
    try:
        if place.form == "parquet":
            from costmodel.reports import parquet

            data = parquet.stopped(path)
        else:
            data = FILES[place.form].stopped(_end(path))
        stop = None if data is None else Stop.read(data, Seen)
    except (OSError, ValueError):
        stop = None
    if stop is None:
        hint = "a file that says nothing of a stop is whole; without --resume it is written anew"
        raise SpecError([Problem(None, f"--resume: {path} does not say where a sweep was stopped", hint)])
    if stop.sweep != name:
        hint = "the spec, its settings and all options must be what they were; without --resume it is written anew"
        raise SpecError([Problem(None, f"--resume: {path} is of another sweep", hint)])
    return stop


def _end(path: Path) -> str:
    """The last lines of a file, the very last one whole, or the one before a brace that closes a document."""
    size, length = path.stat().st_size, END
    with path.open("rb") as file:
        while True:
            file.seek(max(size - length, 0))
            end = file.read()
            if length >= size or b"\n" in end.rstrip(b"}\n"):
                return end.decode("utf-8", errors="replace")
            length *= 4


@contextmanager
def _sink(
    asked: "Asked", shape: "Shape", place: Place, begun: "Stop | None", levels: "Mapping[str, Sequence[Any]]"
) -> "Iterator[tuple[Asked, Sink]]":
    """A sink, and what makes points of its kind; a file takes its place only when all is written."""
    from costmodel.reports.sweep_files import FILES

    if place.form == "parquet":
        assert place.output is not None
        with outputs.beside(place.output) as part, _Parquet(shape, levels, part) as table:
            if begun is not None:
                table.copy(Path(place.output))
            yield asked._replace(listed=partial(_frames, shape, table.kinds)), table
        return
    kind = FILES[place.form](shape, asked)
    asked = asked._replace(listed=kind.rows)
    if place.output is None or place.output == "-":
        yield asked, _Text(lambda data: sys.stdout.write(data.decode()), sys.stdout.flush, kind)
        return
    with outputs.beside(place.output) as part, part.open("wb") as file:
        sink = _Text(file.write, file.flush, kind, begun.place if begun else 0)
        if begun is not None:
            with Path(place.output).open("rb") as whole:
                shutil.copyfileobj(whole, file)
            file.truncate(begun.place)
            file.seek(begun.place)
        yield asked, sink


def _frames(shape: "Shape", kinds: dict[str, Any], listing: "Listing") -> "DataFrame":
    """Some points as a table. Raises `SpecError` for a number that a Parquet file cannot hold."""
    from costmodel.reports.parquet import frame

    try:
        return frame(shape, kinds, listing)
    except OverflowError:
        message = "a figure is 2^63 or more, and a Parquet file holds smaller ones"
        raise SpecError([Problem(None, message, "csv and json hold any")]) from None


class _Text:
    """A file of text, or standard output; `place` is how many bytes there are before its end."""

    def __init__(
        self, write: Callable[[bytes], object], flush: Callable[[], object], kind: "CsvFile | JsonFile", place: int = 0
    ) -> None:
        self.out, self.flush, self.kind, self.place = write, flush, kind, place
        head = kind.head()
        self.is_first = place <= len(head.encode())
        if not place:
            self.write(head)

    def write(self, text: str) -> None:
        data = text.encode()
        self.out(data)
        self.place += len(data)

    def put(self, made: list[str]) -> None:
        for text in filter(None, made):
            self.write(text if self.is_first else self.kind.between + text)
            self.is_first = False
        self.flush()

    def close(self, seen: "Seen", stop: "Stop | None") -> None:
        self.write(self.kind.tail(seen, stop._replace(place=self.place) if stop else None))
        self.flush()


class _Parquet:
    """A Parquet file."""

    def __init__(self, shape: "Shape", levels: "Mapping[str, Sequence[Any]]", path: Path) -> None:
        from costmodel.reports import parquet

        self.kinds = parquet.schema(shape, {str(name): values for name, values in levels.items()})
        self.writer = parquet.Writer(path, self.kinds)

    def __enter__(self) -> "_Parquet":
        return self

    def __exit__(self, *_: object) -> None:
        self.writer.close()

    def copy(self, path: Path) -> None:
        """The points of a file that was stopped."""
        from costmodel.reports.parquet import tables

        self.put(tables(path))

    def put(self, made: "Iterable[DataFrame]") -> None:
        for table in made:
            self.writer.put(table)

    def close(self, seen: "Seen", stop: "Stop | None") -> None:  # noqa: ARG002 - the last row says it
        from costmodel.reports.parquet import stopped_row

        if stop is not None:
            self.writer.put(stopped_row(self.kinds, stop.sentence))
