"""What typer refuses, said in one line of our own with a hint."""

import re
import sys
from typing import Any

from costmodel.commands.menu import COMMANDS
from costmodel.problems import Problem, SpecError, did_you_mean, one_of


def answered(error: Any) -> SpecError:
    """A misuse as a problem: an unknown command or option, a missing or superfluous value."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "costmodel"
    name = path.partition(" ")[2] or path
    return SpecError([Problem(None, *_said(error, context, name, path))])


def _said(error: Any, context: Any, name: str, path: str) -> tuple[str, str]:
    message = str(error.message)
    quoted = re.search(r"'(.*?)'", message)
    word = str(getattr(error, "option_name", None) or (quoted[1] if quoted else ""))
    kind = type(error).__name__
    if kind == "NoSuchOption":
        owner = f"{name} has no option" if context and context.parent else "there is no option"
        return f"{owner} '{word}'", _other_option(word, context, path)
    if kind == "MissingParameter":
        wanted = error.param
        shown = wanted.opts[0] if wanted.param_type_name == "option" else wanted.metavar
        value = f" {wanted.metavar}" if wanted.param_type_name == "option" else ""
        return f"{name} needs {shown}", f"{shown}{value}: {_first_lower(wanted.help or '')}"
    if kind == "BadOptionUsage":
        return f"{word} needs a value" if "requires" in message else f"{word} takes no value", ""
    if message.startswith("No such command"):
        return f"no command is called '{word}'", did_you_mean(word, COMMANDS, f"the commands are {one_of(COMMANDS)}")
    if extra := re.search(r"extra arguments?(?:\(s\))? \((.*)\)$", message):
        return f"{name} does not know what to do with '{extra[1]}'", f"{path} --help says what it takes"
    return f"{name}: {_first_lower(error.format_message().splitlines()[0])}", f"{path} --help says what it takes"


def _other_option(word: str, context: Any, path: str) -> str:
    """What was meant by an option that a command has not: one like it, another command's, or a parameter of the spec."""
    options = _options(context.command) if context else []
    name = word.lstrip("-")
    if near := did_you_mean(name, [option[2:] for option in options if option.startswith("--")]):
        return near.replace("'", "'--", 1)
    others = context.parent.command if context and context.parent else None
    if others and (having := [other for other in COMMANDS if word in _options(others.get_command(context, other))]):
        return f"{one_of(having)} {'has' if len(having) == 1 else 'have'} it"
    if "--set" in options and name.isidentifier() and (value := _value_of(word)):
        return f"a parameter of the spec is set by --set {name}={value}"
    return f"{path} --help lists them"


def _options(command: Any) -> list[str]:
    return [option for parameter in command.params for option in parameter.opts]


def _value_of(word: str) -> str:
    """The value that follows an option on the command line; nothing where none does."""
    for argument, following in zip(sys.argv, [*sys.argv[1:], "-"], strict=True):
        if argument.startswith(f"{word}="):
            return argument.partition("=")[2]
        if argument == word and not following.startswith("-"):
            return following
    return ""


def _first_lower(sentence: str) -> str:
    return (sentence[:1].lower() + sentence[1:]).rstrip(".")
