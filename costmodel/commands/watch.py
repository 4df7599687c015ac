"""`--watch`: a report that is shown again whenever its spec is saved.

The file is looked at ten times a second and costed when two looks in a row agree. A watch on the file itself would lose
it where an editor writes beside and renames, or deletes and creates; a look by name cannot.
"""

import io
import os
import re
import select
import shutil
import signal
import sys
import termios
import textwrap
import time
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import accumulate
from pathlib import Path
from typing import NamedTuple

from costmodel.problems import Problem, SpecError
from costmodel.reports.layout import PIPED_WIDTH, Cell, Screen, coloured, show, text, width_of

PAUSE = 0.1
"""Seconds between two looks at the file, the keys and the size of the terminal."""

_ENTER = "\x1b[?1049h\x1b[?25l\x1b[?7l"  # the alternate screen, no cursor, long lines cut rather than wrapped
_LEAVE = "\x1b[?7h\x1b[?25h\x1b[?1049l"
_LEAVING = (b"q", b"Q", b"\x04")
_STEPS = {b"\x1b[A": -1, b"\x1bOA": -1, b"k": -1, b"\x1b[B": 1, b"\x1bOB": 1, b"j": 1}
_PAGES = {b"\x1b[5~": -1, b"\x1b[6~": 1, b" ": 1}


class View(NamedTuple):
    """What there is to show: the lines, whether they are problems, and the hour of the last report without any."""

    lines: Screen
    wrong: bool
    good: str


def watch(path: Path, render: Callable[[int], Screen], colour: bool | None = None) -> None:
    """Show what `render` makes of a width, again after every change of the file or the terminal; `q` and Ctrl-C leave.

    A `SpecError` of `render` is shown in the report's place. Raises `SpecError` where there is no terminal.
    """
    if not sys.stdout.isatty() or os.environ.get("TERM") == "dumb":
        message = "--watch draws over a terminal, and standard output is none"
        raise SpecError([Problem(None, message, "leave --watch out to print the report once")])
    if colour is None:
        colour = coloured(sys.stdout)
    with suppress(KeyboardInterrupt), _terminal() as resumed:
        _follow(path, render, colour, resumed)


def _follow(path: Path, render: Callable[[int], Screen], colour: bool, resumed: list[bool]) -> None:
    view, first = View([], wrong=False, good=""), 0
    costed: object = ...
    before, size = _state(path), None
    while True:
        state, now = _state(path), shutil.get_terminal_size((PIPED_WIDTH, 24))
        if (state != costed and state == before) or now != size or resumed:
            view = _view(view, render, max(now.columns, 20), afresh=state != costed)
            costed, size = state, now
            resumed.clear()
            first = _draw(view, path, first, size, colour)
        before = state
        keys = _keys()
        if any(key in _LEAVING for key in keys):
            return
        if step := sum(_STEPS.get(key, 0) + _PAGES.get(key, 0) * max(size.lines // 2, 1) for key in keys):
            first = _draw(view, path, max(first + step, 0), size, colour)


def _state(path: Path) -> tuple[int, ...] | None:
    """What tells one saved state of a file from another; None where there is no file."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _view(last: View, render: Callable[[int], Screen], width: int, *, afresh: bool) -> View:
    """The report for a width, or the problems; the hour stays where only the terminal has changed."""
    try:
        lines = render(width)
    except SpecError as error:
        lines = [line for problem in error.problems for line in (*_problem(problem, width), [])]
        return View(lines[:-1], wrong=True, good=last.good)
    return View(lines, wrong=False, good=time.strftime("%H:%M:%S") if afresh or last.wrong else last.good)


def _problem(problem: Problem, width: int) -> Screen:
    """A problem's lines, its sentences wrapped; the shown line and its caret stay as they are."""
    said = str(problem).splitlines()
    wrapped = [[line] if " | " in line[:8] else textwrap.wrap(line, width, subsequent_indent="     ") for line in said]
    return [text(line, "" if place else "bad") for place, lines in enumerate(wrapped) for line in lines]


def _draw(view: View, path: Path, first: int, size: os.terminal_size, colour: bool) -> int:
    """Write one frame over the one before: every line up to its end, then what is left below, in one piece.

    Gives the line from which on lines are in view: `first`, or the nearest that there is.
    """
    columns, room = size.columns, size.lines - 1
    lines, first = fitted(view.lines, room, first)
    frame = [_cut(line, columns) for line in [*lines, *[[]] * (room - len(lines)), _status(view, path)]]
    buffer = io.StringIO()
    show(frame, buffer, colour)
    # after a full line the cursor stands on its last character, and clearing would take that away
    ends = ["" if width_of([line]) >= columns else "\x1b[K" for line in frame]
    body = "\n".join(map("".join, zip(buffer.getvalue().split("\n"), ends, strict=False)))
    sys.stdout.write(f"\x1b[?2026h\x1b[H{body}\x1b[J\x1b[?2026l")
    sys.stdout.flush()
    return first


def _cut(line: list[Cell], columns: int) -> list[Cell]:
    """The line as far as it is seen; a terminal would put the rest over its last character."""
    starts = accumulate((len(cell.text) for cell in line), initial=0)
    return [cell._replace(text=cell.text[: max(columns - start, 0)]) for cell, start in zip(line, starts, strict=False)]


def _status(view: View, path: Path) -> list[Cell]:
    if not view.wrong:
        return text(f"{path.name} · costed at {view.good} · q leaves", "dim")
    good = f"last right at {view.good}" if view.good else "not right so far"
    return [*text(f"{path.name} cannot be costed", "bad"), *text(f" · {good} · q leaves", "dim")]


def fitted(screen: Screen, room: int, first: int = 0) -> tuple[Screen, int]:
    """A report cut to a number of lines: header, titles and total stay, all else scrolls between them.

    Beside it the line of that which is shown first: `first`, or the nearest that leaves no room unused.
    """
    if len(screen) <= room:
        return screen, 0
    head, rows, total, notes = _parts(screen)
    if not total:
        return [*screen[: room - 1], text(f"⋮ {len(screen) - room + 1} lines more", "dim")], 0
    if len(head) + len(total) + 2 > room:
        head = [head[0], head[-1]]
    between = [*rows, *notes]
    seen = max(room - len(head) - len(total) - 1, 0)
    first = max(min(first, len(between) - seen), 0)
    said = f"⋮ lines {first + 1}–{first + seen} of {len(between)} · ↑ ↓ scroll" if seen else f"⋮ {len(between)} lines more"
    return [*head, *between[first : first + seen], text(said, "dim"), *total][:room], first


def _parts(screen: Screen) -> tuple[Screen, Screen, Screen, Screen]:
    """The header with the titles, the rows, the rule with the total, what stands below; no total where there is no rule."""
    ruled = (place for place, line in enumerate(screen) if line and not "".join(c.text for c in line).strip("─"))
    rule = next(ruled, None)
    if rule is None or [] not in screen[:rule]:
        return screen, [], [], []
    top = screen.index([]) + 2
    return screen[:top], screen[top:rule], screen[rule : rule + 2], screen[rule + 2 :]


def _keys() -> list[bytes]:
    """The keys that are pressed within a pause; the end of the input leaves, as `q` does."""
    if not sys.stdin.isatty():
        time.sleep(PAUSE)
        return []
    if not select.select([sys.stdin], [], [], PAUSE)[0]:
        return []
    return re.findall(rb"\x1b[\[O][0-9;]*[~A-Z]|.", os.read(sys.stdin.fileno(), 1024) or b"q", re.DOTALL)


@contextmanager
def _terminal() -> Iterator[list[bool]]:
    """Take the terminal over and give it back as it was, however the watching ends; also while it is suspended.

    Gives a list that is not empty after the program was suspended and resumed.
    """
    resumed: list[bool] = []
    keys = sys.stdin.fileno() if sys.stdin.isatty() else None
    usual = termios.tcgetattr(keys) if keys is not None else None

    def enter() -> None:
        if keys is not None:
            tty.setcbreak(keys)
        print(_ENTER, end="", flush=True)

    def leave() -> None:
        with suppress(OSError, termios.error):  # the terminal itself may have gone
            print(_LEAVE, end="", flush=True)
            if keys is not None and usual is not None:
                termios.tcsetattr(keys, termios.TCSADRAIN, usual)

    def suspend(number: int, _: object) -> None:
        leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)  # stops here, until the shell brings it back
        signal.signal(number, suspend)
        enter()
        resumed.append(True)

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    # Ctrl-C leaves also where a script has started this with interrupts ignored
    handlers = {signal.SIGTSTP: suspend, signal.SIGTERM: end, signal.SIGHUP: end, signal.SIGINT: signal.default_int_handler}
    previous = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    enter()
    try:
        yield resumed
    finally:
        leave()
        for number, handler in previous.items():
            signal.signal(number, handler)
