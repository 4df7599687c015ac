"""The command line as a whole: its first screen, its help, its ops, its ways to fail."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from costmodel.commands.menu import COMMANDS, GROUPS

Runner = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parent.parent


def test_the_first_screen_shows_the_three_uses_then_the_help(run: Runner) -> None:
    code, out, err = run()
    first = out.splitlines()[:3]
    assert (code, err) == (0, "")
    assert ["costmodel analyze" in first[0], "costmodel sweep" in first[1], "costmodel verify" in first[2]] == [True] * 3
    assert "Usage: costmodel" in out
    for command in ("analyze", "sweep", "verify", "ops"):
        assert f"\n  {command}" in out


def test_the_examples_of_the_first_screen_work(run: Runner) -> None:
    first = run()[1].partition("\n\n")[0]
    examples = [line.split("costmodel ", 1)[1].split() for line in first.splitlines()]
    assert [run(*arguments)[0] for arguments in examples] == [0] * 5


def test_the_help_has_every_command_under_one_question(run: Runner) -> None:
    grouped = [name for names in GROUPS.values() for name in names]
    assert sorted(grouped) == sorted(COMMANDS)
    assert all(f"\n{question}\n  {names[0]} " in run("--help")[1] for question, names in GROUPS.items())


def test_the_launcher_of_a_checkout_works_from_any_folder(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "analyze", "mobilenet.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "568,740,352" in done.stdout


def test_version(run: Runner) -> None:
    from costmodel import __version__

    assert run("--version") == (0, f"costmodel {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("analyze",), "analyze needs SPEC\n  = SPEC: a spec file, or the name of a bundled spec"),
        (("sweep", "mobilenet"), "nothing is swept\n  = --over alpha=0.5,1 or --points FILE.csv"),
        (
            ("solve", "mobilenet", "--by", "alpha"),
            "nothing is asked for\n  = --target mult_adds=300M, --maximise mult_adds or, of choices by rows, --count",
        ),
        (("analyse", "x"), "no command is called 'analyse'\n  = did you mean 'analyze'?"),
        (("zzz",), "no command is called 'zzz'\n  = the commands are "),
        (("analyze", "x", "--dtyp", "int8"), "analyze has no option '--dtyp'\n  = did you mean '--dtype'?"),
        (("analyze", "x", "--zzz"), "analyze has no option '--zzz'\n  = costmodel analyze --help lists them"),
        (("--zzz",), "there is no option '--zzz'\n  = costmodel --help lists them"),
        (("analyze", "x", "y"), "analyze does not know what to do with 'y'\n  = costmodel analyze --help says what it takes"),
        (("analyze", "x", "--batch"), "--batch needs a value"),
        (("analyze", "x", "--quiet=3"), "--quiet takes no value"),
    ],
)
def test_misuse_is_answered_in_one_line_and_a_hint(arguments: tuple[str, ...], said: str, run: Runner) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"costmodel: {said}")
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize("batch", ["two", "0", "-1", "1.5", "", "9" * 5000])
def test_a_batch_that_is_none_is_answered_in_our_own_words(batch: str, run: Runner) -> None:
    code, out, err = run("analyze", "mobilenet", "--batch", batch)
    assert (code, out) == (2, "")
    assert err.startswith(f"costmodel: --batch must be a whole number, at least 1, and is {batch}"[:200])


def test_a_full_disk_is_said_in_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "costmodel", "analyze", "mobilenet"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr == "costmodel: the report could not be written: No space left on device\n"


def test_a_screen_without_unicode_gets_the_formulas_spelled_out() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "costmodel", "verify"],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert done.stdout.decode("ascii").startswith("memory access >= 2sqrt(h*w*B) + B/(h*w), in elements")
