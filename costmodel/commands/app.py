"""The entry point: the commands, and the door at which every user error is printed."""

import atexit
import codecs
import gc
import os
import sys
from typing import Annotated

import typer

from costmodel.commands.menu import Menu
from costmodel.commands.options import SHELLS, offered
from costmodel.problems import SpecError

app = typer.Typer(
    cls=Menu,
    help="What a convolutional network costs: mult-adds, parameters and memory access, from a spec of its architecture.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

_FIRST = """\
What does it cost?            costmodel analyze mobilenet.yaml
What if it were narrower?     costmodel sweep mobilenet.yaml --over alpha=0.25,0.5,0.75,1
Is it near the bound?         costmodel verify --h 56 --w 56 --c1 24 --c2 144
Is it well designed?          costmodel check mobilenet.yaml
Why that number?              costmodel explain mobilenet.yaml pair.7
"""


@app.callback(invoke_without_command=True)
def menu(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False,
    show_completion: Annotated[
        str | None,
        typer.Option(
            metavar="SHELL",
            help="Print the script that makes bash, zsh or fish complete what you type, and leave.",
            autocompletion=offered(*SHELLS),
        ),
    ] = None,
) -> None:
    """Show the main uses, then the rest of the help."""
    if version:
        from costmodel import __version__

        typer.echo(f"costmodel {__version__}")
    elif show_completion:
        from costmodel.commands.reading import choice
        from costmodel.commands.shells import SCRIPTS

        typer.echo(SCRIPTS[choice("shell", show_completion, SHELLS)].strip())
    elif context.invoked_subcommand is None:
        typer.echo(f"{_FIRST}\n{context.get_help()}")


_SPELLED = {"×": "x", "·": "*", "√": "sqrt", "≥": ">=", "≤": "<=", "–": "-", "−": "-", "─": "-", "…": "...", "→": "->"}
_SPELLED |= {"²": "^2", "³": "^3", "₁": "1", "₂": "2", "₃": "3", "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")"}
_SPELLED |= {**dict.fromkeys("█▉▊▋▌", "#"), **dict.fromkeys("▍▎▏", ".")}
_SPELLED |= {"ᵢ": "i", "ₒ": "o", "∑": "sum", "∂": "d", "✓": "ok", "✗": "FAILS"}


def spell_out(error: UnicodeError) -> tuple[str, int]:
    """Write in ASCII what a terminal's encoding does not have."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(_SPELLED.get(c, "?") for c in error.object[error.start : error.end]), error.end


_MISUSE: type[Exception] = typer.BadParameter.__mro__[1]
"""Typer's error for a command line that it cannot take."""


def main() -> None:
    """Run the command line; a user's mistake is printed on standard error and exits with 2."""
    gc.set_threshold(100_000)  # start-up makes much that stays and no cycles worth looking for
    atexit.register(gc.freeze)  # nor are there any at the end, where a last look at everything is a sixth of the time
    codecs.register_error("spelled out", spell_out)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="spelled out")
    try:
        if shell := os.environ.get("_COSTMODEL_COMPLETE"):
            from costmodel.commands.shells import serve

            serve(typer.main.get_command(app), shell)
            return
        code = app(prog_name="costmodel", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(code)
    except _MISUSE as error:
        from costmodel.commands.usage import answered

        print(answered(error), file=sys.stderr)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)  # stopped by Ctrl-C, as shells spell it
    except SpecError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        # The reader has left, as `| head` does; point stdout elsewhere, or Python complains while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        print(f"costmodel: the report could not be written: {error.strerror or error}", file=sys.stderr)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
