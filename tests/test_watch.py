"""`analyze --watch`, on a terminal of its own: what a frame shows after each thing that may happen to the file."""

import os
import re
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminal import Terminal

from costmodel.commands.watch import fitted
from costmodel.reports.layout import Screen, text

Runner = Callable[..., tuple[int, str, str]]
SPEC = "name: Small\ninput: [3, 8, 8]\nlayers: [{conv2d: {out: 4, bias: false}}]\n"
BEGIN, END = "\x1b[?2026h\x1b[H", "\x1b[J\x1b[?2026l"


class Watched:
    """A watching command; `frame` waits for the frame that holds all the words given."""

    def __init__(self, folder: Path, *arguments: str, size: tuple[int, int] = (100, 30), **environment: str) -> None:
        command = [sys.executable, "-m", "costmodel", "analyze", "--watch", *arguments]
        kept = {k: v for k, v in os.environ.items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        self.terminal = Terminal(command, folder, {**kept, "TERM": "xterm", "PYTHONUTF8": "1", **environment}, size)
        self.usual = termios.tcgetattr(self.terminal.stream)
        self.all = ""

    def frame(self, *words: str) -> list[str]:
        def last(seen: str) -> str:
            return seen.rpartition(END)[0].rpartition(BEGIN)[2] if END in seen else ""

        seen = self.terminal.until(lambda seen: all(word in plain(last(seen)) for word in words) and END in seen)
        self.all += seen
        return plain(last(seen)).split("\r\n")

    def ended(self) -> int:
        code = self.terminal.leave()
        self.all += self.terminal.seen
        return code


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Callable[..., Watched]]:
    started: list[Watched] = []

    def start(*arguments: str, **rest: object) -> Watched:
        started.append(Watched(tmp_path, *arguments, **rest))  # type: ignore[arg-type]
        return started[-1]

    (tmp_path / "small.yaml").write_text(SPEC, encoding="utf-8")
    yield start
    for one in started:
        try:
            os.kill(one.terminal.pid, signal.SIGKILL)
            os.waitpid(one.terminal.pid, 0)
        except ProcessLookupError:
            pass  # it has left, as it should
        one.terminal.close()


def save(folder: Path, out: str) -> None:
    (folder / "small.yaml").write_text(SPEC.replace("out: 4", out), encoding="utf-8")


def test_each_save_is_shown_mistakes_included(watched: Callable[..., Watched], tmp_path: Path) -> None:
    run = watched("small.yaml")
    frame = run.frame("768")  # 8·8·3·4
    assert frame[0].startswith("Small")
    assert re.fullmatch(r"small\.yaml · costed at \d\d:\d\d:\d\d · q leaves", frame[-1])
    assert len(frame) == 30
    save(tmp_path, "aut: 4")
    frame = run.frame("cannot be costed")
    assert frame[:3] == [
        "small.yaml:3:20: conv2d has no field 'aut'",
        " 3 | layers: [{conv2d: {aut: 4, bias: false}}]",
        "   |                    ^",
    ]
    assert re.fullmatch(r"small\.yaml cannot be costed · last right at \d\d:\d\d:\d\d · q leaves", frame[-1])
    assert not any("768" in line for line in frame)
    save(tmp_path, "out: 8")
    assert run.frame("1,536")[-1].startswith("small.yaml · costed")


def test_a_file_that_is_renamed_over_or_away_or_comes_back(watched: Callable[..., Watched], tmp_path: Path) -> None:
    run = watched("small")  # the name finds small.yaml
    run.frame("768")
    (tmp_path / "beside").write_text(SPEC.replace("out: 4", "out: 8"), encoding="utf-8")
    (tmp_path / "beside").rename(tmp_path / "small.yaml")
    run.frame("1,536")
    (tmp_path / "small.yaml").unlink()
    assert run.frame("cannot be costed")[0] == "costmodel: small.yaml: no such file or directory"
    save(tmp_path, "out: 2")
    run.frame("384")


def test_a_bundled_spec_does_not_stand_in_for_a_file_that_went(watched: Callable[..., Watched], tmp_path: Path) -> None:
    (tmp_path / "mobilenet.yaml").write_text(SPEC, encoding="utf-8")
    run = watched("mobilenet")
    run.frame("768")
    (tmp_path / "mobilenet.yaml").unlink()
    assert "no such file" in run.frame("cannot be costed")[0]


def test_a_spec_that_is_wrong_from_the_start_can_be_mended(watched: Callable[..., Watched], tmp_path: Path) -> None:
    save(tmp_path, "")
    run = watched("small.yaml")
    assert "not right so far" in run.frame("cannot be costed")[-1]
    save(tmp_path, "out: 4")
    run.frame("768")


def test_the_report_follows_the_size_of_the_terminal(watched: Callable[..., Watched]) -> None:
    run = watched("mobilenet", size=(80, 24))
    frame = run.frame("568,740,352")
    assert len(frame) == 24
    assert frame[5].startswith("layer ")
    assert frame[-4:-1][0].startswith("⋮ lines 1–14 of ")
    assert frame[-2].startswith("total ")
    assert max(map(len, frame)) <= 80
    run.terminal.resize(140, 60)
    frame = run.frame("with", "every op moved")
    assert len(frame) == 60
    assert not any("⋮" in line for line in frame)
    run.terminal.resize(30, 6)
    frame = run.frame("lines more")
    assert [len(frame), frame[0][:12], frame[1][:5], frame[-2][:5]] == [6, "MobileNet V1", "layer", "total"]
    assert max(map(len, frame)) <= 30


def test_what_has_no_room_is_scrolled_to(watched: Callable[..., Watched]) -> None:
    run = watched("mobilenet", size=(80, 24))
    run.frame("lines 1–14 of")
    run.terminal.type("\x1b[B\x1b[Bj")
    run.frame("lines 4–17 of")
    run.terminal.type("k")
    assert run.frame("lines 3–16 of")[-2].startswith("total ")
    run.terminal.type(" " * 9)
    assert any("(54.9 MiB)" in line for line in run.frame("every op moved"))
    run.terminal.type("\x1b[5~" * 9)
    run.frame("lines 1–14 of")


@pytest.mark.parametrize("key", ["q", "\x03", "\x04"], ids=["q", "Ctrl-C", "Ctrl-D"])
def test_leaving_gives_the_terminal_back(key: str, watched: Callable[..., Watched]) -> None:
    run = watched("small.yaml")
    run.frame("768")
    assert termios.tcgetattr(run.terminal.stream)[3] & termios.ECHO == 0
    run.terminal.type(key)
    assert run.ended() == 0
    assert run.all.endswith("\x1b[?7h\x1b[?25h\x1b[?1049l")
    assert termios.tcgetattr(run.terminal.stream) == run.usual
    assert "Traceback" not in run.all


def test_being_ended_gives_the_terminal_back(watched: Callable[..., Watched]) -> None:
    run = watched("small.yaml")
    run.frame("768")
    os.kill(run.terminal.pid, signal.SIGTERM)
    assert run.ended() == 128 + signal.SIGTERM
    assert run.all.endswith("\x1b[?7h\x1b[?25h\x1b[?1049l")
    assert termios.tcgetattr(run.terminal.stream) == run.usual


def test_frames_are_drawn_over_not_cleared_and_only_where_something_changed(
    watched: Callable[..., Watched], tmp_path: Path
) -> None:
    run = watched("small.yaml")
    run.frame("768")
    save(tmp_path, "out: 8")
    run.frame("1,536")
    run.terminal.type("q")
    assert run.ended() == 0
    assert "\x1b[2J" not in run.all
    assert run.all.count(BEGIN) == run.all.count(END) == 2


def test_colour_is_given_and_can_be_refused(watched: Callable[..., Watched], tmp_path: Path) -> None:
    save(tmp_path, "aut: 4")
    for colour, run in [(True, watched("small.yaml")), (False, watched("small.yaml", "--no-color"))]:
        run.frame("cannot be costed")
        assert ("\x1b[1;31m" in run.all) is colour
    plain_run = watched("small.yaml", NO_COLOR="1")
    plain_run.frame("cannot be costed")
    assert not re.search(r"\x1b\[[0-9;]*m", plain_run.all)


def test_warnings_stand_below_the_report(watched: Callable[..., Watched], tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SPEC + "params: {idle: 1}\n", encoding="utf-8")
    assert any("no formula reads the" in line for line in watched("small.yaml").frame("768"))
    assert not any("no formula reads" in line for line in watched("small.yaml", "--quiet").frame("768"))


def test_mistakes_in_the_command_end_it_at_once(watched: Callable[..., Watched]) -> None:
    run = watched("small.yaml", "--batch", "0")
    assert run.ended() == 2
    assert "--batch must be a whole number" in run.all
    assert "\x1b" not in run.all


def test_without_a_terminal_it_is_refused(run: Runner, tmp_path: Path) -> None:
    code, out, err = run("analyze", "mobilenet", "--watch")
    assert (code, out) == (2, "")
    assert err.startswith("costmodel: --watch draws over a terminal, and standard output is none\n")


@pytest.mark.parametrize("elsewhere", [("--format", "json"), ("-o", "report.txt")])
def test_elsewhere_it_is_refused(run: Runner, elsewhere: tuple[str, str]) -> None:
    code, out, err = run("analyze", "mobilenet", "--watch", *elsewhere)
    assert (code, out) == (2, "")
    assert err.startswith("costmodel: --watch draws over a terminal, and a report elsewhere or in another form is asked")


REPORT: Screen = [
    text("Name"),
    text("settings"),
    [],
    text("layer"),
    *(text(f"row {n}") for n in range(20)),
    text("────"),
    text("total"),
    [],
    text("note"),
]


@pytest.mark.parametrize("room", range(1, 40))
@pytest.mark.parametrize("first", [0, 3, 99])
def test_a_cut_report_fills_its_room_and_keeps_its_total(room: int, first: int) -> None:
    lines, start = fitted(REPORT, room, first)
    assert len(lines) == min(room, len(REPORT))
    assert 0 <= start <= first
    if room >= 5:
        assert text("Name") in lines
        assert text("layer") in lines
        assert text("total") in lines
    if room >= len(REPORT):
        assert lines == REPORT


def test_every_line_can_be_scrolled_to() -> None:
    seen = [line for first in range(40) for line in fitted(REPORT, 12, first)[0]]
    assert all(line in seen for line in REPORT)


def test_problems_that_have_no_room_are_counted() -> None:
    lines, _ = fitted([text(f"problem {n}") for n in range(10)], 4)
    assert lines[-1] == text("⋮ 7 lines more", "dim")
