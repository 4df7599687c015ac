"""Completion: what is offered where, in this process, in each shell's protocol, and in the shells themselves."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import pytest
import typer
from terminal import Terminal

from costmodel.commands.app import app
from costmodel.commands.completion import MAX_BYTES, Answer, complete
from costmodel.commands.menu import COMMANDS
from costmodel.commands.options import FEW_FORMATS, FORMATS, GROUPINGS, SHELLS
from costmodel.commands.shells import SCRIPTS, split
from costmodel.conventions import CONVENTIONS
from costmodel.dtypes import DTYPES, Dtypes
from costmodel.ops import OPS

GROUP = typer.main.get_command(app)
BASH_BREAKS = " \t\n\"'><=;|&(:"

SPEC = """\
name: Small
params: {alpha: 1, width: 8 * alpha, act: relu, size}
input: [3, size, size]
layers: [{conv2d: {out: width}}, {activation: act}]
variants: {wide: {alpha: 2, act: relu6}, "x (a:b)": {alpha: 0.5}}
"""
HOSTILE = """\
name: Hostile
params: {alpha: "$(touch taken) `touch taken` 'a' : %F\\t\\e[31m", "al$(touch taken)": 1, "al`touch taken`": 2, "al\\nx": 3}
input: [1, 1, 1]
layers: [relu]
variants: {"x$(touch taken)": {alpha: 1}, "x`touch taken`": {alpha: 2}, "x;touch taken": {alpha: 3}, "x\\e[31m": {alpha: 4}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "small.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "my spec.yaml").write_text(SPEC, encoding="utf-8")
    (tmp_path / "hostile.yaml").write_text(HOSTILE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def names(*words: str) -> list[str]:
    return [value for value, _ in complete(GROUP, list(words)).items]


def test_commands() -> None:
    assert names("") == [*COMMANDS]
    assert complete(GROUP, ["an"]) == Answer("names", [("analyze", "What a network costs, per layer and in all.")])
    assert names("nope", "") == []


def test_options_with_their_help_and_not_twice() -> None:
    everything = complete(GROUP, ["analyze", "mobilenet", "--"]).items
    assert ("--batch", "Images in one pass.") in everything
    assert "--batch" not in names("analyze", "--batch", "2", "--quiet", "--")
    assert "--quiet" not in names("analyze", "--batch", "2", "--quiet", "--")
    assert "--set" in names("analyze", "--set", "alpha=1", "--")
    assert names("analyze", "mobilenet", "") == [name for name, _ in everything]
    assert names("verify", "--int") == ["--interactive"]
    assert "--version" in names("-")


@pytest.mark.parametrize(
    ("words", "choices"),
    [
        (("analyze", "x", "--by"), GROUPINGS),
        (("analyze", "--dtype"), [*DTYPES, *(f"{kind}=" for kind in Dtypes._fields)]),
        (("analyze", "x", "--format"), FORMATS),
        (("ops", "--format"), FEW_FORMATS),
        (("verify", "--format"), FORMATS),
        (("sweep", "--convention"), CONVENTIONS),
        (("--show-completion",), SHELLS),
    ],
)
def test_choices_apart_and_joined(words: tuple[str, ...], choices: Iterable[str]) -> None:
    assert names(*words, "") == list(choices)
    assert names(*words[:-1], f"{words[-1]}=") == [f"{words[-1]}={choice}" for choice in choices]
    first = next(iter(choices))
    assert first in names(*words, first[:1])
    assert names(*words, "nope") == []


def test_columns_between_commas() -> None:
    assert names("analyze", "x", "--columns", "layer,mult") == ["layer,mult_adds"]
    assert "layer,layer" not in names("analyze", "x", "--columns", "layer,")
    assert names("sweep", "x", "--sort", "par") == ["params"]


def test_specs_are_the_bundled_ones_and_the_shell_adds_files() -> None:
    assert complete(GROUP, ["analyze", "mob"]) == Answer("specs", [("mobilenet", ""), ("mobilenetv2", ""), ("mobilenetv3", "")])
    assert names("sweep", "mobilenetv2.y") == ["mobilenetv2.yaml"]


def test_devices_are_the_bundled_ones_and_the_shell_adds_files() -> None:
    assert complete(GROUP, ["analyze", "mobilenet", "--device", "gtx"]) == Answer("specs", [("gtx-1080-ti", "")])
    assert complete(GROUP, ["analyze", "--device=a1"]) == Answer("specs", [("--device=a100", "")])
    assert complete(GROUP, ["analyze", "mobilenet", "--plot", ""]) == Answer("files", [])
    assert complete(GROUP, ["sweep", "mobilenet", "--plot", ""]) == Answer("files", [])
    assert "time" in names("analyze", "x", "--columns", "tim")
    assert names("sweep", "x", "--columns", "tim") == []


def test_free_parameters() -> None:
    assert names("formula", "mobilenetv2", "--free", "re") == ["resolution"]
    assert names("formula", "mobilenetv2", "--free", "alpha,re") == ["alpha,resolution"]
    assert names("formula", "mobilenetv2", "--free", "alpha,al") == []


def test_ops_with_their_manual() -> None:
    assert set(OPS) < set(names("ops", ""))
    found = dict(complete(GROUP, ["ops", "conv2"]).items)
    assert list(found) == ["conv2d"]
    assert found["conv2d"].startswith("Slide `out` filters over the image")
    assert all("\n" not in text and len(text) <= 80 for text in found.values())


def test_variants_with_what_they_set(folder: Path) -> None:
    assert complete(GROUP, ["analyze", "mobilenetv2", "--variant", "x0.7"]).items == [("x0.75", "alpha 0.75")]
    assert complete(GROUP, ["sweep", "small", "--variant="]).items == [
        ("--variant=wide", "alpha 2, act relu6"),
        ("--variant=x (a:b)", "alpha 0.5"),
    ]


def test_variants_of_a_table(folder: Path) -> None:
    Path("t.yaml").write_text("variants: {table: [[name, width], [b0, 1], [b1, 1.1]]}", encoding="utf-8")
    assert complete(GROUP, ["analyze", "t", "--variant", ""]).items == [("b0", "width 1"), ("b1", "width 1.1")]
    assert ("74-c8g8", "groups 8") in [
        (name, text[:8]) for name, text in complete(GROUP, ["analyze", "condensenet", "--variant", "74"]).items
    ]


def test_parameters_with_their_defaults(folder: Path) -> None:
    found = complete(GROUP, ["analyze", "small.yaml", "--set", ""])
    assert found.kind == "parts"
    assert found.items == [("alpha=", "default 1"), ("width=", "default 8 * alpha"), ("act=", "default relu"), ("size=", "")]
    assert names("analyze", "small", "--set=al") == ["--set=alpha="]
    assert names("analyze", "--set", "alpha=2", "small", "--set", "") == ["width=", "act=", "size="]
    assert names("sweep", "small", "--over", "size=8,16", "--set", "s") == []


def test_values_that_the_spec_itself_gives(folder: Path) -> None:
    assert names("analyze", "small", "--set", "alpha=") == ["alpha=1", "alpha=2", "alpha=0.5"]
    assert names("analyze", "small", "--set=act=relu6") == ["--set=act=relu6"]
    assert names("analyze", "small", "--set", "width=") == []  # a formula is no value to set
    assert names("sweep", "small", "--over", "alpha=0.25,0") == ["alpha=0.25,0.5"]


def test_after_two_dashes_words_are_no_options() -> None:
    assert names("analyze", "--", "xcep") == ["xception"]
    assert names("analyze", "--", "--") == []


BROKEN = {
    "empty": "",
    "no mapping": "- 1",
    "open": "params: {a: 1",
    "deep": "[" * 50_000,
    "aliases": "params: &a {a: 1}\nvariants: *a",
    "bytes": "params: {a: \x00}",
    "shapes": "params: [a]\nvariants: {table: 3, x: [1]}",
    "a table of nothing": "params: 1\nvariants: {table: []}",
    "too long": "params: {a: 1}\n#" + " " * MAX_BYTES,
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_a_spec_that_cannot_be_read_offers_nothing(text: str, folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (folder / "broken.yaml").write_text(text, encoding="utf-8")
    assert [names("analyze", "broken.yaml", option, "") for option in ("--set", "--variant")] == [[], []]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("spec", ["nope", ".", "/", "", "x" * 5000, "~nobody-of-that-name/x", "\0", "pipe.yaml"])
def test_a_spec_that_is_none_offers_nothing(spec: str, folder: Path) -> None:
    os.mkfifo(folder / "pipe.yaml")
    assert names("analyze", spec, "--set", "") == []


def test_networks_with_a_variant_and_settings(folder: Path) -> None:
    assert names("compare", "mobilenet@x0.2") == ["mobilenet@x0.25"]
    assert names("compare", "mobilenet", "mobilenetv2@x1.4,reso") == ["mobilenetv2@x1.4,resolution="]
    assert names("compare", "mobilenetv2@resolution=96,resol") == []
    assert names("compare", "nope@x") == []
    assert names("check", "mobilenet@x0.5", "--set", "resol") == ["resolution="]
    assert names("compare", "mobilenet", "vit", "--normalise", "") == ["mobilenet", "vit", "first"]
    assert "intensity" in names("compare", "vit", "--columns", "")
    assert folder.exists()


def test_blocks_behind_a_colon_with_their_parameters() -> None:
    for command in ("analyze", "explain", "export", "formula", "solve", "sweep"):
        assert names(command, "mobilenetv2:") == ["mobilenetv2:conv_bn", "mobilenetv2:bottleneck"]
    assert complete(GROUP, ["formula", "mobilenetv2:bo"]).items == [("mobilenetv2:bottleneck", "t, out, stride")]
    assert names("formula", "mobilenetv2:bottleneck", "--set", "") == ["c_in=", "h=", "w=", "t=", "out=", "stride="]
    assert names("formula", "mobilenetv2:bottleneck", "--free", "t,o") == ["t,out"]
    assert names("formula", "mobilenetv2:bottleneck", "--variant", "") == []
    assert names("formula", "nope:") == []


def test_names_that_could_steer_a_terminal_are_not_offered(folder: Path) -> None:
    assert names("analyze", "hostile", "--set", "") == ["alpha="]
    assert names("analyze", "hostile", "--variant", "") == ["x$(touch taken)", "x`touch taken`", "x;touch taken"]
    found = (
        complete(GROUP, ["analyze", "hostile", "--set", ""]).items
        + complete(GROUP, ["analyze", "hostile", "--variant", ""]).items
    )
    assert all((value + text).isprintable() for value, text in found)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("costmodel ", ["costmodel", ""]),
        ("costmodel an", ["costmodel", "an"]),
        (r"costmodel my\ spec", ["costmodel", "my spec"]),
        ("costmodel 'my spec", ["costmodel", "my spec"]),
        ('costmodel "a"b" c', ["costmodel", "ab c"]),
        ("costmodel a\\", ["costmodel", "a"]),
        ("costmodel a # b", ["costmodel", "a", "#", "b"]),
    ],
)
def test_half_typed_lines_are_split(line: str, words: list[str]) -> None:
    assert split(line) == words


# --- each shell's protocol, through a process


def asked(shell: str, *words: str, folder: Path | None = None) -> list[str]:
    """The lines of an answer; nothing may be said on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "costmodel", *words],
        cwd=folder,
        env={**os.environ, "_COSTMODEL_COMPLETE": shell, "PYTHONUTF8": "1"},
        capture_output=True,
        check=True,
    )
    assert done.stderr == b""
    return done.stdout.decode("utf-8").splitlines()


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("costmodel analyze mobilenetv2 --set al", ["parts", "alpha="]),
        ("costmodel analyze mobilenetv2 --set=al", ["parts", "alpha="]),
        ("costmodel analyze mobilenetv2 --set alpha=0.7", ["names", "0.75"]),
        ("costmodel analyze mobilenetv2 --set=alpha=0.7", ["names", "0.75"]),
        ('costmodel analyze mobilenetv2 --set "alpha=0.7', ["names", "alpha=0.75"]),
        ("costmodel analyze mobilenetv2 --by=la", ["names", "layer"]),
        ("costmodel analyze small --variant x", ["names", r"x\ \(a:b\)"]),
        ("costmodel analyze small --variant x\\ \\(a:", ["names", r"b\)"]),
        ("costmodel analyze small --variant 'x", ["names"]),
        (
            "costmodel",
            ["names", *COMMANDS],
        ),
    ],
)
def test_bash_gets_what_stands_after_the_last_sign_at_which_it_splits(line: str, answer: list[str], folder: Path) -> None:
    assert asked("bash", BASH_BREAKS, line, folder=folder) == answer


def test_bash_that_does_not_split_at_equals_gets_the_whole_word() -> None:
    assert asked("bash", " \t\n", "costmodel analyze mobilenetv2 --set=al") == ["parts", "--set=alpha="]


def test_zsh_gets_its_colons_escaped(folder: Path) -> None:
    assert asked("zsh", "analyze", "small", "--variant", "x", folder=folder) == ["names", r"x (a\:b):alpha 0.5"]


def test_fish_gets_a_tab_before_the_help(folder: Path) -> None:
    assert asked("fish", "analyze", "my spec.yaml", "--set", '"al', folder=folder) == ["parts", "alpha=\tdefault 1"]


def test_an_answer_that_takes_too_long_is_none(folder: Path) -> None:
    (folder / "slow.yaml").write_text("{" + "a: 1, " * (MAX_BYTES // 6 - 1) + "}", encoding="utf-8")
    started = time.monotonic()
    assert asked("zsh", "analyze", "slow.yaml", "--set", "", folder=folder) in ([], ["names"])
    assert time.monotonic() - started < 10


def test_a_tab_loads_neither_pydantic_nor_rich_nor_numpy() -> None:
    script = (
        "import sys; from costmodel.commands import app, completion\n"
        "completion.complete(app.typer.main.get_command(app.app), ['analyze', 'mobilenetv2', '--set', 'al']).items[0]\n"
        "print(*sorted({'numpy', 'sympy', 'rich', 'pydantic', 'yaml', 'typer'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["typer", "yaml"]


def test_scripts_are_printed_and_never_evaluate_an_answer() -> None:
    for shell, script in SCRIPTS.items():
        done = subprocess.run(
            [sys.executable, "-m", "costmodel", "--show-completion", shell], capture_output=True, text=True, check=True
        )
        assert done.stdout == script.strip() + "\n"
        assert "eval " not in script


# --- the shells themselves


def having(shell: str) -> str:
    found = shutil.which(shell)
    if not found:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """A shell's environment, with a `costmodel` on its path."""
    program = folder / "bin" / "costmodel"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m costmodel "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    path = f"{program.parent}:{os.environ['PATH']}"
    home = {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "ZDOTDIR": str(folder)}
    return {"PATH": path, "TERM": "dumb", "LANG": "C.UTF-8", "PS1": "READY> ", **home}


START = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}


def pressed(shell: str, lines: list[str], folder: Path, environment: dict[str, str]) -> list[str]:
    """What each line becomes when Tab is pressed at its end: it is then turned into a print of its words, and run."""
    having(shell)
    terminal = Terminal(START[shell], folder, environment, (200, 30))
    found = []
    try:
        terminal.until(lambda seen: "READY> " in seen)
        terminal.type(f'eval "$(costmodel --show-completion {shell})"; PS1="GO""> "\r')
        for line in lines:
            terminal.until(lambda seen: "GO> " in seen)
            # Tab is answered before the next key is read
            terminal.type(f"{line}\t\x01printf '<%s>' \x05; echo END\r")
            seen = terminal.until(lambda seen: ">END" in seen.replace("\r", "").replace("\n", ""))
            found.append(seen.replace("\r", "").rpartition("END")[0].rpartition("<costmodel>")[2])
            terminal.type("\r")
        return found
    finally:
        terminal.close()
        os.kill(terminal.pid, 9)
        os.waitpid(terminal.pid, 0)


TABBED = [
    ("costmodel an", "<analyze>"),
    ("costmodel analyze xcep", "<analyze><xception>"),
    ("costmodel analyze smal", "<analyze><small.yaml>"),
    ("costmodel analyze my", "<analyze><my spec.yaml>"),
    ("costmodel analyze mobilenetv2 --variant x0.7", "<analyze><mobilenetv2><--variant><x0.75>"),
    ("costmodel analyze mobilenetv2 --set al", "<analyze><mobilenetv2><--set><alpha=>"),
    ("costmodel analyze mobilenetv2 --set=al", "<analyze><mobilenetv2><--set=alpha=>"),
    ("costmodel analyze mobilenetv2 --set alpha=0.7", "<analyze><mobilenetv2><--set><alpha=0.75>"),
    ("costmodel sweep mobilenetv2 --over al", "<sweep><mobilenetv2><--over><alpha=>"),
    ("costmodel analyze my\\ spec.yaml --variant x", "<analyze><my spec.yaml><--variant><x (a:b)>"),
    ("costmodel ops conc", "<ops><concat>"),
    ("costmodel analyze x --by=la", "<analyze><x><--by=layer>"),
    ("costmodel analyze hostile --set al", "<analyze><hostile><--set><alpha=>"),
    ("costmodel analyze hostile --variant x\\;", "<analyze><hostile><--variant><x;touch taken>"),
    ("costmodel analyze hostile --variant x\\$", "<analyze><hostile><--variant><x$(touch taken)>"),
    ("costmodel analyze hostile --variant x\\`", "<analyze><hostile><--variant><x`touch taken`>"),
    ("costmodel analyze nope --set al", "<analyze><nope><--set><al>"),
    ("costmodel analyze mobilenet --no", "<analyze><mobilenet><--no-color>"),
    ("costmodel analyze mobilenetv2 --variant 'x0.7", "<analyze><mobilenetv2><--variant><x0.75>"),
]


@pytest.mark.parametrize("shell", START)
def test_a_tab_in_a_shell(shell: str, folder: Path, environment: dict[str, str]) -> None:
    typed, words = zip(*TABBED, strict=True)
    found = pressed(shell, list(typed), folder, environment)
    assert dict(zip(typed, found, strict=True)) == dict(zip(typed, words, strict=True))
    assert not (folder / "taken").exists()


def fish_offers(line: str, folder: Path, environment: dict[str, str]) -> list[str]:
    script = "source (costmodel --show-completion fish | psub); complete -C $argv[1]"
    done = subprocess.run(
        [having("fish"), "--no-config", "-c", script, line],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout.splitlines()


OFFERED = {
    "costmodel an": ["analyze\tWhat a network costs, per layer and in all."],
    "costmodel analyze xcep": ["xception"],
    "costmodel analyze my": ["my spec.yaml"],
    "costmodel analyze mobilenetv2 --set al": ["alpha=\tdefault 1"],
    "costmodel analyze mobilenetv2 --set=al": ["--set=alpha=\tdefault 1"],
    'costmodel analyze mobilenetv2 --set "al': ["alpha=\tdefault 1"],
    "costmodel analyze my\\ spec.yaml --variant x": ["x (a:b)\talpha 0.5"],
    "costmodel analyze x --by=la": ["--by=layer"],
    "costmodel analyze nope --set al": [],
    "costmodel analyze hostile --set al": ["alpha=\tdefault $(touch taken) `touch taken` 'a' : %F �[31m"],
}


def test_a_tab_in_fish(folder: Path, environment: dict[str, str]) -> None:
    assert {line: fish_offers(line, folder, environment) for line in OFFERED} == OFFERED
    assert not (folder / "taken").exists()


def test_what_solve_is_asked() -> None:
    assert names("solve", "mobilenet", "--maximise", "mu") == ["mult_adds"]
    assert complete(GROUP, ["solve", "mobilenet", "--at-most", "par"]) == Answer("parts", [("params=", "")])
    assert names("solve", "mobilenet", "--at-least", "r") == ["reads="]
    assert names("solve", "mobilenet", "--by", "alpha,re") == ["alpha,resolution"]
    assert "alpha" not in names("solve", "mobilenet", "--by", "alpha,")
