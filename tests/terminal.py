"""A program on a terminal of its own: what is typed, and what the screen gets."""

import codecs
import fcntl
import os
import pty
import select
import signal
import struct
import termios
import time
from collections.abc import Callable
from pathlib import Path


class Terminal:
    """A program that runs on a pseudo-terminal."""

    def __init__(
        self, command: list[str], folder: Path, environment: dict[str, str], size: tuple[int, int] = (100, 30)
    ) -> None:
        self.seen = ""
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")  # a read may end amid a character
        self.pid, self.stream = pty.fork()
        if self.pid == 0:
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # whoever runs the tests in the background may ignore it
            _resize(0, *size)
            os.chdir(folder)
            os.execvpe(command[0], command, environment)

    def resize(self, columns: int, lines: int) -> None:
        _resize(self.stream, columns, lines)

    def type(self, text: str) -> None:
        os.write(self.stream, text.encode())

    def read(self) -> bool:
        """Take in what has come; false when the program has left."""
        if not select.select([self.stream], [], [], 0.05)[0]:
            return True
        try:
            data = os.read(self.stream, 65536)
        except OSError:  # Linux reports the other side's closing as an error
            return False
        self.seen += self.decoder.decode(data)
        return bool(data)

    def until(self, holds: Callable[[str], object], seconds: float = 20) -> str:
        """What was seen since the last call, once it holds; fails where it never does."""
        end = time.monotonic() + seconds
        while not holds(self.seen):
            assert self.read() or holds(self.seen), f"the program left; seen: {self.seen!r}"
            assert time.monotonic() < end, f"seen: {self.seen!r}"
        seen, self.seen = self.seen, ""
        return seen

    def leave(self, seconds: float = 20) -> int:
        """The exit status, once the program has left."""
        end = time.monotonic() + seconds
        while self.read():
            if os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT):
                while self.read() and select.select([self.stream], [], [], 0)[0]:
                    pass
                break
            assert time.monotonic() < end, f"still running; seen: {self.seen!r}"
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def close(self) -> None:
        os.close(self.stream)


def _resize(stream: int, columns: int, lines: int) -> None:
    fcntl.ioctl(stream, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
