"""What all tests share: running the command line in process, and the list of what could not be tested here."""

import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import NamedTuple

import pytest

from costmodel.commands.app import main

collect_ignore = [] if find_spec("torch") else ["torch_modules.py"]
"""What no doctest is looked for in, for it cannot even be imported."""


class Run(NamedTuple):
    """What one run of the command line gave."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Run the command line in this process, as its entry point would, on a screen of 100 columns."""
    monkeypatch.delenv("COLUMNS", raising=False)

    def run(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["costmodel", *arguments])
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = leaving.code if isinstance(leaving.code, int) else 0 if leaving.code is None else 1
        return Run(code, *capsys.readouterr())

    return run


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what could not be tested on this machine, each with its reason; a test never skips in silence."""
    skipped = terminalreporter.stats.get("skipped", [])
    terminalreporter.section("not tested here")
    said = []
    for report in skipped:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        said.append(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}")
    for line in dict.fromkeys(said):  # a file that is left out is met twice, by tests and by doctests
        terminalreporter.write_line(line)
    if not skipped:
        terminalreporter.write_line("nothing: every test ran")
