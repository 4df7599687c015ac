"""Where a report goes: standard output, or a file that is written whole or not at all."""

import os
import stat
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from costmodel.commands.reading import choice
from costmodel.problems import Problem, SpecError

if TYPE_CHECKING:
    from costmodel.reports.layout import Screen

_ENDINGS = {
    ".json": "json",
    ".sarif": "sarif",
    ".csv": "csv",
    ".parquet": "parquet",
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "table",
    "": "table",
}


def format_of(given: str | None, output: str | None, legal: Sequence[str]) -> str:
    """The format that is asked for: by `--format`, else by the file's ending, else a table. Raises `SpecError`."""
    if given is not None:
        return choice("format", given, legal)
    ending = Path(output or "").suffix.lower()
    if ending not in _ENDINGS:
        known = [ending for ending, form in _ENDINGS.items() if ending and form in legal]
        said = f"-o {output}: no format has the ending {ending}"
        raise SpecError([Problem(None, said, f"the endings are {', '.join(known)}; --format {legal[0]} takes any")])
    named = _ENDINGS[ending]
    if named not in legal:
        said = f"{output} would be {named}, and this report is one of {', '.join(legal)}"
        raise SpecError([Problem(None, said, f"--format {legal[0]} writes it all the same")])
    return named


def check_file(
    output: str | None,
    spec: str | None = None,
    option: str = "-o",
    noun: str = "report",
    device: str | None = None,
    points: str | None = None,
) -> None:
    """Refuse a place that no file can be written to, or a file that is read, before any work. Raises `SpecError`."""
    if output is None or output == "-":
        return
    path = Path(output)
    try:
        if not output.strip():
            said = f"{option} gets no name of a file"
        elif path.is_dir() or output.endswith(("/", os.sep)):
            said = f"{option} {output} is a directory, and a {noun} is a file"
        elif not path.parent.is_dir():
            said = f"{option} {output}: there is no directory {path.parent}"
        elif spec is not None and _is_same(path, spec):
            said = f"{option} {output} is the spec itself, and the {noun} would replace it"
        elif device is not None and _is_same(path, device):
            said = f"{option} {output} is the device file itself, and the {noun} would replace it"
        elif points is not None and _is_same(path, points):
            said = f"{option} {output} is the file of --points itself, and the {noun} would replace it"
        elif not os.access(path if path.exists() else path.parent, os.W_OK):
            said = f"{option} {output}: permission denied"
        else:
            return
    except (OSError, ValueError) as error:
        said = f"{option} {output[:60]}: {(getattr(error, 'strerror', None) or str(error)).lower()}"
    raise SpecError([Problem(None, said)])


def _is_same(path: Path, read: str) -> bool:
    """Whether a file is the one that is read, named with or without `.yaml`, or by a block; no if one of them is not there."""
    whole = read.rpartition(":")[0] or read
    for name in (read, f"{read}.yaml", whole, f"{whole}.yaml"):
        with suppress(OSError, ValueError):
            if path.samefile(name):
                return True
    return False


def write(output: str | None, text: str) -> None:
    """Write a report. Raises `OSError` where the disk cannot take it."""
    if output is None or output == "-":
        sys.stdout.write(text)
        return
    write_file(output, text.encode())


def write_file(output: str, data: bytes) -> None:
    """Write a file whole or not at all. Raises `OSError` where the disk cannot take it."""
    with beside(output) as part:
        part.write_bytes(data)


@contextmanager
def beside(output: str) -> Iterator[Path]:
    """A file that takes the place of another when it is whole, and goes away where it is not."""
    path = Path(os.path.realpath(output))
    if path.exists() and not path.is_file():  # a device or a pipe is no place to rename to
        yield path
        return
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    part.unlink(missing_ok=True)  # left by a process of the same number that was killed
    part.touch(exist_ok=False)
    try:
        yield part
        if path.exists():
            part.chmod(stat.S_IMODE(path.stat().st_mode))
        part.replace(path)
    except BaseException:
        with suppress(OSError):
            part.unlink()
        raise


class Written(NamedTuple):
    """How a report is written, and where."""

    form: str
    output: str | None
    no_color: bool = False

    def put(self, screen: "Callable[..., Screen]", *shown: Any, **forms: Callable[..., str]) -> None:
        """Write what is shown: on a screen, which is told its room, or in the form that is asked for."""
        if self.form == "table":
            write_table(self.output, lambda room: screen(*shown, room), self.no_color)
        else:
            write(self.output, forms[self.form](*shown))


def write_table(output: str | None, screen: "Callable[[int], Screen]", no_color: bool) -> None:
    """Lay a screen out for where it goes, and write it; in a file it has no colour."""
    from costmodel.reports.layout import PIPED_WIDTH, plain, show, terminal_width

    if output is None or output == "-":
        show(screen(terminal_width(sys.stdout)), colour=False if no_color else None)
        return
    asked = os.environ.get("COLUMNS", "")
    write(output, plain(screen(max(int(asked), 20) if asked.isdecimal() and len(asked) < 6 else PIPED_WIDTH)))
