"""Reads and runs the pages of this folder: a manual of mistakes, each with the exact words that answer it.

A case is a heading, prose, a spec (```yaml, saved as `net.yaml`, or ```py, lines that make the dict `spec`; the one above
it if it has none), and what comes of it: a ```text block with what the library reports, or a ```console block with
commands and what they print.
`python tests/problems/pages.py` writes the present answers into the pages, to be looked at before they are kept.
"""

import contextlib
import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple
from unittest.mock import patch

import costmodel
from costmodel.commands.app import main

HERE = Path(__file__).parent
_BLOCK = re.compile(r"^```(yaml|py|text|console)\n(.*?)^```$", re.M | re.S)


class Case(NamedTuple):
    """One mistake of a page: its title, its spec, what comes of it and whether a console shows that."""

    page: str
    title: str
    spec: str
    expected: str
    console: bool
    is_dict: bool

    def answer(self) -> str:
        """What comes of it now."""
        return console(self.spec, self.expected) if self.console else report(self.spec, self.is_dict)


def cases() -> Iterator[Case]:
    """Every case of every page."""
    for path in sorted(HERE.glob("*.md")):
        spec, is_dict = "", False
        for section in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
            *specs, (kind, answer) = _BLOCK.findall(section)
            spec, is_dict = (specs[0][1], specs[0][0] == "py") if specs else (spec, is_dict)
            yield Case(path.stem, section.split("\n", 1)[0], spec, answer, kind == "console", is_dict)


def made(lines: str) -> object:
    """The dict that some lines of Python make."""
    names: dict[str, object] = {}
    exec(lines, names)
    return names["spec"]


def report(spec: str, is_dict: bool) -> str:
    """The warnings and the problems of a spec, as the command line would print them."""
    try:
        loaded = costmodel.load(made(spec)) if is_dict else costmodel.loads(spec, "net.yaml")
        printed = [str(warning) for warning in loaded.warnings]
        loaded.analyze()
    except costmodel.SpecError as error:
        return f"{error}\n"
    return "\n\n".join(printed) + "\n"


def console(spec: str, script: str) -> str:
    """The commands of a script, run in a folder of their own that holds the spec, with what they print."""
    shown = []
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        Path("net.yaml").write_text(spec, encoding="utf-8")
        for line in script.splitlines():
            if line.startswith("$ "):
                shown += [line, *command(line[2:])]
    return "\n".join(shown) + "\n"


def command(line: str) -> list[str]:
    """What one command prints: `costmodel …`, `mkdir NAME` or `printf 'TEXT' > FILE`."""
    if made := re.fullmatch(r"mkdir (\S+)", line):
        Path(made[1]).mkdir()
        return []
    if written := re.fullmatch(r"printf '(.*)' > (\S+)", line):
        Path(written[2]).write_bytes(written[1].encode("latin-1").decode("unicode_escape").encode("latin-1"))
        return []
    arguments = [part.strip("'") for part in re.findall(r"'[^']*'|\S+", line)]
    out, err = io.StringIO(), io.StringIO()
    with patch.object(sys, "argv", arguments), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main()
            code: object = 0
        except SystemExit as leaving:
            code = leaving.code
    assert code == 2, f"exit code {code}: {err.getvalue()}"
    assert out.getvalue() == "", "a mistake prints nothing on standard output"
    return err.getvalue().splitlines()


def rewrite() -> None:
    """Put the present answers into the pages."""
    for case in list(cases()):
        path = HERE / f"{case.page}.md"
        text = path.read_text(encoding="utf-8")
        fence = f"```{'console' if case.console else 'text'}\n"
        at = text.index(fence, text.index(f"## {case.title}\n")) + len(fence)
        path.write_text(text[:at] + case.answer() + text[at + len(case.expected) :], encoding="utf-8")


if __name__ == "__main__":
    os.environ["NO_COLOR"] = "1"
    rewrite()
