"""Files that the points of a sweep are streamed to: what stands before, between and behind them, and where one was stopped."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.reports import sweep_rows
from costmodel.reports.sweep_rows import Shape

if TYPE_CHECKING:
    from costmodel.listing import Listing
    from costmodel.shares import Asked
    from costmodel.survey import Seen

_GOES_ON = "--resume goes on: "


class Stop(NamedTuple):
    """A sweep that was stopped: its fingerprint, how far it was, of how many points, and where in the file they end."""

    sweep: str
    seen: "Seen"
    of: int
    place: int = 0

    def data(self) -> dict[str, Any]:
        """Everything from which it goes on."""
        return {"sweep": self.sweep, "place": self.place, "of": self.of, **self.seen._asdict()}

    @property
    def sentence(self) -> str:
        """The same in words, for a cell."""
        return f"stopped after {self.seen.next:,} of {self.of:,} points; {_GOES_ON}{json.dumps(self.data())}"

    @classmethod
    def read(cls, data: Mapping[str, Any], seen: type["Seen"]) -> "Stop":
        """Where a file says that a sweep was stopped. Raises `ValueError` for what is none."""
        try:
            fields = {name: _tuples(data[name]) for name in seen._fields}
            return cls(data["sweep"], seen(**fields), data["of"], data["place"])
        except (KeyError, TypeError):
            raise ValueError from None


def _tuples(value: Any) -> Any:
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


class CsvFile(NamedTuple):
    """Points as lines; that some are missing is said in a last line."""

    shape: Shape
    asked: "Asked"
    between: str = ""

    def head(self) -> str:
        """What stands before the points."""
        return sweep_rows.csv_heading(self.shape)

    def rows(self, listing: "Listing") -> str:
        """Some points."""
        return sweep_rows.csv_rows(self.shape, listing)

    def tail(self, seen: "Seen", stop: Stop | None) -> str:  # noqa: ARG002 - a JSON document says it
        """What stands behind the points."""
        return sweep_rows.csv_stopped(self.shape, stop.sentence) if stop else ""

    @staticmethod
    def stopped(end: str) -> dict[str, Any] | None:
        """What the end of a file says of a stop; None where it says nothing."""
        last = "".join(end.splitlines()[-1:])  # by hand: its cell may be longer than csv reads
        return stopped_data(last.removesuffix('",false').replace('""', '"'))


def stopped_data(sentence: str) -> dict[str, Any] | None:
    """What a sentence says of a stop; None where it says nothing."""
    _, found, data = sentence.partition(_GOES_ON)
    return _loaded(data) if found else None


class JsonFile(NamedTuple):
    """Points as objects, a line each, in one document."""

    shape: Shape
    asked: "Asked"
    between: str = ","

    def head(self) -> str:
        """What stands before the points."""
        return sweep_rows.json_head(self.shape)

    def rows(self, listing: "Listing") -> str:
        """Some points."""
        return sweep_rows.json_rows(self.shape, listing)

    def tail(self, seen: "Seen", stop: Stop | None) -> str:
        """What stands behind the points."""
        return sweep_rows.json_tail(
            {
                "uncounted": [{"path": path, "op": name} for path, name in seen.uncounted],
                "picked": picked(self.asked, seen),
                **({"stopped": stop.data()} if stop else {}),
            }
        )

    @staticmethod
    def stopped(end: str) -> dict[str, Any] | None:
        """What the end of a file says of a stop; None where it says nothing."""
        _, found, data = end.rpartition('\n  "stopped": ')
        return _loaded(data.rstrip().removesuffix("}")) if found else None


def _loaded(data: str) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def picked(asked: "Asked", seen: "Seen") -> dict[str, Any]:
    """How points were picked out of how many."""
    return {
        "of": asked.space.count,
        "unbuilt": seen.unbuilt,
        "where": [limit.text for limit in asked.limits],
        "over": seen.over,
        "front": [*asked.front],
        "ways": dict(seen.ways),
    }


FILES: dict[str, type[CsvFile] | type[JsonFile]] = {"csv": CsvFile, "json": JsonFile}
"""The files of text."""
