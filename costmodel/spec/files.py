"""From a file to its text."""

from pathlib import Path

from costmodel.problems import Mark, Problem, SpecError
from costmodel.spec.source import MAX_BYTES, lines_of


def read_file(path: Path, shown: str, noun: str = "spec") -> tuple[str, str]:
    """The text of a file and the name to show for it. Raises `SpecError` where there is no text to be had."""
    try:
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise SpecError([Problem(None, f"{shown} is a directory, and a {noun} is a file")]) from None
    except OSError as error:
        raise SpecError([Problem(None, f"{shown}: {(error.strerror or str(error)).lower()}")]) from None
    if len(raw) > MAX_BYTES:
        raise SpecError([Problem(None, f"{shown} is longer than {MAX_BYTES:,} bytes: too long for a {noun}")])
    try:
        return raw.decode("utf-8-sig"), shown
    except UnicodeDecodeError as error:
        raise SpecError([_not_utf8(raw, error.start, shown)]) from None


def _not_utf8(raw: bytes, at: int, shown: str) -> Problem:
    before = raw[:at].decode("utf-8-sig", "replace")
    lines = lines_of(before)
    rest = lines_of(raw[at:].decode("utf-8", "replace"))[0]
    mark = Mark(shown, len(lines), len(lines[-1]) + 1, lines[-1] + rest)
    return Problem(mark, f"the byte 0x{raw[at]:02x} is not UTF-8 text", "save the file as UTF-8")
