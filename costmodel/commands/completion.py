"""What could stand at the cursor: the answers to a shell's Tab key.

typer has such machinery too, but it parses the line as if to run it, which loads pydantic, and lays out every help text
with rich: 200 to 300 ms, where a Tab may take 150; and its zsh script evaluates the answer.
"""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import typer

from costmodel.commands.menu import COMMANDS
from costmodel.problems import SpecError, printable

MAX_BYTES = 300_000
"""How long a spec may be to be read at the press of a key; real ones stay below 100,000."""
_HELP_WIDTH = 80
_OF_BLOCKS = ("analyze", "explain", "export", "formula", "solve", "sweep")
"""The commands that take a block of a spec."""


class Answer(NamedTuple):
    """What could stand at the cursor: values with a word of help each, and of what kind (see `commands.shells`)."""

    kind: str
    items: list[tuple[str, str]]


NOTHING = Answer("names", [])


@dataclass
class _Line:
    """The words before the cursor, sorted: whose command they are, what was given, which option waits for its value."""

    command: Any
    given: dict[str, list[str]] = field(default_factory=dict)
    waiting: Any = None
    only_arguments: bool = False

    @cached_property
    def context(self) -> typer.Context:
        """A context in which nothing is parsed: parsing loads pydantic."""
        return typer.Context(self.command, resilient_parsing=True)

    @cached_property
    def params(self) -> list[Any]:
        """The command's options and arguments, `--help` among them."""
        return list(self.command.get_params(self.context))

    def option(self, name: str) -> Any:
        """The option of that name, or None."""
        return next((p for p in self.params if p.param_type_name == "option" and name in (*p.opts, *p.secondary_opts)), None)

    def argument(self) -> Any:
        """The first argument that has no value yet, or takes any number of them; or None."""
        open_to = (p for p in self.params if p.param_type_name == "argument" and (p.nargs == -1 or p.name not in self.given))
        return next(open_to, None)


def complete(group: Any, words: list[str]) -> Answer:
    """What could stand in the place of the last word, after the words before it (the program's name left out)."""
    *before, typed = words
    line = _read(group, before)
    if line is None:
        return NOTHING
    if line.waiting:
        return _values(line, line.waiting, typed)
    if typed.startswith("-") and not line.only_arguments:
        name, equals, value = typed.partition("=")
        option = line.option(name) if equals else None
        if equals:
            return _values(line, option, value, f"{name}=") if option and not option.is_flag else NOTHING
        return _options(line, typed)
    if line.command is group:
        return _matching("names", COMMANDS, typed)
    if argument := line.argument():
        return _values(line, argument, typed)
    return _options(line, typed) if not typed else NOTHING


def _read(group: Any, words: list[str]) -> _Line | None:
    """Sort the words before the cursor; None after a command that does not exist."""
    line = _Line(group)
    for word in words:
        if line.waiting:
            line.given[line.waiting.name].append(word)
            line.waiting = None
        elif word == "--" and not line.only_arguments:
            line.only_arguments = True
        elif word.startswith("-") and not line.only_arguments:
            name, equals, value = word.partition("=")
            if option := line.option(name):
                line.given.setdefault(option.name, []).extend([value] if equals else [])
                line.waiting = None if equals or option.is_flag else option
        elif line.command is group:
            if word not in COMMANDS:
                return None
            line = _Line(group.get_command(line.context, word))
        elif argument := line.argument():
            line.given.setdefault(argument.name, []).append(word)
    return line


def _options(line: _Line, typed: str) -> Answer:
    """The options that are not given yet, or that may be repeated; short names where there is no long one."""
    found: dict[str, str] = {}
    for option in line.params:
        if option.param_type_name == "option" and not option.hidden and (option.multiple or option.name not in line.given):
            names = [*option.opts, *option.secondary_opts]
            for name in [n for n in names if n.startswith("--")] or names:
                found[name] = option.help or ""
    return _matching("names", found, typed)


def _values(line: _Line, param: Any, typed: str, prefix: str = "") -> Answer:
    """The values of an option or argument; `prefix` is what stands before them in the same word."""
    if param.name in _OFFERS:
        return _OFFERS[param.name](line, typed, prefix)
    if param.metavar in ("FILE", "PATH"):
        return Answer("files", [])
    choices = [str(choice.value) for choice in param.shell_complete(line.context, typed) if choice.type == "plain"]
    return _matching("names", dict.fromkeys(choices, ""), typed, prefix)


def _matching(kind: str, found: dict[str, str], typed: str, prefix: str = "") -> Answer:
    """Those that start as typed. A name that could steer a terminal is left out, a help text is made harmless."""
    fitting = {n: text for n, text in found.items() if n.startswith(typed) and n.isprintable() and n.strip()}
    return Answer(kind, [(prefix + name, _harmless(text)) for name, text in fitting.items()])


def _harmless(text: str) -> str:
    return textwrap.shorten(printable(text), _HELP_WIDTH, placeholder=" …")


def _specs(line: _Line, typed: str, prefix: str) -> Answer:
    from costmodel.spec.shelf import bundled

    if "@" in typed and line.command.name in ("check", "compare", "explain", "formula", "solve"):
        return _reference(typed, prefix)
    if ":" in typed and line.command.name in _OF_BLOCKS and (spec := _outlined(typed.partition(":")[0])):
        start, _, block = typed.partition(":")
        found = {name: ", ".join(params) for name, params in spec.blocks.items()}
        return _matching("names", found, block, f"{prefix}{start}:")
    names = bundled()
    full = [f"{name}.yaml" for name in names if typed.startswith(f"{name}.")]
    return _matching("specs", dict.fromkeys([*names, *full], ""), typed, prefix)


def _reference(typed: str, prefix: str) -> Answer:
    """Behind an `@` the variants of a spec, and its parameters that are not set yet."""
    name, _, rest = typed.partition("@")
    spec, (earlier, comma, last) = _outlined(name), rest.rpartition(",")
    if spec is None or "=" in last:
        return NOTHING
    taken = {part.partition("=")[0].strip() for part in earlier.split(",")}
    variants = {} if comma else {name: _settings(sets) for name, sets in spec.variants.items()}
    names = {n: default for n, default in spec.params.items() if n.isidentifier() and n not in taken}
    free = {f"{n}=": f"default {default}" if default else "" for n, default in names.items()}
    return _matching("parts", variants | free, last, f"{prefix}{name}@{earlier}{comma}")


def _named(line: _Line, typed: str, prefix: str) -> Answer:
    """The networks that the line names."""
    return _matching("names", dict.fromkeys([*line.given.get("specs", []), "first"], ""), typed, prefix)


def _devices(_: _Line, typed: str, prefix: str) -> Answer:
    """Bundled devices; the shell adds files, as it does for specs."""
    from costmodel.device import bundled

    return _matching("specs", dict.fromkeys(bundled(), ""), typed, prefix)


def _words(_: _Line, typed: str, prefix: str) -> Answer:
    from costmodel.reports.manual import listed

    return _matching("names", {word["name"]: word["sentence"] for word in listed()}, typed, prefix)


def _spec(line: _Line) -> Any:
    """The parameters and variants of the spec, or of the block, that the line names first; None where it cannot be read."""
    named = [*line.given.get("spec", []), *line.given.get("specs", [])]
    if not named:
        return None
    start, _, block = named[0].partition("@")[0].partition(":")
    spec = _outlined(start)
    if spec is None or not block:
        return spec
    return spec._replace(params={"c_in": "", "h": "", "w": "", **spec.blocks.get(block, {})}, variants={})


def _outlined(name: str) -> Any:
    from costmodel.spec.files import read_file
    from costmodel.spec.outline import outline
    from costmodel.spec.shelf import find

    try:
        path = find(str(Path(name).expanduser()))
        if path.stat().st_size > MAX_BYTES:
            return None
        return outline(*read_file(path, str(path)))
    except (SpecError, OSError, RuntimeError, ValueError):
        return None


def _variants(line: _Line, typed: str, prefix: str) -> Answer:
    spec = _spec(line)
    found = {name: _settings(sets) for name, sets in spec.variants.items()} if spec else {}
    return _matching("names", found, typed, prefix)


def _settings(sets: dict[str, str]) -> str:
    return ", ".join(f"{name} {value}" for name, value in sets.items() if value)


def _parameters(line: _Line, typed: str, prefix: str) -> Answer:
    """`NAME=` for the parameters that are not set yet; after the `=`, the values that the spec itself gives them."""
    spec = _spec(line)
    if spec is None:
        return NOTHING
    name, equals, value = typed.partition("=")
    if not equals:
        taken = {given.partition("=")[0].strip() for option in ("set_", "over") for given in line.given.get(option, [])}
        names = {n: default for n, default in spec.params.items() if n.isidentifier()}
        free = {f"{n}=": f"default {default}" if default else "" for n, default in names.items() if n not in taken}
        return _matching("parts", free, typed, prefix)
    earlier, comma, last = value.rpartition(",")
    written = [spec.params.get(name, ""), *(sets.get(name, "") for sets in spec.variants.values())]
    # a formula as default is no value to set: it reads other parameters
    values = {text: "" for text in written if re.fullmatch(r"[\w.]+", text) and text not in spec.params}
    return _matching("names", values, last, f"{prefix}{name}={earlier}{comma}")


def _free(line: _Line, typed: str, prefix: str) -> Answer:
    """A spec's parameters that are not free yet."""
    earlier, comma, last = typed.rpartition(",")
    spec, taken = _spec(line), {part.strip() for part in earlier.split(",")}
    names = {n: default for n, default in (spec.params if spec else {}).items() if n.isidentifier() and n not in taken}
    found = {n: f"default {default}" if default else "" for n, default in names.items()}
    return _matching("parts", found, last, f"{prefix}{earlier}{comma}")


def _parameter(line: _Line, typed: str, prefix: str) -> Answer:
    """A spec's parameters."""
    spec = _spec(line)
    names = {
        n: f"default {default}" if default else "" for n, default in (spec.params if spec else {}).items() if n.isidentifier()
    }
    return _matching("names", names, typed, prefix)


def _limits(_: _Line, typed: str, prefix: str) -> Answer:
    """The beginnings of limits: `params=`."""
    from costmodel.commands.solving import FIGURES

    return _matching("parts", dict.fromkeys((f"{name}=" for name in FIGURES), ""), typed, prefix)


def _columns(line: _Line, typed: str, prefix: str) -> Answer:
    """The columns of a report that are not named yet."""
    from costmodel.reports import columns, comparing, roofline, sweeping

    known = {"sweep": sweeping.FIGURES, "compare": comparing.FIGURES}
    legal = known.get(line.command.name, (*columns.NAMES, *roofline.COLUMNS))
    named, comma, last = typed.rpartition(",")
    free = dict.fromkeys((name for name in legal if name not in named.split(",")), "")
    return _matching("names", free, last, f"{prefix}{named}{comma}")


def _by(line: _Line, typed: str, prefix: str) -> Answer:
    """A part of a network, or the parameter that is solved for."""
    if line.command.name in ("solve", "sweep"):
        return (_free if line.command.name == "solve" else _parameter)(line, typed, prefix)
    from costmodel.closed_form import PARTS
    from costmodel.commands.options import GROUPINGS

    legal = PARTS if line.command.name == "formula" else GROUPINGS
    return _matching("names", dict.fromkeys(legal, ""), typed, prefix)


_OFFERS: dict[str, Callable[[_Line, str, str], Answer]] = {
    "spec": _specs,
    "specs": _specs,
    "against": _specs,
    "word": _words,
    "variant": _variants,
    "device": _devices,
    "set_": _parameters,
    "over": _parameters,
    "free": _free,
    "by": _by,
    "at_most": _limits,
    "at_least": _limits,
    "columns": _columns,
    "sort": _columns,
    "normalise": _named,
}
"""What the arguments and options offer whose values are no fixed choice."""
